"""What all geometries of a file go through: heights dropped, empty ones are none, endless ones refused by their row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from server.imports.limits import Limits
from server.imports.sheets import Shapes


def flat(shapes: Shapes, broken: dict[int, str], limits: Limits) -> Shapes:
    """In two dimensions, None where there is nothing; adds to `broken` what is no place."""
    import shapely

    shapes = np.asarray(shapely.force_2d(shapes), dtype=object)
    there = ~shapely.is_missing(shapes)
    shapes[there & shapely.is_empty(shapes)] = None
    for index in np.flatnonzero(shapely.get_num_coordinates(shapes) > limits.shape_points):
        broken[int(index)] = f"more than {limits.shape_points} points"
        shapes[index] = None
    with np.errstate(invalid="ignore"):
        extents = shapely.bounds(shapes)
    odd = there & ~np.isfinite(extents).all(axis=1) & ~shapely.is_missing(shapes)
    for index in np.flatnonzero(odd):
        broken[int(index)] = "a coordinate is not a number"
        shapes[index] = None
    return shapes


def from_wkb(bodies: Sequence[Any], limits: Limits) -> tuple[Shapes, dict[int, str]]:
    """Geometries from well-known binary (None = none), and why some cannot be built."""
    import shapely

    given = np.full(len(bodies), None, dtype=object)
    given[:] = bodies
    shapes = np.asarray(shapely.from_wkb(given, on_invalid="ignore"), dtype=object)
    broken: dict[int, str] = {}
    lost = shapely.is_missing(shapes) & np.array([body is not None for body in given], dtype=bool)
    for index in np.flatnonzero(lost):
        try:
            shapely.from_wkb(given[index])
        except (shapely.errors.GEOSException, TypeError, ValueError) as error:
            broken[int(index)] = str(error)[:200]
    return flat(shapes, broken, limits), broken
