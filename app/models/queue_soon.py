"""From when on a case's handling deadline is near: for one case, and for many at once with the same numbers.

The last fifth of a limit is "look soon", counted in the limit's own kind of time. Pure; working time comes from
casework's tables, which are turned into arrays once.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from casework.clock.deadline import WORKING_UNITS, limit_ms
from casework.clock.model import Calendar
from casework.clock.working import local, table_over, wall_instant, work_table, zone_of

SOON_SHARE = (4, 5)  # the last fifth of a limit is "look soon"
MANY = 8  # fewer are quicker one by one


def share_of(from_ms: Any, until_ms: Any) -> Any:
    """Four fifths of the way, for numbers and for arrays."""
    return from_ms + (until_ms - from_ms) * SOON_SHARE[0] // SOON_SHARE[1]


def soon_from_ms(calendar: Calendar, case: Any) -> int:
    """From when on the handling deadline is near: four fifths of the limit used, in its own kind of time."""
    if not case.due_ms:
        return 0
    if case.limit is None or case.limit.unit not in WORKING_UNITS:
        return int(share_of(case.clock_ms, case.due_ms))
    table = table_over(calendar, case.clock_ms, case.due_ms)
    rest = limit_ms(calendar, case.clock_ms, case.limit) // SOON_SHARE[1]
    # Counted back from the end, so that pauses before it need not be looked at.
    found = table.instant(max(table.worked(case.due_ms) - rest, 0))
    return int(share_of(case.clock_ms, case.due_ms)) if found is None else max(found, case.clock_ms)


def soon_from_all(calendar: Calendar, cases: Sequence[Any]) -> NDArray[np.int64]:
    """`soon_from_ms` of each."""
    if len(cases) < MANY:
        return np.array([soon_from_ms(calendar, case) for case in cases], np.int64)
    due = np.array([case.due_ms for case in cases], np.int64)
    start = np.array([case.clock_ms for case in cases], np.int64)
    soon: NDArray[np.int64] = share_of(start, due)
    soon[due == 0] = 0
    # How long a working limit is does not depend on where it begins.
    limits = {case.limit for case in cases if case.limit is not None and case.limit.unit in WORKING_UNITS}
    rest_of = {limit: limit_ms(calendar, 0, limit) // SOON_SHARE[1] for limit in limits}
    rest = np.array([rest_of.get(case.limit, -1) for case in cases], np.int64)
    at = np.flatnonzero((due != 0) & (rest >= 0))
    if len(at):
        soon[at] = _working(calendar, start[at], due[at], rest[at])
    return soon


def _working(
    calendar: Calendar, start: NDArray[np.int64], due: NDArray[np.int64], rest: NDArray[np.int64]
) -> NDArray[np.int64]:
    """The same tables as for one case: from the year of the start to well past the end."""
    first, last = _years(calendar, start), _years(calendar, np.maximum(start, due))
    soon: NDArray[np.int64] = share_of(start, due)
    for year, span in sorted(set(zip(first.tolist(), (last - first + 2).tolist(), strict=True))):
        starts, ends, before, total = _arrays(calendar, year, span)
        at = np.flatnonzero((first == year) & (last - first + 2 == span))
        if not len(starts):
            continue
        index = np.searchsorted(starts, due[at], side="right") - 1
        inside = before[index] + np.minimum(due[at], ends[index]) - starts[index]
        target = np.maximum(np.where(index < 0, 0, inside) - rest[at], 0)
        place = np.maximum(np.searchsorted(before, target, side="left") - 1, 0)
        found = np.maximum(starts[place] + target - before[place], start[at])
        soon[at] = np.where(target > total, soon[at], found)
    return soon


@lru_cache(maxsize=16)
def _arrays(
    calendar: Calendar, year: int, years: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], int]:
    table = work_table(calendar, year, years)
    starts, ends, before = (np.array(each, np.int64) for each in (table.starts, table.ends, table.before))
    return starts, ends, before, table.total


@lru_cache(maxsize=16)
def _new_years(calendar: Calendar, first: int, last: int) -> NDArray[np.int64]:
    """The instants at which the years after the first begin."""
    zone = zone_of(calendar)
    return np.array([wall_instant(zone, datetime(y, 1, 1)) for y in range(first + 1, last + 1)], np.int64)


def _years(calendar: Calendar, at_ms: NDArray[np.int64]) -> NDArray[np.int64]:
    zone = zone_of(calendar)
    first, last = local(zone, int(at_ms.min())).year, local(zone, int(at_ms.max())).year
    return first + np.searchsorted(_new_years(calendar, first, last), at_ms, side="right")
