"""Drawings (DXF): points, blocks set into the plan as points with their attributes, lines, closed lines as areas.

The layer's name is a column, and so is every attribute of a block. What has no place in a plan (a hatch, a dimension)
is a row with its reason. Drawings in a tilted plane, on paper, and binary ones are not read. A drawing says nothing of
its reference system; that stands in the profile.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import msgspec
import numpy as np

from server.imports.encoding import find_encoding, first_bad_byte, known_encoding
from server.imports.limits import Limits
from server.imports.profile import Source
from server.imports.read_csv import look_at_bytes
from server.imports.shapes import flat
from server.imports.sheets import Remark, Sheet, Unreadable, lawful_headers, remark, texts

UNITS = {1: "inch", 2: "foot", 4: "millimetre", 5: "centimetre", 6: "metre", 7: "kilometre", 10: "yard",
         14: "decimetre", 21: "us_foot"}  # fmt: skip
OWN = ("layer", "type", "block", "text", "rotation", "handle")
UTF8_SINCE = "AC1021"  # drawings of 2007 and later
ARC_STEP = math.pi / 18
CIRCLE_STEPS = 36
ATTRIBUTES = 200  # of one block
CUT = "cut"

Pair = tuple[int, str, int]  # group code, value, line of the value


class Entity(msgspec.Struct):
    """Everything that stands in the drawing about one thing."""

    kind: str
    line: int
    codes: list[tuple[int, str]]
    ends: list[tuple[str, str, str]] = []  # x, y, bulge of a line of several
    attributes: dict[str, str] = {}

    def text(self, code: int, default: str = "") -> str:
        return next((value for one, value in self.codes if one == code), default)

    def number(self, code: int, default: float = 0.0) -> float:
        return float(self.text(code, str(default)))

    def all(self, code: int) -> list[str]:
        return [value for one, value in self.codes if one == code]


def read(path: Path, source: Source, limits: Limits) -> Sheet:
    """The drawing's entities as rows (of one layer, where one is named); raises Unreadable."""
    if path.stat().st_size > limits.drawing_bytes:
        raise Unreadable("too_large", bytes=path.stat().st_size, limit=limits.drawing_bytes)
    look_at_bytes(path, limits)
    encoding, remarks = _encoding(path, source.encoding)
    head: dict[str, str] = {}
    try:
        with path.open(encoding=encoding, errors="strict") as file:
            entities = _entities(_pairs(file), head, limits)
    except UnicodeDecodeError as error:
        raise Unreadable("wrong_encoding", encoding=encoding, line="-") from error
    on_paper = sum(one.text(67) == "1" for one in entities)
    entities = [one for one in entities if one.text(67) != "1"]
    if on_paper:
        remarks.append(remark("on_paper", entities=on_paper))
    entities, more = _of_layer(entities, source.layer)
    unit = UNITS.get(int(head["$INSUNITS"])) if head.get("$INSUNITS", "").lstrip("-").isdigit() else None
    if unit:
        remarks.append(remark("drawing_unit", unit=unit))
    if not entities:
        remarks.append(remark("no_rows"))
    return _sheet(entities, encoding, source.layer, [*remarks, *more], limits)


def _encoding(path: Path, stated: str) -> tuple[str, list[Remark]]:
    """By the profile, by the drawing's version and code page, or by what the text is."""
    if not stated:
        with path.open("rb") as file:
            head = file.read(65_536).decode("latin-1")
        version = re.search(r"\$ACADVER\s+1\s+(\S+)", head)
        page = re.search(r"\$DWGCODEPAGE\s+3\s+(\S+)", head)
        told = page.group(1).lower().replace("ansi_", "cp") if page else ""
        name = "utf-8" if version and version.group(1) >= UTF8_SINCE else known_encoding(told)
        if name and first_bad_byte(path, name) < 0:
            return name, [] if name == "utf-8" else [remark("encoding_found", encoding=name)]
    found = find_encoding(path, stated)
    return found.name, list(found.remarks)


def _pairs(file: IO[str]) -> Iterator[Pair]:
    """Group codes and values, two lines each."""
    line = 0
    while code := file.readline():
        value = file.readline()
        line += 2
        if not code.strip() and not value:
            return
        if not value:
            raise Unreadable(CUT, format="DXF")
        try:
            yield int(code), value.rstrip("\r\n").strip(), line
        except ValueError as error:
            raise Unreadable("broken_drawing", line=line - 1, found=code.strip()[:40]) from error


def _entities(pairs: Iterator[Pair], head: dict[str, str], limits: Limits) -> list[Entity]:
    """What stands in the section of entities; fills in the drawing's variables."""
    found: list[Entity] = []
    section = variable = ""
    current: Entity | None = None
    for code, value, line in pairs:
        if code == 0:
            current = None
            if value == "EOF":
                return _assembled(found)
            if value in ("SECTION", "ENDSEC"):
                section = "?" if value == "SECTION" else ""
            elif section == "ENTITIES":
                current = Entity(value, line, [])
                found.append(current)
                if len(found) > limits.rows:
                    raise Unreadable("too_many_rows", limit=limits.rows)
        elif code == 2 and section == "?":
            section = value
        elif section == "HEADER":
            if code == 9:
                variable = value
            else:
                head.setdefault(variable, value)
        elif current is not None:
            current.codes.append((code, value))
    raise Unreadable(CUT, format="DXF")


def _assembled(found: list[Entity]) -> list[Entity]:
    """Corners go to their line and attributes to their block."""
    out: list[Entity] = []
    for one in found:
        if one.kind == "SEQEND":
            continue
        if one.kind == "VERTEX" and out:
            out[-1].ends = [*out[-1].ends] if not out[-1].ends else out[-1].ends
            out[-1].ends.append((one.text(10, "0"), one.text(20, "0"), one.text(42, "0")))
        elif one.kind == "ATTRIB" and out:
            if len(out[-1].attributes) < ATTRIBUTES:
                out[-1].attributes = {**out[-1].attributes, one.text(2): _plain(one.text(1))}
        else:
            out.append(one)
    return out


def _of_layer(entities: list[Entity], wanted: str) -> tuple[list[Entity], list[Remark]]:
    layers = list(dict.fromkeys(one.text(8) for one in entities))
    if not wanted:
        told = [remark("drawing_layers", layers=", ".join(layers)[:500])] if len(layers) > 1 else []
        return entities, told
    if wanted not in layers:
        raise Unreadable("no_such_layer", layer=wanted, layers=", ".join(layers)[:500])
    return [one for one in entities if one.text(8) == wanted], []


def _sheet(entities: list[Entity], encoding: str, layer: str, remarks: list[Remark], limits: Limits) -> Sheet:
    shapes = np.full(len(entities), None, dtype=object)
    broken: dict[int, str] = {}
    for index, one in enumerate(entities):
        try:
            shapes[index] = _shape(one)
        except (ValueError, IndexError) as error:
            broken[index] = str(error)[:200]
    tags = list(dict.fromkeys(tag for one in entities for tag in one.attributes if tag))
    if len(tags) > limits.columns:
        raise Unreadable("too_many_columns", columns=len(tags), limit=limits.columns)
    headers, renamed = lawful_headers([*OWN, *tags])
    own = [
        [one.text(8) for one in entities],
        [one.kind for one in entities],
        [one.text(2) if one.kind == "INSERT" else "" for one in entities],
        [_words(one) for one in entities],
        [one.text(50) for one in entities],
        [one.text(5) for one in entities],
    ]
    told = [[one.attributes.get(tag, "") for one in entities] for tag in tags]
    return Sheet(
        columns={header.name: texts(column) for header, column in zip(headers, own + told, strict=True)},
        headers=headers,
        rows=len(entities),
        place_kind="line",
        place_numbers=np.array([one.line for one in entities], dtype=np.int64),
        shapes=flat(shapes, broken, limits),
        broken=broken,
        encoding=encoding,
        layer=layer,
        remarks=(*remarks, *renamed),
    )


def _words(one: Entity) -> str:
    if one.kind == "MTEXT":
        return _plain("".join([*one.all(3), one.text(1)]), is_rich=True)
    return _plain(one.text(1)) if one.kind == "TEXT" else ""


def _plain(text: str, is_rich: bool = False) -> str:
    """Characters that old drawings write as codes; without the marks of rich text."""
    text = re.sub(r"\\U\+([0-9A-Fa-f]{4})", lambda found: chr(int(found.group(1), 16)), text)
    if is_rich:
        text = text.replace("\\P", "\n").replace("\\~", " ")
        text = re.sub(r"\\[A-Za-z][^;\\]*;", "", text).replace("{", "").replace("}", "")
    return text


def _shape(one: Entity) -> Any:
    """In the plan, or why it has no place there."""
    import shapely

    tilt = (one.number(210), one.number(220), one.number(230, 1.0))
    if one.kind in ("INSERT", "LWPOLYLINE", "CIRCLE", "ARC", "TEXT", "POLYLINE") and tilt[:2] != (0.0, 0.0):
        raise ValueError("drawn in a tilted plane")
    # A plane seen from below has x to the west.
    side = -1.0 if tilt[2] < 0 and one.kind not in ("POINT", "LINE") else 1.0
    at = (one.number(10) * side, one.number(20))
    match one.kind:
        case "POINT" | "INSERT" | "TEXT" | "MTEXT":
            return shapely.Point(at)
        case "LINE":
            return shapely.LineString([at, (one.number(11), one.number(21))])
        case "CIRCLE":
            return _ring([(at[0], at[1], one.number(40), math.tau * step / CIRCLE_STEPS)
                          for step in range(CIRCLE_STEPS)])  # fmt: skip
        case "ARC":
            return _arc(at, one)
        case "LWPOLYLINE":
            return _polyline(_light_ends(one, side), int(one.number(70)) & 1)
        case "POLYLINE":
            if int(one.number(70)) & (16 | 64):
                raise ValueError("a mesh is not read")
            return _polyline(
                [(float(x) * side, float(y), float(bulge) * side) for x, y, bulge in one.ends],
                int(one.number(70)) & 1,
            )
    raise ValueError(f"{one.kind} is not read")


def _ring(steps: list[tuple[float, float, float, float]]) -> Any:
    import shapely

    ends = [(x + radius * math.cos(turn), y + radius * math.sin(turn)) for x, y, radius, turn in steps]
    if steps[0][2] <= 0:
        raise ValueError("a circle without a radius")
    return shapely.Polygon(ends)


def _arc(at: tuple[float, float], one: Entity) -> Any:
    import shapely

    start, end = math.radians(one.number(50)), math.radians(one.number(51))
    sweep = (end - start) % math.tau or math.tau
    steps = max(2, math.ceil(sweep / ARC_STEP))
    turns = [start + sweep * step / steps for step in range(steps + 1)]
    radius = one.number(40)
    return shapely.LineString(
        [(at[0] + radius * math.cos(turn), at[1] + radius * math.sin(turn)) for turn in turns]
    )


def _light_ends(one: Entity, side: float) -> list[tuple[float, float, float]]:
    ends: list[list[float]] = []
    for code, value in one.codes:
        if code == 10:
            ends.append([float(value) * side, 0.0, 0.0])
        elif code == 20 and ends:
            ends[-1][1] = float(value)
        elif code == 42 and ends:
            ends[-1][2] = float(value) * side
    return [(x, y, bulge) for x, y, bulge in ends]


def _polyline(ends: list[tuple[float, float, float]], is_closed: int) -> Any:
    """Closed ones are areas; a bulge is an arc to the next corner."""
    import shapely

    if len(ends) < 2:
        raise ValueError("a line of fewer than two corners")
    line: list[tuple[float, float]] = []
    follows = [*ends[1:], ends[0]]
    for (x, y, bulge), (next_x, next_y, _) in zip(ends, follows, strict=True):
        line.append((x, y))
        line.extend(_bulge((x, y), (next_x, next_y), bulge))
    if not is_closed:
        # What bends from the last corner back to the first is no part of an open line.
        line = line[: len(line) - len(_bulge(ends[-1][:2], ends[0][:2], ends[-1][2]))]
    if is_closed or (len(line) > 3 and line[0] == line[-1]):
        return shapely.Polygon(line)
    return shapely.LineString(line)


def _bulge(one: tuple[float, float], other: tuple[float, float], bulge: float) -> list[tuple[float, float]]:
    """Corners between the two, along an arc of four times the bulge's arc tangent."""
    if not bulge or one == other:
        return []
    sweep = 4 * math.atan(bulge)
    away = (1 - bulge * bulge) / (4 * bulge)
    centre = ((one[0] + other[0]) / 2 - (other[1] - one[1]) * away,
              (one[1] + other[1]) / 2 + (other[0] - one[0]) * away)  # fmt: skip
    start = math.atan2(one[1] - centre[1], one[0] - centre[0])
    radius = math.dist(one, centre)
    steps = max(2, math.ceil(abs(sweep) / ARC_STEP))
    return [
        (centre[0] + radius * math.cos(start + sweep * step / steps),
         centre[1] + radius * math.sin(start + sweep * step / steps))
        for step in range(1, steps)
    ]  # fmt: skip
