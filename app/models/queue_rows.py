"""The open cases as columns: numpy arrays for what is sorted and counted, lists for what is read.

Membership of every queue is a bit set when a row is read, so that counting and filtering never look at a row again.
Slots of cases that went are used again only after `recycle`, so that one order can be compared with the next.
Knows the rows of casework, no Qt item model and no clock: the moment is an argument.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from app.models.queues import Clock, QueueSpec
from casework.clock.deadline import WORKING_UNITS, limit_ms
from casework.clock.model import Calendar
from casework.clock.working import table_over
from casework.entities.case import Case
from casework.entities.task import Task
from casework.workflow import Flag

NO_DUE = np.iinfo(np.int64).max
SOON_SHARE = (4, 5)  # the last fifth of a limit is "look soon"

NORMAL, PENDING, SUSPENDED = 0, 1, 2  # also the order of the groups in a queue


class RowFacts(msgspec.Struct, frozen=True):
    """Everything about one open case that a queue shows or sorts by."""

    case: Case
    task: Task | None
    class_name: str
    tag: str
    holder: str = ""  # who has it open at another seat
    is_taken: bool = False  # in hand at another seat
    is_mine: bool = False  # in hand at this seat
    is_pending: bool = False
    is_refused: bool = False


class Counts(msgspec.Struct, frozen=True):
    """A queue in figures."""

    total: int = 0
    late: int = 0
    soon: int = 0
    fine: int = 0
    pending: int = 0
    suspended: int = 0


def soon_from_ms(calendar: Calendar, case: Case) -> int:
    """From when on the handling deadline is near: four fifths of the limit used, in its own kind of time."""
    if not case.due_ms:
        return 0
    plain = case.clock_ms + (case.due_ms - case.clock_ms) * SOON_SHARE[0] // SOON_SHARE[1]
    if case.limit is None or case.limit.unit not in WORKING_UNITS:
        return plain
    table = table_over(calendar, case.clock_ms, case.due_ms)
    rest = limit_ms(calendar, case.clock_ms, case.limit) // SOON_SHARE[1]
    # Counted back from the end, so that pauses before it need not be looked at.
    found = table.instant(max(table.worked(case.due_ms) - rest, 0))
    return plain if found is None else max(found, case.clock_ms)


class QueueRows:
    """Columns of all open cases. `slots` of `order` index every column."""

    def __init__(self, queues: Sequence[QueueSpec], capacity: int = 256) -> None:
        self.queues = tuple(queues)
        self.slot_of: dict[str, int] = {}
        self.facts: list[RowFacts | None] = [None] * capacity
        self._free = list(range(capacity - 1, -1, -1))
        self._retired: list[int] = []
        self.due = np.full((3, capacity), NO_DUE, np.int64)
        self.soon = np.full((3, capacity), NO_DUE, np.int64)
        self.member = np.zeros(capacity, np.uint32)
        self.group = np.zeros(capacity, np.int8)
        self.number = np.zeros(capacity, np.int64)

    def __len__(self) -> int:
        return len(self.slot_of)

    def put(self, row: RowFacts, calendar: Calendar) -> None:
        """Adds a case or takes its new state."""
        slot = self.slot_of.get(row.case.id)
        if slot is None:
            slot = self._take_slot()
            self.slot_of[row.case.id] = slot
            self.member[slot] = 0
        before = self.facts[slot]
        self.facts[slot] = row
        self.number[slot] = int(row.case.id)
        self.group[slot] = self._group(row)
        self._put_clocks(slot, row, calendar)
        bits = sum(1 << i for i, queue in enumerate(self.queues) if queue.holds(row.case, row.task))
        if row.is_pending and before is not None and before.case.id == row.case.id:
            # It stays where it was worked on until the centre has answered.
            bits |= int(self.member[slot])
        self.member[slot] = bits

    def drop(self, case: str) -> None:
        """A case that is open no longer."""
        slot = self.slot_of.pop(case, None)
        if slot is not None:
            self.member[slot] = 0
            self._retired.append(slot)

    def recycle(self) -> None:
        """Slots of dropped cases may be used again: nobody holds an order with them any more."""
        for slot in self._retired:
            self.facts[slot] = None
        self._free += self._retired
        self._retired = []

    def order(self, queue: QueueSpec, now_ms: int) -> NDArray[np.intp]:
        """The slots of a queue: overdue first, by time left; unsent and suspended ones last."""
        slots = np.flatnonzero(self._mask(queue, now_ms))
        due = self.due[queue.clock, slots]
        return slots[np.lexsort((self.number[slots], due, self.group[slots]))]

    def counts(self, queue: QueueSpec, now_ms: int) -> Counts:
        """How a queue stands at a moment."""
        mask = self._mask(queue, now_ms)
        normal = mask & (self.group == NORMAL)
        late = normal & (self.due[queue.clock] < now_ms)
        soon = normal & ~late & (self.soon[queue.clock] <= now_ms)
        n_normal, n_late, n_soon = (int(np.count_nonzero(x)) for x in (normal, late, soon))
        return Counts(
            total=int(np.count_nonzero(mask)),
            late=n_late,
            soon=n_soon,
            fine=n_normal - n_late - n_soon,
            pending=int(np.count_nonzero(mask & (self.group == PENDING))),
            suspended=int(np.count_nonzero(mask & (self.group == SUSPENDED))),
        )

    def _mask(self, queue: QueueSpec, now_ms: int) -> NDArray[np.bool_]:
        mask = (self.member & np.uint32(1 << self.queues.index(queue))) != 0
        return mask & (self.due[queue.clock] < now_ms) if queue.is_overdue else mask

    def _take_slot(self) -> int:
        if not self._free:
            self._grow()
        return self._free.pop()

    def _grow(self) -> None:
        size = len(self.facts)
        self.facts += [None] * size
        self.due = np.concatenate((self.due, np.full((3, size), NO_DUE, np.int64)), axis=1)
        self.soon = np.concatenate((self.soon, np.full((3, size), NO_DUE, np.int64)), axis=1)
        for name in ("member", "group", "number"):
            old = getattr(self, name)
            setattr(self, name, np.concatenate((old, np.zeros(size, old.dtype))))
        self._free += range(2 * size - 1, size - 1, -1)

    @staticmethod
    def _group(row: RowFacts) -> int:
        if row.is_refused:
            return NORMAL
        if row.is_pending:
            return PENDING
        return SUSPENDED if Flag.SUSPENDED in row.case.flags else NORMAL

    def _put_clocks(self, slot: int, row: RowFacts, calendar: Calendar) -> None:
        case, task = row.case, row.task
        stage_soon = case.stage_ms + (case.stage_due_ms - case.stage_ms) * SOON_SHARE[0] // SOON_SHARE[1]
        received_by = task.receive_due_ms if task else 0
        sent = task.sent_ms if task else 0
        pairs = {
            Clock.STAGE: (case.stage_due_ms, stage_soon),
            Clock.HANDLING: (case.due_ms, soon_from_ms(calendar, case)),
            Clock.RECEIVE: (received_by, sent + (received_by - sent) * SOON_SHARE[0] // SOON_SHARE[1]),
        }
        for clock, (due_ms, soon_ms) in pairs.items():
            self.due[clock, slot] = due_ms or NO_DUE
            self.soon[clock, slot] = soon_ms if due_ms else NO_DUE


def ranges(positions: NDArray[Any]) -> list[tuple[int, int]]:
    """Ascending positions as inclusive runs."""
    if not len(positions):
        return []
    breaks = np.flatnonzero(np.diff(positions) != 1)
    starts = np.concatenate(([0], breaks + 1))
    ends = np.concatenate((breaks, [len(positions) - 1]))
    return [(int(positions[a]), int(positions[b])) for a, b in zip(starts, ends, strict=True)]
