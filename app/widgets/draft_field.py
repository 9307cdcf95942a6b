"""A text field whose content is on disk within a second of being typed, and comes back when the field does.

The timer is not put off by further typing, so that even somebody who never pauses is safe. A field that is refused
wears the alarm edge and says why under itself; what was typed stays. Enter makes a new line; the keys that act
(Ctrl+Enter, Esc, Ctrl+1..9, F keys) pass through to the card.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QHideEvent, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from app.widgets.keys import cap_of
from app.widgets.plain import Plain

SAVE_AFTER_MS = 400
LINES = 3


class TextBox(QPlainTextEdit):
    """A plain text box: pasted markup arrives as its text, Tab leaves it."""

    left = Signal()

    def __init__(self, lines: int = LINES, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTabChangesFocus(True)
        self.setFixedHeight(22 * lines + 12)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if is_for_the_card(cap_of(event)):
            event.ignore()
            return
        super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.left.emit()


def is_for_the_card(cap: str) -> bool:
    """Whether a key acts on the case rather than on the text: an F key, Esc, Ctrl+Enter or Ctrl+digit."""
    head, _, last = cap.rpartition("+")
    is_f_key = last[:1] == "F" and last[1:].isdigit()
    return cap in ("Esc", "Ctrl+Enter") or is_f_key or (head == "Ctrl" and last.isdigit())


class DraftField(QWidget):
    """Label, text box, count of characters and the sentence of what is wrong."""

    edited = Signal()

    def __init__(
        self,
        label: str,
        limit_chars: int,
        save: Callable[[str], None],
        lines: int = LINES,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._limit, self._save = limit_chars, save
        self.label = Plain(label, "text2", "label")
        self.count = Plain("", "text3", "cap")
        self.box = TextBox(lines)
        self.box.setAccessibleName(label)
        self.fault = Plain("", "alarm", "label")
        self.fault.hide()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SAVE_AFTER_MS)
        self._timer.timeout.connect(self.flush)
        self._is_dirty = False
        self.box.textChanged.connect(self._on_text)
        self.box.left.connect(self.flush)
        self.setFocusProxy(self.box)
        head = QHBoxLayout()
        head.addWidget(self.label)
        head.addStretch(1)
        head.addWidget(self.count)
        inside = QVBoxLayout(self)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(4)
        inside.addLayout(head)
        inside.addWidget(self.box)
        inside.addWidget(self.fault)

    def text(self) -> str:
        """What is typed."""
        return self.box.toPlainText()

    def restore(self, text: str) -> None:
        """Puts a draft back without saving it again."""
        self._is_dirty = False
        blocked = self.box.blockSignals(True)
        self.box.setPlainText(text)
        self.box.blockSignals(blocked)
        self._show_count()

    def flush(self) -> None:
        """Saves now what is not saved yet."""
        self._timer.stop()
        if self._is_dirty:
            self._is_dirty = False
            self._save(self.text())

    def blame(self, sentence: str) -> None:
        """Says what is wrong at the field itself; "" takes it away."""
        self.fault.say(sentence)
        self.fault.setVisible(bool(sentence))
        mark(self.box, bool(sentence))

    def is_too_long(self) -> bool:
        """More than the rule takes."""
        return bool(self._limit) and len(self.text().strip()) > self._limit

    def _on_text(self) -> None:
        self._is_dirty = True
        if not self._timer.isActive():
            self._timer.start()
        if not self.fault.isHidden():
            self.blame("")
        self._show_count()
        self.edited.emit()

    def _show_count(self) -> None:
        length = len(self.text())
        self.count.say(f"{length}/{self._limit}" if self._limit and length else "")
        self.count.tell("alarm" if self.is_too_long() else "text3")

    def hideEvent(self, event: QHideEvent) -> None:
        self.flush()
        super().hideEvent(event)


def mark(field: QWidget, is_faulty: bool) -> None:
    """The alarm edge of a refused field, by the style sheet's property."""
    value = "true" if is_faulty else "false"
    if field.property("fault") != value:
        field.setProperty("fault", value)
        field.style().unpolish(field)
        field.style().polish(field)


def swallow_shortcuts(field: QObject) -> None:
    """Lets a one-line field have the keys that edit before any shortcut of the window takes them."""
    field.installEventFilter(_EditKeys(field))


class _EditKeys(QObject):
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            if not is_for_the_card(cap_of(event)):
                event.accept()
        return False
