"""Addresses of points: a road and a house number, a crossing, or a named place. Works from lines and names alone.

House numbers run along a road from its west or south end, odd on the left, even on the right, one pair every
`NUMBER_STEP_M`. Used by the generator and by the live trickle, which knows only the base map.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec
import numpy as np
import numpy.typing as npt
import shapely

from server.demo.lattice import Floats, Ints
from server.demo.roads import crossings

NUMBER_STEP_M = 22.0
AT_CROSSING_M = 14.0
NEAR_CROSSING_M = 55.0
NEAR_MARK_M = 85.0
COMPASS = ("东", "北", "西", "南")


class Gazetteer(msgspec.Struct, frozen=True):
    """Named roads and marks, ready to be asked. All coordinates in mm of one plane."""

    names: tuple[str, ...]
    lines: npt.NDArray[np.object_]
    pieces: shapely.STRtree
    piece_road: Ints
    crossing_road: Ints
    crossing_at: Floats
    crossing_other: Ints
    mark_names: tuple[str, ...]
    marks: shapely.STRtree


def gazetteer(
    names: Sequence[str], lines: npt.NDArray[np.object_], marks: Sequence[tuple[str, float, float]]
) -> Gazetteer:
    """From named roads and named points. Roads without a name are left out."""
    named = np.flatnonzero([bool(name) for name in names])
    kept = lines[named]
    points, of = shapely.get_coordinates(kept, return_index=True)
    same = of[1:] == of[:-1]
    pieces = shapely.linestrings(np.stack([points[:-1], points[1:]], axis=1)[same])
    met = crossings(kept)
    order = np.lexsort((met.at_m, met.road))
    spots = shapely.points([(x, y) for _, x, y in marks]) if marks else np.empty(0, dtype=object)
    return Gazetteer(
        names=tuple(names[int(k)] for k in named),
        lines=kept,
        pieces=shapely.STRtree(pieces),
        piece_road=of[1:][same].astype(np.int64),
        crossing_road=met.road[order],
        crossing_at=met.at_m[order],
        crossing_other=met.other[order],
        mark_names=tuple(name for name, _, _ in marks),
        marks=shapely.STRtree(spots),
    )


def addresses(rng: np.random.Generator, book: Gazetteer, points: Floats) -> list[str]:
    """One address for each point, in the words people use."""
    shapes = shapely.points(points)
    _, piece = book.pieces.query_nearest(shapes, all_matches=False)
    road = book.piece_road[piece]
    off_m = shapely.distance(shapes, book.lines[road]) / 1000.0
    at_m = shapely.line_locate_point(book.lines[road], shapes) / 1000.0
    ends = shapely.get_coordinates(book.pieces.geometries[piece]).reshape(-1, 2, 2)
    way = ends[:, 1] - ends[:, 0]
    away = points - ends[:, 0]
    is_left = way[:, 0] * away[:, 1] - way[:, 1] * away[:, 0] > 0
    mark = np.full(len(points), -1)
    if book.mark_names:
        near, found = book.marks.query_nearest(shapes, max_distance=NEAR_MARK_M * 1000, all_matches=False)
        mark[near] = found
    draw = rng.random((len(points), 2))
    met = _nearest_crossing(book, road, at_m)
    heading = np.arctan2(way[:, 1], way[:, 0])
    return [
        _phrase(
            book,
            int(road[k]),
            (float(at_m[k]), float(off_m[k]), bool(is_left[k])),
            (int(met[0][k]), float(met[1][k]), float(heading[k])),
            int(mark[k]),
            (float(draw[k, 0]), float(draw[k, 1])),
        )
        for k in range(len(points))
    ]


def _nearest_crossing(book: Gazetteer, road: Ints, at_m: Floats) -> tuple[Ints, Floats]:
    """The other road at the nearest crossing (-1: none) and how far on it lies, in metres, negative behind."""
    other = np.full(len(road), -1, dtype=np.int64)
    ahead = np.full(len(road), np.inf)
    key = book.crossing_road * 1e6 + book.crossing_at
    after = np.searchsorted(key, road * 1e6 + at_m)
    for index in (after - 1, after):
        valid = (index >= 0) & (index < len(key))
        index = np.clip(index, 0, max(len(key) - 1, 0))
        if not len(key):
            break
        valid &= book.crossing_road[index] == road
        gap = book.crossing_at[index] - at_m
        better = valid & (np.abs(gap) < np.abs(ahead))
        other[better], ahead[better] = book.crossing_other[index[better]], gap[better]
    return other, ahead


def house_number(at_m: float, is_left: bool) -> int:
    """The number of the house beside a road at so many metres from its beginning."""
    pair = int(at_m // NUMBER_STEP_M)
    return 2 * pair + (1 if is_left else 2)


def _phrase(
    book: Gazetteer,
    road: int,
    beside: tuple[float, float, bool],
    crossing: tuple[int, float, float],
    mark: int,
    draw: tuple[float, float],
) -> str:
    name = book.names[road]
    at_m, off_m, is_left = beside
    other, ahead, heading = crossing
    if mark >= 0 and (off_m > 60 or draw[0] < 0.2):
        return f"{name} {book.mark_names[mark]}{_side_of_mark(book.mark_names[mark], off_m, draw[1])}"
    if other >= 0 and abs(ahead) <= AT_CROSSING_M and off_m < 25:
        return f"{name} {book.names[other]}口"
    if other >= 0 and abs(ahead) <= NEAR_CROSSING_M and off_m < 25 and draw[0] > 0.55:
        # The point lies behind the crossing where the crossing lies ahead.
        towards = heading + (math.pi if ahead > 0 else 0.0)
        side = COMPASS[round(towards / (math.pi / 2)) % 4]
        return f"{name} {book.names[other]}口{side} {max(10, round(abs(ahead) / 10) * 10)} 米"
    tail = "号" if draw[1] < 0.78 else ("号门前" if draw[1] < 0.9 else "号对面")
    return f"{name} {house_number(at_m, is_left)} {'号院内' if off_m > 45 else tail}"


def _side_of_mark(name: str, off_m: float, draw: float) -> str:
    if name.endswith(("公园", "湖", "园")) and not name.endswith(
        ("花园", "家园", "佳园", "工业园", "物流园")
    ):
        return ("东门", "南门", "西门", "北门")[int(draw * 4)]
    if name.endswith(("小学", "中学", "幼儿园", "学校", "菜市", "市场", "医院", "超市")):
        return "门口" if draw < 0.7 else "旁"
    if off_m > 60:
        return f" {1 + int(draw * 28)} 栋" if draw < 0.6 else "内"
    return "门口" if draw < 0.5 else "旁"
