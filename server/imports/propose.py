"""A profile proposed from a file: what its columns look like, written as TOML with comments for a person to correct.

Promises: the text loads as a profile; nothing in it is surer than it says. What could not be told stands there as a
comment, and every column of the file is listed with examples, so that the person need not open the file beside it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

from server.imports.guesses import (
    FORMS,
    KINDS,
    Guess,
    Timed,
    guess_fields,
    guess_kind,
    guess_place,
    guess_times,
)
from server.imports.limits import LIMITS, Limits
from server.imports.profile import FIELDS, NEEDED, Profile, Source
from server.imports.reading import read_sheet
from server.imports.sheets import Column, Sheet
from server.imports.words import sentence

LISTED = 200  # distinct classes that are written down
EXAMPLES = 3
EXAMPLE_CHARS = 40


def propose(path: Path, kind: str = "", limits: Limits = LIMITS, layer: str = "", member: str = "") -> str:
    """The text of a profile; raises Unreadable."""
    asked = Profile(schema=1, name="", kind=KINDS[0], file=Source(layer=layer, member=member))
    sheet = read_sheet(path, asked, limits)
    kind = kind or guess_kind(sheet)
    timed = guess_times(sheet, limits)
    fields = guess_fields(sheet, kind, timed)
    place = guess_place(sheet)
    parts = [
        _head(path, sheet, kind),
        _city(place),
        _file(sheet, layer, member),
        _place(sheet, kind, place),
        _time(kind, timed, fields),
        _fields(sheet, kind, fields),
        _classes(sheet, kind, fields),
        _codes(kind),
        _columns(sheet, fields),
    ]
    return "\n".join(part for part in parts if part)


def quoted(text: str) -> str:
    """A TOML string."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _aside(text: str, limit: int = 110) -> str:
    """A piece of a comment: one line, nothing a terminal would obey."""
    bare = "".join(char if char.isprintable() else " " for char in text)
    return bare if len(bare) <= limit else bare[: limit - 1] + "…"


def _head(path: Path, sheet: Sheet, kind: str) -> str:
    lines = [
        f"# Proposed from {_aside(path.name)}: {sheet.rows} rows, {len(sheet.headers)} columns.",
        "# Look through every line. Lines with a ? could not be told from the file.",
    ]
    lines += [
        f"# Seen while reading: {_aside(sentence(one.code, one.values, 'en'))}" for one in sheet.remarks
    ]
    lines += [f"# Rows whose geometry cannot be built: {len(sheet.broken)}"] if sheet.broken else []
    lines += [f"# Rows that are not what the header says: {len(sheet.torn)}"] if sheet.torn else []
    lines += ["", "schema = 1", f"name = {quoted(path.stem)}", f'kind = "{kind}"  # {", ".join(KINDS)}', ""]
    return "\n".join(lines)


def _city(place: Guess) -> str:
    lines = ["[city]  # what a new city for this file is founded with", 'name = ""']
    if place.epsg:
        lines.append(
            f"epsg = {place.epsg}  # {_aside(place.plane)}: a plane in metres for where the rows lie"
        )
    else:
        lines.append("# epsg = ?  # a plane in metres for where the rows lie")
    lines.append(f"zone = {quoted(place.zone)}" if place.zone else '# zone = "?/?"  # as in Asia/Shanghai')
    return "\n".join([*lines, ""])


def _file(sheet: Sheet, layer: str, member: str) -> str:
    lines = ["[file]", f'format = "{sheet.format}"']
    if sheet.format in ("csv", "shp", "dxf"):
        name = "utf-8" if sheet.encoding == "utf-8-sig" else sheet.encoding
        lines.append(f"encoding = {quoted(name)}")
    taken = layer or (sheet.layer if any(one.code == "other_layers" for one in sheet.remarks) else "")
    lines += [f"layer = {quoted(taken)}"] if taken else []
    lines += [f"member = {quoted(member)}"] if member else []
    return "\n".join([*lines, ""])


def _place(sheet: Sheet, kind: str, place: Guess) -> str:
    if kind == "units":
        return ""
    lines = ["[place]"]
    lines += [f"# {_aside(line)}" for line in place.notes]
    if place.crs:
        lines.append(f"crs = {quoted(place.crs)}")
    elif sheet.crs:
        lines.append(f"# crs = {quoted(_aside(sheet.crs))}  # the file's own")
    else:
        lines.append('# crs = "EPSG:?"  # the file does not say; "city" is the city\'s own plane')
    if sheet.shapes is None:
        if place.x:
            lines += [f"x = {quoted(place.x)}  # to the east", f"y = {quoted(place.y)}  # to the north"]
        else:
            lines.append('# x = "?"  # no two columns look like coordinates')
    elif kind in ("components", "cases"):
        lines.append('point = "centroid"  # of a line or an area: centroid, first, inside')
    return "\n".join([*lines, ""])


def _time(kind: str, timed: Mapping[str, Timed], fields: Mapping[str, str]) -> str:
    wanted = {
        "cases": ("opened", "due", "closed"),
        "components": ("surveyed",),
        "grids": ("started", "ended"),
    }
    used = [timed[fields[name]] for name in wanted.get(kind, ()) if fields.get(name) in timed]
    if not used:
        return ""
    forms = [form for form in FORMS if any(form in one.forms for one in used)]
    told = ", ".join(f"{form} {sum(one.forms.get(form, 0) for one in used)}" for form in forms)
    lines = ["[time]", f"# Values by form: {_aside(told)}"]
    lines += [f"# {_aside(note)}" for one in used for note in one.notes]
    lines += [
        '# zone = "?/?"  # of times that carry no zone; left out = UTC',
        f"forms = [{', '.join(quoted(form) for form in forms)}]",
        'day_is = "start"  # a day without a time: start, end',
    ]
    return "\n".join([*lines, ""])


def _fields(sheet: Sheet, kind: str, fields: Mapping[str, str]) -> str:
    lines = ["[fields]  # ours = theirs"]
    for name in FIELDS[kind]:
        if name in fields:
            lines.append(f"{name} = {quoted(fields[name])}  # {_examples(sheet.columns[fields[name]])}")
        elif name in NEEDED[kind]:
            lines.append(f'{name} = {{ value = "?" }}  # no column looks like it; name one')
        else:
            lines.append(f'# {name} = "?"')
    return "\n".join([*lines, ""])


def _classes(sheet: Sheet, kind: str, fields: Mapping[str, str]) -> str:
    if kind not in ("components", "cases"):
        return ""
    lines = [
        "[classes]",
        'edition = "2026"',
        "",
        "[classes.map]  # theirs = kind:code, by how many rows have it",
    ]
    ours = "component" if kind == "components" else "event"
    if "class" not in fields:
        return "\n".join([*lines, f'# "?" = "{ours}:?????"', ""])
    counts = Counter(str(value) for value in sheet.columns[fields["class"]])
    for value, count in counts.most_common(LISTED):
        if value:
            lines.append(f'# {_aside(quoted(value))} = "{ours}:?????"  # {count}')
    if len(counts) > LISTED:
        lines.append(f"# and {len(counts) - LISTED} more")
    return "\n".join([*lines, ""])


def _codes(kind: str) -> str:
    if kind not in ("components", "grids"):
        return ""
    return '[codes]  # where the file has no lawful codes of its own\n# district = "??????"\n'


def _columns(sheet: Sheet, fields: Mapping[str, str]) -> str:
    taken = {column: name for name, column in fields.items()}
    lines = ["# Columns of the file:"]
    for header in sheet.headers:
        column = sheet.columns[header.name]
        filled = int(np.count_nonzero(column != ""))
        named = f" = {taken[header.name]}" if header.name in taken else ""
        kinds = len(set(column))
        lines.append(
            f"#   {_aside(quoted(header.name))}{named}: {filled} filled, {kinds} distinct; {_examples(column)}"
        )
    return "\n".join([*lines, ""])


def _examples(column: Column) -> str:
    seen: list[str] = []
    for value in _some(column):
        if value and value not in seen:
            seen.append(value)
        if len(seen) == EXAMPLES:
            break
    return " | ".join(_aside(value, EXAMPLE_CHARS) for value in seen) or "-"


def _some(column: Column) -> Iterable[str]:
    return (str(value) for value in column[:2_000])
