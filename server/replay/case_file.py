"""A case file as lives to be lived again, and as its own counts: read by the importers' readers, told by its profile.

Promises: every row is either a life or refused with a coded reason and its place in the file; a row is refused for what
is wrong in itself (`read_cases`) or for what the centre lacks for it (`lives_of`). What the file counts as open and as
closed (`counted`) is taken from the file alone and knows nothing of the centre.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec
import numpy as np

from casework.catalogue.model import Catalogue, Kind
from casework.ids import GridCode, UnitId
from casework.limits import PLACE_CHARS, TEXT_CHARS, UID_CHARS
from casework.workflow import Source
from server.imports.classes import UNKNOWN, Class, classed
from server.imports.fields import Fields, Flags, Ints, is_again, is_empty, lengths, looked_up
from server.imports.partition import NOWHERE, GridFinder
from server.imports.places import pipeline_for
from server.imports.placing import CODES, OK, place_rows
from server.imports.profile import Kind as FileKind
from server.imports.profile import Profile
from server.imports.reading import read_sheet
from server.imports.sheets import Column, Sheet, Unreadable
from server.imports.sieve import Sieve
from server.imports.times import EMPTY, UNREADABLE, instants
from server.replay.course import Life, condition_for
from server.replay.tally import FileCase

CLOSED = "closed"
UNNAMED = "（未注明）"  # the unit of rows that name none
SOURCES = frozenset(Source)


class CaseFile(msgspec.Struct, frozen=True, kw_only=True):
    """The rows of a file as columns. `types` are the file's own; instants in ms UTC, 0 = none."""

    sheet: Sheet
    sieve: Sieve
    uids: Column
    types: Column
    classes: tuple[Class, ...]
    class_of: Ints
    edition: str
    texts: Column
    places: Column
    sources: Column
    units: Column
    districts: Column
    x_mm: Ints
    y_mm: Ints
    opened_ms: Ints
    closed_ms: Ints  # of those the file calls closed

    @property
    def rows(self) -> int:
        return self.sheet.rows


def read_cases(path: Path, profile: Profile, epsg: int, catalogues: Mapping[str, Catalogue]) -> CaseFile:
    """The file, with what is wrong with its rows by themselves. Raises Unreadable."""
    if profile.kind is not FileKind.CASES:
        raise Unreadable("profile_of_another_kind", kind=profile.kind)
    sheet = read_sheet(path, profile)
    fields = Fields(sheet, profile)
    sieve = Sieve(sheet)
    placed = place_rows(sheet, profile, pipeline_for(sheet, profile, epsg))
    known = classed(fields, profile, catalogues, "", (Kind.COMPONENT, Kind.EVENT))
    opened, opened_form = instants(fields.column("opened").tolist(), profile.time)
    closed, closed_form = instants(fields.column("closed").tolist(), profile.time)
    is_closed = _is_closed(fields, closed_form >= 0)
    uids = fields.column("uid")
    sieve.refuse(is_empty(uids), "no_uid")
    sieve.refuse(lengths(uids) > UID_CHARS, "too_long", field="uid", limit=UID_CHARS)
    sieve.refuse(is_again(uids, ~is_empty(uids)), "duplicate_uid", uid=uids)
    sieve.refuse(known.of == UNKNOWN, "unknown_class", value=fields.column("class"))
    sieve.refuse(opened_form < 0, "bad_time", field="opened", value=fields.column("opened"))
    sieve.refuse(closed_form == UNREADABLE, "bad_time", field="closed", value=fields.column("closed"))
    sieve.refuse(is_closed & (closed_form == EMPTY), "no_closing_time")
    for number, code in enumerate(CODES):
        if number != OK:
            sieve.refuse(placed.code == number, code)
    return CaseFile(
        sheet=sheet,
        sieve=sieve,
        uids=uids,
        types=fields.column("class"),
        classes=known.classes,
        class_of=known.of,
        edition=known.edition,
        texts=fields.column("text"),
        places=fields.column("place"),
        sources=fields.column("source"),
        units=fields.column("unit"),
        districts=fields.column("district"),
        x_mm=placed.x_mm,
        y_mm=placed.y_mm,
        opened_ms=opened,
        closed_ms=np.where(is_closed, np.maximum(closed, opened), 0),
    )


def _is_closed(fields: Fields, has_closing_time: Flags) -> Flags:
    """What the status says, where there is one; else whether a time of closing is there."""
    if fields.has("status"):
        said: Flags = fields.column("status") == CLOSED
        return said.astype(np.bool_)
    return has_closing_time


def names_of_units(file: CaseFile) -> Column:
    """What each row calls its unit; a row that names none has the one that stands for them."""
    named = file.units.copy()
    named[is_empty(named)] = UNNAMED
    return named


def lives_of(
    file: CaseFile, finder: GridFinder, units: Mapping[str, UnitId], catalogue: Catalogue
) -> list[Life]:
    """The rows that nothing stands against at this centre, in the order of the file; the others are refused."""
    where = finder.at(file.x_mm, file.y_mm)
    names = sorted(units)
    unit_of = looked_up(names_of_units(file), {name: number for number, name in enumerate(names)})
    file.sieve.refuse(where == NOWHERE, "outside_grid")
    file.sieve.refuse(unit_of < 0, "unknown_unit", value=file.units)
    conditions = [condition_for(catalogue, kind, code) for kind, code in file.classes]
    lives = []
    for row in np.flatnonzero(file.sieve.is_free).tolist():
        number = int(file.class_of[row])
        kind, code = file.classes[number]
        lives.append(
            Life(
                uid=file.uids[row],
                kind=kind,
                edition=file.edition,
                class_code=code,
                condition=conditions[number],
                text=(file.texts[row] or file.types[row])[:TEXT_CHARS],
                place=file.places[row][:PLACE_CHARS],
                source=Source(file.sources[row]) if file.sources[row] in SOURCES else Source.PLATFORM,
                x_mm=int(file.x_mm[row]),
                y_mm=int(file.y_mm[row]),
                grid=GridCode(str(finder.codes[int(where[row])])),
                unit=units[names[int(unit_of[row])]],
                opened_ms=int(file.opened_ms[row]),
                closed_ms=int(file.closed_ms[row]),
            )
        )
    return lives


def counted(file: CaseFile, until_ms: int, not_taken: Mapping[str, str]) -> list[FileCase]:
    """What the file says at `until_ms` (0: at its end); `not_taken` are reports the centre refused, and why."""
    refused = {one.row: one.code for one in file.sieve.refusals(file.rows)}
    cases = []
    opened, closed = file.opened_ms.tolist(), file.closed_ms.tolist()
    for row in range(file.rows):
        if until_ms and opened[row] > until_ms:
            continue
        is_closed = bool(closed[row]) and not (until_ms and closed[row] > until_ms)
        why = refused.get(row) or not_taken.get(file.uids[row], "")
        cases.append(FileCase(file.uids[row], file.types[row], opened[row], is_closed, why))
    return cases
