"""Components from a file: each into its unit grid, to the unit that answers for it, under a lawful id.

Promises: an id of 16 or 17 digits is checked as text and kept as it is; one that is made (district, class, sequence) is
found again by the component's id at its source, so that a second import makes no second component; a field that the
profile does not name keeps what it has here. Where a component lies decides its grid, not what the file says of it.
"""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np

from casework.assist.duty import topic_of
from casework.catalogue.model import Kind
from casework.entities.component import ComponentState
from casework.entities.delivery import DeliveryKind
from casework.entities.duty_layer import answering
from casework.limits import UID_CHARS
from server.imports.checked import CHANGED, MADE, UNCHANGED, Checked, Entering
from server.imports.classes import UNKNOWN, Classed, classed, reachable
from server.imports.days import days_of
from server.imports.fields import (
    Fields,
    Flags,
    Ints,
    column_of,
    factorized,
    is_again,
    is_digits,
    is_empty,
    lengths,
    looked_up,
    mapped,
    tested,
)
from server.imports.partition import GridFinder
from server.imports.profile import Profile
from server.imports.sheets import Column, Remark, Sheet, remark
from server.imports.sieve import Sieve
from server.imports.sites import Site, grid_of, site_of
from server.imports.standing import Standing
from server.imports.stock import ABSENT, STATE_OF, Stock, put_over, read_stock, table_of
from server.store.writing import Put

DELTAS = 20_000  # more changes than this are a new components.db, not rows
KEY_CHARS = {"2007": 16, "2013": 16, "2026": 17}
SEQUENCE = 1_000_000
KINDS = (Kind.COMPONENT,)
STATE_WORDS = {
    **{str(state): state for state in ComponentState},
    "完好": ComponentState.INTACT,
    "破损": ComponentState.BROKEN,
    "丢失": ComponentState.MISSING,
    "废弃": ComponentState.ABANDONED,
    "移除": ComponentState.REMOVED,
}
REMOVED = STATE_OF[ComponentState.REMOVED]
COMPARED = ("classes", "x_mm", "y_mm", "grids", "owners", "state", "surveyed", "uids")


def check(sheet: Sheet, profile: Profile, standing: Standing) -> Checked:
    """What entering this file of components would do."""
    fields, sieve = Fields(sheet, profile), Sieve(sheet)
    site = site_of(sheet, profile, standing, sieve)
    kinds = classed(fields, profile, standing.catalogues, standing.city.edition, KINDS)
    sieve.refuse(kinds.of == UNKNOWN, "unknown_class", **{"class": fields.column("class")})
    ids, uids = _names(fields, sieve, kinds)
    finder = GridFinder(list(standing.known_grids().values()))
    grid = grid_of(site, finder, standing, sieve)
    remarks = [*site.remarks, *_told_otherwise(fields, finder, grid, sieve)]
    stock = read_stock(standing)
    among = frozenset(code for _, code in _classes_here(profile, standing, kinds))
    here = np.where(is_empty(ids), stock.of_uids(uids, among), stock.of_keys(ids))
    made = _as_told(
        sheet, fields, profile, standing, kinds, site, finder.codes[grid], stock, here, sieve, remarks
    )
    keys = _keys(ids, here, stock, made, profile, kinds, sieve)
    made = msgspec.structs.replace(made, keys=keys, uids=_kept(uids, stock.uids, here, fields.has("uid")))
    fate = _fate(made, stock, here)
    present = np.zeros(len(stock), dtype=np.bool_)
    present[here[here != ABSENT]] = True
    absent = np.flatnonzero(stock.of_classes(among) & ~present & (stock.state != REMOVED))
    removed = absent if profile.file.is_whole else absent[:0]
    return Checked(
        kind=DeliveryKind.COMPONENTS,
        sheet=sheet,
        profile=profile,
        standing=standing,
        sieve=sieve,
        fate=fate,
        entering=_entering(made, stock, fate, sieve.is_free, removed),
        pipeline=site.pipeline,
        placed=site.placed,
        remarks=tuple(remarks),
        absent=len(absent) - len(removed),
        removed=len(removed),
    )


def _classes_here(profile: Profile, standing: Standing, kinds: Classed) -> frozenset[Any]:
    told = reachable(profile, standing.catalogues, standing.city.edition, KINDS)
    return told | frozenset(kinds.classes)


def _names(fields: Fields, sieve: Sieve, kinds: Classed) -> tuple[Column, Column]:
    """The lawful ids the file has, and the ids at the source."""
    ids, uids = fields.column("id"), fields.column("uid")
    count = KEY_CHARS.get(kinds.edition, 17)
    has_id = ~is_empty(ids)
    is_lawful = np.fromiter((is_digits(text, count) for text in ids), np.bool_, len(ids))
    sieve.refuse(has_id & ~is_lawful, "bad_id", id=ids, digits=count)
    codes = column_of([code for _, code in kinds.classes] + [""])[kinds.of]
    parts = zip(ids, codes, strict=True)
    is_its_class = np.fromiter((one[6 : 6 + len(code)] == code for one, code in parts), np.bool_, len(ids))
    sieve.refuse(has_id & ~is_its_class, "id_of_another_class", **{"id": ids, "class": codes})
    sieve.refuse(~has_id & is_empty(uids), "missing_id")
    sieve.refuse(lengths(uids) > UID_CHARS, "too_long", field="uid", limit=UID_CHARS)
    sieve.refuse(has_id & is_again(ids, sieve.is_free & has_id), "duplicate_id", id=ids)
    by_uid = ~is_empty(uids)
    sieve.refuse(by_uid & is_again(uids, sieve.is_free & by_uid), "duplicate_id", id=uids)
    return ids, uids


def _told_otherwise(fields: Fields, finder: GridFinder, grid: Ints, sieve: Sieve) -> list[Remark]:
    """A grid the file names and the component does not lie in: its place counts, and the report says so."""
    told = fields.column("grid")
    has_one = ~is_empty(told)
    is_lawful = tested(told, lambda code: code == "" or is_digits(code, 15))
    sieve.refuse(has_one & ~is_lawful, "bad_grid_code", grid=told)
    differs = has_one & sieve.is_free & (told != finder.codes[grid])
    return [remark("grid_differs", rows=int(differs.sum()))] if differs.any() else []


def _as_told(
    sheet: Sheet,
    fields: Fields,
    profile: Profile,
    standing: Standing,
    kinds: Classed,
    site: Site,
    grids: Column,
    stock: Stock,
    here: Ints,
    sieve: Sieve,
    remarks: list[Remark],
) -> Stock:
    """Every row as the component it would be; `keys` and `uids` come later."""
    words = fields.column("state")
    number = np.array([STATE_OF[state] for state in STATE_WORDS.values()] + [0], dtype=np.int64)
    state_of = looked_up(words, {word: place for place, word in enumerate(STATE_WORDS)})
    sieve.refuse(~is_empty(words) & (state_of == -1), "unknown_state", state=words)
    told_state = number[state_of]
    if not fields.has("state"):
        # Silence says that it is there: only what had been removed comes back.
        had = stock.state[here] if len(stock) else told_state
        told_state = np.where((here != ABSENT) & (had != REMOVED), had, told_state)
    surveyed, is_day = days_of(fields.column("surveyed"), profile.time, standing.city.calendar.zone)
    sieve.refuse(~is_day, "bad_time", field="surveyed", value=fields.column("surveyed"))
    codes = column_of([code for _, code in kinds.classes] + [""])[kinds.of]
    return Stock(
        keys=np.full(sheet.rows, "", dtype=object),
        classes=codes,
        x_mm=site.placed.x_mm,
        y_mm=site.placed.y_mm,
        grids=grids,
        owners=_owners(fields, standing, kinds, grids, codes, stock, here, sieve, remarks),
        state=told_state,
        surveyed=_kept(surveyed, stock.surveyed, here, fields.has("surveyed")),
        uids=np.full(sheet.rows, "", dtype=object),
        ver=stock.ver[here] * (here != ABSENT) if len(stock) else np.zeros(sheet.rows, np.int64),
    )


def _kept(told: Column, had: Column, here: Ints, is_told: bool) -> Column:
    """What the file says, or what the component has where the profile does not name the field."""
    if is_told or not len(had):
        return told
    return np.where(here != ABSENT, had[here], told)


def _owners(
    fields: Fields,
    standing: Standing,
    kinds: Classed,
    grids: Column,
    codes: Column,
    stock: Stock,
    here: Ints,
    sieve: Sieve,
    remarks: list[Remark],
) -> Column:
    """The file's owner where it is a unit here, else the duty layer's unit for the class in that grid."""
    units = standing.known_units()
    names = {unit.name: key for key, unit in units.items()} | {key: key for key in units}
    told = fields.column("owner")
    owner = mapped(told, lambda value: names.get(value, ""))
    strange = ~is_empty(told) & is_empty(owner) & sieve.is_free
    if strange.any():
        _, values = factorized(told[strange])
        remarks.append(remark("owner_no_unit", rows=int(strange.sum()), values=", ".join(values[:5])))
    if len(stock):
        same = (here != ABSENT) & (stock.grids[here] == grids) & (stock.classes[here] == codes)
        owner = np.where((owner == "") & same, stock.owners[here], owner)
    open_ = np.flatnonzero((owner == "") & sieve.is_free)
    if len(open_):
        owner = owner.copy()
        owner[open_] = _on_duty(standing, kinds.edition, grids[open_], codes[open_])
    return owner


def _on_duty(standing: Standing, edition: str, grids: Column, codes: Column) -> Column:
    """The unit of the layer that answers for the class there; one look-up per class and grid."""
    layers = standing.layers()
    unit_in: dict[str, dict[str, str]] = {}
    for duty in standing.duties():
        by_grid = unit_in.setdefault(duty.layer, {})
        for grid in duty.grids:
            by_grid.setdefault(grid, duty.unit)
    asked: dict[str, list[dict[str, str]]] = {}
    for code in dict.fromkeys(codes):
        closest = answering(layers, topic_of(Kind.COMPONENT, edition, code))
        asked[code] = [unit_in.get(layer.id, {}) for layer in closest]
    known: dict[tuple[str, str], str] = {}
    found = []
    for pair in zip(codes, grids, strict=True):
        if pair not in known:
            known[pair] = next((there[pair[1]] for there in asked[pair[0]] if pair[1] in there), "")
        found.append(known[pair])
    return column_of(found)


def _keys(
    ids: Column, here: Ints, stock: Stock, made: Stock, profile: Profile, kinds: Classed, sieve: Sieve
) -> Column:
    """The file's id, the one the component has here, or the next free one of its district and class."""
    keys = np.where(here != ABSENT, stock.keys[here], ids) if len(stock) else ids.copy()
    open_ = np.flatnonzero((keys == "") & sieve.is_free)
    if not len(open_):
        return keys
    fixed = profile.codes.district
    districts = [fixed] * len(open_) if fixed else [grid[:6] for grid in made.grids[open_]]
    pairs = zip(districts, made.classes[open_], strict=True)
    group, prefixes = factorized(column_of([district + code for district, code in pairs]))
    used = _highest(
        [*stock.keys.tolist(), *ids[ids != ""].tolist()], prefixes, KEY_CHARS.get(kinds.edition, 17)
    )
    order = np.argsort(group, kind="stable")
    starts = np.searchsorted(group[order], np.arange(len(prefixes)))
    sequence = np.empty(len(open_), np.int64)
    sequence[order] = np.arange(len(open_)) - starts[group[order]] + used[group[order]] + 1
    over = np.zeros(len(keys), np.bool_)
    over[open_[sequence >= SEQUENCE]] = True
    sieve.refuse(over, "ids_used_up", **{"class": made.classes})
    keys[open_] = [f"{prefixes[k]}{n:06d}" for k, n in zip(group.tolist(), sequence.tolist(), strict=True)]
    return keys


def _highest(keys: list[str], prefixes: list[str], count: int) -> Ints:
    """The highest sequence that is taken under each prefix."""
    place = {prefix: number for number, prefix in enumerate(prefixes)}
    highest = np.zeros(len(prefixes), np.int64)
    for key in keys:
        number = place.get(key[:-6])
        if number is not None and len(key) == count and key.isdigit():
            highest[number] = max(highest[number], int(key[-6:]))
    return highest


def _fate(made: Stock, stock: Stock, here: Ints) -> Any:
    """New, changed or as it is."""
    fate = np.full(len(made), MADE, dtype=np.uint8)
    found = np.flatnonzero(here != ABSENT)
    differs = np.zeros(len(found), dtype=np.bool_)
    for name in COMPARED:
        differs |= (getattr(made, name)[found] != getattr(stock, name)[here[found]]).astype(np.bool_)
    fate[found] = np.where(differs, CHANGED, UNCHANGED)
    return fate


def _picked(stock: Stock, which: Any) -> Stock:
    return Stock(**{name: getattr(stock, name)[which] for name in Stock.__struct_fields__})


def _entering(made: Stock, stock: Stock, fate: Any, is_free: Flags, removed: Ints) -> Entering:
    """A few changes are rows, many are a new file."""
    written = _picked(made, np.flatnonzero(is_free & (fate != UNCHANGED)))
    gone = _picked(stock, removed)
    gone = msgspec.structs.replace(gone, state=np.full(len(gone), REMOVED, np.int64))
    if len(written) + len(gone) > DELTAS:
        return Entering(components=table_of(put_over(put_over(stock, gone), written)))

    def puts(_: object) -> Any:
        for part in (written, gone):
            for place in range(len(part)):
                yield Put("component", part.component(place), int(part.ver[place]))

    return Entering(puts=puts)
