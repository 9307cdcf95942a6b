"""Which unit grid a place lies in, and which grids lie around it: the city's cells kept ready for hit tests.

Unit grids are resting rows: read once per session and again only when they change. Looking up is by upright boxes
first and by the exact ring after, so that a point on a shared border lies in exactly one cell.
"""

from __future__ import annotations

from itertools import chain
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from casework.entities.case import Case
from casework.entities.unit_grid import UnitGrid
from casework.geo import box_of, is_within, label_point

_FINDERS: WeakKeyDictionary[Any, GridFinder] = WeakKeyDictionary()


class GridFinder:
    """The cells of one session's city."""

    def __init__(self, session: Any) -> None:
        self._session = session
        self._grids: list[UnitGrid] | None = None
        self._boxes: NDArray[np.int64] = np.zeros((0, 4), np.int64)
        session.changed.connect(self._on_changed)

    def at(self, x_mm: int, y_mm: int) -> UnitGrid | None:
        """The cell the place lies in; None outside the city."""
        return next((grid for grid in self._within(x_mm, y_mm, 0) if is_within(grid.rings, x_mm, y_mm)), None)

    def around(self, x_mm: int, y_mm: int, radius_mm: int) -> list[UnitGrid]:
        """The cells whose box touches the square around the place."""
        return self._within(x_mm, y_mm, radius_mm)

    def by_digits(self, typed: str, most: int = 9) -> list[UnitGrid]:
        """Cells by their whole code or its last digits."""
        digits = "".join(typed.split())
        if not digits.isdigit() or len(digits) < 3:
            return []
        return [grid for grid in self._all() if grid.code.endswith(digits)][:most]

    def cases_around(self, x_mm: int, y_mm: int, radius_mm: int) -> list[Case]:
        """The cases in the cells around: a few indexed look-ups instead of every open case."""
        found: list[Case] = []
        for grid in self.around(x_mm, y_mm, radius_mm):
            found += [shown.row for shown in self._session.rows("case", grid=grid.code)]
        return found

    def _all(self) -> list[UnitGrid]:
        if self._grids is None:
            self._grids = [shown.row for shown in self._session.rows("unit_grid")]
            boxes = [box_of(list(chain.from_iterable(grid.rings))) for grid in self._grids]
            sides = [(box.west_mm, box.south_mm, box.east_mm, box.north_mm) for box in boxes]
            self._boxes = np.array(sides, np.int64).reshape(-1, 4)
        return self._grids

    def _within(self, x_mm: int, y_mm: int, radius_mm: int) -> list[UnitGrid]:
        grids, boxes = self._all(), self._boxes
        if not len(boxes):
            return []
        touches = (
            (boxes[:, 0] <= x_mm + radius_mm)
            & (boxes[:, 2] >= x_mm - radius_mm)
            & (boxes[:, 1] <= y_mm + radius_mm)
            & (boxes[:, 3] >= y_mm - radius_mm)
        )
        return [grids[index] for index in np.flatnonzero(touches)]

    def _on_changed(self, keys: Any) -> None:
        if keys is None or any(key.entity == "unit_grid" for key in keys):
            self._grids = None


def finder_of(session: Any) -> GridFinder:
    """The session's one finder."""
    if session not in _FINDERS:
        _FINDERS[session] = GridFinder(session)
    return _FINDERS[session]


def middle_of(grid: UnitGrid) -> tuple[int, int]:
    """A point well inside a cell."""
    point = label_point(grid.ring_mm)  # of its first part: a point in its hole would be no place of it
    return point.x_mm, point.y_mm
