"""A note on a case. Its own row, so that notes of many seats never collide."""

from __future__ import annotations

import msgspec

from casework.entity import CITY_CHANNEL, Entity
from casework.ids import CaseId, PersonId


class Note(msgspec.Struct, frozen=True, omit_defaults=True):
    """`id` is chosen by the seat that wrote it."""

    id: str
    case: CaseId
    person: PersonId
    name: str
    at_ms: int
    text: str


ENTITY = Entity(
    "note", Note, key=lambda row: row.id, channels=lambda row: (CITY_CHANNEL,), indexed=("case", "at_ms")
)
