"""All open cases from the cache into parts of columns, in a worker; and the facts of one case, the same way.

Promises: nothing of it touches a widget or a model; between two parts it rests, so that the screen's thread, which
shares one interpreter with it, has its turn. What changed while it read is the model's business.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from app.models.pool_work import Say
from app.models.queue_rows import Classes, Part, RowFacts, build_part
from app.models.queues import QueueSpec
from casework.clock.model import Calendar
from casework.sync.status import Shown

REST_S = 0.001
PARTS_WAITING = 2  # said and not laid in yet
WAIT_S = 1.0  # then it goes on all the same
INLINE_ROWS = 300  # no more than this are read while somebody waits: 8 ms


class Seat(msgspec.Struct, frozen=True):
    """What of the seat decides how a row looks. `unit`: only this unit's own tasks count, where it is given."""

    seat: str
    unit: str
    viewers: Mapping[str, tuple[str, ...]]
    quiet: frozenset[str]  # commands that leave no "unsent" mark
    refused: frozenset[str]  # cases with a refused command


class Expected(msgspec.Struct, frozen=True):
    """How many cases there are; said when the first of them have been."""

    count: int


class Ended(msgspec.Struct, frozen=True):
    """Everything has been read, or the cache is damaged."""

    is_damaged: bool = False


def facts_of(shown: Shown, task: Any, claim: Any, seat: Seat) -> RowFacts:
    """One case as a queue shows it."""
    case = shown.row
    is_taken = claim is not None and claim.seat != seat.seat
    return RowFacts(
        case=case,
        task=task,
        holder=claim.name if is_taken else next(iter(seat.viewers.get(case.id, ())), ""),
        is_taken=is_taken,
        is_mine=claim is not None and claim.seat == seat.seat,
        is_pending=any(command not in seat.quiet for command in shown.pending),
        is_refused=case.id in seat.refused,
    )


class Fill:
    """One reading of all open cases; `scan` is the session's."""

    def __init__(
        self, scan: Any, seat: Seat, queues: Sequence[QueueSpec], classes: Classes, calendar: Calendar
    ) -> None:
        self._scan, self._seat, self._queues = scan, seat, queues
        self._classes, self._calendar = classes, calendar
        self.is_off = False  # nobody wants it any more
        # Parts that wait to be laid in would all be laid in within one turn of the screen's loop.
        self.room = threading.Semaphore(PARTS_WAITING)

    def is_short(self) -> bool:
        """Whether there is so little that it may be read at once."""
        try:
            is_short = bool(self._scan.is_at_most(INLINE_ROWS))
        except sqlite3.DatabaseError:
            return True
        if not is_short:
            self._scan.close()  # the pool reads by a connection of its own: one belongs to its thread
        return is_short

    def run(self, say: Say) -> None:
        """Says part after part, and after the first how many there are; then that it has ended."""
        try:
            claims = self._scan.claims()
            for nth, shown in enumerate(filter(None, self._scan.parts())):
                self.room.acquire(timeout=WAIT_S)
                if self.is_off or not say(self._part(shown, claims)):
                    return
                if nth == 0:
                    self.room.acquire(timeout=WAIT_S)
                    say(Expected(self._scan.count()))
                time.sleep(REST_S)
            say(Ended())
        except sqlite3.DatabaseError:
            say(Ended(is_damaged=True))
        finally:
            self._scan.close()

    def _part(self, shown: list[Shown], claims: Mapping[str, Any]) -> Part:
        tasks = self._tasks([each.row for each in shown])
        time.sleep(REST_S)
        rows = [facts_of(each, tasks.get(each.row.id), claims.get(each.row.id), self._seat) for each in shown]
        return build_part(rows, self._queues, self._classes, self._calendar)

    def _tasks(self, cases: list[Any]) -> dict[str, Any]:
        """By case, the task that matters to this seat."""
        if self._seat.unit:
            named = [case.id for case in cases if case.task]
            found: dict[str, Any] = self._scan.tasks_of_unit(named, self._seat.unit)
            return found
        by_id = self._scan.tasks([case.task for case in cases if case.task])
        return {case.id: by_id[case.task] for case in cases if case.task in by_id}
