"""One tile while it is drawn: an image, where it lies in the plane, and the colours in force.

Painter and raw pixels are used in turn: asking for the pixels ends the painter.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor, QFont, QImage, QPainter

from app.look.tokens import FONT_FAMILIES
from app.map.tiles.pyramid import RESOLUTIONS, TILE_PX, Box, Pyramid

Floats = NDArray[np.float64]


class TileKey(msgspec.Struct, frozen=True):
    """Which tile, and how many device pixels make a pixel (1.0, 1.25, 2.0...)."""

    z: int
    x: int
    y: int
    ratio: float = 1.0


class TileCanvas:
    """Draw on `painter()`; coordinates are device pixels of the tile, its north-west corner is 0, 0."""

    def __init__(self, pyramid: Pyramid, key: TileKey, tokens: Mapping[str, str], ground_token: str) -> None:
        self.key = key
        self.m_px = RESOLUTIONS[key.z]
        self.box: Box = pyramid.box(key.z, key.x, key.y)
        self.ratio = key.ratio
        self.side_px = round(TILE_PX * key.ratio)
        self._pyramid = pyramid
        self._tokens = tokens
        self._painter: QPainter | None = None
        self.image = QImage(self.side_px, self.side_px, QImage.Format.Format_RGB32)
        self.image.fill(self.colour(ground_token))

    def colour(self, token: str, alpha: float = 1.0) -> QColor:
        """A token's colour."""
        colour = QColor(self._tokens[token])
        colour.setAlphaF(alpha)
        return colour

    def to_px(self, xy_m: Floats) -> Floats:
        """Places of the plane as device pixels, counted from the pyramid's corner so that tiles agree exactly."""
        scale = self.ratio / self.m_px
        origin = np.array([self._pyramid.west, self._pyramid.north])
        corner = np.array([self.key.x, self.key.y]) * self.side_px
        px: Floats = (xy_m - origin) * np.array([scale, -scale]) - corner
        return px

    def reach_m(self, px: float) -> Box:
        """The tile's box with a margin of so many pixels."""
        return self.box.grown(px * self.m_px)

    def painter(self) -> QPainter:
        """The painter, in device pixels, antialiasing."""
        if self._painter is None:
            self._painter = QPainter(self.image)
            self._painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        return self._painter

    def pixels(self) -> NDArray[np.uint8]:
        """The image as rows, columns and blue, green, red, unused; writing changes the picture."""
        self.finish()
        view = np.frombuffer(self.image.bits(), dtype=np.uint8)
        return view.reshape(self.side_px, self.image.bytesPerLine() // 4, 4)[:, : self.side_px]

    def finish(self) -> QImage:
        """The picture; drawing may go on afterwards."""
        if self._painter is not None:
            self._painter.end()
            self._painter = None
        return self.image


def map_font(size_px: float) -> QFont:
    """The seat's font at a size in device pixels, in shades of one colour."""
    font = QFont()
    font.setFamilies(list(FONT_FAMILIES))
    font.setPixelSize(max(round(size_px), 1))
    font.setStyleStrategy(QFont.StyleStrategy.PreferAntialias | QFont.StyleStrategy.NoSubpixelAntialias)
    return font
