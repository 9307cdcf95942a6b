"""The photos of the case in the card, one large and the others below it; decoded away from the GUI's thread.

A picture that is not at this seat yet, or cannot be read, says so in its place. It never enlarges a small picture
and never trusts a large one: decoding is cut to the size of the screen.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QObject, QRect, QSize, Qt, QThreadPool, Signal
from PySide6.QtGui import QImage, QImageReader, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from app.look import tokens
from app.models.card_view import Photo
from app.widgets import paint, theme

PAD_PX = 16
GAP_PX = 8
THUMB = QSize(86, 60)
CAPTION_PX = 28
MOST_PX = 4096


def decode(body: bytes | None, most: QSize) -> QImage:
    """The picture, upright and not larger than `most`; a null image where it cannot be read."""
    if not body:
        return QImage()
    buffer = QBuffer()
    buffer.setData(QByteArray(body))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer)
    reader.setAutoTransform(True)
    size = reader.size()
    if size.isValid() and (size.width() > most.width() or size.height() > most.height()):
        reader.setScaledSize(size.scaled(most, Qt.AspectRatioMode.KeepAspectRatio))
    return reader.read()


class _Decoder(QObject):
    """Hands decoded pictures over to the GUI's thread."""

    done = Signal(str, QImage)

    def start(self, sha256: str, body: bytes | None) -> None:
        QThreadPool.globalInstance().start(lambda: self._run(sha256, body))

    def _run(self, sha256: str, body: bytes | None) -> None:
        image = decode(body, QSize(MOST_PX, MOST_PX))
        try:
            self.done.emit(sha256, image)
        except RuntimeError:
            return  # the window went while the picture was being read


class PhotoPage(QWidget):
    """A page of the stage."""

    def __init__(self, pictures: Callable[[str], bytes | None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pictures = pictures
        self._photos: tuple[Photo, ...] = ()
        self._current = 0
        self._images: dict[str, QImage] = {}
        self._decoder = _Decoder(self)
        self._decoder.done.connect(self._on_done)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.setAccessibleName(self.tr("Photos"))
        theme.notifier().changed.connect(self.update)

    def show_photos(self, photos: tuple[Photo, ...]) -> None:
        """The photos of another case, or more of the same one."""
        if photos == self._photos:
            return
        self._photos = photos
        self._current = 0
        self._images = {
            sha: image for sha, image in self._images.items() if any(p.sha256 == sha for p in photos)
        }
        for photo in photos:
            if photo.sha256 not in self._images:
                self._decoder.start(photo.sha256, self._pictures(photo.sha256))
        self.update()

    def show_photo(self, sha256: str) -> None:
        """Makes this one large."""
        found = next((i for i, photo in enumerate(self._photos) if photo.sha256 == sha256), None)
        if found is not None:
            self._current = found
            self.update()

    def current(self) -> str:
        """Hash of the large one."""
        return self._photos[self._current].sha256 if self._photos else ""

    def _on_done(self, sha256: str, image: QImage) -> None:
        self._images[sha256] = image
        self.update()

    def _thumbs(self) -> list[QRect]:
        y = self.height() - PAD_PX - THUMB.height()
        step = THUMB.width() + GAP_PX
        return [QRect(PAD_PX + i * step, y, THUMB.width(), THUMB.height()) for i in range(len(self._photos))]

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.ink("bg1"))
        if not self._photos:
            return
        bottom = PAD_PX + THUMB.height() + GAP_PX if len(self._photos) > 1 else PAD_PX
        large = QRect(PAD_PX, PAD_PX, self.width() - 2 * PAD_PX, self.height() - PAD_PX - bottom)
        self._paint_photo(painter, large, self._photos[self._current], has_caption=True)
        if len(self._photos) > 1:
            for i, box in enumerate(self._thumbs()):
                self._paint_photo(painter, box, self._photos[i], has_caption=False)
                if i == self._current:
                    paint.draw_focus(painter, box)

    def _paint_photo(self, painter: QPainter, box: QRect, photo: Photo, has_caption: bool) -> None:
        painter.fillRect(box, theme.ink("bg0"))
        image = self._images.get(photo.sha256)
        if image is None or image.isNull():
            if has_caption:
                words = self.tr("Being fetched") if image is None else self.tr("Not at this seat yet")
                paint.draw_text(painter, box.left() + 12, box.center().y(), words, "text2")
        else:
            size = image.size().scaled(box.size(), Qt.AspectRatioMode.KeepAspectRatio)
            if size.width() > image.width():
                size = image.size()
            target = QRect(box.center().x() - size.width() // 2, box.center().y() - size.height() // 2, 0, 0)
            target.setSize(size)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(target, image)
        if has_caption and photo.caption:
            plate = QRect(box.left(), box.bottom() - CAPTION_PX + 1, box.width(), CAPTION_PX)
            painter.fillRect(plate, theme.ink("bg1", 0.85))
            paint.draw_text(
                painter,
                plate.left() + 12,
                plate.center().y() + 0.5,
                photo.caption,
                "text1",
                tokens.FONT_LABEL_PX,
            )

    def mousePressEvent(self, event: QMouseEvent) -> None:
        point = event.position().toPoint()
        found = next((i for i, box in enumerate(self._thumbs()) if box.contains(point)), None)
        if found is not None:
            self._current = found
            self.update()
