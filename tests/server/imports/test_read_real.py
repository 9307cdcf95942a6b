"""Reading what nobody here wrote: every file of the real data, and what is peculiar about it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import shapely

from server.imports import gcj
from server.imports.places import gcj_signs, pipeline_for, pipeline_to
from server.imports.placing import OK, place_rows, place_shapes
from server.imports.profile import Clock, find_profile, load_profile
from server.imports.propose import propose
from server.imports.reading import Sheet, read_sheet
from server.imports.times import EMPTY, instants

NANNING = 4545


def one(folder: Path, pattern: str) -> Path:
    return next(iter(sorted(folder.glob(pattern))))


def codes(sheet: Sheet) -> list[str]:
    return [remark.code for remark in sheet.remarks]


READABLE = (
    "assets_cambridge/**/*.geojson", "assets_cambridge/**/*.topojson", "cases_*/*.csv", "cases_*/*.zip",
    "cases_vancouver/**/*.xlsx", "cov_*/**/*.json", "cov_*/**/*.zip", "gps_movingpandas/*.csv",
    "gps_movingpandas/*.gpkg", "nanning_communities/*.geojson",
)  # fmt: skip


def test_that_every_file_is_read_and_every_row_has_a_place_in_it(real_data: Path) -> None:
    seen = 0
    for pattern in READABLE:
        for path in sorted(real_data.glob(pattern)):
            sheet = read_sheet(path)
            assert sheet.rows > 0, path.name
            assert all(len(column) == sheet.rows for column in sheet.columns.values())
            assert len(sheet.place_numbers) == sheet.rows
            assert sheet.torn == {}, path.name
            seen += 1
    assert seen >= 90


def test_that_boston_2011_is_58251_rows_with_all_their_digits_and_times(real_data: Path) -> None:
    sheet = read_sheet(one(real_data, "cases_boston2011/*.zip"))
    assert (sheet.rows, len(sheet.headers), sheet.format, sheet.place_of_row(58_250)) == (
        58_251,
        29,
        "csv",
        "line 58252",
    )
    assert all(len(value) == 12 for value in sheet.columns["case_enquiry_id"])
    clock = Clock(zone="America/New_York", forms=("%Y-%m-%d %H:%M:%S",))
    _, opened = instants(sheet.columns["open_dt"], clock)
    _, closed = instants(sheet.columns["closed_dt"], clock)
    assert int((opened == 0).sum()) == 58_251
    assert (int((closed == 0).sum()), int((closed == EMPTY).sum())) == (54_570, 3_681)
    profile = find_profile("boston2011")
    placed = place_rows(sheet, profile, pipeline_for(sheet, profile, 26986))
    assert int((placed.code == OK).sum()) == 58_251


def test_that_bostons_doubled_headers_of_2022_are_told(real_data: Path) -> None:
    sheet = read_sheet(one(real_data, "cases_boston2022_sample/*.csv"))
    assert (sheet.rows, codes(sheet)) == (4_995, ["duplicate_header", "duplicate_header"])
    assert {"resolution_hours (2)", "resolution_days (2)"} <= set(sheet.columns)
    assert (sheet.columns["resolution_days"] == sheet.columns["resolution_days (2)"]).all()


def test_that_vancouvers_workbooks_are_read(real_data: Path) -> None:
    rows = [read_sheet(path).rows for path in sorted(real_data.glob("cases_vancouver/*/*.xlsx"))]
    assert rows == [7_062, 4_678]


def test_that_cambridges_broken_rings_are_their_rows_faults(real_data: Path) -> None:
    sheet = read_sheet(one(real_data, "assets_cambridge/Recreation/Sports_Areas/*.geojson"))
    assert (sheet.rows, sorted(sheet.broken)) == (262, [86, 218, 225])
    assert all("2" in why for why in sheet.broken.values())
    parcels = read_sheet(one(real_data, "assets_cambridge/**/*.topojson"))
    assert (parcels.rows, len(parcels.broken)) == (13_159, 1)
    area_deg2 = shapely.area(parcels.shapes[~shapely.is_missing(parcels.shapes)]).sum()
    assert 12e6 < area_deg2 * 111_000 * 82_000 < 20e6, "Cambridge has 18.5 square kilometres"


def test_that_chicagos_shapefile_keeps_its_table_and_its_reference_system(real_data: Path) -> None:
    sheet = read_sheet(one(real_data, "cov_chicago_precincts/*/*.zip"))
    assert (sheet.rows, sheet.format, sheet.crs, sheet.broken) == (2_069, "shp", "EPSG:26916", {})
    assert sheet.columns["full_text"][0] == "41027"
    way = pipeline_to(26971, sheet.crs)
    assert way.accuracy_m == 0.0
    assert int(shapely.get_num_coordinates(sheet.shapes).sum()) == 174_180


def test_that_a_geopackage_and_the_table_of_the_same_points_agree(real_data: Path) -> None:
    package = read_sheet(real_data / "gps_movingpandas/geolife_small.gpkg")
    table = read_sheet(real_data / "gps_movingpandas/geolife_small.csv")
    assert package.rows == table.rows == 5_908
    x = table.columns["X"].astype(float)
    assert np.abs(np.sort(shapely.get_x(package.shapes)) - np.sort(x)).max() < 1e-6


@pytest.mark.parametrize("city", ["450100", "320100"])
def test_that_datavs_districts_are_recognised_as_shifted_and_by_how_many_metres(
    real_data: Path, city: str
) -> None:
    sheet = read_sheet(real_data / f"cov_china_datav/citys/{city}.json")
    ends = shapely.get_coordinates(sheet.shapes)
    undone = np.column_stack(gcj.to_wgs84(ends[:, 0], ends[:, 1]))
    forth = np.column_stack(gcj.from_wgs84(undone[:, 0], undone[:, 1]))
    assert np.abs(forth - ends).max() < 1e-9
    # The centre knows the same districts from a survey: here made from the file itself.
    epsg = NANNING if city == "450100" else 4549
    known = pipeline_to(epsg, "EPSG:4326").shapes(shapely.set_coordinates(sheet.shapes.copy(), undone))
    found = {remark.code: remark.values for remark in gcj_signs(sheet, None, epsg, known)}
    assert set(found) == {"gcj_datav", "gcj_fits"}
    assert 300 < float(found["gcj_fits"]["shift_m"]) < 700
    assert float(found["gcj_fits"]["as_is_m"]) > 100
    assert float(found["gcj_fits"]["undone_m"]) < 1
    profile = find_profile("datav")
    stated = {remark.code for remark in gcj_signs(sheet, profile, epsg, known)}
    assert stated == {"gcj_datav_stated", "gcj_fits_stated"}
    way = pipeline_for(sheet, profile, epsg)
    outlined = place_shapes(sheet, profile, way)
    assert shapely.hausdorff_distance(shapely.union_all(outlined.shapes), shapely.union_all(known)) < 5


def test_that_one_grid_of_communities_is_not_taken_for_shifted(real_data: Path) -> None:
    sheet = read_sheet(real_data / "nanning_communities/communities.geojson")
    known = pipeline_to(NANNING, "OGC:CRS84").shapes(sheet.shapes)
    assert gcj_signs(sheet, None, NANNING, known) == []


def test_that_a_proposal_for_every_file_loads(real_data: Path) -> None:
    for pattern in READABLE[:4]:
        for path in sorted(real_data.glob(pattern)):
            assert load_profile(propose(path).encode(), path.name).kind
