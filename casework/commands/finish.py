"""A responsible unit reports its task done. The case goes to be checked when the last unit of the round has."""

from __future__ import annotations

import msgspec

from casework.command import Command, Move, Rows, Rule, Writes
from casework.entities.task import TaskState
from casework.facts import Facts
from casework.ids import CaseId, Key, TaskId
from casework.limits import OPINION_CHARS
from casework.progress import advance, case_key, claim_key, step
from casework.refusal import Refusal, RefusalCode, refuse
from casework.tasks import present_task
from casework.workflow import Post, Stage

POSTS = frozenset({Post.UNIT_OPERATOR})


class Finish(Command, frozen=True, kw_only=True, tag="finish"):
    """`result` says what was done."""

    case: CaseId
    task: TaskId
    result: str
    photos: tuple[str, ...] = ()


def reads(command: Finish) -> tuple[Key, ...]:
    return (case_key(command.case), Key("task", command.task), claim_key(command.case))


def apply(rows: Rows, command: Finish, facts: Facts) -> Writes | Refusal:
    case = rows[case_key(command.case)]
    task = present_task(case, rows[Key("task", command.task)], facts)
    if isinstance(task, Refusal):
        return task
    if task.state is not TaskState.RECEIVED:
        return refuse(RefusalCode.NOT_RECEIVED, task=task.id)
    if not command.result.strip():
        return refuse(RefusalCode.TEXT_MISSING)
    if len(command.result) > OPINION_CHARS:
        return refuse(RefusalCode.TOO_LONG, field="result", limit=OPINION_CHARS)
    done = msgspec.structs.replace(
        task,
        state=TaskState.FINISHED,
        finished_ms=facts.now_ms,
        result=command.result,
        photos=command.photos,
    )
    taken = step(facts, RULE.kind, POSTS, command.result, task.unit)
    left = case.open_tasks - 1
    if left > 0:
        waiting = msgspec.structs.replace(case, open_tasks=left, trace=(*case.trace, taken))
        return Writes({Key("task", task.id): done, case_key(case.id): waiting})
    finished = advance(
        case, Stage.AWAITING_CHECK, taken, facts, open_tasks=0, finished_ms=facts.now_ms, unit=case.unit
    )
    return Writes({Key("task", task.id): done, case_key(case.id): finished, claim_key(case.id): None})


RULE = Rule(
    Finish,
    subject=lambda c: Key("task", c.task),
    reads=reads,
    apply=apply,
    posts=POSTS,
    move=Move(frozenset({Stage.HANDLING}), Stage.AWAITING_CHECK),
)
