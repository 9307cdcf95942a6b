"""Reading what lies under the map, in a worker thread: a file that cannot be read leaves its part empty, not the map.

The result says which part is missing, so that the view can tell the operator.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path

import msgspec
from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal

from app.cache.basemap import NO_BASEMAP, Basemap, open_basemap
from app.cache.columns import ComponentStore, UnreadableStore
from app.cache.overlay import LaidOver
from app.map.ground import Ground, make_ground
from app.map.partition import Partition
from casework.entities.city import City
from casework.entities.duty_grid import DutyGrid
from casework.entities.unit_grid import UnitGrid
from casework.entities.work_grid import WorkGrid

log = logging.getLogger(__name__)


class Sources(msgspec.Struct, frozen=True, eq=False):
    """Where everything at rest comes from; a path that is None is a part the seat does not have yet."""

    city: City
    base_path: Path | None = None
    components_path: Path | None = None
    grids: tuple[UnitGrid, ...] = ()
    work_grids: tuple[WorkGrid, ...] = ()
    duty_grids: tuple[DutyGrid, ...] = ()
    unit_names: Mapping[str, str] = {}


class Loaded(msgspec.Struct, frozen=True, eq=False):
    """A ground and the names of the files that could not be read."""

    number: int
    ground: Ground
    unreadable: tuple[str, ...]


def read_ground(sources: Sources, number: int = 0) -> Loaded:
    """Reads and builds; takes a second or two for a whole city."""
    unreadable: list[str] = []
    base, components = NO_BASEMAP, None
    if sources.base_path is not None:
        base = _base(sources.base_path, unreadable)
    if sources.components_path is not None:
        components = _components(sources.components_path, unreadable)
    partition = Partition(sources.grids)
    ground = make_ground(
        sources.city, base, components, partition, sources.work_grids, sources.duty_grids, sources.unit_names
    )
    return Loaded(number, ground, tuple(unreadable))


def _base(path: Path, unreadable: list[str]) -> Basemap:
    try:
        return open_basemap(path)
    except UnreadableStore as problem:
        log.error("base_map_unreadable", extra={"reason": str(problem)})
        unreadable.append(path.name)
        return NO_BASEMAP


def _components(path: Path, unreadable: list[str]) -> LaidOver | None:
    try:
        return LaidOver(ComponentStore.open(path))
    except UnreadableStore as problem:
        log.error("components_unreadable", extra={"reason": str(problem)})
        unreadable.append(path.name)
        return None


class GroundLoader(QObject):
    """`loaded` carries the ground of the last `load`; an earlier one that is late is forgotten."""

    loaded = Signal(object)
    _done = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._number = 0
        self._done.connect(self._on_done)

    def load(self, sources: Sources) -> None:
        """Begins to read."""
        self._number += 1
        self._pool.clear()
        self._pool.start(_Reading(sources, self._number, self._done))

    def stop(self) -> None:
        """Waits for what is being read and forgets it."""
        self._number += 1
        self._pool.clear()
        self._pool.waitForDone()

    def _on_done(self, loaded: Loaded) -> None:
        if loaded.number == self._number:
            self.loaded.emit(loaded)
        elif loaded.ground.components is not None:
            loaded.ground.components.close()


class _Reading(QRunnable):
    def __init__(self, sources: Sources, number: int, done: object) -> None:
        super().__init__()
        self._sources, self._number, self._done = sources, number, done

    def run(self) -> None:
        self._done.emit(read_ground(self._sources, self._number))  # type: ignore[attr-defined]
