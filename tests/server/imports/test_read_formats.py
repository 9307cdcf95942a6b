"""GeoJSON, TopoJSON, workbooks, GeoPackages, shapefiles, drawings: digits stay, one broken shape is one row."""

from __future__ import annotations

import datetime
import json
import sqlite3
import struct
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
import shapely

from server.imports.limits import Limits
from server.imports.profile import Kind, Profile, Source
from server.imports.reading import Sheet, Unreadable, read_sheet
from tests.server.imports import made


def profile(**source: str) -> Profile:
    return Profile(schema=1, name="", kind=Kind.UNITS, file=Source(**source))


def codes(sheet: Sheet) -> list[str]:
    return [one.code for one in sheet.remarks]


def told(sheet: Sheet, name: str) -> list[str]:
    return [str(value) for value in sheet.columns[name]]


# -- GeoJSON


def collection(tmp_path: Path, body: bytes) -> Sheet:
    path = tmp_path / "a.geojson"
    path.write_bytes(body)
    return read_sheet(path)


def test_that_numbers_of_json_are_given_as_they_are_written(tmp_path: Path) -> None:
    body = b"""{"type":"FeatureCollection","features":[
        {"type":"Feature","geometry":null,"properties":{"a":44030401010000017,"b":1.50,"c":1e400,"d":null,"e":true,
         "f":[1.0,{"g":"x"}],"h":123456789012345678901234567890}}]}"""
    sheet = collection(tmp_path, body)
    assert {name: column[0] for name, column in sheet.columns.items()} == {
        "a": "44030401010000017", "b": "1.50", "c": "1e400", "d": "", "e": "true", "f": '[1.0,{"g":"x"}]',
        "h": "123456789012345678901234567890",
    }  # fmt: skip


def test_that_features_may_have_different_properties_and_ids_of_their_own(tmp_path: Path) -> None:
    one, other = made.feature(made.point(1, 2), a=1), made.feature(made.point(3, 4), b=2)
    sheet = collection(tmp_path, made.geojson([{**one, "id": 17}, {**other, "id": "x"}]))
    assert (told(sheet, "id"), told(sheet, "a"), told(sheet, "b")) == (["17", "x"], ["1", ""], ["", "2"])
    assert shapely.get_coordinates(sheet.shapes).tolist() == [[1, 2], [3, 4]]
    assert sheet.place_of_row(1) == "feature 2"


BROKEN = [
    {"type": "Polygon", "coordinates": [[[0, 0], [1, 1]]]},
    {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [2, 2]]]},
    {"type": "Point", "coordinates": ["a", 1]},
    {"type": "Point", "coordinates": [1]},
    {"type": "Sphere", "coordinates": [1, 2]},
    {"type": "Polygon"},
    {"coordinates": [1, 2]},
    7,
]


@pytest.mark.parametrize("geometry", BROKEN)
def test_that_one_broken_geometry_is_that_rows_fault(tmp_path: Path, geometry: Any) -> None:
    around = [
        made.feature(made.point(1, 2), a=1),
        made.feature(geometry, a=2),
        made.feature(made.point(3, 4), a=3),
    ]
    sheet = collection(tmp_path, made.geojson(around))
    assert (sheet.rows, list(sheet.broken)) == (3, [1])
    assert sheet.broken[1]
    assert [shape is None for shape in sheet.shapes] == [False, True, False]


def test_that_no_geometry_and_an_empty_one_are_none_and_not_broken(tmp_path: Path) -> None:
    empty = [{"type": "Point", "coordinates": []}, None, {"type": "MultiPolygon", "coordinates": []}]
    sheet = collection(tmp_path, made.geojson([made.feature(one) for one in empty]))
    assert list(sheet.shapes) == [None, None, None]
    assert sheet.broken == {}


def test_that_heights_are_dropped(tmp_path: Path) -> None:
    three = {"type": "LineString", "coordinates": [[0, 0, 5], [1, 1, 6]]}
    sheet = collection(
        tmp_path, made.geojson([made.feature(three), made.feature({**made.point(1, 2), "bbox": [1]})])
    )
    assert not shapely.has_z(sheet.shapes).any()


def test_that_what_is_no_feature_is_a_torn_row(tmp_path: Path) -> None:
    sheet = collection(tmp_path, made.geojson([made.feature(made.point(1, 2), a=1), 5, {"properties": []}]))
    assert (sheet.rows, {row: one.code for row, one in sheet.torn.items()}) == (
        3, {1: "not_a_feature", 2: "not_a_feature"},
    )  # fmt: skip


def test_that_nan_is_nothing_and_is_said(tmp_path: Path) -> None:
    body = made.geojson([made.feature(made.point(1, 2), a=1.5)]).replace(b"1.5", b"NaN")
    sheet = collection(tmp_path, body)
    assert (told(sheet, "a"), codes(sheet)) == ([""], ["nan_in_json"])


def test_that_the_old_reference_member_is_read_and_degrees_stand_in_for_none(tmp_path: Path) -> None:
    old = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4547"}}
    assert collection(tmp_path, made.geojson([], crs=old)).crs == "urn:ogc:def:crs:EPSG::4547"
    assert collection(tmp_path, made.geojson([])).crs == "OGC:CRS84"
    assert codes(collection(tmp_path, made.geojson([]))) == ["no_rows"]


def test_that_what_is_no_json_is_refused_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(Unreadable) as caught:
        collection(tmp_path, b'{"type": "FeatureCollection",\n"features": [\n}')
    assert (caught.value.code, caught.value.values["line"]) == ("not_json", "3")


# -- TopoJSON


def test_that_shared_lines_are_put_together_in_either_direction(tmp_path: Path) -> None:
    path = tmp_path / "a.topojson"
    path.write_text(json.dumps(made.topology()))
    sheet = read_sheet(path)
    one, other = sheet.shapes[0], sheet.shapes[1]
    assert one.bounds == pytest.approx((114.0, 22.0, 114.01, 22.01))
    assert other.bounds == pytest.approx((114.01, 22.0, 114.02, 22.01))
    assert shapely.intersection(one, other).length == pytest.approx(0.01)
    assert (told(sheet, "ml")[0], told(sheet, "id")[0]) == ("106-54", "17")
    assert (list(sheet.broken), sheet.shapes[3]) == ([2], None)


def test_that_an_object_that_is_not_there_is_refused_by_those_that_are(tmp_path: Path) -> None:
    path = tmp_path / "a.topojson"
    path.write_text(json.dumps(made.topology()))
    with pytest.raises(Unreadable) as caught:
        read_sheet(path, profile(layer="roads"))
    assert (caught.value.code, caught.value.values["layers"]) == ("no_such_layer", "parcels")


# -- workbooks


def test_that_a_workbooks_cells_are_what_they_hold(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    page = book.active
    page.append(["id", "code", "padded", "day", "moment", "number", "flag", "empty"])
    page.append(["00017", 440304001001001, 17, datetime.date(2023, 5, 1), datetime.datetime(2023, 5, 1, 8, 5), 0.1,
                 True, None])  # fmt: skip
    page["C2"].number_format = "000000"
    page["D2"].number_format = "yyyy-mm-dd"
    path = tmp_path / "a.xlsx"
    book.save(path)
    sheet = read_sheet(path)
    assert {name: column[0] for name, column in sheet.columns.items()} == {
        "id": "00017", "code": "440304001001001", "padded": "000017", "day": "2023-05-01",
        "moment": "2023-05-01 08:05:00", "number": "0.1", "flag": "true", "empty": "",
    }  # fmt: skip
    assert sheet.place_of_row(0) == "row 2 of sheet Sheet"


def test_that_formulas_are_not_calculated_and_are_said(tmp_path: Path) -> None:
    path = made.workbook([["a", "b"], [1, "=A2+1"], [2, 3]], tmp_path / "a.xlsx")
    sheet = read_sheet(path)
    assert told(sheet, "b") == ["", "3"]
    by_code = {one.code: one.values for one in sheet.remarks}
    assert by_code["formula_without_value"] == {"cells": "1", "first": "B2"}
    assert by_code["formulas"] == {"cells": "1", "first": "B2"}


def test_that_numbers_longer_than_excel_keeps_are_said(tmp_path: Path) -> None:
    path = made.workbook([["a"], [4403040101000001]], tmp_path / "a.xlsx")
    sheet = read_sheet(path)
    assert (told(sheet, "a"), codes(sheet)) == (["4403040101000001"], ["long_numbers"])


def test_that_a_title_above_the_header_and_rows_between_are_passed_over(tmp_path: Path) -> None:
    rows = [[], ["2023年部件统计表"], ["编号", "名称", "编号"], ["1", "井盖", "x"], [], ["2", None, "y"]]
    path = made.workbook(rows, tmp_path / "a.xlsx", title="部件")
    sheet = read_sheet(path)
    assert [one.name for one in sheet.headers] == ["编号", "名称", "编号 (2)"]
    assert codes(sheet) == ["title_row", "duplicate_header"]
    assert [sheet.place_of_row(row) for row in range(2)] == ["row 4 of sheet 部件", "row 6 of sheet 部件"]


def test_that_the_named_sheet_is_read_and_others_are_said(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "one"
    book.active.append(["a"])
    book.create_sheet("two").append(["b"])
    path = tmp_path / "a.xlsx"
    book.save(path)
    assert codes(read_sheet(path)) == ["other_layers", "no_rows"]
    assert list(read_sheet(path, profile(layer="two")).columns) == ["b"]
    with pytest.raises(Unreadable, match="no_such_layer"):
        read_sheet(path, profile(layer="three"))


# -- GeoPackage


def test_that_whole_numbers_of_a_geopackage_keep_their_digits_also_beside_empty_ones(tmp_path: Path) -> None:
    path = made.layer(tmp_path / "a.gpkg", "GPKG", n=np.array([44030401010000017, 9007199254740993, 3]))
    with sqlite3.connect(path) as db:
        for (name,) in list(db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")):
            db.execute(f'DROP TRIGGER "{name}"')
        db.execute("UPDATE a SET n = NULL WHERE fid = 3")
        db.execute("UPDATE a SET geom = x'4750000100000000ff' WHERE fid = 2")
    db.close()
    sheet = read_sheet(path)
    assert told(sheet, "n") == ["44030401010000017", "9007199254740993", ""]
    assert (list(sheet.broken), sheet.crs) == ([1], "EPSG:4490")
    assert sheet.shapes[0].x == pytest.approx(114.05)


def test_that_a_layer_that_never_ends_is_stopped(tmp_path: Path) -> None:
    path = made.layer(tmp_path / "a.gpkg", "GPKG")
    endless = (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS fid FROM n WHERE i < 0"
    )
    with sqlite3.connect(path) as db:
        db.execute(f"CREATE VIEW endless AS {endless}")
        db.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier) VALUES ('endless', 'attributes', 'e')"
        )
    db.close()
    with pytest.raises(Unreadable, match="takes_too_long"):
        read_sheet(path, profile(layer="endless"), Limits(select_steps=1_000_000))


def test_that_a_database_that_is_no_geopackage_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE t (a)")
    db.close()
    with pytest.raises(Unreadable, match="not_a_geopackage"):
        read_sheet(path)


# -- shapefile


def shapefile(tmp_path: Path, table: bytes, page: str = "") -> Path:
    path = made.layer(tmp_path / "a.shp", "ESRI Shapefile")
    (tmp_path / "a.dbf").write_bytes(table)
    (tmp_path / "a.cpg").unlink(missing_ok=True)
    if page:
        (tmp_path / "a.cpg").write_text(page)
    return path


LAMP = "路灯".encode("gb18030")


def test_that_ids_of_a_table_keep_their_digits(tmp_path: Path) -> None:
    fields = [("BJBM", "N", 20), ("NAME", "C", 10), ("DAY", "D", 8)]
    rows = [(b"  44030401010000017", b"a", b"20230501"), (b"00000000000000017", b"b", b"        "),
            (b"********************", b"c", b"00000000")]  # fmt: skip
    sheet = read_sheet(shapefile(tmp_path, made.dbf(fields, rows)))
    assert told(sheet, "BJBM") == ["44030401010000017", "00000000000000017", ""]
    assert told(sheet, "DAY") == ["2023-05-01", "", ""]
    assert sheet.place_of_row(2) == "record 3"


@pytest.mark.parametrize(
    ("page", "driver", "found"),
    [("GBK", 0, "gb18030"), ("936", 0, "gb18030"), ("", 0x4D, "gb18030"), ("", 0, "gb18030")],
)
def test_that_a_table_is_in_the_code_page_that_is_told_or_in_what_fits(
    tmp_path: Path, page: str, driver: int, found: str
) -> None:
    sheet = read_sheet(shapefile(tmp_path, made.dbf([("名称", "C", 10)], [(LAMP,)] * 3, driver), page))
    assert (told(sheet, "名称"), sheet.encoding) == (["路灯"] * 3, found)


def test_that_a_character_cut_by_its_fields_width_is_dropped_and_counted(tmp_path: Path) -> None:
    sheet = read_sheet(shapefile(tmp_path, made.dbf([("N", "C", 3)], [(LAMP,)] * 3), "GBK"))
    assert told(sheet, "N") == ["路"] * 3
    assert [(one.code, one.values) for one in sheet.remarks] == [("characters_cut_in_two", {"cells": "3"})]


def test_that_a_table_in_another_code_page_than_told_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="wrong_encoding"):
        read_sheet(shapefile(tmp_path, made.dbf([("N", "C", 10)], [(LAMP,)] * 3), "UTF-8"))


def test_that_a_missing_part_is_named_and_deleted_records_are_no_rows(tmp_path: Path) -> None:
    table = bytearray(made.dbf([("N", "C", 4)], [(b"a",), (b"b",), (b"c",)]))
    start = struct.unpack("<H", table[8:10])[0]
    table[start + 5] = ord("*")
    path = shapefile(tmp_path, bytes(table))
    sheet = read_sheet(path)
    assert (told(sheet, "N"), sheet.shapes[1].x) == (["a", "c"], pytest.approx(114.07))
    (tmp_path / "a.shx").unlink()
    with pytest.raises(Unreadable) as caught:
        read_sheet(path)
    assert (caught.value.code, caught.value.values["part"]) == ("missing_part", ".shx")


# -- drawings


def drawing(tmp_path: Path, body: bytes, **source: str) -> Sheet:
    path = tmp_path / "a.dxf"
    path.write_bytes(body)
    return read_sheet(path, profile(**source))


def test_that_points_blocks_and_closed_lines_of_a_drawing_are_rows(tmp_path: Path) -> None:
    sheet = drawing(tmp_path, made.DXF.encode("gb18030"))
    assert told(sheet, "type") == [
        "POINT",
        "INSERT",
        "LWPOLYLINE",
        "LWPOLYLINE",
        "POLYLINE",
        "CIRCLE",
        "HATCH",
        "TEXT",
    ]
    assert told(sheet, "layer")[:3] == ["路灯", "井盖", "绿地"]
    assert (sheet.shapes[0].x, sheet.shapes[0].y) == (500100.5, 2490200.25)
    assert (told(sheet, "block")[1], told(sheet, "BJBM")[1], told(sheet, "rotation")[1]) == (
        "井盖", "44030401010000017", "45.0",
    )  # fmt: skip
    assert sheet.shapes[2].area == 100.0
    assert sheet.shapes[3].area == pytest.approx(np.pi, rel=0.01), "two half circles"
    assert sheet.shapes[4].length == pytest.approx(50**0.5)
    assert (sheet.shapes[5].centroid.x, sheet.shapes[5].centroid.y) == (pytest.approx(50), pytest.approx(60))
    assert list(sheet.broken) == [6]
    assert told(sheet, "text")[7] == "南宁"
    assert sheet.crs == ""
    assert {"drawing_unit", "on_paper", "encoding_found"} <= set(codes(sheet))


def test_that_one_layer_of_a_drawing_can_be_taken(tmp_path: Path) -> None:
    assert drawing(tmp_path, made.DXF.encode("gb18030"), layer="绿地").rows == 3
    with pytest.raises(Unreadable, match="no_such_layer"):
        drawing(tmp_path, made.DXF.encode("gb18030"), layer="nothing")


def test_that_a_plane_seen_from_below_is_turned(tmp_path: Path) -> None:
    body = made.DXF.replace("2\n井盖\n10\n500110.0", "2\n井盖\n230\n-1.0\n10\n-500110.0")
    assert drawing(tmp_path, body.encode("gb18030")).shapes[1].x == 500110.0


def test_that_a_drawing_of_2007_is_in_utf_8_and_a_letter_for_a_number_has_its_line(tmp_path: Path) -> None:
    sheet = drawing(tmp_path, made.DXF.replace("AC1015", "AC1021").encode())
    assert (told(sheet, "layer")[0], sheet.encoding) == ("路灯", "utf-8")
    with pytest.raises(Unreadable) as caught:
        drawing(tmp_path, b"0\nSECTION\n2\nENTITIES\nx\nPOINT\n0\nEOF\n")
    assert (caught.value.code, caught.value.values["line"]) == ("broken_drawing", "5")
    corner = made.DXF.replace("道路\n10\n5.0", "道路\n10\n5A0")
    assert 4 in drawing(tmp_path, corner.encode("gb18030")).broken
    sheet = drawing(tmp_path, b"0\nSECTION\n2\nENTITIES\n0\nPOINT\n10\nabc\n20\n1\n0\nENDSEC\n0\nEOF\n")
    assert list(sheet.broken) == [0]
