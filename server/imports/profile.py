"""A profile says what the columns of a file mean: which is which field, where it lies, which clock it was written by.

A person writes it (TOML), so it is read strictly: an unknown key, a wrong type or a value that is none of the known
ones is a fault that names its place in the file. What its columns are called is checked against the file when that is
read. A profile holds no logic.
"""

from __future__ import annotations

import difflib
import enum
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, get_args
from zoneinfo import ZoneInfo

import msgspec

SCHEMA = 1
FORMATS = ("csv", "xlsx", "geojson", "gpkg", "shp", "topojson", "dxf")
NAMED_FORMS = ("iso", "epoch_s", "epoch_ms", "excel")
POINTS = ("centroid", "first", "inside")
UNITS_M = MappingProxyType(
    {
        "degree": 0.0,  # an angle; no scale
        "metre": 1.0,
        "millimetre": 0.001,
        "centimetre": 0.01,
        "decimetre": 0.1,
        "kilometre": 1000.0,
        "foot": 0.3048,
        "us_foot": 1200 / 3937,
        "inch": 0.0254,
        "yard": 0.9144,
    }
)


class Kind(enum.StrEnum):
    """What the rows of a file are."""

    COMPONENTS = "components"
    GRIDS = "grids"
    CASES = "cases"
    UNITS = "units"


FIELDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "components": ("id", "uid", "class", "state", "owner", "surveyed", "grid"),
        "grids": (
            "code", "uid", "district", "street", "community", "area_type", "work_grid", "started", "ended",
            "level",
        ),
        "cases": (
            "uid", "number", "class", "condition", "text", "place", "source", "opened", "due", "closed",
            "status", "unit", "grid", "component",
        ),
        "units": ("id", "uid", "name", "parent", "district", "trade", "phone"),
    }
)  # fmt: skip
# What a profile cannot do without.
NEEDED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "components": ("class",),
        "grids": (),
        "cases": ("class", "opened"),
        "units": ("name",),
    }
)


# Named in place of a column: what is not in one. Row numbers are those a refusal tells.
OF_THE_FILE = ("@layer", "@row")


class ProfileFault(Exception):
    """The profile cannot be used; `values` name the place in it."""

    def __init__(self, code: str, **values: object) -> None:
        self.code = code
        self.values: dict[str, str] = {name: str(value) for name, value in values.items()}
        told = ", ".join(f"{name} {value}" for name, value in self.values.items())
        super().__init__(f"{code} ({told})" if told else code)


class Strict(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of a profile: a key it does not know is a fault."""


class Town(Strict, frozen=True, kw_only=True):
    """What a new city for this file is founded with. (`city` in the file.)"""

    name: str = ""
    epsg: int = 0
    zone: str = ""


class Source(Strict, frozen=True, kw_only=True):
    """How the file is read; what is left out is found out."""

    format: str = ""
    encoding: str = ""
    layer: str = ""
    member: str = ""
    delimiter: str = ""
    is_whole: bool = (
        False  # what is here and not in the file is no more: components are then marked as removed
    )


class Place(Strict, frozen=True, kw_only=True):
    """Where a row lies: its geometry, or two columns."""

    crs: str = ""  # "EPSG:4326", WKT; "GCJ-02", "BD-09"; "city" = the city's own plane; "" = the file's own
    x: str = ""
    y: str = ""
    unit: str = ""
    point: str = "centroid"


class Clock(Strict, frozen=True, kw_only=True):
    """How times are read. (`time` in the file.)

    Forms are directives of strptime (server.imports.forms), and
    `iso` (ISO 8601), `epoch_s`, `epoch_ms`, `excel` (days since 1899-12-30).
    """

    zone: str = ""
    forms: tuple[str, ...] = ()
    day_is: str = "start"
    fold: str = "earlier"
    gap: str = "later"


class Field(Strict, frozen=True, kw_only=True):
    """Where one of our fields comes from: a column, several joined, or a value for every row.

    `before` is put in front of whatever is not empty, so that ids of two files cannot be taken for one another.
    With a `map`, a value that is not in it becomes `other`; without `other` it stays as it is.
    """

    column: str = ""
    join: tuple[str, ...] = ()
    between: str = " "
    value: str | None = None
    before: str = ""
    map: dict[str, str] = {}
    other: str | None = None


class Classes(Strict, frozen=True, kw_only=True):
    """Their classes -> ours, each `kind:code` of an edition of the catalogue."""

    edition: str = ""
    other: str = ""
    map: dict[str, str] = {}


class Codes(Strict, frozen=True, kw_only=True):
    """How lawful codes are made where the file has none."""

    district: str = ""
    districts: dict[str, str] = {}


class Profile(Strict, frozen=True, kw_only=True):
    """What the columns of one kind of file mean."""

    schema: int
    name: str
    kind: Kind
    city: Town = Town()
    file: Source = Source()
    place: Place = Place()
    time: Clock = Clock()
    fields: dict[str, Field] = {}
    classes: Classes = Classes()
    codes: Codes = Codes()


def load_profile(body: bytes, where: str) -> Profile:
    """The profile in these bytes; `where` is what a person calls it (a path or a shipped name)."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = body.count(b"\n", 0, error.start) + 1
        raise ProfileFault("profile_not_utf8", profile=where, line=line) from error
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ProfileFault("profile_not_toml", profile=where, why=error) from error
    _look_for_unknown_keys(raw, Profile, "", where)
    raw = _fields_as_tables(raw)
    try:
        _convert_each(raw, where)
        profile = msgspec.convert(raw, Profile)
    except msgspec.ValidationError as error:
        raise _wrong_type(error, where) from error
    _look_at_values(profile, where)
    return profile


def shipped_profiles() -> Mapping[str, Path]:
    """The profiles that come with the program, by name."""
    from gridseat_files import find

    try:
        folder = find("resources/profiles")
    except FileNotFoundError:
        return {}
    return {path.stem: path for path in sorted(folder.glob("*.toml"))}


def find_profile(name_or_path: str) -> Profile:
    """A shipped profile by its name, or one of a person's own by its path."""
    shipped = shipped_profiles().get(name_or_path)
    path = shipped or Path(name_or_path)
    try:
        body = path.read_bytes()
    except OSError as error:
        near = difflib.get_close_matches(name_or_path, shipped_profiles(), 1)
        raise ProfileFault("no_such_profile", profile=name_or_path, near=", ".join(near)) from error
    return load_profile(body, name_or_path)


def named_columns(profile: Profile) -> Iterator[tuple[str, str]]:
    """Every column that the profile names: its place in the profile, and the column."""
    for key in ("x", "y"):
        if column := getattr(profile.place, key):
            yield f"place.{key}", column
    for name, field in profile.fields.items():
        if field.column:
            yield f"fields.{name}", field.column
        for index, column in enumerate(field.join):
            yield f"fields.{name}.join[{index + 1}]", column


def missing_columns(profile: Profile, headers: Iterable[str]) -> list[dict[str, str]]:
    """Columns that the profile names and the file lacks: place, column, and the nearest name the file has."""
    there = list(headers)
    lower = {name.casefold(): name for name in there}
    missing = []
    for place, column in named_columns(profile):
        if column in there or (place.startswith("fields.") and column in OF_THE_FILE):
            continue
        near = lower.get(column.casefold()) or next(iter(difflib.get_close_matches(column, there, 1)), "")
        missing.append({"place": place, "column": column, "near": near})
    return missing


# -- faults


def _look_for_unknown_keys(raw: Any, struct: type[msgspec.Struct], place: str, where: str) -> None:
    if not isinstance(raw, dict):
        return
    known = {field.name: field.type for field in msgspec.structs.fields(struct)}
    for key, value in raw.items():
        inner = f"{place}.{key}" if place else key
        if key not in known:
            near = next(iter(difflib.get_close_matches(key, known, 1)), "")
            raise ProfileFault("profile_unknown_key", profile=where, place=inner, near=near)
        if isinstance(known[key], type) and issubclass(known[key], msgspec.Struct):
            _look_for_unknown_keys(value, known[key], inner, where)
        elif Field in get_args(known[key]) and isinstance(value, dict):
            for name, field in value.items():
                _look_for_unknown_keys(field, Field, f"{inner}.{name}", where)


def _fields_as_tables(raw: dict[str, Any]) -> dict[str, Any]:
    """`class = "type"` says the same as `class = { column = "type" }`."""
    fields = raw.get("fields")
    if not isinstance(fields, dict):
        return raw
    told = {name: {"column": field} if isinstance(field, str) else field for name, field in fields.items()}
    return {**raw, "fields": told}


def _convert_each(raw: dict[str, Any], where: str) -> None:
    """Fields and maps one by one: the library does not say which entry of a table it means."""
    fields, classes, codes = raw.get("fields"), raw.get("classes"), raw.get("codes")
    maps: dict[str, Any] = {}
    for name, field in fields.items() if isinstance(fields, dict) else ():
        maps[f"fields.{name}.map"] = field.get("map") if isinstance(field, dict) else None
        try:
            msgspec.convert(field if not isinstance(field, dict) else {**field, "map": {}}, Field)
        except msgspec.ValidationError as error:
            raise _wrong_type(error, where, f"fields.{name}") from error
    maps["classes.map"] = classes.get("map") if isinstance(classes, dict) else None
    maps["codes.districts"] = codes.get("districts") if isinstance(codes, dict) else None
    for place, told in maps.items():
        for name, value in told.items() if isinstance(told, dict) else ():
            if not isinstance(value, str):
                raise ProfileFault(
                    "profile_wrong_value", profile=where, place=f'{place}."{name}"', why="Expected `str`"
                )


def _wrong_type(error: msgspec.ValidationError, where: str, outer: str = "") -> ProfileFault:
    found = re.search(r" - at `\$\.?(.*)`$", str(error))
    place = ".".join(part for part in (outer, found.group(1) if found else "") if part)
    why = str(error)[: found.start()] if found else str(error)
    missing = re.match(r"Object missing required field `(.*)`", why)
    if missing:
        inner = f"{place}.{missing.group(1)}" if place else missing.group(1)
        return ProfileFault("profile_missing_key", profile=where, place=inner)
    return ProfileFault("profile_wrong_value", profile=where, place=place, why=why)


def _look_at_values(profile: Profile, where: str) -> None:
    """What types cannot say."""
    if profile.schema != SCHEMA:
        raise ProfileFault("profile_of_another_schema", profile=where, schema=profile.schema, known=SCHEMA)
    _one_of(profile.file.format, ("", *FORMATS), "file.format", where)
    _one_of(profile.place.unit, ("", *UNITS_M), "place.unit", where)
    _one_of(profile.place.point, POINTS, "place.point", where)
    _one_of(profile.time.day_is, ("start", "end"), "time.day_is", where)
    _one_of(profile.time.fold, ("earlier", "later"), "time.fold", where)
    _one_of(profile.time.gap, ("earlier", "later"), "time.gap", where)
    for index, form in enumerate(profile.time.forms):
        _form(form, f"time.forms[{index + 1}]", where)
    if len(profile.file.delimiter) > 1:
        raise ProfileFault("profile_wrong_value", profile=where, place="file.delimiter", why="one character")
    for place, zone in (("city.zone", profile.city.zone), ("time.zone", profile.time.zone)):
        _zone(zone, place, where)
    if bool(profile.place.x) != bool(profile.place.y):
        raise ProfileFault(
            "profile_missing_key", profile=where, place="place.y" if profile.place.x else "place.x"
        )
    for name, field in profile.fields.items():
        if name not in FIELDS[profile.kind]:
            near = next(iter(difflib.get_close_matches(name, FIELDS[profile.kind], 1)), "")
            raise ProfileFault("profile_unknown_key", profile=where, place=f"fields.{name}", near=near)
        if sum((bool(field.column), bool(field.join), field.value is not None)) != 1:
            raise ProfileFault(
                "profile_wrong_value", profile=where, place=f"fields.{name}", why="one of column, join, value"
            )
    for name in NEEDED[profile.kind]:
        if name not in profile.fields:
            raise ProfileFault("profile_missing_key", profile=where, place=f"fields.{name}")
    _class_codes(profile.classes, where)


def _one_of(value: str, known: tuple[str, ...], place: str, where: str) -> None:
    if value not in known:
        listed = ", ".join(one for one in known if one)
        raise ProfileFault("profile_wrong_value", profile=where, place=place, why=f"one of {listed}")


def _form(form: str, place: str, where: str) -> None:
    if form in NAMED_FORMS:
        return
    from server.imports.forms import UnknownForm, form_of

    try:
        form_of(form)
    except UnknownForm as error:
        raise ProfileFault("profile_wrong_value", profile=where, place=place, why=f"{error}?") from error


def _zone(name: str, place: str, where: str) -> None:
    if not name:
        return
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ProfileFault(
            "profile_wrong_value", profile=where, place=place, why=f"no zone {name}"
        ) from error


CLASS_CODE = re.compile(r"(component|event):\d{4,6}")


def _class_codes(classes: Classes, where: str) -> None:
    """That the code is in the catalogue is checked where the catalogue is."""
    told = {"classes.other": classes.other} if classes.other else {}
    told |= {f'classes.map."{name}"': code for name, code in classes.map.items()}
    for place, code in told.items():
        if not CLASS_CODE.fullmatch(code):
            raise ProfileFault("profile_wrong_value", profile=where, place=place, why="kind:code")
