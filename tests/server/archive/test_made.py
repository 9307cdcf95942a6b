from __future__ import annotations

import msgspec
import numpy as np
import shapely

from casework.catalogue.model import Kind
from casework.clock.deadline import due
from casework.clock.model import Calendar, TimeLimit, TimeUnit
from casework.clock.working import local, zone_of
from casework.text.mask import masked
from casework.workflow import Source, Stage
from server.archive.made import RECENT_DAYS, Timetable, archived_cases, view_of
from server.centre import shipped_catalogues
from server.demo import city
from tests.server.archive.small import AS_OF_MS, DAY_MS, generated

COUNT = 4000
CATALOGUE = shipped_catalogues()["2026"]


def test_that_as_many_as_asked_are_made_and_each_has_its_own_number_in_the_order_of_time() -> None:
    made = generated(COUNT)
    assert len(made) == COUNT == len(list(made.rows()))
    assert list(made.keys) == sorted(set(made.keys))
    assert (np.diff(made.registered_ms) >= 0).all()
    zone = zone_of(Calendar())
    for key, at_ms in zip(made.keys[::97], made.registered_ms[::97].tolist(), strict=True):
        assert key.startswith(f"{local(zone, at_ms):%Y%m%d}")


def test_that_they_lie_before_the_citys_own_cases_and_reach_three_years_back() -> None:
    made = generated(COUNT)
    assert made.registered_ms.max() < AS_OF_MS - (RECENT_DAYS - 1) * DAY_MS
    assert made.registered_ms.min() < AS_OF_MS - 1100 * DAY_MS
    assert made.closed_ms.max() < AS_OF_MS
    assert (made.closed_ms > made.registered_ms).all()


def test_that_every_code_is_lawful_and_every_place_lies_in_its_grid() -> None:
    made = generated(COUNT)
    catalogues = shipped_catalogues()
    ground = city.generate("tiny", 3, AS_OF_MS, catalogues)
    units = {unit.id for unit in ground.units}
    rings = {grid.code: shapely.Polygon(np.array(grid.ring_mm).reshape(-1, 2)) for grid in ground.unit_grids}
    for row in list(made.rows())[::41]:
        kind, code, condition, unit, grid, stage = row[2], row[4], row[5], row[6], row[7], row[13]
        assert (Kind(kind), code) in CATALOGUE.classes
        if Stage(stage) is Stage.CLOSED:
            assert CATALOGUE.condition(Kind(kind), code, condition) is not None
            assert unit in units
            assert row[11] > row[10]
        else:
            assert Stage(stage) is Stage.NOT_FILED
            assert (unit, condition, row[11]) == ("", "", 0)
        assert Source(row[14])
        assert rings[grid].distance(shapely.Point(row[8], row[9])) < 10_000
        assert row[15]
        assert "{" not in row[16]


def test_that_the_same_seed_makes_the_same_and_another_one_others() -> None:
    catalogues = shipped_catalogues()
    view = view_of(city.generate("tiny", 3, AS_OF_MS, catalogues), catalogues["2026"])
    again = archived_cases(view, COUNT, 3, AS_OF_MS)
    assert list(again.rows()) == list(generated(COUNT).rows())
    assert list(archived_cases(view, COUNT, 4, AS_OF_MS).rows()) != list(again.rows())


def test_that_no_number_of_a_person_is_in_them_and_that_their_words_vary() -> None:
    made = generated(COUNT)
    assert [text for text in made.texts if masked(text) != text] == []
    assert len(set(made.texts)) > COUNT * 0.6


def test_that_deadlines_of_many_are_those_of_each() -> None:
    calendar = Calendar()
    starts = AS_OF_MS + np.arange(0, 30 * DAY_MS, 7_777_777, dtype=np.int64)
    table = Timetable(calendar, AS_OF_MS)
    for value, unit in (
        (2, TimeUnit.WORKING_DAY),
        (4, TimeUnit.WORKING_HOUR),
        (3, TimeUnit.DAY),
        (5, TimeUnit.HOUR),
    ):
        each = [due(calendar, at_ms, TimeLimit(value, unit)).due_ms for at_ms in starts.tolist()]
        assert table.due(starts, value, unit).tolist() == each


def test_that_a_city_without_roads_has_archived_cases_too() -> None:
    catalogues = shipped_catalogues()
    view = view_of(city.generate("tiny", 3, AS_OF_MS, catalogues), catalogues["2026"])
    bare = msgspec.structs.replace(view, roads=[], marks=[], duty_layers=[], duty_grids=[])
    made = archived_cases(bare, 50, 1, AS_OF_MS)
    assert len(made) == 50
    assert all(made.places)
