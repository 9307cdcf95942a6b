"""One case's whole way through the rules, and every way a rule says no."""

from __future__ import annotations

from typing import Any

import pytest

from casework.command import Writes
from casework.commands.add_note import AddNote
from casework.commands.check import Check, FailReason
from casework.commands.claim import ClaimCase
from casework.commands.close import Close
from casework.commands.dispatch import Dispatch
from casework.commands.file_case import FileCase
from casework.commands.finish import Finish
from casework.commands.not_file import NotFile, NotFiledReason
from casework.commands.receive import Receive
from casework.commands.register import Register
from casework.commands.release import Release
from casework.commands.return_task import ReturnTask
from casework.commands.send_check import SendCheck
from casework.entities.task import TaskState
from casework.ids import Key, SeatId
from casework.limits import TEXT_CHARS
from casework.refusal import Refusal, RefusalCode
from casework.workflow import Flag, Post, Source, Stage
from tests.casework.build import OTHER_UNIT, UNIT, Desk, actor, register, unit_actor

CASE = "202607140001"
HOUR_MS = 3_600_000
FILE = FileCase(case=CASE, class_code="01003", condition="01003-1")
DISPATCH = Dispatch(case=CASE, unit=UNIT)
UNIT_MAN = unit_actor()


def desk_at(stage: Stage) -> Desk:
    """A desk with one case brought to `stage` by the ordinary commands."""
    desk = Desk()
    desk.do(register())
    steps: list[tuple[Stage, list[tuple[Any, Any]]]] = [
        (Stage.AWAITING_DISPATCH, [(FILE, None)]),
        (Stage.HANDLING, [(DISPATCH, None)]),
        (
            Stage.AWAITING_CHECK,
            [
                (Receive(case=CASE, task=f"{CASE}-1"), UNIT_MAN),
                (Finish(case=CASE, task=f"{CASE}-1", result="已恢复"), UNIT_MAN),
            ],
        ),
        (Stage.CHECKING, [(SendCheck(case=CASE), None)]),
        (Stage.AWAITING_CLOSE, [(Check(case=CASE), None)]),
        (Stage.CLOSED, [(Close(case=CASE), None)]),
    ]
    for reached, commands in steps:
        if desk.case().stage is stage:
            break
        for command, who in commands:
            desk.do(command, who)
        assert desk.case().stage is reached
    assert desk.case().stage is stage
    return desk


def code_of(result: Any) -> RefusalCode:
    assert isinstance(result, Refusal), result
    return result.code


def test_that_a_case_goes_from_report_to_closed_and_its_trace_tells_each_step() -> None:
    case = desk_at(Stage.CLOSED).case()
    deeds = [step.deed for step in case.trace]
    assert deeds == ["register", "file_case", "dispatch", "receive", "finish", "send_check", "check", "close"]
    assert [step.at_ms for step in case.trace] == sorted(step.at_ms for step in case.trace)
    assert case.closed_ms > case.checked_ms > case.finished_ms > case.received_ms > case.dispatched_ms


def test_that_the_deadline_comes_from_the_filing_condition_and_runs_from_filing() -> None:
    case = desk_at(Stage.AWAITING_DISPATCH).case()
    assert case.due_ms == case.filed_ms + 2 * HOUR_MS
    assert case.clock_ms == case.filed_ms


def test_that_a_supervisors_report_goes_straight_to_filing_and_a_citizens_is_accepted_first() -> None:
    for source, stage in ((Source.SUPERVISOR, Stage.AWAITING_FILING), (Source.HOTLINE, Stage.REGISTERED)):
        desk = Desk()
        desk.do(register(source=source))
        assert desk.case().stage is stage


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"case": "202607140051"}, RefusalCode.NUMBER_NOT_GRANTED),
        ({"case": "202607150001"}, RefusalCode.NUMBER_NOT_GRANTED),
        ({"case": "20260714001"}, RefusalCode.NUMBER_NOT_GRANTED),
        ({"case": "2026071400001"}, RefusalCode.NUMBER_NOT_GRANTED),
        ({"grid": "450103005006999"}, RefusalCode.OUTSIDE_GRID),
        ({"class_code": "99999"}, RefusalCode.UNKNOWN_CLASS),
        ({"edition": "1999"}, RefusalCode.UNKNOWN_CLASS),
        ({"condition": "01003-9"}, RefusalCode.UNKNOWN_CONDITION),
        ({"text": " "}, RefusalCode.TEXT_MISSING),
        ({"text": "长" * (TEXT_CHARS + 1)}, RefusalCode.TOO_LONG),
    ],
)
def test_that_a_report_that_cannot_stand_is_refused_with_its_reason(
    changes: dict[str, Any], code: RefusalCode
) -> None:
    assert code_of(Desk().ask(register(**changes))) is code


def test_that_a_number_is_given_to_one_case_only() -> None:
    desk = desk_at(Stage.REGISTERED)
    assert code_of(desk.ask(register())) is RefusalCode.EXISTS


@pytest.mark.parametrize(
    "stage", [s for s in Stage if s not in (Stage.VERIFYING, Stage.VOIDED, Stage.NOT_FILED)]
)
def test_that_no_command_moves_a_case_from_a_stage_it_may_not_start_from(stage: Stage) -> None:
    if stage is Stage.AWAITING_FILING:
        desk = Desk()
        desk.do(register(source=Source.SUPERVISOR))
    else:
        desk = desk_at(stage)
    may = {
        Stage.REGISTERED: {"file_case", "not_file"},
        Stage.AWAITING_FILING: {"file_case", "not_file"},
        Stage.AWAITING_DISPATCH: {"dispatch"},
        Stage.AWAITING_CHECK: {"send_check"},
        Stage.CHECKING: {"check"},
        Stage.AWAITING_CLOSE: {"close"},
    }.get(stage, set())
    not_filed = NotFile(case=CASE, reason=NotFiledReason.REPEAT)
    for command in (FILE, not_filed, DISPATCH, SendCheck(case=CASE), Check(case=CASE), Close(case=CASE)):
        kind = str(type(command).__struct_config__.tag)
        result = desk.ask(command)
        if kind in may:
            assert isinstance(result, Writes), (kind, result)
        else:
            assert code_of(result) is RefusalCode.BAD_TRANSITION


def test_that_posts_decide_who_may() -> None:
    acceptor = actor(posts=frozenset({Post.ACCEPTOR}))
    assert code_of(desk_at(Stage.REGISTERED).ask(FILE, acceptor)) is RefusalCode.FORBIDDEN
    assert code_of(desk_at(Stage.AWAITING_DISPATCH).ask(DISPATCH, acceptor)) is RefusalCode.FORBIDDEN
    assert code_of(desk_at(Stage.AWAITING_CLOSE).ask(Close(case=CASE), acceptor)) is RefusalCode.FORBIDDEN
    intake = actor(posts=frozenset({Post.INTAKE}))
    assert isinstance(Desk().ask(register(), intake), Writes)


def test_that_a_case_waits_for_its_co_handlers() -> None:
    desk = desk_at(Stage.AWAITING_DISPATCH)
    desk.do(Dispatch(case=CASE, unit=UNIT, co_units=(OTHER_UNIT,)))
    lead, helper = f"{CASE}-1", f"{CASE}-1.1"
    other = unit_actor(OTHER_UNIT)
    desk.do(Receive(case=CASE, task=lead), UNIT_MAN)
    desk.do(Finish(case=CASE, task=lead, result="完成"), UNIT_MAN)
    assert desk.case().stage is Stage.HANDLING
    desk.do(Receive(case=CASE, task=helper), other)
    desk.do(Finish(case=CASE, task=helper, result="完成"), other)
    assert desk.case().stage is Stage.AWAITING_CHECK


def test_that_a_unit_touches_its_own_task_only() -> None:
    desk = desk_at(Stage.HANDLING)
    receive = Receive(case=CASE, task=f"{CASE}-1")
    assert code_of(desk.ask(receive, unit_actor(OTHER_UNIT))) is RefusalCode.NOT_YOUR_TASK
    assert (
        code_of(desk.ask(Finish(case=CASE, task=f"{CASE}-1", result="好"), UNIT_MAN))
        is RefusalCode.NOT_RECEIVED
    )
    desk.do(receive, UNIT_MAN)
    assert code_of(desk.ask(receive, UNIT_MAN)) is RefusalCode.ALREADY_RECEIVED
    assert code_of(desk.ask(Receive(case=CASE, task="x"), UNIT_MAN)) is RefusalCode.UNKNOWN_ROW


def test_that_a_return_says_which_evidence_is_wrong_and_ends_the_round() -> None:
    desk = desk_at(Stage.HANDLING)
    task = f"{CASE}-1"
    assert (
        code_of(desk.ask(ReturnTask(case=CASE, task=task, evidence="", opinion="不归我们"), UNIT_MAN))
        is RefusalCode.EVIDENCE_MISSING
    )
    assert (
        code_of(desk.ask(ReturnTask(case=CASE, task=task, evidence="layer", opinion=" "), UNIT_MAN))
        is RefusalCode.OPINION_MISSING
    )
    desk.do(ReturnTask(case=CASE, task=task, evidence="layer", opinion="不归我们"), UNIT_MAN)
    case = desk.case()
    assert (case.stage, case.unit, case.returns) == (Stage.AWAITING_DISPATCH, "", 1)
    assert Flag.RETURNED in case.flags
    assert desk.rows[Key("request", task + "-return")].evidence == "layer"
    desk.do(Dispatch(case=CASE, unit=OTHER_UNIT))
    assert code_of(desk.ask(Receive(case=CASE, task=task), UNIT_MAN)) is RefusalCode.NOT_YOUR_TASK
    assert desk.case().task == f"{CASE}-2"


def test_that_a_failed_check_goes_back_to_the_same_unit_as_rework() -> None:
    desk = desk_at(Stage.CHECKING)
    due_ms = desk.case().due_ms
    desk.do(Check(case=CASE, failed_for=(FailReason.OTHER_PLACE,)))
    case = desk.case()
    assert (case.stage, case.unit, case.reworks, case.due_ms) == (Stage.HANDLING, UNIT, 1, due_ms)
    assert Flag.REWORKED in case.flags
    assert desk.rows[Key("task", case.task)].state is TaskState.SENT


def test_that_not_filing_for_another_reason_needs_words() -> None:
    desk = desk_at(Stage.REGISTERED)
    silent = NotFile(case=CASE, reason=NotFiledReason.OTHER)
    assert code_of(desk.ask(silent)) is RefusalCode.OPINION_MISSING
    desk.do(NotFile(case=CASE, reason=NotFiledReason.OTHER, opinion="属小区内部"))
    assert desk.case().stage is Stage.NOT_FILED


def test_that_one_seat_at_a_time_has_a_case_in_hand() -> None:
    desk = desk_at(Stage.REGISTERED)
    first = actor("seat-1", frozenset({Post.ACCEPTOR}))
    second = actor("seat-2", frozenset({Post.ACCEPTOR}))
    leader = actor("seat-3", frozenset({Post.DUTY_LEADER}))
    desk.do(ClaimCase(case=CASE), first)
    assert code_of(desk.ask(ClaimCase(case=CASE), second)) is RefusalCode.ALREADY_CLAIMED
    assert code_of(desk.ask(ClaimCase(case=CASE, is_takeover=True), second)) is RefusalCode.ALREADY_CLAIMED
    assert isinstance(desk.ask(ClaimCase(case=CASE, is_takeover=True), leader), Writes)
    assert code_of(desk.ask(ClaimCase(case=CASE), leader)) is RefusalCode.ALREADY_CLAIMED
    silent = frozenset({SeatId("seat-1")})
    assert isinstance(desk.ask(ClaimCase(case=CASE), second, silent=silent), Writes)
    assert code_of(desk.ask(Release(case=CASE), second)) is RefusalCode.ALREADY_CLAIMED
    desk.do(Release(case=CASE), first)
    assert code_of(desk.ask(Release(case=CASE), first)) is RefusalCode.NOT_CLAIMED
    desk.do(ClaimCase(case=CASE), second)


def test_that_dispatching_lets_go_of_the_case() -> None:
    desk = desk_at(Stage.AWAITING_DISPATCH)
    desk.do(ClaimCase(case=CASE))
    desk.do(DISPATCH)
    assert Key("claim", CASE) not in desk.rows


def test_that_a_case_nobody_knows_is_refused_by_name() -> None:
    for command in (FILE, DISPATCH, ClaimCase(case=CASE), AddNote(case=CASE, note="n", text="x")):
        assert code_of(Desk().ask(command)) is RefusalCode.UNKNOWN_ROW


def test_that_a_unit_nobody_knows_gets_no_case() -> None:
    desk = desk_at(Stage.AWAITING_DISPATCH)
    assert code_of(desk.ask(Dispatch(case=CASE, unit="u-none"))) is RefusalCode.UNKNOWN_UNIT
    assert code_of(desk.ask(Dispatch(case=CASE, unit=UNIT, co_units=(UNIT,)))) is RefusalCode.EXISTS


def test_that_a_register_command_carries_no_plain_telephone_number_field() -> None:
    assert not {"phone", "telephone", "identity"} & set(Register.__struct_fields__)
