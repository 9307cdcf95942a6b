"""Builders of the small things every rule needs: a catalogue of two classes, a city, people, facts, rows."""

from __future__ import annotations

from typing import Any

from casework.apply import apply, reads
from casework.catalogue.model import Catalogue, ClassEntry, Condition, Kind
from casework.clock.model import TimeLimit, TimeUnit
from casework.command import Command, Writes
from casework.commands.register import Register
from casework.entities import ENTITY_BY_NAME
from casework.entities.city import City
from casework.entities.unit import Unit
from casework.entities.unit_grid import UnitGrid
from casework.facts import Actor, Facts, NumberBlock
from casework.ids import CaseId, GridCode, Key, PersonId, SeatId, UnitId
from casework.refusal import Refusal
from casework.workflow import Post, Source

NOW_MS = 1_784_000_000_000  # a Tuesday in July 2026
GRID = GridCode("450103005006057")
UNIT = UnitId("u-municipal")
OTHER_UNIT = UnitId("u-drainage")
HALL_POSTS = frozenset({Post.ACCEPTOR, Post.DUTY_LEADER, Post.DISPATCHER, Post.SUPERVISOR})


def catalogue() -> Catalogue:
    """Two classes of the 2026 edition with a filing condition each."""
    kind = Kind.COMPONENT
    limit = TimeLimit(2, TimeUnit.URGENT_WORKING_HOUR)
    classes = {
        (kind, code): ClassEntry("2026", kind, code, name, name, code[:2], "公用", "municipal")
        for code, name in (("01003", "雨水井盖异常"), ("01004", "雨水箅子异常"))
    }
    conditions = {
        (kind, code): (
            Condition(f"{code}-1", kind, code, "缺失", "missing", limit, "恢复", "restored", "test"),
        )
        for _, code in classes
    }
    return Catalogue("2026", classes, conditions)


CATALOGUES = {"2026": catalogue()}
CITY = City("南宁市", 4545, 0, 0, 6_000_000, 6_000_000)


def actor(
    seat: str = "seat-1",
    posts: frozenset[Post] = HALL_POSTS,
    unit: UnitId = UnitId(""),
    person: str = "zhang",
) -> Actor:
    return Actor(PersonId(person), person.title(), SeatId(seat), posts, unit)


def unit_actor(unit: UnitId = UNIT, seat: str = "seat-u") -> Actor:
    """Somebody who works for a responsible unit."""
    return actor(seat, frozenset({Post.UNIT_OPERATOR}), unit, "wei")


def facts(who: Actor | None = None, now_ms: int = NOW_MS, silent: frozenset[SeatId] = frozenset()) -> Facts:
    blocks = (NumberBlock("20260714", 1, 50),)
    return Facts(now_ms, who or actor(), CITY, CATALOGUES, blocks, silent)


def register(case: str = "202607140001", **changes: Any) -> Register:
    fields: dict[str, Any] = {
        "case": CaseId(case),
        "source": Source.HOTLINE,
        "kind": Kind.COMPONENT,
        "edition": "2026",
        "class_code": "01003",
        "text": "井盖缺失",
        "place": "金湖路口",
        "x_mm": 1000,
        "y_mm": 1000,
        "grid": GRID,
    }
    return Register(**{**fields, **changes})


def seed_rows() -> dict[Key, Any]:
    """What is there before the first case: one unit grid and two units."""
    rows = [
        ("city", CITY),
        ("unit_grid", UnitGrid(GRID, (0, 0, 9000, 0, 9000, 9000, 0, 9000), 81)),
        ("unit", Unit(UNIT, "市政管护所")),
        ("unit", Unit(OTHER_UNIT, "排水管护中心")),
    ]
    return {ENTITY_BY_NAME[name].row_key(row): row for name, row in rows}


class Desk:
    """Rows in memory, changed by commands: the shortest way to a case in some stage."""

    def __init__(self) -> None:
        self.rows = seed_rows()
        self.now_ms = NOW_MS

    def ask(self, command: Command, who: Actor | None = None, **more: Any) -> Writes | Refusal:
        """Apply without keeping the result."""
        seen = {key: self.rows.get(key) for key in reads(command)}
        return apply(seen, command, facts(who, self.now_ms, **more))

    def do(self, command: Command, who: Actor | None = None, **more: Any) -> Writes:
        """Apply and keep; a refusal is an error of the test."""
        result = self.ask(command, who, **more)
        assert isinstance(result, Writes), result
        for key, row in result.rows.items():
            if row is None:
                self.rows.pop(key, None)
            else:
                self.rows[key] = row
        self.now_ms += 60_000
        return result

    def case(self, case: str = "202607140001") -> Any:
        return self.rows[Key("case", case)]
