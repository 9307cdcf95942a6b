"""The alarms of a seat: what needs this seat's own action now, at most three at a time.

An alarm is here only where it is real: a case overdue in a queue this seat works (P2), or sent back by its unit
and waiting to be dispatched again (P2). Everything else is a count in the rail. What was acknowledged does not
come back for the same cause. Sounds and shelving are not its business.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QObject, Signal

from app.models import text
from app.models.queue_model import CaseFacts, QueueModel
from app.models.queues import QUEUE_BY_ID
from casework.workflow import Flag, Stage

if TYPE_CHECKING:
    from app.session import Session

MOST = 3


class Cause(enum.StrEnum):
    """Why somebody is called."""

    OVERDUE = "overdue"
    RETURNED = "returned"


class Alarm(msgspec.Struct, frozen=True):
    """One alarm: its plate, what and where, how old, and the case it leads to."""

    priority: str
    cause: Cause
    case: str
    words: str
    age_ms: int

    @property
    def age(self) -> str:
        """How long it has stood."""
        return text.duration(self.age_ms)


class Alarms(QObject):
    """Derived from the queue's model; recomputed when its figures change or a second passes."""

    changed = Signal()

    def __init__(self, session: Session, model: QueueModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._model = model
        self._acknowledged: set[tuple[Cause, str]] = set()
        self._shown: tuple[Alarm, ...] = ()
        model.counts_changed.connect(self.refresh)
        self.refresh()

    def top(self) -> tuple[Alarm, ...]:
        """The three to show, the longest standing first."""
        return self._shown

    def refresh(self) -> None:
        """Looks again."""
        fresh = tuple(sorted(self._all(), key=lambda alarm: -alarm.age_ms)[:MOST])
        if fresh != self._shown:
            self._shown = fresh
            self.changed.emit()

    def acknowledge(self, number: int = 0) -> Alarm | None:
        """Takes one of those shown off, the first by itself; the caller goes to its case."""
        if number >= len(self._shown):
            return None
        taken = self._shown[number]
        self._acknowledged.add((taken.cause, taken.case))
        self.refresh()
        return taken

    def _all(self) -> list[Alarm]:
        posts, model = self._session.posts, self._model
        # So many that three are left when those acknowledged, and those found twice, have been taken out.
        most = 2 * MOST + len(self._acknowledged)
        found: list[Alarm] = []
        for queue in model.queues:
            if queue.workers & posts:
                late = model.late_cases(queue, most)
                found += [self._of(Cause.OVERDUE, facts, facts.late_ms) for facts in late]
        dispatching = QUEUE_BY_ID["awaiting_dispatch"]
        if dispatching.workers & posts and dispatching in model.queues:
            now_ms = self._session.now_ms()
            for facts in model.flagged_cases(dispatching, Flag.RETURNED, most):
                if facts.stage is Stage.AWAITING_DISPATCH:
                    found.append(self._of(Cause.RETURNED, facts, now_ms - facts.since_ms))
        seen: set[str] = set()
        return [
            alarm
            for alarm in found
            if (alarm.cause, alarm.case) not in self._acknowledged
            and not (alarm.case in seen or seen.add(alarm.case))
        ]

    def _of(self, cause: Cause, facts: CaseFacts, age_ms: int) -> Alarm:
        cause_word = self.tr("Overdue") if cause is Cause.OVERDUE else self.tr("Returned")
        road, number = facts.place.split(" ")[0], text.short_number(facts.id)
        return Alarm("P2", cause, facts.id, f"{cause_word} {facts.class_name} {road} {number}", age_ms)
