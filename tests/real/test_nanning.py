"""A part of Nanning: buildings as components, the points of a survey as open cases."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest

from casework.workflow import OPEN_STAGES
from server.imports.profile import find_profile
from tests.real import oracle
from tests.real.ground import Report, bring, founded, lay_lattice
from tests.real.rows import components, rows_of

BOX = (108.320, 22.800, 108.354, 22.818, 0.002)
OPENED_MS = 1_735_660_800_000  # 2025-01-01 00:00 in Nanning


class Nanning(NamedTuple):
    folder: Path
    buildings: dict[str, Report]
    points: dict[str, Report]


@pytest.fixture(scope="module")
def nanning(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Nanning:
    folder = founded(tmp_path_factory.mktemp("nanning") / "centre", "nanning_buildings")
    lay_lattice(folder, "450103", *BOX)
    buildings, points = files(real_data)
    return Nanning(
        folder,
        {path.stem: bring("components", path, folder, "nanning_buildings") for path in buildings},
        {path.stem: bring("cases", path, folder, "nanning_problems") for path in points},
    )


def files(real_data: Path) -> tuple[list[Path], list[Path]]:
    folder = real_data / oracle.NANNING
    points = [*folder.glob("problem_*.geojson"), *folder.glob("demand_*.geojson")]
    return sorted(folder.glob("buildings_*.geojson")), sorted(points)


def test_that_every_building_enters_once_as_its_number_plate(nanning: Nanning, real_data: Path) -> None:
    found = [one["properties"]["buildingId"] for path in files(real_data)[0] for one in oracle.features(path)]
    assert len(found) == 3454
    assert sum(report["new"] for report in nanning.buildings.values()) == 3454
    assert all(report["refused"] == 0 for report in nanning.buildings.values())
    here = components(nanning.folder)
    assert here.keys() == set(found)
    assert {one.class_code for one in here.values()} == {"02038"}


def test_that_a_layers_points_enter_as_what_the_layer_says_or_not_at_all(
    nanning: Nanning, real_data: Path
) -> None:
    known = find_profile("nanning_problems").classes.map
    expected: Counter[str] = Counter()
    for path in files(real_data)[1]:
        report, count = nanning.points[path.stem], len(oracle.features(path))
        assert report["rows"] == count
        if path.stem in known:
            assert report["new"] == count
            expected[known[path.stem].partition(":")[2]] += count
        else:
            assert report["reasons"] == {"unknown_class": count}
    assert len(nanning.points) == 24
    here = list(rows_of(nanning.folder, "case"))
    assert Counter(row["class_code"] for row in here) == expected
    assert expected.total() == 819
    assert {row["registered_ms"] for row in here} == {OPENED_MS}
    assert {row["stage"] for row in here} <= set(OPEN_STAGES)


def test_that_a_points_number_is_its_layer_and_row(nanning: Nanning, real_data: Path) -> None:
    uids = {row["uid"] for row in rows_of(nanning.folder, "case")}
    assert "demand_有道路修补硬化需求的小区 1" in uids
    assert "demand_有道路修补硬化需求的小区 17" in uids
    path = next(path for path in files(real_data)[1] if path.stem == "demand_有道路修补硬化需求的小区")
    again = bring("cases", path, nanning.folder, "nanning_problems")
    assert (again["unchanged"], again["outcome"]) == (17, "nothing_new")
