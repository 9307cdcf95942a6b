"""A unit hands its task back to the centre, saying which evidence for the choice of unit is wrong."""

from __future__ import annotations

import msgspec

from casework.command import Command, Move, Rows, Rule, Writes
from casework.entities.request import Request, RequestKind, RequestState
from casework.entities.task import TaskState
from casework.facts import Facts
from casework.ids import CaseId, Key, RequestId, TaskId, UnitId
from casework.limits import OPINION_CHARS
from casework.progress import advance, case_key, claim_key, step
from casework.refusal import Refusal, RefusalCode, refuse
from casework.tasks import present_task
from casework.workflow import Flag, Post, Stage

POSTS = frozenset({Post.UNIT_OPERATOR})


class ReturnTask(Command, frozen=True, kw_only=True, tag="return_task"):
    """`evidence` names what is wrong (the duty layer, the owner, a precedent...), `opinion` says why."""

    case: CaseId
    task: TaskId
    evidence: str
    opinion: str


def reads(command: ReturnTask) -> tuple[Key, ...]:
    return (case_key(command.case), Key("task", command.task), claim_key(command.case))


def apply(rows: Rows, command: ReturnTask, facts: Facts) -> Writes | Refusal:
    """Only the lead's task can be handed back; the round ends for its co-handlers too."""
    case = rows[case_key(command.case)]
    task = present_task(case, rows[Key("task", command.task)], facts)
    if isinstance(task, Refusal):
        return task
    if not task.is_lead or task.state is TaskState.FINISHED:
        return refuse(RefusalCode.NOT_YOUR_TASK, task=task.id, unit=task.unit)
    if not command.evidence.strip():
        return refuse(RefusalCode.EVIDENCE_MISSING)
    if not command.opinion.strip():
        return refuse(RefusalCode.OPINION_MISSING)
    if max(len(command.evidence), len(command.opinion)) > OPINION_CHARS:
        return refuse(RefusalCode.TOO_LONG, field="opinion", limit=OPINION_CHARS)
    request = Request(
        id=RequestId(task.id + "-return"),
        case=case.id,
        task=task.id,
        unit=task.unit,
        kind=RequestKind.RETURN,
        state=RequestState.GRANTED,
        asked_ms=facts.now_ms,
        evidence=command.evidence,
        opinion=command.opinion,
    )
    back = advance(
        case,
        Stage.AWAITING_DISPATCH,
        step(facts, RULE.kind, POSTS, command.opinion, task.unit),
        facts,
        flags=case.flags | {Flag.RETURNED},
        unit=UnitId(""),
        open_tasks=0,
        received_ms=0,
        returns=case.returns + 1,
    )
    returned = msgspec.structs.replace(task, state=TaskState.RETURNED, finished_ms=facts.now_ms)
    return Writes(
        {
            case_key(case.id): back,
            Key("task", task.id): returned,
            Key("request", request.id): request,
            claim_key(case.id): None,
        }
    )


RULE = Rule(
    ReturnTask,
    subject=lambda c: Key("task", c.task),
    reads=reads,
    apply=apply,
    posts=POSTS,
    move=Move(frozenset({Stage.HANDLING}), Stage.AWAITING_DISPATCH),
)
