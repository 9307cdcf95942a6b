"""Close a case whose repair was checked."""

from __future__ import annotations

from casework.command import Command, Move, Rows, Rule, Writes
from casework.facts import Facts
from casework.ids import CaseId, Key
from casework.limits import OPINION_CHARS
from casework.progress import advance, case_key, claim_key, step
from casework.refusal import Refusal, RefusalCode, refuse
from casework.workflow import Post, Stage

POSTS = frozenset({Post.DUTY_LEADER})


class Close(Command, frozen=True, kw_only=True, tag="close"):
    case: CaseId
    opinion: str = ""


def reads(command: Close) -> tuple[Key, ...]:
    return (case_key(command.case), claim_key(command.case))


def apply(rows: Rows, command: Close, facts: Facts) -> Writes | Refusal:
    if len(command.opinion) > OPINION_CHARS:
        return refuse(RefusalCode.TOO_LONG, field="opinion", limit=OPINION_CHARS)
    case = rows[case_key(command.case)]
    taken = step(facts, RULE.kind, POSTS, command.opinion)
    closed = advance(case, Stage.CLOSED, taken, facts, closed_ms=facts.now_ms)
    return Writes({case_key(case.id): closed, claim_key(case.id): None})


RULE = Rule(
    Close,
    subject=lambda c: case_key(c.case),
    reads=reads,
    apply=apply,
    posts=POSTS,
    move=Move(frozenset({Stage.AWAITING_CLOSE}), Stage.CLOSED),
)
