"""Things that stand, green, water, a building site, and the street itself.

Each scene paints the whole picture; `done` is how it looks once somebody has seen to it. Used by draw.py only.
"""

from __future__ import annotations

import math

from brush import Brush, box_of, circle, faded, lit
from PySide6.QtCore import Qt
from PySide6.QtGui import QRadialGradient
from street import (
    HEDGE,
    KERB_Z,
    PAVEMENT_RIGHT,
    SCRAPS,
    SOIL,
    STEEL,
    board,
    car,
    cone,
    far_side,
    hedge,
    house,
    lamp,
    open_street,
    park,
    pavement,
    road,
    rough,
    scraps,
    shops,
    sky,
    skyline,
    tree,
)


def lights(brush: Brush, done: bool) -> None:
    """A row of street lamps of which the nearest are dark; all lit."""
    open_street(brush, tree_step=9.0, first=9.5)
    for k in range(5):
        lamp(brush, 0.5, 5 + 9 * k, is_lit=done or k > 1, height=7.2)
    car(brush, -2.2, 13, "#5a6a7a")


def sign(brush: Brush, done: bool) -> None:
    """A traffic sign knocked askew; upright."""
    open_street(brush, first=12)
    x, y, lean = 0.7, 4.2, 0.0 if done else 0.42
    head = (x + 3.0 * math.sin(lean), y - (0 if done else 0.35), KERB_Z + 3.0 * math.cos(lean))
    brush.shadow([(x, y), (x + 0.05, y), (head[0], y + 0.6)], 0.5, KERB_Z)
    if not done:
        brush.ground(rough(brush, x, y, (0.26, 0.2), 0.25), "#6f6350", KERB_Z + 0.004)
        scraps(brush, (x, y - 0.1), (0.25, 0.2), 18, KERB_Z + 0.006, 0.06)

    def act() -> None:
        brush.pole((x, y, KERB_Z), head, 0.075, STEEL)
        ux, uz = math.sin(lean), math.cos(lean)

        def at(side: float, down: float) -> tuple[float, float, float]:
            return head[0] + side * uz - down * ux, head[1] - 0.05, head[2] - side * ux - down * uz

        disc = [
            at(0.36 * math.cos(t), 0.4 + 0.36 * math.sin(t))
            for t in (2 * math.pi * k / 40 for k in range(40))
        ]
        brush.face(disc, "#e9e6dd")
        disc = [
            at(0.33 * math.cos(t), 0.4 + 0.33 * math.sin(t))
            for t in (2 * math.pi * k / 40 for k in range(40))
        ]
        brush.face(disc, "#2f5f9a")
        brush.face([at(-0.06, 0.6), at(0.06, 0.6), at(0.06, 0.36), at(-0.06, 0.36)], "#e9e6dd")
        brush.face([at(-0.16, 0.38), at(0.16, 0.38), at(0.0, 0.16)], "#e9e6dd")
        plate = [at(-0.34, 0.86), at(0.34, 0.86), at(0.34, 1.06), at(-0.34, 1.06)]
        brush.face(plate, "#e3e0d6")
        for k in range(4):
            brush.face(
                [
                    at(-0.26 + 0.14 * k, 0.91),
                    at(-0.16 + 0.14 * k, 0.91),
                    at(-0.16 + 0.14 * k, 1.01),
                    at(-0.26 + 0.14 * k, 1.01),
                ],
                "#4a5056",
            )

    brush.stand(x, y, act)


def rail(brush: Brush, done: bool) -> None:
    """The barrier along the road: a stretch thrown over and bent; set up again."""
    open_street(brush, first=9)
    for k in range(11):
        y = 2.2 + 2.0 * k
        is_down = not done and k in (1, 2)
        brush.stand(
            -0.5 if not is_down else -0.9, y, lambda y=y, k=k, is_down=is_down: _barrier(brush, y, k, is_down)
        )
    if not done:
        cone(brush, -1.9, 4.2)
        cone(brush, -1.9, 7.4)


def _barrier(brush: Brush, y: float, k: int, is_down: bool) -> None:
    lean = (1.25, 1.42)[k % 2] if is_down else 0.0
    swing = (0.35, -0.25)[k % 2] if is_down else 0.0

    def at(along: float, height: float) -> tuple[float, float, float]:
        return (
            -0.55 - height * math.sin(lean) + swing * along * 0.5,
            y + along,
            height * math.cos(lean) + 0.03,
        )

    for low, tone in ((0.95, "#e8e6df"), (0.25, "#d3d1ca")):
        brush.line([at(0.02, low), at(1.98, low)], tone, 0.05)
    for step in range(12):
        along = 0.1 + step * 0.16
        brush.line([at(along, 0.25), at(along, 0.95)], "#dddbd3", 0.022)
    for along in (0.02, 1.98):
        brush.line([at(along, 0.0), at(along, 1.08)], "#4f7fae", 0.07)


def fallen(brush: Brush, done: bool) -> None:
    """A tree across pavement and road; a young tree with its stakes in the pit."""
    open_street(brush, tree_step=9.0, first=13.0)
    x, y = 0.75, 5.6
    brush.ground(box_of(x - 0.55, y - 0.55, 1.1, 1.1), "#8f8a80", KERB_Z + 0.005)
    brush.ground(box_of(x - 0.45, y - 0.45, 0.9, 0.9), SOIL, KERB_Z + 0.01)
    if done:

        def young() -> None:
            for dx, dy in ((-0.45, -0.3), (0.45, -0.3), (0.0, 0.5)):
                brush.line(
                    [(x + dx, y + dy, KERB_Z), (x + dx * 0.1, y + dy * 0.1, KERB_Z + 1.5)], "#a98f66", 0.05
                )
            brush.pole((x, y, KERB_Z), (x, y, KERB_Z + 2.6), 0.09, "#6d6051")
            brush.leaves((x, y, KERB_Z + 2.9), (0.62, 0.62, 0.75), 90, HEDGE, 0.15)

        brush.shadow(circle(x, y, 0.4), 1.2, KERB_Z)
        brush.stand(x, y, young)
        return
    brush.ground(rough(brush, x, y, (0.7, 0.6), 0.2), "#55482f", KERB_Z + 0.012)
    with brush.soft(8):
        brush.line([(x, y, KERB_Z), (-4.4, 4.6, 0.0)], faded("#15171a", 0.42), 0.6)
        brush.painter.setBrush(faded("#15171a", 0.40))
        brush.painter.setPen(Qt.PenStyle.NoPen)
        brush.painter.drawPolygon(brush.outline([(px, py, 0) for px, py in circle(-3.4, 4.8, 1.9, 0.75)]))

    def trunk() -> None:
        brush.line([(x, y, KERB_Z + 0.25), (-1.4, 5.2, 0.55), (-3.6, 4.8, 0.7)], "#5d5144", 0.3)
        brush.line([(x, y - 0.02, KERB_Z + 0.32), (-1.4, 5.18, 0.62), (-3.4, 4.8, 0.78)], "#7a6b58", 0.10)
        for dx, dz in ((0.35, 0.5), (0.5, 0.15), (0.3, -0.05), (0.15, 0.7), (0.45, 0.35)):
            brush.line([(x, y, KERB_Z + 0.25), (x + dx, y + 0.1, KERB_Z + 0.2 + dz)], "#4f4335", 0.07)
        brush.line([(-2.0, 5.0, 0.6), (-2.7, 5.6, 1.2)], "#5d5144", 0.12)
        brush.line([(-2.2, 5.0, 0.6), (-3.1, 4.2, 0.9)], "#5d5144", 0.12)
        brush.leaves(
            (-3.5, 4.9, 0.75), (1.7, 1.3, 0.8), 420, ("#466639", "#557541", "#3a5a3c", "#65824a"), 0.19
        )

    brush.stand(-1.2, 4.6, trunk)
    cone(brush, -5.6, 3.2)
    cone(brush, -0.9, 3.2)


def cable(brush: Brush, done: bool) -> None:
    """Telephone lines down to head height and below; drawn tight again."""
    open_street(brush, tree_step=30.0, first=34.0)
    for y in (3.0, 21.0, 39.0):
        brush.shadow(circle(3.3, y, 0.12), 2.5, KERB_Z)
        brush.stand(3.3, y, lambda y=y: _post(brush, 3.3, y))
    sags = (0.5, 0.6, 0.7) if done else (0.6, 3.6, 4.35)

    def wires() -> None:
        for k, sag in enumerate(sags):
            for start in (3.0, 21.0):
                deep = sag if start == 3.0 else 0.5 + 0.1 * k
                shift = 0.0 if done else (0, -0.5, -1.0)[k] * (start == 3.0)
                spots = []
                for step in range(25):
                    s = step / 24
                    bow = 4 * s * (1 - s)
                    spots.append(
                        (3.3 - 0.12 * k + shift * bow, start + 18 * s, KERB_Z + 5.2 - 0.22 * k - deep * bow)
                    )
                brush.line(spots, "#25282b", 0.035)
        if not done:
            brush.line(
                [
                    (3.2, 3.1, 4.6),
                    (2.9, 3.6, 2.6),
                    (2.5, 4.4, 1.2),
                    (2.2, 5.2, 0.35),
                    (2.0, 6.2, 0.17),
                    (2.3, 7.4, 0.17),
                ],
                "#1d1f22",
                0.045,
            )

    brush.stand(3.0, 3.2, wires)


def _post(brush: Brush, x: float, y: float) -> None:
    brush.pole((x, y, KERB_Z), (x, y, KERB_Z + 6.0), 0.24, "#a09a8e")
    for z in (5.35, 5.0):
        brush.line([(x - 0.55, y, KERB_Z + z), (x + 0.4, y, KERB_Z + z)], "#6b6f72", 0.07)
    brush.box(x - 0.25, y - 0.1, 0.34, 0.2, 0.5, "#c4c2ba", KERB_Z + 2.3)


def green(brush: Brush, done: bool) -> None:
    """A trodden lawn with a gap in its hedge; replanted."""
    sky(brush)
    skyline(brush, ((-60, 140),))
    road(brush)
    park(brush)
    x = PAVEMENT_RIGHT
    hedge(brush, x, brush.camera.y - 8, 5.2 if not done else 30)
    if done:
        return
    hedge(brush, x, 8.6, 40)
    brush.box(x, 5.2, 1.0, 3.4, 0.28, "#b3aa9a", KERB_Z)
    brush.ground(box_of(x + 0.08, 5.25, 0.84, 3.3), "#6b5b45", KERB_Z + 0.29)
    path = [(x + 1, 6.0), (x + 1, 7.8), (x + 4, 8.6), (x + 9, 12.0), (x + 9.4, 10.6), (x + 4, 6.6)]
    brush.ground(path, "#8a7a5c", KERB_Z + 0.01)
    brush.ground(rough(brush, x + 3.0, 7.4, (1.4, 1.0)), "#7d6d52", KERB_Z + 0.015)
    for _ in range(30):
        px, py = x + 0.1 + 0.85 * brush.rng.random(), 5.3 + 3.2 * brush.rng.random()
        brush.line(
            [(px, py, KERB_Z + 0.28), (px + 0.05, py, KERB_Z + 0.28 + 0.3 * brush.rng.random())],
            "#7a6b4d",
            0.02,
        )
    scraps(brush, (x + 0.5, 6.8), (0.25, 0.9), 26, KERB_Z + 0.3, 0.08)
    scraps(brush, (3.0, 6.6), (0.5, 0.9), 30, KERB_Z + 0.004, 0.08)


def water(brush: Brush, done: bool) -> None:
    """A bank with things floating along it; clean water."""
    sky(brush)
    skyline(brush)
    rng, light = brush.rng, brush.light
    brush.strip(-80, 0.0, -12, 130, "#5f7a80", -1.2, 6.0)
    for _ in range(130):
        y = brush.camera.y + 2 + 60 * rng.random() ** 2
        x = rng.uniform(-26, -0.5)
        tone = rng.choice(("#6d8a8f", "#83a0a4", "#54707a", light.sky_low))
        wide = rng.uniform(0.3, 1.6) * (1 + y / 20)
        brush.ground(
            [(x - wide, y), (x, y - 0.03 * wide), (x + wide, y), (x, y + 0.03 * wide)],
            faded(tone, 0.8),
            -1.19,
        )
    for k in range(10):  # the other bank
        brush.stand(
            -60 + k * 9, 95, lambda k=k: brush.leaves((-60 + k * 9, 95, 2.2), (6, 2, 2.6), 60, HEDGE, 1.3)
        )
    brush.face([(-90, 92, -1.2), (30, 92, -1.2), (30, 92, 0.3), (-90, 92, 0.3)], "#8d8a7c")
    pavement(brush, -12, 110)
    brush.face([(0, -12, -1.2), (0, 110, -1.2), (0, 110, 0.1), (0, -12, 0.1)], "#8f8a7e")
    hedge(brush, PAVEMENT_RIGHT, brush.camera.y - 2, 45)
    park(brush)
    if not done:
        for _ in range(150):
            x, y = -0.5 - abs(rng.gauss(0, 1.3)), brush.camera.y + 2.2 + 11 * rng.random()
            size = rng.uniform(0.04, 0.16)
            brush.ground(
                rough(brush, x, y, (size * 1.5, size)),
                rng.choice((*SCRAPS, "#5a6a3c", "#4f5f38", "#6b7a45")),
                -1.17,
            )
        for k in range(7):
            brush.ground(
                rough(brush, -1.0 - k * 0.3, brush.camera.y + 4 + k * 1.5, (0.7, 0.3), 0.3), "#55663c", -1.18
            )
    for k in range(26):
        y = brush.camera.y - 1 + k * 1.5
        brush.stand(0.25, y, lambda y=y: _railing(brush, y))


def _railing(brush: Brush, y: float) -> None:
    brush.box(0.18, y, 0.16, 0.16, 1.05, "#b9b4a8", KERB_Z)
    for z in (0.35, 0.62, 0.9):
        brush.line([(0.26, y + 0.16, KERB_Z + z), (0.26, y + 1.5, KERB_Z + z)], "#a7acae", 0.05)


def site(brush: Brush, done: bool) -> None:
    """A building site that stands in its own dust; netted, sprayed, swept."""
    sky(brush)
    skyline(brush)
    road(brush)
    far_side(brush, 60)
    x = PAVEMENT_RIGHT
    mud = "#9b8767"
    brush.strip(x, 40, brush.camera.y - 6, 80, mud if not done else "#6f7d55", KERB_Z)
    brush.stand(20, 40, lambda: _shell(brush, 11, 26, done))
    brush.stand(9, 15, lambda: _mound(brush, 8.5, 14.0, done))
    for k in range(24):
        y = brush.camera.y - 3 + k * 2.0
        if 5.0 < y < 9.4:  # the gate
            continue
        brush.stand(x + 0.1, y + 1, lambda y=y: _hoarding(brush, x, y))
    for y in (5.2, 9.6):
        brush.stand(x, y, lambda y=y: brush.box(x - 0.25, y, 0.5, 0.5, 3.0, "#c8b23c", KERB_Z))
    if done:
        brush.ground([(x, 5.6), (x + 6, 5.2), (x + 6, 9.8), (x, 9.4)], "#8b8a86", KERB_Z + 0.01)
        brush.ground(rough(brush, 1.9, 7.4, (1.4, 2.2), 0.12), faded("#55564f", 0.35), KERB_Z + 0.004)
        return
    with brush.soft(12):
        brush.ground(
            [(x, 5.6), (0, 4.4), (-3.0, 2.4), (-3.0, 12), (0, 11), (x, 9.4)], faded("#a8946f", 0.7), KERB_Z
        )
    brush.raise_all()
    rng = brush.rng
    for _ in range(26):
        spot = (rng.uniform(1.5, 14), rng.uniform(5, 24), rng.uniform(0.4, 5.5))
        middle, radius = brush.at(spot), rng.uniform(1.2, 3.4) * brush.scale(spot)
        cloud = QRadialGradient(middle, radius)
        cloud.setColorAt(0, faded("#c9b48c", 0.34))
        cloud.setColorAt(1, faded("#c9b48c", 0.0))
        brush.painter.setBrush(cloud)
        brush.painter.setPen(Qt.PenStyle.NoPen)
        brush.painter.drawEllipse(middle, radius, radius)


def _hoarding(brush: Brush, x: float, y: float) -> None:
    board(brush, ((x, y), (x, y + 1.97)), 0.0, 2.2, "#4f86a8", KERB_Z)
    board(brush, ((x - 0.01, y), (x - 0.01, y + 1.97)), 0.0, 0.35, "#d8d5cb", KERB_Z)
    board(brush, ((x - 0.02, y + 1.9), (x - 0.02, y + 1.97)), 0.0, 2.3, "#e0ded6", KERB_Z)


def _shell(brush: Brush, x: float, y: float, done: bool) -> None:
    """A house half built, with its scaffold and the crane behind."""
    brush.line([(x + 9, y + 16, 0), (x + 9, y + 16, 38)], "#c9a53c", 0.9)
    brush.line([(x - 9, y + 16, 37), (x + 18, y + 16, 37)], "#c9a53c", 0.7)
    brush.line([(x + 9, y + 16, 42), (x - 6, y + 16, 37)], "#a98c3a", 0.15)
    brush.box(x, y, 14, 14, 17, "#a9a498")
    for floor in range(6):
        low = 0.8 + floor * 2.8
        for k in range(5):
            left = x + 0.6 + k * 2.7
            brush.face(
                [
                    (left, y - 0.05, low),
                    (left + 2.0, y - 0.05, low),
                    (left + 2.0, y - 0.05, low + 1.9),
                    (left, y - 0.05, low + 1.9),
                ],
                "#5e5b54",
            )
            near = y + 0.6 + k * 2.7
            brush.face(
                [
                    (x - 0.05, near, low),
                    (x - 0.05, near + 2.0, low),
                    (x - 0.05, near + 2.0, low + 1.9),
                    (x - 0.05, near, low + 1.9),
                ],
                "#55534d",
            )
    if done:
        net = faded("#4f8a5c", 0.86)
        brush.face([(x, y - 0.4, 0), (x + 14, y - 0.4, 0), (x + 14, y - 0.4, 16.4), (x, y - 0.4, 16.4)], net)
        brush.face(
            [(x - 0.4, y, 0), (x - 0.4, y + 14, 0), (x - 0.4, y + 14, 16.4), (x - 0.4, y, 16.4)],
            lit(net, 0.86),
        )
    for k in range(7):
        side = y - 0.6
        brush.line([(x + k * 2.33, side, 0), (x + k * 2.33, side, 17.6)], "#8a7d5c", 0.08)
    for k in range(7):
        brush.line([(x, y - 0.6, 0.6 + k * 2.8), (x + 14, y - 0.6, 0.6 + k * 2.8)], "#8a7d5c", 0.08)


def _mound(brush: Brush, x: float, y: float, done: bool) -> None:
    """Spoil; covered with a green net when all is well."""
    tone = "#5c8a5f" if done else "#94805e"
    rng = brush.rng
    spots = [(x + rng.uniform(-2.6, 2.6), y + rng.uniform(-1.5, 1.5)) for _ in range(150)]
    for px, py in sorted(spots, key=lambda spot: -brush.camera.depth((*spot, 0))):
        height = 2.1 * max(0.0, 1 - abs(px - x) / 2.8) * rng.uniform(0.5, 1.0)
        brush.blob((px, py, KERB_Z + height * 0.6), 0.55, lit(tone, 0.82 + 0.14 * height * rng.random()), 0.7)


def street(brush: Brush, done: bool) -> None:
    """The place as a whole, where a close picture would show nothing."""
    open_street(brush, first=6)
    lamp(brush, 0.5, 11)
    lamp(brush, 0.5, 31)
    car(brush, -2.2, 16, "#8a3d38")
    car(brush, -6.6, 24, "#c9ccd0")


def evening(brush: Brush, done: bool) -> None:
    """The street at night with its shops open."""
    sky(brush)
    skyline(brush)
    road(brush)
    far_side(brush)
    shops(brush, brush.camera.y - 4, 70, shut=0.05)
    for y in (9.0, 18.0, 27.0):
        tree(brush, 0.75, y)
    for k in range(4):
        lamp(brush, 0.5, 6 + 12 * k, is_lit=True, height=7.2)
    for x, y in ((2.8, 6.0), (2.4, 8.2), (2.9, 10.4)):
        brush.stand(x, y, lambda x=x, y=y: brush.drum(x, y, 0.45, 0.72, "#b9ab8f", KERB_Z))
        brush.glow((x, y, 1.5), 1.5, "#ffd995", 0.22)
    house(brush, 12, 60, 10, 10, 30, "#b9b4a8")
    brush.glow((3.6, 8, 2.2), 3.6, "#ffcf87", 0.28)
