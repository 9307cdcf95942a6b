"""Files that are no tables, were cut, or were made to fill the memory: refused at once, with a code."""

from __future__ import annotations

import random
import struct
import tracemalloc
import zipfile
import zlib
from pathlib import Path

import pytest

from server.imports.limits import Limits
from server.imports.reading import Sheet, Unreadable, read_sheet
from tests.server.imports import made

SMALL = Limits(
    ratio_from_bytes=100_000, unpacked_bytes=5_000_000, workbook_bytes=2_000_000, line_bytes=1_500_000
)


def refused(path: Path, limits: Limits = SMALL) -> str:
    with pytest.raises(Unreadable) as caught:
        read_sheet(path, None, limits)
    return caught.value.code


def test_that_two_gigabytes_of_zeros_are_refused_without_reading_them(tmp_path: Path) -> None:
    path = tmp_path / "zeros.csv"
    with path.open("wb") as file:
        file.truncate(2_000_000_000)
    tracemalloc.start()
    code = refused(path, Limits())
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert code == "only_zeros"
    assert peak_bytes < 3_000_000


def test_that_zeros_behind_a_header_are_refused_where_they_begin(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(b"a,b\n1,2\n")
    with path.open("r+b") as file:
        file.truncate(1_400_000_000)
    tracemalloc.start()
    with pytest.raises(Unreadable) as caught:
        read_sheet(path)
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (caught.value.code, caught.value.values["line"]) == ("zero_bytes", "3")
    assert peak_bytes < 20_000_000


@pytest.mark.parametrize(
    ("name", "body", "code"),
    [
        ("a.csv", b"", "empty_file"),
        ("a.csv", b" \r\n\n", "only_blanks"),
        ("a.csv", b"a,b\n1,\0\n", "zero_bytes"),
        ("a.geojson", b'{"type": "FeatureCollection", "features": ["\0"]}', "zero_bytes"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600, "not_readable_here"),
        ("a.csv", b"\x1f\x8b\x08" + b"x" * 50, "not_readable_here"),
        ("a.dxf", b"AutoCAD Binary DXF\r\n\x1a\0", "not_readable_here"),
        ("a.csv", b"<html><body>log in first</body></html>", "not_readable_here"),
        ("a.dbf", b"\x03abc", "part_of_a_shapefile"),
        ("a.geojson", b"a,b\n1,2\n", "not_what_its_name_says"),
        ("a.gpkg", b"a,b\n1,2\n", "not_what_its_name_says"),
        ("a.json", b'["a"]', "not_a_collection"),
        ("a.json", b'{"type": "Topology"', "cut"),
        ("a.json", b'{"a": 1}', "not_a_collection"),
        ("a.gpkg", b"SQLite format 3\0", "cut"),
        ("a.zip", b"PK\x03\x04", "cut"),
        ("a.xlsx", b"PK\x05\x06" + bytes(18), "no_such_member"),
    ],
)
def test_that_what_is_no_table_is_refused_by_what_it_is(
    tmp_path: Path, name: str, body: bytes, code: str
) -> None:
    path = tmp_path / name
    path.write_bytes(body)
    assert refused(path) == code


def test_that_folders_devices_and_files_that_are_not_there_are_refused(tmp_path: Path) -> None:
    assert refused(tmp_path) == "folder"
    assert refused(tmp_path / "nothing.csv") == "no_such_file"
    if Path("/dev/zero").exists():
        assert refused(Path("/dev/zero")) == "not_a_file"


def test_that_a_wrong_suffix_is_read_by_its_content_and_said(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(made.geojson([made.feature(made.point(1, 2), a=1)]))
    sheet = read_sheet(path)
    assert (sheet.format, [one.code for one in sheet.remarks]) == ("geojson", ["other_suffix"])


def test_that_an_endless_line_and_an_endless_cell_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"a,b\n" + b"x" * 2_000_000 + b"\n")
    assert refused(path) == "line_too_long"
    path.write_bytes(b'a,b\n"' + b"x\n" * 600_000 + b'"\n')
    assert refused(path) == "cell_too_long"


def test_that_json_nested_without_end_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    path.write_bytes(b'{"type":"FeatureCollection","features":[{"geometry":' + b"[" * 2_000_000)
    assert refused(path) in ("nested_too_deep", "cut")
    path.write_bytes(b'{"features":[{"properties":{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}}]}")
    assert refused(path) == "nested_too_deep"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'{"features":[' + b"[]," * 5_000 + b"0]}", "too_many_cells"),
        (b'{"features":[' + b"{}," * 900 + b"{}]}", "too_many_rows"),
        (b'{"features":[' + b"0," * 90 + b"0]}", "not_a_collection"),
    ],
)
def test_that_a_collection_of_endlessly_many_nothings_is_refused(
    tmp_path: Path, body: bytes, code: str
) -> None:
    path = tmp_path / "a.geojson"
    path.write_bytes(body)
    assert refused(path, Limits(rows=100, json_values=1_000, torn_rows=50)) == code


def test_that_cells_and_columns_without_end_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"a,b\n" + b"1,2\n" * 60)
    assert refused(path, Limits(cells=100)) == "too_many_cells"
    path.write_bytes(b"a," * 3_000 + b"\n1\n")
    assert refused(path) == "too_many_columns"
    path.write_bytes(b",,,\n,,\n")
    assert refused(path) == "no_header"
    files = made.all_formats(tmp_path)
    for name in ("xlsx", "gpkg", "shp"):
        assert refused(files[name], Limits(cells=2)) in ("too_many_cells", "too_many_rows")


def bomb(path: Path, name: str, size: int = 4_000_000) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, b"0" * size)
    return path


def test_that_a_zip_bomb_is_refused_by_what_it_says_of_itself(tmp_path: Path) -> None:
    assert refused(bomb(tmp_path / "a.zip", "a.csv")) == "zip_bomb"


def test_that_a_zip_bomb_that_lies_is_stopped_while_it_is_unpacked(tmp_path: Path) -> None:
    path = bomb(tmp_path / "a.zip", "a.csv", 9_000_000)
    body = path.read_bytes()
    # What the two heads say of its size: ten bytes.
    lie = struct.pack("<I", 10)
    path.write_bytes(body.replace(struct.pack("<I", 9_000_000), lie))
    assert refused(path) in ("zip_bomb", "cut")


def test_that_thousands_of_members_and_zips_in_zips_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(40):
            archive.writestr(f"{number}.csv", "a\n1\n")
    with pytest.raises(Unreadable, match="too_many_members"):
        read_sheet(path, None, Limits(members=30))
    inner = bomb(tmp_path / "b.zip", "a.csv", 10).read_bytes()
    assert refused(made.zipped(path, {"inner.zip": inner})) == "zip_in_zip"


def test_that_an_encrypted_member_is_refused(tmp_path: Path) -> None:
    path = made.zipped(tmp_path / "a.zip", {"a.csv": b"a\n1\n"})
    body = bytearray(path.read_bytes())
    for sign, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        body[body.index(sign) + at] |= 1
    path.write_bytes(bytes(body))
    assert refused(path) == "locked"


def workbook_with(path: Path, name: str, change: bytes | None = None, size: int = 0) -> Path:
    """A workbook in which one part was exchanged."""
    made.workbook([["a"], ["1"]], path)
    with zipfile.ZipFile(path) as archive:
        parts = {one: archive.read(one) for one in archive.namelist()}
    parts[name] = change if change is not None else b" " * size
    return made.zipped(path, parts)


def test_that_entities_in_a_workbooks_xml_are_refused(tmp_path: Path) -> None:
    laugh = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "haha"><!ENTITY c "&b;&b;&b;">]><worksheet>&c;</worksheet>'
    assert refused(workbook_with(tmp_path / "a.xlsx", "xl/worksheets/sheet1.xml", laugh)) == "xml_entities"
    assert refused(workbook_with(tmp_path / "a.xlsx", "xl/sharedStrings.xml", laugh)) == "xml_entities"


def test_that_a_workbook_that_grows_beyond_its_bound_is_a_bomb(tmp_path: Path) -> None:
    path = workbook_with(tmp_path / "a.xlsx", "xl/worksheets/sheet1.xml", size=4_000_000)
    assert refused(path) == "zip_bomb"


def test_that_a_row_far_below_and_a_cell_far_right_are_bounded(tmp_path: Path) -> None:
    head = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    far = head + b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'
    path = workbook_with(tmp_path / "a.xlsx", "xl/worksheets/sheet1.xml", far)
    with pytest.raises(Unreadable, match="too_many_rows"):
        read_sheet(path, None, Limits(rows=1_000))
    wide = head + b'<row r="1"><c r="XFD1"><v>1</v></c></row></sheetData></worksheet>'
    path = workbook_with(tmp_path / "a.xlsx", "xl/worksheets/sheet1.xml", wide)
    assert refused(path) == "too_many_columns"


@pytest.mark.parametrize(
    "name", ["csv", "geojson", "topojson", "dxf", "xlsx", "gpkg", "zip", "shp", "dbf", "shx"]
)
def test_that_a_file_cut_or_scratched_anywhere_is_read_or_refused_and_nothing_else(
    tmp_path: Path, name: str
) -> None:
    files = made.all_formats(tmp_path)
    whole = (tmp_path / f"b.{name}" if name in ("dbf", "shx") else files[name]).read_bytes()
    parts = {suffix: (tmp_path / f"b.{suffix}").read_bytes() for suffix in ("shp", "shx", "dbf", "prj")}
    chance = random.Random(zlib.crc32(name.encode()))
    for turn in range(24):
        body = bytearray(whole)
        if turn % 2:
            body = body[: chance.randrange(len(body))]
        else:
            for _ in range(1 + turn // 6):
                body[chance.randrange(len(body))] = chance.randrange(256)
        path = tmp_path / f"c.{name}"
        if name in parts:
            for suffix, part in parts.items():
                (tmp_path / f"c.{suffix}").write_bytes(part)
            path.write_bytes(bytes(body))
            path = tmp_path / "c.shp"
        else:
            path.write_bytes(bytes(body))
        try:
            sheet = read_sheet(path)
        except Unreadable as fault:
            assert fault.code
        else:
            assert isinstance(sheet, Sheet)
            assert all(len(column) == sheet.rows for column in sheet.columns.values())


@pytest.mark.parametrize("name", ["geojson", "topojson", "dxf", "xlsx", "gpkg", "zip", "shp"])
def test_that_the_first_half_of_a_file_is_refused_as_cut(tmp_path: Path, name: str) -> None:
    path = made.all_formats(tmp_path)[name]
    body = path.read_bytes()
    path.write_bytes(body[: len(body) // 2])
    assert refused(path, Limits()) == "cut"
