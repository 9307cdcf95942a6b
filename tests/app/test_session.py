"""The one door: rows with what is pending laid over them, signals that say which, and nothing that waits long."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from app.cache.open_rows import OpenCase
from app.session import Session, SignIn
from casework.catalogue.model import Kind
from casework.commands.add_note import AddNote
from casework.commands.file_case import FileCase
from casework.ids import CaseId, Key
from casework.sync.status import Fault, Lamp, LinkStatus, OutboxState
from casework.workflow import Stage
from server.paths import Paths
from tests.app.fake_session import FakeSession
from tests.app.link.hall import CATALOGUES, QUICK, Line, lined, report, seat, seated, until
from tests.casework.build import GRID, UNIT
from tests.server.ground import Served, founded, passwords, serving

pytestmark = pytest.mark.usefixtures("qapp")


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> Paths:
    return founded(tmp_path_factory.mktemp("hall") / "centre")


@pytest.fixture(scope="module")
def served(paths: Paths) -> Iterator[Served]:
    with serving(paths) as found:
        yield found


@pytest.fixture
def line(served: Served) -> Iterator[Line]:
    with lined(served.url) as found:
        yield found


@pytest.fixture
def session(tmp_path: Path, line: Line, paths: Paths) -> Iterator[Session]:
    with seated(tmp_path / "seat", line.url, paths, "zhang") as made:
        until(made.numbers_left, "case numbers")
        yield made


def filed(case: str) -> FileCase:
    """With the first filing condition of its class in the shipped catalogue."""
    (condition, *_) = CATALOGUES["2026"].conditions[Kind.COMPONENT, "01003"]
    return FileCase(case=CaseId(case), class_code="01003", condition=condition.id)


def alone(session: Session, line: Line) -> None:
    line.cut()
    until(lambda: session.status().lamp is Lamp.OFFLINE, "the offline lamp")


def test_that_it_keeps_the_contract_the_screens_are_tried_with(session: Session) -> None:
    fake = {name for name in vars(FakeSession) if not name.startswith("_")}
    of_the_test = {"advance", "cut", "heal", "arrive", "fetch", "refuse_password", "staticMetaObject"}
    missing = {name for name in fake - of_the_test if not hasattr(session, name)}
    assert missing == set()
    assert {"person", "seat", "posts", "catalogues"} <= set(dir(session))


def test_that_who_where_and_when_are_known(session: Session) -> None:
    assert session.person.name == "张晓岚"
    assert session.posts == session.person.posts
    assert session.actor().seat == session.seat
    city = session.city()
    assert city is not None
    assert city.epsg == 4545
    assert isinstance(session.status(), LinkStatus)
    assert session.new_id() != session.new_id()
    assert set(session.catalogues) == {"2007", "2013", "2026"}


def test_that_pending_rows_are_found_by_their_new_fields_and_not_by_their_old(
    session: Session, line: Line
) -> None:
    first = report(session)
    session.perform(first)
    until(lambda: (s := session.row("case", first.case)) and not s.pending, "the case")
    alone(session, line)
    second = report(session)
    made = session.perform(second)
    moved = session.perform(filed(first.case))
    assert [s.row.id for s in session.rows("case", stage=Stage.REGISTERED)] == [second.case]
    found = session.rows("case", stage=Stage.AWAITING_DISPATCH)
    assert [(s.row.id, s.pending) for s in found] == [(first.case, (moved,))]
    both = session.rows("case", grid=GRID)
    assert {(s.row.id, s.ver) for s in both} >= {(first.case, 1), (second.case, 0)}
    assert {s.row.id for s in session.open_cases()} >= {first.case, second.case}
    assert session.row("case", second.case).pending == (made,)  # type: ignore[union-attr]


def test_that_a_field_without_an_index_may_be_asked_for_too(session: Session) -> None:
    assert [s.row.id for s in session.rows("unit", name="市政管护所")] == [UNIT]
    assert session.rows("unit", name="没有") == []
    assert len(session.rows("unit")) == 2


def test_that_changed_says_which_rows_and_readers_find_the_present_truth(
    session: Session, tmp_path: Path, served: Served, paths: Paths
) -> None:
    heard: list[Any] = []
    session.changed.connect(heard.append)
    with seated(tmp_path / "b", served.url, paths, "li") as other:
        command = report(other)
        other.perform(command)
        key = Key("case", command.case)
        until(lambda: any(keys and key in keys for keys in heard), "the notice")
        until(lambda: session.row("case", command.case), "the case")
        assert command.case in {s.row.id for s in session.open_cases()}
    assert all(keys is None or isinstance(keys, frozenset) for keys in heard)


def test_that_signals_come_in_the_threads_of_the_screens(session: Session, qtbot: QtBot) -> None:
    threads: set[int] = set()
    for signal in (session.changed, session.status_changed):
        signal.connect(lambda _: threads.add(threading.get_ident()))
    session.outbox_changed.connect(lambda: threads.add(threading.get_ident()))
    session.perform(report(session))
    until(lambda: session.outbox() == (), "the report")
    assert threads == {threading.get_ident()}


def test_that_the_open_cases_follow_a_case_to_its_end_and_back_with_an_undo(
    session: Session, line: Line
) -> None:
    command = report(session)
    session.perform(command)
    until(lambda: (s := session.row("case", command.case)) and not s.pending, "the case")

    def stages() -> dict[str, Stage]:
        return {s.row.id: s.row.stage for s in session.open_cases()}

    assert until(lambda: stages().get(command.case), "the open case") is Stage.REGISTERED
    alone(session, line)
    name = session.perform(filed(command.case))
    until(lambda: stages()[command.case] is Stage.AWAITING_DISPATCH, "the pending stage")
    assert session.undo(name)
    until(lambda: stages()[command.case] is Stage.REGISTERED, "the stage before")


def test_that_a_draft_is_there_after_a_restart_and_gone_when_dropped(
    tmp_path: Path, served: Served, paths: Paths
) -> None:
    with seated(tmp_path / "d", served.url, paths, "zhang") as first:
        first.save_draft("case/1", "井")
        first.save_draft("case/1", "井盖缺失")
        first.save_draft("case/2", "路灯")
        first.drop_draft("case/2")
        assert first.draft("case/1") == "井盖缺失"
    with seated(tmp_path / "d", served.url, paths, "zhang") as again:
        assert again.draft("case/1") == "井盖缺失"
        assert again.draft("case/2") is None
        assert again.drafts() == {"case/1": "井盖缺失"}


def test_that_a_log_in_window_is_not_made_to_wait(
    tmp_path: Path, served: Served, paths: Paths, qtbot: QtBot
) -> None:
    door = SignIn(tmp_path / "w", served.url, CATALOGUES, pace=QUICK)
    with qtbot.waitSignal(door.refused, timeout=20_000) as refused:
        door.attempt("zhang", "wrong")
    assert refused.args == [Fault.WRONG_PASSWORD]
    assert not door.knows("zhang")
    with qtbot.waitSignal(door.entered, timeout=20_000) as entered:
        door.attempt("zhang", passwords(paths)["zhang"])
    (session,) = entered.args
    assert isinstance(session, Session)
    until(lambda: door.knows("zhang"), "its memory of the log-in")
    assert session.person.id == "zhang"
    session.close()
    session.close()


def test_that_a_window_may_ask_before_it_works_without_the_centre(
    tmp_path: Path, line: Line, paths: Paths, qtbot: QtBot
) -> None:
    secret = passwords(paths)["zhang"]
    seat(tmp_path / "w", line.url, "zhang", secret).close()
    line.cut()
    door = SignIn(tmp_path / "w", line.url, CATALOGUES, pace=QUICK)
    with qtbot.waitSignal(door.refused, timeout=20_000) as refused:
        door.attempt("zhang", secret, may_be_alone=False)
    assert refused.args == [Fault.UNREACHABLE]
    with qtbot.waitSignal(door.entered, timeout=20_000) as entered:
        door.attempt("zhang", secret)
    entered.args[0].close()


def test_that_a_drill_without_the_line_ends_when_the_line_is_given_back(session: Session) -> None:
    session.cut(True)
    until(lambda: session.status().lamp is Lamp.OFFLINE, "the offline lamp")
    command = report(session)
    session.perform(command)
    assert [line.state for line in session.outbox()] == [OutboxState.WAITING]
    session.cut(False)
    until(lambda: session.outbox() == (), "the report")


def test_that_perform_of_many_commands_keeps_their_order(session: Session) -> None:
    command = report(session)
    session.perform(command)
    names = [
        session.perform(AddNote(case=CaseId(command.case), note=f"o{i}", text=str(i))) for i in range(30)
    ]
    assert len(set(names)) == 30
    until(lambda: session.outbox() == (), "all of them")
    until(lambda: not any(s.pending for s in session.rows("note", case=command.case)), "their rows")
    notes = session.rows("note", case=command.case)
    assert len(notes) == 30
    ordered = sorted(notes, key=lambda s: (s.row.at_ms, int(s.row.text)))
    assert [s.row.text for s in ordered] == [str(i) for i in range(30)]


def test_that_a_scan_reads_what_the_screens_read_with_pending_work_laid_over_it(
    session: Session, line: Line
) -> None:
    commands = [report(session) for _ in range(3)]
    for command in commands:
        session.perform(command)
    until(lambda: all((s := session.row("case", c.case)) and not s.pending for c in commands), "the cases")
    alone(session, line)
    moved = session.perform(filed(commands[0].case))
    late = report(session)
    session.perform(late)
    until(lambda: (s := session.row("case", commands[0].case)) and s.pending, "the pending mark")
    scan = session.scan()
    found = {shown.row.id: shown for part in scan.parts() for shown in part}
    assert found.keys() == {shown.row.id for shown in session.open_cases()}
    for case, shown in found.items():
        whole = session.row("case", case)
        assert whole is not None and (shown.ver, shown.pending) == (whole.ver, whole.pending)
        for name in OpenCase.__struct_fields__:
            assert getattr(shown.row, name) == getattr(whole.row, name)
    assert found[commands[0].case].pending == (moved,)
    assert scan.is_at_most(len(found)) and not scan.is_at_most(0)
    assert scan.count() == len(found) - 1  # what was told a moment ago is not in the cache yet
    assert scan.claims().keys() == {shown.row.case for shown in session.rows("claim")}
    names = [shown.row.id for shown in session.rows("task")]
    assert scan.tasks(names).keys() == set(names)
    scan.close()


def test_that_rows_at_rest_are_read_by_a_worker_and_handed_over_here(session: Session) -> None:
    found: list[tuple[int, dict[str, list[str]], int]] = []

    def make(rows: Mapping[str, list[Any]]) -> tuple[int, dict[str, list[str]]]:
        return threading.get_ident(), {name: [row.id for row in rows[name]] for name in rows}

    session.at_rest(("unit", "person"), make, lambda made: found.append((*made, threading.get_ident())))
    assert not found
    until(lambda: bool(found), "the rows at rest")
    worker, ids, here = found[0]
    assert here == threading.get_ident() != worker
    assert ids == {name: [shown.row.id for shown in session.rows(name)] for name in ("unit", "person")}
    assert ids["person"]
