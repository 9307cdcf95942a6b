"""A one-line field with a list under it: type pinyin initials, digits or Chinese, take one by Enter or Ctrl+1..9.

The field may hold free text (a place) or must end in one of the list (a class). The list is an overlay of the
window with one pixel of edge; Esc closes only the list, and nothing typed is lost. Enter in a closed field goes on
to the next one.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from app.look import tokens
from app.widgets import paint, theme
from app.widgets.draft_field import mark
from app.widgets.keys import cap_of, digit_of
from app.widgets.plain import Plain, clean

ROW_PX = 32
MOST = 9
SIDE_PX = 10
LEAST_LIST_PX = 420


class Pick(msgspec.Struct, frozen=True):
    """One thing to take: its key, words, and what stands beside it (smaller, at the right)."""

    key: str
    title: str
    detail: str = ""


class PickList(QWidget):
    """The overlay."""

    taken = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._picks: list[Pick] = []
        self._current = 0
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        theme.notifier().changed.connect(self.update)
        self.hide()

    def show_picks(self, picks: list[Pick]) -> None:
        """Another list; the first is current."""
        self._picks, self._current = picks[:MOST], 0
        self.setAccessibleName("; ".join(pick.title for pick in self._picks))
        self.resize(self.width(), len(self._picks) * ROW_PX + 2)
        self.update()

    def picks(self) -> list[Pick]:
        """What is shown."""
        return self._picks

    def current(self) -> Pick | None:
        """The one Enter takes."""
        return self._picks[self._current] if self._picks else None

    def move_by(self, step: int) -> None:
        """Arrow keys."""
        if self._picks:
            self._current = (self._current + step) % len(self._picks)
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.ink("edge"), 1))
        painter.setBrush(theme.ink("bg1"))
        radius = tokens.OVERLAY_RADIUS_PX
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for index, pick in enumerate(self._picks):
            self._paint_pick(painter, QRect(1, 1 + index * ROW_PX, self.width() - 2, ROW_PX), index, pick)

    def _paint_pick(self, painter: QPainter, box: QRect, index: int, pick: Pick) -> None:
        is_current = index == self._current
        if is_current:
            painter.fillRect(box, theme.ink("mine_wash"))
            painter.fillRect(QRect(box.left(), box.top(), 3, box.height()), theme.ink("sel"))
        y = box.top() + ROW_PX / 2
        cap = "Enter" if is_current else f"Ctrl+{index + 1}"
        end = box.right() - SIDE_PX - paint.cap_width(cap)
        paint.draw_cap(painter, end, y, cap)
        detail = paint.elided(pick.detail, box.width() // 2, tokens.FONT_LABEL_PX)
        end -= 12 + paint.text_width(detail, tokens.FONT_LABEL_PX)
        paint.draw_text(painter, end, y, detail, "text2", tokens.FONT_LABEL_PX)
        left = box.left() + SIDE_PX
        title = paint.elided(pick.title, end - 12 - left, is_bold=is_current)
        paint.draw_text(painter, left, y, title, "text1", is_bold=is_current)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = (round(event.position().y()) - 1) // ROW_PX
        if 0 <= index < len(self._picks):
            self.taken.emit(self._picks[index])


class PickField(QWidget):
    """Field, tail inside it at the right, and the sentence of what is wrong under it.

    `taken`: one of the list was taken. `edited`: the text was typed, and what was taken before no longer holds.
    """

    taken = Signal(object)
    edited = Signal()
    passed = Signal()  # Enter in a closed list: on to the next field

    def __init__(
        self,
        name: str,
        find: Callable[[str], list[Pick]],
        opens_empty: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        """`opens_empty`: the list is shown without anything typed, where it is short."""
        super().__init__(parent)
        self._find, self._opens_empty = find, opens_empty
        self._list: PickList | None = None
        self.field = QLineEdit()
        self.field.setAccessibleName(name)
        self.field.textEdited.connect(self._on_edited)
        self.field.installEventFilter(self)
        self.setFocusProxy(self.field)
        self._tail = Plain("", "text2", "label", parent=self.field)
        self._tail.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.fault = Plain("", "alarm", "label")
        self.fault.hide()
        inside = QVBoxLayout(self)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(3)
        inside.addWidget(self.field)
        inside.addWidget(self.fault)

    def text(self) -> str:
        """What is typed."""
        return self.field.text()

    def put(self, text: str, tail: str = "") -> None:
        """Shows a text without searching for it."""
        self.field.setText(clean(text))
        self.field.setCursorPosition(0)
        self.put_tail(tail)
        self.close_list()

    def put_tail(self, tail: str) -> None:
        """What stands inside the field at the right: the grid, the code, the limit."""
        self._tail.say(tail)
        self._lay_tail()

    def blame(self, sentence: str) -> None:
        """Says what is wrong at the field itself; "" takes it away."""
        self.fault.say(sentence)
        self.fault.setVisible(bool(sentence))
        mark(self.field, bool(sentence))

    def is_open(self) -> bool:
        """Whether the list is shown."""
        return self._list is not None and self._list.isVisible()

    def picks(self) -> list[Pick]:
        """What the list shows."""
        return self._list.picks() if self.is_open() and self._list is not None else []

    def close_list(self) -> None:
        """Puts the list away."""
        if self._list is not None:
            self._list.hide()

    def open_list(self) -> None:
        """Shows what the present text finds."""
        query = self.field.text().strip()
        picks = self._find(query) if query or self._opens_empty else []
        if not picks or not self.field.hasFocus():
            self.close_list()
            return
        if self._list is None:
            self._list = PickList(self.window())
            self._list.taken.connect(self._take)
        width = max(self.field.width(), LEAST_LIST_PX)
        corner = self.field.mapTo(self.window(), QPoint(0, self.field.height() + 2))
        left = min(corner.x(), self.window().width() - width - 4)
        self._list.setGeometry(max(left, 0), corner.y(), width, ROW_PX)
        self._list.show_picks(picks)
        self._list.show()
        self._list.raise_()

    def _on_edited(self) -> None:
        self.put_tail("")
        if not self.fault.isHidden():
            self.blame("")
        self.edited.emit()
        self.open_list()

    def _take(self, pick: Pick | None) -> None:
        if pick is None:
            return
        self.close_list()
        self.blame("")
        self.taken.emit(pick)
        self.passed.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._is_ours(event):
            event.accept()
            return True
        if kind == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and self._press(event):
            return True
        if kind == QEvent.Type.FocusIn and self._opens_empty:
            self.open_list()
        if kind == QEvent.Type.FocusOut:
            self.close_list()
        if kind == QEvent.Type.Resize:
            self._lay_tail()
        return super().eventFilter(watched, event)

    def _is_ours(self, event: QKeyEvent) -> bool:
        cap = cap_of(event)
        if cap == "Enter":
            return True
        return self.is_open() and (cap in ("Esc", "Up", "Down") or digit_of(cap) > 0)

    def _press(self, event: QKeyEvent) -> bool:
        cap = cap_of(event)
        if not self.is_open() or self._list is None:
            if cap == "Enter":
                self.passed.emit()
            elif cap == "Down":
                self.open_list()
            return cap in ("Enter", "Down")
        number = digit_of(cap)
        if cap == "Enter":
            self._take(self._list.current())
        elif cap == "Esc":
            self.close_list()
        elif cap in ("Up", "Down"):
            self._list.move_by(1 if cap == "Down" else -1)
        elif number:
            self._take(self._list.picks()[number - 1] if number <= len(self._list.picks()) else None)
        else:
            return False
        return True

    def _lay_tail(self) -> None:
        self._tail.adjustSize()
        width = self._tail.width() if self._tail.text() else 0
        self.field.setTextMargins(0, 0, width + 8 if width else 0, 0)
        x = self.field.width() - width - 10
        self._tail.move(x, (self.field.height() - self._tail.height()) // 2)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_tail()
        self.close_list()
