"""F1: every key of the present context, over the middle of the window; Esc or F1 puts it away."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from app.look import tokens
from app.widgets import paint, theme
from app.widgets.foot import KeyHint

ROW_PX = 32
HEAD_PX = 48
COLUMN_PX = 330
CAPS_PX = 116
PAD_PX = 20
ONE_COLUMN_ROWS = 9  # a longer list has two


class KeySheet(QWidget):
    """Two columns at most; what cannot be done now says why."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._hints: tuple[KeyHint, ...] = ()
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(self.tr("All keys"))
        theme.notifier().changed.connect(self.update)
        self.hide()

    def show_hints(self, hints: Sequence[KeyHint]) -> None:
        """Lists these and comes to the front."""
        self._hints = tuple(hints)
        self.place()
        self.show()
        self.raise_()

    def hints(self) -> tuple[KeyHint, ...]:
        """What is listed."""
        return self._hints

    def _shape(self) -> tuple[int, int]:
        """Columns and rows of the list."""
        columns = 2 if len(self._hints) > ONE_COLUMN_ROWS else 1
        return columns, -(-len(self._hints) // columns)

    def place(self) -> None:
        """The middle of the window."""
        columns, rows = self._shape()
        width, height = columns * COLUMN_PX + 2 * PAD_PX, HEAD_PX + rows * ROW_PX + PAD_PX
        parent = self.parentWidget()
        self.setGeometry((parent.width() - width) // 2, (parent.height() - height) // 2, width, height)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.ink("edge"), 1))
        painter.setBrush(theme.ink("bg1"))
        radius = tokens.OVERLAY_RADIUS_PX
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        size = tokens.FONT_SECTION_PX
        paint.draw_text(painter, PAD_PX, HEAD_PX / 2 + 2, self.tr("Keys here"), "text1", size, True)
        _, rows = self._shape()
        for i, hint in enumerate(self._hints):
            x = PAD_PX + i // rows * COLUMN_PX
            y = HEAD_PX + (i % rows + 0.5) * ROW_PX
            self._paint_hint(painter, x, y, hint)

    def _paint_hint(self, painter: QPainter, x: float, y: float, hint: KeyHint) -> None:
        if hint.keys:
            tone = "text2" if hint.is_enabled else "text3"
            paint.draw_caps(painter, x, y, hint.keys, tone)
        tone = "text1" if hint.is_enabled else "text3"
        used = paint.draw_text(painter, x + CAPS_PX, y, hint.title, tone)
        room = COLUMN_PX - CAPS_PX - used - 2 * 12
        if hint.why and room > 40:
            why = paint.elided(hint.why, room, tokens.FONT_CAP_PX)
            paint.draw_text(painter, x + CAPS_PX + used + 12, y, why, "text3", tokens.FONT_CAP_PX)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.hide()
