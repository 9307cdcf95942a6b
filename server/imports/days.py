"""Days of a file (surveyed, in use since) as yyyy-MM-dd in the city's own zone."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np

from server.imports.fields import Flags, column_of, factorized
from server.imports.profile import Clock
from server.imports.sheets import Column
from server.imports.times import UNREADABLE, instants


def days_of(values: Column, clock: Clock, zone: str) -> tuple[Column, Flags]:
    """The day of each value ("" where there is none), and which of them could be read (each distinct one once)."""
    numbers, distinct = factorized(values)
    if distinct in ([], [""]):
        return values, np.ones(len(values), dtype=np.bool_)
    at_ms, form = instants(distinct, clock)
    there = ZoneInfo(clock.zone or zone)
    days = [
        datetime.fromtimestamp(at / 1000, UTC).astimezone(there).strftime("%Y-%m-%d") if kind >= 0 else ""
        for at, kind in zip(at_ms.tolist(), form.tolist(), strict=True)
    ]
    return column_of(days)[numbers], (form != UNREADABLE)[numbers]
