"""Which unit grid a place lies in, and which grids lie around it: the city's cells kept ready for hit tests.

Unit grids are resting rows: a worker reads them when somebody first asks for the finder and again when they change;
until the new ones have come the old ones count. Looking up is by upright boxes
first and by the exact ring after, so that a point on a shared border lies in exactly one cell.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from casework.entities.case import Case
from casework.entities.unit_grid import UnitGrid
from casework.geo import is_within, label_point

MOST_LISTED = 5_000  # cells that a list of everything may name one by one
_FINDERS: WeakKeyDictionary[Any, GridFinder] = WeakKeyDictionary()


class Cells(NamedTuple):
    """Cells and their upright boxes: west, south, east, north in mm."""

    grids: list[UnitGrid]
    boxes: NDArray[np.int64]


class GridFinder:
    """The cells of one session's city."""

    def __init__(self, session: Any) -> None:
        self._session = session
        self._cells: Cells | None = None
        self._asked = 0
        session.changed.connect(self._on_changed)
        self._read()

    def at(self, x_mm: int, y_mm: int) -> UnitGrid | None:
        """The cell the place lies in; None outside the city."""
        return next((grid for grid in self._within(x_mm, y_mm, 0) if is_within(grid.rings, x_mm, y_mm)), None)

    def around(self, x_mm: int, y_mm: int, radius_mm: int) -> list[UnitGrid]:
        """The cells whose box touches the square around the place."""
        return self._within(x_mm, y_mm, radius_mm)

    def is_large(self) -> bool:
        """Whether there are so many cells, or may be, that only their numbers find them; it never waits."""
        return self._cells is None or len(self._cells.grids) > MOST_LISTED

    def by_digits(self, typed: str, most: int = 9) -> list[UnitGrid]:
        """Cells by their whole code or its last digits."""
        digits = "".join(typed.split())
        if not digits.isdigit() or len(digits) < 3:
            return []
        return [grid for grid in self._all().grids if grid.code.endswith(digits)][:most]

    def cases_around(self, x_mm: int, y_mm: int, radius_mm: int) -> list[Case]:
        """The cases in the cells around: a few indexed look-ups instead of every open case."""
        found: list[Case] = []
        for grid in self.around(x_mm, y_mm, radius_mm):
            found += [shown.row for shown in self._session.rows("case", grid=grid.code)]
        return found

    def _all(self) -> Cells:
        if self._cells is None:  # asked for before a worker was done: who asks waits
            self._cells = cells_of({"unit_grid": [shown.row for shown in self._session.rows("unit_grid")]})
        return self._cells

    def _read(self) -> None:
        """Asks for the cells; of several answers the last one counts."""
        self._asked += 1
        asked = self._asked

        def take(cells: Cells) -> None:
            if asked == self._asked:
                self._cells = cells

        self._session.at_rest(("unit_grid",), cells_of, take)

    def _within(self, x_mm: int, y_mm: int, radius_mm: int) -> list[UnitGrid]:
        grids, boxes = self._all()
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
            self._read()


def cells_of(rows: Mapping[str, list[Any]]) -> Cells:
    """All cells with their boxes. Slow for a large city: made for a worker."""
    grids: list[UnitGrid] = rows["unit_grid"]
    boxes = np.zeros((len(grids), 4), np.int64)
    for k, grid in enumerate(grids):
        corners = np.array(list(chain.from_iterable(grid.rings)), np.int64).reshape(-1, 2)
        boxes[k, :2], boxes[k, 2:] = corners.min(axis=0), corners.max(axis=0)
    return Cells(grids, boxes)


def finder_of(session: Any) -> GridFinder:
    """The session's one finder."""
    if session not in _FINDERS:
        _FINDERS[session] = GridFinder(session)
    return _FINDERS[session]


def middle_of(grid: UnitGrid) -> tuple[int, int]:
    """A point well inside a cell."""
    point = label_point(grid.ring_mm)  # of its first part: a point in its hole would be no place of it
    return point.x_mm, point.y_mm
