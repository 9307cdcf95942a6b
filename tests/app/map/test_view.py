"""The real page in the real engine: drawn, clicked, reloaded, killed."""

from __future__ import annotations

import os
import signal

import numpy as np
import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from app.look.tokens import THEMES
from app.map.limits import CRASHES
from app.map.scheme import PAGE_URL
from app.map.view import CaseMark
from tests.app.map.conftest import WAIT_MS, Bench
from tests.app.map.town import Town, place


def case_at(town: Town, name: str, column: float, row: float, mark: str = "ring") -> CaseMark:
    x, y = place(column, row)
    grid = town.grid_at(column, row)
    return CaseMark(name, round(x), round(y), mark, grid, "01003", ("component:01",))


def has_colour(image: QImage, colour: str, at: QPoint, reach: int = 9) -> bool:
    """Whether a colour is near a place of a picture."""
    wanted = QColor(colour).rgb()
    spots = range(-reach, reach + 1)
    return any(image.pixel(at.x() + dx, at.y() + dy) == wanted for dx in spots for dy in spots)


def test_that_a_city_is_drawn_and_passes_its_own_check(bench: Bench, town: Town) -> None:
    bench.load(town)
    checks = []
    bench.view.self_check(checks.append)
    bench.qtbot.waitUntil(lambda: bool(checks), timeout=WAIT_MS)
    assert checks[0].is_good, checks[0]
    assert checks[0].colours > 100


def test_that_a_view_without_anything_to_show_fails_its_check(bench: Bench, town: Town) -> None:
    bench.load(town)
    for layer in bench.view.screen_state.layers:
        bench.view.set_layer_visible(layer.name, False)
    bench.settle()
    for plate in bench.view.plates():
        plate.hide()
    checks = []
    bench.view.self_check(checks.append)
    bench.qtbot.waitUntil(lambda: bool(checks), timeout=WAIT_MS)
    assert not checks[0].is_good
    assert checks[0].reason == "blank"


def test_that_a_case_is_drawn_where_it_is_and_a_click_names_it(bench: Bench, town: Town) -> None:
    bench.load(town)
    case = case_at(town, "202607140431", 8.6, 8.4, "diamond")
    bench.view.show_cases([case, case_at(town, "other", 7.5, 7.5)])
    bench.view.centre_on(case.x_mm, case.y_mm, 1.0)
    bench.settle()
    assert has_colour(bench.picture(), THEMES["dark"]["warn_fill"], bench.point(case.x_mm, case.y_mm))
    with bench.qtbot.waitSignal(bench.view.case_clicked, timeout=WAIT_MS) as clicked:
        bench.click(case.x_mm, case.y_mm)
    assert clicked.args == ["202607140431"]


def test_that_a_click_beside_everything_names_the_place_and_its_grid(bench: Bench, town: Town) -> None:
    bench.load(town)
    x, y = (round(v) for v in place(8.5, 8.5))
    bench.view.centre_on(x, y, 1.0)
    bench.settle()
    places = []
    bench.view.place_clicked.connect(lambda x_mm, y_mm: places.append((x_mm, y_mm)))
    with bench.qtbot.waitSignal(bench.view.grid_clicked, timeout=WAIT_MS) as clicked:
        bench.click(x, y)
    assert clicked.args == [town.grid_at(8.5, 8.5)]
    assert places
    assert abs(places[0][0] - x) <= 1000
    assert abs(places[0][1] - y) <= 1000


def test_that_a_click_on_a_component_names_it(bench: Bench, town: Town, ground) -> None:
    bench.load(town)
    store = ground.components
    at = len(store) // 2
    x, y = int(store.file.x_mm[at]), int(store.file.y_mm[at])
    bench.view.centre_on(x, y, 0.5)
    bench.settle()
    with bench.qtbot.waitSignal(bench.view.component_clicked, timeout=WAIT_MS) as clicked:
        bench.click(x, y)
    assert clicked.args == [store.key_of(at)]


def test_that_a_double_click_centres_there(bench: Bench, town: Town) -> None:
    bench.load(town)
    x, y = (round(v) for v in place(8.5, 8.5))
    bench.view.centre_on(x, y, 1.0)
    bench.settle()
    with bench.qtbot.waitSignal(bench.view.place_double_clicked, timeout=WAIT_MS):
        bench.double_click(x + 120_000, y + 80_000)
    bench.settle()
    looking = bench.view.looking()
    assert looking is not None
    assert abs(looking.x_mm - (x + 120_000)) <= 1000
    assert abs(looking.y_mm - (y + 80_000)) <= 1000


def test_that_centring_on_a_case_from_afar_comes_close_and_from_near_by_keeps_the_scale(
    bench: Bench, town: Town
) -> None:
    bench.load(town)
    x, y = (round(v) for v in place(8.5, 8.5))
    bench.view.centre_on(x, y, 16.0)
    bench.view.centre_on(x, y)
    assert bench.view.looking().m_px == 1.0
    bench.view.centre_on(x, y, 0.5)
    bench.view.centre_on(x + 1000, y)
    assert bench.view.looking().m_px == 0.5


def test_that_the_scene_is_back_after_a_reload(bench: Bench, town: Town) -> None:
    bench.load(town)
    case = case_at(town, "c", 8.6, 8.4, "triangle")
    bench.view.show_cases([case])
    bench.view.centre_on(case.x_mm, case.y_mm, 1.0)
    bench.settle()
    before = bench.view.looking()
    bench.view.reload()
    bench.qtbot.waitUntil(lambda: not bench.view.is_settled(), timeout=WAIT_MS)
    bench.settle()
    assert bench.view.looking() == before
    assert has_colour(bench.picture(), THEMES["dark"]["alarm_fill"], bench.point(case.x_mm, case.y_mm))


def kill_renderer(bench: Bench) -> None:
    os.kill(bench.page.renderProcessPid(), signal.SIGKILL)


def test_that_the_scene_is_back_after_the_renderer_is_killed(bench: Bench, town: Town, caplog) -> None:
    bench.load(town)
    case = case_at(town, "c", 8.6, 8.4, "triangle")
    bench.view.show_cases([case])
    bench.view.select("c")
    bench.view.centre_on(case.x_mm, case.y_mm, 1.0)
    before = bench.picture()
    kill_renderer(bench)
    bench.qtbot.waitUntil(lambda: not bench.view.is_settled(), timeout=WAIT_MS)
    after = bench.picture()
    assert has_colour(after, THEMES["dark"]["alarm_fill"], bench.point(case.x_mm, case.y_mm))
    assert different_share(before, after) < 0.001
    assert "map_page_terminated" in caplog.text


def test_that_a_page_that_keeps_dying_is_given_up_with_a_word(bench: Bench, town: Town, caplog) -> None:
    bench.load(town)
    lost = []
    bench.view.page_lost.connect(lambda: lost.append(True))
    for count in range(CRASHES):
        bench.settle()
        assert not lost
        kill_renderer(bench)
        bench.qtbot.waitUntil(
            lambda count=count: caplog.text.count("map_page_terminated") > count, timeout=WAIT_MS
        )
    bench.qtbot.waitUntil(lambda: bool(lost), timeout=WAIT_MS)
    assert any(
        "cannot be shown" in plate.accessibleName() for plate in bench.view.plates() if plate.isVisible()
    )
    bench.view.centre_on(*(round(v) for v in place(8.5, 8.5)))
    bench.settle()
    assert not any("cannot be shown" in plate.accessibleName() for plate in bench.view.plates())


def test_that_a_first_map_of_one_colour_is_called_lost(
    bench: Bench, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.map.selfcheck.SELF_CHECK_COLOURS", 1_000_000)
    with bench.qtbot.waitSignal(bench.view.page_lost, timeout=WAIT_MS):
        bench.load(town)


def test_that_a_theme_changes_every_pixel_of_the_ground(bench: Bench, town: Town) -> None:
    bench.load(town)
    dark = bench.picture()
    bench.view.set_theme("light")
    light = bench.picture()
    assert different_share(dark, light) > 0.95
    assert light.pixelColor(350, 30).lightness() > 128 > dark.pixelColor(350, 30).lightness()


def test_that_a_hidden_layer_is_gone_and_its_marks_cannot_be_hit(bench: Bench, town: Town) -> None:
    bench.load(town)
    case = case_at(town, "c", 8.6, 8.4, "triangle")
    bench.view.show_cases([case])
    bench.view.centre_on(case.x_mm, case.y_mm, 1.0)
    bench.settle()
    bench.view.set_layer_visible("case", False)
    picture = bench.picture()
    assert not has_colour(picture, THEMES["dark"]["alarm_fill"], bench.point(case.x_mm, case.y_mm))
    with (
        bench.qtbot.assertNotEmitted(bench.view.case_clicked),
        bench.qtbot.waitSignal(bench.view.grid_clicked, timeout=WAIT_MS),
    ):
        bench.click(case.x_mm, case.y_mm)


def test_that_grid_numbers_make_room_for_a_case(bench: Bench, town: Town, ground) -> None:
    """Off the streets, so that nothing else has the number's colour."""
    numbers = ground.sheet("unit_grid_number")
    at = numbers.names.index(town.grid_at(8.5, 8.5)[-3:])
    x, y = (round(float(v) * 1000) for v in numbers.of(at)[0])
    colour = THEMES["dark"]["m_grid_number"]
    bench.load(town)
    bench.view.centre_on(x, y, 1.0)
    bench.settle()
    assert has_colour(bench.picture(), colour, bench.point(x, y), reach=12)
    bench.view.show_cases([CaseMark("c", x + 20_000, y, "ring")])
    bench.qtbot.waitUntil(
        lambda: bench.view.screen_state.boards["case"].has_changes is False, timeout=WAIT_MS
    )
    bench.settle()
    assert not has_colour(bench.picture(), colour, bench.point(x, y), reach=7)


def test_that_the_keyboard_stays_where_it_is_when_the_map_is_clicked(bench: Bench, town: Town, qtbot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    field, rows = QLineEdit(), QVBoxLayout(window)
    rows.addWidget(field)
    rows.addWidget(bench.view)
    window.resize(700, 560)
    window.show()
    bench.load(town)
    x, y = (round(v) for v in place(8.5, 8.5))
    bench.view.centre_on(x, y, 1.0)
    bench.settle()
    window.activateWindow()
    field.setFocus()
    qtbot.waitUntil(field.hasFocus, timeout=WAIT_MS)
    with qtbot.waitSignal(bench.view.grid_clicked, timeout=WAIT_MS):
        bench.click(x, y)
    assert field.hasFocus()
    QTest.keyClicks(field, "jjl 12")
    assert field.text() == "jjl 12"
    bench.view.setParent(None)


def test_that_a_drag_moves_the_map_with_the_mouse(bench: Bench, town: Town) -> None:
    bench.load(town)
    x, y = (round(v) for v in place(8.5, 8.5))
    bench.view.centre_on(x, y, 1.0)
    bench.settle()
    bench.drag(QPoint(350, 250), by=QPoint(80, 40))

    def has_moved() -> bool:
        looking = bench.view.looking()
        return looking is not None and looking.x_mm < x - 60_000 and looking.y_mm > y + 25_000

    bench.qtbot.waitUntil(has_moved, timeout=WAIT_MS)


@pytest.mark.parametrize(
    "script",
    [
        "location.href = 'https://example.org/'",
        "window.open('https://example.org/')",
        "location.href = 'gridseat://map/map.js'",
    ],
)
def test_that_the_page_goes_nowhere(bench: Bench, town: Town, script: str) -> None:
    bench.load(town)
    bench.ask(script + "; 1")
    bench.view.set_theme("light")
    bench.settle()
    assert bench.page.url().toString() == PAGE_URL


def test_that_the_content_policy_is_in_force(bench: Bench, town: Town) -> None:
    bench.load(town)
    attempt = "(() => { try { return eval('1 + 1'); } catch (error) { return error.name; } })()"
    assert bench.ask(attempt) == "EvalError"
    bench.complaints.clear()  # the engine says that it refused


@pytest.mark.parametrize(
    "address", ["https://127.0.0.1:9/x.png", "file:///etc/hostname", "gridseat://map/../x.png"]
)
def test_that_the_page_loads_nothing_from_elsewhere(bench: Bench, town: Town, address: str) -> None:
    bench.load(town)
    script = """
        window.outcome = ''; const picture = new Image();
        picture.onload = () => { window.outcome = 'loaded'; };
        picture.onerror = () => { window.outcome = 'refused'; };
        picture.src = ADDRESS; 1
    """.replace("ADDRESS", repr(address))
    bench.ask(script)
    bench.qtbot.waitUntil(lambda: bench.ask("window.outcome") != "", timeout=WAIT_MS)
    assert bench.ask("window.outcome") == "refused"
    bench.complaints.clear()  # the engine says that it refused


def different_share(one: QImage, other: QImage) -> float:
    """The share of pixels that differ."""

    def pixels(image: QImage) -> np.ndarray:
        plain = image.convertToFormat(QImage.Format.Format_RGB32)
        return np.frombuffer(plain.constBits(), dtype=np.uint32).reshape(plain.height(), -1).copy()

    return float((pixels(one) != pixels(other)).mean())
