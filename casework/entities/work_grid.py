"""A working grid: the unit grids one patrol supervisor answers for."""

from __future__ import annotations

import msgspec

from casework.entity import Entity
from casework.ids import GridCode, WorkGridId


class WorkGrid(msgspec.Struct, frozen=True, omit_defaults=True):
    """A union of unit grids; its outline follows from theirs."""

    id: WorkGridId
    name: str
    grids: tuple[GridCode, ...]


ENTITY = Entity(
    "work_grid", WorkGrid, key=lambda row: row.id, channels=lambda row: ("everybody",), is_resting=True
)
