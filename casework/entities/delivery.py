"""A delivery: a file that was handed in and entered, with what became of each of its rows."""

from __future__ import annotations

import enum

import msgspec

from casework.entity import CITY_CHANNEL, Entity
from casework.ids import PersonId


class DeliveryKind(enum.StrEnum):
    """What the rows of the file are."""

    COMPONENTS = "components"
    GRIDS = "grids"
    CASES = "cases"
    UNITS = "units"


class Delivery(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`rows` = `made` + `changed` + `unchanged` + `refused`; `reasons` counts the refusals by code.

    `content` is the hash over what went into a resting file (components.db, the archive) and therefore stands in no
    entry of its own; empty where every row is an entry. `absent` rows are here and not in the file: left alone, or
    `removed` where the profile calls the file whole.
    """

    id: str
    kind: DeliveryKind
    file: str
    sha256: str
    profile: str
    person: PersonId
    at_ms: int
    rows: int
    made: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0
    absent: int = 0
    removed: int = 0
    reasons: dict[str, int] = {}
    content: str = ""


ENTITY = Entity(
    "delivery",
    Delivery,
    key=lambda row: row.id,
    channels=lambda row: (CITY_CHANNEL,),
    indexed=("kind", "at_ms"),
)
