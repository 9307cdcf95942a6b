"""Case numbers for cases that come from a file: the local day they were opened, and the next free one of that day.

Promises: in the order of (opened, number at the source), so that the same file gives the same numbers; behind what is
taken and behind what is reserved for a seat; never fewer than four digits behind the day.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import msgspec
import numpy as np

from server.imports.fields import Flags, Ints, column_of, is_empty
from server.imports.sheets import Column

DAY_CHARS = 8
QUARTER_MS = 900_000  # no zone's offset changes but on a quarter of an hour


class NumberPlan(msgspec.Struct, frozen=True):
    """`keys` of all rows ("" where none was wanted), and the next free number of each day that was used."""

    keys: Column
    next_of: dict[str, int]


def is_lawful_number(text: str) -> bool:
    """yyyyMMdd and four or more digits."""
    if not (text.isascii() and text.isdigit() and DAY_CHARS + 4 <= len(text) <= DAY_CHARS + 12):
        return False
    try:
        date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError:
        return False
    return True


def local_days(at_ms: Ints, zone: str) -> Column:
    """yyyyMMdd of each instant."""
    there = ZoneInfo(zone)
    quarters, of = np.unique(at_ms // QUARTER_MS, return_inverse=True)
    days = [
        datetime.fromtimestamp(quarter * QUARTER_MS / 1000, UTC).astimezone(there).strftime("%Y%m%d")
        for quarter in quarters.tolist()
    ]
    return column_of(days)[of] if days else column_of([])


def plan_numbers(
    opened_ms: Ints,
    uids: Column,
    numbers: Column,
    wanted: Flags,
    taken: Collection[str],
    reserved: Mapping[str, int],
    zone: str,
) -> NumberPlan:
    """A number for each wanted row: its own where it has one, else the next of its day."""
    keys = np.full(len(uids), "", dtype=object)
    own = wanted & ~is_empty(numbers)
    keys[own] = numbers[own]
    rows = np.flatnonzero(wanted & ~own)
    order = rows[np.lexsort((uids[rows].astype(str), opened_ms[rows]))]
    days = local_days(opened_ms[order], zone)
    next_of = _next_free(set(days.tolist()), [*taken, *keys[own].tolist()], reserved)
    for row, day in zip(order.tolist(), days, strict=True):
        number = next_of[day]
        next_of[day] = number + 1
        keys[row] = f"{day}{number:04d}"
    for number in keys[own].tolist():
        day = number[:DAY_CHARS]
        next_of[day] = max(next_of.get(day, reserved.get(day, 1)), int(number[DAY_CHARS:]) + 1)
    return NumberPlan(keys, next_of)


def _next_free(days: set[str], taken: Collection[str], reserved: Mapping[str, int]) -> dict[str, int]:
    next_of = {day: reserved.get(day, 1) for day in days}
    for key in taken:
        day, number = key[:DAY_CHARS], key[DAY_CHARS:]
        if day in next_of and number.isdigit():
            next_of[day] = max(next_of[day], int(number) + 1)
    return next_of
