"""A centre's first rows for a case file without a city around it: its own lattice of grids, its units, and hands.

Promises: everything is found from the file and its profile, so that the same file founds the same city; every unit the
file names is there with a machine account that works for it; the people at the desks have the log-in names of the
demonstration city. Accounts are for this machine alone, as all demonstration accounts.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from zoneinfo import ZoneInfo

import msgspec
import numpy as np

from casework.assist.duty import topic_of
from casework.catalogue.model import Catalogue, Kind
from casework.entities.city import City
from casework.entities.duty_grid import DutyGrid
from casework.entities.duty_layer import DutyLayer
from casework.entities.person import Person
from casework.entities.unit import Unit
from casework.entities.unit_grid import UnitGrid
from casework.ids import GridCode, LayerId, PersonId, UnitId
from casework.workflow import Post
from server.demo.people import HALL
from server.founding import CannotFound, Ground, Row
from server.imports.classes import UNKNOWN, classed
from server.imports.fields import Fields
from server.imports.places import pipeline_for
from server.imports.placing import OK, place_rows
from server.imports.profile import Profile
from server.imports.sheets import Sheet
from server.imports.times import instants
from server.replay.case_file import UNNAMED, unit_names
from server.replay.course import words_for
from server.replay.feeding import HAND, INTAKE
from server.replay.lattice import Ints, core, lattice, unit_grids, work_grids

NO_DISTRICT = "990001"
LAYERS_MOST = 60
UNITS_MOST = 999
HALL_HANDS: tuple[tuple[str, str, Post], ...] = (
    (f"{HAND}-accept", "受理席（重演）", Post.ACCEPTOR),
    (f"{HAND}-lead", "值班长席（重演）", Post.DUTY_LEADER),
    (f"{HAND}-dispatch", "派遣席（重演）", Post.DISPATCHER),
)


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """What a file says of its city, one element for each of its rows that can be placed."""

    edition: str
    x_mm: Ints
    y_mm: Ints
    districts: Sequence[str]
    units: Sequence[str]
    classes: Sequence[tuple[Kind, str]]
    started: str  # the day the file begins


def ground_for(found: Found, blank: City) -> Ground:
    """The rows; `blank` is a city of which nothing is known but its plan."""
    is_core = core(found.x_mm, found.y_mm)
    near = np.flatnonzero(is_core).tolist()
    cells = lattice(found.x_mm[is_core], found.y_mm[is_core], [found.districts[k] for k in near])
    grids = unit_grids(cells, found.started)
    west, south, east, north = cells.bounds_mm
    city = msgspec.structs.replace(
        blank, edition=found.edition, west_mm=west, south_mm=south, east_mm=east, north_mm=north
    )
    units = units_of(found.units, found.districts[near[0]] if near else NO_DISTRICT)
    layers, duties = duty_of(found, units, grids)
    people = people_of(units)
    rows: list[Row] = [("city", city)]
    rows += [("unit", unit) for unit in units]
    rows += [("work_grid", work) for work in work_grids(grids)]
    rows += [("unit_grid", grid) for grid in grids]
    rows += [("duty_layer", layer) for layer in layers]
    rows += [("duty_grid", duty) for duty in duties]
    rows += [("person", person) for person in people]
    return Ground(rows, demo_accounts=people)


def found_in(sheet: Sheet, profile: Profile, catalogues: Mapping[str, Catalogue]) -> Found:
    """What a file says of its city. Raises Unreadable, and CannotFound where no row has a place, a class and a time."""
    fields = Fields(sheet, profile)
    placed = place_rows(sheet, profile, pipeline_for(sheet, profile, profile.city.epsg))
    kinds = classed(fields, profile, catalogues, "", tuple(Kind))
    opened, form = instants(fields.column("opened").tolist(), profile.time)
    rows = np.flatnonzero((placed.code == OK) & (kinds.of != UNKNOWN) & (form >= 0))
    if not len(rows):
        raise CannotFound("no row of the file can be placed: there is nothing to found a city on")
    districts = district_of(
        fields.column("district")[rows].tolist(), profile.codes.districts, _constant(profile)
    )
    zone = ZoneInfo(profile.city.zone or profile.time.zone)
    return Found(
        edition=kinds.edition,
        x_mm=placed.x_mm[rows],
        y_mm=placed.y_mm[rows],
        districts=districts,
        units=unit_names(fields)[rows].tolist(),
        classes=[kinds.classes[number] for number in kinds.of[rows].tolist()],
        started=words_for(int(opened[rows].min()), zone)[:10],
    )


def _constant(profile: Profile) -> str:
    """The district of all rows, where the profile knows only one."""
    if profile.codes.district:
        return profile.codes.district
    return "" if profile.codes.districts or "district" in profile.fields else NO_DISTRICT


def units_of(names: Iterable[str], district: str) -> list[Unit]:
    """One for each name in the file, those with most cases first; the code of the place, then a number."""
    counted = Counter(names)
    ranked = sorted(counted, key=lambda name: (-counted[name], name))
    return [
        Unit(UnitId(f"{district}{number:03d}"), name or UNNAMED)
        for number, name in enumerate(ranked[:UNITS_MOST], start=1)
    ]


def duty_of(
    found: Found, units: Sequence[Unit], grids: Sequence[UnitGrid]
) -> tuple[list[DutyLayer], list[DutyGrid]]:
    """Each class is answered for by the unit that had most of its cases, everywhere: a layer for each such unit."""
    by_name = {unit.name: unit for unit in units}
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for (kind, code), name in zip(found.classes, found.units, strict=True):
        counts[topic_of(kind, found.edition, code)][name] += 1
    answers: dict[str, list[str]] = defaultdict(list)
    weight: Counter[str] = Counter()
    for topic, counted in sorted(counts.items()):
        name, times = min(counted.items(), key=lambda item: (-item[1], item[0]))
        if name in by_name:
            answers[name].append(topic)
            weight[name] += times
    everywhere = tuple(sorted(GridCode(grid.code) for grid in grids))
    layers, duties = [], []
    ranked = sorted(answers, key=lambda name: (-weight[name], name))[:LAYERS_MOST]
    for number, name in enumerate(ranked, start=1):
        unit = by_name[name]
        layer = LayerId(f"L{number:02d}")
        layers.append(DutyLayer(layer, name, name, 1, tuple(answers[name])))
        duties.append(DutyGrid(f"{layer}-01", layer, unit.id, name, everywhere))
    return layers, duties


def people_of(units: Sequence[Unit]) -> list[Person]:
    """The people at the desks, and a hand for every post and unit."""
    people = [Person(PersonId(login), name, frozenset(posts)) for login, name, posts in HALL]
    people += [Person(INTAKE, "热线对接", frozenset({Post.INTAKE}))]
    people += [Person(PersonId(login), name, frozenset({post})) for login, name, post in HALL_HANDS]
    people += [
        Person(PersonId(f"{HAND}-{unit.id}"), unit.name, frozenset({Post.UNIT_OPERATOR}), unit.id)
        for unit in units
    ]
    return people


def district_of(values: Sequence[str], districts: Mapping[str, str], constant: str) -> list[str]:
    """Six digits for each row: the profile's constant, or its table, or the value itself where it is a code."""
    if constant:
        return [constant] * len(values)
    told = {
        value: districts.get(value) or (value if _is_code(value) else NO_DISTRICT) for value in set(values)
    }
    return [told[value] for value in values]


def _is_code(text: str) -> bool:
    return len(text) == 6 and text.isascii() and text.isdigit()
