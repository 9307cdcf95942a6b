"""Weeks of cases: what, where, from whom, told in which words, and how far each has come.

Promises: as many as asked for, numbered by the day and the order of registration; every life is performed by the
rules themselves (journeys); the open ones are spread over all stages, most in good time, a few late.
"""

from __future__ import annotations

from collections import Counter

import msgspec
import numpy as np

from casework.catalogue.model import Catalogue, Condition, Kind
from casework.clock.model import TimeUnit
from casework.commands.register import Register
from casework.entities.city import City
from casework.entities.request import RequestKind
from casework.entities.unit import Unit
from casework.ids import CaseId, ComponentId, GridCode
from casework.workflow import Flag, Source, Stage
from server.demo import rhythm
from server.demo.admin import Areas
from server.demo.components import Components
from server.demo.grids import Partition
from server.demo.journeys import Seed, Steps
from server.demo.lattice import Floats, Ints
from server.demo.params import Matters, Names
from server.demo.people import masked_reporter
from server.demo.places import Gazetteer, addresses
from server.demo.spots import HOT_QUARTERS, Pool, draw
from server.demo.texts import condition_of, report_text
from server.demo.units import Body

EDITION = "2026"
PLAIN_POOL = "cell"
SOURCES = (
    (Source.SUPERVISOR, 60.0),
    (Source.HOTLINE, 21.0),
    (Source.CITIZEN, 11.0),
    (Source.VIDEO, 4.0),
    (Source.PLATFORM, 2.2),
    (Source.LEADER, 0.7),
    (Source.MEDIA, 0.6),
    (Source.SENSOR, 0.5),
)
# How many of 480 open cases stand at each stage.
STANDING = {
    Stage.REGISTERED: 6,
    Stage.VERIFYING: 11,
    Stage.AWAITING_FILING: 4,
    Stage.AWAITING_DISPATCH: 30,
    Stage.HANDLING: 404,
    Stage.AWAITING_CHECK: 9,
    Stage.CHECKING: 8,
    Stage.AWAITING_CLOSE: 8,
}
LATE = {Stage.AWAITING_DISPATCH: 2, Stage.HANDLING: 7, Stage.AWAITING_CHECK: 1}
SUSPENDED = 4
HOURS_OF = {
    TimeUnit.WORKING_DAY: 34.0,
    TimeUnit.WORKING_HOUR: 4.2,
    TimeUnit.DAY: 24.0,
    TimeUnit.HOUR: 1.0,
    TimeUnit.URGENT_WORKING_HOUR: 1.0,
    TimeUnit.MINUTE: 0.02,
}


class Land(msgspec.Struct, frozen=True):
    """What the generator has built so far; cases stand on it. Points local, `origin` makes them the city's."""

    part: Partition
    areas: Areas
    parts: Components
    body: Body
    layer_units: dict[str, Ints]
    pools: dict[str, Pool]
    book: Gazetteer
    origin: tuple[int, int]


class Span(msgspec.Struct, frozen=True):
    """How many cases in all, how many of them open, and over how many days the others came."""

    cases: int
    open_cases: int
    days: int = 90


class Happening(msgspec.Struct, frozen=True):
    """Columns of one length: which matter, where, and which component."""

    matter: Ints
    points: Floats
    cell: Ints
    component: Ints  # -1: none
    place: list[str]


def happenings(rng: np.random.Generator, plan: Matters, land: Land, weights: Floats, count: int) -> Happening:
    """Matters by weight, each at a plausible place."""
    matter = rng.choice(len(weights), count, p=weights / weights.sum())
    points = np.zeros((count, 2))
    cell = np.zeros(count, dtype=np.int64)
    component = np.full(count, -1, dtype=np.int64)
    for index in np.unique(matter).tolist():
        mine = np.flatnonzero(matter == index)
        one = plan.matters[index]
        if one.kind is Kind.COMPONENT:
            those = land.parts.of_class(one.code)
            often = np.minimum(rng.zipf(1.25, len(mine)), 10**6) * 37
            quarters = land.pools[PLAIN_POOL].quarters * HOT_QUARTERS
            if quarters > HOT_QUARTERS:
                often += rng.integers(0, quarters, len(mine)) * (len(those) // quarters)
            chosen = those[often % len(those)]
            plain = rng.random(len(mine)) < 0.7
            chosen[plain] = those[rng.integers(0, len(those), int(plain.sum()))]
            component[mine] = chosen
            points[mine] = np.stack([land.parts.x_mm[chosen], land.parts.y_mm[chosen]], axis=1)
            cell[mine] = land.parts.cell[chosen]
        else:
            points[mine], cell[mine] = draw(rng, land.part, land.pools[one.where], len(mine))
    return Happening(matter, points, cell, component, addresses(rng, land.book, points))


def seeds(
    rng: np.random.Generator,
    plan: Matters,
    names: Names,
    catalogue: Catalogue,
    land: Land,
    city: City,
    as_of_ms: int,
    span: Span,
) -> list[Seed]:
    """All lives to be performed, in the order of their registration."""
    total, standing = span.cases, span.open_cases
    beat = rhythm.pace(city, as_of_ms)
    draws = rhythm.Draws(rng)
    weights = _weights(plan, land)
    what = happenings(rng, plan, land, weights, total - standing)
    hours = [plan.matters[k].hours for k in what.matter.tolist()]
    told = rhythm.arrivals(rng, beat, hours, span.days)
    writer = Writer(rng, plan, names, catalogue, land, what)
    made = []
    for index in range(total - standing):
        page = writer.page(index, _source(draws, hours[index]))
        at_ms = int(told[index])
        steps = rhythm.whole_life(beat, draws, at_ms, page.source, page.condition.limit)
        while steps[-1][1] > as_of_ms - 5 * rhythm.MINUTE_MS:  # not over yet: it happened some days earlier
            at_ms -= (1 + int(5 * draws.even())) * rhythm.DAY_MS
            steps = rhythm.whole_life(beat, draws, at_ms, page.source, page.condition.limit)
        made.append(writer.seed(page, at_ms, steps, draws))
    made += _open_seeds(rng, plan, names, catalogue, land, beat, draws, standing)
    return sorted(made, key=lambda seed: (seed.steps[0][1], seed.told.x_mm, seed.told.y_mm, seed.told.text))


def _weights(plan: Matters, land: Land) -> Floats:
    """How often each matter happens; never, where the city has no component of its class."""
    return np.array(
        [
            float(one.weight) if one.kind is not Kind.COMPONENT or len(land.parts.of_class(one.code)) else 0.0
            for one in plan.matters
        ]
    )


def _source(draws: rhythm.Draws, hours: str) -> Source:
    """Supervisors see most by day; at night it is citizens who call."""
    at = draws.even() * sum(weight for _, weight in SOURCES)
    source = SOURCES[-1][0]
    for possible, weight in SOURCES:
        at -= weight
        if at <= 0:
            source = possible
            break
    if source is Source.SUPERVISOR and hours == "night" and draws.even() < 0.8:
        return Source.HOTLINE
    return source


def _open_seeds(
    rng: np.random.Generator,
    plan: Matters,
    names: Names,
    catalogue: Catalogue,
    land: Land,
    beat: rhythm.Pace,
    draws: rhythm.Draws,
    count: int,
) -> list[Seed]:
    """Cases that still stand somewhere. What takes long is met more often among those being handled."""
    plain = _weights(plan, land)
    slow = plain * np.array([_usual_hours(catalogue, one.kind, one.code) for one in plan.matters])
    made: list[Seed] = []
    for stage, share in STANDING.items():
        number = max(2, round(share * count / 480))
        if stage is Stage.HANDLING:
            number = count - sum(
                max(2, round(s * count / 480)) for k, s in STANDING.items() if k is not stage
            )
        late = min(_of_480(LATE[stage], count), max(1, number // 12)) if stage in LATE else 0
        what = happenings(rng, plan, land, slow if stage is Stage.HANDLING else plain, number)
        writer = Writer(rng, plan, names, catalogue, land, what)
        for index in range(number):
            source = _source(draws, plan.matters[int(what.matter[index])].hours)
            if stage in (Stage.REGISTERED, Stage.VERIFYING) and source is Source.SUPERVISOR:
                source = Source.HOTLINE if draws.even() < 0.65 else Source.CITIZEN
            page = writer.page(index, source)
            share_used = rhythm.stage_share(draws, index < late)
            steps, told = rhythm.waiting_life(beat, draws, stage, source, page.condition.limit, share_used)
            seed = writer.seed(page, told, steps, draws)
            if stage is Stage.HANDLING:
                seed = _with_marks(seed, index, (late, _of_480(SUSPENDED, count)), share_used, draws, beat)
            made.append(seed)
    return made


def _with_marks(
    seed: Seed,
    index: int,
    marked: tuple[int, int],
    share: float,
    draws: rhythm.Draws,
    beat: rhythm.Pace,
) -> Seed:
    """Some of what is being handled was urged, supervised or suspended; some units ask for more time."""
    flags: set[Flag] = set()
    asks: RequestKind | None = None
    if seed.steps[-1][0] != "receive":
        return seed
    late, suspended = marked
    if late <= index < late + suspended:
        flags.add(Flag.SUSPENDED)
        asks = RequestKind.SUSPENSION
    elif share > 0.8 and draws.even() < 0.45:
        flags.add(Flag.URGED)
    elif draws.even() < 0.02:
        flags.add(Flag.SUPERVISED)
    elif share > 0.45 and draws.even() < 0.05:
        asks = RequestKind.EXTENSION if draws.even() < 0.7 else RequestKind.SUSPENSION
    if not flags and asks is None:
        return seed
    last = seed.steps[-1][1]
    at_ms = last + int((beat.as_of_ms - last) * (0.4 + 0.55 * draws.even()))
    return msgspec.structs.replace(seed, flags=frozenset(flags), asks=asks, marked_ms=at_ms)


def _of_480(number: int, count: int) -> int:
    """As many as of 480 open cases, and no fewer in a smaller hall."""
    return max(number, round(number * count / 480))


def _usual_hours(catalogue: Catalogue, kind: Kind, code: str) -> float:
    """How long such a case lives, about: its conditions' mean limit in hours, the long ones cut."""
    limits = [condition.limit for condition in catalogue.conditions[(kind, code)]]
    return float(np.mean([min(limit.value * HOURS_OF[limit.unit], 170.0) for limit in limits]))


class Page(msgspec.Struct, frozen=True):
    """What is written of one happening."""

    index: int
    source: Source
    text: str
    condition: Condition


class Writer:
    """Puts happenings to words and gives each its unit."""

    def __init__(
        self,
        rng: np.random.Generator,
        plan: Matters,
        names: Names,
        catalogue: Catalogue,
        land: Land,
        what: Happening,
    ) -> None:
        self._rng = rng
        self._plan = plan
        self._names = names
        self._catalogue = catalogue
        self._land = land
        self._what = what

    def page(self, index: int, source: Source) -> Page:
        """The words of the happening at `index`."""
        matter = self._plan.matters[int(self._what.matter[index])]
        name = self._catalogue.classes[(matter.kind, matter.code)].name_zh
        text, hint = report_text(self._rng, self._plan, matter, name, source)
        return Page(index, source, text, condition_of(self._rng, self._catalogue, matter, hint))

    def seed(self, page: Page, told_ms: int, steps: Steps, draws: rhythm.Draws) -> Seed:
        """The life to be performed."""
        land, what, index = self._land, self._what, page.index
        matter = self._plan.matters[int(what.matter[index])]
        cell = int(what.cell[index])
        component = int(what.component[index])
        unit, trade = self._unit(matter.by, cell, component)
        street = land.body.rows[int(land.body.of_trade["street"][land.areas.street[cell]])]
        wrong = street if street.id != unit.id else self._unit("municipal", cell, -1)[0]
        is_public = page.source in rhythm.PUBLIC
        told = Register(
            case=CaseId(""),
            source=page.source,
            kind=matter.kind,
            edition=EDITION,
            class_code=matter.code,
            text=page.text,
            place=what.place[index],
            x_mm=land.origin[0] + int(what.points[index, 0]),
            y_mm=land.origin[1] + int(what.points[index, 1]),
            grid=GridCode(land.areas.codes[cell]),
            condition=page.condition.id if draws.even() < 0.5 else "",
            component=ComponentId(land.parts.keys[component]) if component >= 0 else ComponentId(""),
            reporter=masked_reporter(self._rng, self._names) if is_public else "",
            is_reply_wanted=is_public and draws.even() < 0.45,
        )
        return Seed(
            told=told,
            told_ms=told_ms,
            condition=page.condition.id,
            unit=unit,
            wrong_unit=wrong,
            co_unit=street if street.id != unit.id and draws.even() < 0.015 else None,
            work_grid=land.areas.works[int(land.areas.work[cell])][0],
            trade=trade,
            steps=steps,
        )

    def _unit(self, by: str, cell: int, component: int) -> tuple[Unit, str]:
        """The unit that answers: a component's owner, else the duty layer's or the trade's."""
        land = self._land
        if component >= 0:
            unit = land.body.rows[int(land.parts.owner[component])]
        elif by in land.layer_units:
            unit = land.body.rows[int(land.layer_units[by][cell])]
        else:
            unit = land.body.rows[int(land.body.of_trade[by][land.areas.street[cell]])]
        return unit, unit.trade


def numbers(made: list[Seed], beat: rhythm.Pace) -> list[str]:
    """Case numbers: the day of registration and the order in it."""
    seen: Counter[str] = Counter()
    given = []
    for seed in made:
        day = beat.day(seed.steps[0][1])
        seen[day] += 1
        given.append(f"{day}{seen[day]:04d}")
    return given
