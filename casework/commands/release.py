"""Give up the claim on a case: by its own seat, by a duty leader, or by anybody once the seat has fallen silent."""

from __future__ import annotations

from casework.command import Command, Rows, Rule, Writes
from casework.facts import Facts
from casework.ids import CaseId, Key
from casework.progress import claim_key
from casework.refusal import Refusal, RefusalCode, refuse
from casework.workflow import Post


class Release(Command, frozen=True, kw_only=True, tag="release"):
    case: CaseId


def reads(command: Release) -> tuple[Key, ...]:
    return (claim_key(command.case),)


def apply(rows: Rows, command: Release, facts: Facts) -> Writes | Refusal:
    held = rows[claim_key(command.case)]
    if held is None:
        return refuse(RefusalCode.NOT_CLAIMED, case=command.case)
    is_allowed = (
        held.seat == facts.actor.seat
        or held.seat in facts.silent_seats
        or Post.DUTY_LEADER in facts.actor.posts
    )
    if not is_allowed:
        return refuse(RefusalCode.ALREADY_CLAIMED, seat=held.seat, name=held.name, at_ms=held.at_ms)
    return Writes({claim_key(command.case): None})


RULE = Rule(Release, subject=lambda c: claim_key(c.case), reads=reads, apply=apply, is_commutative=True)
