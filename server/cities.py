"""The cities a centre can be founded with."""

from __future__ import annotations

import msgspec

import gridseat_files
from casework.clock.holidays import with_holidays
from casework.clock.model import Calendar
from casework.entities.city import City
from server.founding import Ground

EMPTY = "empty"
SMALL = "small"
CITIES = (SMALL, EMPTY)


def empty_ground() -> Ground:
    """A city with nothing in it but its own row; everything else comes by import."""
    body = gridseat_files.find("resources/catalogue/holidays_cn.csv").read_bytes()
    city = City(
        name="未命名城市",
        epsg=4545,
        west_mm=500_000_000,
        south_mm=2_500_000_000,
        east_mm=560_000_000,
        north_mm=2_550_000_000,
        calendar=with_holidays(Calendar(), body),
    )
    return Ground(rows=[("city", city)])


def ground_of(city: str, seed: int, now_ms: int) -> Ground:
    """What `init --city` asks for."""
    if city == EMPTY:
        return empty_ground()
    raise msgspec.ValidationError(f"no city is called {city}")
