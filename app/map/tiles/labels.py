"""Where names stand and how they are drawn (rule Label).

A name must come out the same on both tiles it lies across. So names are placed per block of 4 x 4 tiles, from
candidates that follow from the data and the scale alone, and never across a block's edge: any tile of a block
finds the same names in the same places. Coordinates here are pixels (not device pixels) from the pyramid's corner.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import lru_cache

import msgspec
import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPainterPath, QPen

from app.cache.basemap import Sheet
from app.map.layers.style import Label
from app.map.limits import LETTERINGS
from app.map.tiles.canvas import Floats, TileCanvas, map_font
from app.map.tiles.pyramid import RESOLUTIONS, TILE_PX, Box, Pyramid

BLOCK_TILES = 4
BLOCK_PX = BLOCK_TILES * TILE_PX
CANDIDATE_PX = 110  # between two places along a street where its name might stand
GAP_PX = 6
BEND_PX = 5  # how far a street may leave the straight line under its name
PLATE_PX = 3  # corner radius
HASH_PX = 128


class Placed(msgspec.Struct, frozen=True):
    """A name in its place: centres of its characters (one entry for a name in one piece) and its box."""

    rule: Label
    text: str
    spots: tuple[tuple[float, float], ...]
    angle: float  # of the plate, radians, y downwards
    plate: tuple[float, float]  # length and height
    box: tuple[float, float, float, float]


class Candidate(msgspec.Struct, frozen=True):
    """A name that might be placed; lower `order` is tried first."""

    order: tuple[int, ...]
    placed: Placed


def block_of(x: int, y: int) -> tuple[int, int]:
    """The block of a tile."""
    return x // BLOCK_TILES, y // BLOCK_TILES


class Block(msgspec.Struct, frozen=True):
    """A square of the pyramid within which names are placed together."""

    pyramid: Pyramid
    z: int
    column: int
    row: int

    @property
    def m_px(self) -> float:
        """Metres per pixel."""
        return RESOLUTIONS[self.z]

    def to_px(self, xy_m: Floats) -> Floats:
        """Places of the plane in pixels from the pyramid's corner."""
        return (xy_m - [self.pyramid.west, self.pyramid.north]) / [self.m_px, -self.m_px]

    def box_px(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom."""
        left, top = self.column * BLOCK_PX, self.row * BLOCK_PX
        return left, top, left + BLOCK_PX, top + BLOCK_PX

    def box_m(self) -> Box:
        """The block in the plane."""
        side = BLOCK_PX * self.m_px
        west, north = self.pyramid.west + self.column * side, self.pyramid.north - self.row * side
        return Box(west, north - side, west + side, north)


def place(block: Block, labels: Sequence[tuple[Label, Sheet]], kept_free: Floats) -> list[Placed]:
    """All names of a block, first come first placed by rank; `kept_free` are boxes no name may touch."""
    taken = _Taken(block.box_px())
    for box in kept_free:
        taken.add(tuple(float(side) for side in box))
    chosen: list[Placed] = []
    for rule, sheet in sorted(labels, key=lambda pair: pair[0].rank):
        standing: dict[str, list[tuple[float, float]]] = defaultdict(list)
        make = _along if rule.is_along else _in_one_piece
        for candidate in sorted(make(block, rule, sheet), key=lambda found: found.order):
            placed = candidate.placed
            middle = ((placed.box[0] + placed.box[2]) / 2, (placed.box[1] + placed.box[3]) / 2)
            if any(math.dist(middle, other) < rule.repeat_px for other in standing[placed.text]):
                continue
            if taken.is_free(placed.box, rule.gap_px):
                taken.add(placed.box)
                standing[placed.text].append(middle)
                chosen.append(placed)
    return chosen


class _Taken:
    """Boxes in use, found again by hashing."""

    def __init__(self, bounds: tuple[float, float, float, float]) -> None:
        self._bounds = bounds
        self._boxes: dict[tuple[int, int], list[tuple[float, ...]]] = defaultdict(list)

    def _cells(self, box: tuple[float, ...]) -> Iterator[tuple[int, int]]:
        for column in range(int(box[0] // HASH_PX), int(box[2] // HASH_PX) + 1):
            for row in range(int(box[1] // HASH_PX), int(box[3] // HASH_PX) + 1):
                yield column, row

    def add(self, box: tuple[float, ...]) -> None:
        for cell in self._cells(box):
            self._boxes[cell].append(box)

    def is_free(self, box: tuple[float, ...], gap: float) -> bool:
        left, top, right, bottom = self._bounds
        if box[0] < left or box[1] < top or box[2] > right or box[3] > bottom:
            return False
        box = (box[0] - gap, box[1] - gap, box[2] + gap, box[3] + gap)
        return not any(
            box[0] < other[2] and box[2] > other[0] and box[1] < other[3] and box[3] > other[1]
            for cell in self._cells(box)
            for other in self._boxes[cell]
        )


def _in_one_piece(block: Block, rule: Label, sheet: Sheet) -> Iterator[Candidate]:
    """A name upright on its spot."""
    box = block.box_m()
    metrics = QFontMetricsF(map_font(rule.font_px))
    for number in sheet.within(box.west, box.south, box.east, box.north):
        text = sheet.names[number]
        if not text:
            continue
        x, y = (float(value) for value in block.to_px(sheet.of(int(number))[:1])[0])
        width, height = metrics.horizontalAdvance(text), rule.font_px * 1.3
        yield Candidate(
            (int(number),),
            Placed(
                rule,
                text,
                ((x, y),),
                0.0,
                (width, height),
                (x - width / 2 - GAP_PX, y - height / 2 - 2, x + width / 2 + GAP_PX, y + height / 2 + 2),
            ),
        )


def _along(block: Block, rule: Label, sheet: Sheet) -> Iterator[Candidate]:
    """A name set along its line, wherever that is straight enough and long enough."""
    box = block.box_m()
    left, top, right, bottom = block.box_px()
    for number in sheet.within(box.west, box.south, box.east, box.north):
        text = sheet.names[number]
        if not text:
            continue
        line = block.to_px(sheet.of(int(number)))
        reach = np.concatenate(([0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))))
        count = int(reach[-1] // CANDIDATE_PX)
        at = (np.arange(count) + 0.5) * (reach[-1] / max(count, 1))
        x, y = np.interp(at, reach, line[:, 0]), np.interp(at, reach, line[:, 1])
        inside = np.flatnonzero((x > left) & (x < right) & (y > top) & (y < bottom))
        for k in inside:
            placed = _set_along(rule, text, line, reach, float(at[k]))
            if placed is not None:
                yield Candidate((int(k) % 5 != 2, int(k) % 5, int(number), int(k)), placed)


def _set_along(rule: Label, text: str, line: Floats, reach: Floats, middle: float) -> Placed | None:
    """The characters upright along the line: from left to right, stacked where the line is steep."""
    flat, steep = rule.font_px * 1.46, rule.font_px * 1.15

    def spot(at: float) -> tuple[float, float]:
        return float(np.interp(at, reach, line[:, 0])), float(np.interp(at, reach, line[:, 1]))

    count = len(text)
    before, after = spot(middle - 10), spot(middle + 10)
    is_steep = abs(after[1] - before[1]) > abs(after[0] - before[0])
    step = steep if is_steep else flat
    half = (count - 1) / 2 * step
    margin = rule.font_px * 0.8
    if middle - half - margin < 0 or middle + half + margin > reach[-1]:
        return None
    spots = [spot(middle + (k * step - half)) for k in range(count)]
    first, last = spot(middle - half - margin), spot(middle + half + margin)
    length = math.dist(first, last)
    if length < 1 or _bend(spots, first, last, length) > BEND_PX:
        return None
    if (last[1] < first[1]) if is_steep else (last[0] < first[0]):
        first, last = last, first
        spots.reverse()
    angle = math.atan2(last[1] - first[1], last[0] - first[0])
    height = rule.font_px * 1.55
    across = abs(math.cos(angle)) * height, abs(math.sin(angle)) * height
    return Placed(
        rule,
        text,
        tuple(spots),
        angle,
        (length, height),
        (
            min(first[0], last[0]) - across[1] / 2 - 2,
            min(first[1], last[1]) - across[0] / 2 - 2,
            max(first[0], last[0]) + across[1] / 2 + 2,
            max(first[1], last[1]) + across[0] / 2 + 2,
        ),
    )


def _bend(
    spots: Sequence[tuple[float, float]], first: tuple[float, float], last: tuple[float, float], length: float
) -> float:
    dx, dy = (last[0] - first[0]) / length, (last[1] - first[1]) / length
    return max(abs((x - first[0]) * dy - (y - first[1]) * dx) for x, y in spots)


def draw_labels(canvas: TileCanvas, names: Sequence[Placed]) -> None:
    """The names of a block that touch the tile; plates first, so that none covers another's characters."""
    left, top = canvas.key.x * TILE_PX, canvas.key.y * TILE_PX
    margin = 4
    seen = [
        name
        for name in names
        if name.box[2] > left - margin
        and name.box[0] < left + TILE_PX + margin
        and name.box[3] > top - margin
        and name.box[1] < top + TILE_PX + margin
    ]
    if not seen:
        return
    painter = canvas.painter()
    painter.save()
    painter.scale(canvas.ratio, canvas.ratio)
    painter.translate(-left, -top)
    for name in seen:
        if name.rule.plate_token:
            _draw_plate(canvas, painter, name)
    for name in seen:
        _draw_name(canvas, painter, name)
    painter.restore()


def _draw_plate(canvas: TileCanvas, painter: QPainter, name: Placed) -> None:
    x = (name.spots[0][0] + name.spots[-1][0]) / 2
    y = (name.spots[0][1] + name.spots[-1][1]) / 2
    length, height = name.plate
    painter.save()
    painter.translate(x, y)
    painter.rotate(math.degrees(name.angle))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(canvas.colour(name.rule.plate_token))
    painter.drawRoundedRect(QRectF(-length / 2, -height / 2, length, height), PLATE_PX, PLATE_PX)
    painter.restore()


def _draw_name(canvas: TileCanvas, painter: QPainter, name: Placed) -> None:
    rule = name.rule
    halo = "" if rule.plate_token else canvas.colour(rule.halo_token).name()
    for piece, (x, y) in zip(list(name.text) if rule.is_along else [name.text], name.spots, strict=True):
        picture = _lettering(piece, rule.font_px, canvas.colour(rule.token).name(), halo, canvas.ratio)
        # On whole device pixels, or the engine would smear it.
        left = round(x * canvas.ratio - picture.width() / 2) / canvas.ratio
        top = round(y * canvas.ratio - picture.height() / 2) / canvas.ratio
        painter.drawImage(QPointF(left, top), picture)


@lru_cache(maxsize=LETTERINGS)
def _lettering(text: str, font_px: int, colour: str, halo: str, ratio: float) -> QImage:
    """A text as a picture: the outline round its characters costs more than everything else of a name."""
    font = map_font(font_px)
    metrics = QFontMetricsF(font)
    width, height = math.ceil(metrics.horizontalAdvance(text)) + 6, math.ceil(font_px * 1.6)
    picture = QImage(round(width * ratio), round(height * ratio), QImage.Format.Format_ARGB32_Premultiplied)
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    start = QPointF(3, round(height / 2 + (metrics.ascent() - metrics.descent()) / 2))
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if halo:
        outline = QPainterPath()
        outline.addText(start, font, text)
        pen = QPen(QColor(halo), 3)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.strokePath(outline, pen)
    painter.setFont(font)
    painter.setPen(QColor(colour))
    painter.drawText(start, text)
    painter.end()
    return picture
