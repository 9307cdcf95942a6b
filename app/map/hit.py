"""What a click means: a mark first, then a component, then the grid the place lies in.

Pure. A component counts only at scales where it is drawn as a shape.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import msgspec

from app.map.ground import Ground
from app.map.layers.style import Layer, Scatter
from app.map.live import MarkBoard

COMPONENT_REACH_PX = 9.0


class Hit(msgspec.Struct, frozen=True):
    """What was hit: `layer` of a mark or of components and its `key`; the grid is said in any case."""

    layer: str
    key: str
    grid: str


def hit(
    x_m: float,
    y_m: float,
    m_px: float,
    layers: Sequence[Layer],
    boards: Iterable[MarkBoard],
    ground: Ground,
    hidden: Collection[str],
) -> Hit:
    """The topmost thing of a visible layer under a click; `layer` is empty where there is only ground."""
    grid = ground.partition.grid_at(x_m, y_m) or ""
    for board in reversed(list(boards)):
        found = board.near(x_m, y_m, m_px) if board.name not in hidden else None
        if found is not None:
            return Hit(board.name, found, grid)
    store = ground.components
    for layer in reversed(layers):
        if layer.name in hidden or store is None or not _shows_components(layer, m_px):
            continue
        at = store.nearest(x_m * 1000, y_m * 1000, COMPONENT_REACH_PX * m_px * 1000)
        if at is not None:
            return Hit(layer.name, store.key_of(at), grid)
    return Hit("", "", grid)


def _shows_components(layer: Layer, m_px: float) -> bool:
    return any(isinstance(rule, Scatter) and rule.is_drawn_at(m_px) for rule in layer.drawn)
