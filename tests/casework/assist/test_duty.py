from __future__ import annotations

import random
from typing import Any

import pytest

from casework.assist.duty import (
    CANDIDATES,
    Candidate,
    Load,
    candidates,
    loads_of,
    matter_of,
    precedents_of,
    topic_of,
)
from casework.assist.evidence import Evidence, EvidenceCode
from casework.catalogue.model import Kind
from casework.clock.model import Calendar, Pause
from casework.entities.case import Case, Step
from casework.entities.component import Component
from casework.entities.duty_layer import DutyLayer, answering
from casework.entities.unit import Unit
from casework.ids import ComponentId, LayerId, PersonId, SeatId, UnitId
from casework.workflow import Stage
from tests.casework.assist.rows import DUTY_GRIDS, GRID, LAYERS, OTHER_GRID, UNITS, X, Y, case
from tests.casework.clock.moments import DAY, at

MUNICIPAL, DRAINAGE, STREET = UnitId("u-municipal"), UnitId("u-drainage"), UnitId("u-street")
COVER = Component(ComponentId("45010301003004417"), "01003", X, Y, GRID, owner=MUNICIPAL)


def ask(row: Case, component: Component | None = None, **more: Any) -> tuple[Candidate, ...]:
    fields: dict[str, Any] = {"units": UNITS, "loads": {}, "precedents": (), **more}
    return candidates(matter_of(row, component), LAYERS, DUTY_GRIDS, **fields)


def finished(number: int, unit: UnitId, **changes: Any) -> Case:
    return case(number, stage=Stage.CLOSED, unit=unit, finished_ms=5, **changes)


def test_that_layer_owner_and_precedents_add_up_and_are_told() -> None:
    done = [finished(number, MUNICIPAL) for number in range(2, 7)]
    first = ask(case(component=COVER.id), COVER, precedents=precedents_of(done))[0]
    assert first.unit == MUNICIPAL
    assert first.evidence == (
        Evidence(EvidenceCode.OWNER, COVER.id),
        Evidence(EvidenceCode.LAYER, "municipal", "市政设施", 31),
        Evidence(EvidenceCode.PRECEDENT, "202607140006", number=5),
    )
    assert first.weight == 50 + 40 + 25


def test_that_the_owner_comes_before_the_layer() -> None:
    owned = Component(ComponentId("x"), "01003", X, Y, GRID, owner=DRAINAGE)
    assert [one.unit for one in ask(case(component=owned.id), owned)][:2] == [DRAINAGE, MUNICIPAL]


def test_that_only_layers_of_the_major_and_grids_of_the_place_count() -> None:
    sign = ask(case(kind=Kind.COMPONENT, class_code="02010"))
    assert [one.unit for one in sign] == [MUNICIPAL, "u-night"]
    assert sign[1].evidence[0].code is EvidenceCode.TRADE
    elsewhere = ask(case(grid=OTHER_GRID, kind=Kind.EVENT, class_code="06001"))
    assert [(one.unit, one.evidence[0].code) for one in elsewhere] == [(STREET, EvidenceCode.TRADE)]
    assert ask(case(kind=Kind.EVENT, class_code="10001")) == ()


def test_that_a_2026_component_fault_is_asked_of_the_components_layers() -> None:
    assert topic_of(Kind.EVENT, "2026", "01003") == "component:01003"
    assert topic_of(Kind.EVENT, "2026", "06001") == "event:06001"
    assert topic_of(Kind.EVENT, "2013", "0101") == "event:0101"
    assert ask(case(kind=Kind.EVENT))[0].unit == MUNICIPAL


def test_that_a_unit_of_another_district_is_no_candidate_for_its_trade() -> None:
    assert "u-far" not in {one.unit for one in ask(case())}


def test_that_precedents_are_the_same_class_within_fifty_metres_or_the_same_component() -> None:
    here = finished(2, DRAINAGE, x_mm=X + 50_000)
    too_far = finished(3, DRAINAGE, x_mm=X + 50_001)
    other_class = finished(4, DRAINAGE, class_code="01004")
    same_component = finished(5, DRAINAGE, x_mm=X + 90_000, component=COVER.id)
    itself = finished(1, DRAINAGE)
    unfinished = case(6, stage=Stage.HANDLING, unit=DRAINAGE)
    taught = precedents_of([here, too_far, other_class, same_component, itself, unfinished])
    spoken = {one.unit: one for one in ask(case(component=COVER.id), COVER, precedents=taught)}
    assert spoken[DRAINAGE].evidence == (Evidence(EvidenceCode.PRECEDENT, "202607140005", number=2),)


def test_that_many_precedents_never_outweigh_the_owner() -> None:
    taught = precedents_of([finished(number, DRAINAGE) for number in range(2, 200)])
    ranked = ask(case(component=COVER.id), COVER, precedents=taught)
    assert ranked[0].unit == MUNICIPAL
    assert next(one for one in ranked if one.unit == DRAINAGE).weight == 25


def test_that_a_unit_that_handed_the_case_back_goes_last_and_says_so() -> None:
    back = Step(5, "return_task", PersonId("wei"), "韦", SeatId("s"), unit=MUNICIPAL)
    ranked = ask(case(trace=(back,)))
    assert ranked[-1].unit == MUNICIPAL
    assert ranked[-1].evidence[-1].code is EvidenceCode.RETURNED
    assert ranked[0].unit == STREET


def test_that_load_and_duty_only_break_ties() -> None:
    busy = {MUNICIPAL: Load(open=99), STREET: Load(open=1)}
    assert [one.unit for one in ask(case(), loads=busy)] == [STREET, MUNICIPAL, "u-night"]
    off = tuple(
        Unit(unit.id, unit.name, district=unit.district, trade=unit.trade, is_on_duty=unit.id != STREET)
        for unit in UNITS
    )
    assert [one.unit for one in ask(case(), loads=busy, units=off)][:2] == [MUNICIPAL, STREET]
    owned = Component(ComponentId("x"), "01003", X, Y, GRID, owner=MUNICIPAL)
    assert ask(case(component=owned.id), owned, loads=busy)[0].load.open == 99


def test_that_unknown_units_are_left_out() -> None:
    gone = Component(ComponentId("x"), "01003", X, Y, GRID, owner=UnitId("u-dissolved"))
    assert "u-dissolved" not in {one.unit for one in ask(case(component=gone.id), gone)}


def test_that_the_order_of_the_inputs_does_not_matter_and_the_list_is_short() -> None:
    many = [
        *UNITS,
        *(Unit(UnitId(f"u{n:02d}"), str(n), district="450103", trade="municipal") for n in range(20)),
    ]
    expected = ask(case(), units=many)
    assert len(expected) == CANDIDATES
    for seed in range(5):
        random.Random(seed).shuffle(many)
        assert ask(case(), units=many) == expected


NOW = at("2026-11-18 10:00")


@pytest.mark.parametrize(
    ("changes", "load"),
    [
        ({"stage": Stage.HANDLING, "due_ms": at("2026-11-18 23:59")}, Load(open=1, due_today=1)),
        ({"stage": Stage.HANDLING, "due_ms": at("2026-11-19 00:00")}, Load(open=1)),
        ({"stage": Stage.HANDLING, "due_ms": 0}, Load(open=1)),
        ({"stage": Stage.HANDLING, "due_ms": at("2026-11-18 09:00")}, Load(1, 1, 0, 1)),
        ({"stage": Stage.HANDLING, "due_ms": NOW - DAY, "pauses": (Pause(NOW - 2 * DAY),)}, Load(open=1)),
        ({"stage": Stage.HANDLING, "due_ms": NOW - 31 * DAY}, Load(open=1)),
        ({"finished_ms": NOW - DAY, "due_ms": NOW - DAY}, Load(on_time=1, due_ended=1)),
        ({"finished_ms": NOW - DAY, "due_ms": NOW - DAY - 1}, Load(due_ended=1)),
        ({"finished_ms": NOW - DAY, "due_ms": NOW + DAY}, Load(on_time=1, due_ended=1)),
        ({"finished_ms": NOW - 31 * DAY, "due_ms": NOW}, Load()),
    ],
)
def test_that_loads_count_what_they_say(changes: dict[str, Any], load: Load) -> None:
    row = case(**{"stage": Stage.CLOSED, "unit": MUNICIPAL, **changes})
    assert loads_of([row, case(2)], Calendar(), NOW) == {MUNICIPAL: load}


def test_that_a_rate_without_a_denominator_is_unknown() -> None:
    assert Load().on_time_permille is None
    assert Load(on_time=737, due_ended=972).on_time_permille == 758


def test_that_a_layer_naming_the_class_answers_before_one_naming_its_major() -> None:
    order = DutyLayer(LayerId("L5"), "市容秩序", "enforcement", 1, ("event:06",))
    sweeping = DutyLayer(LayerId("L3"), "环卫保洁", "sanitation", 1, ("component:03", "event:06010"))
    assert answering((order, sweeping), "event:06010") == (sweeping,)
    assert answering((order, sweeping), "event:06029") == (order,)
    assert answering((order, sweeping), "event:07001") == ()
