"""Drawing one photo into a box: the picture where it is there, else in quiet words why not."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QRect, QSize, Qt
from PySide6.QtGui import QPainter

from app.look import tokens
from app.models.photo_store import PhotoStore, Standing
from app.widgets import paint, theme

MOST_TIMES = 2  # a picture is drawn at most so much larger than it is


def draw_filled(painter: QPainter, box: QRect, photos: PhotoStore, sha256: str, ratio: float) -> bool:
    """The middle of the photo, filling the box; whether it is there."""
    pixmap = photos.pixmap(sha256, box.size(), is_filled=True, ratio=ratio)
    if pixmap is None:
        _draw_standing(painter, box, photos.standing(sha256), tokens.FONT_CAP_PX)
        return False
    painter.drawPixmap(box, pixmap)
    return True


def draw_whole(painter: QPainter, box: QRect, photos: PhotoStore, sha256: str, ratio: float) -> QRect:
    """The whole photo in the middle of the box; where it lies."""
    pixmap = photos.pixmap(sha256, box.size(), ratio=ratio)
    if pixmap is None:
        _draw_standing(painter, box, photos.standing(sha256), tokens.FONT_SECTION_PX)
        return box
    own = QSize(round(pixmap.width() / ratio), round(pixmap.height() / ratio))
    size = own.scaled(box.size(), Qt.AspectRatioMode.KeepAspectRatio)
    if size.width() > own.width() * MOST_TIMES:
        size = own * MOST_TIMES
    place = QRect(
        box.left() + (box.width() - size.width()) // 2,
        box.top() + (box.height() - size.height()) // 2,
        size.width(),
        size.height(),
    )
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawPixmap(place, pixmap)
    return place


def words_of(standing: Standing) -> str:
    """What stands in the place of a photo; nothing for one that comes at any moment."""
    if standing is Standing.ABSENT:
        return QCoreApplication.translate("PhotoTile", "Photo not here yet")
    if standing is Standing.BROKEN:
        return QCoreApplication.translate("PhotoTile", "Photo cannot be shown")
    return ""


def _draw_standing(painter: QPainter, box: QRect, standing: Standing, size_px: int) -> None:
    painter.fillRect(box, theme.ink("bg3"))
    told = words_of(standing)
    is_large = size_px >= tokens.FONT_SECTION_PX
    if told and paint.text_width(told, size_px) <= box.width():
        y = box.center().y() - (12 if is_large else 6)
        x = box.center().x() - paint.text_width(told, size_px) / 2
        paint.draw_text(painter, x, y, told, "text2", size_px)
    if standing is Standing.ABSENT and is_large:
        more = QCoreApplication.translate("PhotoTile", "It comes by itself when the centre can be reached.")
        x = box.center().x() - paint.text_width(more, tokens.FONT_LABEL_PX) / 2
        paint.draw_text(painter, x, box.center().y() + 16, more, "text2", tokens.FONT_LABEL_PX)
