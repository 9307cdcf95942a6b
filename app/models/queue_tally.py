"""The figures of every queue of the rail, kept by what changes: how many, how many late, how many soon.

For each queue the deadlines of its cases stand sorted, so that a second that passes costs two binary searches and no
look at a row. Changes are gathered and laid in together when somebody asks. Knows no clock: the moment is an argument.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from app.models.queues import QueueSpec

GROUPS = 3  # as they are: normal, pending, suspended


class Counts(msgspec.Struct, frozen=True):
    """A queue in figures."""

    total: int = 0
    late: int = 0
    soon: int = 0
    fine: int = 0
    pending: int = 0
    suspended: int = 0


class Standing(NamedTuple):
    """What counts of some rows, as columns."""

    member: NDArray[np.uint32]
    group: NDArray[np.int8]
    due: NDArray[np.int64]
    soon: NDArray[np.int64]


def without(values: NDArray[np.int64], gone: NDArray[np.int64]) -> NDArray[np.int64]:
    """A sorted array less some of its values, each taken out once."""
    if not len(gone):
        return values
    gone = np.sort(gone)
    nth = np.arange(len(gone)) - np.searchsorted(gone, gone)
    return np.delete(values, np.searchsorted(values, gone) + nth)


def together(values: NDArray[np.int64], new: NDArray[np.int64]) -> NDArray[np.int64]:
    """A sorted array and some more values."""
    if not len(new):
        return values
    new = np.sort(new)
    return np.insert(values, np.searchsorted(values, new), new)


class Tally:
    """One queue: the deadlines of each group, and the beginnings of "soon" of those that count."""

    def __init__(self) -> None:
        self.due = [np.zeros(0, np.int64) for _ in range(GROUPS)]
        self.soon = np.zeros(0, np.int64)

    def change(self, gone: Standing, new: Standing, clock: int) -> None:
        """Lays changes in."""
        for group in range(GROUPS):
            out, come = gone.due[clock, gone.group == group], new.due[clock, new.group == group]
            # What came and went again between two looks is there to be taken out only once it has been laid in.
            self.due[group] = without(together(self.due[group], come), out)
        # Never after the deadline, so that whatever is late counts as soon too and can be taken off.
        out, come = (
            np.minimum(each.soon[clock], each.due[clock])[each.group == 0] for each in (gone, new)
        )  # fmt: skip
        self.soon = without(together(self.soon, come), out)

    def counts(self, is_overdue: bool, now_ms: int) -> Counts:
        """How it stands at a moment; a queue of overdue cases holds those only."""
        over = [int(np.searchsorted(due, now_ms)) for due in self.due]
        if is_overdue:
            return Counts(sum(over), over[0], 0, 0, over[1], over[2])
        held = [len(due) for due in self.due]
        soon = int(np.searchsorted(self.soon, now_ms, side="right")) - over[0]
        return Counts(sum(held), over[0], soon, held[0] - over[0] - soon, held[1], held[2])


class QueueTallies:
    """All queues. Rows leave with what they counted as, and enter with what they count as now."""

    def __init__(self, queues: Sequence[QueueSpec]) -> None:
        self._number = {queue.id: i for i, queue in enumerate(queues)}
        self._tallies = {queue.id: Tally() for queue in queues}
        self._gone: dict[str, list[Standing]] = {queue.id: [] for queue in queues}
        self._new: dict[str, list[Standing]] = {queue.id: [] for queue in queues}

    def leave(self, rows: Standing) -> None:
        """They count no more as they did."""
        for waiting in self._gone.values():
            waiting.append(rows)

    def enter(self, rows: Standing) -> None:
        """They count like this from now on."""
        for waiting in self._new.values():
            waiting.append(rows)

    def counts(self, queue: QueueSpec, now_ms: int) -> Counts:
        """How a queue stands at a moment; lays in what waits for this one, and for no other."""
        tally, gone, new = self._tallies[queue.id], self._gone[queue.id], self._new[queue.id]
        if gone or new:
            bit = np.uint32(1 << self._number[queue.id])
            out, come = _of(_joined(gone), bit), _of(_joined(new), bit)
            gone.clear()
            new.clear()
            if len(out.member) or len(come.member):
                tally.change(out, come, queue.clock)
        return tally.counts(queue.is_overdue, now_ms)


def _joined(parts: list[Standing]) -> Standing:
    if not parts:
        empty = np.zeros((GROUPS, 0), np.int64)
        return Standing(np.zeros(0, np.uint32), np.zeros(0, np.int8), empty, empty)
    columns: list[Any] = [np.concatenate(each, axis=-1) for each in zip(*parts, strict=True)]
    return Standing(*columns)


def _of(rows: Standing, bit: np.uint32) -> Standing:
    held = (rows.member & bit) != 0
    return Standing(rows.member[held], rows.group[held], rows.due[:, held], rows.soon[:, held])
