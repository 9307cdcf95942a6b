"""Public holidays and make-up working days, read from a table into a calendar.

The table is CSV with the columns date, kind (holiday or workday), name_en and name_zh; lines that begin with
# are notes. It is read from bytes: this module opens no file. A year nobody has announced yet is simply not
in it, which `covered_until` says.
"""

from __future__ import annotations

import csv
from datetime import date

import msgspec

from casework.clock.model import Calendar


class HolidayError(ValueError):
    """The table cannot be used; the text names the line."""


def with_holidays(calendar: Calendar, body: bytes) -> Calendar:
    """The calendar with the table's days added to its own."""
    holidays, workdays = set(calendar.holidays), set(calendar.workdays)
    lines = [line for line in body.decode("utf-8-sig").splitlines() if line and not line.startswith("#")]
    seen: set[str] = set()
    for number, row in enumerate(csv.DictReader(lines), start=2):
        day = _day(row.get("date") or "", number)
        if day in seen:
            raise HolidayError(f"line {number}: {day} is there twice")
        seen.add(day)
        if row.get("kind") == "holiday":
            holidays.add(day)
        elif row.get("kind") == "workday":
            workdays.add(day)
        else:
            raise HolidayError(f"line {number}: kind is {row.get('kind')!r}")
    return msgspec.structs.replace(calendar, holidays=frozenset(holidays), workdays=frozenset(workdays))


def _day(text: str, number: int) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise HolidayError(f"line {number}: no date {text!r}") from error


def covered_until(calendar: Calendar) -> str:
    """The last day whose holidays are known (31 December of the last year with any), or "" where none is."""
    last = max(calendar.holidays | calendar.workdays, default="")
    return f"{last[:4]}-12-31" if last else ""
