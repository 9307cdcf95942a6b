"""Draws the demonstration city's photographs: invented scenes of a street, before and after somebody saw to them.

    python data/demo/photos/draw.py [folder] [scene ...]

The same seed gives the same pictures. 800 x 600, at most 40 KB each; no text, no faces, nothing real. Needs PySide6.
"""

from __future__ import annotations

import os
import random
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from brush import EVENING, MORNING, NIGHT, NOON, OVERCAST, Brush, Camera, Light
from PySide6.QtCore import QBuffer, QByteArray, QIODevice
from PySide6.QtGui import QGuiApplication, QImage
from street import road, sky, hedge, far_side, skyline, shops, tree, lamp, car

SEED = 20260714
MOST_BYTES = 40_000

def plain(b, done):
    sky(b); skyline(b); road(b); far_side(b)
    shops(b, -6, 70)
    for y in (4, 12, 20, 28, 36): tree(b, 0.75, y)
    lamp(b, 0.5, 16); lamp(b, .5, 40)
    car(b, -2.2, 14, "#8a3d38"); car(b, -6.5, 22, "#c9ccd0")

def cross(b, done):
    sky(b); skyline(b); road(b); far_side(b)
    hedge(b, 3.8, -14, 30)

def save(image: QImage, path: Path) -> int:
    body = QByteArray()
    for quality in range(88, 20, -4):
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        image.save(buffer, "JPEG", quality)
        body = buffer.data()
        if body.size() <= MOST_BYTES:
            break
    path.write_bytes(bytes(body.data()))
    return quality

if __name__ == "__main__":
    app = QGuiApplication([])
    out = Path(sys.argv[1]); out.mkdir(exist_ok=True)
    for name, fn, cam, light in [("plain", plain, Camera(1.9, -2, 1.6, -4, 6), OVERCAST), ("road", plain, Camera(-2.5, -2, 1.6, 8, 8), MORNING), ("cross", cross, Camera(-5.2, 3, 1.6, 78, 20), OVERCAST), ("night", plain, Camera(-2.5, -2, 1.6, 8, 2), NIGHT)]:
        b = Brush(cam, light, random.Random(1))
        fn(b, False)
        print(name, save(b.finish(), out / f"{name}.jpg"))
