"""Responsible units from a file: a tree, checked as a whole before any of it enters.

Promises: a unit's parent is in the file or here already; no unit is its own forebear; one that leans on a refused unit
is refused with it. A parent may be named by its id or by its name.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import numpy as np

from casework.entities.delivery import DeliveryKind
from casework.entities.unit import Unit
from casework.ids import UnitId
from casework.limits import PLACE_CHARS, UID_CHARS
from server.imports.checked import CHANGED, MADE, UNCHANGED, Checked, Entering
from server.imports.fields import Fields, is_again, is_digits, is_empty, lengths, tested
from server.imports.profile import Profile
from server.imports.sheets import Column, Sheet
from server.imports.sieve import Sieve
from server.imports.standing import Standing
from server.store.writing import Put

TOLD = ("name", "parent", "district", "trade", "phone")
DISTRICT_CHARS = 6


def check(sheet: Sheet, profile: Profile, standing: Standing) -> Checked:
    """What entering this file of units would do."""
    fields, sieve = Fields(sheet, profile), Sieve(sheet)
    ids = _ids(fields, sieve)
    districts = fields.column("district")
    is_lawful = tested(districts, lambda text: text == "" or is_digits(text, DISTRICT_CHARS))
    sieve.refuse(~is_lawful, "bad_district", district=districts)
    sieve.refuse(is_empty(fields.column("name")), "name_missing")
    for name, limit in (("name", PLACE_CHARS), ("trade", UID_CHARS), ("phone", UID_CHARS)):
        sieve.refuse(lengths(fields.column(name)) > limit, "too_long", field=name, limit=limit)
    parents = _parents(fields, ids, standing)
    _look_at_tree(ids, parents, fields, standing, sieve)
    made = [_unit(fields, ids, parents, row, standing) for row in range(sheet.rows)]
    fate = np.full(sheet.rows, MADE, dtype=np.uint8)
    for row, unit in enumerate(made):
        old = standing.units.get(unit.id)
        if old is not None:
            fate[row] = UNCHANGED if old.row == unit else CHANGED
    written = np.flatnonzero(sieve.is_free & (fate != UNCHANGED)).tolist()

    def puts(_: object) -> Iterator[Put]:
        for row in written:
            old = standing.units.get(made[row].id)
            yield Put("unit", made[row], old.ver if old else 0)

    return Checked(
        kind=DeliveryKind.UNITS,
        sheet=sheet,
        profile=profile,
        standing=standing,
        sieve=sieve,
        fate=fate,
        entering=Entering(puts=puts),
        absent=len(standing.units.keys() - set(ids.tolist())),
    )


def _ids(fields: Fields, sieve: Sieve) -> Column:
    """The unit's id; without one its number at the source, without that its name."""
    ids = fields.column("id")
    for name in ("uid", "name"):
        ids = np.where(is_empty(ids), fields.column(name), ids)
    sieve.refuse(is_empty(ids), "missing_id")
    sieve.refuse(lengths(ids) > UID_CHARS, "too_long", field="id", limit=UID_CHARS)
    sieve.refuse(is_again(ids, sieve.is_free), "duplicate_id", id=ids)
    return ids


def _parents(fields: Fields, ids: Column, standing: Standing) -> Column:
    """Ids of the parents; what is no known id or name stays as it is and is refused later."""
    known = {unit.name: key for key, unit in standing.known_units().items()}
    known |= dict(zip(fields.column("name").tolist(), ids.tolist(), strict=True))
    known |= {key: key for key in standing.units} | {key: key for key in ids.tolist()}
    parents = np.empty(len(ids), dtype=object)
    parents[:] = [known.get(told, told) if told else "" for told in fields.column("parent")]
    return parents


def _look_at_tree(ids: Column, parents: Column, fields: Fields, standing: Standing, sieve: Sieve) -> None:
    """Refuse units in a circle, then, until nothing moves, those whose parent does not enter."""
    told = fields.column("parent")
    parent_of = {key: row.row.parent for key, row in standing.units.items()}
    free = sieve.is_free
    parent_of |= {one: parent for one, parent, is_free in zip(ids, parents, free, strict=True) if is_free}
    circle = {one for one in parent_of if _is_in_circle(one, parent_of)}
    sieve.refuse(np.fromiter((one in circle for one in ids), np.bool_, len(ids)), "cycle", parent=told)
    while True:
        there = set(standing.units) | set(ids[sieve.is_free].tolist()) | {""}
        orphan = sieve.is_free & np.fromiter((one not in there for one in parents), np.bool_, len(ids))
        if not orphan.any():
            return
        sieve.refuse(orphan, "unknown_unit", parent=told)


def _is_in_circle(unit: str, parent_of: dict[str, Any]) -> bool:
    seen, at = set[str](), unit
    while at and at not in seen:
        seen.add(at)
        at = parent_of.get(at, "")
    return at == unit


def _unit(fields: Fields, ids: Column, parents: Column, row: int, standing: Standing) -> Unit:
    """The unit of a row; what the profile does not name stays as it is here."""
    old = standing.units.get(ids[row])
    told = {name: str(fields.column(name)[row]) for name in TOLD if fields.has(name)}
    if fields.has("parent"):
        told["parent"] = str(parents[row])
    if old is not None:
        kept: Unit = msgspec.structs.replace(old.row, **told)
        return kept
    return Unit(**{"id": UnitId(ids[row]), **told})  # type: ignore[arg-type]
