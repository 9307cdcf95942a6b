"""The lattice of unit grids under the places of a file."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from server.imports.partition import NOWHERE, GridFinder, polygons
from server.replay.lattice import CELL_MM, CELLS_MOST, core, lattice, unit_grids, work_grids


def places(count: int = 400, spread_mm: float = 3_000_000.0) -> tuple[np.ndarray, np.ndarray]:
    chance = np.random.default_rng(3)
    x, y = (chance.normal(centre, spread_mm, count) for centre in (236_000_000, 900_000_000))
    return np.rint(x).astype(np.int64), np.rint(y).astype(np.int64)


@pytest.mark.parametrize("spread_mm", [100.0, 3_000_000.0, 90_000_000.0])
def test_that_the_cells_are_a_valid_partition_that_holds_every_place(spread_mm: float) -> None:
    x, y = places(spread_mm=spread_mm)
    made = lattice(x, y, ["990001"] * len(x))
    grids = unit_grids(made, "2026-01-01")
    assert len(grids) <= CELLS_MOST
    cells = polygons(grids)
    assert shapely.is_valid(cells).all()
    assert shapely.coverage_is_valid(cells, gap_width=1.0)
    assert (GridFinder(grids).at(x, y) != NOWHERE).all()
    assert shapely.is_ccw(shapely.get_exterior_ring(cells)).all()


def test_that_holes_between_cells_are_cells_too() -> None:
    side = np.arange(0, 30) * CELL_MM
    x = np.concatenate([side, side, np.zeros(30, np.int64), np.full(30, side[-1])])
    y = np.concatenate([np.zeros(30, np.int64), np.full(30, side[-1]), side, side])
    whole = shapely.union_all(polygons(unit_grids(lattice(x, y, ["990001"] * len(x)), "")))
    assert whole.geom_type == "Polygon" and not whole.interiors


def test_that_codes_are_fifteen_digits_and_one_cells_alone_with_the_district_of_its_places() -> None:
    x, y = places()
    made = lattice(x, y, ["990001" if one < 236_000_000 else "990002" for one in x])
    assert len(set(made.codes)) == len(made.codes)
    assert all(len(code) == 15 and code.isdigit() for code in made.codes)
    grids = unit_grids(made, "")
    west = min(grids, key=lambda grid: grid.ring_mm[0])
    east = max(grids, key=lambda grid: grid.ring_mm[0])
    assert (west.code[:6], east.code[:6]) == ("990001", "990002")


def test_that_every_grid_is_in_one_work_grid() -> None:
    x, y = places()
    grids = unit_grids(lattice(x, y, ["990001"] * len(x)), "")
    works = work_grids(grids)
    members = [code for work in works for code in work.grids]
    assert sorted(members) == sorted(grid.code for grid in grids)
    of = {code: work.id for work in works for code in work.grids}
    assert all(of[grid.code] == grid.work_grid for grid in grids)


def test_that_a_place_far_out_on_its_own_is_not_the_citys() -> None:
    x, y = places(2000)
    x[7] += 900_000_000
    assert np.flatnonzero(~core(x, y)).tolist() == [7]
