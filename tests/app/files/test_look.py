"""What the seat shows of a file before it is handed in."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import msgspec
import pytest

from app.files.look import Looked, look
from server.imports.reading import read_sheet
from tests.server.imports import made

FORMATS = ("csv", "geojson", "topojson", "xlsx", "gpkg", "shp")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return made.all_formats(tmp_path_factory.mktemp("files"))


@pytest.mark.parametrize("name", FORMATS)
def test_that_rows_and_columns_are_those_that_the_centre_reads(
    files: dict[str, Path], tmp_path: Path, name: str
) -> None:
    found, sheet = look(files[name], tmp_path), read_sheet(files[name])
    assert (found.code, found.format) == ("", name)
    assert found.rows == (-1 if name == "topojson" else sheet.rows)
    assert set(found.columns) <= {header.name for header in sheet.headers}
    assert len(found.first) == 3


def test_that_ids_and_chinese_are_shown_as_they_stand_there(files: dict[str, Path], tmp_path: Path) -> None:
    found = look(files["csv"], tmp_path)
    assert [row[0] for row in found.first] == made.IDS
    assert found.first[0][1] == "路灯"


def test_that_a_file_in_the_old_encoding_is_read_in_it(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("编号;类别\r\n1;井盖\r\n".encode("gb18030"))
    found = look(path, tmp_path)
    assert (found.encoding, found.columns, found.first) == ("gb18030", ["编号", "类别"], [["1", "井盖"]])


def test_that_a_shapefile_is_packed_with_its_companions_the_same_each_time(
    files: dict[str, Path], tmp_path: Path
) -> None:
    first, again = look(files["shp"], tmp_path / "one"), look(files["shp"], tmp_path / "two")
    assert first.sha256 == again.sha256 and first.name == "b.zip"
    with zipfile.ZipFile(first.path) as archive:
        assert {"b.shp", "b.shx", "b.dbf", "b.prj"} <= set(archive.namelist())
    assert read_sheet(Path(first.path)).rows == 3
    assert first.crs and first.geometry == "Point"


def test_that_a_shapefile_in_a_zip_is_looked_into(files: dict[str, Path], tmp_path: Path) -> None:
    packed = look(files["shp"], tmp_path)
    found = look(Path(packed.path), tmp_path)
    assert (found.format, found.rows, found.layer) == ("zip", 3, "b.shp")


@pytest.mark.parametrize(
    ("name", "body", "code"),
    [
        ("a.csv", b"", "empty_file"),
        ("a.csv", bytes(5_000_000), "only_zeros"),
        ("a.xlsx", b"PK\x03\x04 cut", "cannot_look"),
        ("a.gpkg", b"SQLite format 3\0 cut", "cannot_look"),
        ("a.geojson", b'{"type": "Feat', "cannot_look"),
        ("a.exe", b"MZ", "unknown_format"),
    ],
)
def test_that_what_cannot_be_looked_into_is_said_and_may_go_up_all_the_same(
    tmp_path: Path, name: str, body: bytes, code: str
) -> None:
    path = tmp_path / name
    path.write_bytes(body)
    found = look(path, tmp_path)
    assert (found.code, found.bytes) == (code, len(body)) and len(found.sha256) == 64


def test_that_it_runs_in_a_process_of_its_own_and_tells_of_a_file_that_is_not_there(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "app.files.look", str(tmp_path / "none.csv"), str(tmp_path)],
        capture_output=True,
        timeout=120,
        check=True,
        cwd=Path(__file__).parents[3],
    )
    assert msgspec.json.decode(done.stdout, type=Looked).code == "file_unreadable"
