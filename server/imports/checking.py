"""Checking a file against a centre: one way in for every kind of file."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from casework.entities.delivery import DeliveryKind
from server.imports import cases, components, grids, units
from server.imports.checked import Checked
from server.imports.places import Pipeline
from server.imports.profile import Profile
from server.imports.sheets import Sheet, Unreadable
from server.imports.standing import Standing

CHECKS: Mapping[DeliveryKind, Callable[[Sheet, Profile, Standing], Checked]] = {
    DeliveryKind.COMPONENTS: components.check,
    DeliveryKind.GRIDS: grids.check,
    DeliveryKind.CASES: cases.check,
    DeliveryKind.UNITS: units.check,
}
__all__ = ["Checked", "Pipeline", "check"]


def check(sheet: Sheet, profile: Profile, standing: Standing) -> Checked:
    """What entering the file would do; nothing is written. Raises Unreadable where the file as a whole cannot enter."""
    if profile.kind.value != standing.kind.value:
        raise Unreadable(
            "profile_of_another_kind", profile=profile.name, is_of=profile.kind, asked=standing.kind
        )
    return CHECKS[standing.kind](sheet, profile, standing)
