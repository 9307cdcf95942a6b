"""A case file as lives to be lived again, and as its own counts: read and checked as an import of it would be.

Promises: every row is either a life or refused with a coded reason and its place in the file. What the file counts as
open and as closed (`counted`) is taken from the file alone and knows nothing of the centre.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec
import numpy as np

from casework.catalogue.model import Catalogue
from casework.entities.city import City
from casework.entities.delivery import DeliveryKind
from casework.entities.unit import Unit
from casework.entities.unit_grid import UnitGrid
from casework.ids import GridCode, UnitId
from casework.workflow import Source
from server.imports.cases import Lives, read_lives
from server.imports.fields import Fields, is_empty
from server.imports.profile import Kind as FileKind
from server.imports.profile import Profile
from server.imports.reading import read_sheet
from server.imports.sheets import Column, Sheet, Unreadable
from server.imports.sieve import Sieve
from server.imports.standing import Row, Standing
from server.paths import Paths
from server.replay.course import Life, condition_for
from server.replay.tally import FileCase

UNNAMED = "（未注明）"  # the unit of rows that name none


class CaseFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file, read and checked. `types` are its own words; `sieve` says what stands against a row."""

    sheet: Sheet
    sieve: Sieve
    lives: Lives
    types: Column
    unit_names: Column

    @property
    def rows(self) -> int:
        return self.sheet.rows

    def closed_ms(self) -> list[int]:
        """When each row ended, 0 where it is open; one that is closed without a time ended as it began."""
        lives = self.lives
        ended = np.maximum(lives.closed_ms, lives.opened_ms)
        told: list[int] = np.where(lives.is_open, 0, ended).tolist()
        return told


def open_sheet(path: Path, profile: Profile) -> Sheet:
    """The file as columns. Raises Unreadable, also where the profile is not one of cases."""
    if profile.kind is not FileKind.CASES:
        raise Unreadable("profile_of_another_kind", kind=profile.kind)
    return read_sheet(path, profile)


def read_cases(
    path: Path,
    profile: Profile,
    city: City,
    grids: Mapping[str, UnitGrid],
    units: Mapping[str, Unit],
    catalogues: Mapping[str, Catalogue],
    now_ms: int,
) -> CaseFile:
    """The file checked against a city. Raises Unreadable."""
    sheet = open_sheet(path, profile)
    standing = Standing(
        paths=Paths(Path()),
        kind=DeliveryKind.CASES,
        now_ms=now_ms,
        head=0,
        deliveries=0,
        catalogues=catalogues,
        city_row=Row(0, 0, city),
        units={key: Row(0, 0, unit) for key, unit in units.items()},
        unit_grids={key: Row(0, 0, grid) for key, grid in grids.items()},
    )
    lives, sieve = read_lives(sheet, profile, standing)
    # A closed case may lie in no grid where it only enters the archive; here it is reported, and has to.
    sieve.refuse(is_empty(lives.grids), "no_grid")
    fields = Fields(sheet, profile)
    names = unit_names(fields)
    known = {unit.name: key for key, unit in units.items()} | {key: key for key in units}
    sieve.refuse(np.array([name not in known for name in names], dtype=np.bool_), "unknown_unit", unit=names)
    return CaseFile(sheet=sheet, sieve=sieve, lives=lives, types=fields.column("class"), unit_names=names)


def unit_names(fields: Fields) -> Column:
    """What each row calls its unit; a row that names none has the one that stands for them."""
    named = fields.column("unit").copy()
    named[is_empty(named)] = UNNAMED
    return named


def lives_of(file: CaseFile, units: Mapping[str, UnitId], catalogues: Mapping[str, Catalogue]) -> list[Life]:
    """The rows that nothing stands against, in the order of the file. `units` are ids by id and by name."""
    told = file.lives
    edition = told.classes.edition
    first = [condition_for(catalogues[edition], kind, code) for kind, code in told.classes.classes]
    opened, closed, class_of = told.opened_ms.tolist(), file.closed_ms(), told.classes.of.tolist()
    lives = []
    for row in np.flatnonzero(file.sieve.is_free).tolist():
        kind, code = told.classes.classes[class_of[row]]
        lives.append(
            Life(
                uid=told.uids[row],
                kind=kind,
                edition=edition,
                class_code=code,
                condition=told.conditions[row] or first[class_of[row]],
                text=told.texts[row],
                place=told.places[row],
                source=Source(told.sources[row]),
                x_mm=int(told.x_mm[row]),
                y_mm=int(told.y_mm[row]),
                grid=GridCode(str(told.grids[row])),
                unit=units[file.unit_names[row]],
                opened_ms=opened[row],
                closed_ms=closed[row],
            )
        )
    return lives


def counted(file: CaseFile, until_ms: int, not_taken: Mapping[str, str]) -> list[FileCase]:
    """What the file says at `until_ms` (0: at its end); `not_taken` are reports the centre refused, and why."""
    refused = {one.row: one.code for one in file.sieve.refusals(file.rows)}
    cases = []
    opened, closed, uids = file.lives.opened_ms.tolist(), file.closed_ms(), file.lives.uids
    for row in range(file.rows):
        if until_ms and opened[row] > until_ms:
            continue
        is_closed = bool(closed[row]) and not (until_ms and closed[row] > until_ms)
        why = refused.get(row) or not_taken.get(uids[row], "")
        cases.append(FileCase(uids[row], file.types[row], opened[row], is_closed, why))
    return cases
