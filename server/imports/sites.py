"""Where the rows of a file lie in the city: by one pipeline into its plane, and from there into its unit grids."""

from __future__ import annotations

import msgspec
import numpy as np

from server.imports.fields import Flags, Ints
from server.imports.partition import NOWHERE, GridFinder
from server.imports.places import Pipeline, pipeline_for
from server.imports.placing import CODES, OK, Outlined, Placed, place_rows, place_shapes
from server.imports.profile import Profile
from server.imports.sheets import Remark, Sheet
from server.imports.sieve import Sieve
from server.imports.standing import Standing


class Site(msgspec.Struct, frozen=True):
    """The rows' places, and how they were come by."""

    pipeline: Pipeline
    placed: Placed

    @property
    def remarks(self) -> tuple[Remark, ...]:
        return (*self.pipeline.remarks, *self.placed.remarks)


def site_of(sheet: Sheet, profile: Profile, standing: Standing, sieve: Sieve) -> Site:
    """Every row's point; rows that have none are refused."""
    pipeline = pipeline_for(sheet, profile, standing.city.epsg)
    placed = place_rows(sheet, profile, pipeline, standing.box_mm)
    _sift(sheet, profile, placed.code, sieve)
    return Site(pipeline, placed)


def outlines_of(
    sheet: Sheet, profile: Profile, standing: Standing, sieve: Sieve
) -> tuple[Pipeline, Outlined]:
    """Every row's outline in whole millimetres; rows that have none are refused."""
    pipeline = pipeline_for(sheet, profile, standing.city.epsg)
    outlined = place_shapes(sheet, profile, pipeline, standing.box_mm)
    _sift(sheet, profile, outlined.code, sieve)
    return pipeline, outlined


def _sift(
    sheet: Sheet, profile: Profile, codes: np.ndarray[tuple[int], np.dtype[np.uint8]], sieve: Sieve
) -> None:
    for row, why in sheet.broken.items():
        sieve.refuse_row(row, "broken_geometry", why=why)
    told = {}
    if profile.place.x in sheet.columns and profile.place.y in sheet.columns:
        told = {"x": sheet.columns[profile.place.x], "y": sheet.columns[profile.place.y]}
    for number, code in enumerate(CODES):
        if number != OK:
            sieve.refuse(codes == number, code, **told)


def is_outside(site: Site, standing: Standing) -> Flags:
    """Which rows lie beyond the city's bounds."""
    west, south, east, north = standing.box_mm
    x, y = site.placed.x_mm, site.placed.y_mm
    outside: Flags = (x < west) | (x > east) | (y < south) | (y > north)
    return outside


def grid_of(site: Site, finder: GridFinder, standing: Standing, sieve: Sieve) -> Ints:
    """The grid that holds each row; a row in none is refused, as outside of the city where it is."""
    free = np.flatnonzero(sieve.is_free)
    grid = np.full(len(site.placed.x_mm), NOWHERE, dtype=np.int64)
    grid[free] = finder.at(site.placed.x_mm[free], site.placed.y_mm[free])
    nowhere = grid == NOWHERE
    sieve.refuse(nowhere & is_outside(site, standing), "outside_city")
    sieve.refuse(nowhere, "no_grid")
    return grid
