"""Photos ready to be drawn: read, decoded and scaled in two worker threads, kept while there is room.

Promises: asking for a pixmap never waits and never blocks the GUI's thread; a file that is no picture, or one that
would take too much memory, is said to be broken and does no harm; what is not at this seat is asked for and drawn
when it comes. Lives on the GUI's thread; only `_Order.run` is elsewhere.
"""

from __future__ import annotations

import enum
import logging
import time
from collections import OrderedDict
from typing import Any

import msgspec
from PySide6.QtCore import (
    QBuffer,
    QByteArray,
    QIODevice,
    QObject,
    QRect,
    QRunnable,
    QSize,
    Qt,
    QThreadPool,
    QTimer,
    Signal,
    Slot,
)
from PySide6.QtGui import QImage, QImageIOHandler, QImageReader, QPixmap

log = logging.getLogger(__name__)

THREADS = 2
KEPT_BYTES = 64_000_000  # of pixmaps
MOST_ORDERS = 48
MOST_BROKEN = 512
PATIENCE_S = 0.35  # before it is said that a photo is not there: most come sooner
LOOK_AGAIN_MS = 20_000
# By their first bytes: nothing is left to guessing, and no other reader is ever given the bytes. Beside each how
# many pixels are decoded at all: cameras write JPEG, and PNG is decoded whole before it is made smaller.
FORMATS = ((b"\xff\xd8\xff", b"jpeg", 50_000_000), (b"\x89PNG\r\n\x1a\n", b"png", 25_000_000))


class Standing(enum.Enum):
    """How it stands with a photo that cannot be drawn at this moment."""

    COMING = "coming"  # being read, or asked for a moment ago
    ABSENT = "absent"  # not at this seat
    BROKEN = "broken"  # no picture that could be shown


class PhotoKey(msgspec.Struct, frozen=True):
    """A photo in a size (device pixels): the whole within it, or its middle filling it."""

    sha256: str
    width_px: int
    height_px: int
    is_filled: bool


def decode(body: bytes, size: QSize, is_filled: bool = False) -> QImage:
    """The picture, upright, within `size` or its middle filling it; null where there is none. Never enlarged."""
    known = next((each for each in FORMATS if body.startswith(each[0])), None)
    if known is None or size.isEmpty():
        return QImage()
    _, kind, most_pixels = known
    buffer = QBuffer()
    buffer.setData(QByteArray(body))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer, QByteArray(kind))
    reader.setAutoDetectImageFormat(False)
    reader.setAutoTransform(True)
    own = reader.size()
    if not own.isValid() or own.isEmpty() or own.width() * own.height() > most_pixels:
        return QImage()
    # The size in the file is that before it is turned upright.
    is_turned = bool(reader.transformation() & QImageIOHandler.Transformation.TransformationRotate90)
    box = size.transposed() if is_turned else size
    mode = Qt.AspectRatioMode.KeepAspectRatioByExpanding if is_filled else Qt.AspectRatioMode.KeepAspectRatio
    wanted = own.scaled(box, mode)
    if wanted.width() < own.width() and not wanted.isEmpty():
        reader.setScaledSize(wanted)
    image = reader.read()
    return _middle(image, size) if is_filled and not image.isNull() else image


def _middle(image: QImage, size: QSize) -> QImage:
    """Cut to the box; a smaller picture is drawn larger, so that rows of thumbnails stay even."""
    if image.width() < size.width() or image.height() < size.height():
        image = image.scaled(
            size, Qt.AspectRatioMode.KeepAspectRatioByExpanding, Qt.TransformationMode.SmoothTransformation
        )
    x, y = (image.width() - size.width()) // 2, (image.height() - size.height()) // 2
    return image.copy(QRect(x, y, size.width(), size.height()))


class PhotoStore(QObject):
    """One per window. `changed` carries the hash of a photo that looks different now."""

    changed = Signal(str)
    _done = Signal(object, object)

    def __init__(self, session: Any, parent: QObject | None = None) -> None:
        """`session` gives `photo(sha256)`, from any thread, and says `photo_arrived`."""
        super().__init__(parent)
        self._session = session
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(THREADS)
        self._kept: OrderedDict[PhotoKey, QPixmap] = OrderedDict()
        self._kept_bytes = 0
        self._orders: dict[str, set[PhotoKey]] = {}
        self._came: set[str] = set()  # while an order that may have missed it was under way
        self._absent: dict[str, float] = {}  # since when, steady seconds
        self._broken: OrderedDict[str, None] = OrderedDict()
        self._turned_away: set[str] = set()  # while there were too many orders
        self._count = 0
        self._done.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        session.photo_arrived.connect(self._on_arrived)
        self._again = QTimer(self, singleShot=True, interval=LOOK_AGAIN_MS)
        self._again.timeout.connect(self.look_again)

    # -- what is drawn asks

    def pixmap(self, sha256: str, size: QSize, is_filled: bool = False, ratio: float = 1.0) -> QPixmap | None:
        """The photo within `size` (or filling it), or None until `changed` says that there is more to see."""
        if size.isEmpty():
            return None
        wide, high = round(size.width() * ratio), round(size.height() * ratio)
        key = PhotoKey(sha256, wide, high, is_filled)
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
            return found
        if sha256 not in self._absent and sha256 not in self._broken:
            self._order(key, ratio)
        return None

    def standing(self, sha256: str) -> Standing:
        """Why there is no pixmap."""
        if sha256 in self._broken:
            return Standing.BROKEN
        since_s = self._absent.get(sha256)
        if since_s is None or time.monotonic() - since_s < PATIENCE_S:
            return Standing.COMING
        return Standing.ABSENT

    def look_again(self, *names: str) -> None:
        """Ask once more for what was not there: these, or all."""
        for sha256 in names or tuple(self._absent):
            if self._absent.pop(sha256, None) is not None:
                self.changed.emit(sha256)

    def stop(self) -> None:
        """Forgets what is not begun and waits for what is; before the session goes."""
        self._again.stop()
        self._pool.clear()
        self._pool.waitForDone()
        self._orders = {}

    def kept_bytes(self) -> int:
        """How much memory the pixmaps take."""
        return self._kept_bytes

    # -- inside

    def _order(self, key: PhotoKey, ratio: float) -> None:
        under_way = self._orders.get(key.sha256, set())
        if key in under_way:
            return
        if sum(map(len, self._orders.values())) >= MOST_ORDERS:
            self._turned_away.add(key.sha256)
            return
        under_way.add(key)
        self._orders[key.sha256] = under_way
        self._count += 1
        # What was asked for last is what is looked at now.
        self._pool.start(_Order(key, ratio, self._session, self._done), self._count)

    @Slot(object, object)
    def _deliver(self, key: PhotoKey, image: QImage | None) -> None:
        under_way = self._orders.get(key.sha256, set())
        under_way.discard(key)
        if image is None:
            self._note_absent(key.sha256)
        elif image.isNull():
            self._broken[key.sha256] = None
            if len(self._broken) > MOST_BROKEN:
                self._broken.popitem(last=False)
        else:
            self._keep(key, image)
        if not under_way:
            self._orders.pop(key.sha256, None)
            self._came.discard(key.sha256)
        again, self._turned_away = self._turned_away, set()
        for sha256 in {key.sha256, *again}:  # who still shows it asks once more
            self.changed.emit(sha256)

    def _note_absent(self, sha256: str) -> None:
        if sha256 in self._came:
            return
        self._absent.setdefault(sha256, time.monotonic())
        QTimer.singleShot(round(PATIENCE_S * 1000) + 20, self, lambda: self.changed.emit(sha256))
        if not self._again.isActive():
            self._again.start()

    def _keep(self, key: PhotoKey, image: QImage) -> None:
        pixmap = QPixmap.fromImage(image)
        self._kept[key] = pixmap
        self._kept_bytes += _bytes(pixmap)
        while self._kept_bytes > KEPT_BYTES and len(self._kept) > 1:
            self._kept_bytes -= _bytes(self._kept.popitem(last=False)[1])

    @Slot(str)
    def _on_arrived(self, sha256: str) -> None:
        if sha256 in self._orders:
            self._came.add(sha256)
        self._absent.pop(sha256, None)
        self._broken.pop(sha256, None)
        self.changed.emit(sha256)


def _bytes(pixmap: QPixmap) -> int:
    return pixmap.width() * pixmap.height() * 4


class _Order(QRunnable):
    def __init__(self, key: PhotoKey, ratio: float, session: Any, done: Any) -> None:
        super().__init__()
        self._key, self._ratio, self._session, self._done = key, ratio, session, done

    def run(self) -> None:
        key, image = self._key, QImage()
        found: QImage | None = image
        try:
            body = self._session.photo(key.sha256)
            found = None if body is None else decode(body, QSize(key.width_px, key.height_px), key.is_filled)
            if found is not None:
                found.setDevicePixelRatio(self._ratio)
        except Exception:
            # A placeholder on the screen and a line in the crash log, instead of a picture that never comes.
            log.exception("photo_not_decoded")
        try:
            self._done.emit(key, found)
        except RuntimeError:
            return  # the window has gone meanwhile
