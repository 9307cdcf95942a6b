"""What stands in the way on the pavement, and what hangs over it.

Each scene paints the whole picture; `done` is how it looks once somebody has seen to it. Used by draw.py only.
"""

from __future__ import annotations

import math

from brush import Brush, box_of, circle, faded, lit
from street import KERB_Z, PAVEMENT_RIGHT, car, lamp, open_street, pavement, road, scraps, sky, tree


def bikes(brush: Brush, done: bool) -> None:
    """Shared bicycles across the pavement; in a row."""
    open_street(brush, first=15)
    rng = brush.rng
    tones = ("#d8a63a", "#4f86b0", "#5f9a6a")
    if done:
        for x0, x1 in ((0.3, 0.34), (1.58, 1.62)):
            brush.strip(x0, x1, 2.4, 11.5, "#e7e5dd", KERB_Z + 0.004)
        for k in range(13):
            _bike(brush, 0.95, 2.9 + k * 0.64, 0.12, tones[k % 3])
        return
    for k in range(15):
        lies = k in (2, 6, 9)
        _bike(brush, rng.uniform(0.7, 2.9), 2.9 + k * 0.52, rng.uniform(-0.9, 0.9), rng.choice(tones), lies)


def _bike(brush: Brush, x: float, y: float, turn: float, colour: str, lies: bool = False) -> None:
    """Two wheels, a frame, a basket; `turn` from across the pavement."""
    ax, ay = math.cos(turn), math.sin(turn)
    lean = 1.0 if lies else 0.07

    def at(along: float, height: float) -> tuple[float, float, float]:
        away, up = height * math.sin(lean * 1.45), height * math.cos(lean * 1.45)
        return x + ax * along - ay * away, y + ay * along + ax * away, KERB_Z + 0.02 + up

    if lies:
        with brush.soft(5):
            brush.line([at(-0.6, 0.2), at(0.6, 0.2)], faded("#15171a", 0.4), 0.5)
    else:
        brush.shadow(
            [(x - ax * 0.8, y - ay * 0.8), (x + ax * 0.8, y + ay * 0.8), (x + ax * 0.8, y + ay * 0.8 + 0.06)],
            0.6,
            KERB_Z,
            5,
        )

    def act() -> None:
        for hub in (-0.5, 0.5):
            rim = [
                at(hub + 0.3 * math.cos(t), 0.3 + 0.3 * math.sin(t))
                for t in (2 * math.pi * k / 26 for k in range(27))
            ]
            brush.line(rim, "#26282b", 0.045)
            for k in range(3):
                t = math.pi * k / 3
                brush.line(
                    [
                        at(hub + 0.28 * math.cos(t), 0.3 + 0.28 * math.sin(t)),
                        at(hub - 0.28 * math.cos(t), 0.3 - 0.28 * math.sin(t)),
                    ],
                    "#8d9296",
                    0.008,
                )
        brush.line(
            [at(-0.5, 0.3), at(-0.08, 0.3), at(0.36, 0.72), at(-0.16, 0.66), at(-0.08, 0.3)], colour, 0.055
        )
        brush.line([at(-0.5, 0.3), at(-0.16, 0.66)], colour, 0.04)
        brush.line([at(0.5, 0.3), at(0.34, 0.95)], lit(colour, 0.85), 0.05)
        brush.line([at(-0.19, 0.66), at(-0.22, 0.86)], "#3a3d40", 0.04)
        brush.line([at(-0.36, 0.88), at(-0.1, 0.88)], "#26282b", 0.08)
        brush.line([at(0.26, 0.98), at(0.42, 0.98)], "#26282b", 0.05)
        brush.face([at(0.44, 0.62), at(0.72, 0.66), at(0.74, 0.9), at(0.44, 0.88)], lit(colour, 0.78))
        brush.line([at(-0.75, 0.5), at(-0.5, 0.64), at(-0.25, 0.5)], lit(colour, 1.1), 0.04)

    brush.stand(x, y, act)


def cars(brush: Brush, done: bool) -> None:
    """Cars on the pavement; a free pavement."""
    open_street(brush, first=11)
    if done:
        for k in range(6):
            y = 4 + 2.1 * k
            brush.shadow(circle(0.5, y, 0.09), 0.7, KERB_Z, 4)
            brush.stand(
                0.5,
                y,
                lambda y=y: (
                    brush.drum(0.5, y, 0.085, 0.75, "#8b9094", KERB_Z),
                    brush.drum(0.5, y, 0.088, 0.1, "#d9b23f", KERB_Z + 0.56),
                ),
            )
        return
    car(brush, 0.55, 4.2, "#b9bec2", KERB_Z)
    car(brush, 0.75, 9.6, "#3d4f63", KERB_Z)
    car(brush, -2.2, 15, "#8a3d38")


def stall(brush: Brush, done: bool) -> None:
    """A hawker with cart and umbrella on the pavement; gone."""
    open_street(brush, first=11)
    lamp(brush, 0.5, 8.5)
    if done:
        return
    x, y = 1.1, 4.4
    brush.shadow(box_of(x, y, 1.0, 1.7), 1.0, KERB_Z)
    brush.shadow(circle(x + 0.4, y + 0.9, 1.3), 0.2, KERB_Z, 9)
    brush.stand(x + 0.5, y + 0.6, lambda: _cart(brush, x, y))
    for px, py, tone in ((2.3, 4.1, "#4f7a5a"), (2.45, 4.8, "#b5763a"), (2.3, 5.5, "#8a4a44")):
        brush.shadow(box_of(px, py, 0.55, 0.42), 0.3, KERB_Z, 4)
        brush.stand(px, py, lambda px=px, py=py, tone=tone: _crate(brush, px, py, tone))
    scraps(brush, (1.7, 3.8), (0.6, 0.5), 30, KERB_Z + 0.004, 0.06)


def _cart(brush: Brush, x: float, y: float) -> None:
    for wheel in (y + 0.3, y + 1.4):
        tyre = [
            (x - 0.03, wheel + 0.28 * math.cos(t), KERB_Z + 0.28 + 0.28 * math.sin(t))
            for t in (0.3 * k for k in range(21))
        ]
        brush.face(tyre, "#26282b")
    brush.box(x, y, 0.95, 1.7, 0.5, "#4a6a86", KERB_Z + 0.34)
    for row in range(5):
        for column in range(3):
            tone = ("#c8683c", "#c99a3c", "#6f8f48", "#a8443c", "#d9c27a")[row]
            spot = (x + 0.18 + 0.29 * column, y + 0.2 + 0.32 * row, KERB_Z + 0.9)
            for k in range(4):
                brush.blob(
                    (spot[0] + 0.07 * (k % 2), spot[1] + 0.08 * (k // 2), spot[2] + 0.03 * k),
                    0.075,
                    lit(tone, 0.92 + 0.06 * k),
                    0.95,
                )
    foot, top = (x + 0.5, y + 0.9, KERB_Z + 0.84), (x + 0.5, y + 0.9, KERB_Z + 2.5)
    brush.pole(foot, top, 0.05, "#b9bcbd")
    _umbrella(brush, x + 0.5, y + 0.9, KERB_Z + 2.05, 1.35, ("#a8443c", "#e3ddd0"))


def _umbrella(brush: Brush, x: float, y: float, z: float, radius: float, tones: tuple[str, str]) -> None:
    rim = [(px, py, z) for px, py in circle(x, y, radius, 1.0, 16)]
    crown = (x, y, z + 0.5)
    order = sorted(range(16), key=lambda k: -brush.camera.depth(rim[k]))
    for k in order:
        one, other = rim[k], rim[(k + 1) % 16]
        shade = 0.78 + 0.3 * (0.5 + 0.5 * math.cos(2 * math.pi * k / 16 + 2.2))
        brush.face([one, other, crown], lit(tones[(k // 2) % 2], shade))
    for k in range(16):
        one, other = rim[k], rim[(k + 1) % 16]
        low = [(other[0], other[1], z - 0.16), (one[0], one[1], z - 0.16)]
        if brush.camera.depth(one) < brush.camera.depth((x, y, z)) + 0.3:
            brush.face([one, other, *low], lit(tones[(k // 2) % 2], 0.82))


def _crate(brush: Brush, x: float, y: float, tone: str) -> None:
    brush.box(x, y, 0.55, 0.42, 0.28, "#9a7a4f", KERB_Z)
    for k in range(12):
        spot = (x + 0.09 + 0.12 * (k % 4), y + 0.08 + 0.12 * (k // 4), KERB_Z + 0.31)
        brush.blob(spot, 0.07, lit(tone, 0.9 + 0.05 * (k % 3)), 0.95)


def tables(brush: Brush, done: bool) -> None:
    """A shop that serves on the pavement; cleared."""
    open_street(brush, first=14)
    if done:
        return
    for x, y in ((2.6, 4.2), (1.4, 5.6), (2.9, 7.2), (1.5, 8.6)):
        brush.shadow(circle(x, y, 0.5), 0.6, KERB_Z)
        for k in range(4):
            turn = k * math.pi / 2 + 0.4
            sx, sy = x + 0.72 * math.cos(turn), y + 0.72 * math.sin(turn)
            brush.shadow(circle(sx, sy, 0.15), 0.3, KERB_Z, 4)
            brush.stand(sx, sy, lambda sx=sx, sy=sy: brush.drum(sx, sy, 0.15, 0.42, "#b5523f", KERB_Z))

        def table(x: float = x, y: float = y) -> None:
            brush.drum(x, y, 0.06, 0.7, "#8d9296", KERB_Z)
            brush.drum(x, y, 0.46, 0.05, "#d9d2c2", KERB_Z + 0.7)
            for k in range(3):
                brush.drum(
                    x - 0.2 + 0.2 * k,
                    y + 0.1 * (k - 1),
                    0.06,
                    0.14,
                    ("#5f7b58", "#c9c4b6", "#8a5a44")[k],
                    KERB_Z + 0.75,
                )

        brush.stand(x, y, table)
    for y in (5.2, 9.0):
        brush.stand(3.3, y, lambda y=y: _umbrella(brush, 2.4, y, KERB_Z + 2.3, 1.5, ("#3f6f7d", "#d9d5c8")))
        brush.shadow(circle(2.4, y, 1.4), 0.3, KERB_Z, 10)


def posters(brush: Brush, done: bool) -> None:
    """A wall full of small bills; scraped off and painted over."""
    sky(brush)
    road(brush)
    pavement(brush, -12, 60)
    wall, rng = "#b9b3a6", brush.rng
    x = PAVEMENT_RIGHT
    brush.face([(x, -20, KERB_Z), (x, 40, KERB_Z), (x, 40, 3.4), (x, -20, 3.4)], wall)
    brush.face([(x, -20, KERB_Z), (x, 40, KERB_Z), (x, 40, 0.7), (x, -20, 0.7)], "#8f8a80")
    brush.face([(x, -20, 3.3), (x, 40, 3.3), (x, 40, 3.55), (x, -20, 3.55)], "#9a948a")
    for k in range(14):
        y = -8 + 2.4 * k
        brush.face([(x, y, 0.7), (x, y + 0.02, 0.7), (x, y + 0.02, 3.3), (x, y, 3.3)], "#a8a296")
    for _ in range(44):
        y, z = rng.uniform(-1.2, 5.6), rng.uniform(0.75, 2.3)
        wide, high = rng.choice(((0.2, 0.29), (0.29, 0.2), (0.34, 0.45), (0.16, 0.1)))
        tilt = rng.uniform(-0.04, 0.04)
        spots = [
            (x, y, z),
            (x, y + wide, z + tilt),
            (x, y + wide + tilt, z + high + tilt),
            (x, y + tilt, z + high),
        ]
        if done:
            brush.face(spots, lit(wall, rng.uniform(1.02, 1.10)))
            continue
        paper = rng.choice(("#f0ece0", "#e9dd9a", "#d9a79a", "#c7d3dc", "#f4f1ea", "#d98a7c"))
        brush.face([(x, v + 0.012, w - 0.015) for _, v, w in spots], "#8a8478")
        brush.face(spots, paper)
        ink = lit(paper, 0.45)
        brush.face(
            [
                (x, y + wide * 0.15, z + high * 0.72),
                (x, y + wide * 0.85, z + high * 0.72),
                (x, y + wide * 0.85, z + high * 0.86),
                (x, y + wide * 0.15, z + high * 0.86),
            ],
            ink,
        )
        for row in range(3):
            low = z + high * (0.16 + 0.17 * row)
            brush.face(
                [
                    (x, y + wide * 0.15, low),
                    (x, y + wide * (0.5 + 0.3 * rng.random()), low),
                    (x, y + wide * 0.7, low + high * 0.06),
                    (x, y + wide * 0.15, low + high * 0.06),
                ],
                lit(paper, 0.7),
            )
    tree(brush, 0.75, 6.5)


def laundry(brush: Brush, done: bool) -> None:
    """Washing hung between the street trees; taken in."""
    open_street(brush, tree_step=6.0, first=5.0)
    if done:
        return
    rope = [(0.75, 5 + 6 * s, KERB_Z + 2.1 - 0.7 * s * (1 - s)) for s in (k / 12 for k in range(13))]

    def act() -> None:
        brush.line(rope, "#e0ddd2", 0.015)
        tones = ("#8aa0b8", "#c47f6f", "#e3dfd3", "#7f9a78", "#4f5f78", "#d2b46a", "#a9a3b6")
        for k in range(9, -1, -1):
            s = 0.06 + k * 0.09
            y, z = 5 + 6 * s, KERB_Z + 2.1 - 0.7 * s * (1 - s)
            wide, high = 0.42, (0.75, 0.55, 1.0)[k % 3]
            face = [(0.75, y, z), (0.75, y + wide, z), (0.78, y + wide, z - high), (0.72, y, z - high)]
            brush.face(face, tones[k % 7])
            fold = [
                (0.75, y + wide * 0.55, z),
                (0.75, y + wide * 0.68, z),
                (0.78, y + wide * 0.68, z - high),
                (0.78, y + wide * 0.55, z - high),
            ]
            brush.face(fold, lit(tones[k % 7], 0.86))

    brush.stand(0.6, 5.2, act)
    for k in range(5):
        brush.shadow(box_of(0.7, 5.4 + k * 1.0, 0.1, 0.6), 1.2, KERB_Z, 7)
