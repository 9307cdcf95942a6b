"""Real outlines as unit grids: what enters is a valid coverage, what does not is named with the reason."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyproj
import pytest
import shapely
from shapely.geometry import shape

from server.__main__ import main
from server.imports.profile import shipped_profiles
from tests.real import oracle
from tests.real.ground import Report, bring, founded
from tests.real.rows import rows_of

Shapes = dict[str, shapely.Geometry]


def outlines(folder: Path) -> Shapes:
    """The centre's unit grids by their code at the source, put together from their rings."""
    return {row["uid"]: _outline(row) for row in rows_of(folder, "unit_grid")}


def _outline(row: dict[str, Any]) -> shapely.Geometry:
    rings = [np.reshape(ring, (-1, 2)) for ring in (row["ring_mm"], *row.get("more_mm", []))]
    parts = [ring for ring in rings if shapely.is_ccw(shapely.linearrings(ring))]
    holes = [ring for ring in rings if not shapely.is_ccw(shapely.linearrings(ring))]
    made = np.array([shapely.Polygon(part) for part in parts], dtype=object)
    for hole in holes:
        spot = shapely.Polygon(hole).representative_point()
        (at,) = np.flatnonzero(shapely.contains(made, spot))
        inner = [*made[at].interiors, hole]
        made[at] = shapely.Polygon(made[at].exterior, inner)
    return made[0] if len(made) == 1 else shapely.MultiPolygon(list(made))


def file_outlines(paths: list[Path], uid: str) -> Shapes:
    found = [one for path in paths for one in oracle.features(path)]
    return {str(one["properties"][uid]): shape(one["geometry"]) for one in found}


# -- London


class London(NamedTuple):
    folder: Path
    report: Report
    here: Shapes


@pytest.fixture(scope="module")
def london(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> London:
    """All boroughs in one delivery: their 33 files put one after the other."""
    folder = founded(tmp_path_factory.mktemp("london") / "centre", "london_grids")
    report = bring("grids", together(oracle.london(real_data), folder.parent), folder, "london_grids")
    return London(folder, report, outlines(folder))


def together(files: list[Path], folder: Path) -> Path:
    path = folder / "london.geojson"
    told = [one for file in files for one in oracle.features(file)]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": told}), encoding="utf-8")
    return path


def test_that_all_of_london_enters(london: London, real_data: Path) -> None:
    assert london.report["rows"] == london.report["new"] == len(london.here) == 25_053
    assert london.report["refused"] == 0
    assert london.here.keys() == file_outlines(oracle.london(real_data), "OA11CD").keys()


def test_that_london_is_a_valid_coverage_in_the_centre(london: London) -> None:
    shapes = np.array(list(london.here.values()), dtype=object)
    assert shapely.is_valid(shapes).all()
    assert shapely.coverage_is_valid(shapes)
    whole = shapely.area(shapely.coverage_union_all(shapes)) / 1e12
    assert whole == pytest.approx(shapely.area(shapes).sum() / 1e12)
    assert 1570 < whole < 1600  # Greater London has about 1,572 km2, 1,595 with the tidal Thames


def test_that_areas_touching_themselves_are_told_and_keep_their_ground(
    london: London, real_data: Path
) -> None:
    files = oracle.london(real_data)
    told = [one for file in files for one in oracle.features(file)]
    invalid = [k for k, one in enumerate(told) if not shape(one["geometry"]).is_valid]
    assert len(invalid) == 14
    places = [one["values"]["place"] for one in london.report["remarks"] if one["code"] == "self_touching"]
    assert places == [f"feature {k + 1}" for k in invalid]
    into = pyproj.Transformer.from_crs("EPSG:4326", "EPSG:27700", always_xy=True)
    for k in invalid:
        there = shapely.transform(shape(told[k]["geometry"]), into.transform, interleaved=False)
        here = london.here[told[k]["properties"]["OA11CD"]]
        assert here.area / 1e6 == pytest.approx(abs(there.area), rel=1e-4)


def test_that_each_borough_is_a_district_of_its_own(london: London, real_data: Path) -> None:
    codes = {row["uid"]: row["code"] for row in rows_of(london.folder, "unit_grid")}
    assert len(set(codes.values())) == 25_053
    assert all(len(code) == 15 and code.isdigit() for code in codes.values())
    for file in oracle.london(real_data):
        made = {codes[one["properties"]["OA11CD"]][:6] for one in oracle.features(file)}
        assert made == {f"9900{file.stem[-2:]}"}


def test_that_a_borough_again_changes_nothing_and_a_moved_corner_those_that_have_it(
    london: London, real_data: Path, tmp_path: Path
) -> None:
    file = oracle.london(real_data)[0]
    again = bring("grids", file, london.folder, "london_grids")
    assert (again["new"], again["changed"], again["unchanged"]) == (0, 0, 31)
    assert again["outcome"] == "nothing_new"
    newer = json.loads(file.read_text(encoding="utf-8"))
    corners = Counter(
        corner for one in newer["features"] for corner in {*_corners(one["geometry"]["coordinates"])}
    )
    inside = [
        corner for corner, count in corners.items() if count == 3
    ]  # of three, so not at the borough's edge
    _move(newer, inside[0], 1e-6)
    copy = tmp_path / "newer.geojson"
    copy.write_text(json.dumps(newer), encoding="utf-8")
    report = bring("grids", copy, london.folder, "london_grids", "--dry-run")
    assert (report["new"], report["changed"], report["unchanged"]) == (0, 3, 28)


def _corners(told: Any) -> list[tuple[float, float]]:
    if isinstance(told[0], (int, float)):
        return [(told[0], told[1])]
    return [corner for inner in told for corner in _corners(inner)]


def _move(told: Any, corner: tuple[float, float], by: float) -> None:
    if isinstance(told, dict):
        told = [one["geometry"]["coordinates"] for one in told["features"]]
    for inner in told:
        if isinstance(inner[0], (int, float)):
            if (inner[0], inner[1]) == corner:
                inner[0] += by
        else:
            _move(inner, corner, by)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_that_london_enters_borough_by_borough(london: London, real_data: Path, tmp_path: Path) -> None:
    folder = founded(tmp_path / "centre", "london_grids")
    for file in oracle.london(real_data):
        report = bring("grids", file, folder, "london_grids")
        assert report["new"] == report["rows"] == len(oracle.features(file))
    here = outlines(folder)
    assert here.keys() == london.here.keys()
    assert all(shapely.equals(here[uid], london.here[uid]) for uid in here)


# -- Chicago


def test_that_chicago_enters_but_for_what_overlaps(real_data: Path, tmp_path: Path) -> None:
    """Three precincts of ward 24 do not fit one another; without one of them all others do."""
    folder = founded(tmp_path / "centre", "chicago_precincts")
    report = bring("grids", real_data / oracle.CHICAGO, folder, "chicago_precincts")
    assert report["crs"] == "NAD83 / UTM zone 16N"
    assert report["rows"] == 2069
    assert report["reasons"] == {"overlaps": 1}
    here = outlines(folder)
    assert len(here) == report["new"] == 2068
    assert {"24025", "24011", "24008"} - here.keys()
    shapes = np.array(list(here.values()), dtype=object)
    assert shapely.coverage_is_valid(shapes)
    assert shapely.is_valid(shapes).all()


# -- Cambridge


def test_that_parcels_of_a_topology_enter_but_for_those_that_are_wrong(
    real_data: Path, tmp_path: Path
) -> None:
    """Borders that are written once fit exactly; what does not fit was drawn twice or crosses itself."""
    folder = founded(tmp_path / "centre", "cambridge_parcels")
    report = bring("grids", real_data / oracle.PARCELS, folder, "cambridge_parcels")
    there = oracle.topology(real_data / oracle.PARCELS)
    here = outlines(folder)
    assert report["rows"] == len(there) == 13_159
    assert report["file"]["format"] == "topojson"
    assert len(here) == report["new"] > 13_000
    shapes = np.array(list(here.values()), dtype=object)
    assert shapely.coverage_is_valid(shapes)
    assert shapely.is_valid(shapes).all()
    short = [k for k, (_, parts) in enumerate(there) if any(len(ring) < 4 for part in parts for ring in part)]
    assert [one["row"] for one in report["refusals"] if one["code"] == "broken_geometry"] == short
    into = pyproj.Transformer.from_crs("EPSG:4326", "EPSG:26986", always_xy=True)
    for one in report["refusals"]:
        told, parts = there[one["row"]]
        assert told["GlobalID"] not in here
        if one["code"] == "self_crossing":
            drawn = shapely.MultiPolygon([(rings[0], rings[1:]) for rings in parts])
            plane = shapely.transform(drawn, into.transform, interleaved=False)
            assert not shapely.transform(plane, lambda at: np.rint(at * 1000)).is_valid


# -- DataV


def test_that_datav_is_undone_where_the_profile_says_gcj(real_data: Path, tmp_path: Path) -> None:
    report, here = nanning(real_data, tmp_path / "told", "datav")
    codes = {one["code"] for one in report["remarks"]}
    assert {"gcj_undone", "gcj_datav_stated"} <= codes
    assert "GCJ-02" in report["pipeline"]
    plain_report, plain = nanning(real_data, tmp_path / "plain", without_gcj(tmp_path))
    codes = {one["code"] for one in plain_report["remarks"]}
    assert "gcj_datav" in codes
    assert "gcj_undone" not in codes
    moved_m = [here[uid].centroid.distance(plain[uid].centroid) / 1000 for uid in here]
    assert len(moved_m) == 11
    assert min(moved_m) > 300
    assert max(moved_m) < 600


def test_that_a_shifted_file_is_recognised_by_the_outlines_the_city_has(
    real_data: Path, tmp_path: Path
) -> None:
    folder = founded(tmp_path / "centre", "datav")
    bring("grids", real_data / oracle.NANNING_DISTRICTS, folder, "datav")
    report = bring("grids", real_data / oracle.NANNING_DISTRICTS, folder, without_gcj(tmp_path), "--dry-run")
    (told,) = (one["values"] for one in report["remarks"] if one["code"] == "gcj_fits")
    assert float(told["undone_m"]) < 1
    assert 300 < float(told["shift_m"]) < 600


def test_that_a_district_crossing_itself_is_refused_by_name(real_data: Path, tmp_path: Path) -> None:
    """450123 crosses itself in the file as DataV has it."""
    report, here = nanning(real_data, tmp_path / "centre", "datav")
    invalid = [
        uid
        for uid, one in file_outlines([real_data / oracle.NANNING_DISTRICTS], "adcode").items()
        if not one.is_valid
    ]
    assert invalid == ["450123"]
    assert report["reasons"] == {"self_crossing": 1}
    assert here.keys().isdisjoint(invalid)
    codes = {row["uid"]: row["code"] for row in rows_of(tmp_path / "centre", "unit_grid")}
    assert all(code.startswith(uid) for uid, code in codes.items())


def test_that_a_city_elsewhere_is_refused_as_outside_of_the_plane(real_data: Path, tmp_path: Path) -> None:
    folder = founded(tmp_path / "centre", "datav")
    report = bring("grids", real_data / oracle.NANJING_DISTRICTS, folder, "datav", "--dry-run")
    assert report["reasons"] == {"outside_area": 11}


def nanning(real_data: Path, folder: Path, profile: str | Path) -> tuple[Report, Shapes]:
    founded(folder, "datav")
    return bring("grids", real_data / oracle.NANNING_DISTRICTS, folder, profile), outlines(folder)


def without_gcj(folder: Path) -> Path:
    """The shipped profile without its word on the datum."""
    path = folder / "plain.toml"
    told = shipped_profiles()["datav"].read_text(encoding="utf-8")
    assert 'crs = "GCJ-02"' in told
    path.write_text(told.replace('crs = "GCJ-02"', 'crs = "EPSG:4326"'), encoding="utf-8")
    return path


# -- Nanning


@pytest.mark.parametrize(
    ("profile", "file", "uid", "rows"),
    [
        ("nanning_communities", "communities.geojson", "communityId", 177),
        ("nanning_parcels", "parcels.geojson", "parcelId", 367),
    ],
)
def test_that_what_is_refused_of_nannings_ground_is_truly_wrong(
    real_data: Path, tmp_path: Path, profile: str, file: str, uid: str, rows: int
) -> None:
    folder = founded(tmp_path / "centre", profile)
    report = bring("grids", real_data / oracle.NANNING / file, folder, profile)
    here = outlines(folder)
    assert report["rows"] == rows
    assert len(here) == report["new"] == report["entered"]
    assert shapely.coverage_is_valid(np.array(list(here.values()), dtype=object))
    into = pyproj.Transformer.from_crs("EPSG:4326", "EPSG:4545", always_xy=True)
    there = {
        name: shapely.transform(one, into.transform, interleaved=False)
        for name, one in file_outlines([real_data / oracle.NANNING / file], uid).items()
    }
    names = list(there)
    for one in report["refusals"]:
        name = names[one["row"]]
        assert name not in here
        others = [other for key, other in there.items() if key != name]
        if one["code"] == "no_area":
            assert there[name].area < 1
        elif one["code"] == "overlaps":
            assert shapely.area(shapely.intersection(shapely.buffer(there[name], 0), others)).sum() > 0
        else:
            assert one["code"] in ("self_crossing", "bad_geometry")
            whole_mm = shapely.transform(there[name], lambda at: np.rint(at * 1000))
            assert not whole_mm.is_valid
    assert main(["verify", str(folder)]) == 0
