"""The demonstration city's people, units, components and cases."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest
import shapely

from casework.catalogue.model import Catalogue, Kind
from casework.clock.deadline import due
from casework.commands import RULE_BY_KIND
from casework.entities import ENTITIES, ENTITY_BY_NAME
from casework.entities.case import Case
from casework.entities.request import RequestState
from casework.entities.task import TaskState
from casework.workflow import OPEN_STAGES, Flag, Post, Source, Stage, is_lawful
from server.demo.city import DemoCity, generate

MASKED = re.compile(r"^\w{1,2}\*\* 1\d\d\*\*\*\*\d{4}$")
LONG_NUMBER = re.compile(r"\d[\d -]{6,}")
BEFORE_THEIR_COMMANDS = {  # deeds that have no command yet
    "send_verify": Stage.VERIFYING,
    "verify": Stage.AWAITING_FILING,
    "urge": None,
    "supervise": None,
    "suspend": None,
}


def fingerprint(city: DemoCity) -> str:
    seal = hashlib.sha256()
    for name, row in city.rows():
        seal.update(ENTITY_BY_NAME[name].encode(row))
    for column in ("class_of", "x_mm", "y_mm", "cell", "owner", "state", "day"):
        seal.update(np.ascontiguousarray(getattr(city.components, column)).tobytes())
    for one in city.base:
        seal.update(f"{one.layer}{one.name}{one.width_mm}".encode() + one.points.tobytes())
    return seal.hexdigest()


def test_that_a_seed_makes_one_city_only(
    tiny: DemoCity, catalogues: Mapping[str, Catalogue], as_of_ms: int
) -> None:
    assert fingerprint(generate("tiny", 11, as_of_ms, catalogues)) == fingerprint(tiny)
    assert fingerprint(generate("tiny", 12, as_of_ms, catalogues)) != fingerprint(tiny)


def test_that_rows_come_in_the_order_of_the_entities_and_keys_are_unique(small: DemoCity) -> None:
    order = [entity.name for entity in ENTITIES]
    seen = list(dict.fromkeys(name for name, _ in small.rows()))
    assert seen == sorted(seen, key=order.index)
    keys = [(name, ENTITY_BY_NAME[name].key(row)) for name, row in small.rows()]
    assert len(set(keys)) == len(keys)
    assert small.city.is_generated and small.city.epsg == 4545


def test_that_the_small_city_has_the_promised_size(small: DemoCity) -> None:
    assert 2_700 <= len(small.unit_grids) <= 3_300
    assert 140_000 <= len(small.components.keys) <= 170_000
    assert len(small.components.classes) >= 60
    assert len(small.cases) == len(small.reports) == 20_000
    assert 100 <= len(small.units) <= 140
    assert len(small.duty_layers) == 7
    assert sum(case.is_open for case in small.cases) == 480


def test_that_every_row_survives_the_wire(tiny: DemoCity) -> None:
    for name, row in tiny.rows():
        entity = ENTITY_BY_NAME[name]
        assert entity.decode(entity.encode(row)) == row


def test_that_component_ids_say_district_class_and_number(small: DemoCity) -> None:
    it = small.components
    assert len(set(it.keys)) == len(it.keys)
    for position in range(0, len(it.keys), 97):
        row = small.component(position)
        assert re.fullmatch(r"\d{17}", row.id)
        assert row.id[:6] == row.grid[:6] and row.id[6:11] == row.class_code


def test_that_components_lie_in_their_grid(small: DemoCity) -> None:
    it = small.components
    rings = [np.array(grid.ring_mm, dtype=np.float64).reshape(-1, 2) for grid in small.unit_grids]
    cells = np.array([shapely.polygons(ring) for ring in rings], dtype=object)
    points = shapely.points(it.x_mm + small.origin_mm[0], it.y_mm + small.origin_mm[1])
    assert shapely.intersects(cells[it.cell], points).all()


def test_that_component_classes_are_the_catalogues(
    small: DemoCity, catalogues: Mapping[str, Catalogue]
) -> None:
    known = catalogues["2026"].classes
    assert all((Kind.COMPONENT, code) in known for code in small.components.classes)


def test_that_all_references_lead_somewhere(small: DemoCity) -> None:
    units = {unit.id for unit in small.units}
    grids = {grid.code for grid in small.unit_grids}
    people = {person.id for person in small.people}
    cases = {case.id for case in small.cases}
    tasks = {task.id for task in small.tasks}
    reports = {report.id for report in small.reports}
    parts = set(small.components.keys)
    assert all(not unit.parent or unit.parent in units for unit in small.units)
    assert all(duty.unit in units and set(duty.grids) <= grids for duty in small.duty_grids)
    assert {duty.layer for duty in small.duty_grids} == {layer.id for layer in small.duty_layers}
    for case in small.cases:
        assert case.grid in grids and case.report in reports
        assert not case.unit or case.unit in units
        assert not case.component or case.component in parts
        assert not case.task or case.task in tasks
        assert {step.person for step in case.trace} <= people
    assert all(task.case in cases and task.unit in units for task in small.tasks)
    assert all(request.case in cases and request.task in tasks for request in small.requests)
    assert all(report.case in cases and report.grid in grids for report in small.reports)


def test_that_a_layer_gives_every_grid_to_one_unit(small: DemoCity) -> None:
    for layer in small.duty_layers:
        held = [code for duty in small.duty_grids if duty.layer == layer.id for code in duty.grids]
        assert sorted(held) == sorted(grid.code for grid in small.unit_grids)


def test_that_the_hall_the_units_and_the_streets_are_staffed(small: DemoCity) -> None:
    people = {person.id: person for person in small.people}
    assert people["zhangmin"].name == "张敏"
    assert people["zhangmin"].posts == {Post.ACCEPTOR, Post.DUTY_LEADER, Post.DISPATCHER}
    assert people["intake"].posts == {Post.INTAKE} and people["admin"].posts == {Post.ADMINISTRATOR}
    operators = {person.unit for person in small.people if Post.UNIT_OPERATOR in person.posts}
    assert {task.unit for task in small.tasks} <= operators
    patrols = Counter(person.work_grid for person in small.people if Post.SUPERVISOR in person.posts)
    assert patrols == {work.id: 1 for work in small.work_grids}
    assert all(person_id.isascii() and person_id.isalnum() for person_id in people)


def stages_of(case: Case) -> list[Stage]:
    """The stages a case went through, read from its trace by the rules' own moves."""
    is_direct = case.source is Source.SUPERVISOR
    path = [Stage.AWAITING_FILING if is_direct else Stage.REGISTERED]
    for index, taken in enumerate(case.trace[1:], start=1):
        if taken.deed in BEFORE_THEIR_COMMANDS:
            after = BEFORE_THEIR_COMMANDS[taken.deed]
        else:
            move = RULE_BY_KIND[taken.deed].move
            assert move is not None and path[-1] in move.before, (case.id, taken.deed, path)
            after = move.after
            if taken.deed == "check" and _next_is_receive(case, index):
                after = Stage.HANDLING
            if taken.deed == "finish" and _next_is(case, index, "finish"):
                after = None  # a co-handler's answer: the lead's is still to come
        path.append(after or path[-1])
    return path


def _next_is(case: Case, index: int, deed: str) -> bool:
    return index + 1 < len(case.trace) and case.trace[index + 1].deed == deed


def _next_is_receive(case: Case, index: int) -> bool:
    return _next_is(case, index, "receive")


def test_that_every_history_is_lawful(small: DemoCity, as_of_ms: int) -> None:
    for case in small.cases:
        assert case.trace[0].deed == "register"
        path = stages_of(case)
        assert all(is_lawful(a, b) for a, b in pairwise(path)), case.id
        assert path[-1] is case.stage, (case.id, path)
        times = [step.at_ms for step in case.trace]
        assert times == sorted(times) and times[-1] <= as_of_ms, case.id


def test_that_numbers_follow_the_order_of_registration(small: DemoCity) -> None:
    zone = timedelta(hours=8)
    last = ""
    for case in small.cases:
        day = (datetime.fromtimestamp(case.registered_ms / 1000, UTC) + zone).strftime("%Y%m%d")
        assert case.id.startswith(day) and len(case.id) == 12
        assert case.id > last
        last = case.id


def test_that_deadlines_are_those_of_the_clock(small: DemoCity, catalogues: Mapping[str, Catalogue]) -> None:
    for case in small.cases[::37]:
        if not case.filed_ms or Flag.SUSPENDED in case.flags:
            continue
        condition = catalogues["2026"].condition(case.kind, case.class_code, case.condition)
        assert condition is not None and case.limit == condition.limit
        assert case.due_ms == due(small.city.calendar, case.clock_ms, condition.limit).due_ms


def test_that_the_open_cases_stand_at_every_stage_and_few_are_late(small: DemoCity, as_of_ms: int) -> None:
    standing = [case for case in small.cases if case.is_open]
    assert {case.stage for case in standing} == OPEN_STAGES
    late = [case for case in standing if 0 < case.stage_due_ms < as_of_ms]
    assert 5 <= len(late) <= 15
    near = [case for case in standing if 0 <= case.stage_due_ms - as_of_ms < 2 * 3_600_000]
    assert len(near) >= 20
    assert any(Flag.SUSPENDED in case.flags for case in standing)
    assert any(Flag.URGED in case.flags for case in standing)
    assert any(request.state is RequestState.ASKED for request in small.requests)


def test_that_tasks_stand_as_their_cases_do(small: DemoCity) -> None:
    lead = {task.id: task for task in small.tasks}
    for case in small.cases:
        if case.stage is Stage.CLOSED:
            assert lead[case.task].state is TaskState.FINISHED
        if case.stage is Stage.HANDLING:
            assert lead[case.task].state in (TaskState.SENT, TaskState.RECEIVED)
            assert lead[case.task].unit == case.unit


def test_that_days_and_hours_have_their_rhythm(small: DemoCity) -> None:
    at = [datetime.fromtimestamp(case.registered_ms / 1000, UTC) + timedelta(hours=8) for case in small.cases]
    hours = Counter(moment.hour for moment in at)
    assert hours[10] > 4 * hours[3]
    days = Counter(moment.date() for moment in at)
    weekend = np.mean([count for day, count in days.items() if day.weekday() >= 5])
    workday = np.mean([count for day, count in days.items() if day.weekday() < 5])
    assert weekend < workday and len(days) >= 85


def test_that_texts_are_many_and_name_nobody(small: DemoCity) -> None:
    texts = [case.text for case in small.cases]
    assert len(set(texts)) > 6_000
    names = {person.name for person in small.people if len(person.name) > 2}
    for case in small.cases:
        for said in (case.text, case.place):
            assert not LONG_NUMBER.search(said) and "{" not in said
        assert not any(name in case.text for name in names)
    opinions = {step.opinion for case in small.cases for step in case.trace}
    assert not any(LONG_NUMBER.search(said) for said in opinions)


def test_that_reporters_are_masked(small: DemoCity) -> None:
    told = [report.reporter for report in small.reports if report.reporter]
    assert len(told) > 3_000
    assert all(MASKED.match(reporter) for reporter in told)
    assert not any(LONG_NUMBER.search(unit.phone) for unit in small.units)


@pytest.mark.parametrize(
    "moment",
    [
        "2026-02-17T01:30:00+08:00",  # in the night of the Spring Festival
        "2026-07-12T23:59:30+08:00",  # at the end of a Sunday
        "2026-01-01T00:00:00+08:00",
        "2031-05-01T08:00:00+08:00",  # later than any holiday table
    ],
)
def test_that_any_moment_will_do(catalogues: Mapping[str, Catalogue], moment: str) -> None:
    at_ms = int(datetime.fromisoformat(moment).timestamp() * 1000)
    city = generate("tiny", 3, at_ms, catalogues)
    standing = [case for case in city.cases if case.is_open]
    assert {case.stage for case in standing} == OPEN_STAGES
    assert all(step.at_ms <= at_ms for case in city.cases for step in case.trace)
    late = [case for case in standing if 0 < case.stage_due_ms < at_ms]
    assert len(late) <= 12


def test_that_an_avenue_may_end_at_the_citys_last_line(
    catalogues: Mapping[str, Catalogue], as_of_ms: int
) -> None:
    """Seed 5 lays one out to the border itself."""
    city = generate("tiny", 5, as_of_ms, catalogues)
    assert len(city.cases) == 900
