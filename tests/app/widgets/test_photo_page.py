"""Photos on the screen: the card's row, the strip of near cases, and the stage's page with its keys."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from app.models.card_view import Photo
from app.models.photo_store import PhotoStore, Standing
from app.widgets import theme
from app.widgets.main_window import MainWindow
from app.widgets.photo_desk import PHOTOS
from app.widgets.photo_page import PhotoPage
from app.widgets.photo_row import MOST, PhotoRow
from app.widgets.photo_tile import words_of
from app.widgets.stage import MAP
from casework.entities.case import Case
from casework.workflow import Source
from tests.app.chinese import PartsTranslator
from tests.app.fake_session import FakeSession
from tests.app.pictures import name_of, picture
from tests.app.widgets.hands import press
from tests.app.widgets.still_map import StillMap

TEAL, OLIVE, NAVY = (picture(colour) for colour in ("teal", "olive", "navy"))
ONE, TWO, THREE, ABSENT = name_of(TEAL), name_of(OLIVE), name_of(NAVY), "c" * 64
BODIES = {ONE: TEAL, TWO: OLIVE, THREE: NAVY}


@pytest.fixture
def chinese(qapp: QApplication) -> Iterator[None]:
    translator = PartsTranslator()
    qapp.installTranslator(translator)
    yield
    qapp.removeTranslator(translator)


@pytest.fixture
def session() -> FakeSession:
    made = FakeSession()
    made.photos = dict(BODIES)
    return made


@pytest.fixture
def store(session: FakeSession) -> Iterator[PhotoStore]:
    made = PhotoStore(session)
    yield made
    made.stop()


@pytest.fixture
def window(qtbot: QtBot, session: FakeSession, chinese: None) -> Iterator[MainWindow]:
    made = MainWindow(session, StillMap())  # type: ignore[arg-type]
    qtbot.addWidget(made)
    made.resize(1920, 1080)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is made, timeout=5000)
    yield made
    made.close()


def case_of(session: FakeSession, case: str) -> Case:
    shown = session.row("case", case)
    assert shown is not None
    return shown.row  # type: ignore[no-any-return]


def opened(window: MainWindow, session: FakeSession, *photos: str) -> str:
    """The first case of the queue, with these photos, in the card."""
    case = window.model.case_at(0)
    session.arrive(msgspec.structs.replace(case_of(session, case), photos=photos))
    window.open_case(case)
    return case


def shows(widget: QWidget, place: QPoint, colour: str) -> bool:
    return widget.grab().toImage().pixelColor(place) == QColor(colour)


def middle_of_tile(row: PhotoRow, index: int) -> QPoint:
    return row.tiles()[index][0].center() - QPoint(0, 12)


# --- the page -------------------------------------------------------------------------------------------------


def shown_page(qtbot: QtBot, store: PhotoStore, *names: str) -> PhotoPage:
    page = PhotoPage(store)
    qtbot.addWidget(page)
    page.resize(800, 600)
    page.show()
    labels = ("上报", "上报", "处置", "邻案")
    page.show_photos(tuple(Photo(name, "", label) for name, label in zip(names, labels, strict=False)))
    return page


def test_that_a_photo_is_shown_large_and_a_click_below_takes_another(qtbot: QtBot, store: PhotoStore) -> None:
    page = shown_page(qtbot, store, ONE, TWO)
    middle = page.large().center()
    qtbot.waitUntil(lambda: shows(page, middle, "teal"), timeout=10_000)
    assert page.place_words() == "上报 1 / 2"
    QTest.mouseClick(page, Qt.MouseButton.LeftButton, pos=page.thumbs()[1].center())
    assert page.current() == TWO
    qtbot.waitUntil(lambda: shows(page, middle, "olive"), timeout=10_000)
    assert page.place_words() == "上报 2 / 2"


def test_that_the_steps_end_at_either_end(qtbot: QtBot, store: PhotoStore) -> None:
    page = shown_page(qtbot, store, ONE, TWO, THREE)
    page.go(-1)
    assert page.current() == ONE
    page.go(1)
    page.go(1)
    page.go(1)
    assert page.current() == THREE
    assert page.place_words() == "处置 1 / 1"


def test_that_another_photo_of_the_same_case_does_not_move_the_large_one(
    qtbot: QtBot, store: PhotoStore
) -> None:
    page = shown_page(qtbot, store, ONE, TWO)
    page.go(1)
    page.show_photos((Photo(ONE, ""), Photo(THREE, ""), Photo(TWO, "")))
    assert page.current() == TWO
    page.show_photos((Photo(ONE, ""),))
    assert page.current() == ONE and page.thumbs() == []
    page.show_photos(())
    assert page.current() == "" and page.place_words() == ""
    page.go(1)
    page.grab()


def test_that_very_many_photos_keep_the_current_one_in_sight(qtbot: QtBot, store: PhotoStore) -> None:
    names = [f"{number:064x}" for number in range(60)]
    page = PhotoPage(store)
    qtbot.addWidget(page)
    page.resize(800, 600)
    page.show_photos(tuple(Photo(name, "") for name in names))
    for _ in range(59):
        page.go(1)
        box = page.thumbs()[names.index(page.current())]
        assert QRect(0, 0, 800, 600).contains(box)
    page.grab()


def test_that_a_photo_that_is_not_here_says_so_and_is_drawn_when_it_comes(
    qtbot: QtBot, session: FakeSession, store: PhotoStore, chinese: None
) -> None:
    session.photos = {}
    page = shown_page(qtbot, store, ONE)
    page.grab()
    qtbot.waitUntil(lambda: store.standing(ONE) is Standing.ABSENT, timeout=10_000)
    assert words_of(store.standing(ONE)) == "照片未到"
    spot = page.large().topLeft() + QPoint(200, 60)
    qtbot.waitUntil(lambda: page.grab().toImage().pixelColor(spot) == theme.ink("bg3"), timeout=5000)
    session.photos = dict(BODIES)
    session.photo_arrived.emit(ONE)
    qtbot.waitUntil(lambda: shows(page, page.large().center(), "teal"), timeout=10_000)


@pytest.mark.qt_log_ignore(r".")
def test_that_a_photo_that_is_no_picture_says_so(
    qtbot: QtBot, session: FakeSession, store: PhotoStore, chinese: None
) -> None:
    session.photos[ABSENT] = b"\xff\xd8\xff not a photo"
    page = shown_page(qtbot, store, ABSENT)
    page.grab()
    qtbot.waitUntil(lambda: store.standing(ABSENT) is Standing.BROKEN, timeout=10_000)
    assert words_of(store.standing(ABSENT)) == "照片打不开"
    page.grab()


# --- in the window --------------------------------------------------------------------------------------------


def test_that_f4_shows_the_photos_the_arrows_go_through_them_and_esc_goes_back(
    window: MainWindow, session: FakeSession
) -> None:
    opened(window, session, ONE, TWO)
    assert "照片 2" in window.stage.tabs.text()
    focus = QApplication.focusWidget()
    press(window, "F4")
    assert window.stage.page() == PHOTOS
    assert QApplication.focusWidget() is focus, "the keyboard stays where it was"
    press(window, "Right")
    assert window.photos.page.current() == TWO
    press(window, "Left")
    assert window.photos.page.current() == ONE
    assert any("←" in hint.keys for hint in window.router.hints())
    press(window, "Esc")
    assert window.stage.page() == MAP
    assert not any(hint.keys.startswith("←") for hint in window.router.hints())


def test_that_the_arrows_are_asleep_on_the_map_and_belong_to_a_field_that_is_typed_in(
    window: MainWindow, session: FakeSession
) -> None:
    opened(window, session, ONE, TWO)
    press(window, "Right")
    assert window.photos.page.current() == ONE
    press(window, "F4")
    field = QLineEdit("金湖路", window)
    field.show()
    field.setFocus()
    press(window, "Left")
    press(window, "Left")
    assert (field.cursorPosition(), window.photos.page.current()) == (1, ONE)
    press(window, "Right")
    assert (field.cursorPosition(), window.photos.page.current()) == (2, ONE)


def test_that_the_tab_comes_and_goes_with_the_photos(window: MainWindow, session: FakeSession) -> None:
    case = opened(window, session)
    assert window.stage.count() == 1
    row = case_of(session, case)
    session.arrive(msgspec.structs.replace(row, photos=(ONE, TWO)))
    assert window.stage.count() == 2
    press(window, "F4")
    session.arrive(msgspec.structs.replace(row, photos=()))
    assert window.stage.page() == MAP and window.stage.count() == 1


def test_that_a_click_on_the_card_makes_that_photo_large(
    qtbot: QtBot, window: MainWindow, session: FakeSession
) -> None:
    opened(window, session, ONE, TWO)
    row = window.card.photos
    qtbot.waitUntil(lambda: shows(row, middle_of_tile(row, 1), "olive"), timeout=10_000)
    QTest.mouseClick(row, Qt.MouseButton.LeftButton, pos=middle_of_tile(row, 1))
    assert window.stage.page() == PHOTOS
    assert window.photos.page.current() == TWO


def test_that_a_like_case_near_by_lends_its_photo_and_says_whose_it_is(
    window: MainWindow, session: FakeSession
) -> None:
    case = case_of(session, opened(window, session, ONE))
    other = case_of(session, window.model.case_at(5))
    near = msgspec.structs.replace(
        other,
        kind=case.kind, class_code=case.class_code, photos=(TWO, THREE),
        x_mm=case.x_mm + 9000, y_mm=case.y_mm, grid=case.grid,
    )  # fmt: skip
    session.arrive(near)
    window.open_case("")
    window.open_case(case.id)
    captions = [photo.caption.split()[0] for photo in window.card.photos.shown()]
    assert captions == ["上报", "邻案"]
    assert [photo.sha256 for photo in window.card.photos.shown()] == [ONE, TWO]
    assert window.photos.page.count() == 2
    assert next(line.photo for line in window.nearby.model.lines if line.case == near.id) == TWO


def test_that_the_row_shows_three_and_is_gone_without_photos(
    window: MainWindow, session: FakeSession
) -> None:
    case = opened(window, session, ONE, TWO, THREE, ABSENT)
    assert len(window.card.photos.shown()) == MOST
    window.card.photos.grab()
    session.arrive(msgspec.structs.replace(case_of(session, case), photos=()))
    assert window.card.photos.shown() == () and not window.card.photos.isVisible()


def test_that_offline_a_photo_already_here_is_shown(
    qtbot: QtBot, window: MainWindow, session: FakeSession
) -> None:
    session.cut()
    opened(window, session, ONE, ABSENT)
    row = window.card.photos
    qtbot.waitUntil(lambda: shows(row, middle_of_tile(row, 0), "teal"), timeout=10_000)
    qtbot.waitUntil(lambda: window.photos.store.standing(ABSENT) is Standing.ABSENT, timeout=10_000)


def test_that_the_large_photo_tells_when_by_whom_and_where(window: MainWindow, session: FakeSession) -> None:
    case = case_of(session, opened(window, session, ONE))
    session.arrive(msgspec.structs.replace(case, photos=(ONE,), source=Source.HOTLINE))
    view = window.card.model.view()
    assert view is not None
    [photo] = view.photos
    assert (photo.label, photo.place) == ("上报", case.place)
    assert photo.taken.startswith("2026-07-1") and photo.taken.endswith("热线")
    assert photo.place in window.photos.page.accessibleName()


def test_that_both_themes_draw_the_page(
    qtbot: QtBot, qapp: QApplication, window: MainWindow, session: FakeSession
) -> None:
    opened(window, session, ONE, TWO)
    press(window, "F4")
    page = window.photos.page
    for name in ("light", "dark"):
        window.set_theme(name)
        qtbot.waitUntil(lambda: shows(page, page.large().center(), "teal"), timeout=10_000)
        corner = page.grab().toImage().pixelColor(2, 2)
        assert corner == theme.ink("bg1")
