"""Urge the unit that has a case in hand to get on with it. The case stays at its stage and is marked."""

from __future__ import annotations

import msgspec

from casework.command import Command, Move, Rows, Rule, Writes
from casework.facts import Facts
from casework.ids import CaseId, Key
from casework.limits import OPINION_CHARS, TRACE_STEPS
from casework.progress import case_key, step
from casework.refusal import Refusal, RefusalCode, refuse
from casework.workflow import Flag, Post, Stage

POSTS = frozenset({Post.DISPATCHER, Post.DUTY_LEADER, Post.URGER, Post.LEADER})


class Urge(Command, frozen=True, kw_only=True, tag="urge"):
    """May be done again: each one is a line of the trace that the unit reads."""

    case: CaseId
    opinion: str = ""


def reads(command: Urge) -> tuple[Key, ...]:
    return (case_key(command.case),)


def apply(rows: Rows, command: Urge, facts: Facts) -> Writes | Refusal:
    """No clock is touched: urging gives nobody more time, and takes none away."""
    if len(command.opinion) > OPINION_CHARS:
        return refuse(RefusalCode.TOO_LONG, field="opinion", limit=OPINION_CHARS)
    case = rows[case_key(command.case)]
    taken = step(facts, RULE.kind, POSTS, command.opinion.strip(), case.unit)
    urged = msgspec.structs.replace(
        case, flags=case.flags | {Flag.URGED}, trace=(*case.trace, taken)[-TRACE_STEPS:]
    )
    return Writes({case_key(case.id): urged})


# Whoever urges need not have seen the newest version, and makes nobody else's decision stale: while a unit handles
# a case, what is decided about it is decided on the unit's task.
RULE = Rule(
    Urge,
    subject=lambda c: case_key(c.case),
    reads=reads,
    apply=apply,
    posts=POSTS,
    move=Move(frozenset({Stage.HANDLING})),
    is_commutative=True,
)
