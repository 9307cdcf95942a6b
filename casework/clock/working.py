"""Working time as one rising line: how much has passed at an instant, and at which instant so much has.

Promises: pure; exact to the millisecond; right across daylight-saving changes, because every shift is turned
into instants once, and only elapsed time is counted from there on. Tables are cached by calendar and years (a
pure cache: same arguments, same table). It does not know limits, pauses or deadlines.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import msgspec

from casework.clock.model import Calendar, Shift

MINUTE_MS = 60_000
DAY_MIN = 1440
MAX_YEARS = 40  # a calendar that has not worked off a limit by then never will


class WorkTable(msgspec.Struct, frozen=True):
    """The working spans of some years: `starts[i]`..`ends[i]`, `before[i]` ms worked before it."""

    starts: tuple[int, ...]
    ends: tuple[int, ...]
    before: tuple[int, ...]
    total: int

    def worked(self, at_ms: int) -> int:
        """Working ms from the table's start to `at_ms`."""
        index = bisect_right(self.starts, at_ms) - 1
        if index < 0:
            return 0
        return self.before[index] + min(at_ms, self.ends[index]) - self.starts[index]

    def instant(self, worked: int) -> int | None:
        """The first instant at which `worked` ms have passed: a shift's end, never the start of the next.

        None where the table has not so much working time.
        """
        if worked > self.total or not self.starts:
            return None
        index = max(bisect_left(self.before, worked) - 1, 0)
        return self.starts[index] + worked - self.before[index]


def zone_of(calendar: Calendar) -> ZoneInfo:
    """The calendar's time zone; ZoneInfo keeps its own cache."""
    return ZoneInfo(calendar.zone)


def local(zone: ZoneInfo, at_ms: int) -> datetime:
    """The wall time at an instant, whole seconds."""
    return datetime.fromtimestamp(at_ms // 1000, zone)


def wall_instant(zone: ZoneInfo, wall: datetime) -> int:
    """The first instant at which the wall clock shows `wall` (naive), or the jump that leaves it out."""
    early = wall.replace(tzinfo=zone, fold=0)
    at_s = int(early.timestamp())
    before = early.utcoffset()
    after = early.replace(fold=1).utcoffset()
    assert before is not None and after is not None
    if before >= after:  # ordinary, or shown twice: the first time
        return at_s * 1000
    low, high = at_s - int((after - before).total_seconds()), at_s  # the jump lies within
    while high - low > 1:
        middle = (low + high) // 2
        if datetime.fromtimestamp(middle, UTC).astimezone(zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high * 1000


def shifts_of(calendar: Calendar) -> tuple[Shift, ...]:
    """The day's shifts in order, cut to one day, touching or overlapping ones joined."""
    joined: list[Shift] = []
    for shift in sorted(calendar.shifts, key=lambda s: (s.start_min, s.end_min)):
        start, end = max(shift.start_min, 0), min(shift.end_min, DAY_MIN)
        if start >= end:
            continue
        if joined and start <= joined[-1].end_min:
            joined[-1] = Shift(joined[-1].start_min, max(end, joined[-1].end_min))
        else:
            joined.append(Shift(start, end))
    return tuple(joined)


def day_ms(calendar: Calendar) -> int:
    """Working ms of one whole working day, as the shifts say."""
    return sum(shift.end_min - shift.start_min for shift in shifts_of(calendar)) * MINUTE_MS


def is_workday(calendar: Calendar, day: date) -> bool:
    """A make-up working day works, a holiday does not, and otherwise the weekday says."""
    text = day.isoformat()
    if text in calendar.workdays:
        return True
    return text not in calendar.holidays and day.weekday() not in calendar.rest_weekdays


def shift_spans(calendar: Calendar, day: date) -> tuple[tuple[int, int], ...]:
    """The instants of each shift of a working day."""
    zone = zone_of(calendar)
    midnight = datetime(day.year, day.month, day.day)
    spans = []
    for shift in shifts_of(calendar):
        start = wall_instant(zone, midnight + timedelta(minutes=shift.start_min))
        end = wall_instant(zone, midnight + timedelta(minutes=shift.end_min))
        if start < end:
            spans.append((start, end))
    return tuple(spans)


@lru_cache(maxsize=64)
def work_table(calendar: Calendar, first_year: int, years: int) -> WorkTable:
    """The table of `years` local years from `first_year` on."""
    starts: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    total = 0
    day, last = date(first_year, 1, 1), date(first_year + years, 1, 1)
    while day < last:
        for start, end in shift_spans(calendar, day) if is_workday(calendar, day) else ():
            starts.append(start)
            ends.append(end)
            before.append(total)
            total += end - start
        day += timedelta(days=1)
    return WorkTable(tuple(starts), tuple(ends), tuple(before), total)


def table_over(calendar: Calendar, from_ms: int, until_ms: int) -> WorkTable:
    """A table from the beginning of the first instant's year to well past the second's."""
    zone = zone_of(calendar)
    first = local(zone, from_ms).year
    return work_table(calendar, first, local(zone, max(from_ms, until_ms)).year - first + 2)


def working_ms(calendar: Calendar, from_ms: int, until_ms: int) -> int:
    """Working time between two instants; 0 where the second is not later."""
    if until_ms <= from_ms:
        return 0
    table = table_over(calendar, from_ms, until_ms)
    return table.worked(until_ms) - table.worked(from_ms)


def is_working(calendar: Calendar, at_ms: int) -> bool:
    """Whether somebody works at that instant; the end of a shift is no longer work."""
    table = table_over(calendar, at_ms, at_ms)
    index = bisect_right(table.starts, at_ms) - 1
    return index >= 0 and at_ms < table.ends[index]
