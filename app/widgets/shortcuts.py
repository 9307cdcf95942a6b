"""Keys for the whole window: which reach it, and which belong to the field that has the keyboard.

Space and Enter are the window's unless text is being typed; every other key of the console works in any field.
Keys an input method is composing with never arrive here: Qt gives them to the input method first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QShortcut
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)

from app.widgets.keys import cap_of, sequences

TEXT_FIELDS = (QLineEdit, QPlainTextEdit, QTextEdit, QAbstractSpinBox, QComboBox)
OF_THE_FIELD = frozenset({"Space", "Enter", "Shift+Enter"})


def is_text_field(widget: QWidget | None) -> bool:
    """Whether a widget takes typed text."""
    return isinstance(widget, TEXT_FIELDS)


class WindowKeys(QObject):
    """One shortcut per cap; `press` gets the cap and does what it stands for."""

    def __init__(self, window: QWidget, caps: Iterable[str], press: Callable[[str], object]) -> None:
        super().__init__(window)
        self._window = window
        self.shortcuts: list[QShortcut] = []
        for cap in dict.fromkeys(caps):
            for sequence in sequences(cap):
                shortcut = QShortcut(sequence, window)
                shortcut.setContext(Qt.ShortcutContext.WindowShortcut)
                shortcut.setAutoRepeat(False)
                shortcut.activated.connect(lambda cap=cap: self._act(press, cap))
                self.shortcuts.append(shortcut)
        # An override that the focused field leaves alone travels up to the window.
        window.installEventFilter(self)

    @staticmethod
    def _act(press: Callable[[str], object], cap: str) -> None:
        # What stands on the screen half composed is part of the text, before the key sends it or leaves the field.
        QGuiApplication.inputMethod().commit()
        press(cap)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            if self._is_the_fields(QApplication.focusWidget(), cap_of(event)):
                event.accept()
                return True
        return False

    @staticmethod
    def _is_the_fields(widget: QWidget | None, cap: str) -> bool:
        if is_text_field(widget):
            return cap in OF_THE_FIELD
        # Who went to a button by Tab presses it with Space.
        return isinstance(widget, QAbstractButton) and cap == "Space"
