"""Times of a file as instants: by the forms of the profile, in order, in the zone of the profile.

Promises: a value is read by the first form that fits it as a whole, or it is unreadable; which form each row took is
told; a date without a time is the start or the end of its day; an hour that was doubled or skipped by the clock is read
as the profile says. Nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from server.imports.forms import DAY_MS, HOUR_MS, NONE, Longs, form_of, read_form
from server.imports.profile import Clock

UNREADABLE = -1
EMPTY = -2
LAST_OF_DAY_MS = DAY_MS - 1_000  # what a clock without fractions shows last
EXCEL_EPOCH_MS = -25_569 * DAY_MS  # 1899-12-30
FARTHEST_MS = 253_402_300_799_000  # the end of the year 9999
# Forms that are no directives.
ISO, EPOCH_S, EPOCH_MS, EXCEL = "iso", "epoch_s", "epoch_ms", "excel"
DEFAULT_FORMS = (ISO,)


def instants(values: Sequence[str], time: Clock) -> tuple[Longs, NDArray[np.int8]]:
    """Milliseconds UTC (0 where there is none), and the index of the form taken, UNREADABLE or EMPTY."""
    told = np.full(len(values), "", dtype=object)
    told[:] = [value.strip() for value in values]
    at_ms = np.zeros(len(told), dtype=np.int64)
    taken = np.full(len(told), UNREADABLE, dtype=np.int8)
    taken[told == ""] = EMPTY
    for index, form in enumerate(time.forms or DEFAULT_FORMS):
        left = np.flatnonzero(taken == UNREADABLE)
        if not len(left):
            break
        found = _by_form(told[left], form, time)
        hit = found != NONE
        at_ms[left[hit]] = found[hit]
        taken[left[hit]] = index
    return at_ms, taken


def _by_form(values: NDArray[np.object_], form: str, time: Clock) -> Longs:
    """Instants, NONE where the form does not fit the whole value."""
    if form in (EPOCH_S, EPOCH_MS, EXCEL):
        return _by_number(values, form, time)
    if form == ISO:
        return _by_iso(values, time)
    known = form_of(form)
    wall = read_form(values.tolist(), known)
    if known.has_zone:
        return wall
    if not known.has_time and time.day_is == "end":
        wall = np.where(wall == NONE, NONE, wall + LAST_OF_DAY_MS)
    return from_wall(wall, time)


def _by_number(values: NDArray[np.object_], form: str, time: Clock) -> Longs:
    """Counts of seconds, milliseconds, or Excel's days (those are wall time)."""
    out = np.full(len(values), NONE, dtype=np.int64)
    for index, value in enumerate(values):
        if not re.fullmatch(r"[+-]?\d+(\.\d+)?", value):
            continue
        unit_ms = {EPOCH_S: 1000, EPOCH_MS: 1, EXCEL: DAY_MS}[form]
        at_ms = round(float(value) * unit_ms) if "." in value else int(value) * unit_ms
        at_ms += EXCEL_EPOCH_MS if form == EXCEL else 0
        if abs(at_ms) <= FARTHEST_MS:
            out[index] = at_ms
    return from_wall(out, time) if form == EXCEL else out


def _by_iso(values: NDArray[np.object_], time: Clock) -> Longs:
    """ISO 8601 with or without a time, a fraction, a zone."""
    out = np.full(len(values), NONE, dtype=np.int64)
    wall = np.full(len(values), NONE, dtype=np.int64)
    for index, value in enumerate(values):
        try:
            one = datetime.fromisoformat(value)
        except ValueError:
            continue
        if one.tzinfo is not None:
            out[index] = round(one.timestamp() * 1000)
            continue
        since = one - datetime(1970, 1, 1)
        wall[index] = since // timedelta(milliseconds=1)
        if len(value) <= len("2011-07-01"):
            wall[index] += LAST_OF_DAY_MS if time.day_is == "end" else 0
    return np.where(out != NONE, out, from_wall(wall, time))


def from_wall(wall_ms: Longs, time: Clock) -> Longs:
    """Wall time of the profile's zone -> UTC. Days and hours in which the clock does nothing are done together."""
    zone = ZoneInfo(time.zone or "UTC")
    there = np.flatnonzero(wall_ms != NONE)
    out = np.full(len(wall_ms), NONE, dtype=np.int64)
    offsets = np.full(len(there), NONE, dtype=np.int64)
    for span_ms in (DAY_MS, HOUR_MS):
        # Few days of a year, and few hours of those, are not the same throughout.
        left = np.flatnonzero(offsets == NONE)
        spans, which = np.unique(wall_ms[there[left]] // span_ms, return_inverse=True)
        steady = np.array(
            [_steady_offset_ms(zone, int(one) * span_ms, span_ms) for one in spans], dtype=np.int64
        )
        offsets[left] = steady[which]
    for index in np.flatnonzero(offsets == NONE):
        offsets[index] = _offset_ms(zone, int(wall_ms[there[index]]), time)
    out[there] = wall_ms[there] - offsets
    return out


def _offset(zone: ZoneInfo, wall_ms: int, fold: int) -> int:
    wall = datetime(1970, 1, 1) + timedelta(milliseconds=wall_ms)
    offset = wall.replace(tzinfo=zone, fold=fold).utcoffset()
    return (offset or timedelta()) // timedelta(milliseconds=1)


def _steady_offset_ms(zone: ZoneInfo, start_ms: int, span_ms: int) -> int:
    """The offset of a whole day or hour; NONE where it changes in it."""
    seen = {_offset(zone, start_ms + at_ms, fold) for at_ms in (0, span_ms - 1) for fold in (0, 1)}
    return seen.pop() if len(seen) == 1 else int(NONE)


def _offset_ms(zone: ZoneInfo, wall_ms: int, time: Clock) -> int:
    """By the profile where the hour is there twice or not at all."""
    before, after = _offset(zone, wall_ms, 0), _offset(zone, wall_ms, 1)
    if before == after:
        return before
    is_skipped = after > before
    # In a doubled hour the first offset gives the earlier instant, in a skipped one the later.
    wanted = time.gap if is_skipped else time.fold
    takes_first = wanted == ("later" if is_skipped else "earlier")
    return before if takes_first else after
