"""Rows to choose from by Ctrl+1..9 or a click: units to dispatch to, filing conditions, reasons for rework.

The proposal is chosen until a hand chooses otherwise. Rows with a second line are 44 px, others 32. It holds no
text to edit; Ctrl+1..9 reach it through the case card, Up and Down when it has the focus.
"""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.look import tokens
from app.models.card_view import ChoiceLine, ChoiceTable
from app.widgets import paint, theme

HEAD_PX = 32
ONE_LINE_PX = 32
COLUMN_GAP_PX = 14
LEAST_COLUMN_PX = 34
MOST_KEYS = 9


class Candidates(QWidget):
    """The table; `chosen_changed` carries the keys of the chosen rows."""

    chosen_changed = Signal(object)

    def __init__(self, padding_px: int = tokens.PADDING_PX, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._table = ChoiceTable()
        self._chosen: tuple[str, ...] = ()
        self.padding_px = self.right_px = padding_px
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMouseTracking(True)
        theme.notifier().changed.connect(self.update)

    def show_table(self, table: ChoiceTable, chosen: tuple[str, ...]) -> None:
        """Draws these rows with these chosen."""
        if table == self._table and chosen == self._chosen:
            return
        self._table, self._chosen = table, chosen
        self.setAccessibleName(table.title)
        self.updateGeometry()
        self.update()

    def chosen(self) -> tuple[str, ...]:
        """Keys of the chosen rows."""
        return self._chosen

    def choose(self, number: int) -> bool:
        """Takes row `number` (1..9); where many may be taken, a second time lets it go."""
        if not 1 <= number <= len(self._table.lines):
            return False
        key = self._table.lines[number - 1].key
        if not self._table.takes_many:
            self._chosen = (key,)
        elif key in self._chosen:
            self._chosen = tuple(k for k in self._chosen if k != key)
        else:
            self._chosen = (*self._chosen, key)
        self.update()
        self.chosen_changed.emit(self._chosen)
        return True

    def _row_px(self) -> int:
        has_evidence = any(line.evidence for line in self._table.lines)
        return tokens.CANDIDATE_ROW_PX if has_evidence else ONE_LINE_PX

    def sizeHint(self) -> QSize:
        count = len(self._table.lines)
        return QSize(0, HEAD_PX + count * self._row_px() if count else 0)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def _columns(self) -> list[int]:
        """Widths of the figures' columns, from the widest of head and figures."""
        widths = []
        for index, head in enumerate(self._table.heads):
            figures = [line.figures[index] for line in self._table.lines if index < len(line.figures)]
            widest = max([paint.text_width(text) for text in figures] or [0])
            widths.append(max(paint.text_width(head, tokens.FONT_CAP_PX), widest, LEAST_COLUMN_PX))
        return widths

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._table.lines:
            return
        painter = QPainter(self)
        columns = self._columns()
        self._paint_head(painter, columns)
        for index, line in enumerate(self._table.lines):
            row = QRect(0, HEAD_PX + index * self._row_px(), self.width(), self._row_px())
            self._paint_row(painter, row, index, line, columns)
        if self.hasFocus():
            paint.draw_focus(painter, self.rect().adjusted(1, 1, -1, -1))

    def _paint_head(self, painter: QPainter, columns: list[int]) -> None:
        y = HEAD_PX / 2
        x = self.padding_px
        x += paint.draw_text(painter, x, y, self._table.title, is_bold=True) + 12
        count = min(len(self._table.lines), MOST_KEYS)
        paint.draw_caps(painter, x, y, "Ctrl+1" if count == 1 else f"Ctrl+1…{count}")
        right = self.width() - self.right_px
        for head, width in zip(reversed(self._table.heads), reversed(columns), strict=True):
            inner = paint.text_width(head, tokens.FONT_CAP_PX)
            paint.draw_text(painter, right - inner, y, head, "text2", tokens.FONT_CAP_PX)
            right -= width + COLUMN_GAP_PX

    def _paint_row(
        self, painter: QPainter, row: QRect, index: int, line: ChoiceLine, columns: list[int]
    ) -> None:
        if line.key in self._chosen:
            painter.fillRect(row, theme.ink("mine_wash"))
            painter.fillRect(QRect(0, row.top(), 3, row.height()), theme.ink("sel"))
        y = row.center().y() + 0.5
        if index < MOST_KEYS:
            paint.draw_cap(painter, self.padding_px, y, str(index + 1))
        left = self.padding_px + tokens.KEY_CAP_PX + 12
        right = self.width() - self.right_px
        for figure, width in zip(reversed(line.figures), reversed(columns), strict=False):
            paint.draw_text(painter, right - paint.text_width(figure), y, figure)
            right -= width + COLUMN_GAP_PX
        title = paint.elided(line.title, right - left)
        if not line.evidence:
            paint.draw_text(painter, left, y, title)
            return
        paint.draw_text(painter, left, row.top() + 14, title)
        evidence = paint.elided(line.evidence, right - left, tokens.FONT_CAP_PX)
        paint.draw_text(painter, left, row.top() + 32, evidence, "text2", tokens.FONT_CAP_PX)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        number = (round(event.position().y()) - HEAD_PX) // self._row_px() + 1
        if event.button() == Qt.MouseButton.LeftButton and event.position().y() >= HEAD_PX:
            self.choose(number)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()), 0)
        if not step or self._table.takes_many or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            super().keyPressEvent(event)
            return
        keys = [line.key for line in self._table.lines]
        at = keys.index(self._chosen[0]) if self._chosen and self._chosen[0] in keys else -1
        self.choose(min(max(at + step, 0), len(keys) - 1) + 1)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()
