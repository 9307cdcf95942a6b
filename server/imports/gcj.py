"""The shift of Chinese web maps: GCJ-02 (AMap, Tencent, DataV) and Baidu's BD-09 on top of it.

The forward formula is the published one; the inverse is found by iteration to well under a centimetre. Outside the
formula's own box around China nothing is shifted. Degrees in, degrees out, x is longitude; arrays or numbers.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Degrees = NDArray[np.float64]

SEMI_MAJOR_M = 6_378_245.0  # Krasovsky 1940, as the formula has it
ECCENTRICITY_2 = 0.00669342162296594323
BD_TURN = np.pi * 3000.0 / 180.0
TURNS = 12  # of the iteration; each makes the rest some thousand times smaller
ENOUGH_DEG = 1e-11  # about a micrometre


def is_shifted_area(lon: Degrees, lat: Degrees) -> NDArray[np.bool_]:
    """Where the formula shifts at all: its box around China."""
    return (lon >= 72.004) & (lon <= 137.8347) & (lat >= 0.8293) & (lat <= 55.8271)


def from_wgs84(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    """WGS 84 -> GCJ-02."""
    lon, lat = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    east, north = _shift(lon, lat)
    inside = is_shifted_area(lon, lat)
    return np.where(inside, lon + east, lon), np.where(inside, lat + north, lat)


def to_wgs84(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    """GCJ-02 -> WGS 84, iterated until forward gives the place back."""
    lon, lat = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    x, y = lon.copy(), lat.copy()
    for _ in range(TURNS):
        forth_x, forth_y = from_wgs84(x, y)
        rest_x, rest_y = lon - forth_x, lat - forth_y
        x, y = x + rest_x, y + rest_y
        rest = np.maximum(np.abs(rest_x), np.abs(rest_y))
        if not np.any(rest > ENOUGH_DEG):
            break
    return x, y


def bd09_to_gcj(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    """BD-09 -> GCJ-02, by Baidu's formula run backwards (exact to about a metre, as published)."""
    x, y = np.asarray(lon, dtype=np.float64) - 0.0065, np.asarray(lat, dtype=np.float64) - 0.006
    radius = np.hypot(x, y) - 0.00002 * np.sin(y * BD_TURN)
    angle = np.arctan2(y, x) - 0.000003 * np.cos(x * BD_TURN)
    return radius * np.cos(angle), radius * np.sin(angle)


def _shift(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    x, y = lon - 105.0, lat - 35.0
    root = np.sqrt(np.abs(x))
    both = (20.0 * np.sin(6.0 * x * np.pi) + 20.0 * np.sin(2.0 * x * np.pi)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + both
    north += (20.0 * np.sin(y * np.pi) + 40.0 * np.sin(y / 3.0 * np.pi)) * 2.0 / 3.0
    north += (160.0 * np.sin(y / 12.0 * np.pi) + 320.0 * np.sin(y * np.pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + both
    east += (20.0 * np.sin(x * np.pi) + 40.0 * np.sin(x / 3.0 * np.pi)) * 2.0 / 3.0
    east += (150.0 * np.sin(x / 12.0 * np.pi) + 300.0 * np.sin(x / 30.0 * np.pi)) * 2.0 / 3.0
    turn = np.radians(lat)
    magic = 1.0 - ECCENTRICITY_2 * np.sin(turn) ** 2
    root_magic = np.sqrt(magic)
    north_deg = np.degrees(north / (SEMI_MAJOR_M * (1.0 - ECCENTRICITY_2) / (magic * root_magic)))
    east_deg = np.degrees(east / (SEMI_MAJOR_M / root_magic * np.cos(turn)))
    return east_deg, north_deg
