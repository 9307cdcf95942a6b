"""From the session to the map: rows become marks, time moves them on, resting rows become the ground.

One generic road for every live layer of `app.map.layers`: a new layer needs nothing here. It promises that the map
follows `session.changed` and the clock without being asked, a little at a time. It does not select or centre.
"""

from __future__ import annotations

import sqlite3
import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer

from app.map.component_feed import ComponentFeed
from app.map.layers.style import Live, LiveFacts, LiveMark
from app.map.limits import REMARK_MS, REMARK_ROWS, RESTING_MS
from app.map.view import MapView
from app.session import Session
from casework.clock.working import local, zone_of
from casework.entities import ENTITY_BY_NAME
from casework.ids import Key
from casework.sync.status import Lamp, Shown

RESTING = frozenset({"city", "unit", "unit_grid", "work_grid", "duty_layer", "duty_grid"})
READ_ROWS = 250  # rows that become marks in one turn of the loop: a few ms
REMARK_S = 0.004  # so long the clock looks at marks


class Reading:
    """One layer's rows on their way; what was read by itself in the meantime is newer than what comes."""

    def __init__(self, name: str, live: Live, rows: Iterator[Any], unseen: set[str]) -> None:
        self.name, self.live, self.rows, self.unseen = name, live, rows, unseen
        self.read_since: set[str] = set()


class MapFeed(QObject):
    """Keeps one map up to date with one session; lives as long as its parent."""

    def __init__(self, session: Session, view: MapView, folder: Path) -> None:
        super().__init__(view)
        self._session, self._view, self._folder = session, view, folder
        self._live = {
            layer.name: layer.live
            for layer in view.screen_state.layers
            if layer.live is not None and layer.live.entity
        }
        self._shown: dict[str, dict[str, Shown]] = {name: {} for name in self._live}
        self._turn: deque[tuple[str, str]] = deque()
        self._rest: deque[Reading] = deque()
        self._further = QTimer(self)
        self._further.setSingleShot(True)
        self._further.setInterval(0)
        self._further.timeout.connect(self._read_on)
        self._resting = QTimer(self)
        self._resting.setSingleShot(True)
        self._resting.setInterval(RESTING_MS)
        self._resting.timeout.connect(self.load)
        self._clock = QTimer(self)
        self._clock.setInterval(REMARK_MS)
        self._clock.timeout.connect(self._on_clock)
        session.changed.connect(self._on_changed)
        session.status_changed.connect(lambda _: self._show_age())
        for timer in (self._clock, self._resting, self._further):
            view.stopped.connect(timer.stop)
        self._clock.start()
        self._components = ComponentFeed(session, view)
        self.load()
        self._read_all()
        self._show_age()

    def load(self) -> None:
        """Reads the resting rows and files anew; call it when a file has been replaced.

        Without a city there is nothing to show yet; without a file its part stays empty. A large city's rows take a
        second: a worker reads them, and what was there before stays on the screen until they have come.
        """
        if self._session.city() is not None:
            self._session.at_rest(sorted(RESTING - {"city"}), dict, self._lay)

    def _lay(self, rows: Mapping[str, list[Any]]) -> None:
        city = self._session.city()
        if city is None:
            return
        self._view.load(
            city,
            self._file("base.db"),
            self._file("components.db"),
            rows["unit_grid"],
            rows["work_grid"],
            rows["duty_layer"],
            rows["duty_grid"],
            {unit.id: unit.name for unit in rows["unit"]},
        )

    def _file(self, name: str) -> Path | None:
        path = self._folder / name
        return path if path.is_file() else None

    # --- marks ----------------------------------------------------------------------------------------

    def _on_changed(self, keys: frozenset[Key] | None) -> None:
        if keys is None:
            self._resting.start()
            self._read_all()
            return
        entities = {key.entity for key in keys}
        if entities & RESTING:
            self._resting.start()
        for name, live in self._live.items():
            if live.entity in entities:
                self._read(name, live, sorted(key.key for key in keys if key.entity == live.entity))

    def _read_all(self) -> None:
        """Everything anew, some rows of each layer at once and the others in the next turns of the loop."""
        if self._facts() is None:
            return
        self._rest.clear()
        for name, live in self._live.items():
            self._rest.append(Reading(name, live, iter(live.read(self._session)), set(self._shown[name])))
        for _ in self._live:
            self._read_on()

    def _read_on(self) -> None:
        facts = self._facts()
        if not self._rest or facts is None:
            return
        reading = self._rest[0]
        try:
            rows = list(islice(reading.rows, READ_ROWS))
        except sqlite3.DatabaseError:
            self._session.doubt()
            self._rest.clear()
            return
        marks: dict[str, LiveMark] = {}
        for shown in rows:
            key = ENTITY_BY_NAME[reading.live.entity].key(shown.row)
            mark = None if key in reading.read_since else reading.live.mark(shown, facts)
            if mark is not None:
                marks[key] = mark
                self._keep(reading.name, key, shown)
                reading.unseen.discard(key)
        if marks:
            self._view.put_marks(reading.name, marks)
        self._rest.rotate(-1)
        if len(rows) < READ_ROWS:
            self._rest.remove(reading)
            self._drop(reading.name, reading.unseen - reading.read_since)
        if self._rest:
            self._further.start()

    def _keep(self, name: str, key: str, shown: Shown) -> None:
        if key not in self._shown[name]:
            self._turn.append((name, key))
        self._shown[name][key] = shown

    def _drop(self, name: str, keys: Iterable[str]) -> None:
        gone = [key for key in keys if self._shown[name].pop(key, None) is not None]
        if gone:
            self._view.remove_marks(name, gone)

    def _read(self, name: str, live: Live, keys: list[str]) -> None:
        facts = self._facts()
        if facts is None:
            return
        for reading in self._rest:
            if reading.name == name:
                reading.read_since.update(keys)  # what was read before must not be put over it
        marks: dict[str, LiveMark] = {}
        gone = []
        for key in keys:
            shown = self._session.row(live.entity, key)
            mark = live.mark(shown, facts) if shown is not None else None
            if shown is None or mark is None:
                gone.append(key)
                continue
            self._keep(name, key, shown)
            marks[key] = mark
        self._drop(name, gone)
        if marks:
            self._view.put_marks(name, marks)

    def _on_clock(self) -> None:
        """Looks again at some of the rows: what was in time may be late by now."""
        facts = self._facts()
        if facts is None:
            return
        marks: dict[str, dict[str, LiveMark]] = {}
        until = time.monotonic() + REMARK_S
        for _ in range(min(REMARK_ROWS, len(self._turn))):
            if time.monotonic() > until:
                break
            name, key = self._turn.popleft()
            known = self._shown[name].get(key)
            if known is None:
                continue
            self._turn.append((name, key))
            mark = self._live[name].mark(known, facts)
            if mark is not None:
                marks.setdefault(name, {})[key] = mark
        for name, found in marks.items():
            self._view.put_marks(name, found)
        self._show_age()

    def _facts(self) -> LiveFacts | None:
        city = self._session.city()
        return None if city is None else LiveFacts(self._session.now_ms(), city)

    def _show_age(self) -> None:
        city, status = self._session.city(), self._session.status()
        if city is None or not status.as_of_ms:
            self._view.set_as_of("")
            return
        time = local(zone_of(city.calendar), status.as_of_ms).strftime("%H:%M:%S")
        if status.lamp in (Lamp.LIVE, Lamp.LATE):
            self._view.set_as_of(self.tr("Data of {time}").format(time=time))
        else:
            self._view.set_as_of(self.tr("As of {time}, this seat's cache").format(time=time))
