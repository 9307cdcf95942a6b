"""One picture of a tile: all rules of all visible layers, bottom to top, then the names of all of them together.

Pure in its inputs: the same scheme, ground and key give the same picture, in any thread. A new kind of rule is one
more entry in `_DRAW`; a new layer needs nothing here.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence

import msgspec
import numpy as np
from PySide6.QtGui import QImage

from app.cache.basemap import Sheet
from app.look.tokens import THEMES
from app.map.ground import Ground
from app.map.layers.style import Density, Fill, Label, Layer, Line, Numbers, Rule, Scatter
from app.map.limits import LABEL_BLOCKS
from app.map.tiles.areas import draw_fill, draw_line
from app.map.tiles.canvas import Floats, TileCanvas, TileKey
from app.map.tiles.labels import Block, Placed, block_of, draw_labels, place
from app.map.tiles.points import DensitySteps, draw_density, draw_scatter
from app.map.tiles.pyramid import RESOLUTIONS, Pyramid

GROUND_TOKEN = "m_land"
NUMBER_BOX_PX = (15.0, 9.0)  # half of what a number takes


class TileScheme(msgspec.Struct, frozen=True):
    """What the tiles of one address have in common. `hidden` are names of layers; `version` numbers the ground."""

    theme: str
    duty: str = ""
    class_code: str = ""
    hidden: tuple[str, ...] = ()
    version: int = 0


class Painter:
    """Draws tiles of one ground; may be asked from several threads at once."""

    def __init__(self, ground: Ground, pyramid: Pyramid, layers: Sequence[Layer]) -> None:
        self._ground = ground
        self._pyramid = pyramid
        self._layers = tuple(layers)
        self._steps = DensitySteps(ground.components) if ground.components is not None else None
        self._placed: OrderedDict[tuple[object, ...], list[Placed]] = OrderedDict()
        self._lock = threading.Lock()
        self._draw: Mapping[type, Callable[[TileCanvas, Rule, TileScheme], None]] = {
            Fill: self._fill,
            Line: self._line,
            Scatter: self._scatter,
            Density: self._density,
        }

    def over(self, ground: Ground) -> Painter:
        """The same painter on a ground that differs in components only: names and steps of density stay."""
        other = Painter(ground, self._pyramid, self._layers)
        other._steps = self._steps or other._steps
        other._placed, other._lock = self._placed, self._lock
        return other

    def picture(self, scheme: TileScheme, key: TileKey) -> QImage:
        """The finished tile."""
        canvas = TileCanvas(self._pyramid, key, THEMES[scheme.theme], GROUND_TOKEN)
        for rule in self._rules(scheme, canvas.m_px):
            draw = self._draw.get(type(rule))
            if draw is not None:
                draw(canvas, rule, scheme)
        draw_labels(canvas, self._names(scheme, key))
        return canvas.finish()

    def _rules(self, scheme: TileScheme, m_px: float) -> list[Rule]:
        visible = (layer for layer in self._layers if layer.name not in scheme.hidden)
        return [rule for layer in visible for rule in layer.drawn if rule.is_drawn_at(m_px)]

    def _sheet(self, rule: Rule, scheme: TileScheme) -> Sheet:
        return self._ground.sheet(rule.of, scheme.duty)

    def _fill(self, canvas: TileCanvas, rule: Rule, scheme: TileScheme) -> None:
        assert isinstance(rule, Fill)
        draw_fill(canvas, rule, self._sheet(rule, scheme))

    def _line(self, canvas: TileCanvas, rule: Rule, scheme: TileScheme) -> None:
        assert isinstance(rule, Line)
        draw_line(canvas, rule, self._sheet(rule, scheme))

    def _scatter(self, canvas: TileCanvas, rule: Rule, scheme: TileScheme) -> None:
        assert isinstance(rule, Scatter)
        if self._ground.components is not None:
            draw_scatter(canvas, rule, self._ground.components, THEMES[scheme.theme], scheme.class_code)

    def _density(self, canvas: TileCanvas, rule: Rule, scheme: TileScheme) -> None:
        assert isinstance(rule, Density)
        if self._ground.components is not None and self._steps is not None:
            draw_density(canvas, rule, self._ground.components, self._steps)

    def _names(self, scheme: TileScheme, key: TileKey) -> list[Placed]:
        column, row = block_of(key.x, key.y)
        known = (scheme.duty, scheme.hidden, key.z, column, row)
        with self._lock:
            found = self._placed.get(known)
            if found is not None:
                self._placed.move_to_end(known)
                return found
        found = self._place(scheme, Block(self._pyramid, key.z, column, row))
        with self._lock:
            self._placed[known] = found
            while len(self._placed) > LABEL_BLOCKS:
                self._placed.popitem(last=False)
        return found

    def _place(self, scheme: TileScheme, block: Block) -> list[Placed]:
        labels: list[tuple[Label, Sheet]] = []
        kept_free: list[Floats] = []
        for rule in self._rules(scheme, RESOLUTIONS[block.z]):
            if isinstance(rule, Label):
                labels.append((rule, self._ground.spots(rule.of, scheme.duty)))
            elif isinstance(rule, Numbers):
                kept_free.append(_number_boxes(block, self._sheet(rule, scheme)))
        return place(block, labels, np.concatenate(kept_free) if kept_free else np.empty((0, 4)))


def _number_boxes(block: Block, sheet: Sheet) -> Floats:
    """What the numbers of a block take, so that no name stands on one."""
    box = block.box_m()
    found = sheet.within(box.west, box.south, box.east, box.north)
    if not len(found):
        return np.empty((0, 4))
    spots = block.to_px(sheet.vertices(found)[0])
    return np.hstack((spots - NUMBER_BOX_PX, spots + NUMBER_BOX_PX))
