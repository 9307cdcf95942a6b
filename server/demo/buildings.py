"""Building footprints: rows of slabs facing south, towers, old lanes, sheds, as the use of the cell asks for.

Promises: no building crosses a grid's border, a road's edge or water; deterministic. Footprints are for the
base map only: nobody lives in them.
"""

from __future__ import annotations

import math

import msgspec
import numpy as np
import numpy.typing as npt
import shapely

from server.demo.grids import Partition
from server.demo.ground import Ground
from server.demo.lattice import Floats
from server.demo.patches import Use
from server.demo.roads import Network

KERB_MM = 6_500.0  # from the carriageway to the first wall


class Style(msgspec.Struct, frozen=True):
    """How a cell is built over, metres: (smallest, largest) length and depth, gaps between, share left out."""

    length: tuple[float, float]
    depth: tuple[float, float]
    gap: float
    row_gap: float
    empty: float
    bent: float = 0.0  # share with a wing


SLABS = Style((28, 48), (11.5, 14), 8, 12.5, 0.04, 0.10)
SHORT_SLABS = Style((19, 32), (11, 13.5), 7, 10.5, 0.05, 0.05)
TOWERS = Style((20, 27), (17, 22), 13, 15, 0.07)
OLD = Style((12, 26), (9.5, 13), 4, 6.5, 0.07, 0.14)
HUTS = Style((8.5, 12), (8.5, 11.5), 2.6, 3.4, 0.10)
PODIUMS = Style((28, 52), (24, 36), 8, 9.5, 0.05, 0.22)
HALLS = Style((36, 62), (13, 19), 12, 18, 0.18, 0.30)
SHEDS = Style((36, 66), (22, 32), 9, 10, 0.08)
STYLES = {
    Use.ESTATE: ((SLABS, 0.46), (SHORT_SLABS, 0.32), (TOWERS, 0.22)),
    Use.OLD_TOWN: ((OLD, 0.75), (SHORT_SLABS, 0.25)),
    Use.CENTRE: ((PODIUMS, 0.6), (TOWERS, 0.25), (SLABS, 0.15)),
    Use.CAMPUS: ((HALLS, 0.8), (SHORT_SLABS, 0.2)),
    Use.INDUSTRY: ((SHEDS, 0.85), (SHORT_SLABS, 0.15)),
    Use.VILLAGE: ((HUTS, 0.8), (OLD, 0.2)),
}


def buildings(
    rng: np.random.Generator, part: Partition, ground: Ground, net: Network
) -> npt.NDArray[np.object_]:
    """All footprints: laid out in rows over what may be built on, and cut back to it."""
    built = np.array([Use(use) in STYLES for use in part.use]) & ~ground.pocket
    lots, use = _lots(part.cells[built], ground, net), part.use[built]
    corners = shapely.get_coordinates(shapely.oriented_envelope(lots)).reshape(-1, 5, 2)[:, :4]
    boxes = [_rects(rng, STYLES[Use(use[lot])], corners[lot]) for lot in range(len(lots))]
    of = np.repeat(np.arange(len(lots)), [len(rects) for rects in boxes])
    whole = shapely.polygons(np.rint(np.concatenate(boxes)))
    shapely.prepare(lots)
    shapes = whole.copy()
    crossing = np.flatnonzero(~shapely.covers(lots[of], whole))
    shapes[crossing] = shapely.set_precision(shapely.intersection(lots[of[crossing]], whole[crossing]), 1.0)
    is_fit = (shapely.area(shapes) > 0.62 * shapely.area(whole)) & (shapely.get_type_id(shapes) == 3)
    return np.asarray(shapes[is_fit])


def _lots(cells: npt.NDArray[np.object_], ground: Ground, net: Network) -> npt.NDArray[np.object_]:
    """What may be built on in each cell: its largest piece away from roads, water and its neighbours."""
    lots = shapely.buffer(cells, -4_500.0, join_style="mitre")
    pieces, half = carriageways(net)
    taken = shapely.buffer(pieces, half + KERB_MM, cap_style="square")
    wet = np.array([shape.buffer(16_000) for _, shape in ground.water], dtype=object)
    taken = np.concatenate([taken, wet])
    lot, other = shapely.STRtree(taken).query(lots, predicate="intersects")
    turn = np.arange(len(lot)) - np.searchsorted(lot, lot)  # the how-manieth obstacle of its lot
    for k in range(int(turn.max(initial=-1)) + 1):
        now = turn == k
        lots[lot[now]] = shapely.difference(lots[lot[now]], taken[other[now]])
    parts, of = shapely.get_parts(lots, return_index=True)
    order = np.lexsort((shapely.area(parts), of))
    largest = order[np.flatnonzero(np.diff(of[order], append=-1))]
    largest = largest[shapely.area(parts[largest]) > 1e9]
    rest = np.full(len(lots), shapely.Point(0, 0).buffer(1), dtype=object)
    rest[of[largest]] = parts[largest]
    return rest


def carriageways(net: Network) -> tuple[npt.NDArray[np.object_], Floats]:
    """Every piece of every road as a line of two points, and half its road's width in mm."""
    ends = np.concatenate([np.stack([road.line[:-1], road.line[1:]], axis=1) for road in net.roads])
    half = np.concatenate([np.full(len(road.line) - 1, road.width_mm / 2) for road in net.roads])
    return np.asarray(shapely.linestrings(ends.astype(np.float64))), half


def _rects(rng: np.random.Generator, styles: tuple[tuple[Style, float], ...], corners: Floats) -> Floats:
    """Candidate footprints of one cell, (n, 7, 2) closed rings in mm; some carry a wing."""
    style = styles[int(rng.choice(len(styles), p=[share for _, share in styles]))][0]
    sides = corners[1] - corners[0], corners[2] - corners[1]
    along, up = (sides[0], sides[1]) if abs(sides[0][0]) * 2 > abs(sides[0][1]) * 2 else (sides[1], sides[0])
    if along[0] < 0:
        along = -along
    if up[1] < 0:
        up = -up
    width, height = float(np.hypot(*along)) / 1000, float(np.hypot(*up)) / 1000
    x, y, half_x, half_y = _layout(rng, style, width, height)
    wing = np.where(rng.random(len(x)) < style.bent, rng.uniform(0.45, 0.8, len(x)), 0.0) * half_y * 2
    arm = half_x * rng.uniform(0.35, 0.6, len(x))
    flip = np.where(rng.random(len(x)) < 0.5, 1.0, -1.0)
    ring_x = (
        np.stack([-half_x, half_x, half_x, half_x - arm, half_x - arm, -half_x, -half_x], axis=1)
        * flip[:, None]
    )
    top = half_y + wing
    ring_y = np.stack([-half_y, -half_y, top, top, half_y, half_y, -half_y], axis=1)
    middle = corners.mean(axis=0)
    unit_x, unit_y = along / np.hypot(*along) * 1000, up / np.hypot(*up) * 1000
    return np.asarray(
        middle + (x[:, None] + ring_x)[..., None] * unit_x + (y[:, None] + ring_y)[..., None] * unit_y
    )


def _layout(
    rng: np.random.Generator, style: Style, width: float, height: float
) -> tuple[Floats, Floats, Floats, Floats]:
    """Middles and half sizes of a cell's rows, metres from the cell's middle."""
    rows: list[tuple[float, float, float, float]] = []
    depth = float(rng.uniform(*style.depth))
    count = max(1, math.floor((height - 2 + style.row_gap) / (depth + style.row_gap)))
    pitch = (height - depth) / max(count - 1, 1)
    for row in range(count):
        y = -height / 2 + depth / 2 + pitch * row if count > 1 else 0.0
        at = -width / 2 + float(rng.uniform(0, 2))
        while at < width / 2 - 3:
            length = float(rng.uniform(*style.length))
            room = width / 2 - at
            length = room if length > room and room > style.length[0] * 0.7 else length
            if length <= room and rng.random() > style.empty:
                rows.append((at + length / 2, y + float(rng.normal(0, 0.4)), length / 2, depth / 2))
            at += length + style.gap * float(rng.uniform(0.8, 1.3))
    grid = np.array(rows).reshape(-1, 4)
    return grid[:, 0], grid[:, 1], grid[:, 2], grid[:, 3]
