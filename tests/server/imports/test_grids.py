from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from casework.entities.unit_grid import UnitGrid
from casework.geo import is_counter_clockwise, is_within
from server.imports.partition import GridFinder, polygons, rings_from
from server.store.verify import verify
from tests.server.imports.town import (
    DISTRICT,
    SOUTH_M,
    WEST_M,
    founded_town,
    geojson,
    profile,
    rows,
    run,
    square,
    unit_grid,
)


def polygon(*corners_m: tuple[float, float]) -> dict[str, Any]:
    ring = [[WEST_M + x, SOUTH_M + y] for x, y in (*corners_m, corners_m[0])]
    return {"type": "Polygon", "coordinates": [ring]}


def two_by_two(names: str = "abcd") -> list[tuple[dict[str, object], dict[str, Any] | None]]:
    return [({"no": name, "community": "一社区"}, square(k % 2, k // 2)) for k, name in enumerate(names)]


def test_that_grids_get_codes_and_give_an_empty_city_its_bounds(tmp_path: Path) -> None:
    paths = founded_town(tmp_path / "centre", has_grids=False)
    before = rows(paths, "city")["city"]
    report = run(paths, "grids", geojson(tmp_path / "f.geojson", two_by_two()), profile(tmp_path, "grids"))
    grids = rows(paths, "unit_grid")
    assert report["new"] == 4
    assert sorted(grids) == [f"{DISTRICT}001001{k:03d}" for k in range(1, 5)]
    assert [grid.uid for _, grid in sorted(grids.items())] == list("abcd")
    city = rows(paths, "city")["city"]
    assert (city.west_mm, city.east_mm) == (WEST_M * 1000, (WEST_M + 200) * 1000)
    assert city.grid_version == before.grid_version + 1
    assert verify(paths.database)[0] == []


def test_that_the_same_grids_again_enter_nothing_and_a_moved_border_changes_two(tmp_path: Path) -> None:
    paths = founded_town(tmp_path / "centre", has_grids=False)
    words = profile(tmp_path, "grids")
    run(paths, "grids", geojson(tmp_path / "f.geojson", two_by_two()), words)
    codes = {grid.uid: code for code, grid in rows(paths, "unit_grid").items()}
    again = run(paths, "grids", geojson(tmp_path / "f.geojson", two_by_two()), words)
    assert (again["unchanged"], again["outcome"]) == (4, "nothing_new")
    bent = two_by_two()
    bent[0] = (bent[0][0], polygon((0, 0), (100, 0), (90, 50), (100, 100), (0, 100)))
    bent[1] = (bent[1][0], polygon((100, 0), (200, 0), (200, 100), (100, 100), (90, 50)))
    report = run(paths, "grids", geojson(tmp_path / "f.geojson", bent[:3]), words)
    assert [report[name] for name in ("changed", "unchanged", "absent")] == [2, 1, 1]
    assert {grid.uid: code for code, grid in rows(paths, "unit_grid").items()} == codes


def test_that_of_overlapping_grids_as_few_as_possible_are_refused_and_named(tmp_path: Path) -> None:
    paths = founded_town(tmp_path / "centre", has_grids=False)
    over_all = ({"no": "x", "community": ""}, polygon((50, 50), (150, 50), (150, 150), (50, 150)))
    file = geojson(tmp_path / "f.geojson", [*two_by_two(), over_all])
    report = run(paths, "grids", file, profile(tmp_path, "grids"))
    assert report["reasons"] == {"overlaps": 1}
    (refused,) = report["refusals"]
    assert (refused["place"], refused["values"]["count"]) == ("feature 5", "4")
    assert shapely.coverage_is_valid(polygons(list(rows(paths, "unit_grid").values())))


def test_that_a_grid_here_is_never_given_up_for_one_that_comes(tmp_path: Path) -> None:
    paths = founded_town(tmp_path / "centre")
    before = rows(paths, "unit_grid")
    shifted = ({"no": "x", "community": ""}, polygon((250, 0), (350, 0), (350, 100), (250, 100)))
    beside = ({"no": "y", "community": ""}, polygon((300, 100), (400, 100), (400, 200), (300, 200)))
    report = run(
        paths, "grids", geojson(tmp_path / "f.geojson", [shifted, beside]), profile(tmp_path, "grids")
    )
    assert report["reasons"] == {"overlaps": 1}
    after = rows(paths, "unit_grid")
    assert len(after) == len(before) + 1 and before.items() <= after.items()


def test_that_a_ring_touching_itself_enters_with_its_area_and_a_remark(tmp_path: Path) -> None:
    paths = founded_town(tmp_path / "centre", has_grids=False)
    # From the corner of a pocket back to the outline: the same point twice.
    touching = polygon((0, 0), (100, 0), (100, 100), (50, 100), (70, 60), (30, 60), (50, 100), (0, 100))
    file = geojson(tmp_path / "f.geojson", [({"no": "a", "community": ""}, touching)])
    report = run(paths, "grids", file, profile(tmp_path, "grids"))
    assert (report["new"], [one["code"] for one in report["remarks"]]) == (1, ["self_touching"])
    (grid,) = rows(paths, "unit_grid").values()
    assert grid.area_m2 == 100 * 100 - 40 * 40 // 2
    (shape,) = polygons([grid])
    assert shapely.is_valid(shape)


@pytest.mark.parametrize(
    ("shape", "reason"),
    [
        (polygon((0, 0), (100, 100), (100, 0), (0, 100)), "self_crossing"),
        ({"type": "Point", "coordinates": [WEST_M, SOUTH_M]}, "no_area"),
        ({"type": "Polygon", "coordinates": [[[WEST_M, SOUTH_M], [WEST_M, SOUTH_M]]]}, "broken_geometry"),
        (None, "no_place"),
    ],
)
def test_that_a_shape_that_is_no_area_is_refused(
    tmp_path: Path, shape: dict[str, Any] | None, reason: str
) -> None:
    paths = founded_town(tmp_path / "centre", has_grids=False)
    file = geojson(tmp_path / "f.geojson", [*two_by_two(), ({"no": "x", "community": ""}, shape)])
    report = run(paths, "grids", file, profile(tmp_path, "grids"))
    assert (report["reasons"], report["refusals"][0]["place"]) == ({reason: 1}, "feature 5")


def test_that_parts_and_holes_come_in_and_out_as_they_are() -> None:
    shell = shapely.box(0, 0, 90_000, 90_000).difference(shapely.box(30_000, 30_000, 60_000, 60_000))
    several = shapely.MultiPolygon([shapely.box(200_000, 0, 230_000, 30_000), shell])
    ring, *more = rings_from(several)
    assert [is_counter_clockwise(one) for one in (ring, *more)] == [True, True, False]
    grid = UnitGrid(code=unit_grid(0, 0).code, ring_mm=ring, more_mm=tuple(more), area_m2=1)
    (back,) = polygons([grid])
    assert shapely.equals(back, several)
    finder = GridFinder([grid])
    places = np.array([[10_000, 10_000], [45_000, 45_000], [210_000, 10_000], [150_000, 10_000]])
    assert finder.at(places[:, 0], places[:, 1]).tolist() == [0, -1, 0, -1]


def test_that_a_place_on_a_common_edge_has_the_grid_that_the_rules_name() -> None:
    grids = [unit_grid(column, row) for row in range(3) for column in range(3)]
    x = np.array([(WEST_M + 100) * 1000, (WEST_M + 50) * 1000, (WEST_M + 100) * 1000], np.int64)
    y = np.array([(SOUTH_M + 50) * 1000, (SOUTH_M + 100) * 1000, (SOUTH_M + 100) * 1000], np.int64)
    for found, at_x, at_y in zip(GridFinder(grids).at(x, y).tolist(), x.tolist(), y.tolist(), strict=True):
        assert [k for k, grid in enumerate(grids) if is_within(grid.rings, at_x, at_y)] == [found]


def test_that_a_full_community_goes_on_under_the_next_number(tmp_path: Path) -> None:
    paths = founded_town(tmp_path / "centre", has_grids=False)
    many = [
        ({"no": f"g{k}", "community": ""}, polygon((5 * k, 0), (5 * k + 5, 0), (5 * k + 5, 5), (5 * k, 5)))
        for k in range(1001)
    ]
    run(paths, "grids", geojson(tmp_path / "f.geojson", many), profile(tmp_path, "grids"))
    codes = sorted(rows(paths, "unit_grid"))
    assert codes[998:] == [f"{DISTRICT}001001999", f"{DISTRICT}001002001", f"{DISTRICT}001002002"]
