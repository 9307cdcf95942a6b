"""The facts of a case as label and value, and its photos in a row. Values can be selected and copied."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QMouseEvent, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from app.look import tokens
from app.models.card_view import FieldLine, Photo
from app.widgets import paint, theme
from app.widgets.plain import Plain

LABEL_PX = 64
GAP_PX = 12
PHOTO_GAP_PX = 8
PHOTO_RATIO = 0.72
CAPTION_PX = 22
MOST_PHOTOS = 3
MOST_PIXELS = 64_000_000  # a photo larger than this is not decoded on the GUI thread

Pictures = Callable[[str], bytes | None]


class Fields(QWidget):
    """Label and value, one fact a line."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines: tuple[FieldLine, ...] = ()
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(GAP_PX)
        self._grid.setVerticalSpacing(3)
        self._grid.setColumnStretch(1, 1)

    def show_lines(self, lines: tuple[FieldLine, ...]) -> None:
        """Makes the lines anew where they differ."""
        if lines == self._lines:
            return
        self._lines = lines
        while item := self._grid.takeAt(0):
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        for row, line in enumerate(lines):
            label = Plain(line.label, "text2", "label")
            label.setFixedWidth(LABEL_PX)
            value = Plain("\u3000".join(part for part in (line.value, line.tail) if part))
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            value.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            value.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            self._grid.addWidget(label, row, 0)
            self._grid.addWidget(value, row, 1)

    def text(self) -> str:
        """Its words, for tests and screen readers."""
        return "\n".join(f"{line.label} {line.value} {line.tail}" for line in self._lines)


class Photos(QWidget):
    """Up to three thumbnails; a picture that is not at this seat yet says so. Absent where the case has none."""

    opened = Signal(str)

    def __init__(self, pictures: Pictures, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pictures = pictures
        self._photos: tuple[Photo, ...] = ()
        self._scaled: dict[tuple[str, int], QPixmap | None] = {}
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        theme.notifier().changed.connect(self.update)
        self.hide()

    def show_photos(self, photos: tuple[Photo, ...]) -> None:
        """Draws the first three."""
        if photos == self._photos:
            return
        self._photos = photos
        self._scaled = {}
        self.setVisible(bool(photos))
        self.updateGeometry()
        self.update()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return round(self._tile_px(width) * PHOTO_RATIO) if self._photos else 0

    def sizeHint(self) -> QSize:
        return QSize(0, self.heightForWidth(self.width() or 400))

    def _tile_px(self, width: int) -> int:
        return (width - PHOTO_GAP_PX * (MOST_PHOTOS - 1)) // MOST_PHOTOS

    def _tiles(self) -> list[tuple[QRect, Photo]]:
        side = self._tile_px(self.width())
        height = round(side * PHOTO_RATIO)
        return [
            (QRect(index * (side + PHOTO_GAP_PX), 0, side, height), photo)
            for index, photo in enumerate(self._photos[:MOST_PHOTOS])
        ]

    def _thumbnail(self, photo: Photo, size: QSize) -> QPixmap | None:
        key = (photo.sha256, size.width())
        if key not in self._scaled:
            self._scaled[key] = _thumbnail(self._pictures(photo.sha256), size)
        return self._scaled[key]

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        for tile, photo in self._tiles():
            picture = self._thumbnail(photo, tile.size())
            painter.fillRect(tile, theme.ink("bg3"))
            if picture is None:
                text = self.tr("Not at this seat yet")
                inner = paint.text_width(text, tokens.FONT_CAP_PX)
                x = tile.center().x() - inner / 2
                paint.draw_text(painter, x, tile.center().y() - 10, text, "text2", tokens.FONT_CAP_PX)
            else:
                painter.drawPixmap(tile, picture)
            band = QRect(tile.left(), tile.bottom() - CAPTION_PX + 1, tile.width(), CAPTION_PX)
            painter.fillRect(QRectF(band), theme.ink("bg0", 0.86))
            caption = paint.elided(photo.caption, tile.width() - 16, tokens.FONT_CAP_PX, True)
            paint.draw_text(
                painter, band.left() + 8, band.center().y() + 0.5, caption, "text1", tokens.FONT_CAP_PX, True
            )

    def mousePressEvent(self, event: QMouseEvent) -> None:
        spot = event.position().toPoint()
        photo = next((photo for tile, photo in self._tiles() if tile.contains(spot)), None)
        if photo is not None:
            self.opened.emit(photo.sha256)


def _thumbnail(body: bytes | None, size: QSize) -> QPixmap | None:
    """The middle of the picture in this size; None where there is none or it cannot be read."""
    image = QImage.fromData(body) if body else QImage()
    if image.isNull() or image.width() * image.height() > MOST_PIXELS:
        return None
    scaled = image.scaled(
        size, Qt.AspectRatioMode.KeepAspectRatioByExpanding, Qt.TransformationMode.SmoothTransformation
    )
    x, y = (scaled.width() - size.width()) // 2, (scaled.height() - size.height()) // 2
    return QPixmap.fromImage(scaled.copy(QRect(x, y, size.width(), size.height())))
