"""What the choice of a unit stands on, kept ready: duty layers and grids, units, their loads, precedents.

Resting rows are read once and again when they change. A unit's open load is read when it is asked for and kept for
half a minute; its on-time rate needs all its tasks, so it is reckoned one unit at a time between other events, and
`changed` says when a figure has come. Until then it is unknown, which is neither good nor bad.
"""

from __future__ import annotations

from collections import deque
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
from casework.ids import UnitId
from casework.workflow import Stage

OPEN_FOR_MS = 30_000
RATE_FOR_MS = 600_000
RESTING = frozenset({"duty_layer", "duty_grid", "unit"})


class DutyRows(QObject):
    """Candidates for a case, with their evidence and figures."""

    changed = Signal()

    def __init__(self, session: Any, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._layers: list[DutyLayer] | None = None
        self._grids: list[DutyGrid] | None = None
        self._units: list[Unit] | None = None
        self._open: dict[UnitId, tuple[int, Load]] = {}
        self._rates: dict[UnitId, tuple[int, int, int]] = {}
        self._queue: deque[UnitId] = deque()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._reckon_one)
        session.changed.connect(self._on_changed)

    def candidates(self, case: Case, component: Component | None) -> tuple[Candidate, ...]:
        """The units some evidence speaks for, the strongest first."""
        self._read()
        assert self._layers is not None and self._grids is not None and self._units is not None
        alike = [shown.row for shown in self._session.rows("case", grid=case.grid)]
        found = candidates(
            matter_of(case, component), self._layers, self._grids, self._units, {}, precedents_of(alike)
        )
        loads = {one.unit: self._load(one.unit) for one in found}
        # Once more with the loads: they break ties, and are only read for the units that matter.
        return candidates(
            matter_of(case, component), self._layers, self._grids, self._units, loads, precedents_of(alike)
        )

    def _read(self) -> None:
        if self._layers is None:
            self._layers = [shown.row for shown in self._session.rows("duty_layer")]
        if self._grids is None:
            self._grids = [shown.row for shown in self._session.rows("duty_grid")]
        if self._units is None:
            self._units = [shown.row for shown in self._session.rows("unit")]

    def _load(self, unit: UnitId) -> Load:
        now_ms, city = self._session.now_ms(), self._session.city()
        read_ms, load = self._open.get(unit, (0, Load()))
        if now_ms - read_ms > OPEN_FOR_MS and city is not None:
            load = self._open_load(unit, city, now_ms)
            self._open[unit] = (now_ms, load)
        rate = self._rates.get(unit)
        if rate is None or now_ms - rate[0] > RATE_FOR_MS:
            if unit not in self._queue:
                self._queue.append(unit)
            self._timer.start()
        if rate is None:
            return load
        return msgspec.structs.replace(load, on_time=rate[1], due_ended=rate[2])

    def _open_load(self, unit: UnitId, city: City, now_ms: int) -> Load:
        cases = [shown.row for shown in self._session.rows("case", unit=unit, stage=Stage.HANDLING)]
        load = loads_of(cases, city.calendar, now_ms).get(unit, Load())
        return Load(load.open, load.due_today)

    def _reckon_one(self) -> None:
        if not self._queue:
            return
        unit = self._queue.popleft()
        now_ms = self._session.now_ms()
        tasks = [shown.row for shown in self._session.rows("task", unit=unit)]
        on_time, due_ended = rate_of(tasks, now_ms)
        is_new = self._rates.get(unit, (0, -1, -1))[1:] != (on_time, due_ended)
        self._rates[unit] = (now_ms, on_time, due_ended)
        if self._queue:
            self._timer.start()
        if is_new:
            self.changed.emit()

    def _on_changed(self, keys: Any) -> None:
        names = RESTING if keys is None else {key.entity for key in keys} & RESTING
        if "duty_layer" in names:
            self._layers = None
        if "duty_grid" in names:
            self._grids = None
        if "unit" in names:
            self._units = None
        if keys is None:
            self._open.clear()
            self._rates.clear()


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
