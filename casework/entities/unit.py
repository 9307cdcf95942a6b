"""A responsible unit (department, company, street office) in a tree."""

from __future__ import annotations

import msgspec

from casework.entity import CITY_CHANNEL, Entity
from casework.ids import UnitId


class Unit(msgspec.Struct, frozen=True, omit_defaults=True):
    """`parent` is empty for a top-level unit; `district` is empty for a city unit."""

    id: UnitId
    name: str
    parent: UnitId = UnitId("")
    district: str = ""
    trade: str = ""  # what it answers for: municipal, sanitation, greening, traffic, enforcement, ...
    phone: str = ""  # an office line, not a person's
    is_on_duty: bool = True


ENTITY = Entity(
    "unit",
    Unit,
    key=lambda row: row.id,
    channels=lambda row: (CITY_CHANNEL, "everybody"),
    indexed=("parent", "district", "trade"),
)
