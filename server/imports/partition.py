"""Unit grids as shapes: from rows to polygons and back, and which of them holds a place.

Promises: whole millimetres go in and come out; of two grids that meet just one holds a place on their common edge, the
same one that `casework.geo` names.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from casework.entities.unit_grid import UnitGrid
from casework.geo import is_within
from server.imports.sheets import Shapes

Ints = NDArray[np.int64]
NOWHERE = -1
Rings = tuple[tuple[int, ...], ...]


def polygons(grids: Sequence[UnitGrid]) -> Shapes:
    """A polygon for each grid of one ring, a multi-part one for the others."""
    if not grids:
        return np.empty(0, dtype=object)
    points = [np.array(grid.ring_mm, dtype=np.float64).reshape(-1, 2) for grid in grids]
    of = np.repeat(np.arange(len(points)), [len(ring) for ring in points])
    made: Shapes = shapely.polygons(shapely.linearrings(np.concatenate(points), indices=of))
    for number, grid in enumerate(grids):
        if grid.more_mm:
            made[number] = _many(grid.rings)
    return made


def _many(rings: Rings) -> shapely.Geometry:
    loops = [shapely.LinearRing(np.array(ring, dtype=np.float64).reshape(-1, 2)) for ring in rings]
    parts = [loop for loop in loops if loop.is_ccw]
    holes = [loop for loop in loops if not loop.is_ccw]
    made = []
    for part in parts:
        face = shapely.Polygon(part)
        mine = [hole for hole in holes if face.covers(hole)]
        holes = [hole for hole in holes if hole not in mine]
        made.append(shapely.Polygon(part, mine))
    return made[0] if len(made) == 1 else shapely.MultiPolygon(made)


def rings_from(shape: shapely.Geometry) -> Rings:
    """The rings of a (multi-)polygon: parts counter-clockwise, the largest first; holes clockwise; no repeated end."""
    turned = shapely.orient_polygons(shape, exterior_cw=False)
    parts = sorted(shapely.get_parts(turned), key=lambda part: -part.area)
    outer = [_ring(part.exterior) for part in parts]
    inner = [_ring(hole) for part in parts for hole in part.interiors]
    return (*outer, *inner)


def _ring(loop: shapely.Geometry) -> tuple[int, ...]:
    points = np.rint(shapely.get_coordinates(loop)).astype(np.int64)[:-1]
    return tuple(points.ravel().tolist())


class GridFinder:
    """Which grid holds a place."""

    def __init__(self, grids: Sequence[UnitGrid]) -> None:
        self._grids = grids
        self._shapes = polygons(grids)
        self.codes = np.array([grid.code for grid in grids] + [""], dtype=object)  # [NOWHERE] is ""

    def __len__(self) -> int:
        return len(self._grids)

    @property
    def shapes(self) -> Shapes:
        return self._shapes

    def at(self, x_mm: Ints, y_mm: Ints) -> Ints:
        """The number of the grid that holds each place, NOWHERE outside of all."""
        found = np.full(len(x_mm), NOWHERE, dtype=np.int64)
        if not len(self._grids) or not len(x_mm):
            return found
        # The tree over the places: each grid is prepared once and asked about many.
        tree = shapely.STRtree(shapely.points(x_mm.astype(np.float64), y_mm.astype(np.float64)))
        grid, place = tree.query(self._shapes, predicate="intersects")
        order = np.lexsort((grid, place))
        grid, place = grid[order], place[order]
        found[place] = grid
        for doubtful in np.unique(place[1:][place[1:] == place[:-1]]).tolist():
            x, y = int(x_mm[doubtful]), int(y_mm[doubtful])
            claims = grid[place == doubtful].tolist()
            found[doubtful] = next(
                (one for one in claims if is_within(self._grids[one].rings, x, y)), claims[0]
            )
        return found


def hull_mm(shapes: Shapes) -> tuple[int, int, int, int]:
    """West, south, east, north of all of them, in whole millimetres."""
    west, south, east, north = shapely.total_bounds(shapes)
    return int(np.floor(west)), int(np.floor(south)), int(np.ceil(east)), int(np.ceil(north))
