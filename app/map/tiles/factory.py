"""Tiles on order: drawn in a few worker threads, newest order first, kept while there is room.

Lives on the GUI thread; only `_Order.run` is elsewhere. It promises exactly one answer to every order: the bytes of
a picture, or None where there is no such tile. A tile ordered twice is drawn once.
"""

from __future__ import annotations

import hashlib
import logging
from collections import OrderedDict
from collections.abc import Callable

import msgspec
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QObject, QRunnable, QThreadPool, Signal
from PySide6.QtGui import QImage

from app.map.limits import TILE_BYTES, TILE_SCHEMES, TILE_THREADS
from app.map.tiles.canvas import TileKey
from app.map.tiles.picture import Painter, TileScheme
from app.map.tiles.pyramid import Pyramid

log = logging.getLogger(__name__)

MIME = b"image/bmp"  # written in a tenth of a millisecond, where PNG takes longer than the drawing
MAX_RATIO = 4.0

Answer = Callable[[bytes | None], None]
Order = tuple[str, TileKey]


def encoded(image: QImage) -> bytes:
    """The picture as the page gets it."""
    body = QByteArray()
    buffer = QBuffer(body)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "BMP")  # type: ignore[call-overload]  # bytes are refused
    buffer.close()
    return bytes(body.data())


class TileFactory(QObject):
    """`address` gives out addresses, `order` answers them."""

    _made = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(TILE_THREADS)
        self._schemes: OrderedDict[str, tuple[TileScheme, Painter, Pyramid]] = OrderedDict()
        self._kept: OrderedDict[Order, bytes] = OrderedDict()
        self._kept_bytes = 0
        self._waiting: dict[Order, list[Answer]] = {}
        self._count = 0
        self._made.connect(self._deliver)

    def stamp(self, scheme: TileScheme, painter: Painter, pyramid: Pyramid) -> str:
        """The part of an address that stands for a scheme: another theme, layer or version is another address."""
        stamp = hashlib.blake2b(msgspec.json.encode(scheme), digest_size=8).hexdigest()
        self._schemes[stamp] = (scheme, painter, pyramid)
        self._schemes.move_to_end(stamp)
        while len(self._schemes) > TILE_SCHEMES:
            self._schemes.popitem(last=False)
        return stamp

    def carry(self, before: str, after: str, is_touched: Callable[[TileKey], bool]) -> None:
        """Tiles kept under one stamp stand under another from now on, but for those that look different there."""
        for stamp, key in [order for order in self._kept if order[0] == before]:
            body = self._kept.pop((stamp, key))
            if is_touched(key):
                self._kept_bytes -= len(body)
            else:
                self._kept[after, key] = body

    def order(self, stamp: str, key: TileKey, answer: Answer) -> None:
        """Answers now or later, on this thread."""
        known = self._schemes.get(stamp)
        if known is None or not known[2].holds(key.z, key.x, key.y) or not 0 < key.ratio <= MAX_RATIO:
            answer(None)
            return
        order = (stamp, key)
        kept = self._kept.get(order)
        if kept is not None:
            self._kept.move_to_end(order)
            answer(kept)
            return
        waiting = self._waiting.setdefault(order, [])
        waiting.append(answer)
        if len(waiting) == 1:
            self._count += 1
            # What was asked for last is what is looked at now.
            self._pool.start(_Order(order, known[0], known[1], self._made), self._count)

    def stop(self) -> None:
        """Forgets what is not begun and waits for what is."""
        self._pool.clear()
        self._pool.waitForDone()
        self._waiting.clear()

    def _deliver(self, order: Order, body: bytes | None) -> None:
        answers = self._waiting.pop(order, [])
        if body is not None:
            self._kept[order] = body
            self._kept_bytes += len(body)
            while self._kept_bytes > TILE_BYTES:
                self._kept_bytes -= len(self._kept.popitem(last=False)[1])
        for answer in answers:
            answer(body)


class _Order(QRunnable):
    def __init__(self, order: Order, scheme: TileScheme, painter: Painter, made: object) -> None:
        super().__init__()
        self._order, self._scheme, self._painter, self._made = order, scheme, painter, made

    def run(self) -> None:
        body: bytes | None = None
        try:
            body = encoded(self._painter.picture(self._scheme, self._order[1]))
        except Exception:
            # A hole in the map and a line in the crash log, instead of a view that waits for ever.
            log.exception("tile_not_drawn", extra={"tile": repr(self._order[1]), "theme": self._scheme.theme})
        self._made.emit(self._order, body)  # type: ignore[attr-defined]
