"""What is wrong in the ground, and what lies on it.

Each scene paints the whole picture; `done` is how it looks once somebody has seen to it. Used by draw.py only.
"""

from __future__ import annotations

import math

from brush import Brush, box_of, circle, faded, lit
from PySide6.QtCore import Qt
from PySide6.QtGui import QPainterPath
from street import (
    KERB,
    KERB_Z,
    PAVEMENT_RIGHT,
    SLAB,
    TACTILE,
    bag,
    bin_,
    cone,
    crack,
    hedge,
    lamp,
    open_street,
    park,
    road,
    rough,
    scraps,
    sky,
    skyline,
)


def cover(brush: Brush, done: bool) -> None:
    """A manhole: without its cover, with it."""
    sky(brush)
    skyline(brush, ((-60, 140),))
    road(brush)
    hedge(brush, PAVEMENT_RIGHT, -12, 40)
    park(brush)
    x, y = -2.4, 3.0
    brush.ground(circle(x, y, 0.56), "#5c5c5c")
    brush.ground(circle(x, y, 0.46), "#7f7c76")
    brush.ground(circle(x, y, 0.42), "#3c3d3f")
    if done:
        _lid(brush, x, y)
    else:
        _shaft(brush, x, y)
        for px, py in ((x - 0.75, y + 0.3), (x + 0.55, y + 0.75)):
            cone(brush, px, py)


def _shaft(brush: Brush, x: float, y: float) -> None:
    """The open hole with its lit far wall."""
    painter = brush.painter
    hole = QPainterPath()
    hole.addPolygon(brush.outline([(px, py, 0) for px, py in circle(x, y, 0.385)]))
    painter.save()
    painter.setClipPath(hole)
    painter.fillPath(hole, brush.hazed("#6a5c48", 3))
    for depth, colour in (
        (0.10, "#57492f"),
        (0.2, "#40361f"),
        (0.34, "#272118"),
        (0.52, "#151310"),
        (0.8, "#08080a"),
    ):
        painter.setBrush(brush.hazed(colour, 0))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawPolygon(brush.outline([(px, py, -depth) for px, py in circle(x, y, 0.385)]))
    painter.restore()


def _lid(brush: Brush, x: float, y: float) -> None:
    """A cast cover: rings and spokes."""
    for radius, colour in (
        (0.395, "#4b5054"),
        (0.37, "#6a6f73"),
        (0.355, "#53585c"),
        (0.25, "#6a6f73"),
        (0.24, "#565b5f"),
    ):
        brush.ground(circle(x, y, radius), colour)
    for ring, count in ((0.12, 8), (0.245, 16)):
        for k in range(count):
            turn = 2 * math.pi * (k + 0.5) / count
            a = (x + ring * math.cos(turn), y + ring * math.sin(turn), 0.0)
            b = (x + (ring + 0.105) * math.cos(turn), y + (ring + 0.105) * math.sin(turn), 0.0)
            brush.line([a, b], "#383c40", 0.016)
    brush.ground(circle(x, y, 0.12), "#70767a")
    brush.ground(circle(x, y, 0.105), "#585d61")


def grate(brush: Brush, done: bool) -> None:
    """A rain grate at the kerb: two bars gone and a corner sunken, then whole."""
    sky(brush)
    skyline(brush, ((-60, 140),))
    road(brush)
    hedge(brush, PAVEMENT_RIGHT, -12, 40)
    park(brush)
    x, y, wide, long = -0.62, 2.4, 0.5, 0.9
    brush.ground(box_of(x - 0.08, y - 0.08, wide + 0.16, long + 0.16), "#8a8780")
    brush.ground(box_of(x, y, wide, long), "#141516")
    if not done:
        brush.ground(rough(brush, x - 0.05, y + 0.1, (0.22, 0.3)), "#494a4b")
        brush.ground(rough(brush, x + 0.03, y + 0.16, (0.17, 0.24)), "#101112")
        crack(brush, x - 0.2, y + 0.1, 3.4, 0.9)
        crack(brush, x - 0.1, y - 0.1, 4.2, 0.7)
    for k in range(11):
        low = y + 0.05 + k * 0.08
        if not done and k in (1, 2, 5):
            continue
        tilt = 0.07 if not done and k in (3, 4) else 0.0
        brush.face(
            [(x, low, -tilt), (x + wide, low, 0), (x + wide, low + 0.035, 0), (x, low + 0.035, -tilt)],
            "#6d6660",
        )
    if done:
        for edge in (
            box_of(x, y, 0.04, long),
            box_of(x + wide - 0.04, y, 0.04, long),
            box_of(x + 0.23, y, 0.04, long),
        ):
            brush.ground(edge, "#7a746d")
    else:
        brush.line([(x + 0.1, y + 0.22, -0.06), (x + 0.42, y + 0.1, -0.12)], "#6d5a48", 0.035)
        scraps(brush, (x + 0.3, y + 0.5), (0.25, 0.35), 16, 0.005, 0.06)
        cone(brush, x - 0.55, y + 0.9)


def pothole(brush: Brush, done: bool) -> None:
    """A broken road surface; a patch of fresh asphalt."""
    open_street(brush, first=9)
    x, y = -2.5, 3.4
    if done:
        brush.ground(box_of(x - 1.0, y - 1.1, 2.0, 2.6), "#3b3c3e")
        for spots in (
            box_of(x - 1.0, y - 1.1, 2.0, 0.05),
            box_of(x - 1.0, y - 1.1, 0.05, 2.6),
            box_of(x + 0.95, y - 1.1, 0.05, 2.6),
        ):
            brush.ground(spots, "#2b2c2e")
        return
    for heading in (0.2, 1.1, 2.4, 3.3, 4.2, 5.4):
        crack(brush, x + 0.7 * math.cos(heading), y + 0.8 * math.sin(heading), heading, 1.5, 0.028)
    brush.ground(rough(brush, x, y, (0.98, 1.12)), "#7c7a74")
    brush.ground(rough(brush, x + 0.02, y + 0.02, (0.86, 0.98)), "#4a443b")
    brush.ground(rough(brush, x + 0.06, y + 0.10, (0.72, 0.76)), "#5d5344")
    brush.ground(rough(brush, x + 0.02, y - 0.18, (0.5, 0.42)), "#6f7c84")  # water in it
    brush.ground(rough(brush, x + 0.1, y - 0.12, (0.26, 0.16)), "#93a1a8")
    for _ in range(46):
        turn, far = brush.rng.uniform(0, 6.28), brush.rng.uniform(0.8, 1.7)
        px, py, size = x + far * math.cos(turn), y + far * math.sin(turn), brush.rng.uniform(0.015, 0.055)
        brush.ground(circle(px + 0.01, py - 0.01, size, 0.8, 7), "#39393a")
        brush.ground(circle(px, py, size, 0.8, 7), brush.rng.choice(("#8b8880", "#77746d", "#9b978d")), 0.015)
    cone(brush, x - 1.3, y + 1.5)


def kerb(brush: Brush, done: bool) -> None:
    """Kerb stones gone and the tactile strip broken up; laid anew."""
    open_street(brush, first=10)
    for k in range(5):
        y = 2.6 + k * 0.72
        colour = lit(TACTILE, 1.12).name() if done else None
        if done:
            brush.ground(box_of(1.76, y, 0.38, 0.7), colour, KERB_Z + 0.004)
        else:
            brush.ground(rough(brush, 1.95, y + 0.3, (0.26, 0.4), 0.25), "#7d715c", KERB_Z + 0.004)
    if done:
        for k in range(4):
            brush.box(0.0, 3.0 + k, 0.18, 0.985, KERB_Z, "#d6d1c6", 0.0)
        return
    brush.ground(rough(brush, 0.08, 3.9, (0.22, 1.2), 0.2), "#6f6350", KERB_Z + 0.003)
    brush.face([(0, 2.9, 0), (0, 5.0, 0), (0, 5.0, KERB_Z), (0, 2.9, KERB_Z)], "#5b5142")
    brush.stand(-0.5, 3.5, lambda: brush.box(-0.72, 3.3, 0.85, 0.2, 0.14, KERB, 0.0))
    brush.stand(-0.3, 4.4, lambda: brush.box(-0.42, 4.25, 0.22, 0.6, 0.14, lit(KERB, 0.9), 0.0))
    for _ in range(70):
        x, y = brush.rng.gauss(0.9, 0.85), brush.rng.gauss(4.2, 0.9)
        z, size = (KERB_Z if x > 0.1 else 0.0), brush.rng.uniform(0.02, 0.09)
        brush.ground(circle(x + 0.02, y - 0.02, size, 0.8, 6), "#55514a", z + 0.004)
        brush.ground(circle(x, y, size, 0.8, 6), brush.rng.choice((SLAB, KERB, TACTILE, "#8a8172")), z + 0.02)


def litter(brush: Brush, done: bool) -> None:
    """Paper and cups along the kerb; swept."""
    open_street(brush, first=6)
    lamp(brush, 0.5, 13)
    if not done:
        scraps(brush, (1.2, 3.4), (0.85, 1.1), 110, KERB_Z + 0.004)
        scraps(brush, (-0.45, 4.0), (0.3, 1.8), 60, 0.004)
        scraps(brush, (1.6, 7.5), (0.9, 2.2), 90, KERB_Z + 0.004)
        for x, y in ((0.9, 3.0), (1.6, 4.1), (0.5, 4.8), (2.3, 3.6)):
            brush.stand(x, y, lambda x=x, y=y: brush.drum(x, y, 0.05, 0.13, "#e7e2d6", KERB_Z))
        bag(brush, 2.9, 4.6, 0.17, "#d7d9d6")


def heap(brush: Brush, done: bool) -> None:
    """Bags and old furniture piled against a wall; taken away."""
    open_street(brush, first=9)
    spots = [
        (3.3, 4.0, 0.30),
        (2.9, 4.4, 0.26),
        (3.4, 4.9, 0.33),
        (2.7, 4.0, 0.22),
        (3.0, 5.3, 0.3),
        (2.5, 4.8, 0.2),
    ]
    if done:
        brush.ground(rough(brush, 3.0, 4.6, (0.75, 1.2)), faded("#7d786c", 0.45), KERB_Z + 0.004)
        return
    scraps(brush, (2.6, 4.0), (0.6, 0.8), 90, KERB_Z + 0.004)
    for (x, y, size), colour in zip(
        spots, ("#3f4347", "#7b6d58", "#2f3336", "#5a6f86", "#3a3e42", "#b7b9b4"), strict=True
    ):
        bag(brush, x, y, size, colour)
    bag(brush, 3.25, 4.45, 0.3, "#34383b", KERB_Z + 0.36)
    brush.stand(2.4, 5.7, lambda: _sofa(brush, 2.2, 5.6))
    brush.stand(2.1, 3.7, lambda: brush.box(1.95, 3.6, 0.46, 0.36, 0.34, "#b08d5f", KERB_Z))
    brush.shadow(box_of(1.95, 3.6, 0.46, 0.36), 0.3, KERB_Z)
    brush.shadow(box_of(2.2, 5.6, 1.5, 0.8), 0.7, KERB_Z)


def _sofa(brush: Brush, x: float, y: float) -> None:
    cloth = "#7d5a4a"
    brush.box(x, y + 0.55, 1.5, 0.25, 0.85, cloth, KERB_Z)
    brush.box(x, y, 1.5, 0.6, 0.42, lit(cloth, 1.1), KERB_Z)
    for left in (x, x + 1.28):
        brush.box(left, y, 0.22, 0.7, 0.6, lit(cloth, 0.94), KERB_Z)


def bins(brush: Brush, done: bool) -> None:
    """Bins that overflow; emptied and clean."""
    open_street(brush, first=8.5)
    for k, colour in enumerate(("#3f6f56", "#4a5f86", "#7c4a44")):
        x, y = 2.9 - 0.06 * k, 3.5 + 0.95 * k
        bin_(brush, x, y, colour, lid=done)
        if not done:
            for dx, dy, size, tone in (
                (0.2, 0.2, 0.26, "#3d4145"),
                (0.42, 0.34, 0.22, "#c9cac4"),
                (0.28, 0.42, 0.2, "#6b5f52"),
            ):
                bag(brush, x + dx, y + dy, size, tone, KERB_Z + 0.98)
    if not done:
        for x, y, size, tone in (
            (2.4, 3.3, 0.24, "#33373a"),
            (2.3, 4.2, 0.28, "#5f7b6a"),
            (2.55, 5.0, 0.22, "#3d4145"),
            (2.0, 3.7, 0.16, "#d4d4cd"),
        ):
            bag(brush, x, y, size, tone)
        scraps(brush, (2.0, 4.0), (0.5, 0.8), 70, KERB_Z + 0.004)
