"""The engine without a network: order of effects, a full disk, a spoilt cache, an epoch that changes between files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

import app.link.core as core_module
from app.cache.disk import DiskFull
from app.cache.held import FolderHeld
from app.cache.seat_db import Grant
from app.link.core import Core
from app.link.view import Notice
from app.link.wire import Present, Seen
from casework.commands.add_note import AddNote
from casework.commands.dispatch import Dispatch
from casework.commands.register import Register
from casework.entities import ENTITY_BY_NAME
from casework.entities.note import Note
from casework.entities.person import Person
from casework.facts import NumberBlock
from casework.ids import CaseId, CommandId, Key, PersonId
from casework.sync.messages import Accepted, Answer, Beat, Entry, Op, Page, Push, Version, WireError
from casework.sync.status import Fault, Lamp, OutboxState
from tests.casework.build import CATALOGUES, HALL_POSTS, UNIT, register, seed_rows

ZHANG = Person(PersonId("zhang"), "张", HALL_POSTS)
GRANT = Grant(ZHANG, "signed", ("city", "everybody"))


class Asked:
    """What the core asked for."""

    def __init__(self) -> None:
        self.pushes: list[Push] = []
        self.fetches: list[int] = []
        self.wakes: list[int] = []

    def send(self, push: Push) -> None:
        self.pushes.append(push)

    def fetch(self, after: int) -> None:
        self.fetches.append(after)

    def wake(self, at_ms: int) -> None:
        self.wakes.append(at_ms)


class Desk:
    """A core with its ears open."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.begin()

    def begin(self) -> None:
        self.notices: list[Notice] = []
        self.asked = Asked()
        self.core = Core(self.folder, CATALOGUES, self.notices.append, self.asked, "s")
        self.core.admit(GRANT.channels)
        self.core.enter(GRANT)

    def restart(self) -> None:
        self.core.close()
        self.begin()

    def beat(self, head: int, epoch: int = 1, high_n: int = 0, **more: Any) -> None:
        steady = self.core.clock.steady_ms()
        self.core.hear(Beat(epoch, head, self.core.now_ms(), high_n, **more), steady, steady)

    def page(self, upto: int, *rows: tuple[str, Any], epoch: int = 1) -> Page:
        at = self.core.side.cursor
        entries = tuple(
            Entry(
                at + number,
                CommandId("c"),
                name,
                ENTITY_BY_NAME[name].key(row),
                1,
                Op.PUT,
                msgspec.Raw(ENTITY_BY_NAME[name].encode(row)),
            )
            for number, (name, row) in enumerate(rows, 1)
        )
        return Page(epoch, at, upto, upto, entries, self.core.now_ms())

    def catch_up(self) -> None:
        """Connected, with the first rows and numbers."""
        rows = [(key.entity, row) for key, row in seed_rows().items()] + [("person", ZHANG)]
        self.beat(len(rows), blocks=(NumberBlock(self.core.today(), 1, 50),))
        self.core.read(self.page(len(rows), *rows))

    def report(self) -> Register:
        number = self.core.take_number()
        assert number
        return register(number)

    def answer_all(self) -> None:
        push = self.asked.pushes[-1]
        seq = self.core.side.cursor + 1
        verdicts = tuple(Accepted(s.n, s.id, seq, (Version("case", "x", 1),)) for s in push.sent)
        self.core.answer(Answer(push.epoch, verdicts, self.core.now_ms()))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path / "seat")
    yield made
    made.core.close()


def full(desk: Desk, *, is_full: bool) -> None:
    """The disk under seat.db."""
    found = desk.core.seat_db.execute("PRAGMA page_count").fetchone()
    assert found
    more = 0 if is_full else 100_000
    desk.core.seat_db.execute(f"PRAGMA max_page_count = {found[0] + more}").fetchall()


def test_that_a_command_is_in_the_file_and_in_the_view_before_perform_returns(desk: Desk) -> None:
    desk.catch_up()
    command = desk.report()
    name = desk.core.perform(command)
    assert [i.id for i in desk.core.seat_db.load().items] == [name]
    assert desk.core.view.over[Key("case", command.case)].pending == (name,)
    assert [line.id for line in desk.core.view.lines] == [name]
    assert [sent.id for push in desk.asked.pushes for sent in push.sent] == [name]


def test_that_a_number_once_taken_is_not_given_again_after_a_crash(desk: Desk) -> None:
    desk.catch_up()
    first = desk.core.take_number()
    desk.restart()
    assert desk.core.take_number() != first


def test_that_on_a_full_disk_nothing_is_lost_nothing_leaves_and_room_mends_it(desk: Desk) -> None:
    desk.catch_up()
    commands = [desk.report() for _ in range(30)]
    full(desk, is_full=True)
    names = [desk.core.perform(command) for command in commands]
    assert desk.core.view.status.fault is Fault.DISK_FULL
    assert desk.core.is_stuck
    on_disk = {item.id for item in desk.core.seat_db.load().items}
    assert on_disk != set(names), "the disk must have refused something"
    sent = {s.id for push in desk.asked.pushes for s in push.sent}
    assert sent <= on_disk, "nothing leaves before it is on the disk"
    assert [line.id for line in desk.core.view.lines] == names, "everything is still shown"
    assert all(desk.core.view.over[Key("case", command.case)].is_changed for command in commands)
    full(desk, is_full=False)
    desk.core.tick()
    assert desk.core.view.status.fault is Fault.NONE
    assert {item.id for item in desk.core.seat_db.load().items} == set(names)
    assert not desk.core.is_stuck


def test_that_a_draft_survives_a_disk_that_was_full_for_a_while(desk: Desk) -> None:
    full(desk, is_full=True)
    desk.core.put_draft("case/1", "井盖" * 3_000)
    with pytest.raises(DiskFull):
        desk.core.flush_drafts()
    desk.core.tick()
    assert desk.core.view.status.fault is Fault.DISK_FULL
    full(desk, is_full=False)
    desk.core.tick()
    assert desk.core.view.status.fault is Fault.NONE
    assert desk.core.seat_db.drafts() == {"case/1": "井盖" * 3_000}


def test_that_a_spoilt_cache_is_fetched_anew_and_the_outbox_kept(desk: Desk) -> None:
    desk.catch_up()
    name = desk.core.perform(desk.report())
    desk.core.close()
    (desk.folder / "cache.db").write_bytes(b"rubbish" * 1000)
    desk.begin()
    desk.core.tick()
    assert desk.core.view.status.fault is Fault.CACHE_REBUILT
    assert [line.id for line in desk.core.view.lines] == [name]
    assert desk.core.side.cursor == 0
    desk.catch_up()
    desk.core.tick()
    assert desk.core.view.status.fault is Fault.NONE
    assert desk.asked.pushes[-1].sent[0].id == name


def test_that_a_crash_between_the_two_files_of_a_new_epoch_is_mended_at_the_next_start(desk: Desk) -> None:
    desk.catch_up()
    name = desk.core.perform(desk.report())
    desk.answer_all()
    desk.core.rows.reset(2)  # the cache is of the new epoch, seat.db not yet
    desk.restart()
    assert (desk.core.rows.epoch, desk.core.side.epoch, desk.core.side.cursor) == (1, 1, 0)
    desk.beat(0, epoch=2)
    assert (desk.core.rows.epoch, desk.core.seat_db.epoch) == (2, 2)
    assert desk.asked.pushes[-1].sent[0].id == name, "what the restored centre does not know goes out again"


def test_that_rows_of_another_file_are_not_taken_for_those_of_this_seat(desk: Desk) -> None:
    desk.catch_up()
    desk.core.close()
    (desk.folder / "seat.db").unlink()
    for suffix in ("-wal", "-shm"):
        (desk.folder / f"seat.db{suffix}").unlink(missing_ok=True)
    desk.begin()
    assert (desk.core.side.epoch, desk.core.side.cursor) == (0, 0)
    assert desk.core.rows.get(Key("city", "city")) == (None, 0)


def test_that_a_row_that_does_not_decode_moves_nothing(desk: Desk) -> None:
    desk.catch_up()
    at = desk.core.side.cursor
    wrong = Entry(at + 1, CommandId("c"), "case", "1", 1, Op.PUT, msgspec.Raw(b'{"id":1}'))
    with pytest.raises(WireError):
        desk.core.read(Page(1, at, at + 1, at + 1, (wrong,), 1))
    assert (desk.core.side.cursor, desk.core.rows.cursor) == (at, at)


def test_that_a_row_never_flickers_back_between_the_receipt_and_its_entry(desk: Desk) -> None:
    desk.catch_up()
    command = desk.report()
    desk.core.perform(command)
    key = Key("case", command.case)
    row = desk.core.view.over[key].row
    desk.answer_all()
    assert desk.core.view.over[key].row == row
    assert desk.core.view.lines == ()
    desk.core.read(desk.page(desk.core.side.cursor + 1, ("case", row)))
    assert key not in desk.core.view.over
    assert desk.core.rows.get(key) == (row, 1)


def test_that_a_notice_comes_after_the_view_it_is_about(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "seat")
    desk.catch_up()
    seen: list[bool] = []
    command = desk.report()
    core = desk.core
    core._told = lambda notice: seen.append(  # type: ignore[method-assign]
        not notice.keys or Key("case", command.case) in core.view.over
    )
    core.perform(command)
    assert seen
    assert all(seen)
    core.close()


def test_that_rows_of_a_backlog_are_told_of_together_and_every_one_in_the_end(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(core_module, "GATHER_MS", 1_000_000)
    monkeypatch.setattr(core_module, "GATHER_KEYS", 10)
    desk.catch_up()
    desk.core.lose()
    first, count = desk.core.side.cursor, 40
    desk.beat(first + count)
    desk.notices.clear()
    for number in range(count):
        row = Note(f"n{number}", CaseId("202607140001"), PersonId("zhang"), "张", 5, "x")
        page = desk.page(first + number + 1, ("note", row))
        desk.core.read(msgspec.structs.replace(page, head=first + count))
    told = [notice.keys for notice in desk.notices if notice.keys]
    assert 1 < len(told) <= count // 10 + 1
    assert frozenset().union(*told) >= {Key("note", f"n{number}") for number in range(count)}


def test_that_pending_work_of_others_rows_is_laid_anew_over_what_came(desk: Desk) -> None:
    desk.catch_up()
    report = desk.report()
    desk.core.perform(report)
    key = Key("case", report.case)
    base = desk.core.view.over[key].row
    desk.answer_all()
    at = desk.core.side.cursor + 1
    desk.core.read(desk.page(at, ("case", msgspec.structs.replace(base, stage="awaiting_dispatch"))))
    desk.core.perform(Dispatch(case=report.case, unit=UNIT, opinion="快"))
    assert desk.core.view.over[key].row.place == base.place
    moved = msgspec.structs.replace(base, stage="awaiting_dispatch", place="别处")
    desk.core.read(desk.page(at + 1, ("case", moved)))
    assert desk.core.view.over[key].row.place == "别处"
    assert desk.core.view.over[key].row.unit == UNIT


def test_that_a_command_on_a_row_the_seat_lacks_is_marked_and_decides_nothing(desk: Desk) -> None:
    desk.catch_up()
    name = desk.core.perform(AddNote(case=CaseId("202607149999"), note="n", text="x"))
    over = desk.core.view.over[Key("case", "202607149999")]
    assert (over.row, over.is_changed, over.pending) == (None, False, (name,))


def test_that_a_rule_that_breaks_hides_no_other_command(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.catch_up()
    from app.link import overlay

    real = overlay.project

    def breaking(stored: Any, pending: Any) -> Any:
        pending = list(pending)
        if any(isinstance(p.command, AddNote) for p in pending):
            raise ZeroDivisionError
        return real(stored, pending)

    monkeypatch.setattr(overlay, "project", breaking)
    report = desk.report()
    first = desk.core.perform(report)
    second = desk.core.perform(AddNote(case=report.case, note="n", text="x"))
    over = desk.core.view.over[Key("case", report.case)]
    assert over.pending == (first, second)
    assert over.row.id == report.case


def test_that_the_lamp_tells_since_when_and_the_rows_of_when(desk: Desk) -> None:
    assert desk.core.view.status.lamp is Lamp.OFFLINE
    desk.catch_up()
    status = desk.core.view.status
    assert status.lamp is Lamp.LIVE
    assert status.since_ms <= desk.core.now_ms()
    assert abs(status.as_of_ms - desk.core.now_ms()) < 60_000
    as_of_ms = status.as_of_ms
    desk.core.lose()
    assert desk.core.view.status.lamp is Lamp.OFFLINE
    desk.restart()
    desk.core.tick()
    assert abs(desk.core.view.status.as_of_ms - as_of_ms) < 60_000


def test_that_viewers_are_other_seats_only_and_forgotten_with_the_link(desk: Desk) -> None:
    desk.catch_up()
    mine, other = Seen("s", "zhang", "张", "1", 1), Seen("t", "li", "李", "1", 1)
    desk.core.note_present(Present(True, (mine, other)))
    assert desk.core.view.viewers == {"1": ("李",)}
    assert desk.notices[-1].keys == {Key("case", "1")}
    desk.core.note_present(Present(False, (Seen("t", "li", "李", "2", 2),)))
    assert desk.core.view.viewers == {"2": ("李",)}
    desk.core.lose()
    assert desk.core.view.viewers == {}


def test_that_the_estimate_of_time_is_kept_for_a_start_without_the_centre(desk: Desk) -> None:
    steady = desk.core.clock.steady_ms()
    ahead_ms = desk.core.now_ms() + 86_400_000
    desk.core.hear(Beat(1, 0, ahead_ms, 0), steady, steady)
    desk.restart()
    assert abs(desk.core.now_ms() - ahead_ms) < 60_000


def test_that_a_held_intent_waits_for_the_line_and_then_leaves_by_itself(desk: Desk) -> None:
    desk.catch_up()
    report = desk.report()
    desk.core.perform(report)
    desk.answer_all()
    desk.core.lose()
    desk.core.perform(Dispatch(case=report.case, unit=UNIT, opinion="x"))
    assert [line.state for line in desk.core.view.lines] == [OutboxState.WAITING]
    assert desk.asked.wakes, "the undo window's end is asked for"


def test_that_a_folder_is_for_one_program_at_a_time(desk: Desk) -> None:
    with pytest.raises(FolderHeld):
        Core(desk.folder, CATALOGUES, lambda _: None, Asked())
    desk.restart()
