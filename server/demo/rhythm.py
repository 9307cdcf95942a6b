"""When things are reported and how long each step takes: days, hours, and the hall's own pace. Instants in ms.

Invented figures that look like a working hall: busy mornings and afternoons, quiet week-ends, noise at night.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain

import msgspec
import numpy as np
import numpy.typing as npt

from casework.clock.deadline import due
from casework.clock.model import Calendar, TimeLimit, TimeUnit
from casework.clock.working import local, zone_of
from casework.entities.city import City
from casework.workflow import Source, Stage
from server.demo.journeys import Steps
from server.demo.lattice import Ints

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
HOURS = {  # share of each hour of the day
    "day": (1, 1, 1, 1, 1, 2, 6, 14, 24, 30, 28, 20, 12, 12, 22, 28, 27, 22, 16, 12, 9, 6, 4, 2),
    "morning": (1, 1, 1, 1, 2, 8, 22, 34, 30, 22, 14, 8, 5, 5, 8, 10, 9, 7, 5, 4, 3, 2, 1, 1),
    "evening": (3, 2, 1, 1, 1, 1, 3, 5, 8, 8, 8, 8, 8, 6, 6, 7, 10, 16, 24, 30, 28, 20, 12, 6),
    "night": (12, 8, 5, 3, 2, 2, 4, 7, 9, 9, 8, 7, 8, 7, 6, 6, 7, 9, 13, 20, 26, 30, 28, 20),
}
DRAWN = 1_200_000  # at a time
PUBLIC = frozenset({Source.HOTLINE, Source.CITIZEN, Source.MEDIA})


class Pace(msgspec.Struct, frozen=True):
    """The calendar and limits time is counted with, and the offset of the city's wall clock."""

    city: City
    as_of_ms: int
    offset_ms: int

    @property
    def calendar(self) -> Calendar:
        return self.city.calendar

    def hour(self, at_ms: int) -> int:
        """Hour of the day by the city's wall clock."""
        return int((at_ms + self.offset_ms) % DAY_MS // HOUR_MS)

    def midnight(self, at_ms: int) -> int:
        """The beginning of the local day."""
        return at_ms - (at_ms + self.offset_ms) % DAY_MS

    def day(self, at_ms: int) -> str:
        """yyyyMMdd of the local day."""
        return f"{local(zone_of(self.calendar), at_ms):%Y%m%d}"


def pace(city: City, as_of_ms: int) -> Pace:
    """The offset is taken once: the city's zone has no summer time."""
    offset = local(zone_of(city.calendar), as_of_ms).utcoffset()
    return Pace(city, as_of_ms, int(offset.total_seconds() * 1000) if offset else 0)


def arrivals(rng: np.random.Generator, beat: Pace, hours: list[str], days: int) -> Ints:
    """An instant for each, over the last `days` days: weaker at week-ends, by the hours of its kind."""
    last = beat.midnight(beat.as_of_ms)
    starts = last - np.arange(days, dtype=np.int64) * DAY_MS
    weekday = np.array([local(zone_of(beat.calendar), int(start)).weekday() for start in starts])
    weight = np.where(weekday >= 5, 0.72, 1.0) * rng.uniform(0.82, 1.2, days)
    day = starts[rng.choice(days, len(hours), p=weight / weight.sum())]
    kinds = np.array(hours)
    hour = np.zeros(len(hours), dtype=np.int64)
    for kind, shares in HOURS.items():
        mine = kinds == kind
        share = np.array(shares, dtype=np.float64)
        hour[mine] = rng.choice(24, int(mine.sum()), p=share / share.sum())
    return np.asarray(day + hour * HOUR_MS + rng.integers(0, HOUR_MS, len(hours)), dtype=np.int64)


class Draws:
    """Random spans in ms; a bell on the logarithm, as the times of people's work are."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._normal = chain(rng.standard_normal(DRAWN).tolist(), _endless(rng.standard_normal))
        self._even = chain(rng.random(DRAWN).tolist(), _endless(rng.random))

    def even(self) -> float:
        """Between 0 and 1."""
        return float(next(self._even))

    def minutes(self, middle: float, width: float = 0.55, most: float = 1e9) -> int:
        """About `middle` minutes, never more than `most`."""
        factor = 2.718281828 ** (width * next(self._normal))
        return int(min(middle * factor, most) * MINUTE_MS)


def _endless(draw: Callable[[int], npt.NDArray[np.float64]]) -> Iterator[float]:
    while True:
        yield from draw(DRAWN).tolist()


Gaps = list[tuple[str, int]]  # a deed and the ms before it, counted from the deed before


def to_filing(draws: Draws, source: Source, is_filed: bool = True) -> Gaps:
    """From the telling to the filing, or to the decision not to file."""
    gaps: Gaps = [("register", draws.minutes(2.2 if source in PUBLIC else 0.7, 0.5, 9))]
    if source is Source.SUPERVISOR:
        middle, most = (6, 27) if draws.even() > 0.04 else (38, 60)
    elif draws.even() < 0.62:
        gaps += [("send_verify", draws.minutes(6, 0.5, 26)), ("verify", draws.minutes(34, 0.5, 150))]
        middle, most = 5, 26
    else:
        middle, most = 8, 28
    gaps.append(("file" if is_filed else "not_file", draws.minutes(middle, 0.55, most)))
    return gaps


def to_receiving(draws: Draws, is_returned: bool) -> Gaps:
    """From the filing to the unit's signature; a returned case goes round once more."""
    gaps: Gaps = []
    if is_returned:
        gaps = [
            ("dispatch_wrong", _dispatch_gap(draws)),
            ("receive", draws.minutes(9, 0.6, 28)),
            ("return", draws.minutes(26, 0.6, 120)),
        ]
    late = draws.even() < 0.05
    return [
        *gaps,
        ("dispatch", _dispatch_gap(draws)),
        ("receive", draws.minutes(44, 0.3, 110) if late else draws.minutes(8, 0.6, 28)),
    ]


def _dispatch_gap(draws: Draws) -> int:
    return draws.minutes(36, 0.2, 70) if draws.even() < 0.035 else draws.minutes(7, 0.6, 28)


def to_closing(draws: Draws, is_reworked: bool) -> Gaps:
    """From the result to the end, once or twice through the check."""
    gaps: Gaps = [("send_check", draws.minutes(7, 0.6, 28))]
    if is_reworked:
        gaps += [
            ("fail", draws.minutes(45, 0.4, 115)),
            ("receive", draws.minutes(9, 0.6, 40)),
            ("finish", draws.minutes(95, 0.6, 600)),
            ("send_check", draws.minutes(7, 0.6, 28)),
        ]
    return [*gaps, ("check", draws.minutes(38, 0.5, 130)), ("close", draws.minutes(8, 0.6, 28))]


def forward(start_ms: int, gaps: Gaps) -> list[tuple[str, int]]:
    """The deeds with their instants, counted on from `start_ms`."""
    steps = []
    for deed, gap in gaps:
        start_ms += gap
        steps.append((deed, start_ms))
    return steps


def handling_end(beat: Pace, filed_ms: int, limit: TimeLimit) -> int:
    """When the handling deadline falls for a case filed then."""
    return due(beat.calendar, filed_ms, limit).due_ms


def finish_at(beat: Pace, draws: Draws, received_ms: int, filed_ms: int, limit: TimeLimit) -> int:
    """When the unit is done: mostly in good time, some at the last moment, a few late; seldom in the small hours."""
    end = handling_end(beat, filed_ms, limit)
    luck = draws.even()
    share = 0.12 + 0.72 * draws.even() ** 1.2 if luck < 0.86 else (0.86 + 0.13 * draws.even())
    if luck > 0.955:
        share = 1.02 + 0.8 * draws.even() ** 2
    at = filed_ms + int((end - filed_ms) * share)
    if limit.unit in (TimeUnit.WORKING_DAY, TimeUnit.WORKING_HOUR) and (
        beat.hour(at) < 7 or beat.hour(at) > 21
    ):
        morning = beat.midnight(at) + (DAY_MS if beat.hour(at) > 21 else 0) + 8 * HOUR_MS
        at = morning + draws.minutes(50, 0.6, 160)
    return max(at, received_ms + draws.minutes(9, 0.4, 40))


def filed_for(beat: Pace, draws: Draws, limit: TimeLimit, share: float) -> int:
    """When a case must have been filed to have used `share` of its time now (above 1: so much overdue)."""
    span = handling_end(beat, beat.as_of_ms, limit) - beat.as_of_ms
    if share > 1.0:
        late = min(int((share - 1.0) * span), int(20 * HOUR_MS * draws.even())) + 3 * MINUTE_MS
        filed = beat.as_of_ms - late - span
        for _ in range(4):
            filed += beat.as_of_ms - late - handling_end(beat, filed, limit)
        while handling_end(beat, filed, limit) >= beat.as_of_ms:
            filed -= HOUR_MS
        return filed
    filed = beat.as_of_ms - int(share * span)
    for _ in range(6):
        filed = beat.as_of_ms - int(share * (handling_end(beat, filed, limit) - filed))
    while handling_end(beat, filed, limit) <= beat.as_of_ms + MINUTE_MS:
        filed += (beat.as_of_ms - filed) // 4 + MINUTE_MS
    return min(filed, beat.as_of_ms - 3 * MINUTE_MS)


def stage_share(draws: Draws, late: bool) -> float:
    """How much of a stage's time a waiting case has used: mostly little, some nearly all."""
    if late:
        return 1.04 + 0.25 * draws.even()
    if draws.even() < 0.13:
        return 0.81 + 0.17 * draws.even()
    return 0.02 + 0.74 * draws.even()


def stage_span(city: City, stage: Stage) -> int:
    """The stage's limit in ms; two hours where it has none."""
    limit = city.stage_limits.get(stage, TimeLimit(2, TimeUnit.HOUR))
    return limit.value * (MINUTE_MS if limit.unit is TimeUnit.MINUTE else HOUR_MS)


def whole_life(beat: Pace, draws: Draws, told_ms: int, source: Source, limit: TimeLimit) -> Steps:
    """From the telling to the close, or to the decision not to file."""
    refused = draws.even() < (0.02 if source is Source.SUPERVISOR else 0.09)
    steps = forward(told_ms, to_filing(draws, source, not refused))
    if refused:
        return tuple(steps)
    filed = steps[-1][1]
    steps += forward(filed, to_receiving(draws, draws.even() < 0.045))
    done = finish_at(beat, draws, steps[-1][1], filed, limit)
    steps.append(("finish", done))
    steps += forward(done, to_closing(draws, draws.even() < 0.055))
    return tuple(steps)


def waiting_life(
    beat: Pace, draws: Draws, stage: Stage, source: Source, limit: TimeLimit, share: float
) -> tuple[Steps, int]:
    """A life that stands at `stage` now, having used `share` of that stage's time; and when it was told."""
    if stage is Stage.HANDLING:
        return _being_handled(beat, draws, source, limit, share)
    entered = beat.as_of_ms - int(share * stage_span(beat.city, stage))
    gaps = to_filing(draws, source)
    if stage in (Stage.REGISTERED, Stage.VERIFYING, Stage.AWAITING_FILING, Stage.AWAITING_DISPATCH):
        public = [("register", gaps[0][1]), ("send_verify", draws.minutes(6)), ("verify", draws.minutes(34))]
        until = {Stage.REGISTERED: 1, Stage.VERIFYING: 2, Stage.AWAITING_FILING: 3}
        if stage is not Stage.AWAITING_DISPATCH:
            gaps = gaps[:1] if source is Source.SUPERVISOR else public[: until[stage]]
        return _ending_at(entered, gaps)
    back = to_closing(draws, False)
    before = {Stage.AWAITING_CHECK: 0, Stage.CHECKING: 1, Stage.AWAITING_CLOSE: 2}[stage]
    finished = entered - sum(gap for _, gap in back[:before])
    received = to_receiving(draws, False)
    span = handling_end(beat, finished, limit) - finished
    filed = finished - max(
        int(span * (0.15 + 0.75 * draws.even())), sum(gap for _, gap in received) + HOUR_MS // 6
    )
    steps, told = _ending_at(filed, gaps)
    steps += tuple(forward(filed, received))
    return (*steps, ("finish", finished), *forward(finished, back[:before])), told


def _ending_at(end_ms: int, gaps: Gaps) -> tuple[Steps, int]:
    told = end_ms - sum(gap for _, gap in gaps)
    return tuple(forward(told, gaps)), told


def _being_handled(
    beat: Pace, draws: Draws, source: Source, limit: TimeLimit, share: float
) -> tuple[Steps, int]:
    filed = filed_for(beat, draws, limit, share)
    steps, told = _ending_at(filed, to_filing(draws, source))
    onward = to_receiving(draws, draws.even() < 0.05)
    room = beat.as_of_ms - filed - MINUTE_MS
    whole = sum(gap for _, gap in onward)
    if whole > room:  # it is all quite fresh
        onward = [(deed, int(gap * room / whole)) for deed, gap in onward]
        if draws.even() < 0.6:
            onward = onward[:-1]
    return (*steps, *forward(filed, onward)), told
