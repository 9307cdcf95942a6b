from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.widgets import log_in_again
from app.widgets.log_in_again import LogInAgain
from tests.app.fake_session import FakeSession


@pytest.fixture
def session() -> FakeSession:
    return FakeSession()


@pytest.fixture
def again(qtbot: QtBot, session: FakeSession, monkeypatch: pytest.MonkeyPatch) -> Iterator[LogInAgain]:
    monkeypatch.setattr(log_in_again, "ANSWER_MS", 1)
    made = LogInAgain(session, "https://centre.example")
    yield made
    made._close()


def answer(again: LogInAgain, password: str) -> None:
    assert again.window is not None
    QTest.keyClicks(again.window.password, password)
    QTest.keyClick(again.window.password, Qt.Key.Key_Return)


def test_that_a_password_that_stops_being_right_is_asked_for_again_and_the_work_goes_on(
    again: LogInAgain, session: FakeSession
) -> None:
    assert again.window is None
    session.refuse_password()
    assert again.window is not None and again.window.isVisible()
    assert again.window.user.text() == session.person.id and again.window.user.isReadOnly()
    answer(again, "secret")
    assert again.window is None


def test_that_another_wrong_password_is_said_and_the_question_stays(
    qtbot: QtBot, again: LogInAgain, session: FakeSession
) -> None:
    session.refuse_password()
    answer(again, "wrong")
    assert again.window is not None
    window = again.window
    qtbot.waitUntil(lambda: window.password.isEnabled() and window.password.text() == "")


def test_that_a_question_put_away_stays_away_until_the_password_has_been_right(
    again: LogInAgain, session: FakeSession
) -> None:
    session.refuse_password()
    assert again.window is not None
    QTest.keyClick(again.window, Qt.Key.Key_Escape)
    session.refuse_password()
    assert again.window is None
    session.renew_password("secret")
    session.refuse_password()
    assert again.window is not None
