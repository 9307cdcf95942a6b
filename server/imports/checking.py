"""Checking a file against a centre: one way in for every kind of file."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from casework.entities.delivery import DeliveryKind
from server.imports import cases, components, grids, units
from server.imports.checked import Checked
from server.imports.partition import polygons
from server.imports.places import Pipeline, gcj_signs
from server.imports.profile import Profile
from server.imports.sheets import Remark, Sheet, Unreadable
from server.imports.standing import Standing

CHECKS: Mapping[DeliveryKind, Callable[[Sheet, Profile, Standing], Checked]] = {
    DeliveryKind.COMPONENTS: components.check,
    DeliveryKind.GRIDS: grids.check,
    DeliveryKind.CASES: cases.check,
    DeliveryKind.UNITS: units.check,
}
__all__ = ["Checked", "Pipeline", "check"]
OUTLINES = 2_000  # grids of the city that a file of grids is laid over, to see whether it is shifted
CHINA = range(4490, 4555)  # CGCS2000 and its planes, in EPSG's numbers


def look_at_kind(profile: Profile, kind: DeliveryKind) -> None:
    """Raises Unreadable where the profile is for files of another kind."""
    if profile.kind.value != kind.value:
        raise Unreadable("profile_of_another_kind", profile=profile.name, is_of=profile.kind, asked=kind)


def check(sheet: Sheet, profile: Profile, standing: Standing) -> Checked:
    """What entering the file would do; nothing is written. Raises Unreadable where the file as a whole cannot enter."""
    look_at_kind(profile, standing.kind)
    checked = CHECKS[standing.kind](sheet, profile, standing)
    return msgspec.structs.replace(checked, remarks=(*checked.remarks, *_shift(sheet, profile, standing)))


def _shift(sheet: Sheet, profile: Profile, standing: Standing) -> list[Remark]:
    """What speaks for the shift of Chinese web maps, in a file that has geometry."""
    if sheet.shapes is None or not sheet.rows:
        return []
    epsg, known = standing.city.epsg, list(standing.known_grids().values())
    is_laid_over = standing.kind is DeliveryKind.GRIDS and epsg in CHINA and 0 < len(known) <= OUTLINES
    return gcj_signs(sheet, profile, epsg, polygons(known) if is_laid_over else None)
