"""What holds of every rule: it is total, deterministic, changes nothing it is given, and keeps the state table."""

from __future__ import annotations

import string
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casework.apply import apply, reads
from casework.catalogue.model import Kind
from casework.command import Rule, Writes
from casework.commands import ANY_COMMAND, COMMANDS
from casework.commands.check import FailReason
from casework.commands.not_file import NotFiledReason
from casework.entities import ENTITIES, ENTITY_BY_NAME
from casework.ids import Key
from casework.refusal import Refusal
from casework.workflow import LAWFUL, OPEN_STAGES, STEP, Post, Source, Stage, is_lawful
from tests.casework.build import GRID, OTHER_UNIT, UNIT, actor, facts
from tests.casework.commands.test_journey import CASE, desk_at

DESKS = {s: desk_at(s) for s in (*OPEN_STAGES - {Stage.VERIFYING, Stage.AWAITING_FILING}, Stage.CLOSED)}
WORDS = st.sampled_from(
    ["", " ", "x", "已修复", "长" * 2100, CASE, UNIT, GRID, f"{CASE}-1", "01003", "01003-1", "2026"]
)
BY_TYPE: dict[Any, st.SearchStrategy[Any]] = {
    bool: st.booleans(),
    int: st.integers(-1, 2**40),
    Kind: st.sampled_from(Kind),
    Source: st.sampled_from(Source),
    NotFiledReason: st.sampled_from(NotFiledReason),
    tuple[FailReason, ...]: st.lists(st.sampled_from(FailReason), max_size=3).map(tuple),
}


def command_of(rule: Rule) -> st.SearchStrategy[Any]:
    """Commands of a rule with any values of the right types in their fields."""
    fields = {}
    for field in msgspec.structs.fields(rule.struct):
        kind = field.type
        if kind in BY_TYPE:
            fields[field.name] = BY_TYPE[kind]
        elif "tuple" in str(kind):
            fields[field.name] = st.lists(st.sampled_from([UNIT, OTHER_UNIT, "x"]), max_size=12).map(tuple)
        elif field.name == "case":
            fields[field.name] = st.sampled_from([CASE, "202607140002", "", "x"])
        else:
            fields[field.name] = WORDS
    return st.builds(rule.struct, **fields)


ACTORS = st.builds(
    actor,
    seat=st.sampled_from(["seat-1", "seat-2"]),
    posts=st.frozensets(st.sampled_from(Post), max_size=5),
    unit=st.sampled_from(["", UNIT, OTHER_UNIT]),
)


@given(st.data())
@settings(max_examples=400, deadline=None)
def test_that_every_rule_is_total_deterministic_and_leaves_its_input_alone(data: st.DataObject) -> None:
    desk = DESKS[data.draw(st.sampled_from(sorted(DESKS)))]
    command = data.draw(command_of(data.draw(st.sampled_from(COMMANDS))))
    known = facts(data.draw(ACTORS))
    rows = {key: desk.rows.get(key) for key in reads(command)}
    before = msgspec.json.encode([(str(k), v) for k, v in rows.items()])
    first, second = apply(rows, command, known), apply(rows, command, known)
    assert first == second
    assert msgspec.json.encode([(str(k), v) for k, v in rows.items()]) == before
    assert isinstance(first, (Writes, Refusal))
    if isinstance(first, Writes):
        check_writes(first, desk.rows)


def check_writes(writes: Writes, rows: dict[Key, Any]) -> None:
    assert writes.rows
    for key, row in writes.rows.items():
        if row is None:
            continue
        entity = ENTITY_BY_NAME[key.entity]
        assert entity.row_key(row) == key
        assert entity.decode(entity.encode(row)) == row
        old = rows.get(key)
        if key.entity == "case" and old is not None:
            assert is_lawful(old.stage, row.stage)


@pytest.mark.parametrize("rule", COMMANDS, ids=lambda rule: rule.kind)
def test_that_every_move_is_in_the_table(rule: Rule) -> None:
    if rule.move and rule.move.after:
        for stage in rule.move.before:
            assert rule.move.after in LAWFUL[stage]


def test_that_the_table_knows_every_stage() -> None:
    assert set(LAWFUL) == set(Stage) == set(STEP)
    assert {stage for stage in Stage if LAWFUL[stage]} == OPEN_STAGES


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_that_every_command_comes_back_from_the_wire_as_it_went(data: st.DataObject) -> None:
    for rule in COMMANDS:
        command = data.draw(command_of(rule))
        assert msgspec.json.decode(msgspec.json.encode(command), type=ANY_COMMAND) == command


@pytest.mark.parametrize("entity", ENTITIES, ids=lambda entity: entity.name)
def test_that_bodies_are_canonical_and_hold_no_fraction(entity: Any) -> None:
    for field in msgspec.structs.fields(entity.struct):
        assert field.type is not float, f"{entity.name}.{field.name}"
        assert set(field.name) <= set(string.ascii_lowercase + "_0123456789")
