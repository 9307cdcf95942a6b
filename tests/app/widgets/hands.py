"""Hands for the tests of widgets: real key events, an input method that composes and commits, and the Chinese."""

from __future__ import annotations

from PySide6.QtGui import QInputMethodEvent, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot


def show(qtbot: QtBot, widget: QWidget, width_px: int = 0, height_px: int = 800) -> None:
    """Puts a widget on the screen, with the keyboard in its window."""
    qtbot.addWidget(widget)
    widget.resize(width_px or widget.sizeHint().width(), height_px)
    widget.show()
    widget.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is widget.window(), timeout=5000)
    settle()


def settle() -> None:
    """Lets posted events be done."""
    for _ in range(3):
        QApplication.processEvents()


def press(widget: QWidget, cap: str) -> None:
    """A key where the keyboard is, else at the widget."""
    combination = QKeySequence(cap.replace("Enter", "Return"))[0]
    target = QApplication.focusWidget() or widget
    QTest.keyClick(target, combination.key(), combination.keyboardModifiers())
    settle()


def compose(letters: str) -> None:
    """What an input method shows before anything is chosen."""
    _send(QInputMethodEvent(letters, []))


def commit(text: str) -> None:
    """What an input method hands over, into the field that has the keyboard."""
    event = QInputMethodEvent()
    event.setCommitString(text)
    _send(event)


def _send(event: QInputMethodEvent) -> None:
    target = QApplication.focusWidget()
    assert target is not None
    QApplication.sendEvent(target, event)
    settle()
