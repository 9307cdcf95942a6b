"""The state of the map and its page: everything shown is kept here, and told to the page piece by piece.

It promises that a page which says Hello, whenever and however often, is sent the whole scene, and that changes of
live marks go out in batches, at most twenty a second. It does not know what a click means.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

import msgspec
from PySide6.QtCore import QObject, QTimer, Signal

from app.cache.overlay import LaidOver, Spot
from app.look.tokens import DEFAULT_THEME, THEMES
from app.map import messages as m
from app.map.bridge import Bridge
from app.map.ground import Ground, empty_ground
from app.map.layers.style import Layer
from app.map.limits import BATCH_MARKS, BATCH_MS
from app.map.live import MarkBoard
from app.map.scene import lit, mark_set, plane_of, text_sets
from app.map.scheme import tile_address
from app.map.tiles.factory import TileFactory
from app.map.tiles.picture import GROUND_TOKEN, Painter, TileScheme
from app.map.tiles.points import touching
from app.map.tiles.pyramid import Pyramid, pyramid_of
from casework.entities.city import City

log = logging.getLogger(__name__)

TILES = "ground"


class Screen(QObject):
    """One map. `clicked`, `moved` and `failed` carry the page's messages; `drawn` the serial that is on screen."""

    clicked = Signal(object)
    moved = Signal(object)
    drawn = Signal(int)
    failed = Signal(str)
    refused = Signal(int)  # a page of another version

    def __init__(
        self, layers: Sequence[Layer], bridge: Bridge, factory: TileFactory, parent: QObject
    ) -> None:
        super().__init__(parent)
        self.layers = tuple(layers)
        self.boards = {layer.name: MarkBoard(layer) for layer in layers if layer.live is not None}
        self.ground: Ground | None = None
        self.pyramid: Pyramid | None = None
        self.camera: m.Camera | None = None
        self.ratio = 1.0
        self.serial = 0
        self.drawn_serial = 0
        self._bridge, self._factory = bridge, factory
        self._painter: Painter | None = None
        self._scheme = TileScheme(DEFAULT_THEME)
        self._lit = ("", "", "")  # layer, key, grid
        self._sent_sketch: m.Lit = ()
        self._is_greeted = False
        self._batches = QTimer(self)
        self._batches.setInterval(BATCH_MS)
        self._batches.setSingleShot(True)
        self._batches.timeout.connect(self._send_batches)
        bridge.heard.message.connect(self._on_message)

    @property
    def scheme(self) -> TileScheme:
        """Theme, duty layer, class and hidden layers in force."""
        return self._scheme

    @property
    def hidden(self) -> tuple[str, ...]:
        """Names of the layers that are not shown."""
        return self._scheme.hidden

    # --- what is shown --------------------------------------------------------------------------------

    def set_city(self, city: City) -> None:
        """An empty map of a city, until its ground is there."""
        if self.ground is None or self.ground.city != city:
            self.set_ground(empty_ground(city))

    def set_ground(self, ground: Ground) -> None:
        """Another ground; the view stays unless the city's bounds have changed."""
        pyramid = pyramid_of(ground.city)
        if pyramid != self.pyramid:
            self.camera = None
        self.ground, self.pyramid = ground, pyramid
        self._painter = Painter(ground, pyramid, self.layers)
        self._scheme = msgspec.structs.replace(self._scheme, version=self._scheme.version + 1)
        self.send_scene()

    def set_components(self, components: LaidOver, spots: Sequence[Spot]) -> None:
        """Other components on the same ground; only the tiles around these spots are drawn anew."""
        assert self.ground is not None and self._painter is not None and self.pyramid is not None
        before = self._factory.stamp(self._scheme, self._painter, self.pyramid)
        self.ground = self.ground.with_components(components)
        self._painter = self._painter.over(self.ground)
        self._scheme = msgspec.structs.replace(self._scheme, version=self._scheme.version + 1)
        after = self._factory.stamp(self._scheme, self._painter, self.pyramid)
        self._factory.carry(before, after, touching(self.pyramid, spots))
        self._send_tiles()

    def set_theme(self, theme: str) -> None:
        """Every colour anew."""
        if theme != self._scheme.theme:
            self._scheme = msgspec.structs.replace(self._scheme, theme=theme)
            self.send_scene()

    def set_ratio(self, ratio: float) -> None:
        """So many device pixels to a pixel."""
        if ratio != self.ratio:
            self.ratio = ratio
            self._send_tiles()

    def set_duty(self, duty: str) -> None:
        """Another duty layer; an empty one shows none."""
        self._rescheme(duty=duty)

    def set_class(self, class_code: str) -> None:
        """The components of this class come out strongly."""
        self._rescheme(class_code=class_code)

    def set_hidden(self, name: str, is_hidden: bool) -> None:
        """Shows or hides a layer."""
        if is_hidden == (name in self._scheme.hidden):
            return
        rest = set(self._scheme.hidden) ^ {name}
        self._rescheme(hidden=tuple(sorted(rest)))
        self._send(lambda serial: m.Visible(serial, name, not is_hidden))

    def light(self, layer: str, key: str, grid: str) -> None:
        """Lights a mark, and the named grid or else the mark's own; empty texts light nothing."""
        self._lit = (layer, key, grid)
        self._send_sketch()

    def marks_changed(self, layer: str) -> None:
        """Call after changing a board; the changes leave with the next batch."""
        if self.boards[layer].has_changes and not self._batches.isActive():
            self._batches.start()
        if self._lit[0] == layer:
            self._send_sketch()

    def go(self, camera: m.Camera, duration_ms: int = 0) -> None:
        """Looks elsewhere."""
        self.camera = camera
        self._send(lambda serial: m.Go(serial, camera, duration_ms))

    # --- telling the page -----------------------------------------------------------------------------

    def forget_page(self) -> None:
        """The page has gone; nothing is sent until the next Hello."""
        self._is_greeted = False
        self.drawn_serial = 0

    def send_scene(self) -> None:
        """Everything, from nothing."""
        if not self._is_greeted or self.ground is None or self.pyramid is None or self.camera is None:
            return
        theme, hidden = self._scheme.theme, self._scheme.hidden
        self._sent_sketch = self._sketch()
        self.serial += 1
        self._bridge.send(
            m.Scene(
                serial=self.serial,
                plane=plane_of(self.ground.city, self.pyramid),
                background=THEMES[theme][GROUND_TOKEN],
                camera=self.camera,
                tiles=self._tiles(),
                texts=text_sets(self.layers, self.ground, hidden, theme),
                marks=tuple(
                    mark_set(board, name not in hidden, theme) for name, board in self.boards.items()
                ),
                sketch=self._sent_sketch,
            )
        )

    def _rescheme(self, **changes: object) -> None:
        scheme = msgspec.structs.replace(self._scheme, **changes)
        if scheme != self._scheme:
            self._scheme = scheme
            self._send_tiles()

    def _tiles(self) -> tuple[m.TileSet, ...]:
        assert self._painter is not None and self.pyramid is not None
        stamp = self._factory.stamp(self._scheme, self._painter, self.pyramid)
        return (m.TileSet(TILES, tile_address(stamp, self.ratio), self.ratio),)

    def _sketch(self) -> m.Lit:
        layer, key, grid = self._lit
        if self.ground is None:
            return ()
        board = self.boards.get(layer)
        mark = board.get(key) if board is not None else None
        return lit(mark, grid or (mark.grid if mark else ""), self.ground, self._scheme.theme)

    def _send_tiles(self) -> None:
        if self._painter is not None:
            self._send(lambda serial: m.Tiles(serial, self._tiles()))

    def _send_sketch(self) -> None:
        sketch = self._sketch()
        if sketch != self._sent_sketch:
            self._sent_sketch = sketch
            self._send(lambda serial: m.Sketch(serial, sketch))

    def _send_batches(self) -> None:
        for name, board in self.boards.items():
            batch = board.take_batch(BATCH_MARKS) if self._is_greeted else None
            if batch is not None:
                self._send(
                    lambda serial, name=name, batch=batch: m.Marks(
                        serial, name, batch.slots, batch.xs, batch.ys, batch.kinds
                    )
                )
            if board.has_changes and self._is_greeted:
                self._batches.start()

    def _send(self, make: object) -> None:
        if self._is_greeted and self.camera is not None:
            self.serial += 1
            self._bridge.send(make(self.serial))  # type: ignore[operator]

    # --- hearing the page -----------------------------------------------------------------------------

    def _on_message(self, message: m.FromPage) -> None:
        if isinstance(message, m.Hello):
            self._on_hello(message)
        elif isinstance(message, m.Clicked):
            self.clicked.emit(message)
        elif isinstance(message, m.Moved):
            self.camera = m.Camera(message.x, message.y, message.m_px)
            self.moved.emit(message)
        elif isinstance(message, m.Drawn):
            self.drawn_serial = message.serial
            self.drawn.emit(message.serial)
        else:
            log.error("map_page_failed", extra={"text": message.text[:500]})
            self.failed.emit(message.text)

    def _on_hello(self, message: m.Hello) -> None:
        if message.version != m.VERSION:
            self.refused.emit(message.version)
            return
        self._is_greeted = True
        self.send_scene()
