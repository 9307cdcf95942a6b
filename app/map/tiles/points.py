"""Components of a tile: stamped shapes in the street, squares of density from afar (rules Scatter and Density).

Shapes are stamped onto whole pixels counted from the pyramid's corner: they are crisp, and one that lies across a
tile's edge is the same on both tiles.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QTransform

from app.cache.overlay import LaidOver, Spot
from app.look.shapes import SHAPES
from app.map.layers.style import Density, Scatter, at_scale
from app.map.tiles.canvas import TileCanvas, TileKey
from app.map.tiles.paths import path_of_mark
from app.map.tiles.pyramid import RESOLUTIONS, Pyramid

MARGIN_PX = 12
REACH_PX = 64  # no shape and no square of density is larger


class Stamp:
    """The pixels of a symbol that are not empty: offsets from its centre and premultiplied colours."""

    def __init__(self, image: QImage) -> None:
        side = image.width()
        view = np.frombuffer(image.constBits(), dtype=np.uint8)
        pixels = view.reshape(side, -1, 4)[:, :side]
        rows, columns = np.nonzero(pixels[:, :, 3])
        self.rows, self.columns = rows - side // 2, columns - side // 2
        self.colours = pixels[rows, columns, :3].astype(np.uint16)
        self.rest = 255 - pixels[rows, columns, 3].astype(np.uint16)


@lru_cache(maxsize=256)
def stamp_of(shape: str, side_px: int, colour: str, halo: str, alpha: float) -> Stamp:
    """A shape on an odd number of pixels, so that it has a middle one; with a filled halo where one is given."""
    mark = SHAPES[shape]
    whole = side_px + 4 + (side_px + 4 + 1) % 2
    image = QImage(whole, whole, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    half = side_px / 2
    path = QTransform.fromTranslate(whole / 2, whole / 2).scale(half, half).map(path_of_mark(mark))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setOpacity(alpha)
    width = max(mark.stroke_width * half, 1.0)
    if halo:
        painter.fillPath(path, QColor(halo))
        painter.strokePath(path, QPen(QColor(halo), width + 2))
    if mark.fill is not None:
        painter.fillPath(path, QColor(colour))
    if mark.stroke is not None:
        painter.strokePath(path, QPen(QColor(colour), width))
    painter.end()
    return Stamp(image)


def touching(pyramid: Pyramid, spots: Sequence[Spot]) -> Callable[[TileKey], bool]:
    """Says of a tile whether a component at one of these places is drawn on it, as a shape or in a square."""
    places = np.array(spots, dtype=float).reshape(-1, 2) / 1000.0

    def is_touched(key: TileKey) -> bool:
        box = pyramid.box(key.z, key.x, key.y).grown(REACH_PX * RESOLUTIONS[key.z])
        inside = (places >= (box.west, box.south)) & (places <= (box.east, box.north))
        return bool(inside.all(axis=1).any())

    return is_touched


def draw_scatter(
    canvas: TileCanvas, rule: Scatter, store: LaidOver, tokens: Mapping[str, str], class_code: str
) -> None:
    """Every component of the tile; those of one class last, larger and in the stronger colour."""
    reach = canvas.reach_m(MARGIN_PX)
    found = store.within(reach.west * 1000, reach.south * 1000, reach.east * 1000, reach.north * 1000)
    if not len(found):
        return
    found = np.sort(found)
    classes = store.classes(found)
    is_strong = np.array([code == class_code for code in store.class_codes])[classes]
    majors = np.array([code[:2] for code in store.class_codes])[classes]
    px = canvas.to_px(np.stack(store.places(found), axis=1) / 1000.0)
    spots = np.floor(px).astype(np.int64)
    pixels = canvas.pixels()
    for major in sorted(set(majors[~is_strong])):
        stamp = _stamp(canvas, rule, tokens, rule.shapes.get(major, rule.other), is_strong=False)
        _press(pixels, spots[(majors == major) & ~is_strong], stamp)
    if is_strong.any():
        stamp = _stamp(canvas, rule, tokens, rule.shapes.get(class_code[:2], rule.other), is_strong=True)
        _press(pixels, spots[is_strong], stamp)


def _stamp(
    canvas: TileCanvas, rule: Scatter, tokens: Mapping[str, str], shape: str, *, is_strong: bool
) -> Stamp:
    size = at_scale(rule.strong_size_px if is_strong else rule.size_px, canvas.m_px)
    return stamp_of(
        shape,
        round(size * canvas.ratio),
        tokens[rule.strong_token if is_strong else rule.token],
        tokens[rule.halo_token] if is_strong else "",
        1.0 if is_strong else rule.alpha,
    )


def _press(pixels: NDArray[np.uint8], spots: NDArray[np.int64], stamp: Stamp) -> None:
    side = len(pixels)
    rows = spots[:, 1, None] + stamp.rows
    columns = spots[:, 0, None] + stamp.columns
    inside = (rows >= 0) & (rows < side) & (columns >= 0) & (columns < side)
    which = np.broadcast_to(np.arange(len(stamp.rows)), rows.shape)[inside]
    rows, columns = rows[inside], columns[inside]
    below = pixels[rows, columns, :3].astype(np.uint16)
    pixels[rows, columns, :3] = stamp.colours[which] + (below * stamp.rest[which, None] + 127) // 255


class DensitySteps:
    """Where one colour ends and the next begins, per scale: fifths of the squares that are not empty."""

    def __init__(self, store: LaidOver) -> None:
        self._store = store
        self._known: dict[float, NDArray[np.float64]] = {}

    def at(self, cell_m: float, steps: int) -> NDArray[np.float64]:
        """The upper bounds of all steps but the last."""
        if cell_m not in self._known:
            x_mm, y_mm = self._store.places(self._store.shown())
            column = (x_mm - x_mm.min()) // int(cell_m * 1000)
            row = (y_mm - y_mm.min()) // int(cell_m * 1000)
            counts = np.unique(row * (int(column.max()) + 1) + column, return_counts=True)[1]
            self._known[cell_m] = np.quantile(counts, np.arange(1, steps) / steps)
        return self._known[cell_m]


def draw_density(canvas: TileCanvas, rule: Density, store: LaidOver, steps: DensitySteps) -> None:
    """Squares counted from the pyramid's corner, so that those of neighbouring tiles meet."""
    if not len(store):
        return
    cell = rule.cell_px * canvas.m_px
    reach = canvas.reach_m(rule.cell_px)
    found = store.within(reach.west * 1000, reach.south * 1000, reach.east * 1000, reach.north * 1000)
    if not len(found):
        return
    cell_px = rule.cell_px * canvas.ratio
    first = np.floor(np.array([canvas.key.x, canvas.key.y]) * canvas.side_px / cell_px).astype(np.int64)
    px = canvas.to_px(np.stack(store.places(found), axis=1) / 1000.0)
    corner = np.array([canvas.key.x, canvas.key.y]) * canvas.side_px
    cells = np.floor((px + corner) / cell_px).astype(np.int64) - first
    across = int(np.ceil(canvas.side_px / cell_px)) + 2
    inside = ((cells >= 0) & (cells < across)).all(axis=1)
    counts = np.bincount(cells[inside, 1] * across + cells[inside, 0], minlength=across * across)
    level = np.searchsorted(steps.at(cell, len(rule.tokens)), counts, side="left")
    picture = _colours(canvas, rule)[np.where(counts > 0, level + 1, 0)].reshape(across, across)
    _lay(canvas, picture, first, corner, cell_px)


def _colours(canvas: TileCanvas, rule: Density) -> NDArray[np.uint32]:
    shades = [QColor(0, 0, 0, 0), *(canvas.colour(token, rule.alpha) for token in rule.tokens)]
    return np.array([shade.rgba() for shade in shades], dtype=np.uint32)


def _lay(
    canvas: TileCanvas,
    picture: NDArray[np.uint32],
    first: NDArray[np.int64],
    corner: NDArray[np.int64],
    cell_px: float,
) -> None:
    across = len(picture)
    body = np.ascontiguousarray(picture)
    image = QImage(body.data, across, across, across * 4, QImage.Format.Format_ARGB32)
    painter = canvas.painter()
    left, top = first * cell_px - corner
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, on=False)
    painter.translate(left, top)
    painter.scale(cell_px, cell_px)
    painter.drawImage(0, 0, image)
    painter.restore()
