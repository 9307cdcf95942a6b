"""Cases from a file: closed ones for the archive, open ones as rows that somebody goes on with.

Promises: a case is found again by its number at the source; what the hall has done with a case since is never undone by
a file (`in_hand`), nor is a closed case opened again (`closed_here`). An open case whose unit is known here is being
handled; without one it waits for its dispatch where its condition is known, and for its filing where it is not. Its
deadline is the file's own, else the condition's from when it was opened.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
import numpy as np

from casework.catalogue.model import Catalogue, Condition, Kind
from casework.clock.deadline import HOUR_MS, due
from casework.clock.model import TimeUnit
from casework.entities.delivery import DeliveryKind
from casework.limits import PLACE_CHARS, TEXT_CHARS, UID_CHARS
from casework.workflow import OPEN_STAGES, Source, Stage
from server.archive import cases as archive
from server.archive.cases import ArchivedCases
from server.imports import case_rows
from server.imports.case_numbers import NumberPlan, is_lawful_number, plan_numbers
from server.imports.checked import CHANGED, MADE, UNCHANGED, Checked, Entering
from server.imports.classes import UNKNOWN, Classed, classed
from server.imports.fields import (
    Fields,
    Flags,
    Ints,
    column_of,
    factorized,
    is_again,
    is_among,
    is_digits,
    is_empty,
    lengths,
    mapped,
    tested,
)
from server.imports.partition import NOWHERE, GridFinder
from server.imports.profile import Profile
from server.imports.sheets import Column, Remark, Sheet, remark
from server.imports.sieve import Sieve
from server.imports.sites import Site, is_outside, site_of
from server.imports.standing import Standing
from server.imports.times import EMPTY, UNREADABLE, instants

KINDS = (Kind.COMPONENT, Kind.EVENT)
DAY_MS = 86_400_000
STATUSES: Mapping[str, str] = {
    **{str(stage): stage for stage in Stage},
    "closed": Stage.CLOSED,
    "open": "",
    "已结案": Stage.CLOSED,
    "结案": Stage.CLOSED,
    "未结案": "",
    "处理中": "",
}
OPEN = ""  # the word for a case that is still open, wherever it stands


class Lives(msgspec.Struct, frozen=True, kw_only=True):
    """What the file says of each case, as columns of the sheet's length."""

    uids: Column
    numbers: Column
    classes: Classed
    conditions: Column
    texts: Column
    places: Column
    sources: Column
    x_mm: Ints
    y_mm: Ints
    grids: Column
    units: Column
    components: Column
    opened_ms: Ints
    due_ms: Ints
    closed_ms: Ints
    stages: Column  # OPEN or the stage it ended with

    @property
    def is_open(self) -> Flags:
        return is_empty(self.stages)


def read_lives(sheet: Sheet, profile: Profile, standing: Standing) -> tuple[Lives, Sieve]:
    """What the file says of each case, and what stands against its rows: for whoever does more than enter them."""
    sieve = Sieve(sheet)
    site = site_of(sheet, profile, standing, sieve)
    return _lives(Fields(sheet, profile), profile, standing, site, sieve, []), sieve


def check(sheet: Sheet, profile: Profile, standing: Standing) -> Checked:
    """What entering this file of cases would do."""
    fields, sieve, remarks = Fields(sheet, profile), Sieve(sheet), list[Remark]()
    site = site_of(sheet, profile, standing, sieve)
    remarks += site.remarks
    lives = _lives(fields, profile, standing, site, sieve, remarks)
    old = {row[1]: row for row in archive.read(standing.paths.archived_cases, "uid <> ''")}
    fate = np.full(sheet.rows, MADE, dtype=np.uint8)
    again = _again(lives, old, standing, sieve, fate)
    plan = _numbered(lives, old, standing, sieve)
    known = set(lives.uids[~is_empty(lives.uids)].tolist())
    absent = len(old.keys() - known) + len(standing.cases.keys() - again.keys()) if known else 0
    rows = np.flatnonzero(sieve.is_free & (fate == MADE))
    closed = rows[~lives.is_open[rows]]
    anew = np.flatnonzero(sieve.is_free & (fate == CHANGED) & is_among(lives.uids, old))
    return Checked(
        kind=DeliveryKind.CASES,
        sheet=sheet,
        profile=profile,
        standing=standing,
        sieve=sieve,
        fate=fate,
        entering=Entering(
            puts=case_rows.puts(lives, plan.keys, fate, sieve.is_free, again, standing),
            archived=_archived(lives, closed, plan.keys[closed].tolist()) if len(closed) else None,
            rearchived=_archived(lives, anew, [old[uid][0] for uid in lives.uids[anew]])
            if len(anew)
            else None,
            numbers=plan.next_of,
        ),
        pipeline=site.pipeline,
        placed=site.placed,
        remarks=tuple(remarks),
        absent=absent,
    )


def _lives(
    fields: Fields,
    profile: Profile,
    standing: Standing,
    site: Site,
    sieve: Sieve,
    remarks: list[Remark],
) -> Lives:
    uids, numbers = _names(fields, sieve)
    kinds = classed(fields, profile, standing.catalogues, standing.city.edition, KINDS)
    sieve.refuse(kinds.of == UNKNOWN, "unknown_class", **{"class": fields.column("class")})
    opened, due_ms, closed = _times(fields, profile, standing, sieve, remarks)
    stages = _stages(fields, closed, sieve, remarks)
    texts, places = fields.column("text"), fields.column("place")
    sieve.refuse(is_empty(texts), "text_missing")
    for name, column, limit in (("text", texts, TEXT_CHARS), ("place", places, PLACE_CHARS)):
        sieve.refuse(lengths(column) > limit, "too_long", field=name, limit=limit)
    sources = (
        fields.column("source") if fields.has("source") else np.full(len(uids), str(Source.PLATFORM), object)
    )
    sieve.refuse(~tested(sources, lambda word: word in tuple(Source)), "unknown_source", source=sources)
    components = fields.column("component")
    is_lawful = tested(components, lambda text: text == "" or is_digits(text, 16) or is_digits(text, 17))
    sieve.refuse(~is_lawful, "bad_id", id=components)
    conditions = _conditions(fields, kinds, standing.catalogues[kinds.edition], sieve)
    grids = _grids(fields, site, standing, is_empty(stages), sieve, remarks)
    return Lives(
        uids=uids,
        numbers=numbers,
        classes=kinds,
        conditions=conditions,
        texts=texts,
        places=places,
        sources=sources,
        x_mm=site.placed.x_mm,
        y_mm=site.placed.y_mm,
        grids=grids,
        units=_units(fields, standing, sieve, remarks),
        components=components,
        opened_ms=opened,
        due_ms=_deadlines(due_ms, opened, conditions, kinds, standing, sieve.is_free),
        closed_ms=np.where(is_empty(stages), 0, closed),
        stages=stages,
    )


def _names(fields: Fields, sieve: Sieve) -> tuple[Column, Column]:
    """The number at the source, and the case number where the file has lawful ones."""
    uids, numbers = fields.column("uid"), fields.column("number")
    uids = np.where(is_empty(uids), numbers, uids)
    sieve.refuse(is_empty(uids), "missing_id")
    sieve.refuse(lengths(uids) > UID_CHARS, "too_long", field="uid", limit=UID_CHARS)
    sieve.refuse(~tested(numbers, lambda text: text == "" or is_lawful_number(text)), "bad_id", id=numbers)
    sieve.refuse(is_again(uids, sieve.is_free), "duplicate_id", id=uids)
    has_number = ~is_empty(numbers)
    sieve.refuse(has_number & is_again(numbers, sieve.is_free & has_number), "duplicate_id", id=numbers)
    return uids, numbers


def _times(
    fields: Fields, profile: Profile, standing: Standing, sieve: Sieve, remarks: list[Remark]
) -> tuple[Ints, Ints, Ints]:
    """Opened, due, closed. What cannot be read, or comes in an impossible order, is refused."""
    clock = profile.time
    if not clock.zone:
        clock = msgspec.structs.replace(clock, zone=standing.city.calendar.zone)
    found: list[Ints] = []
    for name in ("opened", "due", "closed"):
        values = fields.column(name)
        at_ms, form = instants(values.tolist(), clock)
        sieve.refuse(form == UNREADABLE, "bad_time", field=name, value=values)
        for number, count in zip(*np.unique(form[form >= 0], return_counts=True), strict=True):
            told = clock.forms[number] if number < len(clock.forms) else "iso"
            remarks.append(remark("time_form", field=name, form=told, rows=count))
        if name == "opened":
            sieve.refuse(form == EMPTY, "missing_time", field=name)
        found.append(at_ms)
    opened, due_ms, closed = found
    texts = {"opened": fields.column("opened"), "closed": fields.column("closed")}
    sieve.refuse((closed != 0) & (closed < opened), "time_order", **texts)
    sieve.refuse(np.maximum(opened, closed) > standing.now_ms + DAY_MS, "time_in_the_future", **texts)
    early = (due_ms != 0) & (due_ms < opened) & sieve.is_free
    if early.any():
        remarks.append(remark("due_before_opened", rows=int(early.sum())))
    return opened, due_ms, closed


def _stages(fields: Fields, closed: Ints, sieve: Sieve, remarks: list[Remark]) -> Column:
    """How each case ended, or OPEN: the status says it, without one the closing time."""
    words = fields.column("status")
    is_known = tested(words, lambda word: word == "" or word.lower() in STATUSES)
    sieve.refuse(~is_known, "unknown_status", status=words)
    by_time = np.where(closed != 0, str(Stage.CLOSED), OPEN).astype(object)
    told = mapped(words, _ended)
    stages = np.where(is_empty(words), by_time, told)
    without = (stages == str(Stage.CLOSED)) & (closed == 0) & sieve.is_free
    if without.any():
        remarks.append(remark("closed_without_time", rows=int(without.sum())))
    reopened = is_empty(stages) & (closed != 0) & sieve.is_free
    if reopened.any():
        remarks.append(remark("open_with_closing_time", rows=int(reopened.sum())))
    return column_of(stages.tolist())


def _ended(word: str) -> str:
    stage = STATUSES.get(word.lower(), OPEN)
    return OPEN if stage == OPEN or Stage(stage) in OPEN_STAGES else str(stage)


def _conditions(fields: Fields, kinds: Classed, known: Catalogue, sieve: Sieve) -> Column:
    """The condition the file names, or the class's only one; "" where it is for the hall to choose."""
    told = fields.column("condition")
    pair, pairs = factorized(
        column_of([f"{k}|{text}" for k, text in zip(kinds.of.tolist(), told, strict=True)])
    )
    found, is_known = [], []
    for text in pairs:
        number, _, condition = text.partition("|")
        of_class = _conditions_of(known, kinds, int(number))
        named = next((one.id for one in of_class if condition in (one.id, one.id.rpartition("-")[2])), "")
        found.append(named if condition else (of_class[0].id if len(of_class) == 1 else ""))
        is_known.append(bool(named) or not condition)
    if not len(told):
        return told
    sieve.refuse(~np.array(is_known, np.bool_)[pair], "unknown_condition", condition=told)
    return column_of(found)[pair]


def _conditions_of(known: Catalogue, kinds: Classed, number: int) -> tuple[Condition, ...]:
    return known.conditions.get(kinds.classes[number], ()) if number != UNKNOWN else ()


def _grids(
    fields: Fields,
    site: Site,
    standing: Standing,
    is_open: Flags,
    sieve: Sieve,
    remarks: list[Remark],
) -> Column:
    """The grid each case lies in. A closed one may lie in none: it is there to be found, not to be worked on."""
    finder = GridFinder(list(standing.known_grids().values()))
    grid = np.full(len(is_open), NOWHERE, dtype=np.int64)
    free = np.flatnonzero(sieve.is_free)
    grid[free] = finder.at(site.placed.x_mm[free], site.placed.y_mm[free])
    nowhere = (grid == NOWHERE) & sieve.is_free
    sieve.refuse(nowhere & is_outside(site, standing), "outside_city")
    sieve.refuse(nowhere & is_open, "no_grid")
    without = nowhere & sieve.is_free
    if without.any():
        remarks.append(remark("archived_without_grid", rows=int(without.sum())))
    codes = finder.codes[grid]
    told = fields.column("grid")
    differs = ~is_empty(told) & (told != codes) & sieve.is_free
    if differs.any():
        remarks.append(remark("grid_differs", rows=int(differs.sum())))
    return codes


def _units(fields: Fields, standing: Standing, sieve: Sieve, remarks: list[Remark]) -> Column:
    """The unit by its id or name; one that is not here is left out, and the report says so."""
    units = standing.known_units()
    names = {unit.name: key for key, unit in units.items()} | {key: key for key in units}
    told = fields.column("unit")
    found = mapped(told, lambda value: names.get(value, ""))
    strange = ~is_empty(told) & is_empty(found) & sieve.is_free
    if strange.any():
        _, values = factorized(told[strange])
        remarks.append(
            remark("unit_unknown", rows=int(strange.sum()), units=len(values), values=", ".join(values[:5]))
        )
    return found


def _deadlines(
    told_ms: Ints, opened_ms: Ints, conditions: Column, kinds: Classed, standing: Standing, is_free: Flags
) -> Ints:
    """The file's own, else the condition's limit from when the case was opened; 0 where neither is known."""
    wanted = np.flatnonzero((told_ms == 0) & ~is_empty(conditions) & is_free)
    due_ms = told_ms.copy()
    known = standing.catalogues[kinds.edition]
    calendar = standing.city.calendar
    for place in wanted.tolist():
        kind, code = kinds.classes[int(kinds.of[place])]
        condition = known.condition(kind, code, conditions[place])
        if condition is None:
            continue
        limit, start = condition.limit, int(opened_ms[place])
        is_plain = limit.unit in (TimeUnit.HOUR, TimeUnit.URGENT_WORKING_HOUR)
        due_ms[place] = (
            start + limit.value * HOUR_MS
            if is_plain and limit.unit is TimeUnit.HOUR
            else due(calendar, start, limit).due_ms
        )
    return due_ms


def _again(
    lives: Lives, old: Mapping[str, Any], standing: Standing, sieve: Sieve, fate: np.ndarray[Any, Any]
) -> dict[str, int]:
    """What becomes of cases that are here already; answers the row of each one that is a row of the ledger."""
    here: dict[str, int] = {}
    if not (old or standing.cases):
        return here
    in_rows = {row.row.uid: row.row for row in standing.cases.values()}
    fresh = _archived(lives, np.arange(len(lives.uids)), lives.uids.tolist())
    is_open, is_free = lives.is_open, sieve.is_free
    for place, row in enumerate(fresh.rows()):
        uid = row[1]
        if uid in in_rows:
            here[in_rows[uid].id] = place
            if is_free[place]:
                fate[place] = UNCHANGED
                verdict = case_rows.verdict(lives, place, in_rows[uid], standing)
                if verdict == case_rows.IN_HAND:
                    sieve.refuse_row(place, "in_hand", id=uid, case=in_rows[uid].id)
                elif verdict == case_rows.DIFFERS:
                    fate[place] = CHANGED
        elif uid in old and is_free[place]:
            if is_open[place]:
                sieve.refuse_row(place, "closed_here", id=uid, case=old[uid][0])
            fate[place] = UNCHANGED if row[1:] == old[uid][1:] else CHANGED
    return here


def _numbered(lives: Lives, old: Mapping[str, Any], standing: Standing, sieve: Sieve) -> NumberPlan:
    """Numbers for the cases that are new."""
    known = set(old) | {row.row.uid for row in standing.cases.values()}
    is_new = sieve.is_free & ~is_among(lives.uids, known)
    taken = {*standing.case_keys, *archive.known_keys(standing.paths.archived_cases)}
    clash = is_new & tested(lives.numbers, lambda number: number in taken)
    sieve.refuse(clash, "number_taken", id=lives.numbers)
    zone = standing.city.calendar.zone
    return plan_numbers(
        lives.opened_ms, lives.uids, lives.numbers, is_new & ~clash, taken, standing.numbers, zone
    )


def _archived(lives: Lives, rows: Ints, keys: list[str]) -> ArchivedCases:
    """These rows as the archive keeps them."""
    kinds = lives.classes
    pairs = [*kinds.classes, (Kind.EVENT, "")]  # the last one for rows without a class
    of = kinds.of[rows]
    return ArchivedCases(
        keys=keys,
        uids=lives.uids[rows].tolist(),
        kinds=column_of([str(kind) for kind, _ in pairs])[of].tolist(),
        editions=[kinds.edition] * len(rows),
        class_codes=column_of([code for _, code in pairs])[of].tolist(),
        conditions=lives.conditions[rows].tolist(),
        units=lives.units[rows].tolist(),
        grids=lives.grids[rows].tolist(),
        x_mm=lives.x_mm[rows],
        y_mm=lives.y_mm[rows],
        registered_ms=lives.opened_ms[rows],
        due_ms=lives.due_ms[rows],
        closed_ms=lives.closed_ms[rows],
        stages=lives.stages[rows].tolist(),
        sources=lives.sources[rows].tolist(),
        places=lives.places[rows].tolist(),
        texts=lives.texts[rows].tolist(),
    )


def rows_of(archived: ArchivedCases | None) -> Iterator[tuple[Any, ...]]:
    """What goes into the archive, row by row."""
    return iter(()) if archived is None else archived.rows()
