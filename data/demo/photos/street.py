"""The street every picture is taken in: road, kerb, pavement, hedges, shops, trees, lamps, cars, all by the metre.

The road runs along y between x = -7.4 and 0, the near pavement between 0 and 3.8. Used by draw.py only.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from brush import HEIGHT_PX, WIDTH_PX, Brush, Ground, box_of, circle, faded, lit
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QLinearGradient, QPen

KERB_Z = 0.14
ROAD_LEFT, PAVEMENT_RIGHT = -7.4, 3.8
ASPHALT, WORN, PAINT = "#67686a", "#757575", "#d9d8d0"
KERB, SLAB, JOINT, TACTILE = "#c4beb1", "#a9a59b", "#8d897f", "#c3a24f"
HEDGE = ("#4f6b35", "#5d7c3c", "#44633f", "#6d8646", "#3c5638", "#74804a")
CROWN = ("#466639", "#557541", "#3a5a3c", "#65824a", "#4c6f4a")
RUST = ("#7a6a3c", "#8a7a45", "#6b7a3f")
SOIL, GRASS = "#5e5140", "#6f8850"
STEEL, DARK_STEEL = "#9aa0a4", "#555c62"
SIGNS = ("#8c4a3f", "#3f5f7d", "#4f6f58", "#7d6a45", "#5f5370", "#8a7a5a")
BRIGHT = ("#e2c184", "#c9a668", "#f0dcae", "#d9b778")
WALLS = ("#c9c0ae", "#b9b4a8", "#c6b49c", "#adb2b0", "#bfae9f")


def sky(brush: Brush) -> None:
    """The sky, and what stands at the end of the street."""
    light = brush.light
    fade = QLinearGradient(0, 0, 0, HEIGHT_PX * 0.6)
    fade.setColorAt(0, light.sky_high)
    fade.setColorAt(1, light.sky_low)
    brush.painter.fillRect(0, 0, WIDTH_PX, HEIGHT_PX, fade)


def skyline(brush: Brush, sides: Sequence[tuple[float, float]] = ((-60, 60),)) -> None:
    """Houses far away."""
    rng = brush.rng
    for low, high in sides:
        x = low
        while x < high:
            width, height = rng.uniform(9, 20), rng.uniform(14, 46)
            brush.box(x, rng.uniform(120, 170), width, 12, height, rng.choice(WALLS))
            x += width * rng.uniform(0.9, 1.5)


def road(brush: Brush, far: float = 120.0, dashes: bool = True, near: float = -12.0) -> None:
    """Asphalt with its lines, the kerbs, both pavements."""
    brush.strip(-26, -9.6, near, far, "#8d8f86")
    brush.strip(-9.8, ROAD_LEFT, near, far, SLAB, KERB_Z)
    brush.strip(ROAD_LEFT, 0, near, far, ASPHALT)
    for x in (-5.6, -4.6, -2.2, -1.2):  # where wheels run
        brush.strip(x, x + 0.5, near, far, "#606163")
    _grain(brush)
    brush.strip(-0.34, -0.22, near, far, PAINT)
    brush.strip(ROAD_LEFT + 0.2, ROAD_LEFT + 0.32, near, far, PAINT)
    if dashes:
        y = near
        while y < far:
            brush.ground(box_of(-3.78, y, 0.14, 2.4), PAINT)
            y += 6.0
    pavement(brush, near, far)


def _grain(brush: Brush) -> None:
    """Aggregate in the asphalt: light and dark specks, larger when near."""
    rng = brush.rng
    painter = brush.painter
    painter.setPen(Qt.PenStyle.NoPen)
    for _ in range(900):
        y = brush.camera.y + 1.2 + 10 * rng.random() ** 2
        spot = (rng.uniform(ROAD_LEFT, 0), y + rng.uniform(-2, 2), 0.0)
        if brush.camera.depth(spot) < 0.8:
            continue
        size = max(0.5, 0.006 * brush.scale(spot))
        painter.setBrush(faded(rng.choice(("#8c8c8a", "#4d4e50", "#9a9993")), 0.35))
        painter.drawEllipse(brush.at(spot), size, size * 0.5)


def pavement(brush: Brush, near: float, far: float, until: float = PAVEMENT_RIGHT) -> None:
    """Slabs with joints, the tactile strip, the kerb stones."""
    brush.strip(0.18, until, near, far, SLAB, KERB_Z)
    brush.strip(1.75, 2.15, near, far, TACTILE, KERB_Z)
    reach = min(far, brush.camera.y + 30)
    painter = brush.painter
    for x in (0.98, 1.75, 2.15, 2.95, until):
        _joint(brush, [(x, near, KERB_Z), (x, reach, KERB_Z)])
    y = math.floor(near / 0.8) * 0.8
    while y < reach:
        step = 0.8 if y - brush.camera.y < 12 else 1.6
        _joint(brush, [(0.18, y, KERB_Z), (until, y, KERB_Z)])
        y += step
    for x in (1.84, 1.95, 2.06):
        _joint(brush, [(x, near, KERB_Z), (x, reach, KERB_Z)], "#a5873f")
    brush.strip(0.0, 0.18, near, far, KERB, KERB_Z)
    y = near
    while y < far:  # the side of the kerb that faces the road
        length = 1.0 if y - brush.camera.y < 24 else 6.0
        brush.face([(0, y, 0), (0, y + length, 0), (0, y + length, KERB_Z), (0, y, KERB_Z)], lit(KERB, 0.74))
        if length == 1.0:
            _joint(brush, [(0, y, 0), (0, y, KERB_Z), (0.18, y, KERB_Z)], "#8f897c")
        y += length
    with brush.soft(5):
        painter = brush.painter
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(faded("#15171a", 0.28))
        painter.drawPolygon(brush.outline([(x, y, 0) for x, y in box_of(-0.16, near, 0.16, far - near)]))


def _joint(brush: Brush, spots: list[tuple[float, float, float]], colour: str = JOINT) -> None:
    seen = [spot for spot in spots if brush.camera.depth(spot) > 0.4]
    if len(seen) < 2:  # from behind the camera: begin where it becomes visible
        outline = brush.outline([*spots, spots[0]])
        if outline.count() < 2:
            return
    pen = QPen(faded(colour, 0.55), 1.0)
    brush.painter.setPen(pen)
    brush.painter.setBrush(Qt.BrushStyle.NoBrush)
    points = brush.outline([*spots, *reversed(spots[:-1])])
    for one, other in zip(list(points)[: len(spots) - 1], list(points)[1 : len(spots)], strict=False):
        brush.painter.drawLine(one, other)


def hedge(brush: Brush, x: float, y0: float, y1: float, height: float = 1.0, width: float = 1.0) -> None:
    """A clipped hedge along the street, standing in a bed with a low wall."""
    brush.stand(
        x + width / 2, (max(y0, brush.camera.y) + y1) / 2 + 6, lambda: _hedge(brush, x, y0, y1, height, width)
    )


def _hedge(brush: Brush, x: float, y0: float, y1: float, height: float, width: float) -> None:
    rng = brush.rng
    brush.box(x, y0, width, y1 - y0, 0.28, "#b3aa9a", KERB_Z)
    brush.box(x + 0.08, y0, width - 0.16, y1 - y0, height * 0.75, "#3f5436", KERB_Z + 0.2)
    spots = []
    for _ in range(int((y1 - y0) * 34)):
        spots.append(
            (x + rng.uniform(0, width), rng.uniform(y0, y1), KERB_Z + 0.25 + height * rng.random() ** 0.7)
        )
    spots.sort(key=lambda spot: (-brush.camera.depth(spot), spot[2]))
    for spot in spots:
        if brush.camera.depth(spot) > 0.6:
            shade = 0.78 + 0.36 * (spot[2] - KERB_Z) / (height + 0.25)
            brush.blob(spot, rng.uniform(0.09, 0.19), lit(rng.choice((*HEDGE, *HEDGE, *RUST)), shade), 0.85)


def tree(
    brush: Brush, x: float, y: float, height: float = 6.0, spread: float = 1.7, in_pit: bool = True
) -> None:
    """A street tree in its pit."""
    z = KERB_Z if x > 0 or x < ROAD_LEFT else 0.0
    if in_pit:
        brush.ground(box_of(x - 0.55, y - 0.55, 1.1, 1.1), "#8f8a80", z + 0.005)
        brush.ground(box_of(x - 0.45, y - 0.45, 0.9, 0.9), SOIL, z + 0.01)
    brush.shadow(circle(x, y, 0.16), 1.2, z)
    brush.stand(x, y, lambda: _tree(brush, x, y, z, height, spread))


def _tree(brush: Brush, x: float, y: float, z: float, height: float, spread: float) -> None:
    trunk = "#6d6051"
    brush.pole((x, y, z), (x + 0.05, y, z + height * 0.62), 0.24, trunk)
    if brush.scale((x, y, z)) > 30:
        brush.pole((x, y, z), (x, y, z + 1.15), 0.25, "#dcd8cd")  # whitewashed
    brush.line([(x, y, z + height * 0.45), (x + 0.7, y + 0.1, z + height * 0.7)], trunk, 0.10)
    brush.line([(x, y, z + height * 0.5), (x - 0.6, y, z + height * 0.72)], trunk, 0.10)
    brush.leaves((x, y, z + height * 0.82), (spread, spread, height * 0.36), 190, CROWN, 0.27)


def far_side(brush: Brush, until: float = 100.0) -> None:
    """Trees and houses across the road."""
    rng = brush.rng
    y = -4.0
    while y < until:
        length, height = rng.uniform(10, 18), rng.uniform(6, 15)
        house(brush, -24, y, 9.0, length, height, rng.choice(WALLS), faces_right=True)
        y += length + rng.choice((0.2, 0.2, 3.0))
    y = 2.0
    while y < until * 0.8:
        tree(brush, -8.7, y, rng.uniform(5, 6.5), 1.8, in_pit=False)
        y += 7.5


def house(
    brush: Brush,
    x: float,
    y: float,
    width: float,
    length: float,
    height: float,
    wall: str,
    faces_right: bool = False,
) -> None:
    """A house along the street: the side with the windows looks at it."""
    seed = brush.rng.random()

    def act() -> None:
        brush.box(x, y, width, length, height, wall)
        side = x + width if faces_right else x
        rows, columns = int(height / 3.1), max(1, int(length / 2.4))
        gap = length / columns
        for row in range(1, rows + 1):
            for column in range(columns):
                low, left = row * 3.1 + 0.2, y + column * gap + gap * 0.22
                if low + 1.5 > height:
                    continue
                is_lit = brush.light.is_night and (seed * 997 + row * 7 + column * 13) % 1.0 < 0.3
                glass = "#e8c88a" if is_lit else ("#6b7a83", "#5f6c74", "#77858c")[(row + column) % 3]
                spots = [(side, left, low), (side, left + gap * 0.56, low)]
                spots += [(s, v, low + 1.5) for s, v, _ in reversed(spots)]
                (brush.shine if is_lit else brush.face)(spots, glass)

    brush.stand(x + width / 2, y + length / 2 + 14, act)


def shops(brush: Brush, y0: float, y1: float, x: float = PAVEMENT_RIGHT, shut: float = 0.35) -> None:
    """A row of shop fronts right behind the pavement, houses above them."""
    rng, y = brush.rng, y0
    while y < y1:
        length = rng.uniform(4.2, 6.0)
        spec = (rng.choice(SIGNS), rng.choice(WALLS), rng.random() < shut, rng.uniform(9, 17))
        brush.stand(
            x + 1, y + length / 2 + 4, lambda y=y, length=length, spec=spec: _shop(brush, x, y, length, spec)
        )
        y += length


def _shop(brush: Brush, x: float, y: float, length: float, spec: tuple[str, str, bool, float]) -> None:
    sign, wall, is_shut, height = spec
    brush.box(x, y, 6, length, height, wall)

    def panel(left: float, right: float, low: float, high: float, colour: str, out: float = 0.0) -> None:
        side, is_bright = x - out, brush.light.is_night and colour in BRIGHT
        draw = brush.shine if is_bright else brush.face
        draw([(side, left, low), (side, right, low), (side, right, high), (side, left, high)], colour)

    panel(y + 0.15, y + length - 0.15, KERB_Z, 2.7, "#8f8a82")
    if is_shut:
        panel(y + 0.3, y + length - 0.3, KERB_Z, 2.6, "#9ba0a1")
        for k in range(12):
            low = KERB_Z + 0.2 * k
            panel(y + 0.3, y + length - 0.3, low, low + 0.03, "#7d8385")
    else:
        glass, door, thing = BRIGHT[:3] if brush.light.is_night else ("#59636a", "#4b555b", "#7b868b")
        panel(y + 0.35, y + length * 0.62, 0.65, 2.5, glass)
        panel(y + length * 0.66, y + length - 0.35, KERB_Z, 2.5, door)
        panel(y + 0.35, y + length * 0.62, KERB_Z, 0.62, "#a79f92")
        panel(y + 0.55, y + length * 0.34, 0.75, 1.6, thing)
    panel(y + 0.1, y + length - 0.1, 2.75, 3.55, sign, 0.12)
    step = (length - 1.6) / 4
    for k in range(4):  # characters nobody can read from here
        panel(y + 0.7 + k * step, y + 0.7 + k * step + step * 0.62, 2.95, 3.35, lit(sign, 1.55).name(), 0.13)
    columns = max(1, int(length / 2.2))
    for row in range(int((height - 4) / 3)):
        for column in range(columns):
            left, low = y + (column + 0.22) * length / columns, 4.6 + row * 3.0
            is_lit = brush.light.is_night and (row * 5 + column * 3) % 4 == 0
            panel(left, left + length / columns * 0.56, low, low + 1.4, BRIGHT[3] if is_lit else "#6d7a82")


def lamp(
    brush: Brush, x: float, y: float, is_lit: bool = False, height: float = 8.5, hangs: bool = False
) -> None:
    """A street lamp on the pavement with its arm over the road."""
    brush.shadow(circle(x, y, 0.1), 2.0, KERB_Z)

    def act() -> None:
        top = (x, y, KERB_Z + height)
        tip = (x - 2.3, y, KERB_Z + height + (-0.15 if hangs else 0.35))
        brush.drum(x, y, 0.16, 0.5, DARK_STEEL, KERB_Z)
        brush.pole((x, y, KERB_Z + 0.4), top, 0.16, "#7d858b")
        brush.line([top, (x - 1.1, y, top[2] + 0.34), tip], "#7d858b", 0.09)
        head = [(tip[0] - 0.55, y, tip[2] - 0.02), (tip[0] + 0.35, y, tip[2] + 0.06)]
        if hangs:
            head = [(tip[0] - 0.15, y, tip[2] - 0.62), (tip[0] + 0.12, y, tip[2])]
        brush.line(head, "#f5e2ae" if is_lit else "#4a5056", 0.2)

    brush.stand(x, y, act)
    if is_lit:
        brush.glow((x - 2.35, y, KERB_Z + height + 0.3), 2.6, "#ffe3a6", 0.95)
        brush.pool(x - 2.0, y, 6.0, "#e0b870", 0.34)


def car(brush: Brush, x: float, y: float, colour: str, z: float = 0.0, length: float = 4.3) -> None:
    """A parked car, its tail towards the viewer."""
    brush.shadow(box_of(x - 0.05, y, 1.85, length), 0.9, z, 7)

    def act() -> None:
        body, glass = colour, "#39434a"
        width = 1.75
        for wheel in (y + 0.75, y + length - 0.85):
            for side in (x - 0.02, x + width + 0.02):
                tyre = [(side, wheel + 0.33 * math.cos(t), z + 0.33 + 0.33 * math.sin(t)) for t in _turns()]
                brush.face(tyre, "#1d1f21")
                rim = [(side, wheel + 0.2 * math.cos(t), z + 0.33 + 0.2 * math.sin(t)) for t in _turns()]
                brush.face(rim, "#8c9194")
        brush.box(x, y, width, length, 0.62, body, z + 0.26)
        low, high = z + 0.88, z + 1.45
        a, b, inset = y + 0.55, y + length - 1.15, 0.16
        base = [
            (x, a - 0.35, low),
            (x + width, a - 0.35, low),
            (x + width, b + 0.45, low),
            (x, b + 0.45, low),
        ]
        roof = [
            (x + inset, a, high),
            (x + width - inset, a, high),
            (x + width - inset, b, high),
            (x + inset, b, high),
        ]
        side = (0, 3) if brush.camera.x < x else (1, 2)
        for one, other in (side, (0, 1)):
            brush.face([base[one], base[other], roof[other], roof[one]], glass)
        brush.face(roof, lit(body, 1.12))
        brush.line([roof[0], base[0]], lit(body, 0.9), 0.07)
        brush.line([roof[1], base[1]], lit(body, 0.9), 0.07)
        for left in (x + 0.08, x + width - 0.38):
            lamp_ = [
                (left, y, z + 0.62),
                (left + 0.3, y, z + 0.62),
                (left + 0.3, y, z + 0.8),
                (left, y, z + 0.8),
            ]
            brush.face(lamp_, "#9c3a34")
        plate = [
            (x + 0.65, y, z + 0.42),
            (x + 1.1, y, z + 0.42),
            (x + 1.1, y, z + 0.56),
            (x + 0.65, y, z + 0.56),
        ]
        brush.face(plate, "#3b6a9c")

    brush.stand(x + 0.9, y + 0.2, act)


def _turns(steps: int = 22) -> list[float]:
    return [2 * math.pi * k / steps for k in range(steps)]


def bin_(brush: Brush, x: float, y: float, colour: str, lid: bool = True, z: float = KERB_Z) -> None:
    """A wheeled litter bin."""
    brush.shadow(box_of(x, y, 0.58, 0.62), 0.8, z)

    def act() -> None:
        brush.box(x + 0.04, y + 0.04, 0.50, 0.54, 0.86, colour, z + 0.08)
        brush.box(x - 0.02, y - 0.02, 0.62, 0.66, 0.10, lit(colour, 0.9), z + 0.92)
        mark = [(x + 0.2, y + 0.03, z + 0.45), (x + 0.4, y + 0.03, z + 0.45)]
        mark += [(v, w, z + 0.66) for v, w, _ in reversed(mark)]
        brush.face(mark, lit(colour, 1.5))
        for wheel in (x + 0.06, x + 0.5):
            brush.blob((wheel, y + 0.05, z + 0.06), 0.07, "#22252a", 1.0)
        if lid:
            brush.ground(box_of(x, y, 0.58, 0.62), lit(colour, 1.12), z + 1.03)

    brush.stand(x + 0.3, y + 0.3, act)


def bag(brush: Brush, x: float, y: float, size: float, colour: str, z: float = KERB_Z) -> None:
    """A tied rubbish bag."""
    brush.shadow(circle(x, y, size * 0.8), size * 0.6, z, 5)

    def act() -> None:
        middle = brush.at((x, y, z + size * 0.62))
        radius = size * brush.scale((x, y, z))
        tone = brush.hazed(colour, brush.camera.depth((x, y, z)))
        brush.painter.setPen(Qt.PenStyle.NoPen)
        brush.painter.setBrush(lit(tone, 0.82))
        brush.painter.drawEllipse(middle, radius, radius * 0.82)
        brush.painter.setBrush(lit(tone, 1.02))
        brush.painter.drawEllipse(
            middle + QPointF(-radius * 0.14, -radius * 0.10), radius * 0.76, radius * 0.6
        )
        brush.painter.setBrush(lit(tone, 1.25))
        brush.painter.drawEllipse(
            middle + QPointF(-radius * 0.34, -radius * 0.26), radius * 0.24, radius * 0.16
        )
        brush.painter.setBrush(lit(tone, 0.9))
        knot = middle + QPointF(radius * 0.1, -radius * 0.86)
        brush.painter.drawEllipse(knot, radius * 0.2, radius * 0.2)

    brush.stand(x, y, act)


def cone(brush: Brush, x: float, y: float, z: float = 0.0) -> None:
    """A traffic cone."""
    brush.shadow(circle(x, y, 0.17), 0.5, z, 4)

    def act() -> None:
        brush.box(x - 0.2, y - 0.2, 0.4, 0.4, 0.04, "#3a3f44", z)
        for low, high, colour in ((0.04, 0.26, "#cf5a2c"), (0.26, 0.42, "#e6e3da"), (0.42, 0.7, "#cf5a2c")):
            wide, narrow = 0.17 * (1 - low / 0.8), 0.17 * (1 - high / 0.8)
            right = brush.camera
            yaw = math.radians(right.yaw)
            ax, ay = math.cos(yaw), -math.sin(yaw)
            spots = [(x - ax * wide, y - ay * wide, z + low), (x + ax * wide, y + ay * wide, z + low)]
            spots += [
                (x + ax * narrow, y + ay * narrow, z + high),
                (x - ax * narrow, y - ay * narrow, z + high),
            ]
            brush.face(spots, colour)
            half = [spots[1], spots[2], (x, y, z + high), (x, y, z + low)]
            brush.face(half, lit(colour, 0.85))

    brush.stand(x, y, act)


def board(
    brush: Brush, spots: Sequence[Ground], low: float, high: float, colour: str, z: float = 0.0
) -> None:
    """A straight panel standing on the ground from one point to the next."""
    (x0, y0), (x1, y1) = spots
    face = [(x0, y0, z + low), (x1, y1, z + low), (x1, y1, z + high), (x0, y0, z + high)]
    brush.face(face, colour)


SCRAPS = ("#e8e4da", "#d9d3c2", "#b7c4cc", "#c98f6a", "#8fae9a", "#f0ede6", "#cfb46a", "#a06a5a")


def open_street(brush: Brush, tree_step: float = 8.0, first: float = 4.0, with_shops: bool = True) -> None:
    """What stands around in most pictures."""
    sky(brush)
    skyline(brush)
    road(brush)
    far_side(brush)
    if with_shops:
        shops(brush, brush.camera.y - 4, 70)
    else:
        hedge(brush, PAVEMENT_RIGHT, brush.camera.y - 2, 45)
        park(brush)
    y = first
    while y < 44:
        tree(brush, 0.75, y)
        y += tree_step


def park(brush: Brush) -> None:
    """Lawn and trees behind the hedge."""
    rng = brush.rng
    brush.strip(4.7, 40, brush.camera.y - 6, 90, GRASS, KERB_Z)
    for _ in range(16):
        tree(
            brush,
            rng.uniform(6.5, 17),
            rng.uniform(brush.camera.y + 2, 50),
            rng.uniform(4.5, 7),
            2.0,
            in_pit=False,
        )


def scraps(brush: Brush, middle: Ground, spread: Ground, count: int, z: float, size: float = 0.09) -> None:
    """Paper, cups and leaves on the ground."""
    rng = brush.rng
    for _ in range(count):
        x, y = middle[0] + rng.gauss(0, spread[0]), middle[1] + rng.gauss(0, spread[1])
        turn, wide = rng.uniform(0, math.pi), size * rng.uniform(0.35, 1.3)
        points = []
        for corner in range(rng.choice((4, 4, 5))):
            angle = turn + corner * 2 * math.pi / 4.6 + rng.uniform(-0.3, 0.3)
            points.append((x + wide * math.cos(angle), y + wide * 0.8 * math.sin(angle)))
        brush.ground([(px + 0.015, py - 0.015) for px, py in points], faded("#1b1d20", 0.5), z)
        brush.ground(points, rng.choice(SCRAPS), z + 0.01)


def rough(
    brush: Brush, x: float, y: float, radius: Ground, rough: float = 0.16, steps: int = 26
) -> list[Ground]:
    """An irregular round outline."""
    found = []
    for k in range(steps):
        turn, far = 2 * math.pi * k / steps, 1 + brush.rng.uniform(-rough, rough)
        found.append((x + radius[0] * far * math.cos(turn), y + radius[1] * far * math.sin(turn)))
    return found


def crack(brush: Brush, x: float, y: float, heading: float, length: float, width: float = 0.02) -> None:
    spots = [(x, y, 0.0)]
    for _ in range(int(length / 0.16)):
        heading += brush.rng.uniform(-0.6, 0.6)
        x, y = x + 0.16 * math.cos(heading), y + 0.16 * math.sin(heading)
        spots.append((x, y, 0.0))
        if brush.rng.random() < 0.12 and length > 0.8:
            crack(brush, x, y, heading + brush.rng.choice((-1.0, 1.0)), length * 0.4, width * 0.7)
    brush.line(spots, "#3a3b3d", width)
