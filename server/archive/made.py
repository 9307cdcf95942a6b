"""Archived cases of a demonstration city: three years of closed cases before those it is founded with.

Promises: the same ground, count, seed and instant give the same cases; a million take well under a minute, because
everything is drawn by column; no name, number or address of a person is in them, and whoever is shown them can be told
that they are generated (server.archive.cases keeps that). The lives are drawn, not performed by the rules: these cases
are closed and nothing can be done with them but to be found.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
import numpy.typing as npt
import shapely

from casework.catalogue.model import Catalogue
from casework.clock.deadline import HOUR_MS
from casework.clock.model import Calendar, TimeUnit
from casework.clock.working import day_ms, local, work_table, zone_of
from casework.entities.city import City
from casework.entities.duty_grid import DutyGrid
from casework.entities.duty_layer import DutyLayer, answering
from casework.entities.unit import Unit
from casework.entities.unit_grid import UnitGrid
from casework.workflow import Stage
from server.archive.cases import ArchivedCases, Ints
from server.archive.wording import Phrase, phrases_of, texts
from server.demo import params, rhythm
from server.demo.cases import EDITION, SOURCES
from server.demo.city import DemoCity
from server.demo.params import Matters
from server.demo.places import addresses, gazetteer

YEARS_DAYS = 3 * 365
RECENT_DAYS = 120  # more than any founded city's own cases reach back
MOST_SPOTS = 200_000
SPOT_CASES = 5  # about so many cases at one spot
ROADSIDE = frozenset({"main", "minor", "any_road", "market", "component"})
HOT_SHARE = 0.3
SIDE_MM = 6_000.0
MINUTE_MS = rhythm.MINUTE_MS
DAY_MS = rhythm.DAY_MS
CLOSED_ENDS_MS = HOUR_MS  # the last of them was closed at least so long ago

Floats = npt.NDArray[np.float64]
Words = npt.NDArray[np.object_]


class CityView(msgspec.Struct, frozen=True):
    """What of a city cases stand on. Roads (two points or more) and marks by name, in mm of the city's plane."""

    city: City
    units: Sequence[Unit]
    unit_grids: Sequence[UnitGrid]
    duty_layers: Sequence[DutyLayer]
    duty_grids: Sequence[DutyGrid]
    roads: Sequence[tuple[str, Ints]]
    marks: Sequence[tuple[str, int, int]]
    catalogue: Catalogue  # of the edition cases are coded in


class _Spots(msgspec.Struct, frozen=True):
    """Places where something happens again and again."""

    xy_mm: Ints
    grid: Ints
    place: Words
    is_roadside: npt.NDArray[np.bool_]


def archived_cases(
    city_view: CityView, count: int, seed: int, as_of_ms: int, recent_days: int = RECENT_DAYS
) -> ArchivedCases:
    """`count` closed cases of three years, in the order of their keys.

    None was told in the `recent_days` before `as_of_ms`: a founded city has its own cases of these, and no number is
    given twice.
    """
    rng = np.random.default_rng([seed, 0xA7C])
    plan = params.matters()
    phrases = phrases_of(plan, city_view.catalogue)
    weights = np.array([phrase.weight for phrase in phrases])
    phrase = rng.choice(len(phrases), count, p=weights / weights.sum())
    told = _arrivals(rng, city_view.city, phrases, phrase, as_of_ms, recent_days)
    registered = told + _minutes(rng, count, 1.6, 0.6)
    order = np.argsort(registered, kind="stable")
    phrase, registered = phrase[order], registered[order]
    spots = _spots(rng, city_view, max(2_000, min(count // SPOT_CASES, MOST_SPOTS)))
    spot = _where(rng, spots, phrases, phrase)
    sources = rng.choice(
        len(SOURCES), count, p=np.array([w for _, w in SOURCES]) / sum(w for _, w in SOURCES)
    )
    is_filed = rng.random(count) > np.where(sources == 0, 0.02, 0.09)
    condition, due, closed = _clocks(
        rng, city_view.city.calendar, phrases, phrase, registered, is_filed, as_of_ms
    )
    answers = _answers(rng, city_view, plan)
    matter_of = np.array([one.index for one in phrases])[phrase]
    unit = np.where(is_filed, answers[matter_of, spots.grid[spot]], len(city_view.units))
    return ArchivedCases(
        keys=_keys(city_view.city, registered),
        uids=[""] * count,
        kinds=_of([one.matter.kind.value for one in phrases], phrase),
        editions=[EDITION] * count,
        class_codes=_of([one.matter.code for one in phrases], phrase),
        conditions=condition,
        units=_of([*(unit.id for unit in city_view.units), ""], unit),
        grids=_of([grid.code for grid in city_view.unit_grids], spots.grid[spot]),
        x_mm=spots.xy_mm[spot, 0] + rng.integers(-3_000, 3_001, count),
        y_mm=spots.xy_mm[spot, 1] + rng.integers(-3_000, 3_001, count),
        registered_ms=registered,
        due_ms=due,
        closed_ms=closed,
        stages=_of([Stage.NOT_FILED.value, Stage.CLOSED.value], is_filed.astype(np.int64)),
        sources=_of([source.value for source, _ in SOURCES], sources),
        places=spots.place[spot].tolist(),
        texts=texts(rng, plan, phrases, phrase, sources, is_filed),
    )


def _of(words: Sequence[str], which: Ints) -> list[str]:
    chosen: list[str] = np.array(words, dtype=object)[which].tolist()
    return chosen


def _minutes(rng: np.random.Generator, count: int, middle: float, width: float) -> Ints:
    """Spans about `middle` minutes, a bell on the logarithm, in ms."""
    return np.asarray(middle * np.exp(width * rng.standard_normal(count)) * MINUTE_MS, dtype=np.int64)


def _arrivals(
    rng: np.random.Generator, city: City, phrases: list[Phrase], phrase: Ints, as_of_ms: int, recent_days: int
) -> Ints:
    """When each was told: by the rhythm of the days and of the kind's hours, before the founded city's own cases."""
    beat = rhythm.pace(city, as_of_ms)
    last = msgspec.structs.replace(beat, as_of_ms=beat.midnight(as_of_ms) - recent_days * DAY_MS)
    return rhythm.arrivals(rng, last, _of([one.matter.hours for one in phrases], phrase), YEARS_DAYS)


def _spots(rng: np.random.Generator, view: CityView, count: int) -> _Spots:
    """Points beside named roads and inside grids, those outside of every grid left out, with their addresses."""
    cells = np.array([shapely.Polygon(np.array(grid.ring_mm).reshape(-1, 2)) for grid in view.unit_grids])
    named = [(name, points) for name, points in view.roads if name]
    lines = np.array([shapely.LineString(points) for _, points in named], dtype=object)
    beside = _roadside(rng, lines, count * 2 // 3 if len(lines) else 0)
    points = np.concatenate([beside, _inside(rng, cells, count - len(beside))])
    point, cell = shapely.STRtree(cells).query(shapely.points(points), predicate="intersects")
    point, first = np.unique(point, return_index=True)
    kept = np.rint(points[point])
    if len(lines):
        book = gazetteer(
            [name for name, _ in named], lines, [(n, float(x), float(y)) for n, x, y in view.marks]
        )
        place = addresses(rng, book, kept)
    else:
        place = [view.unit_grids[k].community for k in cell[first].tolist()]
    return _Spots(kept.astype(np.int64), cell[first], np.array(place, dtype=object), point < len(beside))


def _roadside(rng: np.random.Generator, lines: Words, count: int) -> Floats:
    if not count:
        return np.empty((0, 2))
    lengths = shapely.length(lines)
    road = rng.choice(len(lines), count, p=lengths / lengths.sum())
    at = rng.random(count) * lengths[road]
    points = shapely.get_coordinates(shapely.line_interpolate_point(lines[road], at))
    return np.asarray(points + rng.normal(0, SIDE_MM, points.shape))


def _inside(rng: np.random.Generator, cells: Words, count: int) -> Floats:
    """Between a grid's middle and one of its corners."""
    corners, of = shapely.get_coordinates(shapely.get_exterior_ring(cells), return_index=True)
    starts = np.concatenate([[0], np.cumsum(np.bincount(of, minlength=len(cells)))])
    cell = rng.integers(0, len(cells), count)
    corner = corners[starts[cell] + (rng.random(count) * (starts[cell + 1] - starts[cell])).astype(np.int64)]
    middle = shapely.get_coordinates(shapely.centroid(cells))[cell]
    return np.asarray(middle + (corner - middle) * (0.9 * np.sqrt(rng.random(count)))[:, None])


def _where(rng: np.random.Generator, spots: _Spots, phrases: list[Phrase], phrase: Ints) -> Ints:
    """A spot for each; some spots see the same trouble again and again."""
    is_roadside = np.array([one.matter.where in ROADSIDE for one in phrases])[phrase]
    spot = np.zeros(len(phrase), dtype=np.int64)
    for side in (True, False):
        pool = np.flatnonzero(spots.is_roadside == side)
        pool = pool if len(pool) else np.arange(len(spots.grid))
        mine = np.flatnonzero(is_roadside == side)
        chosen = rng.integers(0, len(pool), len(mine))
        hot = rng.random(len(mine)) < HOT_SHARE
        chosen[hot] = np.minimum(rng.zipf(1.3, int(hot.sum())), 10**9) * 7919 % len(pool)
        spot[mine] = pool[chosen]
    return spot


def _clocks(
    rng: np.random.Generator,
    calendar: Calendar,
    phrases: list[Phrase],
    phrase: Ints,
    registered: Ints,
    is_filed: npt.NDArray[np.bool_],
    as_of_ms: int,
) -> tuple[list[str], Ints, Ints]:
    """The condition, when it was due (0: never filed) and when it ended, mostly in good time."""
    count = len(phrase)
    condition = np.empty(count, dtype=object)
    due = np.zeros(count, dtype=np.int64)
    filed = registered + _minutes(rng, count, 14.0, 0.6)
    timetable = Timetable(calendar, int(registered.min(initial=as_of_ms)))
    for index, mine in _groups(phrase, len(phrases)):
        one = phrases[index]
        chosen = rng.choice(len(one.conditions), len(mine), p=one.chances)
        condition[mine] = np.array([each.id for each in one.conditions], dtype=object)[chosen]
        for k, each in enumerate(one.conditions):
            those = mine[chosen == k]
            due[those] = timetable.due(filed[those], each.limit.value, each.limit.unit)
    share = np.where(rng.random(count) < 0.93, rng.beta(1.6, 2.4, count), 1.02 + 0.8 * rng.random(count) ** 2)
    finished = filed + ((due - filed) * share).astype(np.int64) + _minutes(rng, count, 25.0, 0.6)
    closed = np.where(is_filed, finished + _minutes(rng, count, 70.0, 0.6), filed)
    condition[~is_filed] = ""
    return condition.tolist(), np.where(is_filed, due, 0), np.minimum(closed, as_of_ms - CLOSED_ENDS_MS)


def _groups(phrase: Ints, count: int) -> list[tuple[int, Ints]]:
    """Which cases tell of their matter in which way."""
    order = np.argsort(phrase, kind="stable")
    ends = np.searchsorted(phrase[order], np.arange(count + 1))
    return [(k, order[ends[k] : ends[k + 1]]) for k in range(count) if ends[k] < ends[k + 1]]


class Timetable:
    """The working time of the years as arrays: what `casework.clock.deadline.due` says, for many at once."""

    def __init__(self, calendar: Calendar, first_ms: int) -> None:
        table = work_table(calendar, local(zone_of(calendar), first_ms).year, 6)
        self._starts = np.array(table.starts, dtype=np.int64)
        self._ends = np.array(table.ends, dtype=np.int64)
        self._before = np.array(table.before, dtype=np.int64)
        self._day_ms = day_ms(calendar)

    def due(self, start: Ints, value: int, unit: TimeUnit) -> Ints:
        if unit is TimeUnit.WORKING_DAY:
            return self._worked_off(start, value * self._day_ms)
        if unit is TimeUnit.WORKING_HOUR:
            return self._worked_off(start, value * HOUR_MS)
        span = {TimeUnit.DAY: DAY_MS, TimeUnit.MINUTE: MINUTE_MS}.get(unit, HOUR_MS)
        return np.asarray(start + value * span)

    def _worked_off(self, start: Ints, span: int) -> Ints:
        at = np.searchsorted(self._starts, start, "right") - 1
        gone = np.minimum(start, self._ends[at]) - self._starts[at]
        target = np.where(at >= 0, self._before[at] + gone, 0) + span
        at = np.maximum(np.searchsorted(self._before, target, "left") - 1, 0)
        return np.asarray(np.maximum(self._starts[at] + target - self._before[at], start))


def _answers(rng: np.random.Generator, view: CityView, plan: Matters) -> Ints:
    """The unit (its index) that answers for a matter in a grid: by the duty layers, else by its trade near there."""
    index_of = {unit.id: k for k, unit in enumerate(view.units)}
    grid_of = {grid.code: k for k, grid in enumerate(view.unit_grids)}
    laid: dict[str, Ints] = {
        layer.id: np.full(len(grid_of), -1, dtype=np.int64) for layer in view.duty_layers
    }
    for one in view.duty_grids:
        here = [grid_of[code] for code in one.grids if code in grid_of]
        if one.layer in laid and one.unit in index_of:
            laid[one.layer][here] = index_of[one.unit]
    districts = np.array([grid.code[:6] for grid in view.unit_grids])
    lot = rng.integers(0, 1 << 30, len(grid_of))
    found = np.full((len(plan.matters), len(grid_of)), -1, dtype=np.int64)
    for row, matter in enumerate(plan.matters):
        for layer in answering(view.duty_layers, f"{matter.kind}:{matter.code}"):
            found[row] = np.where(found[row] < 0, laid[layer.id], found[row])
        for district in np.unique(districts).tolist():
            lacking = np.flatnonzero((found[row] < 0) & (districts == district))
            able = _able(view.units, matter.by, district)
            if len(lacking) and len(able):
                found[row, lacking] = able[lot[lacking] % len(able)]
    return np.where(found < 0, len(view.units), found)


def _able(units: Sequence[Unit], trade: str, district: str) -> Ints:
    """Units of the trade in the district, else in the city, else any of the district, else any."""
    all_of = list(enumerate(units))
    of_trade = [(k, unit) for k, unit in all_of if unit.trade == trade]
    rings = (
        [k for k, unit in of_trade if unit.district == district],
        [k for k, unit in of_trade if not unit.district],
        [k for k, unit in all_of if unit.district == district],
        [k for k, _ in all_of],
    )
    return np.array(next((ring for ring in rings if ring), []), dtype=np.int64)


def _keys(city: City, registered: Ints) -> list[str]:
    """Case numbers: the local day of registration and the order in it. `registered` is in order."""
    # By hours of the wall clock: a zone may have had summer time in some of the years.
    hours, of = np.unique(registered // HOUR_MS, return_inverse=True)
    zone = zone_of(city.calendar)
    days = np.array([int(f"{local(zone, int(hour) * HOUR_MS):%Y%m%d}") for hour in hours])[of.ravel()]
    first = np.searchsorted(days, days, "left")
    order = np.arange(len(days)) - first + 1
    return [f"{day}{number:04d}" for day, number in zip(days.tolist(), order.tolist(), strict=True)]


def view_of(made: DemoCity, catalogue: Catalogue) -> CityView:
    """The view of a city that was just generated."""
    origin = np.array(made.origin_mm, dtype=np.int64)
    roads = [
        (one.name, one.points + origin) for one in made.base if one.layer in ("road", "minor") and one.name
    ]
    labels = [one for one in made.base if one.layer == "label" and one.name]
    spots = [(one.points[0] + origin).tolist() for one in labels]
    return CityView(
        city=made.city,
        units=made.units,
        unit_grids=made.unit_grids,
        duty_layers=made.duty_layers,
        duty_grids=made.duty_grids,
        roads=[road for road in roads if len(road[1]) > 1],
        marks=[(one.name, x, y) for one, (x, y) in zip(labels, spots, strict=True)],
        catalogue=catalogue,
    )
