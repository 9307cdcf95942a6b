"""A claim: the seat that has taken a case in hand. Its own row, so that claiming never makes a decision stale."""

from __future__ import annotations

import msgspec

from casework.entity import CITY_CHANNEL, Entity
from casework.ids import CaseId, PersonId, SeatId


class Claim(msgspec.Struct, frozen=True, omit_defaults=True):
    """Exactly one seat at a time, decided at the centre; it lapses when the seat falls silent."""

    case: CaseId
    seat: SeatId
    person: PersonId
    name: str
    at_ms: int


ENTITY = Entity(
    "claim", Claim, key=lambda row: row.case, channels=lambda row: (CITY_CHANNEL,), indexed=("seat",)
)
