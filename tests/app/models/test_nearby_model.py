from __future__ import annotations

import msgspec
import pytest
from pytestqt.qtbot import QtBot

from app.models.nearby_model import NearbyModel, bearing_word, mark_of, near_lines
from app.models.places import finder_of, middle_of
from casework.entities.case import Case
from casework.geo import Bearing
from casework.workflow import Flag, Stage
from tests.app.fake_city import CITY, NOW_MS
from tests.app.fake_session import FakeSession


@pytest.fixture
def session(qapp: object) -> FakeSession:
    return FakeSession()


def put_near(session: FakeSession, case: Case, other: Case, east_mm: int, north_mm: int) -> Case:
    x_mm, y_mm = case.x_mm + east_mm, case.y_mm + north_mm
    grid = finder_of(session).at(x_mm, y_mm)
    assert grid is not None
    moved = msgspec.structs.replace(other, x_mm=x_mm, y_mm=y_mm, grid=grid.code)
    session.arrive(moved)
    return moved


def test_that_a_point_lies_in_one_cell_and_outside_the_city_in_none(session: FakeSession) -> None:
    finder = finder_of(session)
    assert finder is finder_of(session)
    for shown in session.rows("unit_grid")[:20]:
        found = finder.at(*middle_of(shown.row))
        assert found is not None and found.code == shown.row.code
    assert finder.at(0, 0) is None


def test_that_a_cell_is_found_by_its_last_digits(session: FakeSession) -> None:
    assert [grid.code[-3:] for grid in finder_of(session).by_digits("015")] == ["015"]
    assert finder_of(session).by_digits("路") == []
    assert finder_of(session).by_digits("15") == []


def test_that_cases_of_neighbouring_cells_are_near_too(session: FakeSession, qtbot: QtBot) -> None:
    cases = [shown.row for shown in session.open_cases()]
    case = cases[3]
    near = put_near(session, case, cases[40], 9_000, 40_000)
    far = put_near(session, case, cases[41], 0, 70_000)
    model = NearbyModel(session)
    model.show_case(case.id)
    found = {line.case: line for line in model.lines}
    assert near.id in found and far.id not in found and case.id not in found
    assert "41" in found[near.id].way
    assert found[near.id].way.endswith(bearing_word(Bearing.NORTH))


def test_that_it_looks_again_when_cases_change(session: FakeSession, qtbot: QtBot) -> None:
    cases = [shown.row for shown in session.open_cases()]
    model = NearbyModel(session)
    model.show_case(cases[3].id)
    before = model.lines
    with qtbot.waitSignal(model.changed, timeout=3000):
        put_near(session, cases[3], cases[50], 1_000, 1_000)
    assert len(model.lines) >= len(before) and model.lines[0].case == cases[50].id


def test_that_marks_follow_the_fields_signs(session: FakeSession) -> None:
    by_stage = {shown.row.stage: shown.row for shown in session.open_cases()}
    assert mark_of(by_stage[Stage.REGISTERED], CITY, NOW_MS) == "dot"
    assert mark_of(by_stage[Stage.CHECKING], CITY, NOW_MS) == "ring_tick"
    held = msgspec.structs.replace(by_stage[Stage.HANDLING], flags=frozenset({Flag.SUSPENDED}))
    assert mark_of(held, CITY, NOW_MS) == "bars"


def test_that_a_case_on_the_very_place_has_no_direction(session: FakeSession) -> None:
    case = session.open_cases()[3].row
    line = near_lines(session, case.x_mm, case.y_mm)[0]
    assert line.case == case.id and bearing_word(None) == "" and not line.way.endswith("\u3000")
