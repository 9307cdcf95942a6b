"""A duty grid: the part of a duty layer one unit answers for. Those of different layers may overlap."""

from __future__ import annotations

import msgspec

from casework.entity import Entity
from casework.ids import GridCode, LayerId, UnitId


class DutyGrid(msgspec.Struct, frozen=True, omit_defaults=True):
    """A set of unit grids under one unit."""

    id: str
    layer: LayerId
    unit: UnitId
    name: str
    grids: tuple[GridCode, ...]


ENTITY = Entity(
    "duty_grid",
    DutyGrid,
    key=lambda row: row.id,
    channels=lambda row: ("everybody",),
    indexed=("layer", "unit"),
    is_resting=True,
)
