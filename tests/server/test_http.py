"""A real centre over loopback: what a seat gets for what it sends, the wrong things included."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import msgspec
import pytest

from casework.commands.add_note import AddNote
from casework.commands.claim import ClaimCase
from casework.commands.dispatch import Dispatch
from casework.commands.file_case import FileCase
from casework.ids import CaseId
from casework.limits import PUSH_COMMANDS
from casework.sync.messages import Answer, Basis, Gap, Page, encode
from server.paths import Paths
from server.presence import Present
from server.store.verify import verify
from tests.casework.build import UNIT
from tests.server.ground import LI, WEI, ZHANG, Served, Visitor, accepted, passwords, serving


def pushed(visitor: Visitor, *sent: Any) -> Answer:
    answer = visitor.http.post("/v1/commands", content=encode(visitor.push(*sent)))
    assert answer.status_code == 200, answer.text
    return msgspec.json.decode(answer.content, type=Answer)


def page_of(answer: httpx.Response) -> Page:
    assert answer.status_code == 200, answer.text
    return msgspec.json.decode(answer.content, type=Page)


def code_of(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def new_case(visitor: Visitor) -> CaseId:
    if not visitor.blocks:
        visitor.beat()
    command = visitor.register()
    accepted(pushed(visitor, visitor.sent(command)).verdicts[0])
    return command.case


class Events:
    """A stream being read: (event, id, data) one after the other."""

    def __init__(self, answer: httpx.Response) -> None:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        self._lines = answer.iter_lines()

    def next(self) -> tuple[str, str, str]:
        fields = {"event": "", "id": "", "data": ""}
        for line in self._lines:
            if not line and fields["data"]:
                return fields["event"], fields["id"], fields["data"]
            name, _, value = line.partition(": ")
            fields[name] = value
        raise AssertionError("the stream ended")

    def next_page(self) -> tuple[int, Page]:
        while True:
            event, ident, data = self.next()
            if not event:
                return int(ident), msgspec.json.decode(data, type=Page)

    def next_presence(self) -> Present:
        while True:
            event, _, data = self.next()
            if event == "presence":
                return msgspec.json.decode(data, type=Present)


@contextmanager
def stream(visitor: Visitor, after: int, **headers: str) -> Iterator[Events]:
    query = {"stream": 1, "after": after, "epoch": 1}
    with visitor.http.stream("GET", "/v1/changes", params=query, headers=headers) as answer:
        yield Events(answer)


def test_that_a_log_in_opens_the_door_and_a_log_out_closes_it(served: Served) -> None:
    visitor = served.visitor()
    assert visitor.welcome.person == ZHANG
    assert visitor.welcome.channels == ("city", "everybody")
    assert (visitor.welcome.epoch, visitor.welcome.high_n) == (1, 0)
    assert visitor.http.delete("/v1/session").status_code == 204
    assert code_of(visitor.http.get("/v1/changes")) == (401, "signed_out")


@pytest.mark.parametrize("path", ["/v1/changes", "/v1/snapshots", "/v1/snapshots/00", "/v1/blobs/00"])
def test_that_nothing_is_read_without_a_log_in(served: Served, path: str) -> None:
    assert code_of(httpx.get(served.url + path)) == (401, "signed_out")
    bad = {"Authorization": "Bearer nonsense"}
    assert code_of(httpx.get(served.url + path, headers=bad)) == (401, "signed_out")


def test_that_a_wrong_password_and_a_wrong_name_get_the_same_answer_and_then_a_delay(served: Served) -> None:
    def tried(person: str, password: str) -> httpx.Response:
        asked = {"person": person, "password": password, "seat": "seat-1"}
        return httpx.post(served.url + "/v1/session", json=asked, timeout=30)

    wrong = [tried(person, "nope") for person in ("zhang", "nobody")]
    assert [code_of(answer) for answer in wrong] == [(401, "wrong_password")] * 2
    assert wrong[0].content == wrong[1].content
    for _ in range(2):
        tried("zhang", "nope")
    late = tried("zhang", passwords(served.paths)[ZHANG])
    assert code_of(late) == (429, "too_many_attempts")
    assert 0 < late.json()["values"]["wait_ms"] <= 1000
    assert int(late.headers["Retry-After"]) == 1
    assert tried("li", passwords(served.paths)[LI]).status_code == 201


def test_that_an_old_seat_is_told_to_upgrade(served: Served) -> None:
    asked = {"person": "zhang", "password": "x", "seat": "s", "protocol": 99}
    assert code_of(httpx.post(served.url + "/v1/session", json=asked)) == (426, "upgrade")
    visitor = served.visitor()
    answer = visitor.http.get("/v1/changes", headers={"GridSeat-Protocol": "99"})
    assert code_of(answer) == (426, "upgrade")


@pytest.mark.parametrize("seat", ["", "centre", "s" * 81])
def test_that_no_seat_calls_itself_the_centre(served: Served, seat: str) -> None:
    asked = {"person": "zhang", "password": passwords(served.paths)[ZHANG], "seat": seat}
    assert code_of(httpx.post(served.url + "/v1/session", json=asked)) == (400, "bad_message")


def test_that_messages_that_do_not_decode_are_refused_with_their_place(served: Served) -> None:
    visitor = served.visitor()
    for body in (b"", b"{", b"[]", b'{"epoch":1,"seat":"seat-1","sent":[{"n":"x"}]}', b"\xff\xfe"):
        assert code_of(visitor.http.post("/v1/commands", content=body)) == (400, "bad_message")
    assert code_of(visitor.http.get("/v1/changes?after=-1")) == (400, "bad_message")
    assert code_of(visitor.http.get("/v1/nothing")) == (404, "not_found")
    assert code_of(httpx.post(served.url + "/v1/session", content=b"{}")) == (400, "bad_message")


def test_that_a_seat_pushes_and_beats_only_for_itself(served: Served) -> None:
    visitor = served.visitor()
    other = {"epoch": 1, "seat": "seat-2", "sent": []}
    assert code_of(visitor.post("/v1/commands", other)) == (403, "other_seat")
    assert code_of(visitor.post("/v1/beat", {"seat": "seat-2"})) == (403, "other_seat")
    assert code_of(visitor.post("/v1/presence", {"seat": "seat-2", "case": "1"})) == (403, "other_seat")


def test_that_a_push_is_bounded(served: Served) -> None:
    visitor = served.visitor()
    note = AddNote(case=CaseId("202607140001"), note="n", text="x")
    many = [visitor.sent(note) for _ in range(PUSH_COMMANDS + 1)]
    answer = visitor.http.post("/v1/commands", content=encode(visitor.push(*many)))
    assert code_of(answer) == (413, "too_many_commands")


def test_that_another_epoch_is_told_the_present_one_and_the_seats_number(served: Served) -> None:
    visitor = served.visitor()
    new_case(visitor)
    answer = visitor.http.post("/v1/commands", content=encode(visitor.push(epoch=7)))
    assert (answer.status_code, answer.json()) == (
        409,
        {"code": "epoch_changed", "values": {"epoch": 1, "high_n": 1}},
    )
    assert code_of(visitor.http.get("/v1/changes?epoch=7")) == (409, "epoch_changed")
    assert code_of(visitor.http.get("/v1/changes?after=999999")) == (409, "cursor_ahead")
    assert code_of(visitor.http.get("/v1/changes?after=999999&stream=1")) == (409, "cursor_ahead")


def test_that_pushes_of_many_seats_at_once_doubled_and_reordered_are_applied_once(served: Served) -> None:
    visitors = [served.visitor(ZHANG, f"seat-{index}") for index in range(4)]
    faults: list[BaseException] = []

    def work(visitor: Visitor) -> None:
        try:
            visitor.beat()
            sent = [visitor.sent(visitor.register()) for _ in range(12)]
            late = pushed(visitor, sent[5], sent[0])
            assert late.verdicts[0] == Gap(6, 1)
            for one in [*sent, *reversed(sent)]:
                accepted(pushed(visitor, one).verdicts[0])
        except BaseException as error:
            faults.append(error)

    threads = [threading.Thread(target=work, args=(visitor,)) for visitor in visitors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert faults == []
    whole = page_of(visitors[0].http.get("/v1/changes?after=0"))
    assert sum(entry.entity == "case" for entry in whole.entries) == 48
    assert verify(served.paths.database)[0] == []


def test_that_a_stream_brings_changes_and_resumes_where_it_was_cut(served: Served) -> None:
    visitor, writer = served.visitor(), served.visitor(LI, "seat-2")
    with stream(visitor, 0) as events:
        cursor, page = events.next_page()
        assert (page.prev, cursor) == (0, visitor.welcome.head)
        case = new_case(writer)
        cursor, page = events.next_page()
        assert page.prev == visitor.welcome.head
        assert {entry.key for entry in page.entries if entry.entity == "case"} == {case}
    missed = [new_case(writer) for _ in range(3)]
    for resume in (stream(visitor, cursor), stream(visitor, 0, **{"Last-Event-ID": str(cursor)})):
        with resume as events:
            seen: list[str] = []
            at = cursor
            while len(seen) < 3:
                ident, page = events.next_page()
                assert page.prev == at
                at = ident
                seen += [entry.key for entry in page.entries if entry.entity == "case"]
            assert seen == missed


def test_that_a_unit_sees_its_own_cases_and_its_cursor_moves_over_the_rest(served: Served) -> None:
    hall, unit = served.visitor(), served.visitor(WEI, "seat-u")
    assert unit.welcome.channels == ("everybody", f"unit:{UNIT}")
    with stream(unit, unit.welcome.head) as events:
        case = new_case(hall)
        cursor, page = events.next_page()
        assert page.entries == ()
        assert cursor > unit.welcome.head
        steps = (
            (FileCase(case=case, class_code="01003", condition="01003-1"), 1),
            (Dispatch(case=case, unit=UNIT), 2),
        )
        for command, ver in steps:
            accepted(pushed(hall, hall.sent(command, basis=Basis(ver=ver))).verdicts[0])
        while not page.entries:
            _, page = events.next_page()
        assert {entry.entity for entry in page.entries} == {"case", "task"}


def test_that_a_long_poll_answers_when_there_is_something_to_say(served: Served) -> None:
    visitor, writer = served.visitor(), served.visitor(LI, "seat-2")
    writer.beat()
    found: list[Page] = []

    def wait() -> None:
        query = {"after": visitor.welcome.head, "wait": 20}
        found.append(page_of(visitor.http.get("/v1/changes", params=query)))

    thread = threading.Thread(target=wait)
    thread.start()
    case = new_case(writer)
    thread.join(30)
    assert case in {entry.key for entry in found[0].entries}


def test_that_the_hall_is_told_who_has_a_case_open_and_units_are_not(served: Served) -> None:
    hall, other, unit = served.visitor(), served.visitor(LI, "seat-2"), served.visitor(WEI, "seat-u")
    with stream(hall, hall.welcome.head) as events, stream(unit, unit.welcome.head) as unit_events:
        assert events.next_presence().is_full
        assert other.post("/v1/presence", {"seat": "seat-2", "case": "202607140001"}).status_code == 204
        (seen,) = events.next_presence().seats
        assert (seen.seat, seen.person, seen.case) == ("seat-2", LI, "202607140001")
        with stream(other, other.welcome.head) as late:
            assert [one.case for one in late.next_presence().seats] == ["202607140001"]
        assert other.http.delete("/v1/session").status_code == 204
        (gone,) = events.next_presence().seats
        assert (gone.seat, gone.case) == ("seat-2", "")
        new_case(hall)
        assert unit_events.next()[0] == ""


def test_that_a_stream_ends_with_its_log_in(served: Served) -> None:
    visitor, again = served.visitor(), served.visitor(ZHANG, "seat-2")
    with stream(visitor, visitor.welcome.head) as events:
        events.next_presence()
        assert visitor.http.delete("/v1/session").status_code == 204
        new_case(again)
        with pytest.raises(AssertionError, match="ended"):
            events.next_page()


def test_that_a_new_password_replaces_the_old_one(served: Served) -> None:
    visitor = served.visitor()
    old = passwords(served.paths)[ZHANG]
    short = visitor.post("/v1/password", {"password": old, "new_password": "short"})
    assert code_of(short) == (422, "password_length")
    wrong = visitor.post("/v1/password", {"password": "x", "new_password": "correct horse"})
    assert code_of(wrong) == (401, "wrong_password")
    assert visitor.post("/v1/password", {"password": old, "new_password": "correct horse"}).status_code == 204

    def enters(password: str) -> int:
        asked = {"person": "zhang", "password": password, "seat": "seat-9"}
        return httpx.post(served.url + "/v1/session", json=asked, timeout=30).status_code

    assert (enters(old), enters("correct horse")) == (401, 201)


def test_that_sessions_receipts_and_claims_outlive_a_restart(paths: Paths) -> None:
    with serving(paths) as served:
        visitor = served.visitor()
        case = new_case(visitor)
        claim = visitor.sent(ClaimCase(case=case))
        first = pushed(visitor, claim)
        cursor = page_of(visitor.http.get("/v1/changes?after=0")).next
    with serving(paths) as served:
        visitor.http.base_url = httpx.URL(served.url)
        assert pushed(visitor, claim).verdicts == first.verdicts
        assert page_of(visitor.http.get(f"/v1/changes?after={cursor}")).entries == ()
        assert visitor.beat(99).high_n == 2


def test_that_anybody_may_ask_whether_it_serves(served: Served) -> None:
    answer = httpx.get(served.url + "/v1/health")
    assert answer.status_code == 200
    assert {"epoch", "head", "centre_ms", "protocol"} == set(answer.json())
