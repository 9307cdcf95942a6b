"""The rail: every queue with its count, the overdue ones below; a click or F2 changes the queue."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter
from PySide6.QtWidgets import QWidget

from app.look import tokens
from app.models import text
from app.models.queue_model import QueueModel
from app.models.queues import QueueSpec
from app.widgets import paint, theme

ROW_PX = 32
TOP_PX = 7
GROUP_GAP_PX = 16
SIDE_PX = 12
BAR_PX = 3
LATE_PX = 20  # the triangle before a count of late cases


class Rail(QWidget):
    """Queues down the left edge. `chosen` carries the QueueSpec."""

    chosen = Signal(object)

    def __init__(self, model: QueueModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._hovered: QueueSpec | None = None
        self.setFixedWidth(tokens.RAIL_PX)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName(self.tr("Queues"))
        model.counts_changed.connect(self.update)
        model.modelReset.connect(self.update)
        theme.notifier().changed.connect(self.update)

    def boxes(self) -> list[tuple[QRect, QueueSpec]]:
        """Where each queue is drawn."""
        found = []
        y = TOP_PX
        was_overdue = False
        for queue in self._model.queues:
            if queue.is_overdue and not was_overdue:
                y += GROUP_GAP_PX
                was_overdue = True
            found.append((QRect(0, y, self.width(), ROW_PX), queue))
            y += ROW_PX
        return found

    def paintEvent(self, event: object) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.ink("bg0"))
        boxes = self.boxes()
        first_late = next((box for box, queue in boxes if queue.is_overdue), None)
        if first_late is not None:
            y = first_late.top() - GROUP_GAP_PX // 2
            painter.fillRect(SIDE_PX, y, self.width() - 2 * SIDE_PX, 1, theme.ink("line"))
        for box, queue in boxes:
            self._paint_queue(painter, box, queue)
        y = self.height() - 22
        used = paint.draw_caps(painter, SIDE_PX, y, "F2")
        paint.draw_text(painter, SIDE_PX + used + 8, y, self.tr("Switch"), "text2", tokens.FONT_CAP_PX)

    def _paint_queue(self, painter: QPainter, box: QRect, queue: QueueSpec) -> None:
        counts = self._model.counts(queue)
        is_here = queue is self._model.queue()
        if is_here:
            painter.fillRect(box, theme.ink("mine_wash"))
            painter.fillRect(QRect(0, box.top(), BAR_PX, box.height()), theme.ink("sel"))
        elif queue is self._hovered:
            painter.fillRect(box, theme.ink("bg2"))
        y = box.top() + box.height() / 2
        is_empty = counts.total == 0
        figure = text.thousands(counts.total)
        is_late = queue.is_overdue and not is_empty
        count_px = paint.text_width(figure, tokens.FONT_BODY_PX, is_late or is_here)
        x = self.width() - SIDE_PX - count_px
        count_tone = "alarm_text" if is_late else "text1" if is_here else "text2"
        paint.draw_text(painter, x, y, figure, count_tone, tokens.FONT_BODY_PX, is_late or is_here)
        if is_late:
            x -= LATE_PX
            paint.draw_mark(painter, "triangle", QPointF(x + 6, y - 1), 12)
        tone = "text2" if is_empty and not is_here else "text1"
        name = paint.elided(queue.name, x - SIDE_PX - 2, tokens.FONT_BODY_PX, is_here)
        paint.draw_text(painter, SIDE_PX, y, name, tone, tokens.FONT_BODY_PX, is_here)

    def _at(self, event: QMouseEvent) -> QueueSpec | None:
        point = event.position().toPoint()
        return next((queue for box, queue in self.boxes() if box.contains(point)), None)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        queue = self._at(event)
        if queue is not self._hovered:
            self._hovered = queue
            self.setCursor(Qt.CursorShape.PointingHandCursor if queue else Qt.CursorShape.ArrowCursor)
            self.update()

    def leaveEvent(self, event: object) -> None:
        self._hovered = None
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        queue = self._at(event)
        if queue is not None and event.button() == Qt.MouseButton.LeftButton:
            self.chosen.emit(queue)
