"""From a session to the marks on the map, by the real rules and a map without a page."""

from __future__ import annotations

import shutil
from pathlib import Path

import msgspec
import pytest

from app.cache.columns import ComponentStore
from app.map.feed import MapFeed
from app.map.layers import LAYERS
from app.map.layers.style import Glyph, Layer, Live, LiveMark
from app.map.limits import REMARK_MS
from app.map.messages import Clicked
from app.map.tiles.canvas import TileKey
from app.map.tiles.pyramid import RESOLUTIONS, TILE_PX
from app.map.view import MapView, duty_for
from casework.entities.component import Component
from casework.entities.duty_layer import DutyLayer
from casework.ids import Key
from casework.workflow import Stage
from tests.app import fake_city
from tests.app.fake_session import FakeSession
from tests.app.map.conftest import WAIT_MS
from tests.app.map.town import Town


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


def a_component(town: Town, view: MapView) -> Component:
    store = view.screen_state.ground.components
    return store.row(len(store) // 2)


def moved(row: Component, by_mm: int) -> Component:
    return msgspec.structs.replace(row, x_mm=row.x_mm + by_mm)


@pytest.fixture
def surveyed(session: FakeSession, view: MapView, folder: Path, town: Town, qtbot) -> MapFeed:
    """A feed whose folder has the town's components."""
    shutil.copy(town.components_path, folder / "components.db")
    made = MapFeed(session, view, folder)
    qtbot.waitUntil(lambda: view.screen_state.ground.components is not None, timeout=WAIT_MS)
    return made


def test_that_a_component_that_moves_is_found_at_its_new_place_only(
    surveyed: MapFeed, session: FakeSession, view: MapView, town: Town, qtbot
) -> None:
    old = a_component(town, view)
    new = moved(old, 400_000_000)
    session.arrive(new)
    qtbot.waitUntil(lambda: view.component(old.id) == new, timeout=WAIT_MS)
    store = view.screen_state.ground.components
    there = store.nearest(new.x_mm, new.y_mm, 100)
    assert store.key_of(there) == old.id
    here = store.nearest(old.x_mm, old.y_mm, 100)
    assert here is None or store.key_of(here) != old.id
    session.arrive(gone=[Key("component", old.id)])
    qtbot.waitUntil(lambda: view.component(old.id) == old, timeout=WAIT_MS)


def test_that_a_component_that_changed_before_the_file_was_read_is_laid_over(
    session: FakeSession, view: MapView, folder: Path, town: Town, qtbot
) -> None:
    shutil.copy(town.components_path, folder / "components.db")
    store = ComponentStore.open(folder / "components.db")
    new = moved(store.row(9), 5_000)
    session.arrive(new)
    MapFeed(session, view, folder)
    qtbot.waitUntil(lambda: view.component(new.id) is not None, timeout=WAIT_MS)
    assert view.component(new.id) == new


def test_that_only_tiles_with_a_changed_component_are_drawn_anew(
    surveyed: MapFeed, session: FakeSession, view: MapView, town: Town, qtbot
) -> None:
    state, factory = view.screen_state, view._factory
    city = session.city()
    old = msgspec.structs.replace(
        a_component(town, view),
        x_mm=(city.west_mm + city.east_mm) // 2,
        y_mm=(city.south_mm + city.north_mm) // 2,
    )
    session.arrive(old)
    qtbot.waitUntil(lambda: view.component(old.id) == old, timeout=WAIT_MS)
    pyramid, z = state.pyramid, len(RESOLUTIONS) - 3
    side_mm = RESOLUTIONS[z] * TILE_PX * 1000
    column = int((old.x_mm - pyramid.west * 1000) // side_mm)
    row = int((pyramid.north * 1000 - old.y_mm) // side_mm)
    near, far = TileKey(z, column, row, 1.0), TileKey(z, column - 3, row, 1.0)
    before = factory.stamp(state.scheme, state._painter, pyramid)
    answers: dict[TileKey, bytes | None] = {}
    for key in (near, far):
        factory.order(before, key, lambda body, key=key: answers.update({key: body}))
    qtbot.waitUntil(lambda: len(answers) == 2, timeout=WAIT_MS)
    session.arrive(moved(old, 3_000))
    qtbot.waitUntil(lambda: view.component(old.id) != old, timeout=WAIT_MS)
    after = factory.stamp(state.scheme, state._painter, pyramid)
    assert after != before
    kept: list[TileKey] = []
    factory.order(after, far, lambda body: kept.append(far))
    assert kept == [far], "answered at once: it is the old picture"
    factory.order(after, near, lambda body: kept.append(near))
    assert kept == [far], "drawn anew"
    qtbot.waitUntil(lambda: kept == [far, near], timeout=WAIT_MS)


def test_that_more_rows_than_a_turn_has_time_for_come_turn_by_turn(
    session: FakeSession, view: MapView, folder: Path, qtbot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.map.feed.READ_ROWS", 7)
    MapFeed(session, view, folder)
    board = view.screen_state.boards["case"]
    cases = [shown.row for shown in session.open_cases()]
    assert 0 < len(board) < len(cases)
    moved, closed = cases[-1], cases[-2]
    session.arrive(
        msgspec.structs.replace(moved, x_mm=moved.x_mm + 5_000),
        msgspec.structs.replace(closed, stage=Stage.CLOSED),
    )
    qtbot.waitUntil(lambda: len(board) == len(cases) - 1, timeout=WAIT_MS)
    mark = board.get(moved.id)
    assert mark is not None and mark.x_mm == moved.x_mm + 5_000
    assert board.get(closed.id) is None


def test_that_what_a_newer_file_has_is_no_longer_laid_over_it(
    surveyed: MapFeed, session: FakeSession, view: MapView, town: Town, qtbot
) -> None:
    old = a_component(town, view)
    session.arrive(moved(old, 400_000_000))
    qtbot.waitUntil(lambda: view.component(old.id) != old, timeout=WAIT_MS)
    session._store(Key("component", old.id), None)  # dropped with the file's coming, and nothing said of it
    session.dataset_changed.emit("components")
    assert view.component(old.id) == old
    assert view.changed_components() == ()
