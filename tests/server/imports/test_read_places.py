"""From a file's coordinates to the city's plane: one operation, written down, and nothing guessed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as some

from server.imports import gcj
from server.imports.places import gcj_signs, pipeline_for, pipeline_to
from server.imports.placing import (
    BROKEN,
    NO_NUMBER,
    NO_PLACE,
    OK,
    OUTSIDE_AREA,
    SWAPPED,
    numbers,
    place_rows,
    place_shapes,
)
from server.imports.profile import Kind, Place, Profile
from server.imports.reading import Sheet, Unreadable, read_sheet
from server.imports.sheets import texts
from tests.server.imports import made

NANNING = 4545  # CGCS2000, 108 E
BOSTON = 26986


def table(tmp_path: Path, rows: list[tuple[str, str]]) -> Sheet:
    path = tmp_path / "a.csv"
    path.write_text("x,y,n\n" + "".join(f"{x},{y},1\n" for x, y in rows))
    return read_sheet(path)


def profile(crs: str = "EPSG:4326", **place: str) -> Profile:
    asked = {"x": "x", "y": "y", **place}
    return Profile(schema=1, name="", kind=Kind.COMPONENTS, place=Place(crs=crs, **asked))


@pytest.mark.parametrize(
    ("epsg", "crs", "code"),
    [
        (NANNING, "EPSG:4610", "ballpark"),  # Xi'an 1980: nobody published a way
        (NANNING, "EPSG:4214", "ballpark"),  # Beijing 1954
        (NANNING, "EPSG:99999", "unknown_crs"),
        (NANNING, "somewhere", "unknown_crs"),
        (NANNING, "", "no_crs"),
        (BOSTON, "EPSG:4490", "ballpark"),
        (NANNING, 'LOCAL_CS["site",UNIT["m",1]]', "no_operation"),
        (NANNING, "EPSG:4978", "no_operation"),
    ],
)
def test_that_what_has_no_exact_way_is_refused(epsg: int, crs: str, code: str) -> None:
    with pytest.raises(Unreadable) as caught:
        pipeline_to(epsg, crs)
    assert caught.value.code == code


def test_that_the_operation_is_one_and_written_down_with_its_accuracy() -> None:
    way = pipeline_to(BOSTON, "EPSG:4326")
    assert way.text.startswith("proj=pipeline")
    assert "proj=lcc" in way.text
    assert way.accuracy_m == 4.0
    assert [one.code for one in way.remarks] == ["finer_operation"], (
        "its grid is not at hand and is not fetched"
    )
    assert pipeline_to(BOSTON, "EPSG:2249").accuracy_m == 0.0


def test_that_x_is_east_whatever_order_the_register_has() -> None:
    for crs in ("EPSG:4326", "OGC:CRS84", "urn:ogc:def:crs:EPSG::4326", "EPSG:4490"):
        x_mm, y_mm, ok = pipeline_to(NANNING, crs).points([108.0], [22.8])
        assert ok.all()
        assert abs(int(x_mm[0]) - 500_000_000) < 10, "on the zone's own meridian"
        assert 2_500_000_000 < int(y_mm[0]) < 2_540_000_000


def test_that_wgs_84_and_cgcs2000_are_one_and_that_it_is_said() -> None:
    way = pipeline_to(NANNING, "EPSG:4326")
    assert (way.accuracy_m, [one.code for one in way.remarks]) == (1.0, ["cgcs_is_wgs"])
    same = pipeline_to(NANNING, "EPSG:4490")
    assert (same.accuracy_m, same.remarks) == (0.0, ())
    lon, lat = np.array([107.5, 108.9]), np.array([22.1, 23.4])
    assert [list(one) for one in way.points(lon, lat)[:2]] == [list(one) for one in same.points(lon, lat)[:2]]
    web = pipeline_to(NANNING, "EPSG:3857").points([108.0 * 111319.49079327358], [2_607_000.0])
    assert abs(int(web[0][0]) - 500_000_000) < 10


def test_that_a_local_system_with_its_own_parameters_is_taken_by_them_and_said() -> None:
    local = "+proj=longlat +ellps=IAU76 +towgs84=-12.5,30.2,4 +no_defs"
    way = pipeline_to(NANNING, local)
    assert (way.accuracy_m, [one.code for one in way.remarks]) == (-1.0, ["own_parameters"])
    here, plain = way.points([108.3], [22.8]), pipeline_to(NANNING, "EPSG:4490").points([108.3], [22.8])
    apart_mm = np.hypot(float(here[0][0] - plain[0][0]), float(here[1][0] - plain[1][0]))
    assert 1_000 < apart_mm < 60_000


def test_that_what_an_old_prj_describes_is_found_in_the_register() -> None:
    import pyproj

    for epsg in (4545, 4490, 4326):
        described = pyproj.CRS.from_epsg(epsg).to_wkt("WKT1_ESRI")
        assert pipeline_to(NANNING, described).text == pipeline_to(NANNING, f"EPSG:{epsg}").text


def test_that_the_citys_own_plane_is_taken_as_it_is_in_its_unit() -> None:
    x_mm, y_mm, ok = pipeline_to(NANNING, "city").points([500_000.1234], [2_520_000.5])
    assert (int(x_mm[0]), int(y_mm[0]), bool(ok[0])) == (500_000_123, 2_520_000_500, True)
    x_mm, _, _ = pipeline_to(NANNING, "city", "millimetre").points([500_000_123.0], [2_520_000_500.0])
    assert int(x_mm[0]) == 500_000_123
    feet = pipeline_to(BOSTON, "EPSG:2249", "metre").points([236_000.0], [900_000.0])
    own = pipeline_to(BOSTON, "EPSG:26986").points([236_000.0], [900_000.0])
    assert abs(int(feet[0][0]) - int(own[0][0])) < 50
    with pytest.raises(Unreadable, match="unit_of_another_kind"):
        pipeline_to(NANNING, "EPSG:4326", "metre")


def test_that_places_far_from_the_planes_area_are_not_projected() -> None:
    way = pipeline_to(NANNING, "EPSG:4326")
    lon = np.array([108.0, -71.0, 0.0, np.nan, 108.0, np.inf, 1e300])
    lat = np.array([22.8, 42.3, 0.0, 22.8, 91.0, 22.8, 22.8])
    x_mm, y_mm, ok = way.points(lon, lat)
    assert list(ok) == [True] + [False] * 6
    assert not x_mm[1:].any()
    assert not y_mm[1:].any()
    far = pipeline_to(NANNING, "EPSG:4545").points([500_000.0, 2_520_000.0], [2_520_000.0, 500_000.0])
    assert list(far[2]) == [True, False]


def test_that_each_row_is_told_why_it_has_no_place(tmp_path: Path) -> None:
    rows = [("108.1", "22.8"), ("", "22.8"), ("null", ""), ("0", "0"), ("abc", "22.8"), ("22.8", "108.1"),
            ("-71", "42"), ("108,2", "22,9")]  # fmt: skip
    sheet = read_sheet(made_csv(tmp_path, rows))
    placed = place_rows(sheet, profile(), pipeline_to(NANNING, "EPSG:4326"))
    assert list(placed.code) == [OK, NO_PLACE, NO_PLACE, NO_PLACE, NO_NUMBER, SWAPPED, OUTSIDE_AREA, OK]
    assert [(one.code, one.values) for one in placed.remarks] == [("swapped", {"rows": "1"})]
    assert not placed.x_mm[1:7].any()


def made_csv(tmp_path: Path, rows: list[tuple[str, str]]) -> Path:
    path = tmp_path / "b.csv"
    path.write_text("x;y\n" + "".join(f"{x};{y}\n" for x, y in rows))
    return path


def test_that_a_file_with_x_and_y_changed_throughout_is_read_so_and_said(tmp_path: Path) -> None:
    right = table(tmp_path, [("108.1", "22.8"), ("108.2", "22.9"), ("", "")])
    turned = table(tmp_path, [("22.8", "108.1"), ("22.9", "108.2"), ("", "")])
    way = pipeline_to(NANNING, "EPSG:4326")
    one, other = place_rows(right, profile(), way), place_rows(turned, profile(), way)
    assert list(one.x_mm) == list(other.x_mm)
    assert [item.code for item in other.remarks] == ["swapped_file"]
    assert list(other.code) == [OK, OK, NO_PLACE]


def test_that_a_file_of_far_places_is_not_turned_for_the_sake_of_one(tmp_path: Path) -> None:
    sheet = table(tmp_path, [("-71", "42"), ("-72", "43"), ("22.8", "108.1")])
    placed = place_rows(sheet, profile(), pipeline_to(NANNING, "EPSG:4326"))
    assert list(placed.code) == [OUTSIDE_AREA, OUTSIDE_AREA, SWAPPED]


def test_that_the_citys_box_tells_swapped_from_far_where_degrees_cannot(tmp_path: Path) -> None:
    """Chinese surveys call the northing X: both orders are numbers of metres."""
    sheet = table(tmp_path, [("2520000", "520000"), ("2521000", "521000")])
    box = (510_000_000, 2_510_000_000, 530_000_000, 2_530_000_000)
    placed = place_rows(sheet, profile("city"), pipeline_to(NANNING, "city"), box)
    assert (list(placed.x_mm), [one.code for one in placed.remarks]) == (
        [520_000_000, 521_000_000],
        ["swapped_file"],
    )


def test_that_a_line_or_an_area_becomes_the_point_that_is_asked_for(tmp_path: Path) -> None:
    ring = {"type": "Polygon", "coordinates": [[[108.0, 22.0], [108.4, 22.0], [108.4, 22.4], [108.0, 22.0]]]}
    path = tmp_path / "a.geojson"
    bad = {"type": "Polygon", "coordinates": [[[0, 0], [1, 1]]]}
    path.write_bytes(made.geojson([made.feature(ring), made.feature(None), made.feature(bad)]))
    sheet, way = read_sheet(path), pipeline_to(NANNING, "OGC:CRS84")
    asked = {
        point: place_rows(sheet, profile("", x="", y="", point=point), way)
        for point in ("first", "centroid", "inside")
    }
    assert abs(int(asked["first"].x_mm[0]) - 500_000_000) < 10
    assert int(asked["centroid"].x_mm[0]) > 520_000_000
    assert int(asked["inside"].x_mm[0]) > 500_000_000
    assert all(list(one.code) == [OK, NO_PLACE, BROKEN] for one in asked.values())
    shapes = place_shapes(sheet, profile("", x="", y=""), way)
    assert (
        shapely.get_coordinates(shapes.shapes[0]).tolist()
        == np.rint(shapely.get_coordinates(shapes.shapes[0])).tolist()
    )
    assert list(shapes.code) == [OK, NO_PLACE, BROKEN]


def test_that_a_profile_that_says_another_system_than_the_file_wins_and_is_remarked(tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    path.write_bytes(made.geojson([made.feature(made.point(108, 22))]))
    sheet = read_sheet(path)
    assert [one.code for one in pipeline_for(sheet, profile("EPSG:4490"), NANNING).remarks] == ["crs_differs"]
    assert "crs_differs" not in [
        one.code for one in pipeline_for(sheet, profile("EPSG:4326"), NANNING).remarks
    ]
    assert pipeline_for(sheet, profile(""), NANNING).crs == pipeline_to(NANNING, "OGC:CRS84").crs
    with pytest.raises(Unreadable, match="no_crs"):
        pipeline_for(table(tmp_path, [("1", "2")]), profile(""), NANNING)


def test_that_numbers_are_read_with_a_decimal_comma_and_words_for_nothing() -> None:
    values, empty, bad = numbers(texts(["1.5", " 2 ", "1,5", "1,234.5", "", "NULL", "x", "nan", "1e2"]))
    assert list(empty) == [False, False, False, False, True, True, False, True, False]
    assert list(bad) == [False, False, False, True, False, False, True, False, False]
    assert values[[0, 1, 2, 8]].tolist() == [1.5, 2.0, 1.5, 100.0]


# -- GCJ-02


def test_that_the_forward_formula_is_the_published_one() -> None:
    lon, lat = gcj.from_wgs84(np.array([116.404]), np.array([39.915]))
    assert (float(lon[0]), float(lat[0])) == (
        pytest.approx(116.41024449916938, abs=1e-12),
        pytest.approx(39.91640428150164, abs=1e-12),
    )


@given(some.floats(73.0, 135.0), some.floats(4.0, 53.0))
def test_that_the_inverse_gives_the_place_back_to_a_millimetre(lon: float, lat: float) -> None:
    shifted = gcj.from_wgs84(np.array([lon]), np.array([lat]))
    back = gcj.to_wgs84(*shifted)
    assert abs(float(back[0][0]) - lon) < 1e-8
    assert abs(float(back[1][0]) - lat) < 1e-8


def test_that_nothing_is_shifted_outside_of_china() -> None:
    lon, lat = gcj.from_wgs84(np.array([-71.0, 0.1]), np.array([42.0, 51.5]))
    assert (lon.tolist(), lat.tolist()) == ([-71.0, 0.1], [42.0, 51.5])


def test_that_a_stated_shift_is_undone_and_said() -> None:
    lon, lat = gcj.from_wgs84(np.array([108.32]), np.array([22.82]))
    plain = pipeline_to(NANNING, "EPSG:4326").points([108.32], [22.82])
    way = pipeline_to(NANNING, "GCJ-02")
    undone = way.points(lon, lat)
    assert abs(int(undone[0][0]) - int(plain[0][0])) <= 1
    assert abs(int(undone[1][0]) - int(plain[1][0])) <= 1
    assert way.is_shifted
    assert way.text.startswith("GCJ-02 undone")
    assert "gcj_undone" in [one.code for one in way.remarks]


def test_that_baidus_shift_is_undone_to_a_metre() -> None:
    x, y = gcj.from_wgs84(np.array([108.32]), np.array([22.82]))
    radius = np.hypot(x, y) + 0.00002 * np.sin(y * gcj.BD_TURN)
    angle = np.arctan2(y, x) + 0.000003 * np.cos(x * gcj.BD_TURN)
    undone = pipeline_to(NANNING, "BD-09").points(
        radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006
    )
    plain = pipeline_to(NANNING, "EPSG:4326").points([108.32], [22.82])
    assert abs(int(undone[0][0]) - int(plain[0][0])) < 1_500


def squares(shifted: bool) -> list[object]:
    out = []
    for west in (108.30, 108.35):
        ring = np.array(
            [[west, 22.8], [west + 0.05, 22.8], [west + 0.05, 22.85], [west, 22.85], [west, 22.8]]
        )
        ring = np.array([gcj.from_wgs84(*pair) for pair in ring]) if shifted else ring
        out.append(made.feature({"type": "Polygon", "coordinates": [ring.tolist()]}, adcode=1, acroutes=[1]))
    return out


@pytest.mark.parametrize("shifted", [False, True])
def test_that_the_shift_is_recognised_by_the_outlines_the_centre_knows(tmp_path: Path, shifted: bool) -> None:
    path = tmp_path / "a.geojson"
    path.write_bytes(made.geojson(squares(shifted)))
    known = tmp_path / "known.geojson"
    known.write_bytes(made.geojson(squares(False)))
    outlines = pipeline_to(NANNING, "OGC:CRS84").shapes(read_sheet(known).shapes)
    found = {one.code: one.values for one in gcj_signs(read_sheet(path), None, NANNING, outlines)}
    assert "gcj_datav" in found
    assert ("gcj_fits" in found) is shifted
    if shifted:
        assert float(found["gcj_fits"]["as_is_m"]) > 200
        assert float(found["gcj_fits"]["undone_m"]) < 1
        assert 300 < float(found["gcj_fits"]["shift_m"]) < 900
    stated = {one.code for one in gcj_signs(read_sheet(path), profile("GCJ-02"), NANNING, outlines)}
    assert stated == {"gcj_datav_stated", "gcj_fits_stated" if shifted else "gcj_does_not_fit"}
