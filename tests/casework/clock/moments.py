"""Instants and the shipped calendar, as the clock's tests write them."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from casework.clock.deadline import due
from casework.clock.holidays import with_holidays
from casework.clock.model import Calendar, Pause, TimeLimit, TimeUnit

HOLIDAYS = Path(__file__).resolve().parents[3] / "resources" / "catalogue" / "holidays_cn.csv"
MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR


@cache
def chinese() -> Calendar:
    return with_holidays(Calendar(), HOLIDAYS.read_bytes())


def at(text: str, zone: str = "Asia/Shanghai") -> int:
    """2026-09-30 16:00 -> ms."""
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()) * 1000


def wall(at_ms: int, zone: str = "Asia/Shanghai") -> str:
    return datetime.fromtimestamp(at_ms / 1000, ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")


def span(text: str) -> TimeLimit:
    """4 working_hour -> the limit."""
    value, unit = text.split()
    return TimeLimit(int(value), TimeUnit(unit))


def ends(start: str, limit: str, *pauses: tuple[str, str], calendar: Calendar | None = None) -> str:
    stood = [Pause(at(begin), at(end) if end else 0) for begin, end in pauses]
    deadline = due(calendar or chinese(), at(start), span(limit), stood)
    return wall(deadline.due_ms) if deadline.due_ms else ""
