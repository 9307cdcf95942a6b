"""Comma-separated text: what stands in the file is what is read, and what is wrong with a row is told by it."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from server.imports.limits import Limits
from server.imports.profile import Kind, Profile, Source
from server.imports.reading import Sheet, Unreadable, read_sheet


def profile(**source: str) -> Profile:
    return Profile(schema=1, name="", kind=Kind.UNITS, file=Source(**source))


def table(
    tmp_path: Path, body: str | bytes, asked: Profile | None = None, limits: Limits | None = None
) -> Sheet:
    path = tmp_path / "t.csv"
    path.write_bytes(body if isinstance(body, bytes) else body.encode())
    return read_sheet(path, asked, limits or Limits())


def codes(sheet: Sheet) -> list[str]:
    return [one.code for one in sheet.remarks]


def test_that_ids_stay_text_with_all_their_digits_and_zeros(tmp_path: Path) -> None:
    sheet = table(
        tmp_path, "id,grid,n\n44030401010000017,000000000000001,1e3\n00000000000000002,440304001001001,-0\n"
    )
    assert list(sheet.columns["id"]) == ["44030401010000017", "00000000000000002"]
    assert list(sheet.columns["grid"]) == ["000000000000001", "440304001001001"]
    assert list(sheet.columns["n"]) == ["1e3", "-0"]


def test_that_a_row_is_found_by_its_physical_line_also_behind_a_field_of_several(tmp_path: Path) -> None:
    sheet = table(tmp_path, 'a,b\r\n1,"x\r\ny\r\nz"\r\n2,w\r\n\r\n3,v\r\n')
    assert [sheet.place_of_row(row) for row in range(3)] == ["line 2", "line 5", "line 7"]
    assert sheet.columns["b"][0] == "x\r\ny\r\nz"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_that_the_delimiter_is_found(tmp_path: Path, delimiter: str) -> None:
    sheet = table(tmp_path, f'"a,b"{delimiter}c{delimiter}d\n1{delimiter}2{delimiter}3\n')
    assert [one.name for one in sheet.headers] == ["a,b", "c", "d"]


def test_that_doubled_and_missing_headers_are_renamed_and_said(tmp_path: Path) -> None:
    sheet = table(tmp_path, "a,a,,a (2),a\n1,2,3,4,5\n")
    assert [one.name for one in sheet.headers] == ["a", "a (3)", "column 3", "a (2)", "a (4)"]
    assert codes(sheet).count("duplicate_header") == 2
    assert "header_without_name" in codes(sheet)
    assert [str(sheet.columns[one.name][0]) for one in sheet.headers] == list("12345")


def test_that_a_torn_row_is_told_by_the_row_and_stays_in_the_count(tmp_path: Path) -> None:
    sheet = table(tmp_path, "a,b,c\n1,2,3\n4,5\n6,7,8,9\n10,11,12,,\n13,1")
    assert sheet.rows == 5
    assert {row: one.code for row, one in sheet.torn.items()} == {
        1: "too_few_fields", 2: "too_many_fields", 4: "too_few_fields",
    }  # fmt: skip
    assert "file_may_be_cut" in codes(sheet)


def test_that_a_quote_that_is_never_closed_takes_one_row_and_not_the_file(tmp_path: Path) -> None:
    sheet = table(tmp_path, 'a,b\n1,2\n3,"open\n5,6\n')
    assert (sheet.rows, sheet.torn[1].code, sheet.torn[1].values["line"]) == (2, "open_quote", "3")


def test_that_a_stray_quote_is_that_rows_fault(tmp_path: Path) -> None:
    sheet = table(tmp_path, 'a,b\n"x"y,2\n3,4\n')
    assert sheet.torn[0].code == "stray_quote"
    assert list(sheet.columns["a"]) == ["", "3"]


def test_that_blank_rows_are_no_rows_and_are_counted(tmp_path: Path) -> None:
    sheet = table(tmp_path, "a,b\n1,2\n,\n\n3,4\n")
    assert sheet.rows == 2
    assert sheet.place_of_row(1) == "line 5"
    assert "blank_rows" in codes(sheet)


def test_that_a_file_of_only_a_header_has_no_rows_and_says_so(tmp_path: Path) -> None:
    sheet = table(tmp_path, "a,b,c")
    assert (sheet.rows, codes(sheet)) == (0, ["no_rows"])
    assert set(sheet.columns) == {"a", "b", "c"}


@pytest.mark.parametrize(
    ("encoding", "found", "told"),
    [("utf-8", "utf-8", []), ("utf-8-sig", "utf-8-sig", ["byte_order_mark"]),
     ("gb18030", "gb18030", ["encoding_found"]), ("utf-16", "utf-16", ["byte_order_mark"])],
)  # fmt: skip
def test_that_chinese_is_read_in_what_it_is_written_in(
    tmp_path: Path, encoding: str, found: str, told: list[str]
) -> None:
    sheet = table(tmp_path, "编号,名称\n1,上水井盖\n2,污水井盖\n".encode(encoding))
    assert [one.name for one in sheet.headers] == ["编号", "名称"]
    assert list(sheet.columns["名称"]) == ["上水井盖", "污水井盖"]
    assert (sheet.encoding, codes(sheet)) == (found, told)


def test_that_a_wrong_encoding_names_the_first_line_that_does_not_decode(tmp_path: Path) -> None:
    body = "a,b\n1,中\n2,文\n".encode() + b"3,\xff\xfe\n4,x\n"
    with pytest.raises(Unreadable) as caught:
        table(tmp_path, body, profile(encoding="utf-8"))
    assert (caught.value.code, caught.value.values["line"]) == ("wrong_encoding", "4")
    with pytest.raises(Unreadable) as caught:
        table(tmp_path, "编号\n1\n".encode("gb18030"), profile(encoding="UTF-8"))
    assert (caught.value.code, caught.value.values["line"]) == ("wrong_encoding", "1")


def test_that_western_text_is_not_taken_for_chinese_and_is_read_when_it_is_named(tmp_path: Path) -> None:
    body = "name,n\nMüller,1\nCafé Zoé,2\nGarçon à la plage,3\n".encode("cp1252")
    with pytest.raises(Unreadable) as caught:
        table(tmp_path, body)
    assert (caught.value.code, caught.value.values["line"]) == ("encoding_unknown", "2")
    sheet = table(tmp_path, body, profile(encoding="windows-1252"))
    assert sheet.columns["name"][0] == "Müller"


def test_that_a_file_cut_within_a_character_is_called_cut(tmp_path: Path) -> None:
    for encoding in ("utf-8", "gb18030"):
        body = ("编号,名称\n" + "1,上水井盖\n" * 50 + "2,污水").encode(encoding)[:-1]
        with pytest.raises(Unreadable) as caught:
            table(tmp_path, body)
        assert (caught.value.code, caught.value.values["line"]) == ("cut", "52")


@pytest.mark.parametrize("name", ["rot13", "zip", "unicode_escape", "nonsense"])
def test_that_a_codec_that_is_no_encoding_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(Unreadable, match="no_such_encoding"):
        table(tmp_path, "a\n1\n", profile(encoding=name))


def test_that_a_column_the_profile_names_and_the_file_lacks_is_named_with_its_place(tmp_path: Path) -> None:
    from server.imports.profile import Field

    asked = Profile(
        schema=1, name="", kind=Kind.UNITS, fields={"name": Field(column="Name"), "id": Field(column="id")}
    )
    with pytest.raises(Unreadable) as caught:
        table(tmp_path, "id,name\n1,x\n", asked)
    assert caught.value.code == "missing_column"
    assert {"place": "fields.name", "column": "Name", "near": "name"}.items() <= caught.value.values.items()


def test_that_a_zip_of_one_table_is_read_and_of_several_by_the_members_name(tmp_path: Path) -> None:
    path = tmp_path / "t.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("in/a.csv", "a\n1\n")
        archive.writestr("readme.txt", "no table")
    assert (read_sheet(path).member, read_sheet(path).rows) == ("in/a.csv", 1)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("b.csv", "a\n1\n2\n")
    with pytest.raises(Unreadable, match="which_member"):
        read_sheet(path)
    assert read_sheet(path, profile(member="b*.csv")).rows == 2
    with pytest.raises(Unreadable, match="no_such_member"):
        read_sheet(path, profile(member="*.dxf"))


def test_that_the_fingerprint_is_of_the_file_as_it_was_handed_in(tmp_path: Path) -> None:
    import hashlib

    path = tmp_path / "t.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.csv", "a\n1\n")
    sheet = read_sheet(path)
    assert sheet.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert sheet.size_bytes == path.stat().st_size
