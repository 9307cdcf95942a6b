from __future__ import annotations

from typing import Any

import msgspec
import pytest

from casework.assist.duty import candidates, matter_of
from casework.assist.evidence import EvidenceCode
from casework.assist.propose import Proposal, choose_condition, propose, word_pairs
from casework.catalogue.model import Kind
from casework.command import Command
from casework.commands.check import Check
from casework.commands.close import Close
from casework.commands.dispatch import Dispatch
from casework.commands.file_case import FileCase
from casework.commands.finish import Finish
from casework.commands.receive import Receive
from casework.commands.send_check import SendCheck
from casework.entities.person import Person
from casework.entities.task import Task, TaskState
from casework.facts import Actor
from casework.ids import CaseId, Key, PersonId, TaskId, UnitId, WorkGridId
from casework.workflow import Flag, Post, Stage
from tests.casework.assist.rows import DUTY_GRIDS, LAYERS, UNITS, case
from tests.casework.build import CATALOGUES, UNIT, Desk, actor, register, unit_actor
from tests.casework.catalogue.tables import catalogues

CHECKER = Person(PersonId("lu"), "陆海燕", frozenset({Post.SUPERVISOR}), work_grid=WorkGridId("w7"))


def made_from(proposal: Proposal) -> Command:
    """The command a seat makes of a proposal when Enter is pressed."""
    number = proposal.case
    makers: dict[str, Any] = {
        "file_case": lambda: FileCase(
            case=number, class_code=proposal.class_code, condition=proposal.condition
        ),
        "dispatch": lambda: Dispatch(case=number, unit=proposal.unit),
        "receive": lambda: Receive(case=number, task=proposal.task),
        "finish": lambda: Finish(case=number, task=proposal.task, result="已修复"),
        "send_check": lambda: SendCheck(case=number, checker=proposal.checker),
        "check": lambda: Check(case=number),
        "close": lambda: Close(case=number),
    }
    made: Command = makers[proposal.kind]()
    return made


def test_that_following_the_proposals_takes_a_case_from_report_to_close() -> None:
    desk = Desk()
    desk.rows[Key("person", CHECKER.id)] = CHECKER
    desk.do(register())
    unit = msgspec.structs.replace(UNITS[0], id=UNIT)
    kinds = []
    while desk.case().is_open:
        row = desk.case()
        task = desk.rows.get(Key("task", row.task))
        ranked = candidates(matter_of(row), LAYERS, DUTY_GRIDS, (unit,), {})
        for who in (actor(), unit_actor()):
            step = propose(row, who, CATALOGUES["2026"], ranked, task, (CHECKER,))
            assert step is not None
            if step.is_mine:
                kinds.append(step.kind)
                desk.do(made_from(step), who)
                break
        else:
            raise AssertionError("nobody may do the proposed step")
        assert len(kinds) < 20
    assert kinds == ["file_case", "dispatch", "receive", "finish", "send_check", "check", "close"]


@pytest.mark.parametrize(
    ("stage", "post"),
    [
        (Stage.REGISTERED, Post.DUTY_LEADER),
        (Stage.AWAITING_FILING, Post.DUTY_LEADER),
        (Stage.AWAITING_DISPATCH, Post.DISPATCHER),
        (Stage.AWAITING_CHECK, Post.ACCEPTOR),
        (Stage.CHECKING, Post.SUPERVISOR),
        (Stage.AWAITING_CLOSE, Post.DUTY_LEADER),
    ],
)
def test_that_a_step_is_mine_only_with_its_post(stage: Stage, post: Post) -> None:
    row = case(stage=stage)
    mine = propose(row, actor(posts=frozenset({post})), catalogues()["2026"])
    theirs = propose(row, actor(posts=frozenset({Post.EVALUATOR})), catalogues()["2026"])
    assert mine is not None
    assert theirs is not None
    assert mine.is_mine
    assert post in mine.posts
    assert theirs == msgspec.structs.replace(mine, is_mine=False)


@pytest.mark.parametrize("stage", [Stage.CLOSED, Stage.NOT_FILED, Stage.VOIDED, Stage.VERIFYING])
def test_that_nothing_is_proposed_where_nothing_can_be_done(stage: Stage) -> None:
    assert propose(case(stage=stage), actor()) is None


def test_that_a_suspended_case_has_no_next_step() -> None:
    assert propose(case(flags=frozenset({Flag.SUSPENDED})), actor()) is None


def test_that_a_task_is_received_and_finished_by_its_own_unit() -> None:
    row = case(stage=Stage.HANDLING, unit=UNIT, task=TaskId("t-1"))
    task = Task(
        id=TaskId("t-1.1"), case=row.id, unit=UNIT, is_lead=False, state=TaskState.SENT, sent_ms=1, due_ms=9
    )

    def step(who: Actor, state: TaskState) -> Proposal | None:
        return propose(row, who, task=msgspec.structs.replace(task, state=state))

    first, second = step(unit_actor(), TaskState.SENT), step(unit_actor(), TaskState.RECEIVED)
    assert first is not None
    assert second is not None
    assert [(one.kind, one.task, one.is_mine) for one in (first, second)] == [
        ("receive", "t-1.1", True),
        ("finish", "t-1.1", True),
    ]
    other = step(unit_actor(UnitId("u-other")), TaskState.SENT)
    assert other is not None
    assert not other.is_mine
    assert step(unit_actor(), TaskState.FINISHED) is None
    assert step(unit_actor(), TaskState.RETURNED) is None


def test_that_the_hall_is_told_what_the_unit_has_to_do_next() -> None:
    row = case(stage=Stage.HANDLING, unit=UNIT, task=TaskId("t-1"))
    waiting, working = propose(row, actor()), propose(msgspec.structs.replace(row, received_ms=5), actor())
    assert waiting is not None
    assert working is not None
    assert [(one.kind, one.unit, one.task, one.is_mine) for one in (waiting, working)] == [
        ("receive", UNIT, "t-1", False),
        ("finish", UNIT, "t-1", False),
    ]


def test_that_the_dispatch_goes_to_the_first_candidate_with_its_evidence() -> None:
    row = case()
    ranked = candidates(matter_of(row), LAYERS, DUTY_GRIDS, UNITS, {})
    step = propose(row, actor(), candidates=ranked)
    assert step is not None
    assert (step.unit, step.evidence) == (ranked[0].unit, ranked[0].evidence)
    empty = propose(row, actor())
    assert empty is not None
    assert (empty.kind, empty.unit, empty.evidence) == ("dispatch", "", ())


@pytest.mark.parametrize(
    ("text", "number", "code"),
    [
        ("市民来电：路口北侧非机动车道雨水井盖缺失，井口约 70 厘米", 1, EvidenceCode.CONDITION_WORDS),
        ("雨水井盖不见了", 1, EvidenceCode.CONDITION_WORDS),
        ("雨水井盖破损一角", 2, EvidenceCode.CONDITION_WORDS),
        ("雨水井盖松动，车过有响声", 3, EvidenceCode.CONDITION_WORDS),
        ("雨水井盖周围路面沉陷不平", 4, EvidenceCode.CONDITION_WORDS),
        ("请来看看", 1, EvidenceCode.CONDITION_FIRST),
        ("manhole", 1, EvidenceCode.CONDITION_FIRST),
        ("", 1, EvidenceCode.CONDITION_FIRST),
    ],
)
def test_that_the_condition_is_the_one_the_report_speaks_of(
    text: str, number: int, code: EvidenceCode
) -> None:
    chosen = choose_condition(case(text=text), catalogues()["2026"])
    assert chosen is not None
    assert (chosen[0].id, chosen[1].code) == (f"01003-{number}", code)


def test_that_the_name_of_the_class_speaks_for_no_condition() -> None:
    road = case(kind=Kind.EVENT, class_code="06013", text="道路破损，有一处坑洼")
    chosen = choose_condition(road, catalogues()["2026"])
    assert chosen is not None
    assert chosen[0].id == "06013-3"


def test_that_a_condition_given_by_a_person_is_kept() -> None:
    given = choose_condition(case(condition="01003-4"), catalogues()["2026"])
    assert given is not None
    assert (given[0].id, given[1].code) == ("01003-4", EvidenceCode.CONDITION_GIVEN)
    # A condition of another class, after the class was corrected, is no longer one.
    stale = choose_condition(case(condition="01004-1"), catalogues()["2026"])
    assert stale is not None
    assert stale[1].code is EvidenceCode.CONDITION_WORDS


def test_that_a_class_without_conditions_is_filed_by_hand() -> None:
    unknown = case(stage=Stage.REGISTERED, class_code="01999")
    assert choose_condition(unknown, catalogues()["2026"]) is None
    for catalogue in (None, catalogues()["2026"]):
        step = propose(unknown, actor(), catalogue)
        assert step is not None
        assert (step.kind, step.condition, step.evidence) == ("file_case", "", ())


def test_that_like_words_count_as_one() -> None:
    assert word_pairs("井盖丢失") == word_pairs("井盖缺失") == {"井盖", "盖缺", "缺失"}
    assert word_pairs("a1，。") == frozenset()


def test_that_a_supervisor_of_the_place_is_sent_to_check() -> None:
    row = case(stage=Stage.AWAITING_CHECK, unit=UNIT, task=TaskId("t-1"))
    step = propose(row, actor(), checkers=(CHECKER,))
    assert step is not None
    assert (step.checker, [one.code for one in step.evidence]) == (
        "lu",
        [EvidenceCode.RESULT, EvidenceCode.WORK_GRID],
    )
    assert step.case == CaseId("202607140001")
