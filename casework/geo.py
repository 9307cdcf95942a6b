"""Plane geometry in whole millimetres: rings, points, distances, bearings.

A ring is x0, y0, x1, y1, ... without the repeated first point, x to the east and y to the north, in the city's
plane. Promises: what can be exact in whole numbers is exact, so a point on the border of two cells that share
their vertices lies in exactly one of them. Reference systems and their shifts are not its subject.
"""

from __future__ import annotations

import enum
import math
from collections.abc import Iterable, Iterator, Sequence

import msgspec

Ring = Sequence[int]
M2_MM2 = 1_000_000  # square millimetres in a square metre


class Box(msgspec.Struct, frozen=True):
    """An upright rectangle; its edges belong to it."""

    west_mm: int
    south_mm: int
    east_mm: int
    north_mm: int

    def holds(self, x_mm: int, y_mm: int) -> bool:
        """Whether the point lies in it."""
        return self.west_mm <= x_mm <= self.east_mm and self.south_mm <= y_mm <= self.north_mm


class Point(msgspec.Struct, frozen=True):
    """A place in the plane."""

    x_mm: int
    y_mm: int


class Bearing(enum.StrEnum):
    """Eight directions, in the order of the compass from north by east."""

    NORTH = "north"
    NORTH_EAST = "north_east"
    EAST = "east"
    SOUTH_EAST = "south_east"
    SOUTH = "south"
    SOUTH_WEST = "south_west"
    WEST = "west"
    NORTH_WEST = "north_west"


COMPASS = tuple(Bearing)


def edges(ring: Ring) -> Iterator[tuple[int, int, int, int]]:
    """Each edge as x, y, x, y, the closing one among them."""
    count = len(ring) // 2
    for index in range(count):
        after = (index + 1) % count
        yield ring[2 * index], ring[2 * index + 1], ring[2 * after], ring[2 * after + 1]


def is_inside(ring: Ring, x_mm: int, y_mm: int) -> bool:
    """Whether the point lies in the ring, by crossings; of two cells that share an edge just one holds its points."""
    inside = False
    for ax, ay, bx, by in edges(ring):
        if (ay > y_mm) != (by > y_mm):
            # x_mm < ax + (y_mm - ay) * (bx - ax) / (by - ay), without dividing
            side = (x_mm - ax) * (by - ay) - (y_mm - ay) * (bx - ax)
            inside ^= side < 0 if by > ay else side > 0
    return inside


def is_within(rings: Iterable[Ring], x_mm: int, y_mm: int) -> bool:
    """Whether the point lies in an area of several rings: in one of its parts and in none of their holes."""
    return sum(is_inside(ring, x_mm, y_mm) for ring in rings) % 2 == 1


def twice_area_mm2(ring: Ring) -> int:
    """Twice the signed area: positive where the ring runs counter-clockwise."""
    return sum(ax * by - bx * ay for ax, ay, bx, by in edges(ring))


def area_m2(ring: Ring) -> int:
    """The area in whole square metres, rounded to the nearest."""
    return (abs(twice_area_mm2(ring)) + M2_MM2) // (2 * M2_MM2)


def is_counter_clockwise(ring: Ring) -> bool:
    """The direction every stored ring has."""
    return twice_area_mm2(ring) > 0


def box_of(ring: Ring) -> Box:
    """The smallest box around a ring, or around any run of x, y pairs; it must not be empty."""
    return Box(min(ring[::2]), min(ring[1::2]), max(ring[::2]), max(ring[1::2]))


def box_around(x_mm: int, y_mm: int, radius_mm: int) -> Box:
    """The box that holds a circle."""
    return Box(x_mm - radius_mm, y_mm - radius_mm, x_mm + radius_mm, y_mm + radius_mm)


def centroid(ring: Ring) -> Point:
    """The centre of gravity of the area (it may lie outside a bent ring); of a flat ring the middle of its box."""
    # Counted from the first point: coordinates of a city's plane squared are long numbers for nothing.
    x0, y0 = ring[0], ring[1]
    area = x_sum = y_sum = 0
    for ax, ay, bx, by in edges(ring):
        cross = (ax - x0) * (by - y0) - (bx - x0) * (ay - y0)
        area += cross
        x_sum += (ax + bx - 2 * x0) * cross
        y_sum += (ay + by - 2 * y0) * cross
    if area == 0:
        box = box_of(ring)
        return Point((box.west_mm + box.east_mm) // 2, (box.south_mm + box.north_mm) // 2)
    return Point(x0 + round(x_sum / (3 * area)), y0 + round(y_sum / (3 * area)))


LABEL_LINES = 9  # heights at which a bent ring is searched for room


def label_point(ring: Ring) -> Point:
    """A point inside the ring for its name: the centroid, or the middle of the widest of some level cuts."""
    middle = centroid(ring)
    if is_inside(ring, middle.x_mm, middle.y_mm):
        return middle
    box = box_of(ring)
    height = box.north_mm - box.south_mm
    best, widest = middle, -1
    for line in range(1, LABEL_LINES + 1):
        y_mm = box.south_mm + height * line // (LABEL_LINES + 1)
        cuts = _level_cuts(ring, y_mm)
        for west, east in zip(cuts[::2], cuts[1::2], strict=False):
            if east - west > widest:
                widest, best = east - west, Point((west + east) // 2, y_mm)
    return best


def _level_cuts(ring: Ring, y_mm: int) -> list[int]:
    return sorted(
        ax + (y_mm - ay) * (bx - ax) // (by - ay)
        for ax, ay, bx, by in edges(ring)
        if (ay > y_mm) != (by > y_mm)
    )


def distance_mm(ax_mm: int, ay_mm: int, bx_mm: int, by_mm: int) -> int:
    """The straight distance, rounded down to whole millimetres."""
    return math.isqrt((bx_mm - ax_mm) ** 2 + (by_mm - ay_mm) ** 2)


def bearing(ax_mm: int, ay_mm: int, bx_mm: int, by_mm: int) -> Bearing | None:
    """In which of eight directions the second point lies from the first; None where they are the same."""
    east, north = bx_mm - ax_mm, by_mm - ay_mm
    if east == 0 and north == 0:
        return None
    return COMPASS[round(math.degrees(math.atan2(east, north)) / 45) % 8]
