"""From arrays of vertices to one QPainterPath, without a Python loop over vertices.

The bytes are those of Qt's own stream format for a path (element count; type, x, y of each; start; fill rule).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QByteArray, QDataStream, QIODevice, QPointF
from PySide6.QtGui import QPainterPath

from app.look.shapes import Mark

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MOVE, LINE = 0, 1
WINDING = 1
_ELEMENT = np.dtype([("type", ">i4"), ("x", ">f8"), ("y", ">f8")])


def path_of_lines(xy_px: Floats, counts: Ints) -> QPainterPath:
    """Open lines: the first counts[0] vertices are the first line, and so on."""
    if not len(xy_px):
        return QPainterPath()
    elements = np.empty(len(xy_px), dtype=_ELEMENT)
    elements["type"] = LINE
    elements["type"][np.cumsum(counts) - counts] = MOVE
    elements["x"], elements["y"] = xy_px[:, 0], xy_px[:, 1]
    return _read(elements)


def path_of_rings(xy_px: Floats, counts: Ints) -> QPainterPath:
    """Closed rings, filled by winding: rings of one sense never cancel each other."""
    if not len(xy_px):
        return QPainterPath()
    starts = np.cumsum(counts) - counts
    closed = np.insert(xy_px, starts + counts, xy_px[starts], axis=0)
    return path_of_lines(closed, counts + 1)


def path_of_segments(start_px: Floats, end_px: Floats) -> QPainterPath:
    """Single segments, joined where one begins at the end of the one before."""
    if not len(start_px):
        return QPainterPath()
    joins = np.zeros(len(start_px), dtype=bool)
    joins[1:] = (start_px[1:] == end_px[:-1]).all(axis=1)
    xy = np.empty((len(start_px) * 2, 2))
    xy[0::2], xy[1::2] = start_px, end_px
    keep = np.ones(len(xy), dtype=bool)
    keep[0::2] = ~joins
    first = np.flatnonzero(keep[0::2])
    counts = np.diff(np.append(first, len(start_px))) + 1
    return path_of_lines(xy[keep], counts)


def _read(elements: np.ndarray) -> QPainterPath:
    head = np.array([len(elements)], dtype=">i4").tobytes()
    tail = np.array([0, WINDING], dtype=">i4").tobytes()
    # Named on purpose: the stream reads from these bytes and does not keep them alive.
    body = QByteArray(head + elements.tobytes() + tail)
    stream = QDataStream(body, QIODevice.OpenModeFlag.ReadOnly)
    path = QPainterPath()
    stream >> path
    return path


def path_of_mark(mark: Mark) -> QPainterPath:
    """A symbol's path in its own square of -1..1."""
    path = QPainterPath()
    is_fresh = True
    for op in mark.paths:
        is_fresh = _add(path, op, is_fresh)
    return path


def _add(path: QPainterPath, op: tuple[Any, ...], is_fresh: bool) -> bool:
    kind, *numbers = op
    if kind == "M":
        path.moveTo(QPointF(*numbers))
    elif kind == "L":
        path.lineTo(QPointF(*numbers))
    elif kind == "A":
        cx, cy, r, start_deg, span_deg = numbers
        if is_fresh:
            path.arcMoveTo(cx - r, cy - r, 2 * r, 2 * r, start_deg)
        path.arcTo(cx - r, cy - r, 2 * r, 2 * r, start_deg, span_deg)
    else:
        path.closeSubpath()
        return True
    return False
