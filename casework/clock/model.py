"""Values of the deadline clock: units, limits, calendars, pauses.

Units as the field uses them: an urgent working hour runs round the clock, a working hour and a working day
only in working time, a clock hour and a calendar day always. No national text was at hand: figures are data.
"""

from __future__ import annotations

import enum

import msgspec


class TimeUnit(enum.StrEnum):
    """The five units a limit may be given in."""

    URGENT_WORKING_HOUR = "urgent_working_hour"
    WORKING_HOUR = "working_hour"
    WORKING_DAY = "working_day"
    HOUR = "hour"
    DAY = "day"
    MINUTE = "minute"  # centre-side stage limits only


class TimeLimit(msgspec.Struct, frozen=True):
    """A span such as 4 working hours."""

    value: int
    unit: TimeUnit


class Shift(msgspec.Struct, frozen=True):
    """Working time within a day, in minutes after local midnight: 480..720 is 08:00-12:00."""

    start_min: int
    end_min: int


class Calendar(msgspec.Struct, frozen=True):
    """A city's working time. `holidays` are days off, `workdays` make-up working days, both as yyyy-MM-dd."""

    zone: str = "Asia/Shanghai"
    shifts: tuple[Shift, ...] = (Shift(480, 720), Shift(840, 1080))
    rest_weekdays: tuple[int, ...] = (5, 6)  # Monday is 0
    holidays: frozenset[str] = frozenset()
    workdays: frozenset[str] = frozenset()


class Pause(msgspec.Struct, frozen=True):
    """The clock stands still from `from_ms` to `until_ms`; 0 = not yet resumed."""

    from_ms: int
    until_ms: int = 0
