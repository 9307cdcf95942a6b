"""When a limit ends: `due`, and how much of it is used or left at a moment.

Promises: pure and deterministic; a longer limit or one more pause never brings the deadline nearer; a limit
that is worked off at the end of a shift ends there and not at the start of the next one. Why a deadline is
what it is says `casework.clock.explain`.

Settings of the project (national texts were not at hand):
- a working day is the whole working time of one day: from 10:00, one ends at 10:00 of the next working day;
- a day is a calendar day: the same wall time so many days later;
- hours and minutes are elapsed time, an urgent working hour among them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import msgspec

from casework.clock.model import Calendar, Pause, TimeLimit, TimeUnit
from casework.clock.working import (
    MAX_YEARS,
    MINUTE_MS,
    WorkTable,
    day_ms,
    local,
    table_over,
    wall_instant,
    work_table,
    zone_of,
)

HOUR_MS = 60 * MINUTE_MS
MAX_SPAN_MS = MAX_YEARS * 366 * 24 * HOUR_MS
WORKING_UNITS = frozenset({TimeUnit.WORKING_HOUR, TimeUnit.WORKING_DAY})


class Deadline(msgspec.Struct, frozen=True):
    """`due_ms` is 0 while an open pause stands in the way (`is_paused`) or where no end comes (`is_endless`).

    `limit_ms` is the limit as running time: working time for the working units, elapsed time for the others.
    `pauses` are those that count: cut at the start, joined where they overlap, in order.
    """

    due_ms: int
    start_ms: int
    limit: TimeLimit
    limit_ms: int
    pauses: tuple[Pause, ...] = ()
    is_paused: bool = False
    is_endless: bool = False


def counted_pauses(start_ms: int, pauses: Sequence[Pause]) -> tuple[Pause, ...]:
    """The pauses that matter after `start_ms`, in order, without overlap; an open one (until 0) is last."""
    joined: list[Pause] = []
    for pause in sorted(pauses, key=lambda p: p.from_ms):
        begin, end = max(pause.from_ms, start_ms), pause.until_ms
        if end and end <= begin:
            continue
        if joined and joined[-1].until_ms == 0:
            break
        if joined and begin <= joined[-1].until_ms:
            joined[-1] = Pause(joined[-1].from_ms, 0 if end == 0 else max(end, joined[-1].until_ms))
        else:
            joined.append(Pause(begin, end))
    return tuple(joined)


def limit_ms(calendar: Calendar, start_ms: int, limit: TimeLimit) -> int:
    """The limit as running time; never negative, and cut at some forty years."""
    value = max(limit.value, 0)
    if limit.unit is TimeUnit.WORKING_DAY:
        span = value * day_ms(calendar)
    elif limit.unit is TimeUnit.MINUTE:
        span = value * MINUTE_MS
    elif limit.unit is TimeUnit.DAY:
        span = _days_ms(calendar, start_ms, value)
    else:
        span = value * HOUR_MS
    return min(span, MAX_SPAN_MS)


def _days_ms(calendar: Calendar, start_ms: int, days: int) -> int:
    if days > MAX_YEARS * 366:
        return MAX_SPAN_MS
    zone = zone_of(calendar)
    now = local(zone, start_ms)
    later = now.replace(tzinfo=None, fold=0) + timedelta(days=days)
    if later.date() == now.date():
        return 0
    return wall_instant(zone, later) + start_ms % 1000 - start_ms


def due(calendar: Calendar, start_ms: int, limit: TimeLimit, pauses: Sequence[Pause] = ()) -> Deadline:
    """The instant at which `limit`, started at `start_ms`, is used up."""
    counted = counted_pauses(start_ms, pauses) if pauses else ()
    span = limit_ms(calendar, start_ms, limit)
    if limit.unit in WORKING_UNITS:
        due_ms, is_paused = _due_in_working_time(calendar, start_ms, span, counted)
    else:
        due_ms, is_paused = _due_in_elapsed_time(start_ms, span, counted)
    is_endless = not is_paused and (due_ms is None or span >= MAX_SPAN_MS)
    return Deadline(
        due_ms=0 if is_paused or is_endless or due_ms is None else due_ms,
        start_ms=start_ms,
        limit=limit,
        limit_ms=span,
        pauses=counted,
        is_paused=is_paused,
        is_endless=is_endless,
    )


def _due_in_elapsed_time(start_ms: int, span: int, pauses: tuple[Pause, ...]) -> tuple[int | None, bool]:
    end = start_ms + span
    for pause in pauses:
        if pause.from_ms >= end:
            break
        if pause.until_ms == 0:
            return None, True
        end += pause.until_ms - pause.from_ms
    return end, False


def _due_in_working_time(
    calendar: Calendar, start_ms: int, span: int, pauses: tuple[Pause, ...]
) -> tuple[int | None, bool]:
    if span == 0:
        return start_ms, False
    last_ms = max((max(p.from_ms, p.until_ms) for p in pauses), default=start_ms)
    table = table_over(calendar, start_ms, last_ms)
    target = table.worked(start_ms) + span
    for pause in pauses:
        stood = table.worked(pause.from_ms)
        if stood >= target:
            break
        if pause.until_ms == 0:
            return None, True
        target += table.worked(pause.until_ms) - stood
    end = _instant(calendar, start_ms, table, target)
    return (None if end is None else max(end, start_ms)), False


def _instant(calendar: Calendar, start_ms: int, table: WorkTable, target: int) -> int | None:
    """The instant in this table, or in ever longer ones of the same start."""
    end = table.instant(target)
    years = 4
    while end is None and years <= MAX_YEARS:
        end = work_table(calendar, local(zone_of(calendar), start_ms).year, years).instant(target)
        years *= 2
    return end


def used_ms(
    calendar: Calendar, start_ms: int, now_ms: int, limit: TimeLimit, pauses: Sequence[Pause] = ()
) -> int:
    """Running time used of the limit at `now_ms`; it goes on counting past the deadline."""
    if now_ms <= start_ms:
        return 0
    spans = [
        (min(p.from_ms, now_ms), min(p.until_ms or now_ms, now_ms)) for p in counted_pauses(start_ms, pauses)
    ]
    if limit.unit not in WORKING_UNITS:
        return now_ms - start_ms - sum(until - begin for begin, until in spans)
    table = table_over(calendar, start_ms, now_ms)
    stood = sum(table.worked(until) - table.worked(begin) for begin, until in spans)
    return table.worked(now_ms) - table.worked(start_ms) - stood


def used_permille(
    calendar: Calendar, start_ms: int, now_ms: int, limit: TimeLimit, pauses: Sequence[Pause] = ()
) -> int:
    """Running time used per thousand of the limit, above 1000 once overdue; an empty limit is all used."""
    span = limit_ms(calendar, start_ms, limit)
    if span == 0:
        return 1000 if now_ms >= start_ms else 0
    return used_ms(calendar, start_ms, now_ms, limit, pauses) * 1000 // span


def left_ms(
    calendar: Calendar, start_ms: int, now_ms: int, limit: TimeLimit, pauses: Sequence[Pause] = ()
) -> int:
    """Running time left of the limit, negative once overdue. (`due_ms - now_ms` is the time by the wall.)"""
    return limit_ms(calendar, start_ms, limit) - used_ms(calendar, start_ms, now_ms, limit, pauses)
