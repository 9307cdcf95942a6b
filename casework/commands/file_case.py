"""File a case: the duty leader accepts it under a class and a filing condition, which set its deadline."""

from __future__ import annotations

from casework.clock.deadline import due
from casework.command import Command, Move, Rows, Rule, Writes
from casework.facts import Facts
from casework.ids import CaseId, Key
from casework.limits import OPINION_CHARS
from casework.progress import advance, case_key, step
from casework.refusal import Refusal, RefusalCode, refuse
from casework.workflow import Post, Stage

POSTS = frozenset({Post.DUTY_LEADER})


class FileCase(Command, frozen=True, kw_only=True, tag="file_case"):
    """`class_code` may differ from the registered one: the operator's word overrides every proposal."""

    case: CaseId
    class_code: str
    condition: str
    opinion: str = ""


def reads(command: FileCase) -> tuple[Key, ...]:
    return (case_key(command.case),)


def apply(rows: Rows, command: FileCase, facts: Facts) -> Writes | Refusal:
    case = rows[case_key(command.case)]
    catalogue = facts.catalogues.get(case.edition)
    if catalogue is None or (case.kind, command.class_code) not in catalogue.classes:
        return refuse(RefusalCode.UNKNOWN_CLASS, code=command.class_code, edition=case.edition)
    condition = catalogue.condition(case.kind, command.class_code, command.condition)
    if condition is None:
        return refuse(RefusalCode.UNKNOWN_CONDITION, condition=command.condition)
    if len(command.opinion) > OPINION_CHARS:
        return refuse(RefusalCode.TOO_LONG, field="opinion", limit=OPINION_CHARS)
    is_running = not facts.city.starts_at_dispatch
    due_ms = due(facts.city.calendar, facts.now_ms, condition.limit).due_ms if is_running else 0
    filed = advance(
        case,
        Stage.AWAITING_DISPATCH,
        step(facts, RULE.kind, POSTS, command.opinion),
        facts,
        class_code=command.class_code,
        condition=condition.id,
        limit=condition.limit,
        filed_ms=facts.now_ms,
        clock_ms=facts.now_ms if is_running else 0,
        due_ms=due_ms,
    )
    return Writes({case_key(case.id): filed})


RULE = Rule(
    FileCase,
    subject=lambda c: case_key(c.case),
    reads=reads,
    apply=apply,
    posts=POSTS,
    move=Move(frozenset({Stage.REGISTERED, Stage.AWAITING_FILING}), Stage.AWAITING_DISPATCH),
)
