"""Cambridge's layers as components: each enters whole but for what is wrong in it, which the report names."""

from __future__ import annotations

import functools
import itertools
import json
import math
import re
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

import pyproj
import pytest

from server.__main__ import main
from server.imports.profile import find_profile
from tests.real import oracle
from tests.real.ground import Report, bring, founded, lay_lattice
from tests.real.rows import Thing, components, rows_of

WEST, SOUTH, EAST, NORTH, STEP = -71.165, 42.350, -71.060, 42.410, 0.004
TO_PLANE = pyproj.Transformer.from_crs("EPSG:4326", "EPSG:26986", always_xy=True)
LAYERS = [name for name in oracle.CAMBRIDGE if name != "cambridge_neighborhoods"]
ROWS = {
    "cambridge_lights": 6117, "cambridge_lights_others": 1590, "cambridge_park_lights": 858, "cambridge_hydrants": 1960,
    "cambridge_poles": 2457, "cambridge_benches": 3017, "cambridge_barrels": 990, "cambridge_signals": 785,
    "cambridge_ramps": 4605, "cambridge_racks": 2892, "cambridge_billboards": 389, "cambridge_sports_areas": 262,
}  # fmt: skip


class Cambridge(NamedTuple):
    folder: Path
    reports: dict[str, Report]
    here: dict[str, Thing]
    cells: dict[str, str]  # the code of each cell of the lattice


@pytest.fixture(scope="module")
def cambridge(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Cambridge:
    folder = founded(tmp_path_factory.mktemp("cambridge") / "centre", "cambridge_lights")
    assert lay_lattice(folder, "991101", WEST, SOUTH, EAST, NORTH, STEP)["refused"] == 0
    reports = {name: bring("components", oracle.cambridge(real_data, name), folder, name) for name in LAYERS}
    cells = {row["uid"]: row["code"] for row in rows_of(folder, "unit_grid")}
    return Cambridge(folder, reports, components(folder), cells)


profile_named = functools.cache(find_profile)


def uid_of(profile: str, feature: dict[str, Any]) -> str:
    field = profile_named(profile).fields["uid"]
    told = feature["id"] if field.column == "id" else feature["properties"][field.column]
    return f"{field.before}{told}".strip()


def wrong(profile: str, feature: dict[str, Any]) -> str:
    """Why a feature cannot enter, seen in the file itself."""
    told = feature["properties"]
    if oracle.is_short_ring(feature["geometry"]):
        return "broken_geometry"
    if profile == "cambridge_racks" and told.get("Status") not in ("Existing", "To be removed"):
        return "unknown_class"
    if profile == "cambridge_ramps" and not re.fullmatch(r"((19|20)\d{6})?", str(told.get("date") or "")):
        return "bad_time"
    return ""


@pytest.mark.parametrize("profile", LAYERS)
def test_that_a_layer_enters_but_for_what_is_wrong_in_it(
    cambridge: Cambridge, real_data: Path, profile: str
) -> None:
    found = oracle.features(oracle.cambridge(real_data, profile))
    reasons = Counter(filter(None, (wrong(profile, one) for one in found)))
    report = cambridge.reports[profile]
    assert report["rows"] == len(found) == ROWS[profile]
    assert report["reasons"] == reasons
    assert report["new"] == len(found) - reasons.total()
    entered = {uid_of(profile, one) for one in found if not wrong(profile, one)}
    assert len(entered) == report["new"]
    assert entered <= cambridge.here.keys()


def test_that_the_broken_rings_of_the_sports_areas_are_named(cambridge: Cambridge) -> None:
    """Three have rings of two points. (Feature 214 has one of three, which encloses nothing but is a ring.)"""
    told = cambridge.reports["cambridge_sports_areas"]["refusals"]
    assert [(one["place"], one["code"]) for one in told] == [
        ("feature 87", "broken_geometry"),
        ("feature 219", "broken_geometry"),
        ("feature 226", "broken_geometry"),
    ]
    assert all("LinearRing" in one["values"]["why"] for one in told)


def test_that_no_two_components_have_one_id_and_each_id_is_lawful(cambridge: Cambridge) -> None:
    ids = [one.id for one in cambridge.here.values()]
    assert len(ids) == len(set(ids)) == sum(report["new"] for report in cambridge.reports.values())
    for one in cambridge.here.values():
        assert re.fullmatch(r"991101\d{11}", one.id)
        assert one.id[6:11] == one.class_code


@pytest.mark.parametrize("profile", ["cambridge_lights", "cambridge_hydrants", "cambridge_signals"])
def test_that_a_component_lies_where_the_file_says_and_in_its_grid(
    cambridge: Cambridge, real_data: Path, profile: str
) -> None:
    for feature in oracle.features(oracle.cambridge(real_data, profile)):
        one = cambridge.here[uid_of(profile, feature)]
        lon, lat = feature["geometry"]["coordinates"][:2]
        x, y = TO_PLANE.transform(lon, lat)
        assert abs(x * 1000 - one.x_mm) <= 1
        assert abs(y * 1000 - one.y_mm) <= 1
        cell = f"{math.floor((lon - WEST) / STEP)} {math.floor((lat - SOUTH) / STEP)}"
        assert one.grid == cambridge.cells[cell]


def middle(points: list[list[float]]) -> tuple[float, float]:
    """The centroid of a line in the file's own degrees: the middles of its pieces, each as heavy as it is long."""
    pieces = [(math.dist(one[:2], two[:2]), one, two) for one, two in itertools.pairwise(points)]
    whole = sum(length for length, _, _ in pieces)
    x, y = (sum(length * (one[k] + two[k]) / 2 for length, one, two in pieces) / whole for k in (0, 1))
    return x, y


def test_that_a_bench_drawn_as_a_line_lies_at_its_middle(cambridge: Cambridge, real_data: Path) -> None:
    benches = oracle.features(oracle.cambridge(real_data, "cambridge_benches"))
    lines = [one for one in benches if one["geometry"]["type"] == "LineString"]
    assert len(lines) == 3016
    for feature in lines:
        one = cambridge.here[uid_of("cambridge_benches", feature)]
        x, y = TO_PLANE.transform(*middle(feature["geometry"]["coordinates"]))
        assert math.dist((x * 1000, y * 1000), (one.x_mm, one.y_mm)) <= 2


def test_that_classes_states_and_days_are_the_files_own(cambridge: Cambridge, real_data: Path) -> None:
    expected: dict[str, tuple[str, str, str]] = {}
    for name in ("cambridge_poles", "cambridge_hydrants", "cambridge_ramps", "cambridge_lights"):
        for feature in oracle.features(oracle.cambridge(real_data, name)):
            told = feature["properties"]
            day = str(told.get("date" if name == "cambridge_ramps" else "last_edited_date") or "")
            expected[uid_of(name, feature)] = {
                "cambridge_poles": ("01030" if told.get("TYPE") == "UTILITY-POLE" else "01034", "intact", ""),
                "cambridge_hydrants": (
                    "01013",
                    "abandoned" if told.get("LIFECYCLESTATUS") == "ABN" else "intact",
                    "",
                ),
                "cambridge_ramps": (
                    "02034",
                    "broken" if told.get("CONDITION") == "P" else "intact",
                    f"{day[:4]}-{day[4:6]}-{day[6:8]}" if day else "",
                ),
                "cambridge_lights": ("01037", "intact", day),
            }[name]
    seen = Counter[str]()
    for uid, one in cambridge.here.items():
        if uid in expected:
            assert (one.class_code, one.state, one.surveyed) == expected[uid], uid
            seen[one.class_code] += 1
    assert seen == {"01030": 1712, "01034": 745, "01013": 1960, "02034": 4599, "01037": 6117}


def test_that_a_newer_layer_changes_only_its_changed_rows(
    cambridge: Cambridge, real_data: Path, tmp_path: Path
) -> None:
    file = oracle.cambridge(real_data, "cambridge_lights")
    again = bring("components", file, cambridge.folder, "cambridge_lights")
    assert (again["new"], again["changed"], again["unchanged"]) == (0, 0, 6117)
    assert again["outcome"] == "nothing_new"
    newer = json.loads(file.read_text(encoding="utf-8"))
    lights = newer["features"]
    lights[0]["geometry"]["coordinates"][0] += 0.0001
    lights[1]["properties"]["last_edited_date"] = "2025-05-05"
    del lights[2]
    lights.append({**lights[5], "properties": {**lights[5]["properties"], "PoleID": "999-1"}})
    copy = tmp_path / "newer.geojson"
    copy.write_text(json.dumps(newer), encoding="utf-8")
    report = bring("components", copy, cambridge.folder, "cambridge_lights", "--dry-run")
    assert (report["new"], report["changed"], report["unchanged"]) == (1, 2, 6114)
    # The layer of the others is of the same class: its lights are not in this file either.
    assert report["absent"] == 1 + ROWS["cambridge_lights_others"]


def test_that_a_centre_with_entered_components_verifies(cambridge: Cambridge) -> None:
    assert main(["verify", str(cambridge.folder)]) == 0


def test_that_borders_that_do_not_meet_are_told_of_the_neighbourhoods(
    real_data: Path, tmp_path: Path
) -> None:
    folder = founded(tmp_path / "centre", "cambridge_neighborhoods")
    file = oracle.cambridge(real_data, "cambridge_neighborhoods")
    report = bring("grids", file, folder, "cambridge_neighborhoods", "--dry-run")
    assert report["rows"] == 13
    assert report["reasons"] == {"overlaps": 4}
