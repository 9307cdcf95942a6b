"""The demonstration city's grids, areas and base map."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
import shapely

from server.demo.city import DemoCity

LAYERS = {
    "land", "block", "building", "water", "green", "road", "minor", "district", "street_area", "community", "label",
}  # fmt: skip


def cells_of(city: DemoCity) -> np.ndarray:
    rings = [np.array(grid.ring_mm, dtype=np.float64).reshape(-1, 2) for grid in city.unit_grids]
    return np.array([shapely.polygons(ring) for ring in rings], dtype=object)


@pytest.fixture(scope="module")
def cells(small: DemoCity) -> np.ndarray:
    return cells_of(small)


def test_that_the_unit_grids_are_a_seamless_partition(small: DemoCity, cells: np.ndarray) -> None:
    assert shapely.is_valid(cells).all()
    assert shapely.coverage_is_valid(cells, gap_width=1.0)
    whole = shapely.coverage_union_all(cells)
    assert whole.geom_type == "Polygon" and not whole.interiors
    assert whole.area == pytest.approx(shapely.area(cells).sum(), rel=1e-12)


def test_that_a_moved_vertex_would_be_noticed(cells: np.ndarray) -> None:
    broken = cells.copy()
    points = shapely.get_coordinates(broken[100])[:-1]
    points[0] += (40.0, 0.0)
    broken[100] = shapely.polygons(points)
    assert not shapely.coverage_is_valid(broken, gap_width=1.0)


def test_that_rings_run_counter_clockwise_and_are_not_closed(small: DemoCity, cells: np.ndarray) -> None:
    assert shapely.is_ccw(shapely.get_exterior_ring(cells)).all()
    assert all(grid.ring_mm[:2] != grid.ring_mm[-2:] for grid in small.unit_grids)


def test_that_cells_measure_about_a_hectare(small: DemoCity, cells: np.ndarray) -> None:
    area = np.array([grid.area_m2 for grid in small.unit_grids])
    assert np.abs(area - shapely.area(cells) / 1e6).max() <= 0.5
    assert 9_000 < np.median(area) < 13_000
    assert (area > 4_000).mean() > 0.99
    assert 28e6 < area.sum() < 38e6


def test_that_codes_are_unique_and_numbered_inside_their_community(small: DemoCity) -> None:
    codes = [grid.code for grid in small.unit_grids]
    assert len(set(codes)) == len(codes)
    assert all(len(code) == 15 and code.isdigit() for code in codes)
    for community, count in Counter(code[:12] for code in codes).items():
        numbers = sorted(int(code[12:]) for code in codes if code.startswith(community))
        assert numbers == list(range(1, count + 1))


def test_that_numbers_run_from_the_north_west(small: DemoCity, cells: np.ndarray) -> None:
    middle = shapely.get_coordinates(shapely.centroid(cells))
    by_code = {grid.code: middle[k] for k, grid in enumerate(small.unit_grids)}
    for community in {code[:12] for code in by_code}:
        inside = sorted(code for code in by_code if code.startswith(community))
        third = max(1, len(inside) // 3)
        north = np.mean([by_code[code][1] for code in inside[:third]])
        south = np.mean([by_code[code][1] for code in inside[-third:]])
        assert north > south


def test_that_parents_nest_and_every_community_is_in_one_piece(small: DemoCity, cells: np.ndarray) -> None:
    names: dict[str, set[str]] = {}
    for grid in small.unit_grids:
        names.setdefault(grid.code[:9], set()).add(grid.street)
        names.setdefault(grid.code[:12], set()).add(grid.community)
    assert all(len(found) == 1 for found in names.values())
    of = np.array([grid.code[:12] for grid in small.unit_grids])
    for community in np.unique(of):
        assert shapely.coverage_union_all(cells[of == community]).geom_type == "Polygon"
    assert {grid.code[:6] for grid in small.unit_grids} == {"450102", "450103", "450105", "450107"}


def test_that_working_grids_share_out_the_city(small: DemoCity) -> None:
    held = [code for work in small.work_grids for code in work.grids]
    assert sorted(held) == sorted(grid.code for grid in small.unit_grids)
    of = {code: work.id for work in small.work_grids for code in work.grids}
    assert all(of[grid.code] == grid.work_grid for grid in small.unit_grids)
    assert 35 <= len(small.work_grids) <= 45


def test_that_the_base_map_has_every_layer_and_one_line_per_road_name(small: DemoCity) -> None:
    assert {one.layer for one in small.base} == LAYERS
    roads = [one for one in small.base if one.layer in ("road", "minor") and one.name]
    assert len({one.name for one in roads}) == len(roads)
    main = [one for one in small.base if one.layer == "road"]
    assert all(one.name and one.width_mm >= 14_000 for one in main)
    assert {"民族大道", "金湖路", "东葛路", "滨江路"} <= {one.name for one in main}
    assert all(len(one.points) == 1 for one in small.base if one.layer == "label")
    assert sum(one.layer == "building" for one in small.base) > 12_000


def test_that_no_building_stands_across_a_border_or_in_the_water(small: DemoCity, cells: np.ndarray) -> None:
    houses = np.array(
        [
            shapely.polygons(one.points + np.array(small.origin_mm))
            for one in small.base
            if one.layer == "building"
        ]
    )
    borders = shapely.STRtree(shapely.get_exterior_ring(cells))
    assert len(borders.query(houses, predicate="intersects")[0]) == 0
    water = [
        shapely.polygons(one.points + np.array(small.origin_mm)) for one in small.base if one.layer == "water"
    ]
    assert len(shapely.STRtree(houses).query(water, predicate="intersects")[0]) == 0
