"""The real engine against the real centre over loopback: what a bad line, a restart and a wrong clock may not do."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from app.link import client as client_module
from app.session import Session, sign_in
from casework.commands.add_note import AddNote
from casework.commands.claim import ClaimCase
from casework.commands.not_file import NotFile, NotFiledReason
from casework.ids import CaseId
from casework.refusal import RefusalCode
from casework.sync.status import Fault, Lamp, OutboxState, Waits
from casework.workflow import Post, Stage
from server.paths import Paths
from tests.app.link.hall import CATALOGUES, QUICK, Line, report, seat, seated, until
from tests.server.ground import Clock, Served, passwords, serving

DAY_MS = 86_400_000
pytestmark = pytest.mark.usefixtures("qapp")


@pytest.fixture(autouse=True)
def quick_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stalled line is noticed sooner than an operator would."""
    for name in ("BEAT_S", "CONNECT_S"):
        monkeypatch.setattr(client_module, name, 0.5)
    monkeypatch.setattr(client_module, "CALL_S", 1.5)


def test_that_a_command_reaches_the_centre_and_every_other_seat(
    tmp_path: Path, served: Served, paths: Paths
) -> None:
    with (
        seated(tmp_path / "a", served.url, paths, "zhang", "a") as a,
        seated(tmp_path / "b", served.url, paths, "li", "b") as b,
    ):
        command = report(a)
        name = a.perform(command)
        shown = a.row("case", command.case)
        assert shown is not None
        assert shown.pending == (name,)
        assert shown.ver == 0
        other = until(lambda: b.row("case", command.case), "the case at the other seat")
        assert other.pending == ()
        mine = until(
            lambda: (s := a.row("case", command.case)) and not s.pending and s, "the case without a mark"
        )
        assert (mine.row, mine.ver) == (other.row, other.ver)
        assert a.outbox() == ()


def test_that_a_wrong_password_is_said_and_leaves_nothing_running(
    tmp_path: Path, served: Served, paths: Paths
) -> None:
    found = sign_in(tmp_path / "a", served.url, "zhang", "not this", CATALOGUES, pace=QUICK)
    assert found is Fault.WRONG_PASSWORD
    assert not any(thread.name == "engine" for thread in threading.enumerate())


def test_that_a_first_log_in_without_the_centre_is_refused(tmp_path: Path) -> None:
    found = sign_in(tmp_path / "a", "http://127.0.0.1:9", "zhang", "x", CATALOGUES, pace=QUICK)
    assert found is Fault.UNREACHABLE


def test_that_who_has_logged_in_before_works_without_the_centre_and_sends_later(
    tmp_path: Path, served: Served, paths: Paths, line: Line
) -> None:
    secret = passwords(paths)["zhang"]
    first = seat(tmp_path / "a", line.url, "zhang", secret)
    until(first.numbers_left, "case numbers")
    first.close()
    line.cut()
    assert sign_in(tmp_path / "a", line.url, "zhang", "wrong", CATALOGUES, pace=QUICK) is Fault.WRONG_PASSWORD
    assert sign_in(tmp_path / "a", line.url, "li", "x", CATALOGUES, pace=QUICK) is Fault.UNREACHABLE
    again = seat(tmp_path / "a", line.url, "zhang", secret)
    try:
        assert again.status().lamp is Lamp.OFFLINE
        assert Post.DISPATCHER in again.posts
        command = report(again)
        again.perform(command)
        assert [held.waits for held in again.outbox()] == [Waits.NETWORK]
        line.mend()
        until(lambda: again.outbox() == (), "the report's way to the centre")
        assert served.visitor().http.get("/v1/health").status_code == 200
    finally:
        again.close()
    with seated(tmp_path / "b", served.url, paths, "li") as b:
        assert b.row("case", command.case) is not None


def test_that_offline_work_is_seen_here_alone_until_the_line_is_back(
    tmp_path: Path, served: Served, paths: Paths, line: Line
) -> None:
    with (
        seated(tmp_path / "a", line.url, paths, "zhang") as a,
        seated(tmp_path / "b", served.url, paths, "li") as b,
    ):
        until(a.numbers_left, "case numbers")
        line.cut()
        command = report(a)
        a.perform(command)
        until(lambda: a.status().lamp is Lamp.OFFLINE, "the offline lamp")
        assert a.status().fault is Fault.UNREACHABLE
        assert a.row("case", command.case) is not None
        seen = report(b)
        b.perform(seen)
        until(lambda: b.outbox() == (), "the other seat's report")
        assert b.row("case", command.case) is None
        assert a.row("case", seen.case) is None
        line.mend()
        until(lambda: a.row("case", seen.case) and b.row("case", command.case), "both seats' agreement")
        until(lambda: a.status().lamp is Lamp.LIVE, "the live lamp")
        assert a.status().fault is Fault.NONE


@pytest.mark.parametrize("harm", ["stall", "half_close", "cut"])
def test_that_a_harmed_line_is_noticed_and_got_over(
    tmp_path: Path, served: Served, paths: Paths, line: Line, harm: str
) -> None:
    with (
        seated(tmp_path / "a", line.url, paths, "zhang") as a,
        seated(tmp_path / "b", served.url, paths, "li") as b,
    ):
        until(a.numbers_left, "case numbers")
        getattr(line, harm)()
        mine, theirs = report(a), report(b)
        a.perform(mine)
        b.perform(theirs)
        if harm != "half_close":  # that one breaks what there is and lets new connections through
            until(lambda: a.status().lamp is Lamp.OFFLINE, "the offline lamp")
            line.mend()
        until(lambda: a.row("case", theirs.case), "the other seat's work")
        until(lambda: b.row("case", mine.case), "this seat's work at the other")
        until(lambda: a.outbox() == (), "an empty outbox")


def test_that_one_call_lost_on_its_way_back_is_not_done_twice(
    tmp_path: Path, served: Served, paths: Paths, line: Line
) -> None:
    with (
        seated(tmp_path / "a", line.url, paths, "zhang") as a,
        seated(tmp_path / "b", served.url, paths, "li") as b,
    ):
        command = report(a)
        a.perform(command)
        until(lambda: a.outbox() == () and b.row("case", command.case), "the case")
        for number in range(8):
            a.perform(AddNote(case=command.case, note=f"n{number}", text=str(number)))
            line.half_close() if number % 2 else line.cut()
            line.mend()
        until(lambda: a.outbox() == (), "an empty outbox")
        until(lambda: len(b.rows("note", case=command.case)) == 8, "the notes")
        assert {shown.ver for shown in b.rows("note", case=command.case)} == {1}


def test_that_the_centre_may_be_restarted(tmp_path: Path, paths: Paths) -> None:
    with serving(paths) as first:
        a = seat(tmp_path / "a", first.url, "zhang", passwords(paths)["zhang"])
        until(a.numbers_left, "case numbers")
    try:
        command = report(a)
        a.perform(command)
        assert a.outbox()
    finally:
        a.close()
    with serving(paths) as second, seated(tmp_path / "a", second.url, paths, "zhang") as again:
        until(lambda: again.outbox() == (), "what was unsent")
        until(lambda: (s := again.row("case", command.case)) and s.ver == 1 and not s.pending, "the case")


def test_that_a_restart_under_a_working_seat_is_got_over_without_a_hand(tmp_path: Path, paths: Paths) -> None:
    with serving(paths) as first:
        line = Line(first.url)
        a = seat(tmp_path / "a", line.url, "zhang", passwords(paths)["zhang"])
        until(a.numbers_left, "case numbers")
        before = report(a)
        a.perform(before)
        until(lambda: a.outbox() == (), "the first report")
    try:
        during = report(a)
        a.perform(during)
        with serving(paths) as second:
            line.retarget(second.url)
            until(lambda: a.outbox() == (), "the second report")
            until(lambda: (s := a.row("case", during.case)) and s.ver == 1, "the second case")
            assert a.row("case", before.case)
    finally:
        a.close()
        line.close()


def test_that_an_ended_session_is_begun_again_without_a_hand(
    tmp_path: Path, served: Served, paths: Paths
) -> None:
    with seated(tmp_path / "a", served.url, paths, "zhang") as a:
        until(a.numbers_left, "case numbers")
        a._engine.call(lambda core: a._engine.link._client.__setattr__("_token", "worn out"))  # type: ignore[union-attr]
        command = report(a)
        a.perform(command)
        until(lambda: a.outbox() == (), "the report")
        assert a.status().fault is Fault.NONE


@pytest.mark.parametrize("days", [-1, 1])
def test_that_a_clock_wrong_by_a_day_changes_nothing(tmp_path: Path, paths: Paths, days: int) -> None:
    clock = Clock()
    clock.now_ms += days * DAY_MS
    with serving(paths, clock) as served, seated(tmp_path / "a", served.url, paths, "zhang") as a:
        until(a.numbers_left, "case numbers")
        assert abs(a.now_ms() - clock.now_ms) < 60_000
        assert a.status().lamp is Lamp.LIVE
        command = report(a)
        a.perform(command)
        until(lambda: a.outbox() == (), "the report")
        assert (
            abs(until(lambda: a.row("case", command.case), "the case").row.registered_ms - clock.now_ms)
            < 60_000
        )
        assert abs(a.status().clock_offset_ms - days * DAY_MS) < 60_000


def test_that_a_refusal_stays_until_it_is_dismissed_and_shows_both_versions(
    tmp_path: Path, served: Served, paths: Paths, line: Line
) -> None:
    with (
        seated(tmp_path / "a", line.url, paths, "zhang") as a,
        seated(tmp_path / "b", served.url, paths, "li") as b,
    ):
        command = report(b)
        b.perform(command)
        until(lambda: a.row("case", command.case), "the case at both")
        line.cut()
        refused = a.perform(
            NotFile(case=CaseId(command.case), reason=NotFiledReason.NOT_TRUE, opinion="重复")
        )
        b.perform(NotFile(case=CaseId(command.case), reason=NotFiledReason.NOT_TRUE, opinion="不属实"))
        until(lambda: b.outbox() == (), "the other seat's decision")
        line.mend()
        card = until(
            lambda: next((o for o in a.outbox() if o.state is OutboxState.REFUSED), None), "the refusal"
        )
        assert card.id == refused
        assert card.refusal.code is RefusalCode.STALE
        assert card.mine.stage is Stage.NOT_FILED
        assert card.theirs.trace[-1].opinion.endswith("不属实")
        assert card.mine.trace[-1].opinion.endswith("重复")
        a.close()
        again = seat(tmp_path / "a", line.url, "zhang", passwords(paths)["zhang"])
        try:
            (kept,) = again.outbox()
            assert kept.mine == card.mine
            again.dismiss(refused)
            until(lambda: again.outbox() == (), "an empty drawer")
        finally:
            again.close()


def test_that_an_undone_command_never_leaves(
    tmp_path: Path, served: Served, paths: Paths, line: Line
) -> None:
    with seated(tmp_path / "a", line.url, paths, "zhang") as a:
        until(a.numbers_left, "case numbers")
        line.cut()
        until(lambda: a.status().lamp is Lamp.OFFLINE, "the offline lamp")
        command = report(a)
        name = a.perform(command)
        assert a.undo(name)
        assert not a.undo(name)
        assert a.row("case", command.case) is None
        line.mend()
        other = report(a)
        a.perform(other)
        until(lambda: a.outbox() == (), "the other report")
    with seated(tmp_path / "b", served.url, paths, "li") as b:
        assert b.row("case", command.case) is None
        assert b.row("case", other.case)


def test_that_everybody_sees_within_a_moment_who_has_a_case_open(
    tmp_path: Path, served: Served, paths: Paths
) -> None:
    with (
        seated(tmp_path / "a", served.url, paths, "zhang") as a,
        seated(tmp_path / "b", served.url, paths, "li") as b,
    ):
        command = report(a)
        a.perform(command)
        until(lambda: b.row("case", command.case), "the case")
        until(lambda: (a.look(command.case), b.viewers())[1], "the name")
        assert b.viewers() == {command.case: (a.person.name,)}
        assert a.viewers() == {}
        a.look("")
        until(lambda: b.viewers() == {}, "its end")


def test_that_a_claim_shows_at_the_other_seat(tmp_path: Path, served: Served, paths: Paths) -> None:
    with (
        seated(tmp_path / "a", served.url, paths, "zhang", "a") as a,
        seated(tmp_path / "b", served.url, paths, "li", "b") as b,
    ):
        command = report(a)
        a.perform(command)
        until(lambda: b.row("case", command.case), "the case")
        a.perform(ClaimCase(case=CaseId(command.case)))
        claim = until(lambda: b.row("claim", command.case), "the claim")
        assert claim.row.seat == "a"


def test_that_rows_of_other_channels_are_gone_before_another_person_sees_them(
    tmp_path: Path, served: Served, paths: Paths
) -> None:
    with seated(tmp_path / "a", served.url, paths, "zhang") as hall:
        command = report(hall)
        hall.perform(command)
        until(lambda: hall.outbox() == () and hall.row("case", command.case), "the case")
    with seated(tmp_path / "a", served.url, paths, "wei") as unit:
        assert unit.person.posts == {Post.UNIT_OPERATOR}
        assert unit.row("case", command.case) is None
        assert unit.rows("case") == []
        assert unit.row("unit_grid", command.grid)


def test_that_unsent_work_goes_out_under_its_author_with_the_next_log_in(
    tmp_path: Path, served: Served, paths: Paths, line: Line
) -> None:
    with seated(tmp_path / "a", line.url, paths, "zhang") as first:
        until(first.numbers_left, "case numbers")
        line.cut()
        command = report(first)
        first.perform(command)
    line.mend()
    with seated(tmp_path / "a", line.url, paths, "li") as second:
        until(lambda: second.outbox() == (), "the colleague's report")
        case = until(lambda: second.row("case", command.case), "the case").row
        assert case.trace[0].person == "zhang"


def test_that_a_cache_that_breaks_under_a_working_seat_is_fetched_anew_and_nothing_unsent_is_lost(
    tmp_path: Path, served: Served, paths: Paths, line: Line
) -> None:
    with seated(tmp_path / "a", line.url, paths, "zhang") as a:
        command = report(a)
        a.perform(command)
        until(lambda: (s := a.row("case", command.case)) and not s.pending, "the case")
        line.cut()
        until(lambda: a.status().lamp is Lamp.OFFLINE, "the offline lamp")
        second = report(a)
        a.perform(second)
        break_file(a)
        a.row("case", command.case)
        until(
            lambda: a.status().fault is Fault.CACHE_REBUILT or a.status().fault is Fault.UNREACHABLE, "a word"
        )
        assert [one.command for one in a.outbox()] == [second]
        line.mend()
        until(lambda: a.outbox() == (), "the report")
        until(lambda: a.row("case", command.case) and a.row("case", second.case), "the rows")
        until(lambda: a.status().fault is Fault.NONE, "the end of it")


def break_file(session: Session) -> None:
    """Every page of the file but the first becomes noise, under the feet of who reads it."""
    path = session.folder / "cache.db"
    session._engine.call(
        lambda core: core.rows._db.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    )
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xa5" * (size - 4096))
    # What is in memory of it is thrown away as memory is when it gets short.
    session._engine.call(lambda core: core.rows._db.conn.execute("PRAGMA shrink_memory").fetchall())
    session._reader._db.execute("PRAGMA shrink_memory").fetchall()
