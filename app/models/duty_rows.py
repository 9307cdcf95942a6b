"""What the choice of a unit stands on, kept ready: duty layers and grids, units, their loads, precedents.

Resting rows are read by a worker when the seat starts and again when they change; until the new ones have come the
old ones count. Whoever asks before the first have come waits for them. What the units have in hand is looked through
when it is asked for, and kept for half a minute; a unit's on-time rate needs all its tasks. Workers do both, and
`changed` says when a figure has come. Until then a rate is unknown, which is neither good nor bad.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Any

import msgspec
from PySide6.QtCore import QObject, QTimer, Signal

from casework.assist.duty import (
    DAY_MS,
    RATE_DAYS,
    Candidate,
    Load,
    candidates,
    loads_of,
    matter_of,
    precedents_of,
)
from casework.entities.case import Case
from casework.entities.city import City
from casework.entities.component import Component
from casework.entities.duty_grid import DutyGrid
from casework.entities.duty_layer import DutyLayer
from casework.entities.task import Task, TaskState
from casework.entities.unit import Unit
from casework.ids import GridCode, UnitId
from casework.workflow import Stage

OPEN_FOR_MS = 30_000
RATE_FOR_MS = 600_000
RESTING = frozenset({"duty_layer", "duty_grid", "unit"})


class AtRest(msgspec.Struct, frozen=True):
    """Layers and units of the city, and by unit grid the duty grids it lies in: a large city has 300,000 pairs."""

    layers: list[DutyLayer]
    units: list[Unit]
    by_grid: dict[GridCode, tuple[DutyGrid, ...]]


def at_rest(rows: Mapping[str, list[Any]]) -> AtRest:
    """From all rows of the entities at rest. Slow for a large city: made for a worker."""
    by_grid: dict[GridCode, tuple[DutyGrid, ...]] = {}
    for duty in rows["duty_grid"]:
        for code in duty.grids:
            by_grid[code] = (*by_grid.get(code, ()), duty)
    return AtRest(rows["duty_layer"], rows["unit"], by_grid)


class DutyRows(QObject):
    """Candidates for a case, with their evidence and figures."""

    changed = Signal()

    def __init__(self, session: Any, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._rest: AtRest | None = None
        self._asked = 0
        self._open: dict[UnitId, Load] | None = None
        self._open_ms = 0
        self._rates: dict[UnitId, tuple[int, int, int]] = {}
        self._queue: deque[UnitId] = deque()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._reckon_one)
        session.changed.connect(self._on_changed)
        self._read()
        self._read_open()

    def candidates(self, case: Case, component: Component | None) -> tuple[Candidate, ...]:
        """The units some evidence speaks for, the strongest first."""
        rest = self._rest or at_rest({name: self._rows_of(name) for name in RESTING})
        self._rest = rest
        grids = rest.by_grid.get(case.grid, ())
        alike = [shown.row for shown in self._session.rows("case", grid=case.grid)]
        found = candidates(
            matter_of(case, component), rest.layers, grids, rest.units, {}, precedents_of(alike)
        )
        loads = {one.unit: self._load(one.unit) for one in found}
        # Once more with the loads: they break ties, and are only read for the units that matter.
        return candidates(
            matter_of(case, component), rest.layers, grids, rest.units, loads, precedents_of(alike)
        )

    def _rows_of(self, name: str) -> list[Any]:
        return [shown.row for shown in self._session.rows(name)]

    def _read(self) -> None:
        """Asks for the rows at rest; of several answers the last one counts."""
        self._asked += 1
        asked = self._asked

        def take(rest: AtRest) -> None:
            if asked == self._asked:
                is_news = self._rest is not None
                self._rest = rest
                if is_news:
                    self.changed.emit()

        self._session.at_rest(RESTING, at_rest, take)

    def _load(self, unit: UnitId) -> Load:
        now_ms = self._session.now_ms()
        if self._open is None:
            self._open = self._read_here()
        elif now_ms - self._open_ms > OPEN_FOR_MS:
            self._read_open()
        load = self._open.get(unit, Load())
        rate = self._rates.get(unit)
        if rate is None or now_ms - rate[0] > RATE_FOR_MS:
            if unit not in self._queue:
                self._queue.append(unit)
            self._timer.start()
        if rate is None:
            return Load(load.open, load.due_today)
        return Load(load.open, load.due_today, rate[1], rate[2])

    def _read_here(self) -> dict[UnitId, Load]:
        """Who asks before a worker was done waits."""
        city = self._session.city()
        if city is None:
            return {}
        return loads_of(
            [shown.row for shown in self._session.rows("case", stage=Stage.HANDLING)],
            city.calendar,
            self._session.now_ms(),
        )

    def _read_open(self) -> None:
        """The open loads of all units anew: one look at what is being handled serves every case that is looked at."""
        city, now_ms = self._session.city(), self._session.now_ms()
        if city is None:
            return
        self._open_ms = now_ms

        def take(loads: dict[UnitId, Load]) -> None:
            is_news = self._open is not None and loads != self._open
            self._open = loads
            if is_news:
                self.changed.emit()

        self._session.aside(lambda rows: open_loads(rows, city, now_ms), take)

    def _reckon_one(self) -> None:
        if not self._queue:
            return
        unit = self._queue.popleft()
        now_ms = self._session.now_ms()

        def take(rate: tuple[int, int]) -> None:
            is_new = self._rates.get(unit, (0, -1, -1))[1:] != rate
            self._rates[unit] = (now_ms, *rate)
            if self._queue:
                self._timer.start()
            if is_new:
                self.changed.emit()

        self._session.aside(lambda rows: rate_of(_rows(rows, "task", unit=unit), now_ms), take)

    def _on_changed(self, keys: Any) -> None:
        names = RESTING if keys is None else {key.entity for key in keys} & RESTING
        if names:
            self._read()
        if keys is None:
            self._read_open()
            self._rates.clear()


def _rows(reader: Any, name: str, **equals: Any) -> list[Any]:
    return [kept.row for kept in reader.where(name, **equals)]


def open_loads(reader: Any, city: City, now_ms: int) -> dict[UnitId, Load]:
    """What every unit has in hand. Slow for a large city: made for a worker."""
    return loads_of(_rows(reader, "case", stage=Stage.HANDLING), city.calendar, now_ms)


def rate_of(tasks: list[Task], now_ms: int) -> tuple[int, int]:
    """Of the tasks of the last 30 days that were finished or should have been: how many in time, of how many."""
    since_ms = now_ms - RATE_DAYS * DAY_MS
    on_time = ended = 0
    for task in tasks:
        if task.state is TaskState.RETURNED:
            continue
        if task.finished_ms > since_ms:
            ended += 1
            on_time += task.due_ms == 0 or task.finished_ms <= task.due_ms
        elif not task.finished_ms and since_ms < task.due_ms < now_ms:
            ended += 1
    return on_time, ended
