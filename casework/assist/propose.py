"""The next step of a case: which command, with what in it, and what speaks for it.

Promises: pure; a proposal is lawful at the case's stage; it says whether the actor may carry it out. It performs
nothing, and a human choice already made (a condition, a unit) is kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from casework.assist.duty import Candidate
from casework.assist.evidence import Evidence, EvidenceCode
from casework.catalogue.model import Catalogue, Condition
from casework.command import Rule
from casework.commands import check, close, dispatch, file_case, finish, receive, send_check
from casework.entities.case import Case
from casework.entities.person import Person
from casework.entities.task import Task, TaskState
from casework.facts import Actor
from casework.ids import CaseId, PersonId, TaskId, UnitId
from casework.workflow import Flag, Post, Stage

NO_UNIT, NO_TASK, NO_CHECKER = UnitId(""), TaskId(""), PersonId("")


class Proposal(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`kind` is the command's; `posts` may perform it, and `is_mine` says that the actor holds one of them."""

    kind: str
    case: CaseId
    posts: frozenset[Post]
    is_mine: bool
    class_code: str = ""
    condition: str = ""
    unit: UnitId = UnitId("")
    task: TaskId = TaskId("")
    checker: PersonId = PersonId("")
    evidence: tuple[Evidence, ...] = ()


def propose(
    case: Case,
    actor: Actor,
    catalogue: Catalogue | None = None,
    candidates: Sequence[Candidate] = (),
    task: Task | None = None,
    checkers: Sequence[Person] = (),
) -> Proposal | None:
    """The next step, or None where there is none to propose: a closed or suspended case, or one being verified.

    `task` is the actor's own unit's in the present round, else the lead's; `checkers` are the supervisors who
    patrol the place, the best first.
    """
    if Flag.SUSPENDED in case.flags:
        return None
    if case.stage in (Stage.REGISTERED, Stage.AWAITING_FILING):
        return _file(case, actor, catalogue)
    if case.stage is Stage.AWAITING_DISPATCH:
        return _dispatch(case, actor, candidates)
    if case.stage is Stage.HANDLING:
        return _handle(case, actor, task)
    if case.stage is Stage.AWAITING_CHECK:
        return _send_check(case, actor, checkers)
    if case.stage is Stage.CHECKING:
        return _proposal(check.RULE, case, actor, unit=case.unit)
    if case.stage is Stage.AWAITING_CLOSE:
        return _proposal(close.RULE, case, actor, evidence=(Evidence(EvidenceCode.CHECKED),))
    return None


def _proposal(
    rule: Rule,
    case: Case,
    actor: Actor,
    *,
    unit: UnitId = NO_UNIT,
    task: TaskId = NO_TASK,
    condition: str = "",
    checker: PersonId = NO_CHECKER,
    evidence: tuple[Evidence, ...] = (),
) -> Proposal:
    return Proposal(
        kind=rule.kind,
        case=case.id,
        posts=rule.posts,
        is_mine=not rule.posts or bool(rule.posts & actor.posts),
        class_code=case.class_code,
        condition=condition,
        unit=unit,
        task=task,
        checker=checker,
        evidence=evidence,
    )


def _file(case: Case, actor: Actor, catalogue: Catalogue | None) -> Proposal:
    chosen = choose_condition(case, catalogue) if catalogue is not None else None
    if chosen is None:
        return _proposal(file_case.RULE, case, actor)
    condition, evidence = chosen
    return _proposal(file_case.RULE, case, actor, condition=condition.id, evidence=(evidence,))


def _dispatch(case: Case, actor: Actor, candidates: Sequence[Candidate]) -> Proposal:
    if not candidates:
        return _proposal(dispatch.RULE, case, actor)
    return _proposal(dispatch.RULE, case, actor, unit=candidates[0].unit, evidence=candidates[0].evidence)


def _handle(case: Case, actor: Actor, task: Task | None) -> Proposal | None:
    if task is not None and task.state in (TaskState.FINISHED, TaskState.RETURNED):
        return None
    is_received = task.state is TaskState.RECEIVED if task is not None else case.received_ms > 0
    unit = task.unit if task is not None else case.unit
    made = _proposal(
        finish.RULE if is_received else receive.RULE,
        case,
        actor,
        unit=unit,
        task=task.id if task is not None else case.task,
    )
    return msgspec.structs.replace(made, is_mine=made.is_mine and actor.unit == unit)


def _send_check(case: Case, actor: Actor, checkers: Sequence[Person]) -> Proposal:
    done = Evidence(EvidenceCode.RESULT, case.task)
    if not checkers:
        return _proposal(send_check.RULE, case, actor, evidence=(done,))
    patrols = Evidence(EvidenceCode.WORK_GRID, checkers[0].work_grid, checkers[0].name)
    return _proposal(send_check.RULE, case, actor, checker=checkers[0].id, evidence=(done, patrols))


# Words of reports and of conditions that mean the same, brought to one form before they are compared.
SAME_WORDS: Mapping[str, str] = {
    "丢失": "缺失",
    "不见": "缺失",
    "被盗": "缺失",
    "丢了": "缺失",
    "没了": "缺失",
    "破损": "损坏",
    "破裂": "损坏",
    "坏了": "损坏",
    "打烂": "损坏",
    "倾斜": "歪斜",
    "倾倒": "倒地",
    "倒伏": "倒地",
    "倒了": "倒地",
    "生锈": "锈蚀",
    "开裂": "裂缝",
    "塌陷": "下沉",
    "沉陷": "下沉",
    "满溢": "溢出",
    "脏污": "不洁",
    "肮脏": "不洁",
    "响声": "异响",
}


def word_pairs(text: str) -> frozenset[str]:
    """The pairs of neighbouring Chinese characters, after like words have been brought to one form."""
    for word, same in SAME_WORDS.items():
        text = text.replace(word, same)
    pairs = (text[index : index + 2] for index in range(len(text) - 1))
    return frozenset(pair for pair in pairs if all("\u4e00" <= sign <= "\u9fff" for sign in pair))


def choose_condition(case: Case, catalogue: Catalogue) -> tuple[Condition, Evidence] | None:
    """The condition given already; else the one the report speaks of most; else the first of the class."""
    conditions = catalogue.conditions.get((case.kind, case.class_code), ())
    if not conditions:
        return None
    given = next((condition for condition in conditions if condition.id == case.condition), None)
    if given is not None:
        return given, Evidence(EvidenceCode.CONDITION_GIVEN, given.id)
    entry = catalogue.classes.get((case.kind, case.class_code))
    # The class's own name is in every report about it and tells its conditions not apart.
    said = word_pairs(case.text) - word_pairs(entry.name_zh if entry else "")
    scores = [len(said & word_pairs(condition.text_zh)) for condition in conditions]
    best = max(range(len(conditions)), key=lambda index: (scores[index], -index))
    code = EvidenceCode.CONDITION_WORDS if scores[best] else EvidenceCode.CONDITION_FIRST
    return conditions[best], Evidence(code, conditions[best].id, number=scores[best])
