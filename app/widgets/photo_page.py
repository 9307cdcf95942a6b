"""The stage's page of photos: one as large as fits, with what it is written over it; the others small below.

Left and Right go from one to the next wherever the keyboard is, unless text is being typed. A photo that is not at
this seat yet, or cannot be shown, says so in its place.
"""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QKeySequence, QMouseEvent, QPainter, QPaintEvent, QShortcut
from PySide6.QtWidgets import QWidget

from app.look import tokens
from app.models.card_view import Photo
from app.models.photo_store import PhotoStore
from app.widgets import paint, theme
from app.widgets.photo_tile import draw_filled, draw_whole

PAD_PX = tokens.PADDING_PX
GAP_PX = 8
THUMB_PX = (86, 60)
LABEL_PX = 28
LINE_PX = 22
STEPS = (("Left", -1), ("Right", 1))


class PhotoPage(QWidget):
    """A page of the stage. `turned` carries the hash of the photo that is large now."""

    turned = Signal(str)

    def __init__(self, photos: PhotoStore, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._store = photos
        self._photos: tuple[Photo, ...] = ()
        self._current = 0
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMouseTracking(True)
        # The shortcuts of a page that is not shown are asleep; text fields keep their arrows.
        for cap, step in STEPS:
            shortcut = QShortcut(QKeySequence(cap), self)
            shortcut.activated.connect(lambda step=step: self.go(step))
        photos.changed.connect(self._on_changed)
        theme.notifier().changed.connect(self.update)
        self._tell()

    # -- what others call

    def show_photos(self, photos: tuple[Photo, ...]) -> None:
        """The photos of another case, or more of the same one; the large one stays where it is still among them."""
        if photos == self._photos:
            return
        before = self.current()
        self._photos = photos
        self._current = self._index(before) or 0
        self._store.look_again(*(photo.sha256 for photo in photos))
        self._turn()

    def show_photo(self, sha256: str) -> None:
        """Makes this one large."""
        found = self._index(sha256)
        if found is not None:
            self._current = found
            self._turn()

    def go(self, step: int) -> None:
        """To the next or the one before; no further at either end."""
        wanted = min(max(self._current + step, 0), len(self._photos) - 1)
        if self._photos and wanted != self._current:
            self._current = wanted
            self._turn()

    def current(self) -> str:
        """Hash of the large one."""
        return self._photos[self._current].sha256 if self._photos else ""

    def count(self) -> int:
        """How many there are to go through."""
        return len(self._photos)

    def place_words(self) -> str:
        """Which of its kind the large one is: 上报 1 / 2."""
        if not self._photos:
            return ""
        photo = self._photos[self._current]
        alike = [i for i, other in enumerate(self._photos) if other.label == photo.label]
        return f"{photo.label} {alike.index(self._current) + 1} / {len(alike)}".strip()

    # -- inside

    def _index(self, sha256: str) -> int | None:
        return next((i for i, photo in enumerate(self._photos) if photo.sha256 == sha256), None)

    def _turn(self) -> None:
        self._tell()
        self.update()
        self.turned.emit(self.current())

    def _tell(self) -> None:
        """The words, for screen readers."""
        if not self._photos:
            self.setAccessibleName(self.tr("Photos"))
            return
        photo = self._photos[self._current]
        self.setAccessibleName(" ".join((self.place_words(), photo.taken, photo.place)).strip())

    def _on_changed(self, sha256: str) -> None:
        if any(photo.sha256 == sha256 for photo in self._photos):
            self.update()

    def thumbs(self) -> list[QRect]:
        """Where the small ones lie; none where there is but one photo."""
        if len(self._photos) < 2:
            return []
        wide, high = THUMB_PX
        room = self.width() - 2 * PAD_PX - 120
        most = max(1, (room + GAP_PX) // (wide + GAP_PX))
        # Of very many, those around the large one.
        first = min(max(0, self._current - most // 2), max(0, len(self._photos) - most))
        y = self.height() - PAD_PX - high
        return [
            QRect(PAD_PX + (i - first) * (wide + GAP_PX), y, wide, high)
            if first <= i < first + most
            else QRect()
            for i in range(len(self._photos))
        ]

    def large(self) -> QRect:
        """The room of the large one."""
        below = PAD_PX + (THUMB_PX[1] + GAP_PX if len(self._photos) > 1 else 0)
        return QRect(PAD_PX, PAD_PX, self.width() - 2 * PAD_PX, self.height() - PAD_PX - below)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.ink("bg1"))
        if not self._photos or self.large().isEmpty():
            return
        photo, ratio = self._photos[self._current], self.devicePixelRatioF()
        place = draw_whole(painter, self.large(), self._store, photo.sha256, ratio)
        self._paint_words(painter, place, photo)
        thumbs = self.thumbs()
        for i, box in enumerate(thumbs):
            if box.isValid():
                draw_filled(painter, box, self._store, self._photos[i].sha256, ratio)
                if i == self._current:
                    paint.draw_focus(painter, box)
        if thumbs:
            right = max(box.right() for box in thumbs)
            y = self.height() - PAD_PX - THUMB_PX[1] / 2
            paint.draw_text(painter, right + 16, y, self.place_words(), "text2", tokens.FONT_LABEL_PX)

    def _paint_words(self, painter: QPainter, place: QRect, photo: Photo) -> None:
        """What it is at the upper left; when, by whom and where at the lower left."""
        if photo.label:
            wide = paint.text_width(photo.label, tokens.FONT_BODY_PX, True) + 32
            plate = QRect(place.left(), place.top(), wide, LABEL_PX)
            painter.fillRect(plate, theme.ink("bg0", 0.86))
            paint.draw_text(painter, plate.left() + 16, plate.center().y() + 0.5, photo.label, is_bold=True)
        room = place.width() - 24
        lines = [
            paint.elided(words, room, tokens.FONT_LABEL_PX) for words in (photo.taken, photo.place) if words
        ]
        if not lines:
            return
        wide = max(paint.text_width(words, tokens.FONT_LABEL_PX) for words in lines) + 24
        high = LINE_PX * len(lines) + 8
        plate = QRect(place.left(), place.bottom() - high + 1, wide, high)
        painter.fillRect(plate, theme.ink("bg0", 0.86))
        for i, words in enumerate(lines):
            y = plate.top() + 4 + LINE_PX * (i + 0.5)
            paint.draw_text(painter, plate.left() + 12, y, words, "text1", tokens.FONT_LABEL_PX)

    def _thumb_at(self, event: QMouseEvent) -> int | None:
        spot = event.position().toPoint()
        return next((i for i, box in enumerate(self.thumbs()) if box.contains(spot)), None)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        is_on = self._thumb_at(event) is not None
        self.setCursor(Qt.CursorShape.PointingHandCursor if is_on else Qt.CursorShape.ArrowCursor)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        found = self._thumb_at(event)
        if found is not None and event.button() == Qt.MouseButton.LeftButton:
            self._current = found
            self._turn()
