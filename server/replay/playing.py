"""A replay from its file to its balance: read, check against the centre, feed, compare. Says in lines how it goes."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import msgspec

from casework.catalogue.model import Catalogue
from casework.clock.working import zone_of
from casework.workflow import OPEN_STAGES
from server.centre import wall_ms
from server.cities import CityPlan, empty_city
from server.founding import Ground
from server.imports.profile import Profile, ProfileFault, find_profile
from server.imports.sheets import Unreadable
from server.replay.case_file import CaseFile, counted, lives_of, open_sheet, read_cases
from server.replay.centre_rows import CentreRows, Ended, Told
from server.replay.feeding import CannotReplay, Door, Fed, Feeding, feed
from server.replay.ground import found_in, ground_for
from server.replay.tally import CentreCase, Tally, tally

Catalogues = Mapping[str, Catalogue]
Say = Callable[[str], None]


class Played(msgspec.Struct, frozen=True):
    """What was done, and the two sides of the balance; no balance where it was stopped."""

    fed: Fed
    tally: Tally | None


def profile_named(name: str) -> Profile:
    """A shipped profile or one in a file. Raises CannotReplay."""
    try:
        return find_profile(name)
    except ProfileFault as fault:
        raise CannotReplay(f"the profile {name} cannot be used: {fault}") from fault


def ground_of_file(path: Path, profile: Profile, catalogues: Catalogues) -> Ground:
    """What a centre for this file is founded with. Raises CannotReplay, CannotFound."""
    town = profile.city
    if not (town.name and town.epsg and town.zone):
        raise CannotReplay("the profile's [city] must say name, epsg and zone of the city to be founded")
    with reading(path):
        told = found_in(open_sheet(path, profile), profile, catalogues)
    return ground_for(told, empty_city(CityPlan(town.name, town.epsg, town.zone)))


def read_file(path: Path, profile: Profile, rows: CentreRows, catalogues: Catalogues) -> CaseFile:
    """The file, checked against the centre. Raises CannotReplay."""
    grids = {str(grid.code): grid for grid in rows.grids()}
    units = {str(unit.id): unit for unit in rows.units()}
    with reading(path):
        return read_cases(path, profile, rows.city(), grids, units, catalogues, wall_ms())


@contextlib.contextmanager
def reading(path: Path) -> Iterator[None]:
    """What is wrong with a file, as a sentence."""
    if not path.is_file():
        raise CannotReplay(f"there is no file {path}")
    try:
        yield
    except Unreadable as fault:
        raise CannotReplay(f"{path.name} cannot be read: {fault}") from fault


def play(asked: Feeding, path: Path, profile: Profile, catalogues: Catalogues, say: Say) -> Played:
    """Feeds the file and compares. Raises CannotReplay."""
    rows = Door(asked).rows()
    file = read_file(path, profile, rows, catalogues)
    lives = lives_of(file, rows.unit_names(), catalogues)
    there = rows.standings()
    known = sum(life.uid in there for life in lives)
    say(f"{file.rows:,} rows, {file.sieve.count:,} refused, {known:,} at the centre already")
    zone = zone_of(rows.city().calendar)
    fed = feed(asked, rows, lives, zone, say)
    if fed.is_stopped:
        return Played(fed, None)
    found = counted(file, asked.until_ms, fed.refused)
    return Played(fed, tally(found, at_the_centre(fed.rows), zone))


def at_the_centre(rows: CentreRows) -> dict[str, CentreCase]:
    """What the centre has, by the number at the source: when it was told, and whether it is closed."""
    told = {report.uid: report.told_ms for report in rows.all("report", Told) if report.uid}
    return {
        case.uid: CentreCase(told.get(case.uid, 0), case.stage not in OPEN_STAGES)
        for case in rows.all("case", Ended)
        if case.uid
    }
