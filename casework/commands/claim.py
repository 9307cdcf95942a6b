"""Claim a case for this seat, so that no two operators work on one at once."""

from __future__ import annotations

from casework.command import Command, Rows, Rule, Writes
from casework.entities.claim import Claim
from casework.facts import Facts
from casework.ids import CaseId, Key
from casework.progress import case_key, claim_key
from casework.refusal import Refusal, RefusalCode, refuse
from casework.workflow import Post


class ClaimCase(Command, frozen=True, kw_only=True, tag="claim"):
    """`is_takeover` lets a duty leader take a case out of another seat's hands."""

    case: CaseId
    is_takeover: bool = False


def reads(command: ClaimCase) -> tuple[Key, ...]:
    return (case_key(command.case), claim_key(command.case))


def apply(rows: Rows, command: ClaimCase, facts: Facts) -> Writes | Refusal:
    """The order of arrival at the centre decides, so no base version is checked."""
    case = rows[case_key(command.case)]
    if case is None:
        return refuse(RefusalCode.UNKNOWN_ROW, entity="case", key=command.case)
    if not case.is_open:
        return refuse(RefusalCode.BAD_TRANSITION, stage=case.stage, deed=RULE.kind)
    held = rows[claim_key(command.case)]
    actor = facts.actor
    is_free = held is None or held.seat == actor.seat or held.seat in facts.silent_seats
    if not is_free and not (command.is_takeover and Post.DUTY_LEADER in actor.posts):
        return refuse(RefusalCode.ALREADY_CLAIMED, seat=held.seat, name=held.name, at_ms=held.at_ms)
    claim = Claim(case.id, actor.seat, actor.person, actor.name, facts.now_ms)
    return Writes({claim_key(case.id): claim})


RULE = Rule(ClaimCase, subject=lambda c: claim_key(c.case), reads=reads, apply=apply, is_commutative=True)
