"""From a session to the marks on the map, by the real rules and a map without a page."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from app.map.feed import MapFeed
from app.map.layers import LAYERS
from app.map.layers.style import Glyph, Layer, Live, LiveMark
from app.map.limits import REMARK_MS
from app.map.messages import Clicked
from app.map.view import MapView, duty_for
from casework.entities.duty_layer import DutyLayer
from casework.ids import Key
from casework.workflow import Stage
from tests.app import fake_city
from tests.app.fake_session import FakeSession
from tests.app.map.conftest import WAIT_MS


@pytest.fixture
def session(qapp) -> FakeSession:
    return FakeSession()


@pytest.fixture
def view(qtbot):
    made = MapView()
    qtbot.addWidget(made)
    yield made
    made.stop()


@pytest.fixture
def feed(session: FakeSession, view: MapView, folder: Path, qtbot) -> MapFeed:
    made = MapFeed(session, view, folder)
    qtbot.waitUntil(lambda: len(view.screen_state.ground.partition) > 0, timeout=WAIT_MS)
    return made


def glyph(view: MapView, case: str) -> str | None:
    mark = view.screen_state.boards["case"].get(case)
    return None if mark is None else mark.glyph


def a_case(session: FakeSession, stage: Stage = Stage.AWAITING_DISPATCH, left_min: int = 20):
    return fake_city.case_row(900, stage, left_min, "雨水井盖异常", "金湖路", (), session.now_ms())


def test_that_every_open_case_has_its_mark(feed: MapFeed, session: FakeSession, view: MapView) -> None:
    board = view.screen_state.boards["case"]
    cases = [shown.row for shown in session.open_cases()]
    assert len(board) == len(cases) > 10
    assert all(glyph(view, case.id) for case in cases)


def test_that_the_ground_is_made_of_the_sessions_rows(
    feed: MapFeed, session: FakeSession, view: MapView
) -> None:
    assert len(view.screen_state.ground.partition) == len(session.rows("unit_grid"))
    assert len(view.screen_state.ground.sheet("duty", view.screen_state.scheme.duty)) > 0
    assert view.screen_state.ground.components is None


def test_that_a_case_that_arrives_or_closes_comes_and_goes(
    feed: MapFeed, session: FakeSession, view: MapView
) -> None:
    case = a_case(session)
    assert glyph(view, case.id) is None
    session.arrive(case)
    assert glyph(view, case.id) == "in_time"
    session.arrive(msgspec.structs.replace(case, stage=Stage.CLOSED))
    assert glyph(view, case.id) is None
    session.arrive(case)
    session.arrive(gone=[Key("case", case.id)])
    assert glyph(view, case.id) is None


def test_that_time_alone_turns_a_ring_into_a_triangle(
    feed: MapFeed, session: FakeSession, view: MapView, qtbot
) -> None:
    case = a_case(session)
    session.arrive(case)
    assert glyph(view, case.id) == "in_time"
    session._now_ms += 30 * 60_000  # nothing is said: the clock goes on
    qtbot.waitUntil(lambda: glyph(view, case.id) == "over", timeout=20 * REMARK_MS)


def test_that_everything_is_read_again_when_anything_may_have_changed(
    feed: MapFeed, session: FakeSession, view: MapView
) -> None:
    case = a_case(session)
    session._store(Key("case", case.id), case)
    assert glyph(view, case.id) is None
    session.changed.emit(None)
    assert glyph(view, case.id) == "in_time"


def test_that_new_resting_rows_make_a_new_ground(
    feed: MapFeed, session: FakeSession, view: MapView, qtbot
) -> None:
    before = view.screen_state.ground
    session.arrive(msgspec.structs.replace(session.rows("work_grid")[0].row, name="新"))
    qtbot.waitUntil(lambda: view.screen_state.ground is not before, timeout=WAIT_MS)


def test_that_the_corner_says_of_when_the_data_are(
    feed: MapFeed, session: FakeSession, view: MapView
) -> None:
    notes = view.plates()[2]
    assert "Data of 14:20" in notes.accessibleName()
    session.cut()
    assert "this seat's cache" in notes.accessibleName()


def test_that_the_selected_case_chooses_the_duty_layer(
    feed: MapFeed, session: FakeSession, view: MapView
) -> None:
    case = a_case(session)
    session.arrive(case)
    view.select(case.id)
    assert view.screen_state.scheme.duty == "l-municipal"
    assert view.screen_state.scheme.class_code == "01003"
    rubbish = fake_city.case_row(901, Stage.HANDLING, 5, "道路不洁", "金湖路", (), session.now_ms())
    session.arrive(rubbish)
    view.select(rubbish.id)
    assert view.screen_state.scheme.duty == "l-clean"
    assert view.screen_state.scheme.class_code == ""


def test_that_a_new_live_layer_is_fed_shown_and_hit_without_anything_else(
    session: FakeSession, folder: Path, qtbot
) -> None:
    """One file and one line: reports as marks of their own, by way of the same feed and the same board."""
    layer = Layer(
        name="report",
        title="Reports",
        box=9,
        live=Live(
            entity="report",
            glyphs=(Glyph("told", "flag"),),
            size_px=((64.0, 15),),
            halo_token="m_halo",
            read=lambda session: session.rows("report"),
            mark=lambda shown, facts: LiveMark(shown.row.x_mm, shown.row.y_mm, "told"),
        ),
    )
    view = MapView(layers=(*LAYERS, layer))
    qtbot.addWidget(view)
    MapFeed(session, view, folder)
    reports = session.rows("report")
    assert len(view.screen_state.boards["report"]) == len(reports) > 0
    clicked = []
    view.mark_clicked.connect(lambda name, key: clicked.append((name, key)))
    view.set_layer_visible("case", False)
    row = reports[0].row
    view.screen_state.clicked.emit(Clicked(row.x_mm / 1000, row.y_mm / 1000, 0.125))
    assert clicked == [("report", row.id)]
    view.stop()


def test_that_marks_that_have_not_changed_are_not_sent_again(
    feed: MapFeed, session: FakeSession, view: MapView
) -> None:
    board = view.screen_state.boards["case"]
    while board.take_batch(1000) is not None:
        pass
    feed._on_clock()
    assert not board.has_changes


def test_that_the_first_topic_anybody_answers_for_decides() -> None:
    layers = (
        DutyLayer("a", "甲", "x", 1, ("event:09", "component:01")),
        DutyLayer("b", "乙", "y", 1, ("event:06",)),
    )
    assert duty_for(("event:01", "component:01"), layers).id == "a"
    assert duty_for(("event:06",), layers).id == "b"
    assert duty_for(("event:99",), layers) is None
