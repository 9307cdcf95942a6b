"""The deadlines of a case: a mark, a name and span, what is left, until when, and a bar that reaches to 125 %."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.look import tokens
from app.models.card_view import ClockLine, Level
from app.widgets import paint, theme

ROW_PX = 42
TEXT_Y_PX = 16
BAR_Y_PX = 31
BAR_PX = 6
MARKS = {
    Level.OK: "ring",
    Level.WARN: "diamond",
    Level.ALARM: "triangle",
    Level.HELD: "bars",
    Level.DONE: "ring_tick",
}
FILLS = {
    Level.OK: "ok_fill",
    Level.WARN: "warn_fill",
    Level.ALARM: "alarm_fill",
    Level.HELD: "held_fill",
    Level.DONE: "ok_fill",
}
TONES = {Level.WARN: "warn_text", Level.ALARM: "alarm_text", Level.HELD: "held_text"}


class ClockBars(QWidget):
    """All clocks of the case, one under the other."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._clocks: tuple[ClockLine, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        theme.notifier().changed.connect(self.update)

    def show_clocks(self, clocks: tuple[ClockLine, ...]) -> None:
        """Draws these clocks; nothing is redrawn where nothing changed."""
        if clocks == self._clocks:
            return
        is_resized = len(clocks) != len(self._clocks)
        self._clocks = clocks
        self.setAccessibleName(" ".join(f"{c.name} {c.span} {c.left} {c.until}" for c in clocks))
        if is_resized:
            self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(0, ROW_PX * len(self._clocks))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        for index, clock in enumerate(self._clocks):
            self._paint_clock(painter, clock, index * ROW_PX)

    def _paint_clock(self, painter: QPainter, clock: ClockLine, top: int) -> None:
        y = top + TEXT_Y_PX
        half = tokens.MARK_PX / 2
        paint.draw_mark(painter, MARKS[clock.level], QPointF(half, y), tokens.MARK_PX)
        x = tokens.MARK_PX + 8
        x += paint.draw_text(painter, x, y, clock.name) + 12
        room = self._paint_end(painter, clock, y) - x - 8
        span = paint.elided(clock.span, room, tokens.FONT_LABEL_PX)
        paint.draw_text(painter, x, y, span, "text2", tokens.FONT_LABEL_PX)
        bar = QRect(0, top + BAR_Y_PX, self.width(), BAR_PX)
        paint.draw_clock_bar(painter, bar, clock.share, FILLS[clock.level])

    def _paint_end(self, painter: QPainter, clock: ClockLine, y: float) -> int:
        """What is left and until when, set from the right; returns where it begins."""
        x = self.width()
        if clock.until:
            x -= paint.text_width(clock.until, tokens.FONT_LABEL_PX)
            paint.draw_text(painter, x, y, clock.until, "text2", tokens.FONT_LABEL_PX)
            x -= 12
        tone = TONES.get(clock.level, "text1")
        is_bold = clock.level in (Level.WARN, Level.ALARM)
        x -= paint.text_width(clock.left, tokens.FONT_BODY_PX, is_bold)
        paint.draw_text(painter, x, y, clock.left, tone, tokens.FONT_BODY_PX, is_bold)
        return x
