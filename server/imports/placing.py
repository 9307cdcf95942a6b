"""Every row's point or outline in the city's plane, or why it has none.

A value that is no number, a missing one, one far off and one that fits only with x and y changed are told apart, row by
row. Where the whole file has x and y changed it is read that way, and said.
"""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray

from server.imports.places import Floats, Longs, Mask, Pipeline
from server.imports.profile import Profile
from server.imports.sheets import Column, Remark, Shapes, Sheet, remark

Box = tuple[int, int, int, int]  # west, south, east, north

# What became of a row's place: `Placed.code` indexes CODES.
OK, NO_PLACE, NO_NUMBER, OUTSIDE_AREA, SWAPPED, BROKEN = range(6)
CODES = ("", "no_place", "place_not_a_number", "outside_area", "place_swapped", "broken_geometry")
BOX_MARGIN_MM = 50_000_000  # so far outside of the city a place may lie and still not be taken for swapped
THROUGHOUT = 0.9  # of a file's places: then it has x and y changed, and not a row or two
NOTHING = ("", "null", "none", "nan", "-", "n/a", "na", "\\n")


class Placed(msgspec.Struct, frozen=True):
    """Every row's point in the city's plane, or why it has none; 0 where there is none."""

    x_mm: Longs
    y_mm: Longs
    code: NDArray[np.uint8]
    remarks: tuple[Remark, ...] = ()


class Outlined(msgspec.Struct, frozen=True):
    """Every row's geometry in whole millimetres of the city's plane, or why it has none."""

    shapes: Shapes
    code: NDArray[np.uint8]
    remarks: tuple[Remark, ...] = ()


def place_rows(sheet: Sheet, profile: Profile, pipeline: Pipeline, box_mm: Box | None = None) -> Placed:
    """Every row's point. The city's box helps to tell swapped coordinates from far ones."""
    x, y, code = _coordinates(sheet, profile)
    x, y, remarks = _turned(x, y, code, pipeline, box_mm)
    x_mm, y_mm, ok = pipeline.points(x, y)
    code[(code == OK) & ~ok] = OUTSIDE_AREA
    x_mm[code != OK] = 0
    y_mm[code != OK] = 0
    return Placed(x_mm, y_mm, code, tuple(remarks))


def place_shapes(sheet: Sheet, profile: Profile, pipeline: Pipeline, box_mm: Box | None = None) -> Outlined:
    """Every row's geometry as a whole."""
    import shapely

    given = sheet.shapes if sheet.shapes is not None else np.full(sheet.rows, None, dtype=object)
    x, y, code = _of_geometry(sheet, "centroid")
    turned_x, _, remarks = _turned(x, y, code, pipeline, box_mm)
    if turned_x is not x:
        given = shapely.transform(given, lambda ends: ends[:, ::-1])
    wanted: Shapes = given.copy()
    wanted[code != OK] = None
    moved = pipeline.shapes(wanted)
    code[(code == OK) & shapely.is_missing(moved)] = OUTSIDE_AREA
    return Outlined(moved, code, tuple(remarks))


def numbers(column: Column) -> tuple[Floats, Mask, Mask]:
    """Values, which are empty, and which are no number. A decimal comma is a number where no dot is."""
    try:
        values = column.astype(np.float64)
        return values, np.zeros(len(column), dtype=bool), ~np.isfinite(values)
    except (ValueError, TypeError):
        pass
    values = np.full(len(column), np.nan)
    empty = np.zeros(len(column), dtype=bool)
    for index, text in enumerate(column):
        bare = text.strip()
        if bare.casefold() in NOTHING:
            empty[index] = True
            continue
        try:
            values[index] = float(
                bare.replace(",", ".") if bare.count(",") == 1 and "." not in bare else bare
            )
        except ValueError:
            continue
    return values, empty, ~empty & ~np.isfinite(values)


def _coordinates(sheet: Sheet, profile: Profile) -> tuple[Floats, Floats, NDArray[np.uint8]]:
    if not profile.place.x:
        return _of_geometry(sheet, profile.place.point)
    x, x_empty, x_bad = numbers(sheet.columns[profile.place.x])
    y, y_empty, y_bad = numbers(sheet.columns[profile.place.y])
    code = np.zeros(sheet.rows, dtype=np.uint8)
    code[x_bad | y_bad] = NO_NUMBER
    # Half a place is none; and 0, 0 is what programs write for one they do not have.
    code[x_empty | y_empty | ((x == 0.0) & (y == 0.0))] = NO_PLACE
    return x, y, code


def _of_geometry(sheet: Sheet, point: str) -> tuple[Floats, Floats, NDArray[np.uint8]]:
    """A point of each geometry."""
    import shapely

    code = np.full(sheet.rows, NO_PLACE, dtype=np.uint8)
    x, y = np.full(sheet.rows, np.nan), np.full(sheet.rows, np.nan)
    if sheet.shapes is not None:
        there = ~shapely.is_missing(sheet.shapes)
        code[there] = OK
        points = sheet.shapes
        more = there & (shapely.get_type_id(points) != 0)
        if more.any():
            points = points.copy()
            points[more] = _one_point(points[more], point)
        x[there], y[there] = shapely.get_x(points[there]), shapely.get_y(points[there])
        code[there & ~(np.isfinite(x) & np.isfinite(y))] = BROKEN
        code[there & (x == 0.0) & (y == 0.0)] = NO_PLACE
    code[list(sheet.broken)] = BROKEN
    return x, y, code


def _one_point(shapes: Shapes, point: str) -> Shapes:
    import shapely

    if point == "first":
        ends, at = shapely.get_coordinates(shapes, return_index=True)
        _, first = np.unique(at, return_index=True)
        return np.asarray(shapely.points(ends[first]), dtype=object)
    if point == "inside":
        return np.asarray(shapely.point_on_surface(shapes), dtype=object)
    return np.asarray(shapely.centroid(shapes), dtype=object)


def _turned(
    x: Floats, y: Floats, code: NDArray[np.uint8], pipeline: Pipeline, box_mm: Box | None
) -> tuple[Floats, Floats, list[Remark]]:
    """x and y changed where the whole file has them so; single rows are coded SWAPPED and left."""
    fits = _fits(x, y, pipeline, box_mm)
    off = (code == OK) & ~fits
    if not off.any():
        return x, y, []
    turned = np.zeros(len(x), dtype=bool)
    turned[off] = _fits(y[off], x[off], pipeline, box_mm)
    if not turned.any():
        return x, y, []
    if not (fits & (code == OK)).any() and turned.sum() > THROUGHOUT * off.sum():
        return y, x, [remark("swapped_file", rows=int(turned.sum()))]
    code[turned] = SWAPPED
    return x, y, [remark("swapped", rows=int(turned.sum()))]


def _fits(x: Floats, y: Floats, pipeline: Pipeline, box_mm: Box | None) -> Mask:
    x_mm, y_mm, ok = pipeline.points(x, y)
    if box_mm is None:
        return ok
    west, south, east, north = box_mm
    near = (x_mm >= west - BOX_MARGIN_MM) & (x_mm <= east + BOX_MARGIN_MM)
    near &= (y_mm >= south - BOX_MARGIN_MM) & (y_mm <= north + BOX_MARGIN_MM)
    return ok & near
