"""A profile is read strictly, and every fault names its place; one that is proposed loads."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from server.__main__ import main
from server.imports.profile import (
    FIELDS,
    Field,
    Kind,
    Profile,
    ProfileFault,
    find_profile,
    load_profile,
    missing_columns,
    shipped_profiles,
)
from server.imports.propose import propose, quoted
from tests.conftest import ROOT
from tests.server.imports import made

HEAD = 'schema = 1\nname = "x"\nkind = "cases"\n'
WHOLE = HEAD + '[fields]\nclass = "type"\nopened = "open_dt"\n'


def load(text: str) -> Profile:
    return load_profile(text.encode(), "p.toml")


def test_that_a_column_by_its_name_and_as_a_table_say_the_same() -> None:
    profile = load(
        HEAD
        + 'fields.class = "type"\nfields.opened = { column = "o" }\nfields.grid = { value = "" }\n'
        + 'fields.text = { join = ["a", "b"], between = ". " }\n'
        + 'fields.source = { column = "s", map = { Call = "hotline" }, other = "platform" }\n'
    )
    assert profile.fields["class"] == Field(column="type")
    assert profile.fields["text"] == Field(join=("a", "b"), between=". ")
    assert profile.fields["source"].map == {"Call": "hotline"}
    assert profile.fields["grid"].value == ""
    assert missing_columns(profile, ["type", "O", "a", "s"]) == [
        {"place": "fields.opened", "column": "o", "near": "O"},
        {"place": "fields.text.join[2]", "column": "b", "near": ""},
    ]


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ("schema = ", "profile_not_toml", ""),
        ('schema = 1\nkind = "cases"', "profile_missing_key", "name"),
        (WHOLE.replace("schema = 1", "schema = 2"), "profile_of_another_schema", ""),
        (WHOLE.replace('"cases"', '"case"'), "profile_wrong_value", "kind"),
        (HEAD, "profile_missing_key", "fields.class"),
        (HEAD + '[fields]\nclass = "t"', "profile_missing_key", "fields.opened"),
        (WHOLE + 'code = "c"', "profile_unknown_key", "fields.code"),
        (WHOLE + "[file]\nfromat = 'csv'", "profile_unknown_key", "file.fromat"),
        (WHOLE + "[files]\n", "profile_unknown_key", "files"),
        (WHOLE + "text = { colum = 'x' }", "profile_unknown_key", "fields.text.colum"),
        (WHOLE + "text = 3", "profile_wrong_value", "fields.text"),
        (WHOLE + "text = { column = 3 }", "profile_wrong_value", "fields.text.column"),
        (WHOLE + "text = { join = ['a', 3] }", "profile_wrong_value", "fields.text.join[1]"),
        (WHOLE + "text = { column = 'a', value = 'b' }", "profile_wrong_value", "fields.text"),
        (WHOLE + "text = { between = 'b' }", "profile_wrong_value", "fields.text"),
        (WHOLE + "text = { column = 'a', map = { b = 3 } }", "profile_wrong_value", 'fields.text.map."b"'),
        (WHOLE + "[classes.map]\n'Pot hole' = 3", "profile_wrong_value", 'classes.map."Pot hole"'),
        (WHOLE + "[classes.map]\n'Pot hole' = '01001'", "profile_wrong_value", 'classes.map."Pot hole"'),
        (WHOLE + "[city]\nepsg = '4547'", "profile_wrong_value", "city.epsg"),
        (WHOLE + "[time]\nzone = 'Mars/Olympus'", "profile_wrong_value", "time.zone"),
        (WHOLE + "[time]\nzone = '../etc/passwd'", "profile_wrong_value", "time.zone"),
        (WHOLE + "[time]\nforms = ['%Y', '%Q']", "profile_wrong_value", "time.forms[2]"),
        (WHOLE + "[time]\nday_is = 'noon'", "profile_wrong_value", "time.day_is"),
        (WHOLE + "[place]\nx = 'lon'", "profile_missing_key", "place.y"),
        (WHOLE + "[place]\nunit = 'mile'", "profile_wrong_value", "place.unit"),
        (WHOLE + "[file]\ndelimiter = ', '", "profile_wrong_value", "file.delimiter"),
    ],
)
def test_that_a_fault_of_a_profile_names_its_place(text: str, code: str, place: str) -> None:
    with pytest.raises(ProfileFault) as caught:
        load(text)
    assert (caught.value.code, caught.value.values.get("place", "")) == (code, place)
    assert caught.value.values["profile"] == "p.toml"


def test_that_a_profile_in_another_encoding_is_refused_with_its_line() -> None:
    with pytest.raises(ProfileFault) as caught:
        load_profile(b'schema = 1\nname = "\xff"\n', "p.toml")
    assert (caught.value.code, caught.value.values["line"]) == ("profile_not_utf8", "2")


def test_that_every_shipped_profile_loads_and_one_that_is_not_there_is_named() -> None:
    for name in shipped_profiles():
        assert find_profile(name).name
    with pytest.raises(ProfileFault, match="no_such_profile"):
        find_profile("bostn2011")


def test_that_a_profile_of_ones_own_is_found_by_its_path(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(WHOLE)
    assert find_profile(str(path)).kind == Kind.CASES


def test_that_every_field_is_known_to_some_kind_once() -> None:
    for names in FIELDS.values():
        assert len(set(names)) == len(names)


# -- proposals


@pytest.mark.parametrize("kind", ["", *Kind])
@pytest.mark.parametrize("name", ["csv", "geojson", "topojson", "dxf", "xlsx", "gpkg", "zip", "shp"])
def test_that_a_proposal_loads_whatever_the_file_is(tmp_path: Path, name: str, kind: str) -> None:
    profile = load(propose(made.all_formats(tmp_path)[name], kind))
    assert profile.kind == (kind or profile.kind)
    assert profile.file.format == ("shp" if name == "zip" else name)


CASES = '''案卷编号,小类名称,上报时间,结案时间,问题描述,经度,纬度,处置部门
202305010001,上水井盖,2023-05-01 08:00:00,2023-05-02 09:00:00,井盖破损,108.32,22.81,市政处
202305010002,上水井盖,2023-05-01 08:10:00,,"井盖""丢失""",108.33,22.82,市政处
'''


def test_that_chinese_columns_are_recognised_and_every_class_is_listed(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(CASES.encode("gb18030"))
    text = propose(path)
    profile = load(text)
    assert {name: field.column for name, field in profile.fields.items()} == {
        "uid": "案卷编号", "class": "小类名称", "text": "问题描述", "opened": "上报时间", "closed": "结案时间",
        "unit": "处置部门",
    }  # fmt: skip
    assert (profile.place.x, profile.place.y, profile.place.crs) == ("经度", "纬度", "EPSG:4326")
    assert (profile.city.epsg, profile.city.zone, profile.file.encoding) == (4545, "Asia/Shanghai", "gb18030")
    assert profile.time.forms == ("%Y-%m-%d %H:%M:%S",)
    assert '# "上水井盖" = "event:?????"  # 2' in text


def test_that_columns_as_datav_writes_them_propose_the_shift(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    ring = {"type": "Polygon", "coordinates": [[[108, 22], [109, 22], [109, 23], [108, 22]]]}
    path.write_bytes(
        made.geojson([made.feature(ring, adcode=450102, name="兴宁区", acroutes=[100000], childrenNum=0)])
    )
    profile = load(propose(path))
    assert (profile.place.crs, profile.kind) == ("GCJ-02", Kind.GRIDS)


def test_that_a_hostile_header_cannot_leave_its_comment(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('"a\nschema = 2\n#","\x7f\x1b[31m","c"\n"x\ny",2,3\n')
    assert load(propose(path, "units")).schema == 1
    assert "\x1b" not in propose(path, "units")


@pytest.mark.parametrize("text", ['a"b\\c', "a\nb\tc", "\x7f\x01", "井盖", ""])
def test_that_a_quoted_text_is_read_back_by_toml(text: str) -> None:
    assert tomllib.loads(f"a = {quoted(text)}") == {"a": text}


def test_that_the_verb_prints_the_proposal_or_says_why_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.csv"
    path.write_text(CASES)
    assert main(["profile", str(path), "--kind", "cases"]) == 0
    assert load(capsys.readouterr().out).kind == Kind.CASES
    assert main(["profile", str(tmp_path)]) == 2
    assert str(tmp_path) in capsys.readouterr().err


HEAVY = ("pandas", "geopandas", "pyogrio", "openpyxl", "pyproj", "shapely")


def test_that_a_centre_and_its_verbs_start_without_the_libraries_of_reading() -> None:
    code = f"import sys, json, server.__main__; print(json.dumps([one for one in {HEAVY!r} if one in sys.modules]))"
    asked = [sys.executable, "-c", code]
    done = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    assert json.loads(done.stdout) == []
