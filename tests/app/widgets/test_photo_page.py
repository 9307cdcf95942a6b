from __future__ import annotations

import msgspec
from PySide6.QtCore import QBuffer, QIODevice, QSize, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.models.card_view import Photo
from app.widgets.main_window import PHOTOS, MainWindow
from app.widgets.photo_page import PhotoPage, decode
from app.widgets.stage import MAP
from tests.app.fake_session import FakeSession
from tests.app.widgets.still_map import StillMap

ONE, TWO, ABSENT = "a" * 64, "b" * 64, "c" * 64


def picture(colour: str, width: int = 320, height: int = 240) -> bytes:
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor(colour))
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(buffer.data().data())


BODIES = {ONE: picture("teal"), TWO: picture("olive")}


def test_that_a_photo_is_shown_large_and_a_click_below_takes_another(qtbot: QtBot) -> None:
    page = PhotoPage(BODIES.get)
    qtbot.addWidget(page)
    page.resize(800, 600)
    page.show()
    page.show_photos((Photo(ONE, "上报 13:41"), Photo(TWO, "核实 13:52")))
    middle = page.rect().center()
    qtbot.waitUntil(lambda: page.grab().toImage().pixelColor(middle) == QColor("teal"), timeout=5000)
    QTest.mouseClick(page, Qt.MouseButton.LeftButton, pos=page._thumbs()[1].center())
    assert page.current() == TWO
    qtbot.waitUntil(lambda: page.grab().toImage().pixelColor(middle) == QColor("olive"), timeout=5000)


def test_that_what_is_no_picture_does_no_harm() -> None:
    most = QSize(100, 100)
    assert decode(None, most).isNull()
    assert decode(b"<html>not a picture</html>", most).isNull()
    assert decode(picture("teal", 400, 200), most).size() == QSize(100, 50)


def test_that_the_tab_of_the_photos_is_there_only_with_photos(qtbot: QtBot) -> None:
    session = FakeSession()
    window = MainWindow(session, StillMap(), pictures=BODIES.get)  # type: ignore[arg-type]
    qtbot.addWidget(window)
    case = window.model.case_at(0)
    window.open_case(case)
    assert window.stage.count() == 1
    row = session.row("case", case).row  # type: ignore[union-attr]
    session.arrive(msgspec.structs.replace(row, photos=(ONE, TWO)))
    assert window.stage.count() == 2
    window.router.press("F4")
    assert window.stage.page() == PHOTOS
    session.arrive(msgspec.structs.replace(row, photos=()))
    assert window.stage.page() == MAP and window.stage.count() == 1
