"""Unit grids from a file: outlines in whole millimetres, held against each other and against those that are here.

Promises: a code of fifteen digits is checked as text; one that is made (district, street, community, sequence) is found
again by the grid's id at its source; what enters leaves the city's grids a valid coverage, neighbours sharing every
vertex. A ring that only touches itself encloses the same ground and enters, taken apart there, with a remark; one that
crosses itself is refused; of outlines that overlap, those are refused that stand against the most others, and never
one that is here already.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import numpy as np
import shapely

from casework.entities.delivery import Delivery, DeliveryKind
from casework.entities.unit_grid import UnitGrid
from casework.entities.work_grid import WorkGrid
from casework.ids import GridCode, WorkGridId
from casework.limits import PLACE_CHARS, UID_CHARS
from server.imports.checked import CHANGED, MADE, UNCHANGED, Checked, Entering
from server.imports.coverage import fitting
from server.imports.days import days_of
from server.imports.fields import Fields, Flags, is_again, is_digits, is_empty, lengths, mapped, tested
from server.imports.grid_codes import CODE_CHARS, made_codes
from server.imports.partition import hull_mm, polygons, rings_from
from server.imports.profile import Profile
from server.imports.sheets import Column, Remark, Shapes, Sheet, remark
from server.imports.sieve import Sieve
from server.imports.sites import outlines_of
from server.imports.standing import Standing
from server.store.writing import Put

MM2_M2 = 1_000_000
POLYGONS = (3, 6)  # shapely's type ids of a polygon and of one of several parts
AREA_TYPES = frozenset("ABCD")
TEXTS = ("street", "community", "area_type", "work_grid")


def check(sheet: Sheet, profile: Profile, standing: Standing) -> Checked:
    """What entering this file of unit grids would do."""
    fields, sieve, remarks = Fields(sheet, profile), Sieve(sheet), list[Remark]()
    pipeline, outlined = outlines_of(sheet, profile, standing, sieve)
    remarks += [*pipeline.remarks, *outlined.remarks]
    shapes = _lawful_shapes(outlined.shapes, sieve, remarks)
    codes, uids = _names(fields, sieve)
    by_uid = {row.row.uid: key for key, row in standing.unit_grids.items() if row.row.uid}
    codes = np.where(is_empty(codes), mapped(uids, lambda uid: by_uid.get(uid, "")), codes)
    districts = _districts(fields, profile, codes, sieve)
    days = _days(fields, profile, standing, sieve)
    for name, limit in (("street", PLACE_CHARS), ("community", PLACE_CHARS), ("work_grid", UID_CHARS)):
        sieve.refuse(lengths(fields.column(name)) > limit, "too_long", field=name, limit=limit)
    kinds = fields.column("area_type")
    sieve.refuse(~tested(kinds, lambda word: word == "" or word in AREA_TYPES), "bad_area_type", value=kinds)
    _cover(shapes, codes, standing, sieve)
    codes = made_codes(codes, districts, fields, standing, sieve)
    made = _made(fields, shapes, codes, uids, days, sieve.is_free, standing)
    fate = _fate(made, sheet.rows, standing)
    mine = {str(grid.code) for grid in made.values()}
    absent = [
        key for key in standing.unit_grids if key[:6] in {code[:6] for code in mine} and key not in mine
    ]
    wrong = np.flatnonzero(~sieve.is_free & ~shapely.is_missing(shapes)).tolist()
    return Checked(
        kind=DeliveryKind.GRIDS,
        sheet=sheet,
        profile=profile,
        standing=standing,
        sieve=sieve,
        fate=fate,
        entering=Entering(puts=_puts(made, fate, fields, standing)),
        pipeline=pipeline,
        remarks=tuple(remarks),
        absent=len(absent),
        wrong_shapes={row: shapes[row] for row in wrong},
    )


def _lawful_shapes(shapes: Shapes, sieve: Sieve, remarks: list[Remark]) -> Shapes:
    """Outlines of areas. Rings that touch themselves are taken apart where they do."""
    kind = shapely.get_type_id(shapes)
    there = ~shapely.is_missing(shapes)
    sieve.refuse(there & ~np.isin(kind, POLYGONS), "no_area")
    sieve.refuse(there & shapely.is_empty(shapes), "no_area")
    wrong = np.flatnonzero(sieve.is_free & ~shapely.is_valid(shapes))
    shapes = shapes.copy()
    for row in wrong.tolist():
        why = str(shapely.is_valid_reason(shapes[row])).split("[")[0].strip()
        apart = shapely.make_valid(shapes[row])
        is_same = shapely.get_type_id(apart) in POLYGONS and abs(apart.area - shapes[row].area) < MM2_M2
        if why == "Ring Self-intersection" and is_same:
            shapes[row] = apart
            remarks.append(remark("self_touching", place=sieve.place(row)))
        elif "Self-intersection" in why:
            sieve.refuse_row(row, "self_crossing", why=why)
        else:
            sieve.refuse_row(row, "bad_geometry", why=why)
    sieve.refuse(there & (shapely.area(shapes) < MM2_M2), "no_area")
    return shapes


def _names(fields: Fields, sieve: Sieve) -> tuple[Column, Column]:
    codes, uids = fields.column("code"), fields.column("uid")
    has_code = ~is_empty(codes)
    sieve.refuse(
        has_code & ~tested(codes, lambda code: is_digits(code, CODE_CHARS)), "bad_grid_code", grid=codes
    )
    sieve.refuse(~has_code & is_empty(uids), "missing_id")
    sieve.refuse(lengths(uids) > UID_CHARS, "too_long", field="uid", limit=UID_CHARS)
    sieve.refuse(has_code & is_again(codes, sieve.is_free & has_code), "duplicate_id", id=codes)
    has_uid = ~is_empty(uids)
    sieve.refuse(has_uid & is_again(uids, sieve.is_free & has_uid), "duplicate_id", id=uids)
    return codes, uids


def _districts(fields: Fields, profile: Profile, codes: Column, sieve: Sieve) -> Column:
    """Six digits for every grid: of its code, of the profile, or of its own district by the profile's table."""
    told = fields.column("district")
    table, fixed = profile.codes.districts, profile.codes.district
    found = mapped(told, lambda value: table.get(value, value if is_digits(value, 6) else ""))
    if fixed:
        found = np.where(is_empty(found), fixed, found)
    found = np.where(is_empty(codes), found, mapped(codes, lambda code: code[:6]))
    sieve.refuse(is_empty(found), "unknown_district", district=told)
    return found


def _days(fields: Fields, profile: Profile, standing: Standing, sieve: Sieve) -> dict[str, Column]:
    days = {}
    for name in ("started", "ended"):
        days[name], is_day = days_of(fields.column(name), profile.time, standing.city.calendar.zone)
        sieve.refuse(~is_day, "bad_time", field=name, value=fields.column(name))
    return days


def _cover(shapes: Shapes, codes: Column, standing: Standing, sieve: Sieve) -> None:
    """Refuse what the coverage cannot bear: the file's outlines among each other and those that stay here."""
    free = np.flatnonzero(sieve.is_free)
    coming = set(codes[free].tolist())
    stays = [grid for code, grid in standing.known_grids().items() if code not in coming]
    here = polygons(stays)
    for at, against in fitting(shapes[free], here):
        others = [str(stays[k].code) for k in against.here]
        others += [sieve.place(int(free[k])) for k in against.coming]
        area = _shared_mm2(shapes[free[at]], [*here[list(against.here)], *shapes[free[list(against.coming)]]])
        told = {"others": ", ".join(others[:5]), "count": len(others), "area_m2": f"{area / MM2_M2:.2f}"}
        sieve.refuse_row(int(free[at]), "overlaps", **told)


def _shared_mm2(shape: shapely.Geometry, others: list[shapely.Geometry]) -> float:
    """How much ground it shares with the others: little of it is a border that was drawn twice."""
    return float(sum(shapely.area(shapely.intersection(shape, other)) for other in others))


def _made(
    fields: Fields,
    shapes: Shapes,
    codes: Column,
    uids: Column,
    days: dict[str, Column],
    is_free: Flags,
    standing: Standing,
) -> dict[int, UnitGrid]:
    """The grid of every row that enters; what the profile does not name stays as it is here."""
    areas = np.rint(shapely.area(shapes) / MM2_M2)
    made = {}
    for row in np.flatnonzero(is_free).tolist():
        ring, *more = rings_from(shapes[row])
        told: dict[str, Any] = {name: fields.column(name)[row] for name in TEXTS if fields.has(name)}
        told |= {name: days[name][row] for name in days if fields.has(name)}
        if fields.has("uid"):
            told["uid"] = uids[row]
        if not told.get("area_type", "A"):
            del told["area_type"]
        told |= {"ring_mm": ring, "more_mm": tuple(more), "area_m2": int(areas[row])}
        old = standing.unit_grids.get(codes[row])
        made[row] = (
            msgspec.structs.replace(old.row, **told) if old else UnitGrid(code=GridCode(codes[row]), **told)
        )
    return made


def _fate(made: dict[int, UnitGrid], rows: int, standing: Standing) -> Any:
    fate = np.full(rows, MADE, dtype=np.uint8)
    for row, grid in made.items():
        old = standing.unit_grids.get(grid.code)
        if old is not None:
            fate[row] = UNCHANGED if old.row == grid else CHANGED
    return fate


def _puts(made: dict[int, UnitGrid], fate: Any, fields: Fields, standing: Standing) -> Any:
    written = [grid for row, grid in made.items() if fate[row] != UNCHANGED]

    def puts(_: Delivery) -> Iterator[Put]:
        for grid in written:
            old = standing.unit_grids.get(grid.code)
            yield Put("unit_grid", grid, old.ver if old else 0)
        if fields.has("work_grid"):
            yield from _works(written, standing)
        if written:
            yield _city(written, standing)

    return puts


def _works(written: list[UnitGrid], standing: Standing) -> Iterator[Put]:
    """Working grids as the unions the file makes of its unit grids."""
    now = standing.known_grids() | {grid.code: grid for grid in written}
    moved = {grid.work_grid for grid in written}
    moved |= {
        standing.unit_grids[grid.code].row.work_grid for grid in written if grid.code in standing.unit_grids
    }
    for name in sorted(moved - {""}):
        members = tuple(sorted(GridCode(code) for code, grid in now.items() if grid.work_grid == name))
        old = standing.work_grids.get(name)
        row = WorkGrid(WorkGridId(name), name, members)
        if old is not None:
            row = msgspec.structs.replace(old.row, grids=members)
        yield Put("work_grid", row, old.ver if old else 0)


def _city(written: list[UnitGrid], standing: Standing) -> Put:
    """The city with the bounds of its grids: theirs alone where it had none before."""
    west, south, east, north = hull_mm(polygons(written))
    city = standing.city
    if standing.unit_grids:
        west, south = min(west, city.west_mm), min(south, city.south_mm)
        east, north = max(east, city.east_mm), max(north, city.north_mm)
    row = msgspec.structs.replace(
        city,
        west_mm=west,
        south_mm=south,
        east_mm=east,
        north_mm=north,
        grid_version=city.grid_version + 1,
    )
    return Put("city", row, standing.city_row.ver)
