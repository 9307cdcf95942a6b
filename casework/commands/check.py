"""Record the result of the check on site: passed, or back to the same unit as rework."""

from __future__ import annotations

import enum

from casework.command import Command, Move, Rows, Rule, Writes
from casework.entities.task import Task, TaskState
from casework.facts import Facts
from casework.ids import CaseId, Key, TaskId
from casework.limits import OPINION_CHARS
from casework.progress import advance, case_key, claim_key, step
from casework.refusal import Refusal, RefusalCode, refuse
from casework.workflow import Flag, Post, Stage

POSTS = frozenset({Post.SUPERVISOR, Post.ACCEPTOR})


class FailReason(enum.StrEnum):
    """The five reasons for rework, keys 1-5 in this order (Shenzhen's closing rules)."""

    NO_PHOTO = "no_photo"
    NO_DATE = "no_date"
    OTHER_ANGLE = "other_angle"
    OTHER_PLACE = "other_place"
    OVERDUE = "overdue"


class Check(Command, frozen=True, kw_only=True, tag="check"):
    """Passed when `failed_for` is empty. An acceptor records what the supervisor answered."""

    case: CaseId
    failed_for: tuple[FailReason, ...] = ()
    opinion: str = ""
    photos: tuple[str, ...] = ()


def reads(command: Check) -> tuple[Key, ...]:
    return (case_key(command.case), claim_key(command.case))


def apply(rows: Rows, command: Check, facts: Facts) -> Writes | Refusal:
    """A failed check opens a new round for the same unit; the handling clock runs on."""
    if len(command.opinion) > OPINION_CHARS:
        return refuse(RefusalCode.TOO_LONG, field="opinion", limit=OPINION_CHARS)
    case = rows[case_key(command.case)]
    said = " ".join((*command.failed_for, command.opinion)).strip()
    taken = step(facts, RULE.kind, POSTS, said)
    if not command.failed_for:
        passed = advance(case, Stage.AWAITING_CLOSE, taken, facts, checked_ms=facts.now_ms)
        return Writes({case_key(case.id): passed, claim_key(case.id): None})
    again = Task(
        id=TaskId(f"{case.id}-{case.round + 1}"),
        case=case.id,
        unit=case.unit,
        is_lead=True,
        state=TaskState.SENT,
        sent_ms=facts.now_ms,
        due_ms=case.due_ms,
        opinion=said,
    )
    back = advance(
        case,
        Stage.HANDLING,
        taken,
        facts,
        flags=case.flags | {Flag.REWORKED},
        task=again.id,
        round=case.round + 1,
        open_tasks=1,
        received_ms=0,
        finished_ms=0,
        reworks=case.reworks + 1,
    )
    return Writes({case_key(case.id): back, Key("task", again.id): again, claim_key(case.id): None})


RULE = Rule(
    Check,
    subject=lambda c: case_key(c.case),
    reads=reads,
    apply=apply,
    posts=POSTS,
    move=Move(frozenset({Stage.CHECKING}), Stage.AWAITING_CLOSE),
)
