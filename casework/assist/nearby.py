"""The open cases nearest to a place, with distance and direction, for duplicates and for the strip under the map."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from casework.entities.case import Case
from casework.geo import Bearing, Box, bearing, box_around, distance_mm
from casework.ids import CaseId

NEAR_MM = 50_000
NEAR_CASES = 3


class Near(msgspec.Struct, frozen=True):
    """`bearing` is seen from the place; None where the case lies on it."""

    case: Case
    distance_mm: int
    bearing: Bearing | None
    is_same_class: bool


def search_box(x_mm: int, y_mm: int, radius_mm: int = NEAR_MM) -> Box:
    """What to ask an index for before `nearby`."""
    return box_around(x_mm, y_mm, radius_mm)


def nearby(
    cases: Iterable[Case],
    x_mm: int,
    y_mm: int,
    radius_mm: int = NEAR_MM,
    but: CaseId | None = None,
    class_code: str = "",
    most: int = NEAR_CASES,
) -> tuple[Near, ...]:
    """The open cases within the radius but `but`, the nearest first; equal distances by number."""
    box = search_box(x_mm, y_mm, radius_mm)
    found = [
        Near(
            case,
            distance_mm(x_mm, y_mm, case.x_mm, case.y_mm),
            bearing(x_mm, y_mm, case.x_mm, case.y_mm),
            case.class_code == class_code,
        )
        for case in cases
        if case.id != but and box.holds(case.x_mm, case.y_mm) and case.is_open
    ]
    within = [near for near in found if near.distance_mm <= radius_mm]
    return tuple(sorted(within, key=lambda near: (near.distance_mm, near.case.id))[:most])
