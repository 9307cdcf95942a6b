"""Areas and lines of a tile, drawn from sheets by the rules Fill and Line."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QPainterPath, QPen

from app.cache.basemap import Sheet
from app.map.layers.style import Fill, Line
from app.map.tiles.canvas import Floats, TileCanvas
from app.map.tiles.paths import Ints, path_of_lines, path_of_rings, path_of_segments


def draw_fill(canvas: TileCanvas, rule: Fill, sheet: Sheet) -> None:
    """All areas of a sheet that touch the tile, one path per colour."""
    box = canvas.box
    found = sheet.within(box.west, box.south, box.east, box.north)
    if not len(found):
        return
    tints = sheet.tint[found] % len(rule.tokens)
    for tint in np.unique(tints):
        xy, counts = sheet.vertices(found[tints == tint])
        path = path_of_rings(canvas.to_px(xy), counts)
        canvas.painter().fillPath(path, canvas.colour(rule.tokens[tint], rule.alpha))


def draw_line(canvas: TileCanvas, rule: Line, sheet: Sheet) -> None:
    """All lines of a sheet that touch the tile, one path per width."""
    widths = _widths_px(canvas, rule, sheet)
    reach = canvas.reach_m(float(widths.max(initial=0.0)) / canvas.ratio / 2 + rule.halo_px + 2)
    found = sheet.within(reach.west, reach.south, reach.east, reach.north)
    if not len(found):
        return
    for width in np.unique(widths[found]):
        path = _path(canvas, sheet, found[widths[found] == width], reach_px=float(width) + 4, rule=rule)
        if rule.halo_token:
            halo = canvas.colour(rule.halo_token, rule.alpha)
            _stroke(canvas, path, QPen(halo, width + 2 * rule.halo_px * canvas.ratio))
        pen = QPen(canvas.colour(rule.token, rule.alpha), float(width))
        if rule.dash_px:
            pen.setDashPattern([dash * canvas.ratio / float(width) for dash in rule.dash_px])
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        _stroke(canvas, path, pen)


def _widths_px(canvas: TileCanvas, rule: Line, sheet: Sheet) -> Floats:
    """Device pixels, in quarters so that few paths are needed."""
    if rule.width_px:
        return np.full(len(sheet), rule.width_px * canvas.ratio)
    own = np.maximum(sheet.width_m / canvas.m_px, rule.least_px) * canvas.ratio
    return np.round(own * 4) / 4


def _path(canvas: TileCanvas, sheet: Sheet, found: Ints, reach_px: float, rule: Line) -> QPainterPath:
    xy, counts = sheet.vertices(found)
    px = canvas.to_px(xy)
    if rule.dash_px:
        # Whole lines, so that a dash begun on one tile ends on the next.
        return path_of_lines(px, counts)
    starts = np.ones(len(px), dtype=bool)
    starts[np.cumsum(counts) - 1] = False
    first = np.flatnonzero(starts)
    start, end = px[first], px[first + 1]
    low, high = np.minimum(start, end), np.maximum(start, end)
    near = (high >= -reach_px).all(axis=1) & (low <= canvas.side_px + reach_px).all(axis=1)
    return path_of_segments(start[near], end[near])


def _stroke(canvas: TileCanvas, path: QPainterPath, pen: QPen) -> None:
    if not pen.dashPattern():
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    canvas.painter().strokePath(path, pen)
