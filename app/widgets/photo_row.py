"""The card's photos in a row: the case's own, and where there is room one of a like case near by."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.look import tokens
from app.models.card_view import Photo
from app.models.photo_store import PhotoStore
from app.widgets import paint, theme
from app.widgets.photo_tile import draw_filled

GAP_PX = 8
RATIO = 0.72
CAPTION_PX = 22
MOST = 3


class PhotoRow(QWidget):
    """Up to three thumbnails; one that is not at this seat yet says so. Absent where the case has none."""

    opened = Signal(str)

    def __init__(self, photos: PhotoStore, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._store = photos
        self._photos: tuple[Photo, ...] = ()
        self._neighbour: Photo | None = None
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMouseTracking(True)
        photos.changed.connect(self._on_changed)
        theme.notifier().changed.connect(self.update)
        self.hide()

    def show_photos(self, photos: tuple[Photo, ...]) -> None:
        """The case's own."""
        if photos == self._photos:
            return
        self._photos = photos
        self._show()

    def show_neighbour(self, photo: Photo | None) -> None:
        """One of a like case near by, for seeing at once whether it is the same."""
        if photo == self._neighbour:
            return
        self._neighbour = photo
        self._show()

    def shown(self) -> tuple[Photo, ...]:
        """What is drawn, from the left."""
        if not self._photos:
            return ()
        near = (self._neighbour,) if self._neighbour is not None else ()
        return (*self._photos, *near)[:MOST]

    def _show(self) -> None:
        shown = self.shown()
        self._store.look_again(*(photo.sha256 for photo in shown))
        self.setAccessibleName(" ".join(photo.caption for photo in shown))
        self.setVisible(bool(shown))
        self.updateGeometry()
        self.update()

    def _on_changed(self, sha256: str) -> None:
        if any(photo.sha256 == sha256 for photo in self.shown()):
            self.update()

    # -- size and drawing

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return round(self._tile_px(width) * RATIO) if self._photos else 0

    def sizeHint(self) -> QSize:
        return QSize(0, self.heightForWidth(self.width() or 400))

    def _tile_px(self, width: int) -> int:
        return (width - GAP_PX * (MOST - 1)) // MOST

    def tiles(self) -> list[tuple[QRect, Photo]]:
        """Where each lies."""
        side = self._tile_px(self.width())
        height = round(side * RATIO)
        return [
            (QRect(index * (side + GAP_PX), 0, side, height), photo)
            for index, photo in enumerate(self.shown())
        ]

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        hidden = len(self._photos) - len(self.shown())
        for index, (tile, photo) in enumerate(self.tiles()):
            draw_filled(painter, tile, self._store, photo.sha256, self.devicePixelRatioF())
            band = QRect(tile.left(), tile.bottom() - CAPTION_PX + 1, tile.width(), CAPTION_PX)
            painter.fillRect(QRectF(band), theme.ink("bg0", 0.86))
            more = f"+{hidden}" if hidden > 0 and index == MOST - 1 else ""
            room = tile.width() - 16 - (paint.text_width(more, tokens.FONT_CAP_PX, True) + 8 if more else 0)
            caption = paint.elided(photo.caption, room, tokens.FONT_CAP_PX, True)
            x, y = band.left() + 8, band.center().y() + 0.5
            paint.draw_text(painter, x, y, caption, "text1", tokens.FONT_CAP_PX, True)
            if more:
                x = band.right() - 7 - paint.text_width(more, tokens.FONT_CAP_PX, True)
                paint.draw_text(painter, x, y, more, "text1", tokens.FONT_CAP_PX, True)

    def _at(self, event: QMouseEvent) -> Photo | None:
        spot = event.position().toPoint()
        return next((photo for tile, photo in self.tiles() if tile.contains(spot)), None)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        is_on = self._at(event) is not None
        self.setCursor(Qt.CursorShape.PointingHandCursor if is_on else Qt.CursorShape.ArrowCursor)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        photo = self._at(event)
        if photo is not None and event.button() == Qt.MouseButton.LeftButton:
            self.opened.emit(photo.sha256)
