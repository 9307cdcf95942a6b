"""Their classes as ours: by the profile's map, or as codes of the catalogue that the file uses itself.

Promises: every class that comes out is in the catalogue of the profile's edition; a profile that names one that is not
is refused as a whole, since its fault is no row's.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
import numpy as np

from casework.catalogue.model import Catalogue, Kind
from server.imports.fields import Fields, Ints, factorized
from server.imports.profile import Profile
from server.imports.sheets import Unreadable

UNKNOWN = -1
Class = tuple[Kind, str]


class Classed(msgspec.Struct, frozen=True):
    """The class of each row as a number in `classes`, UNKNOWN where it has none."""

    edition: str
    classes: tuple[Class, ...]
    of: Ints


def classed(
    fields: Fields,
    profile: Profile,
    catalogues: Mapping[str, Catalogue],
    city_edition: str,
    kinds: tuple[Kind, ...],
) -> Classed:
    """The field `class` of every row. Raises Unreadable where the profile names an edition or class there is not."""
    edition = profile.classes.edition or city_edition
    if edition not in catalogues:
        raise Unreadable("unknown_edition", edition=edition)
    known = catalogues[edition]
    told = {name.strip(): _target(code, name, known, kinds) for name, code in profile.classes.map.items()}
    other = _target(profile.classes.other, "", known, kinds) if profile.classes.other else None
    numbers, values = factorized(fields.column("class"))
    found = [told.get(value) or _own_code(value, known, kinds) or other for value in values]
    classes = tuple(dict.fromkeys(one for one in found if one is not None))
    place = {one: number for number, one in enumerate(classes)}
    of = np.array([UNKNOWN if one is None else place[one] for one in found], dtype=np.int64)
    return Classed(edition, classes, of[numbers] if len(of) else numbers)


def reachable(
    profile: Profile, catalogues: Mapping[str, Catalogue], city_edition: str, kinds: tuple[Kind, ...]
) -> frozenset[Class]:
    """Every class the profile can give a row."""
    known = catalogues[profile.classes.edition or city_edition]
    told = [*profile.classes.map.values(), *([profile.classes.other] if profile.classes.other else [])]
    return frozenset(_target(code, "", known, kinds) for code in told)


def _target(code: str, name: str, known: Catalogue, kinds: tuple[Kind, ...]) -> Class:
    kind, _, digits = code.partition(":")
    if kind not in kinds or (Kind(kind), digits) not in known.classes:
        place = f'classes.map."{name}"' if name else "classes.other"
        raise Unreadable("profile_names_no_class", place=place, named=code, edition=known.edition)
    return Kind(kind), digits


def _own_code(value: str, known: Catalogue, kinds: tuple[Kind, ...]) -> Class | None:
    """`component:01003`, or the bare code; a bare one is an event's where both kinds have it."""
    kind, _, digits = value.rpartition(":")
    for one in sorted(kinds, reverse=True):
        if kind in ("", one) and (one, digits) in known.classes:
            return one, digits
    return None
