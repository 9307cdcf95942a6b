"""Draws the demonstration city's photographs: invented scenes of a street, before and after somebody saw to them.

    python data/demo/photos/draw.py [scene ...]

The same seed gives the same pictures. 800 x 600, at most 40 KB each; no text, no faces, nothing real. Needs PySide6.
"""

from __future__ import annotations

import os
import random
import sys
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import scenes_ground as low
import scenes_pavement as walk
import scenes_standing as tall
from brush import EVENING, MORNING, NIGHT, NOON, OVERCAST, Brush, Camera, Light
from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtGui import QGuiApplication, QImage

SEED = 20260714
MOST_BYTES = 40_000
HERE = Path(__file__).resolve().parent

Paint = Callable[[Brush, bool], None]


@dataclass(frozen=True)
class Scene:
    """One matter: who paints it, from where, by which light; `back` is a second picture from farther away."""

    paint: Paint
    camera: Camera
    before: Light = OVERCAST
    after: Light | None = NOON
    back: Camera | None = None


ACROSS = Camera(-4.15, 1.75, 1.55, 55, 34)
SCENES: dict[str, Scene] = {
    "cover": Scene(low.cover, ACROSS, OVERCAST, MORNING, Camera(-6.2, -1.6, 1.62, 42, 16)),
    "grate": Scene(low.grate, Camera(-1.95, 1.2, 1.5, 44, 39), OVERCAST, NOON),
    "pothole": Scene(
        low.pothole, Camera(-3.0, -0.6, 1.62, 4, 21), OVERCAST, NOON, Camera(-4.6, -5.0, 1.62, 8, 9)
    ),
    "kerb": Scene(low.kerb, Camera(0.4, -0.4, 1.6, 8, 19), MORNING, OVERCAST),
    "litter": Scene(
        low.litter, Camera(0.9, -0.6, 1.62, 5, 17), MORNING, OVERCAST, Camera(0.4, -4.0, 1.65, 8, 8)
    ),
    "heap": Scene(low.heap, Camera(0.6, -0.2, 1.62, 23, 13), OVERCAST, NOON, Camera(-0.4, -3.4, 1.62, 20, 8)),
    "bins": Scene(low.bins, Camera(0.9, -0.3, 1.62, 19, 11), MORNING, OVERCAST),
    "bikes": Scene(
        walk.bikes, Camera(2.9, -0.6, 1.72, -13, 13), NOON, OVERCAST, Camera(3.2, -4.0, 1.7, -11, 7)
    ),
    "cars": Scene(walk.cars, Camera(2.9, -0.6, 1.66, -9, 8), NOON, OVERCAST),
    "stall": Scene(
        walk.stall, Camera(0.2, -0.4, 1.64, 15, 9), EVENING, NOON, Camera(-1.2, -3.2, 1.64, 18, 6)
    ),
    "tables": Scene(walk.tables, Camera(0.4, -0.6, 1.66, 13, 10), EVENING, NOON),
    "posters": Scene(
        walk.posters, Camera(0.4, 0.6, 1.55, 66, 6), OVERCAST, NOON, Camera(-0.9, -1.6, 1.6, 48, 4)
    ),
    "laundry": Scene(walk.laundry, Camera(2.6, 3.3, 1.6, -33, 2), NOON, OVERCAST),
    "lights": Scene(tall.lights, Camera(-1.4, -3.0, 1.62, 6, -6), NIGHT, NIGHT),
    "sign": Scene(tall.sign, Camera(1.4, -1.4, 1.6, 0, 1), OVERCAST, NOON),
    "rail": Scene(tall.rail, Camera(-3.4, -0.6, 1.62, 18, 13), MORNING, OVERCAST),
    "fallen": Scene(tall.fallen, Camera(-2.2, -2.2, 1.64, 3, 9), OVERCAST, NOON),
    "cable": Scene(tall.cable, Camera(1.2, -1.4, 1.62, 5, 1), OVERCAST, NOON),
    "green": Scene(tall.green, Camera(0.6, 2.0, 1.66, 42, 12), NOON, OVERCAST),
    "water": Scene(tall.water, Camera(1.4, -1.4, 1.75, -22, 14), OVERCAST, MORNING),
    "site": Scene(tall.site, Camera(-1.6, -2.6, 1.66, 18, 3), OVERCAST, NOON),
    "street": Scene(tall.street, Camera(1.9, -2.6, 1.62, -4, 6), OVERCAST, NOON),
    "evening": Scene(tall.evening, Camera(0.6, -2.2, 1.64, 7, 4), NIGHT, None),
}


def pictures(scene: Scene) -> list[tuple[str, bool, Camera, Light]]:
    """Name's ending, whether it has been seen to, camera and light of each picture of a scene."""
    made = [("before", False, scene.camera, scene.before)]
    if scene.back:
        made.append(("before-2", False, scene.back, scene.before))
    if scene.after:
        made.append(("after", True, scene.camera, scene.after))
    return made


def draw(name: str, done: bool, camera: Camera, light: Light) -> QImage:
    """One picture; what is not touched by the matter itself looks the same before and after."""
    rng = random.Random(SEED + zlib.crc32(name.encode()))
    brush = Brush(camera.nudged(random.Random(SEED + done)), light, rng)
    SCENES[name].paint(brush, done)
    return brush.finish()


def encoded(image: QImage) -> bytes:
    """As JPEG, as good as the limit allows."""
    body = b""
    for quality in range(86, 30, -4):
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        image.save(buffer, "JPEG", quality)
        body = bytes(buffer.data().data())
        if len(body) <= MOST_BYTES:
            break
    return body


def main(wanted: list[str]) -> None:
    app = QGuiApplication([sys.argv[0]])
    for name in wanted or SCENES:
        for ending, done, camera, light in pictures(SCENES[name]):
            body = encoded(draw(name, done, camera, light))
            (HERE / f"{name}-{ending}.jpg").write_bytes(body)
            print(f"{name}-{ending}.jpg {len(body)}")
    del app


if __name__ == "__main__":
    main(sys.argv[1:])
