"""The city's own row: name, reference system, calendar and the limits of the centre's stages."""

from __future__ import annotations

import msgspec

from casework.clock.model import Calendar, TimeLimit, TimeUnit
from casework.entity import CITY_CHANNEL, Entity
from casework.workflow import Stage

CITY_KEY = "city"
STAGE_LIMITS = {
    Stage.REGISTERED: TimeLimit(30, TimeUnit.MINUTE),
    Stage.AWAITING_FILING: TimeLimit(30, TimeUnit.MINUTE),
    Stage.AWAITING_DISPATCH: TimeLimit(30, TimeUnit.MINUTE),
    Stage.AWAITING_CHECK: TimeLimit(30, TimeUnit.MINUTE),
    Stage.CHECKING: TimeLimit(2, TimeUnit.HOUR),
    Stage.AWAITING_CLOSE: TimeLimit(30, TimeUnit.MINUTE),
}


class City(msgspec.Struct, frozen=True, omit_defaults=True):
    """One row per authority. `epsg` is the plane of every x_mm (east) and y_mm (north); bounds in mm.

    `stage_limits` are the centre's own: 30 minutes to file and 30 to dispatch, 10 when urgent (Taiyuan's rule,
    taken as project default), 2 hours to check.
    """

    name: str
    epsg: int
    west_mm: int
    south_mm: int
    east_mm: int
    north_mm: int
    edition: str = "2026"
    calendar: Calendar = Calendar()
    grid_version: int = 1
    is_generated: bool = False
    starts_at_dispatch: bool = (
        False  # the handling clock: from filing (default) or from dispatch; differs by city
    )
    stage_limits: dict[Stage, TimeLimit] = msgspec.field(default_factory=lambda: dict(STAGE_LIMITS))


ENTITY = Entity("city", City, key=lambda row: CITY_KEY, channels=lambda row: (CITY_CHANNEL, "everybody"))
