"""Why a deadline is what it is: start, limit, what the clock skipped, every pause, as codes and figures.

Promises: the running time, the skipped parts and the pauses lie side by side from start to deadline without
gap or overlap, so their spans add up to exactly the time between the two. It says no sentence; the seat's
translations do.
"""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta

import msgspec

from casework.clock.deadline import WORKING_UNITS, Deadline
from casework.clock.model import Calendar, TimeLimit
from casework.clock.working import is_workday, local, shift_spans, wall_instant, working_ms, zone_of


class Part(enum.StrEnum):
    """What a line of the explanation is about; those of `SPANNING` take time."""

    START = "start"
    LIMIT = "limit"
    ROUND_THE_CLOCK = "round_the_clock"  # nothing is skipped for this unit
    RUNNING = "running"
    BREAK = "break"  # between the shifts of a working day
    NIGHT = "night"  # outside the shifts of a working day
    REST_DAY = "rest_day"
    HOLIDAY = "holiday"
    MAKE_UP_DAY = "make_up_day"  # worked, though its weekday rests: counted, not skipped
    PAUSE = "pause"
    HOLIDAYS_UNKNOWN = "holidays_unknown"  # no holidays are known for the year `count`
    DUE = "due"


SKIPPED = frozenset({Part.BREAK, Part.NIGHT, Part.REST_DAY, Part.HOLIDAY})
SPANNING = SKIPPED | {Part.RUNNING, Part.PAUSE}


class Reason(msgspec.Struct, frozen=True, omit_defaults=True):
    """`count` breaks, nights or days; `span_ms` what they took; an open pause has no `until_ms`, no span."""

    part: Part
    count: int = 0
    span_ms: int = 0
    from_ms: int = 0
    until_ms: int = 0
    limit: TimeLimit | None = None


def explain(calendar: Calendar, deadline: Deadline) -> tuple[Reason, ...]:
    """The deadline's reasons in the order in which a person tells them."""
    is_working = deadline.limit.unit in WORKING_UNITS
    head = [
        Reason(Part.START, from_ms=deadline.start_ms),
        Reason(Part.LIMIT, limit=deadline.limit, span_ms=deadline.limit_ms),
    ]
    if not is_working:
        head.append(Reason(Part.ROUND_THE_CLOCK))
    tail: list[Reason] = []
    if deadline.due_ms:
        tail = _skipped(calendar, deadline) if is_working else []
        head.append(Reason(Part.RUNNING, span_ms=deadline.limit_ms))
    pauses = [
        Reason(
            Part.PAUSE,
            count=1,
            span_ms=_paused_ms(calendar, deadline, pause.from_ms, pause.until_ms),
            from_ms=pause.from_ms,
            until_ms=pause.until_ms,
        )
        for pause in deadline.pauses
        if deadline.due_ms == 0 or pause.from_ms < deadline.due_ms
    ]
    unknown = _unknown_years(calendar, deadline) if is_working else []
    last = [Reason(Part.DUE, from_ms=deadline.due_ms)] if deadline.due_ms else []
    return (*head, *tail, *pauses, *unknown, *last)


def _paused_ms(calendar: Calendar, deadline: Deadline, from_ms: int, until_ms: int) -> int:
    """The running time a pause took away; nights and rest days within it are told as such."""
    if until_ms == 0:
        return 0
    if deadline.limit.unit not in WORKING_UNITS:
        return until_ms - from_ms
    return working_ms(calendar, from_ms, until_ms)


def _days(calendar: Calendar, from_ms: int, until_ms: int) -> Iterator[tuple[date, int, int]]:
    """Each local day that overlaps, with the overlap's instants."""
    zone = zone_of(calendar)
    day = local(zone, from_ms).date()
    begin = from_ms
    while begin < until_ms:
        day += timedelta(days=1)
        end = min(wall_instant(zone, datetime(day.year, day.month, day.day)), until_ms)
        if begin < end:
            yield day - timedelta(days=1), begin, end
        begin = max(begin, end)


def _whole_day(calendar: Calendar, day: date, begin: int, end: int) -> list[tuple[Part, int]]:
    """Where each part of a day ends, in order; the last is the day's own end."""
    if not is_workday(calendar, day):
        return [(Part.HOLIDAY if day.isoformat() in calendar.holidays else Part.REST_DAY, end)]
    ends: list[tuple[Part, int]] = []
    for start, stop in shift_spans(calendar, day):
        ends += [(Part.BREAK if ends else Part.NIGHT, start), (Part.RUNNING, stop)]
    return [*ends, (Part.NIGHT, max(end, ends[-1][1] if ends else begin))]


def _stretches(calendar: Calendar, from_ms: int, until_ms: int) -> Iterator[tuple[Part, int]]:
    """The time between two instants cut into parts, in order; those of neighbouring days are not joined."""
    for day, begin, end in _days(calendar, from_ms, until_ms):
        at = begin
        for part, stop in _whole_day(calendar, day, begin, end):
            if min(stop, end) > at:
                yield part, min(stop, end) - at
                at = min(stop, end)


def _skipped(calendar: Calendar, deadline: Deadline) -> list[Reason]:
    spans: Counter[Part] = Counter()
    counts: Counter[Part] = Counter()
    is_night = False  # a night on both sides of a rest day is told once
    for part, span_ms in _stretches(calendar, deadline.start_ms, deadline.due_ms):
        spans[part] += span_ms
        if part is Part.RUNNING:
            is_night = False
        elif part is not Part.NIGHT or not is_night:
            counts[part] += 1
            is_night = is_night or part is Part.NIGHT
    order = (Part.BREAK, Part.NIGHT, Part.REST_DAY, Part.HOLIDAY)
    reasons = [Reason(part, counts[part], spans[part]) for part in order if spans[part]]
    made_up = sum(
        1
        for day, begin, end in _days(calendar, deadline.start_ms, deadline.due_ms)
        if _is_made_up(calendar, day) and working_ms(calendar, begin, end)
    )
    if made_up:
        reasons.append(Reason(Part.MAKE_UP_DAY, made_up))
    return reasons


def _is_made_up(calendar: Calendar, day: date) -> bool:
    text = day.isoformat()
    return text in calendar.workdays and (
        day.weekday() in calendar.rest_weekdays or text in calendar.holidays
    )


def _unknown_years(calendar: Calendar, deadline: Deadline) -> list[Reason]:
    zone = zone_of(calendar)
    known = {int(day[:4]) for day in calendar.holidays | calendar.workdays}
    last_ms = max(deadline.due_ms, deadline.start_ms)
    years = range(local(zone, deadline.start_ms).year, local(zone, last_ms).year + 1)
    return [Reason(Part.HOLIDAYS_UNKNOWN, count=year) for year in years if year not in known][:1]
