"""The tile pyramid in the city's plane: halving resolutions from one corner, squares of 512 pixels.

Column and row count from the north-west corner of the city's bounds, the way the page counts them.
"""

from __future__ import annotations

import msgspec

from casework.entities.city import City

TILE_PX = 512
RESOLUTIONS = (64.0, 32.0, 16.0, 8.0, 4.0, 2.0, 1.0, 0.5, 0.25, 0.125)  # metres per pixel


class Box(msgspec.Struct, frozen=True):
    """A part of the plane in metres."""

    west: float
    south: float
    east: float
    north: float

    def grown(self, by: float) -> Box:
        """The box with a margin all round."""
        return Box(self.west - by, self.south - by, self.east + by, self.north + by)


class Pyramid(msgspec.Struct, frozen=True):
    """Where tiles lie. `west` and `north` are the corner all tiles count from."""

    bounds: Box

    @property
    def west(self) -> float:
        """The western edge of column 0."""
        return self.bounds.west

    @property
    def north(self) -> float:
        """The northern edge of row 0."""
        return self.bounds.north

    def holds(self, z: int, x: int, y: int) -> bool:
        """Whether the pyramid has such a tile."""
        if not 0 <= z < len(RESOLUTIONS) or x < 0 or y < 0:
            return False
        box = self.box(z, x, y)
        return box.west < self.bounds.east and box.north > self.bounds.south

    def box(self, z: int, x: int, y: int) -> Box:
        """What a tile shows."""
        side = RESOLUTIONS[z] * TILE_PX
        west, north = self.west + x * side, self.north - y * side
        return Box(west, north - side, west + side, north)


def pyramid_of(city: City) -> Pyramid:
    """The pyramid of a city's bounds, its corner on a whole metre so that all scales share their pixels' edges."""
    return Pyramid(
        Box(
            west=float(city.west_mm // 1000),
            south=float(city.south_mm // 1000),
            east=float(-(-city.east_mm // 1000)),
            north=float(-(-city.north_mm // 1000)),
        )
    )


def nearest_level(m_px: float) -> int:
    """The level whose resolution is nearest to a wished one."""
    return min(range(len(RESOLUTIONS)), key=lambda z: abs(RESOLUTIONS[z] / m_px - m_px / RESOLUTIONS[z]))


def fitting_level(box: Box, width_px: float, height_px: float) -> int:
    """The finest level at which a box fits into a window."""
    needed = max((box.east - box.west) / max(width_px, 1.0), (box.north - box.south) / max(height_px, 1.0))
    return max((z for z, m_px in enumerate(RESOLUTIONS) if m_px >= needed), default=0)
