"""A painter that stands in a street: a camera, soft light, and simple bodies in metres, drawn flat.

x runs across the street to the right, y along it away from the viewer, z up. Every body is hazed with distance and
shaded by the side it shows. Used by draw.py only; nothing of the program imports it.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QImage,
    QLinearGradient,
    QPainter,
    QPainterPath,
    QPen,
    QPolygonF,
    QRadialGradient,
)

WIDTH_PX, HEIGHT_PX = 800, 600
NEAR_M = 0.25
Spot = tuple[float, float, float]
Ground = tuple[float, float]


@dataclass(frozen=True)
class Camera:
    """Where it stands, where it looks (degrees: yaw to the right, pitch down) and how wide (focal length in px)."""

    x: float
    y: float
    z: float = 1.6
    yaw: float = 0.0
    pitch: float = 12.0
    focal: float = 640.0

    def nudged(self, rng: random.Random) -> Camera:
        """Another person at the same place, some hours later."""
        return replace(
            self,
            x=self.x + rng.uniform(-0.12, 0.12),
            y=self.y + rng.uniform(-0.15, 0.1),
            z=self.z + rng.uniform(-0.06, 0.06),
            yaw=self.yaw + rng.uniform(-1.6, 1.6),
            pitch=self.pitch + rng.uniform(-0.8, 0.8),
        )

    def seen(self, spot: Spot) -> Spot:
        """To the right, up and ahead of the camera."""
        yaw, pitch = math.radians(self.yaw), math.radians(self.pitch)
        dx, dy, dz = spot[0] - self.x, spot[1] - self.y, spot[2] - self.z
        right = dx * math.cos(yaw) - dy * math.sin(yaw)
        level = dx * math.sin(yaw) + dy * math.cos(yaw)
        return (
            right,
            level * math.sin(pitch) + dz * math.cos(pitch),
            level * math.cos(pitch) - dz * math.sin(pitch),
        )

    def depth(self, spot: Spot) -> float:
        return self.seen(spot)[2]


@dataclass(frozen=True)
class Light:
    """A time of day: colours of the sky, what distance fades into, how strong and where to shadows fall."""

    sky_high: str
    sky_low: str
    haze: str
    shade: float = 0.34
    fall: Ground = (0.5, 0.25)  # where the shadow of a body one metre high ends
    wash: str = "#000000"
    wash_alpha: float = 0.0
    is_night: bool = False


OVERCAST = Light("#aeb8bb", "#cfd3d0", "#c2c7c5", 0.26, (0.25, 0.1))
NOON = Light("#86a9c4", "#cfdbe0", "#c3d0d6", 0.42, (0.45, -0.3))
MORNING = Light("#9db4c6", "#e6dccb", "#d8d2c6", 0.36, (-0.9, 0.35), "#ffcf8a", 0.07)
EVENING = Light("#8c97b2", "#e5c5a4", "#cdb8a4", 0.36, (1.1, 0.5), "#e08a4a", 0.10)
NIGHT = Light("#10151f", "#232a38", "#1b212d", 0.10, (0.2, 0.1), "#0b1226", 0.52, True)


def mixed(one: str | QColor, other: str | QColor, share: float) -> QColor:
    """`share` of the other colour in the one."""
    a, b = QColor(one), QColor(other)
    share = min(max(share, 0.0), 1.0)
    return QColor(
        round(a.red() + (b.red() - a.red()) * share),
        round(a.green() + (b.green() - a.green()) * share),
        round(a.blue() + (b.blue() - a.blue()) * share),
        a.alpha(),
    )


def lit(colour: str | QColor, factor: float) -> QColor:
    """Lighter (> 1) or darker (< 1)."""
    return mixed(colour, "#ffffff", factor - 1) if factor > 1 else mixed(colour, "#101418", 1 - factor)


def faded(colour: str | QColor, alpha: float) -> QColor:
    made = QColor(colour)
    made.setAlphaF(alpha)
    return made


def circle(x: float, y: float, radius: float, stretch: float = 1.0, steps: int = 56) -> list[Ground]:
    """Points of a circle on the ground."""
    turns = (2 * math.pi * k / steps for k in range(steps))
    return [(x + radius * math.cos(turn), y + radius * stretch * math.sin(turn)) for turn in turns]


def box_of(x: float, y: float, width: float, length: float) -> list[Ground]:
    """A rectangle on the ground: from its near left corner."""
    return [(x, y), (x + width, y), (x + width, y + length), (x, y + length)]


def hull(points: Iterable[Ground]) -> list[Ground]:
    """The convex hull, for the shadow of a body."""
    found = sorted(set(points))

    def half(run: Iterable[Ground]) -> list[Ground]:
        kept: list[Ground] = []
        for p in run:
            while len(kept) > 1 and (kept[-1][0] - kept[-2][0]) * (p[1] - kept[-2][1]) <= (
                kept[-1][1] - kept[-2][1]
            ) * (p[0] - kept[-2][0]):
                kept.pop()
            kept.append(p)
        return kept[:-1]

    return half(found) + half(reversed(found))


class Brush:
    """One picture while it is painted. Bodies that stand are collected by `stand` and drawn from far to near."""

    def __init__(self, camera: Camera, light: Light, rng: random.Random) -> None:
        self.image = QImage(WIDTH_PX, HEIGHT_PX, QImage.Format.Format_RGB32)
        self.camera, self.light, self.rng = camera, light, rng
        self.painter = QPainter(self.image)
        self.painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._standing: list[tuple[float, float, Callable[[], None]]] = []
        self._glows: list[tuple[QPointF, float, QColor]] = []

    # --- from metres to the picture -------------------------------------------------------------------

    def at(self, spot: Spot) -> QPointF:
        right, up, ahead = self.camera.seen(spot)
        ahead = max(ahead, NEAR_M)
        return QPointF(
            WIDTH_PX / 2 + self.camera.focal * right / ahead, HEIGHT_PX / 2 - self.camera.focal * up / ahead
        )

    def scale(self, spot: Spot) -> float:
        """Pixels a metre takes there."""
        return self.camera.focal / max(self.camera.depth(spot), NEAR_M)

    def outline(self, spots: Sequence[Spot]) -> QPolygonF:
        """The polygon as seen, cut off just before the camera."""
        seen = [self.camera.seen(spot) for spot in spots]
        kept: list[Spot] = []
        for one, other in zip(seen, [*seen[1:], seen[0]], strict=True):
            if one[2] >= NEAR_M:
                kept.append(one)
            if (one[2] >= NEAR_M) != (other[2] >= NEAR_M):
                share = (NEAR_M - one[2]) / (other[2] - one[2])
                kept.append(tuple(a + (b - a) * share for a, b in zip(one, other, strict=True)))  # type: ignore[arg-type]
        focal = self.camera.focal
        return QPolygonF(
            [QPointF(WIDTH_PX / 2 + focal * r / d, HEIGHT_PX / 2 - focal * u / d) for r, u, d in kept]
        )

    def hazed(self, colour: str | QColor, depth: float) -> QColor:
        """What distance and the time of day make of a colour."""
        light = self.light
        far = mixed(colour, light.haze, 0.75 * (1 - math.exp(-max(depth - 4, 0) / 55)))
        return mixed(far, light.wash, light.wash_alpha)

    def shine(self, spots: Sequence[Spot], colour: str) -> None:
        """A flat polygon that gives light itself: a lamp, a window at night."""
        self.painter.setBrush(QColor(colour))
        self.painter.setPen(Qt.PenStyle.NoPen)
        self.painter.drawPolygon(self.outline(spots))

    # --- flat things ----------------------------------------------------------------------------------

    def face(self, spots: Sequence[Spot], colour: str | QColor, edge: QColor | None = None) -> None:
        """A flat polygon anywhere."""
        depth = sum(self.camera.depth(spot) for spot in spots) / len(spots)
        painter = self.painter
        painter.setBrush(self.hazed(colour, depth))
        painter.setPen(QPen(edge, 1) if edge else Qt.PenStyle.NoPen)
        painter.drawPolygon(self.outline(spots))

    def ground(self, points: Iterable[Ground], colour: str | QColor, z: float = 0.0) -> None:
        """A flat polygon that lies."""
        self.face([(x, y, z) for x, y in points], colour)

    def strip(
        self, x0: float, x1: float, y0: float, y1: float, colour: str, z: float = 0.0, step: float = 4.0
    ) -> None:
        """A long stretch of ground, in pieces so that it fades with distance."""
        y = y0
        while y < y1:
            length = step * (1 + max(0.0, y - self.camera.y) / 12)
            self.ground(box_of(x0, y, x1 - x0, min(length, y1 - y) + 0.02), colour, z)
            y += length

    def line(self, spots: Sequence[Spot], colour: str | QColor, width_m: float) -> None:
        """A line as thick as `width_m` at its middle."""
        middle = spots[len(spots) // 2]
        pen = QPen(self.hazed(colour, self.camera.depth(middle)), max(0.7, width_m * self.scale(middle)))
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        self.painter.setPen(pen)
        self.painter.setBrush(Qt.BrushStyle.NoBrush)
        path = QPainterPath(self.at(spots[0]))
        for spot in spots[1:]:
            path.lineTo(self.at(spot))
        self.painter.drawPath(path)

    def blob(self, spot: Spot, radius_m: float, colour: str | QColor, flat: float = 0.85) -> None:
        """A round spot that faces the viewer."""
        if self.camera.depth(spot) < 0.7:
            return
        middle, radius = self.at(spot), radius_m * self.scale(spot)
        self.painter.setPen(Qt.PenStyle.NoPen)
        self.painter.setBrush(self.hazed(colour, self.camera.depth(spot)))
        self.painter.drawEllipse(middle, radius, radius * flat)

    # --- bodies ---------------------------------------------------------------------------------------

    def box(
        self,
        x: float,
        y: float,
        width: float,
        length: float,
        height: float,
        colour: str | QColor,
        z: float = 0.0,
    ) -> None:
        """A box from its near left corner; the faces that look at the camera."""
        top, cam = z + height, self.camera
        near, far = y, y + length
        if cam.x < x:
            self.face([(x, near, z), (x, far, z), (x, far, top), (x, near, top)], lit(colour, 0.80))
        elif cam.x > x + width:
            right = x + width
            self.face(
                [(right, near, z), (right, far, z), (right, far, top), (right, near, top)], lit(colour, 0.86)
            )
        if cam.y < near:
            self.face(
                [(x, near, z), (x + width, near, z), (x + width, near, top), (x, near, top)],
                lit(colour, 0.95),
            )
        elif cam.y > far:
            self.face(
                [(x, far, z), (x + width, far, z), (x + width, far, top), (x, far, top)], lit(colour, 0.95)
            )
        if cam.z > top:
            self.ground(box_of(x, y, width, length), lit(colour, 1.10), top)

    def pole(self, foot: Spot, head: Spot, width_m: float, colour: str | QColor) -> None:
        """A round bar with a lighter side."""
        self.line([foot, head], lit(colour, 0.82), width_m)
        scale = self.scale(foot)
        shift = QPointF(-width_m * scale * 0.2, 0)
        pen = QPen(self.hazed(lit(colour, 1.22), self.camera.depth(foot)), max(0.6, width_m * scale * 0.34))
        self.painter.setPen(pen)
        self.painter.drawLine(self.at(foot) + shift, self.at(head) + shift)

    def drum(
        self, x: float, y: float, radius: float, height: float, colour: str | QColor, z: float = 0.0
    ) -> None:
        """An upright cylinder."""
        low = self.outline([(px, py, z) for px, py in circle(x, y, radius)])
        high = self.outline([(px, py, z + height) for px, py in circle(x, y, radius)])
        left, right = high.boundingRect().left(), high.boundingRect().right()
        body = QPainterPath()
        body.addPolygon(low)
        wall = QPainterPath()
        wall.addPolygon(high)
        side = QPainterPath()
        lows, highs = low.boundingRect(), high.boundingRect()
        side.addPolygon(
            QPolygonF(
                [
                    QPointF(left, highs.center().y()),
                    QPointF(right, highs.center().y()),
                    QPointF(lows.right(), lows.center().y()),
                    QPointF(lows.left(), lows.center().y()),
                ]
            )
        )
        tone = self.hazed(colour, self.camera.depth((x, y, z)))
        across = QLinearGradient(left, 0, right, 0)
        across.setColorAt(0, lit(tone, 0.86))
        across.setColorAt(0.3, lit(tone, 1.12))
        across.setColorAt(1, lit(tone, 0.70))
        self.painter.setPen(Qt.PenStyle.NoPen)
        self.painter.setBrush(across)
        self.painter.drawPath(body.united(side).united(wall))
        self.painter.setBrush(lit(tone, 1.08))
        self.painter.drawPolygon(high)

    def leaves(self, middle: Spot, spread: Spot, count: int, palette: Sequence[str], size: float) -> None:
        """Foliage: round spots, the dark ones below and behind, the light ones above."""
        rng, found = self.rng, []
        for _ in range(count):
            a, b, c = (rng.gauss(0, 0.42) for _ in range(3))
            spot = (middle[0] + a * spread[0], middle[1] + b * spread[1], middle[2] + c * spread[2])
            found.append((c + rng.uniform(-0.5, 0.5), spot))
        for height, spot in sorted(found):
            colour = lit(rng.choice(palette), 1.0 + 0.22 * max(-1.2, min(height, 1.0)))
            self.blob(spot, size * rng.uniform(0.65, 1.25), colour, rng.uniform(0.75, 1.0))

    # --- light ----------------------------------------------------------------------------------------

    @contextmanager
    def soft(self, blur_px: int = 7) -> Any:
        """What is drawn inside gets soft edges."""
        small = QImage(
            WIDTH_PX // blur_px + 2, HEIGHT_PX // blur_px + 2, QImage.Format.Format_ARGB32_Premultiplied
        )
        small.fill(0)
        kept, self.painter = self.painter, QPainter(small)
        self.painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.painter.scale(1 / blur_px, 1 / blur_px)
        yield
        self.painter.end()
        self.painter = kept
        kept.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        kept.drawImage(QRectF(0, 0, small.width() * blur_px, small.height() * blur_px), small)

    def shadow(self, footprint: Iterable[Ground], height: float, z: float = 0.0, blur_px: int = 6) -> None:
        """The shadow of an upright body."""
        foot, fall = list(footprint), self.light.fall
        cast = [(x + fall[0] * height, y + fall[1] * height) for x, y in foot]
        with self.soft(blur_px):
            self.painter.setPen(Qt.PenStyle.NoPen)
            self.painter.setBrush(faded("#14161a", self.light.shade))
            self.painter.drawPolygon(self.outline([(x, y, z) for x, y in hull([*foot, *cast])]))
            self.painter.setBrush(faded("#0c0d10", 0.30))
            self.painter.drawPolygon(self.outline([(x, y, z) for x, y in foot]))

    def glow(self, spot: Spot, radius_m: float, colour: str, strength: float = 0.9) -> None:
        """A lamp that shines; drawn last, over what stands before it."""
        self._glows.append((self.at(spot), radius_m * self.scale(spot), faded(colour, strength)))

    def pool(self, x: float, y: float, radius: float, colour: str, alpha: float) -> None:
        """Light on the ground, drawn last too."""
        bound = self.outline([(px, py, 0.02) for px, py in circle(x, y, radius)]).boundingRect()
        self._glows.append((bound.center(), -bound.width() / 2, faded(colour, alpha)))

    # --- the end --------------------------------------------------------------------------------------

    def stand(self, x: float, y: float, act: Callable[[], None]) -> None:
        """Something that stands there; what is nearer is drawn over it. It has its own chance: no other moves it."""
        self._standing.append((self.camera.depth((x, y, 0)), self.rng.random(), act))

    def raise_all(self) -> None:
        """Draws what stands, the farthest first."""
        kept, standing, self._standing = self.rng, self._standing, []
        for _, chance, act in sorted(standing, key=lambda one: -one[0]):
            self.rng = random.Random(chance)
            act()
        self.rng = kept

    def finish(self) -> QImage:
        """What stands, then what shines, then a little dark at the corners."""
        self.raise_all()
        painter, whole = self.painter, self.image.rect()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Screen)
        for middle, radius, colour in self._glows:
            squash = 1.0 if radius > 0 else 0.34
            radius = abs(radius)
            painter.save()
            painter.translate(middle)
            painter.scale(1, squash)
            fade = QRadialGradient(QPointF(0, 0), radius)
            fade.setColorAt(0, colour)
            fade.setColorAt(0.35, faded(colour, colour.alphaF() * 0.42))
            fade.setColorAt(1, faded(colour, 0))
            painter.setBrush(fade)
            painter.drawEllipse(QPointF(0, 0), radius, radius)
            painter.restore()
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
        corner = QRadialGradient(QPointF(WIDTH_PX / 2, HEIGHT_PX / 2), WIDTH_PX * 0.68)
        corner.setColorAt(0.55, QColor(0, 0, 0, 0))
        corner.setColorAt(1, QColor(8, 10, 14, 70))
        painter.fillRect(whole, corner)
        painter.end()
        return self.image
