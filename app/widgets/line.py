"""One line of mixed things: text, marks, caps, chips, plates, rules; the strips of the window are made of it.

A `Line` lays its items from the left, and those after a `Stretch` to the right; an item with a `name` can be
clicked and reports it. Everything sits on one centre line. No text is edited here, so no input method either.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app.look import tokens
from app.widgets import paint, theme


class Text(msgspec.Struct, frozen=True):
    """A run of text."""

    text: str
    tone: str = "text1"
    size_px: int = tokens.FONT_BODY_PX
    is_bold: bool = False
    name: str = ""
    hint: str = ""
    is_current: bool = False  # the tab that is open: underlined in the colour of selection


class Symbol(msgspec.Struct, frozen=True):
    """A mark or a lamp."""

    shape: str
    size_px: int = tokens.MARK_PX
    tone: str | None = None
    name: str = ""
    hint: str = ""


class Caps(msgspec.Struct, frozen=True):
    """A key combination."""

    keys: str
    is_joined: bool = False
    tone: str = "text2"
    name: str = ""
    hint: str = ""


class Plate(msgspec.Struct, frozen=True):
    """P1, P2 or P3."""

    text: str
    name: str = ""
    hint: str = ""


class Steps(msgspec.Struct, frozen=True):
    """The bars of a case's stage."""

    done: int
    name: str = ""
    hint: str = ""


class Gap(msgspec.Struct, frozen=True):
    """Empty room."""

    width_px: int
    name: str = ""
    hint: str = ""


class Rule(msgspec.Struct, frozen=True):
    """A short vertical line between two groups."""

    name: str = ""
    hint: str = ""


class Stretch(msgspec.Struct, frozen=True):
    """What follows is set from the right."""

    name: str = ""
    hint: str = ""


Item = Text | Symbol | Caps | Plate | Steps | Gap | Rule | Stretch


def width_of(item: Item) -> int:
    """The room one item takes."""
    match item:
        case Text():
            return paint.text_width(item.text, item.size_px, item.is_bold)
        case Symbol():
            return item.size_px
        case Caps():
            return paint.caps_width(item.keys, item.is_joined)
        case Plate():
            return paint.plate_width(item.text)
        case Steps():
            return 7 * 17 - 4
        case Gap():
            return item.width_px
        case Rule():
            return 1
        case Stretch():
            return 0


def draw(painter: QPainter, item: Item, x: float, centre_y: float) -> None:
    """Draws one item from `x`."""
    match item:
        case Text():
            paint.draw_text(painter, x, centre_y, item.text, item.tone, item.size_px, item.is_bold)
        case Symbol():
            centre = QPointF(x + item.size_px / 2, centre_y)
            paint.draw_mark(painter, item.shape, centre, item.size_px, item.tone)
        case Caps():
            paint.draw_caps(painter, x, centre_y, item.keys, item.tone, joined=item.is_joined)
        case Plate():
            paint.draw_plate(painter, x, centre_y, item.text)
        case Steps():
            paint.draw_steps(painter, x, centre_y, item.done)
        case Rule():
            painter.fillRect(QRectF(x, centre_y - 9, 1, 18), theme.ink("line"))
        case Gap() | Stretch():
            pass


class Line(QWidget):
    """A strip of items; `clicked` carries the name of the item under the mouse."""

    clicked = Signal(str)

    def __init__(
        self,
        height_px: int,
        ground: str = "bg2",
        padding_px: int = tokens.PADDING_NARROW_PX,
        rule: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._items: tuple[Item, ...] = ()
        self._spots: list[tuple[QRect, Item]] = []
        self.ground = ground
        self.padding_px = padding_px
        self._rule = rule
        self._washes: dict[str, str] = {}
        self.setFixedHeight(height_px)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMouseTracking(True)
        theme.notifier().changed.connect(self.update)

    def show_items(self, items: Sequence[Item], washes: dict[str, str] | None = None) -> None:
        """Lays these items; `washes` gives the items of a name a common ground (an alarm's red wash)."""
        fresh = tuple(items)
        if fresh == self._items and (washes or {}) == self._washes:
            return
        self._items, self._washes = fresh, washes or {}
        self.setAccessibleName(" ".join(i.text for i in fresh if isinstance(i, Text)))
        self._lay()
        self.update()

    def items(self) -> tuple[Item, ...]:
        """What it shows."""
        return self._items

    def text(self) -> str:
        """All its words in order; for tests and screen readers."""
        return self.accessibleName()

    def sizeHint(self) -> QSize:
        return QSize(sum(map(width_of, self._items)) + 2 * self.padding_px, self.height())

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.height())

    def _lay(self) -> None:
        left, right = self._split()
        self._spots = []
        x = self.padding_px
        for item in left:
            x = self._place(item, x)
        x = self.width() - self.padding_px - sum(map(width_of, right))
        for item in right:
            x = self._place(item, x)

    def _split(self) -> tuple[list[Item], list[Item]]:
        for i, item in enumerate(self._items):
            if isinstance(item, Stretch):
                return list(self._items[:i]), list(self._items[i + 1 :])
        return list(self._items), []

    def _place(self, item: Item, x: int) -> int:
        width = width_of(item)
        self._spots.append((QRect(x, 0, width, self.height()), item))
        return x + width

    def resizeEvent(self, event: QEvent) -> None:
        self._lay()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.ink(self.ground))
        self._paint_washes(painter)
        room = self.height() - (1 if self._rule else 0)
        centre_y = room / 2 + (1 if self._rule == "top" else 0)
        for spot, item in self._spots:
            draw(painter, item, spot.left(), centre_y)
        self._paint_rule(painter)
        for spot, item in self._spots:
            if isinstance(item, Text) and item.is_current:
                painter.fillRect(spot.left(), self.height() - 2, spot.width(), 2, theme.ink("sel"))

    def _paint_washes(self, painter: QPainter) -> None:
        for name, ground in self._washes.items():
            area = QRect()
            for spot, item in self._spots:
                if item.name == name:
                    area = area.united(spot)
            if area.isValid():
                painter.fillRect(area.adjusted(-10, 4, 10, -5), theme.ink(ground))

    def _paint_rule(self, painter: QPainter) -> None:
        line = theme.ink("line")
        if self._rule == "bottom":
            painter.fillRect(0, self.height() - 1, self.width(), 1, line)
        elif self._rule == "top":
            painter.fillRect(0, 0, self.width(), 1, line)

    def _at(self, x: int) -> Item | None:
        return next(
            (item for spot, item in self._spots if item.name and spot.left() <= x <= spot.right()), None
        )

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        item = self._at(round(event.position().x()))
        shape = Qt.CursorShape.PointingHandCursor if item else Qt.CursorShape.ArrowCursor
        self.setCursor(shape)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        item = self._at(round(event.position().x()))
        if item is not None and event.button() == Qt.MouseButton.LeftButton:
            self.clicked.emit(item.name)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip:
            item = self._at(event.pos().x())
            QToolTip.showText(event.globalPos(), item.hint if item else "", self)
            return True
        return super().event(event)
