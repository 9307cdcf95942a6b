"""Unit grids over the places of a file where no survey of the city is at hand: a regular lattice in the city's plane.

Promises: the cells are a valid partition (neighbours share their vertices exactly, no gap, no overlap), every place
lies in one of them, every code has 15 digits and is its cell's alone. Only cells within reach of a place are made, and
the holes between them; a city too wide for `CELLS_MOST` cells of 250 m gets wider ones.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from casework.entities.unit_grid import UnitGrid
from casework.entities.work_grid import WorkGrid
from casework.ids import GridCode, WorkGridId

CELL_MM = 250_000
CELLS_MOST = 9_000
ACROSS_MOST = 2_000  # cells of the lattice in either direction
REACH = 2  # cells around one with a place in it
BLOCK = 4  # cells of a community, and of a work grid, in either direction
STREET = 6  # communities of a street in either direction
SHARE = 0.999  # of the places must lie within the lattice; what is farther out is no place of this city
MM2 = 1_000_000

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


class Lattice(msgspec.Struct, frozen=True):
    """The cells that are there: `column`, `row` of each, counted from the south-west corner."""

    west_mm: int
    south_mm: int
    cell_mm: int
    column: Ints
    row: Ints
    codes: tuple[GridCode, ...]

    @property
    def bounds_mm(self) -> tuple[int, int, int, int]:
        """West, south, east, north of the cells."""
        west, south = self.west_mm, self.south_mm
        return (
            west + int(self.column.min()) * self.cell_mm,
            south + int(self.row.min()) * self.cell_mm,
            west + (int(self.column.max()) + 1) * self.cell_mm,
            south + (int(self.row.max()) + 1) * self.cell_mm,
        )


def core(x_mm: Ints, y_mm: Ints) -> Bools:
    """Which places are the city's: all but the few that lie far out on their own."""
    if not len(x_mm):
        return np.zeros(0, dtype=bool)
    kept = np.ones(len(x_mm), dtype=bool)
    for values in (x_mm, y_mm):
        low, high = np.quantile(values, [(1 - SHARE) / 2, (1 + SHARE) / 2])
        reach = max(high - low, 4 * CELL_MM)
        kept &= (values >= low - reach / 4) & (values <= high + reach / 4)
    return kept


def lattice(x_mm: Ints, y_mm: Ints, district: Sequence[str]) -> Lattice:
    """The cells for these places; `district` gives the six digits of each place's district."""
    cell_mm = CELL_MM
    while True:
        west, south = (int(values.min()) // cell_mm * cell_mm for values in (x_mm, y_mm))
        column, row = (x_mm - west) // cell_mm, (y_mm - south) // cell_mm
        if max(column.max(), row.max()) < ACROSS_MOST:
            there = _filled(column, row)
            if there.sum() <= CELLS_MOST:
                break
        cell_mm *= 2
    origin = -REACH - 1
    columns, rows = np.nonzero(there)
    columns, rows = columns + origin, rows + origin
    districts = _districts(columns, rows, column, row, district)
    return Lattice(west, south, cell_mm, columns, rows, _codes(columns, rows, districts))


def _filled(column: Ints, row: Ints) -> Bools:
    """Cells with a place, those within reach, and the holes they enclose; with a margin of empty cells around."""
    margin = REACH + 1
    there = np.zeros((int(column.max()) + 1 + 2 * margin, int(row.max()) + 1 + 2 * margin), dtype=bool)
    there[column + margin, row + margin] = True
    near = there.copy()
    for across in range(-REACH, REACH + 1):
        for up in range(-REACH, REACH + 1):
            near |= np.roll(there, (across, up), axis=(0, 1))
    return ~_outside(near)


def _outside(there: Bools) -> Bools:
    """Empty cells that can be reached from the corner; the margin is always empty there."""
    outside = np.zeros_like(there)
    outside[0, :] = outside[-1, :] = outside[:, 0] = outside[:, -1] = True
    outside &= ~there
    while True:
        wider = outside.copy()
        wider[1:, :] |= outside[:-1, :]
        wider[:-1, :] |= outside[1:, :]
        wider[:, 1:] |= outside[:, :-1]
        wider[:, :-1] |= outside[:, 1:]
        wider &= ~there
        if (wider == outside).all():
            return outside
        outside = wider


def _districts(columns: Ints, rows: Ints, column: Ints, row: Ints, district: Sequence[str]) -> list[str]:
    """Of each cell the district most of its places lie in; of an empty one that of the nearest cell with places."""
    names = sorted(set(district))
    if len(names) == 1:
        return names * len(columns)
    number = np.array([names.index(name) for name in district])
    keys, cell = np.unique(np.stack((column, row), axis=1), axis=0, return_inverse=True)
    votes = np.zeros((len(keys), len(names)), dtype=np.int64)
    np.add.at(votes, (cell.reshape(-1), number), 1)
    winner = votes.argmax(axis=1)
    found = []
    for across, up in zip(columns.tolist(), rows.tolist(), strict=True):
        distance = (keys[:, 0] - across) ** 2 + (keys[:, 1] - up) ** 2
        found.append(names[int(winner[int(distance.argmin())])])
    return found


def _codes(columns: Ints, rows: Ints, districts: Sequence[str]) -> tuple[GridCode, ...]:
    """District 6, street 3, community 3, sequence 3; streets and communities are blocks, from the north-west on."""
    low, high = int(columns.min()), int(rows.max())
    blocks = [((high - row) // BLOCK, (column - low) // BLOCK) for column, row in _pairs(columns, rows)]
    areas = [(down // STREET, across // STREET) for down, across in blocks]
    street = {area: number for number, area in enumerate(sorted(set(areas)), start=1)}
    community: dict[tuple[int, int], dict[tuple[int, int], int]] = {}
    for area, block in sorted(set(zip(areas, blocks, strict=True))):
        inside = community.setdefault(area, {})
        inside[block] = len(inside) + 1
    taken: dict[tuple[str, tuple[int, int]], int] = {}
    codes = []
    for district, area, block in zip(districts, areas, blocks, strict=True):
        sequence = taken[district, block] = taken.get((district, block), 0) + 1
        codes.append(GridCode(f"{district}{street[area]:03d}{community[area][block]:03d}{sequence:03d}"))
    return tuple(codes)


def _pairs(columns: Ints, rows: Ints) -> list[tuple[int, int]]:
    return list(zip(columns.tolist(), rows.tolist(), strict=True))


def unit_grids(lattice: Lattice, started: str) -> list[UnitGrid]:
    """The cells as rows, each in the work grid of its community."""
    cell = lattice.cell_mm
    grids = []
    for code, (column, row) in zip(lattice.codes, _pairs(lattice.column, lattice.row), strict=True):
        west, south = lattice.west_mm + column * cell, lattice.south_mm + row * cell
        east, north = west + cell, south + cell
        grids.append(
            UnitGrid(
                code=code,
                ring_mm=(west, south, east, south, east, north, west, north),
                area_m2=cell * cell // MM2,
                work_grid=WorkGridId(code[:12]),
                started=started,
            )
        )
    return grids


def work_grids(grids: Sequence[UnitGrid]) -> list[WorkGrid]:
    """One for each community."""
    members: dict[str, list[GridCode]] = {}
    for grid in grids:
        members.setdefault(grid.work_grid, []).append(grid.code)
    return [
        WorkGrid(WorkGridId(name), name[6:], tuple(sorted(codes))) for name, codes in sorted(members.items())
    ]
