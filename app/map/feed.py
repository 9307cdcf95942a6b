"""From the session to the map: rows become marks, time moves them on, resting rows become the ground.

One generic road for every live layer of `app.map.layers`: a new layer needs nothing here. It promises that the map
follows `session.changed` and the clock without being asked, a little at a time. It does not select or centre.
"""

from __future__ import annotations

from collections import deque
from pathlib import Path

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


class MapFeed(QObject):
    """Keeps one map up to date with one session; lives as long as its parent."""

    def __init__(self, session: Session, view: MapView, folder: Path) -> None:
        super().__init__(view)
        self._session, self._view, self._folder = session, view, folder
        self._live = {layer.name: layer.live for layer in view.screen_state.layers if layer.live is not None}
        self._shown: dict[str, dict[str, Shown]] = {name: {} for name in self._live}
        self._turn: deque[tuple[str, str]] = deque()
        self._resting = QTimer(self)
        self._resting.setSingleShot(True)
        self._resting.setInterval(RESTING_MS)
        self._resting.timeout.connect(self.load)
        self._clock = QTimer(self)
        self._clock.setInterval(REMARK_MS)
        self._clock.timeout.connect(self._on_clock)
        session.changed.connect(self._on_changed)
        session.status_changed.connect(lambda _: self._show_age())
        for timer in (self._clock, self._resting):
            view.stopped.connect(timer.stop)
        self._clock.start()
        self._components = ComponentFeed(session, view)
        self.load()
        self._read_all()
        self._show_age()

    def load(self) -> None:
        """Reads the resting rows and files anew; call it when a file has been replaced.

        Without a city there is nothing to show yet; without a file its part stays empty.
        """
        city = self._session.city()
        if city is None:
            return
        rows = {name: [shown.row for shown in self._session.rows(name)] for name in RESTING - {"city"}}
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
        facts = self._facts()
        if facts is None:
            return
        self._turn.clear()
        for name, live in self._live.items():
            key_of = ENTITY_BY_NAME[live.entity].key
            self._shown[name] = {key_of(shown.row): shown for shown in live.read(self._session)}
            marks = {key: live.mark(shown, facts) for key, shown in self._shown[name].items()}
            self._view.show_marks(name, {key: mark for key, mark in marks.items() if mark is not None})
            self._turn.extend((name, key) for key in self._shown[name])

    def _read(self, name: str, live: Live, keys: list[str]) -> None:
        facts = self._facts()
        if facts is None:
            return
        marks: dict[str, LiveMark] = {}
        gone = []
        for key in keys:
            shown = self._session.row(live.entity, key)
            mark = live.mark(shown, facts) if shown is not None else None
            if shown is None or mark is None:
                self._shown[name].pop(key, None)
                gone.append(key)
                continue
            if key not in self._shown[name]:
                self._turn.append((name, key))
            self._shown[name][key] = shown
            marks[key] = mark
        if gone:
            self._view.remove_marks(name, gone)
        if marks:
            self._view.put_marks(name, marks)

    def _on_clock(self) -> None:
        """Looks again at some of the rows: what was in time may be late by now."""
        facts = self._facts()
        if facts is None:
            return
        marks: dict[str, dict[str, LiveMark]] = {}
        for _ in range(min(REMARK_ROWS, len(self._turn))):
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
