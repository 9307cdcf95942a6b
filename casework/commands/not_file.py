"""Decide not to file: not in scope, not true, a repeat... with one of nine reasons and, where it helps, an opinion."""

from __future__ import annotations

import enum

from casework.command import Command, Move, Rows, Rule, Writes
from casework.facts import Facts
from casework.ids import CaseId, Key
from casework.limits import OPINION_CHARS
from casework.progress import advance, case_key, claim_key, step
from casework.refusal import Refusal, RefusalCode, refuse
from casework.workflow import Post, Stage

POSTS = frozenset({Post.DUTY_LEADER, Post.ACCEPTOR})


class NotFiledReason(enum.StrEnum):
    """Reasons 1-9 of the key F6, in this order. Project default list."""

    OUT_OF_SCOPE = "out_of_scope"
    NOT_TRUE = "not_true"
    REPEAT = "repeat"
    ALREADY_SOLVED = "already_solved"
    BELOW_STANDARD = "below_standard"
    PRIVATE_GROUND = "private_ground"
    PLACE_UNKNOWN = "place_unknown"
    OTHER_CITY = "other_city"
    OTHER = "other"  # needs an opinion


class NotFile(Command, frozen=True, kw_only=True, tag="not_file"):
    case: CaseId
    reason: NotFiledReason
    opinion: str = ""


def reads(command: NotFile) -> tuple[Key, ...]:
    return (case_key(command.case), claim_key(command.case))


def apply(rows: Rows, command: NotFile, facts: Facts) -> Writes | Refusal:
    """The record is kept; nothing is ever deleted."""
    if command.reason is NotFiledReason.OTHER and not command.opinion.strip():
        return refuse(RefusalCode.OPINION_MISSING)
    if len(command.opinion) > OPINION_CHARS:
        return refuse(RefusalCode.TOO_LONG, field="opinion", limit=OPINION_CHARS)
    case = rows[case_key(command.case)]
    said = f"{command.reason} {command.opinion}".strip()
    ended = advance(case, Stage.NOT_FILED, step(facts, RULE.kind, POSTS, said), facts, closed_ms=facts.now_ms)
    return Writes({case_key(case.id): ended, claim_key(case.id): None})


RULE = Rule(
    NotFile,
    subject=lambda c: case_key(c.case),
    reads=reads,
    apply=apply,
    posts=POSTS,
    move=Move(frozenset({Stage.REGISTERED, Stage.AWAITING_FILING}), Stage.NOT_FILED),
)
