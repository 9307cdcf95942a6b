"""A unit grid: the smallest area of the city, about 10 000 m2, one cell of a seamless partition."""

from __future__ import annotations

import msgspec

from casework.entity import Entity
from casework.ids import GridCode, WorkGridId


class UnitGrid(msgspec.Struct, frozen=True, omit_defaults=True):
    """`ring_mm` is x0, y0, x1, y1, ... without the repeated first point, counter-clockwise, in the city's plane.

    `more_mm` are further rings of the same kind: another part is counter-clockwise, a hole clockwise.

    Neighbours share their vertices exactly: the partition has no gap and no overlap.
    """

    code: GridCode
    ring_mm: tuple[int, ...]
    area_m2: int
    work_grid: WorkGridId = WorkGridId("")
    area_type: str = "A"
    street: str = ""
    community: str = ""
    started: str = ""  # yyyy-MM-dd
    ended: str = ""
    more_mm: tuple[tuple[int, ...], ...] = ()
    uid: str = ""  # the code it has at its source, where that is not a lawful one here

    @property
    def rings(self) -> tuple[tuple[int, ...], ...]:
        """All its rings, the first one first."""
        return (self.ring_mm, *self.more_mm)


ENTITY = Entity(
    "unit_grid",
    UnitGrid,
    key=lambda row: row.code,
    channels=lambda row: ("everybody",),
    indexed=("work_grid",),
    is_resting=True,
)
