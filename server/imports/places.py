"""From a file's coordinates to the city's plane, by one operation that is written down.

Promises: x is always east; the operation is chosen once, for the area the city's system is made for, and its text and
accuracy can be read; a ballpark operation, an unknown system or none at all is refused; nothing is fetched from
anywhere; a coordinate far outside of the area is said to be so and not projected into the blue.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from server.imports.limits import LIMITS, Limits
from server.imports.profile import Profile
from server.imports.sheets import Remark, Shapes, Sheet

# What became of a row's place: `Placed.code` indexes this.
OK, EMPTY, NO_NUMBER, OUTSIDE_AREA, SWAPPED, BROKEN = range(6)
CODES = ("", "no_place", "place_not_a_number", "outside_area", "place_swapped", "broken_geometry")


class Pipeline(msgspec.Struct, frozen=True):
    """One explicit way from a file's coordinates to the city's plane."""

    text: str  # goes into the report
    accuracy_m: float  # as the register of operations gives it; -1 = it does not say
    remarks: tuple[Remark, ...] = ()

    def points(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[Any, Any, Any]:
        """x_mm, y_mm (int64) and which of them are lawful; others are 0."""
        raise NotImplementedError

    def shapes(self, geoms: Shapes) -> Shapes:
        """Geometries in whole millimetres of the plane; one with an unlawful point becomes None."""
        raise NotImplementedError


class Placed(msgspec.Struct, frozen=True):
    """Every row's point in the city's plane, or why it has none."""

    x_mm: NDArray[np.int64]
    y_mm: NDArray[np.int64]
    code: NDArray[np.uint8]  # index of CODES
    remarks: tuple[Remark, ...] = ()


def pipeline_to(epsg: int, crs: str, unit: str = "", limits: Limits = LIMITS) -> Pipeline:
    """The way from `crs` (as a profile or a file says it) to the city's plane; raises Unreadable."""
    raise NotImplementedError


def pipeline_for(sheet: Sheet, profile: Profile, epsg: int, limits: Limits = LIMITS) -> Pipeline:
    """The pipeline for a sheet: the profile's word, else the file's own; raises Unreadable where neither says."""
    raise NotImplementedError


def place_rows(
    sheet: Sheet, profile: Profile, pipeline: Pipeline, box_mm: tuple[int, int, int, int] | None = None
) -> Placed:
    """Every row's point (west, south, east, north of the city help to tell swapped coordinates)."""
    raise NotImplementedError


def gcj_signs(
    sheet: Sheet, profile: Profile | None, pipeline: Pipeline, known_mm: Iterable[Any] = ()
) -> list[Remark]:
    """What speaks for coordinates shifted by GCJ-02: marks of DataV, the profile's word, a fit to known outlines."""
    raise NotImplementedError
