"""The partition against shapely, which knows nothing of how it is made."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from app.cache.basemap import Sheet
from app.map.ground import Ground, tints_for
from app.map.partition import NOBODY, Partition, centres, holds, number_spots
from casework.entities.unit_grid import UnitGrid
from casework.ids import GridCode
from tests.app.map.town import Town


@pytest.fixture(scope="module")
def partition(town: Town) -> Partition:
    return Partition(town.grids)


def polygons(sheet: Sheet) -> list[shapely.Polygon]:
    return [shapely.Polygon(sheet.of(number)) for number in range(len(sheet))]


def test_that_a_place_is_in_the_grid_that_shapely_says(partition: Partition) -> None:
    grids = polygons(partition.sheet)
    low, high = partition.sheet.xy_m.min(axis=0) - 50, partition.sheet.xy_m.max(axis=0) + 50
    for x, y in np.random.default_rng(1).uniform(low, high, (300, 2)):
        at = [partition.codes[k] for k, grid in enumerate(grids) if grid.contains(shapely.Point(x, y))]
        assert partition.grid_at(x, y) == (at[0] if at else None)


def test_that_a_place_on_a_shared_edge_has_exactly_one_grid(partition: Partition) -> None:
    edges = partition.edges()
    inner = np.flatnonzero((partition.left != NOBODY) & (partition.right != NOBODY))
    for number in inner[::7]:
        x, y = edges.of(int(number)).mean(axis=0)
        rings = partition.sheet.within(x, y, x, y)
        assert sum(holds(partition.sheet.of(int(k)), x, y) for k in rings) <= 1


def test_that_each_edge_is_there_once_and_their_length_is_that_of_the_drawing(partition: Partition) -> None:
    edges = partition.edges()
    drawn = shapely.union_all([grid.boundary for grid in polygons(partition.sheet)])
    length = np.hypot(*(edges.xy_m[1::2] - edges.xy_m[0::2]).T).sum()
    assert length == pytest.approx(drawn.length)


def test_that_unions_cover_what_their_grids_cover(town: Town, partition: Partition) -> None:
    members = {number: grid.grids for number, grid in enumerate(town.work_grids)}
    owner = partition.owners(members)
    rings, whose = partition.unions(owner)
    grids = polygons(partition.sheet)
    for number, grid in enumerate(town.work_grids):
        made = [shapely.Polygon(rings.of(int(k))) for k in np.flatnonzero(whose == number)]
        wanted = shapely.union_all([grids[partition.number_of[code]] for code in grid.grids])
        assert shapely.union_all(made).symmetric_difference(wanted).area == pytest.approx(0, abs=1e-3)


def test_that_borders_of_unions_are_drawn_once(town: Town, partition: Partition) -> None:
    owner = partition.owners({number: grid.grids for number, grid in enumerate(town.work_grids)})
    borders = partition.borders(owner)
    grids = polygons(partition.sheet)
    areas = [
        shapely.union_all([grids[partition.number_of[code]] for code in grid.grids])
        for grid in town.work_grids
    ]
    wanted = shapely.union_all([area.boundary for area in areas])
    length = sum(np.hypot(*np.diff(borders.of(k), axis=0).T).sum() for k in range(len(borders)))
    assert length == pytest.approx(wanted.length)
    assert len(borders) < len(partition.edges()) / 4, "chained into long lines"


def test_that_a_hole_runs_the_other_way_round() -> None:
    cells = {
        f"{c}{r}": UnitGrid(f"{c}{r}", tuple(v * 1000 for v in (c, r, c + 1, r, c + 1, r + 1, c, r + 1)), 1)
        for c in range(3)
        for r in range(3)
    }
    made = Partition(list(cells.values()))
    rings, whose = made.unions(made.owners({0: [code for code in cells if code != "11"], 1: ["11"]}))
    areas = sorted(
        0.5 * float(np.dot(x, np.roll(y, -1)) - np.dot(np.roll(x, -1), y))
        for x, y in (rings.of(int(k)).T for k in np.flatnonzero(whose == 0))
    )
    assert areas == [-1.0, 9.0]


def test_that_a_partition_of_nothing_answers() -> None:
    nothing = Partition(())
    assert nothing.grid_at(0, 0) is None
    assert nothing.ring_m("x") is None
    assert len(nothing.edges()) == 0
    assert len(nothing.borders(nothing.owners({}))) == 0


def test_that_a_number_stands_inside_its_grid(partition: Partition) -> None:
    spots = number_spots(partition)
    for number, grid in enumerate(polygons(partition.sheet)):
        assert grid.contains(shapely.Point(spots.of(number)[0]))
        assert spots.names[number] == partition.codes[number][-3:]


def test_that_the_centre_of_an_area_is_its_centroid(partition: Partition) -> None:
    for number, grid in enumerate(polygons(partition.sheet)):
        assert shapely.Point(centres(partition.sheet)[number]).distance(grid.centroid) < 1e-6


def test_that_neighbouring_duty_faces_differ_in_colour(town: Town, ground: Ground) -> None:
    faces = ground.sheet("duty", "municipal")
    assert sorted(set(faces.tint.tolist())) == [0, 1, 2, 3]
    assert len(ground.sheet("duty", "no such layer")) == 0
    assert set(ground.sheet("duty_spot", "municipal").names) == {unit.name for unit in town.units}


def test_that_four_colours_are_enough_where_few_meet() -> None:
    ring = {(0, 1), (1, 2), (2, 3), (3, 4), (0, 4)}
    tints = tints_for(5, ring)
    assert all(tints[one] != tints[other] for one, other in ring)
    assert tints == tints_for(5, ring)


def ring(*corners_m: tuple[int, int]) -> tuple[int, ...]:
    return tuple(1000 * edge for corner in corners_m for edge in corner)


def of_several_rings() -> Partition:
    """A frame around an island of another grid, and a part of its own beyond a third grid."""
    hole = ring((20, 20), (20, 40), (40, 40), (40, 20))
    apart = ring((100, 0), (130, 0), (130, 60), (100, 60))
    frame = ring((0, 0), (60, 0), (60, 60), (0, 60))
    island = ring((20, 20), (40, 20), (40, 40), (20, 40))
    between = ring((60, 0), (100, 0), (100, 60), (60, 60))
    return Partition(
        [
            UnitGrid(code=GridCode("450103001001001"), ring_mm=frame, area_m2=5000, more_mm=(apart, hole)),
            UnitGrid(code=GridCode("450103001001002"), ring_mm=island, area_m2=400),
            UnitGrid(code=GridCode("450103001001003"), ring_mm=between, area_m2=2400),
        ]
    )


def test_that_a_grid_of_several_parts_holds_each_of_them_and_no_hole() -> None:
    several = of_several_rings()
    found = [several.grid_at(x, 30) for x in (10, 30, 50, 80, 120, 140)]
    assert [code and code[-1] for code in found] == ["1", "2", "1", "3", "1", None]


def test_that_a_hole_and_a_second_part_share_their_edges_with_the_grids_beside_them() -> None:
    several = of_several_rings()
    owner = several.owners({0: [several.codes[0]], 1: [several.codes[1]], 2: [several.codes[2]]})
    assert several.neighbours(owner) == {(0, 1), (0, 2)}
    # Four of the frame's, four of the island's, and three more for each of the two grids in the row behind.
    assert len(several.edges()) == 14
    outlines, whose = several.unions(several.owners({0: several.codes}))
    assert len(outlines) == 1 and whose.tolist() == [0]


def test_that_a_grid_is_lit_in_all_its_parts() -> None:
    several = of_several_rings()
    assert sorted(float(part[:, 0].max()) for part in several.parts_m("450103001001001")) == [60.0, 130.0]
    assert several.parts_m("nowhere") == []


def test_that_every_ring_of_a_grid_bears_its_name() -> None:
    several = of_several_rings()
    assert list(several.sheet.names).count("450103001001001") == 3
    assert len(several.centre) == len(several) == 3
