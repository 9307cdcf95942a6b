"""The line above the foot while files come: figures that are true, a key and a click that stop and go on."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.link.view import Coming, Fetching
from app.models.fetch_words import fetch_line
from app.widgets.fetch_line import FetchStrip
from app.widgets.line import Caps
from tests.app.fake_session import FakeSession
from tests.app.widgets.test_main_window import Desk

MB = 1_000_000


@pytest.fixture
def session(qapp: object) -> FakeSession:
    return FakeSession()


@pytest.fixture
def strip(session: FakeSession, qtbot: QtBot) -> FetchStrip:
    made = FetchStrip(session)  # type: ignore[arg-type]
    qtbot.addWidget(made)
    made.resize(1200, made.height())
    return made


def test_that_without_files_on_their_way_there_is_no_line(strip: FetchStrip) -> None:
    assert not strip.isVisibleTo(strip.parentWidget())
    assert strip.items() == ()


def test_that_it_says_bytes_of_all_that_is_wanted_and_the_time_left(
    strip: FetchStrip, session: FakeSession
) -> None:
    session.fetch(
        Fetching("base", 10 * MB, 20 * MB, bytes_s=5 * MB),
        Fetching("components", 0, 100 * MB, Coming.WAITS),
        fetched=30 * MB,
    )
    assert "Fetching base map, components" in strip.text()
    assert "40 of 150 MB" in strip.text()
    assert "5.0 MB/s" in strip.text()
    assert "about 22 s left" in strip.text()
    found = fetch_line(session)  # type: ignore[arg-type]
    assert found is not None
    assert found.share == pytest.approx(40 / 150)


def test_that_a_key_stops_components_and_goes_on_with_them(strip: FetchStrip, session: FakeSession) -> None:
    session.fetch(Fetching("components", 25 * MB, 100 * MB))
    strip.turn()
    assert session.files[0].coming is Coming.STOPPED
    assert "Stopped: components" in strip.text()
    assert "25 of 100 MB" in strip.text()
    strip.turn()
    assert session.files[0].coming is Coming.WAITS
    assert "Stop components" in strip.text()


def test_that_a_click_on_the_words_does_what_the_key_does(
    strip: FetchStrip, session: FakeSession, qtbot: QtBot
) -> None:
    session.fetch(Fetching("components", 25 * MB, 100 * MB))
    strip.show()
    spot = next(spot for spot, item in strip._spots if isinstance(item, Caps))
    QTest.mouseClick(strip, Qt.MouseButton.LeftButton, pos=QPoint(spot.center()))
    assert session.files[0].coming is Coming.STOPPED


def test_that_rows_cannot_be_stopped(strip: FetchStrip, session: FakeSession) -> None:
    session.fetch(Fetching("rows", 10, 100))
    strip.turn()
    assert session.files[0].coming is Coming.COMES
    assert not any(isinstance(item, Caps) for item in strip.items())


def test_that_what_is_stopped_is_not_counted_while_another_file_comes(
    strip: FetchStrip, session: FakeSession
) -> None:
    session.fetch(
        Fetching("components", 25 * MB, 100 * MB, Coming.STOPPED), Fetching("archive", 40 * MB, 80 * MB)
    )
    assert "40 of 80 MB" in strip.text()
    assert "Fetching archive" in strip.text()


def test_that_the_key_of_the_window_stops_and_goes_on(qtbot: QtBot) -> None:
    desk = Desk(qtbot)
    desk.session.fetch(Fetching("components", 25 * MB, 100 * MB))
    desk.press("Shift+F5")
    assert desk.session.files[0].coming is Coming.STOPPED
    assert desk.window.fetching.isVisible()
    desk.press("Shift+F5")
    assert desk.session.files[0].coming is Coming.WAITS
    desk.session.fetch()
    assert not desk.window.fetching.isVisible()
