"""The strip under the map: the open cases within 50 metres of the one in the card, for seeing repeats at once."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPointF, QRect, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.look import tokens
from app.models.nearby_model import NearbyModel, NearLine
from app.models.photo_store import PhotoStore
from app.widgets import paint, theme
from app.widgets.photo_tile import draw_filled

HEAD_PX = 34
LINE_PX = 19
THUMB_PX = 100
MOST = 3
RADIUS_M = 50


class NearbyStrip(QWidget):
    """`chosen` carries the number of a case that was clicked."""

    chosen = Signal(str)

    def __init__(self, session: Any, photos: PhotoStore | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = NearbyModel(session, self)
        self.model.changed.connect(self._on_changed)
        self._photos = photos or PhotoStore(session, self)
        self._photos.changed.connect(self._on_photo)
        self.setFixedHeight(tokens.NEARBY_PX)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMouseTracking(True)
        theme.notifier().changed.connect(self.update)

    def show_case(self, case_id: str) -> None:
        """Looks around this case; "" empties the strip."""
        self.model.show_case(case_id)

    def text(self) -> str:
        """Its words, for tests and screen readers."""
        return "\n".join(f"{line.title} {line.way} {line.state} {line.time}" for line in self.model.lines)

    def _on_changed(self) -> None:
        self._photos.look_again(*(line.photo for line in self.model.lines if line.photo))
        self.setAccessibleName(self.text())
        self.update()

    def _tiles(self) -> list[tuple[QRect, NearLine]]:
        lines = self.model.lines[:MOST]
        width = (self.width() - 2 * tokens.PADDING_NARROW_PX) // MOST
        top = HEAD_PX
        return [
            (
                QRect(tokens.PADDING_NARROW_PX + index * width, top, width - 12, self.height() - top - 8),
                line,
            )
            for index, line in enumerate(lines)
        ]

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.ink("bg1"))
        painter.fillRect(QRect(0, 0, self.width(), 1), theme.ink("line"))
        x: float = tokens.PADDING_NARROW_PX
        y = HEAD_PX / 2 + 1
        x += paint.draw_text(painter, x, y, self.tr("Open cases near by"), is_bold=True) + 14
        count = len(self.model.lines)
        told = self.tr("{0} within {1} m").format(count, RADIUS_M) if count else ""
        paint.draw_text(painter, x, y, told, "text1")
        if not count:
            nothing = self.tr("None within {0} m").format(RADIUS_M)
            paint.draw_text(painter, x, y, nothing, "text2")
        for tile, line in self._tiles():
            self._paint_line(painter, tile, line)

    def _paint_line(self, painter: QPainter, tile: QRect, line: NearLine) -> None:
        left = tile.left()
        if line.photo:
            left += self._paint_photo(painter, tile, line.photo)
        y = tile.top() + 10.0
        paint.draw_mark(painter, line.mark, QPointF(left + 7, y), tokens.MARK_PX)
        room = tile.right() - left
        paint.draw_text(painter, left + 22, y, paint.elided(line.title, room - 22))
        for words, tone in (
            (line.way, "text1"),
            (line.state, "text2"),
            (line.time, "text2"),
        ):
            y += LINE_PX
            told = paint.elided(words, room, tokens.FONT_LABEL_PX)
            paint.draw_text(painter, left, y, told, tone, tokens.FONT_LABEL_PX)

    def _paint_photo(self, painter: QPainter, tile: QRect, sha256: str) -> int:
        box = QRect(tile.left(), tile.top(), THUMB_PX, tile.height())
        draw_filled(painter, box, self._photos, sha256, self.devicePixelRatioF())
        return THUMB_PX + 12

    def _on_photo(self, sha256: str) -> None:
        if any(line.photo == sha256 for line in self.model.lines):
            self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        is_on = any(tile.contains(event.position().toPoint()) for tile, _ in self._tiles())
        self.setCursor(Qt.CursorShape.PointingHandCursor if is_on else Qt.CursorShape.ArrowCursor)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        spot = event.position().toPoint()
        line = next((line for tile, line in self._tiles() if tile.contains(spot)), None)
        if line is not None and event.button() == Qt.MouseButton.LeftButton:
            self.chosen.emit(line.case)
