"""Dispatch a case to one lead unit and, where needed, co-handlers."""

from __future__ import annotations

from casework.clock.deadline import due
from casework.clock.model import TimeLimit, TimeUnit
from casework.command import Command, Move, Rows, Rule, Writes
from casework.entities.task import Task, TaskState
from casework.facts import Facts
from casework.ids import CaseId, Key, TaskId, UnitId
from casework.limits import CO_UNITS, DISPATCH_UNDO_MS, OPINION_CHARS
from casework.progress import advance, case_key, claim_key, step
from casework.refusal import Refusal, RefusalCode, refuse
from casework.workflow import Post, Stage

POSTS = frozenset({Post.DISPATCHER})
RECEIVE_LIMIT = TimeLimit(30, TimeUnit.MINUTE)  # first-receiver rule, project default


class Dispatch(Command, frozen=True, kw_only=True, tag="dispatch"):
    case: CaseId
    unit: UnitId
    co_units: tuple[UnitId, ...] = ()
    opinion: str = ""


def reads(command: Dispatch) -> tuple[Key, ...]:
    units = (command.unit, *command.co_units)
    return (case_key(command.case), claim_key(command.case), *(Key("unit", unit) for unit in units))


def apply(rows: Rows, command: Dispatch, facts: Facts) -> Writes | Refusal:
    units = (command.unit, *command.co_units)
    for unit in units:
        if rows[Key("unit", unit)] is None:
            return refuse(RefusalCode.UNKNOWN_UNIT, unit=unit)
    if len(set(units)) < len(units):
        return refuse(RefusalCode.EXISTS, unit=command.unit)
    if len(command.co_units) > CO_UNITS:
        return refuse(RefusalCode.TOO_LONG, field="co_units", limit=CO_UNITS)
    if len(command.opinion) > OPINION_CHARS:
        return refuse(RefusalCode.TOO_LONG, field="opinion", limit=OPINION_CHARS)
    case = rows[case_key(command.case)]
    calendar = facts.city.calendar
    is_starting = not case.clock_ms and case.limit is not None
    due_ms = due(calendar, facts.now_ms, case.limit, case.pauses).due_ms if is_starting else case.due_ms
    lead = TaskId(f"{case.id}-{case.round + 1}")
    ids = (lead, *(TaskId(f"{lead}.{index}") for index in range(1, len(units))))
    tasks = [
        Task(
            id=task,
            case=case.id,
            unit=unit,
            is_lead=task == lead,
            state=TaskState.SENT,
            sent_ms=facts.now_ms,
            due_ms=due_ms,
            receive_due_ms=due(calendar, facts.now_ms, RECEIVE_LIMIT).due_ms,
            opinion=command.opinion,
        )
        for task, unit in zip(ids, units, strict=True)
    ]
    sent = advance(
        case,
        Stage.HANDLING,
        step(facts, RULE.kind, POSTS, command.opinion, command.unit),
        facts,
        unit=command.unit,
        task=lead,
        round=case.round + 1,
        open_tasks=len(tasks),
        dispatched_ms=facts.now_ms,
        received_ms=0,
        clock_ms=case.clock_ms or facts.now_ms,
        due_ms=due_ms,
    )
    return Writes(
        {case_key(case.id): sent, claim_key(case.id): None, **{Key("task", task.id): task for task in tasks}}
    )


RULE = Rule(
    Dispatch,
    subject=lambda c: case_key(c.case),
    reads=reads,
    apply=apply,
    posts=POSTS,
    move=Move(frozenset({Stage.AWAITING_DISPATCH}), Stage.HANDLING),
    undo_ms=DISPATCH_UNDO_MS,
)
