"""Responsible units in their tree, and the duty layers that say who answers where.

Promises: every unit's parent is a unit; every cell has exactly one unit in each layer; ids are digits, the
district's or street's code first. Names of companies are invented.
"""

from __future__ import annotations

import msgspec
import numpy as np

from casework.entities.duty_grid import DutyGrid
from casework.entities.duty_layer import DutyLayer
from casework.entities.unit import Unit
from casework.ids import GridCode, LayerId, UnitId
from server.demo.admin import Areas
from server.demo.lattice import Ints
from server.demo.params import Names, UnitPlan
from server.demo.patches import Use

CITY = "450100"


class Body(msgspec.Struct, frozen=True):
    """All units; `of_trade` gives for each trade the index of the unit that answers in each street."""

    rows: tuple[Unit, ...]
    of_trade: dict[str, Ints]

    def at(self, trade: str, street: Ints) -> Ints:
        """The unit of a trade in each of these streets."""
        return self.of_trade[trade][street]


def units(plan: UnitPlan, areas: Areas, names: Names) -> Body:
    """The tree: city units first, then districts, then streets."""
    rows = [_unit(CITY, line, "", f"内线 8{line[0]}") for line in plan.city]
    homes = {home.code: home.name for home in names.districts}
    for code, name in homes.items():
        short = name.removesuffix("区") + "区"
        rows += [_unit(code, line, code, f"内线 {code[-1]}{line[0]}", d=short) for line in plan.district]
    for street in areas.streets:
        parent = f"{street.district}001"
        for line in plan.street:
            unit = _unit(
                street.code, line, street.district, f"内线 6{street.code[7:]}{line[0]}", s=street.name
            )
            rows.append(unit if unit.parent else msgspec.structs.replace(unit, parent=UnitId(parent)))
    return Body(tuple(rows), _of_trade(rows, areas))


def _unit(head: str, line: tuple[str, str, str, str], district: str, phone: str, **place: str) -> Unit:
    tail, name, trade, parent = line
    return Unit(
        id=UnitId(head + tail),
        name=name.format(**place),
        parent=UnitId(head + parent) if parent else UnitId(""),
        district=district,
        trade=trade,
        phone=phone,
    )


def _of_trade(rows: list[Unit], areas: Areas) -> dict[str, Ints]:
    """City units answer everywhere, a district's in its streets, a street's at home; squadrons share a district."""
    found: dict[str, Ints] = {}
    for trade in dict.fromkeys(row.trade for row in rows):
        holders = [k for k, row in enumerate(rows) if row.trade == trade]
        answer = np.zeros(len(areas.streets), dtype=np.int64)
        for index, street in enumerate(areas.streets):
            near = [k for k in holders if rows[k].id.startswith(street.code)]
            near = near or [k for k in holders if rows[k].district == street.district]
            near = near or [k for k in holders if not rows[k].district]
            rank = int(street.code[6:]) - 1
            answer[index] = near[rank % len(near)]
        found[trade] = answer
    return found


def layer_units(body: Body, areas: Areas, use: Ints, trade: str) -> Ints:
    """The unit each cell has in a layer: parks have a unit of their own, some streets keep their own roads."""
    answer = body.at(trade, areas.street)
    if trade == "greening":
        answer = np.where(use == Use.PARK, body.at("parks", areas.street), answer)
    if trade == "municipal":
        has_own = np.array([int(street.code[6:]) % 2 == 1 for street in areas.streets])[areas.street]
        district = np.array(
            [k for k, row in enumerate(body.rows) if row.trade == "municipal" and row.district]
        )
        home = {body.rows[k].district: k for k in district.tolist()}
        whole = np.array([home[street.district] for street in areas.streets])[areas.street]
        answer = np.where(has_own, body.at("street_municipal", areas.street), whole)
    if trade in ("municipal", "sanitation"):
        answer = np.where(use == Use.RIVER, body.at("river", areas.street), answer)
    return np.asarray(answer, dtype=np.int64)


def duty(
    rng: np.random.Generator, plan: UnitPlan, body: Body, areas: Areas, use: Ints
) -> tuple[tuple[DutyLayer, ...], tuple[DutyGrid, ...], dict[str, Ints]]:
    """The layers, their grids, and per trade of a layer the unit of each cell."""
    layers: list[DutyLayer] = []
    grids: list[DutyGrid] = []
    of_cell: dict[str, Ints] = {}
    codes = np.array(areas.codes)
    for ident, name, trade, answers_for in plan.layers:
        layers.append(DutyLayer(LayerId(ident), name, trade, int(rng.integers(9, 34)), answers_for))
        of_cell[trade] = layer_units(body, areas, use, trade)
        for number, unit in enumerate(np.unique(of_cell[trade]).tolist(), start=1):
            row = body.rows[unit]
            inside = tuple(GridCode(str(code)) for code in np.sort(codes[of_cell[trade] == unit]))
            grids.append(DutyGrid(f"{ident}-{number:02d}", LayerId(ident), row.id, row.name, inside))
    return tuple(layers), tuple(grids), of_cell
