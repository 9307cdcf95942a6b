"""A component: a manhole cover, a lamp, a bin... with an id, an owner and a place."""

from __future__ import annotations

import enum

import msgspec

from casework.entity import Entity
from casework.ids import ComponentId, GridCode, UnitId


class ComponentState(enum.StrEnum):
    """The five states of the 2026 attribute table."""

    INTACT = "intact"
    BROKEN = "broken"
    MISSING = "missing"
    ABANDONED = "abandoned"
    REMOVED = "removed"


class Component(msgspec.Struct, frozen=True, omit_defaults=True):
    """Ids have 16 digits (2013) or 17 (2026): district 6, major 2, minor 2 or 3, sequence 6."""

    id: ComponentId
    class_code: str
    x_mm: int
    y_mm: int
    grid: GridCode
    owner: UnitId = UnitId("")
    state: ComponentState = ComponentState.INTACT
    surveyed: str = ""  # yyyy-MM-dd
    uid: str = ""  # the id it has at its source, where that is not a lawful one here


ENTITY = Entity(
    "component",
    Component,
    key=lambda row: row.id,
    channels=lambda row: ("everybody",),
    indexed=("class_code", "x_mm", "y_mm", "grid", "owner", "state"),
    is_resting=True,
)
