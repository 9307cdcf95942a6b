"""A responsible unit signs for its task."""

from __future__ import annotations

import msgspec

from casework.command import Command, Move, Rows, Rule, Writes
from casework.entities.task import TaskState
from casework.facts import Facts
from casework.ids import CaseId, Key, TaskId
from casework.progress import case_key, step
from casework.refusal import Refusal, RefusalCode, refuse
from casework.tasks import present_task
from casework.workflow import Post, Stage

POSTS = frozenset({Post.UNIT_OPERATOR})


class Receive(Command, frozen=True, kw_only=True, tag="receive"):
    case: CaseId
    task: TaskId


def reads(command: Receive) -> tuple[Key, ...]:
    return (case_key(command.case), Key("task", command.task))


def apply(rows: Rows, command: Receive, facts: Facts) -> Writes | Refusal:
    case = rows[case_key(command.case)]
    task = present_task(case, rows[Key("task", command.task)], facts)
    if isinstance(task, Refusal):
        return task
    if task.state is not TaskState.SENT:
        return refuse(RefusalCode.ALREADY_RECEIVED, task=task.id)
    received = msgspec.structs.replace(task, state=TaskState.RECEIVED, received_ms=facts.now_ms)
    signed = msgspec.structs.replace(
        case,
        received_ms=facts.now_ms if task.is_lead else case.received_ms,
        trace=(*case.trace, step(facts, RULE.kind, POSTS, unit=task.unit)),
    )
    return Writes({Key("task", task.id): received, case_key(case.id): signed})


RULE = Rule(
    Receive,
    subject=lambda c: Key("task", c.task),
    reads=reads,
    apply=apply,
    posts=POSTS,
    move=Move(frozenset({Stage.HANDLING})),
)
