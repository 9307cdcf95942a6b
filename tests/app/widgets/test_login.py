from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from app.widgets import theme
from app.widgets.login import FAULTS, LogIn
from casework.sync.status import Fault
from tests.app.chinese import PartsTranslator
from tests.app.widgets.hands import press, settle, show

CENTRE = "https://centre.example"


@pytest.fixture
def chinese(qapp: QApplication) -> Iterator[PartsTranslator]:
    translator = PartsTranslator()
    qapp.installTranslator(translator)
    theme.apply(qapp, "dark")
    yield translator
    qapp.removeTranslator(translator)


@pytest.fixture
def door(qtbot: QtBot, chinese: PartsTranslator) -> LogIn:
    made = LogIn(CENTRE, "lijing")
    show(qtbot, made, height_px=300)
    return made


def type_password(door: LogIn) -> None:
    door.password.setFocus()
    QTest.keyClicks(door.password, "secret")


def test_that_the_cursor_is_where_something_is_missing(door: LogIn) -> None:
    assert QApplication.focusWidget() is door.password
    assert door.password.echoMode() is QLineEdit.EchoMode.Password


def test_that_enter_asks_the_centre_once(door: LogIn, qtbot: QtBot) -> None:
    type_password(door)
    with qtbot.waitSignal(door.submitted) as asked:
        press(door, "Enter")
    assert asked.args == [CENTRE, "lijing", "secret"]
    with qtbot.assertNotEmitted(door.submitted):
        door.press("Enter")


@pytest.mark.parametrize("fault", [fault for fault in Fault if fault is not Fault.NONE])
def test_that_every_fault_is_said_with_what_helps(
    door: LogIn, chinese: PartsTranslator, fault: Fault
) -> None:
    chinese.missing.clear()
    type_password(door)
    door.set_busy(True)
    door.show_fault(fault)
    settle()
    assert door.what.isVisible() and door.what.text()
    assert door.help.isVisible() and door.help.text()
    assert door.user.text() == "lijing" and door.user.isEnabled()
    assert {pair for pair in chinese.missing if not pair[0].startswith("Q")} == set()
    assert fault in FAULTS


def test_that_a_wrong_password_is_typed_again_and_nothing_else(door: LogIn) -> None:
    type_password(door)
    press(door, "Enter")
    door.show_fault(Fault.WRONG_PASSWORD)
    assert (door.centre.text(), door.user.text(), door.password.text()) == (CENTRE, "lijing", "")
    assert QApplication.focusWidget() is door.password
    assert door.password.property("fault") == "true"


@pytest.mark.parametrize(
    "address", ["", "centre", "ftp://centre", "file:///etc/passwd", "https://", "http://a:x"]
)
def test_that_a_password_goes_to_no_other_kind_of_address(door: LogIn, qtbot: QtBot, address: str) -> None:
    type_password(door)
    door.centre.setText(address)
    with qtbot.assertNotEmitted(door.submitted):
        press(door, "Enter")
    assert door.what.isVisible() and door.centre.property("fault") == "true"


def test_that_offline_work_is_offered_where_it_is_possible(door: LogIn, qtbot: QtBot) -> None:
    door.show_fault(Fault.UNREACHABLE)
    assert not door.press("Ctrl+1")
    door.set_offline_possible(True)
    with qtbot.waitSignal(door.offline_wanted):
        press(door, "Ctrl+1")
    door.show_fault(Fault.WRONG_PASSWORD)
    assert not door.press("Ctrl+1")


def test_that_esc_ends(door: LogIn, qtbot: QtBot) -> None:
    with qtbot.waitSignal(door.ended):
        press(door, "Esc")
