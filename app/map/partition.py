"""The resting unit grids as one partition: which grid holds a place, and the outlines of unions of grids.

Built once from the rows of the grids, in integer millimetres, so that neighbours meet exactly. It promises that an
edge shared by two grids is one edge, drawn once. It never edits: `casework.coverage` decides about boundaries.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from app.cache.basemap import EMPTY, Sheet, make_sheet, moments
from casework.entities.unit_grid import UnitGrid

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
NOBODY = -1


class Partition:
    """`sheet` holds the rings; `left` and `right` are the grids on both sides of every edge, NOBODY outside.

    Ring k of the sheet is the first one of grid k; the further rings of grids that have several follow, and `whose`
    says of every ring which grid it is of. A hole runs clockwise.
    """

    def __init__(self, grids: Sequence[UnitGrid]) -> None:
        self.codes = tuple(grid.code for grid in grids)
        self.number_of: dict[str, int] = {code: number for number, code in enumerate(self.codes)}
        if not grids:
            self.sheet = EMPTY
            self._spots, self._ends = np.empty((0, 2)), np.empty((0, 2), dtype=np.int64)
            self.left = self.right = np.empty(0, dtype=np.int64)
            self.centre = np.empty((0, 2))
            self.whose = np.empty(0, dtype=np.int64)
            return
        more = [(number, ring) for number, grid in enumerate(grids) for ring in grid.more_mm]
        told = [*(grid.ring_mm for grid in grids), *(ring for _, ring in more)]
        rings = [np.array(ring, dtype=np.int64).reshape(-1, 2) for ring in told]
        self.whose = np.array([*range(len(grids)), *(number for number, _ in more)], dtype=np.int64)
        names = (self.codes[number] for number in self.whose)
        self.sheet = make_sheet((ring / 1000.0 for ring in rings), names)
        self._spots, self._ends, self.left, self.right = _edges(rings, self.whose)
        self.centre = centres(self.sheet)[: len(grids)]

    def __len__(self) -> int:
        return len(self.codes)

    def grid_at(self, x_m: float, y_m: float) -> str | None:
        """The code of the grid that holds a place, or None outside the partition."""
        crossed: dict[int, bool] = {}
        for ring in self.sheet.within(x_m, y_m, x_m, y_m):
            grid = int(self.whose[ring])
            crossed[grid] = crossed.get(grid, False) ^ holds(self.sheet.of(int(ring)), x_m, y_m)
        return next((self.codes[grid] for grid, is_in in crossed.items() if is_in), None)

    def ring_m(self, code: str) -> Floats | None:
        """The outline of a grid's first part, or None where there is no such grid."""
        number = self.number_of.get(code)
        return None if number is None else self.sheet.of(number)

    def parts_m(self, code: str) -> list[Floats]:
        """The outlines of all parts of a grid, without their holes; none where there is no such grid."""
        number = self.number_of.get(code)
        rings = (
            [] if number is None else [self.sheet.of(int(k)) for k in np.flatnonzero(self.whose == number)]
        )
        return [ring for ring in rings if moments(ring, np.array([len(ring)]))[0][0] > 0]

    def edges(self) -> Sheet:
        """Every edge once, as lines of two vertices."""
        return make_sheet(list(self._spots[self._ends])) if len(self._ends) else EMPTY

    def owners(self, members: Mapping[int, Iterable[str]]) -> Ints:
        """For each grid the number of who holds it; later ones win, NOBODY where nobody does."""
        owner = np.full(len(self.codes), NOBODY, dtype=np.int64)
        for number, codes in members.items():
            for code in codes:
                at = self.number_of.get(code)
                if at is not None:
                    owner[at] = number
        return owner

    def neighbours(self, owner: Ints) -> set[tuple[int, int]]:
        """Pairs of owners that share an edge, the smaller first."""
        one, other = self._sides(owner)
        meet = (one != other) & (one != NOBODY) & (other != NOBODY)
        pairs = np.sort(np.stack((one[meet], other[meet]), axis=1), axis=1)
        return {(int(a), int(b)) for a, b in np.unique(pairs, axis=0)} if len(pairs) else set()

    def borders(self, owner: Ints) -> Sheet:
        """The edges between different owners as long lines, each edge once."""
        one, other = self._sides(owner)
        ends = self._ends[one != other]
        return make_sheet([self._spots[chain] for chain in _chains(ends)]) if len(ends) else EMPTY

    def unions(self, owner: Ints) -> tuple[Sheet, Ints]:
        """The outlines of each owner's area (holes run clockwise), and whose each ring is."""
        one, other = self._sides(owner)
        follows: dict[tuple[int, int], list[int]] = defaultdict(list)
        is_border = one != other
        for (a, b), left, right in zip(self._ends[is_border], one[is_border], other[is_border], strict=True):
            if left != NOBODY:
                follows[int(left), int(a)].append(int(b))
            if right != NOBODY:
                follows[int(right), int(b)].append(int(a))
        rings: list[Floats] = []
        whose: list[int] = []
        while follows:
            holder, first = next(iter(follows))
            rings.append(self._spots[_walk(follows, holder, first)])
            whose.append(holder)
        return make_sheet(rings), np.array(whose, dtype=np.int64)

    def _sides(self, owner: Ints) -> tuple[Ints, Ints]:
        padded = np.append(owner, NOBODY)  # index -1 is outside
        return padded[self.left], padded[self.right]


def holds(ring_m: Floats, x_m: float, y_m: float) -> bool:
    """Whether a place lies inside a ring (even-odd; of two neighbours only one holds a place on their edge)."""
    x, y = ring_m[:, 0], ring_m[:, 1]
    next_x, next_y = np.roll(x, -1), np.roll(y, -1)
    crosses = (y > y_m) != (next_y > y_m)
    if not crosses.any():
        return False
    # From the lower end upwards, whichever way the ring runs: both neighbours of an edge then round alike.
    is_down = crosses & (y > next_y)
    low_x, low_y = np.where(is_down, next_x, x)[crosses], np.where(is_down, next_y, y)[crosses]
    high_x, high_y = np.where(is_down, x, next_x)[crosses], np.where(is_down, y, next_y)[crosses]
    return bool(np.count_nonzero(x_m < (high_x - low_x) * (y_m - low_y) / (high_y - low_y) + low_x) % 2)


def number_spots(partition: Partition) -> Sheet:
    """Where a grid's number is written: between its north-west corner and its centre, inside the grid."""
    spots = []
    for number in range(len(partition)):
        ring, centre = partition.sheet.of(number), partition.centre[number]
        corner = ring[int(np.argmax(ring[:, 1] - ring[:, 0]))]
        spot = corner + (centre - corner) * 0.45
        spots.append((spot if holds(ring, *spot) else centre).reshape(1, 2))
    return make_sheet(spots, (code[-3:] for code in partition.codes))


def centres(sheet: Sheet) -> Floats:
    """The centre of the area of each ring."""
    return moments(sheet.xy_m, np.diff(sheet.starts))[1]


def _edges(rings: Sequence[Ints], whose: Ints) -> tuple[Floats, Ints, Ints, Ints]:
    """Distinct vertices in metres, edges as pairs of vertices, and the faces left and right of each."""
    counts = np.array([len(ring) for ring in rings])
    everything = np.concatenate(rings)
    low = everything.min(axis=0)
    packed = (everything[:, 0] - low[0]) * (1 << 32) + (everything[:, 1] - low[1])
    distinct, vertex = np.unique(packed, return_inverse=True)
    spots = np.stack((distinct >> 32, distinct & 0xFFFFFFFF), axis=1) + low
    face = np.repeat(whose, counts)
    ends = np.cumsum(counts)
    following = np.arange(1, len(vertex) + 1)
    following[ends - 1] = ends - counts
    start, end = vertex, vertex[following]
    keys, edge = np.unique(
        np.minimum(start, end) * len(distinct) + np.maximum(start, end), return_inverse=True
    )
    pairs = np.stack((keys // len(distinct), keys % len(distinct)), axis=1)
    left = np.full(len(keys), NOBODY, dtype=np.int64)
    right = left.copy()
    is_forward = start < end
    left[edge[is_forward]] = face[is_forward]
    right[edge[~is_forward]] = face[~is_forward]
    return spots / 1000.0, pairs, left, right


def _walk(follows: dict[tuple[int, int], list[int]], holder: int, first: int) -> list[int]:
    """One ring of a holder from `first` on; takes its edges out."""
    ring, at = [first], first
    while True:
        ends = follows[holder, at]
        after = ends.pop()
        if not ends:
            del follows[holder, at]
        if after == first or (holder, after) not in follows:
            return ring
        ring.append(after)
        at = after


def _chains(ends: Ints) -> list[list[int]]:
    """Lines as long as possible from loose edges: from junction to junction, then the closed ones."""
    touching: dict[int, list[int]] = defaultdict(list)
    for number, (a, b) in enumerate(ends):
        touching[int(a)].append(number)
        touching[int(b)].append(number)
    is_free = [True] * len(ends)
    chains = []
    junctions = [spot for spot, edges in touching.items() if len(edges) != 2]
    for spot in [*junctions, *touching]:
        for number in touching[spot]:
            if is_free[number]:
                chains.append(_follow(spot, number, ends, touching, is_free))
    return chains


def _follow(
    spot: int, number: int, ends: Ints, touching: Mapping[int, list[int]], is_free: list[bool]
) -> list[int]:
    chain = [spot]
    while True:
        is_free[number] = False
        a, b = int(ends[number][0]), int(ends[number][1])
        spot = b if a == spot else a
        chain.append(spot)
        onwards = [edge for edge in touching[spot] if is_free[edge]]
        if len(touching[spot]) != 2 or not onwards:
            return chain
        number = onwards[0]
