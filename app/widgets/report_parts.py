"""Small parts of the report form: a box to tick, the list of what is open near by, hair lines."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QCheckBox, QSizePolicy, QWidget

from app.look import tokens
from app.models import text
from app.models.nearby_model import NearLine
from app.widgets import paint, theme

BOX_PX = 16
NEAR_ROW_PX = 28


class TickBox(QCheckBox):
    """A box to tick, drawn as the look draws it; Space ticks it when it has the focus."""

    def sizeHint(self) -> QSize:
        return QSize(BOX_PX + 10 + paint.text_width(self.text()) + 4, tokens.FIELD_PX)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        y = self.height() / 2
        box = QRectF(1.5, y - BOX_PX / 2 + 0.5, BOX_PX - 1, BOX_PX - 1)
        has_focus = self.hasFocus()
        painter.setPen(QPen(theme.ink("sel" if has_focus else "edge"), 2 if has_focus else 1))
        painter.setBrush(theme.ink("bg1"))
        painter.drawRoundedRect(box, tokens.RADIUS_PX, tokens.RADIUS_PX)
        if self.isChecked():
            painter.setPen(QPen(theme.ink("text1"), 2))
            left, top = box.left(), box.top()
            painter.drawPolyline(
                [QPointF(left + 3.5, top + 8), QPointF(left + 6.5, top + 11), QPointF(left + 12, top + 4.5)]
            )
        paint.draw_text(painter, BOX_PX + 10, y, self.text())

    def hitButton(self, spot: QPoint) -> bool:
        return self.rect().contains(spot)


class NearList(QWidget):
    """Open cases around the place, one line each."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines: tuple[NearLine, ...] = ()
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.notifier().changed.connect(self.update)

    def show_lines(self, lines: tuple[NearLine, ...]) -> None:
        """Draws these."""
        self._lines = lines
        self.setAccessibleName("; ".join(f"{line.title} {line.way}" for line in lines))
        self.setFixedHeight(NEAR_ROW_PX * len(lines))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(0, NEAR_ROW_PX * len(self._lines))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        for index, line in enumerate(self._lines):
            y = index * NEAR_ROW_PX + NEAR_ROW_PX / 2
            paint.draw_mark(painter, line.mark, QPointF(7, y), tokens.MARK_PX)
            tail = text.facts(line.way.partition(text.WIDE_SPACE)[0], line.stage)
            end = self.width() - paint.text_width(tail, tokens.FONT_LABEL_PX)
            paint.draw_text(painter, end, y, tail, "text2", tokens.FONT_LABEL_PX)
            title = paint.elided(text.facts(line.title, line.place), end - 22 - 12)
            paint.draw_text(painter, 22, y, title)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = round(event.position().y()) // NEAR_ROW_PX
        if 0 <= index < len(self._lines):
            self.chosen.emit(self._lines[index].case)


class Rule(QWidget):
    """A hair line between two panels."""

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(QRect(0, 0, self.width(), self.height()), theme.ink("line"))


def upright() -> QWidget:
    """Between two columns."""
    line = Rule()
    line.setFixedWidth(tokens.BORDER_PX)
    return line


def level() -> QWidget:
    """Under a strip."""
    line = Rule()
    line.setFixedHeight(tokens.BORDER_PX)
    return line
