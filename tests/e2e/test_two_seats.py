"""Two seats and a unit at a real centre: a case from its report to its close, one of the seats cut off on the way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from app.session import Session
from casework.catalogue.model import Kind
from casework.command import Command
from casework.commands.add_note import AddNote
from casework.commands.check import Check
from casework.commands.claim import ClaimCase
from casework.commands.close import Close
from casework.commands.dispatch import Dispatch
from casework.commands.file_case import FileCase
from casework.commands.finish import Finish
from casework.commands.receive import Receive
from casework.commands.send_check import SendCheck
from casework.ids import CaseId, PersonId, TaskId, UnitId
from casework.sync.status import Lamp, OutboxState, Waits
from casework.workflow import Stage
from server.paths import Paths
from tests.app.link.hall import CATALOGUES, Line, report, seated, until
from tests.casework.build import OTHER_UNIT, UNIT
from tests.e2e.agreement import agree
from tests.server.ground import Served

pytestmark = pytest.mark.usefixtures("qapp")
CLASS = "01003"


def stage(session: Session, case: str) -> Stage | None:
    shown = session.row("case", case)
    return shown.row.stage if shown else None


def settled(session: Session, case: str) -> Any:
    """The case's row when nothing of this seat is pending on it any more."""
    shown = session.row("case", case)
    return shown.row if shown and not shown.pending and not session.outbox() else None


def do(session: Session, command: Command, case: str, then: Stage) -> None:
    """Performed and confirmed."""
    session.perform(command)
    until(
        lambda: (row := settled(session, case)) and row.stage is then,
        f"{then} by {type(command).__name__}",
        60,
    )


def test_that_a_case_goes_from_report_to_close_over_two_seats_and_a_unit_while_one_is_cut_off(
    tmp_path: Path, served: Served, paths: Paths, line: Line
) -> None:
    with (
        seated(tmp_path / "a", line.url, paths, "zhang", "a") as a,
        seated(tmp_path / "b", served.url, paths, "li", "b") as b,
        seated(tmp_path / "u", served.url, paths, "wei", "u") as unit,
    ):
        case = register_and_file(a, b, line)
        dispatch_while_cut_off(a, b, unit, line, case)
        task = TaskId(a.row("case", case).row.task)  # type: ignore[union-attr]
        until(lambda: unit.row("task", task), "the task at the unit")
        do(unit, Receive(case=CaseId(case), task=task), case, Stage.HANDLING)
        unit.perform(Finish(case=CaseId(case), task=task, result="已更换井盖"))
        until(lambda: stage(b, case) is Stage.AWAITING_CHECK, "the unit's work at the other seat")
        line.cut()
        until(lambda: a.status().lamp is Lamp.OFFLINE, "the offline lamp")
        do(b, SendCheck(case=CaseId(case), checker=PersonId("zhang")), case, Stage.CHECKING)
        do(b, Check(case=CaseId(case)), case, Stage.AWAITING_CLOSE)
        a.perform(AddNote(case=CaseId(case), note="n-a", text="市民来电致谢"))
        assert stage(a, case) is Stage.AWAITING_CHECK, "nothing has come through"
        assert b.rows("note", case=case) == []
        line.mend()
        until(
            lambda: settled(a, case) and stage(a, case) is Stage.AWAITING_CLOSE, "the rest at the first seat"
        )
        do(a, Close(case=CaseId(case)), case, Stage.CLOSED)
        until(lambda: stage(b, case) is Stage.CLOSED and b.rows("note", case=case), "the end at the other")
        assert case not in {shown.row.id for shown in b.open_cases()}
        for session in (a, b, unit):
            agree(session, paths)
        assert a.row("case", case) == b.row("case", case)
        trace = [step.deed for step in b.row("case", case).row.trace]  # type: ignore[union-attr]
        assert trace == "register file_case dispatch receive finish send_check check close".split()


def register_and_file(a: Session, b: Session, line: Line) -> str:
    """At the first seat without the network: it sees its own work, the other sees none of it."""
    until(a.numbers_left, "case numbers")
    line.cut()
    until(lambda: a.status().lamp is Lamp.OFFLINE, "the offline lamp")
    command = report(a, class_code=CLASS)
    case = command.case
    condition = CATALOGUES["2026"].conditions[Kind.COMPONENT, CLASS][0].id
    names = [
        a.perform(command),
        a.perform(ClaimCase(case=case)),
        a.perform(FileCase(case=case, class_code=CLASS, condition=condition)),
    ]
    shown = a.row("case", case)
    assert shown is not None
    assert (shown.row.stage, shown.ver) == (Stage.AWAITING_DISPATCH, 0)
    assert shown.pending == tuple(names)
    assert [one.state for one in a.outbox()] == [OutboxState.WAITING] * 3
    marker = report(b)
    b.perform(marker)
    until(lambda: settled(b, marker.case), "the other seat's own report")
    assert b.row("case", case) is None
    assert a.row("case", marker.case) is None
    line.mend()
    until(lambda: settled(a, case) and settled(b, case), "the case at both")
    assert a.row("case", case) == b.row("case", case)
    assert a.row("case", marker.case) == b.row("case", marker.case)
    return case


def dispatch_while_cut_off(a: Session, b: Session, unit: Session, line: Line, case: str) -> None:
    """Held at the first seat, decided by the second: the late one is a red card, not a second dispatch."""
    line.cut()
    until(lambda: a.status().lamp is Lamp.OFFLINE, "the offline lamp")
    a.perform(Dispatch(case=CaseId(case), unit=UnitId(OTHER_UNIT), opinion="请处置"))
    assert stage(a, case) is Stage.HANDLING
    assert a.outbox()[0].waits in (Waits.UNDO, Waits.NETWORK)
    do(b, Dispatch(case=CaseId(case), unit=UNIT, opinion="尽快"), case, Stage.HANDLING)
    assert unit.rows("task", case=case) or until(lambda: unit.rows("task", case=case), "the unit's task")
    line.mend()
    card = until(
        lambda: next((o for o in a.outbox() if o.state is OutboxState.REFUSED), None), "the red card", 60
    )
    assert (card.mine.unit, card.theirs.unit) == (OTHER_UNIT, UNIT)
    until(
        lambda: (s := a.row("case", case)) and not s.pending and s.row.unit == UNIT, "the centre's decision"
    )
    assert len(a.rows("task", case=case)) == 1
    a.dismiss(card.id)
    until(lambda: a.outbox() == (), "an empty drawer")


def test_that_two_seats_that_took_the_same_case_offline_are_both_answered(
    tmp_path: Path, served: Served, paths: Paths, line: Line
) -> None:
    with (
        seated(tmp_path / "a", line.url, paths, "zhang", "a") as a,
        seated(tmp_path / "b", line.url, paths, "li", "b") as b,
    ):
        command = report(a)
        a.perform(command)
        until(lambda: settled(a, command.case) and settled(b, command.case), "the case at both")
        line.cut()
        for session in (a, b):
            until(lambda session=session: session.status().lamp is Lamp.OFFLINE, "the offline lamp")
            session.perform(ClaimCase(case=command.case))
            claim = session.row("claim", command.case)
            assert claim is not None
            assert claim.row.seat == session.seat
            assert claim.pending, "marked as not confirmed"
        line.mend()
        until(
            lambda: not any(o.state is not OutboxState.REFUSED for s in (a, b) for o in s.outbox()),
            "both answered",
        )
        until(lambda: all((s := x.row("claim", command.case)) and not s.pending for x in (a, b)), "one claim")
        assert a.row("claim", command.case) == b.row("claim", command.case)
        refused = [line_ for session in (a, b) for line_ in session.outbox()]
        assert len(refused) == 1
        for session in (a, b):
            agree(session, paths)
