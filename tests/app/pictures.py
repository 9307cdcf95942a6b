"""Small pictures made on the spot, good ones and hostile ones, for tests of photos."""

from __future__ import annotations

import hashlib
import random
import struct
import zlib

from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtGui import QColor, QImage


def picture(colour: str, width: int = 320, height: int = 240, kind: str = "PNG") -> bytes:
    """One colour all over."""
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor(colour))
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, kind)  # type: ignore[call-overload]
    return bytes(buffer.data().data())


def name_of(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def turned(body: bytes) -> bytes:
    """A JPEG that says of itself that it lies on its side (orientation 6)."""
    tiff = struct.pack(">2sHLH", b"MM", 42, 8, 1) + struct.pack(">HHLHH", 0x0112, 3, 1, 6, 0) + bytes(4)
    exif = b"Exif\0\0" + tiff
    return body[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + body[2:]


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">L", len(body)) + kind + body + struct.pack(">L", zlib.crc32(kind + body))


def bomb(side: int = 60_000) -> bytes:
    """A few bytes that say they are gigabytes."""
    head = struct.pack(">LLBBBBB", side, side, 8, 2, 0, 0, 0)
    rows = zlib.compress(bytes(100_000))
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", rows) + _chunk(b"IEND", b"")


def hostile() -> dict[str, bytes]:
    """What a photo's bytes may be instead of a photo."""
    jpeg, png = picture("teal", kind="JPEG"), picture("teal")
    rng = random.Random(7)
    return {
        "nothing": b"",
        "a page": b"<html><script>alert(1)</script></html>",
        "a drawing that fetches": b'<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>',
        "a program": b"MZ" + rng.randbytes(5000),
        "noise": rng.randbytes(5000),
        "noise that begins well": b"\xff\xd8\xff\xe0" + rng.randbytes(5000),
        "noise that begins as the other": b"\x89PNG\r\n\x1a\n" + rng.randbytes(5000),
        "only a beginning": b"\xff\xd8\xff",
        "a wrong checksum": png[:40] + b"\0\0\0\0" + png[44:],
        "no end of its head": png[:20],
        "a bomb": bomb(),
        "a bomb under the limit of its head": bomb(4_900),
        "an empty picture": b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", struct.pack(">LLBBBBB", 0, 0, 8, 2, 0, 0, 0))
        + _chunk(b"IEND", b""),
        "a huge frame": jpeg.replace(struct.pack(">HH", 240, 320), struct.pack(">HH", 65_500, 65_500)),
        "another kind": picture("teal", kind="BMP"),
    }
