"""The open cases of a session as columns, kept true: read once, then case by case as changes are noted.

Promises: what is noted is gathered and read every 250 ms, for a few ms at a time; the whole cache, and whatever is as
much as that, is read in the pool and laid in part by part, and a case that was read by itself in the meantime is never
put back. It sorts nothing and shows nothing: `renewed` says when there is something else to show.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal

from app.models.pool_work import PoolWork
from app.models.queue_fill import Ended, Expected, Fill, Seat, facts_of
from app.models.queue_rows import Part, QueueRows, build_part, part_without
from app.models.queues import QueueSpec
from casework.clock.model import Calendar
from casework.commands import rule_of
from casework.ids import Key
from casework.sync.status import OutboxState
from casework.workflow import Post

if TYPE_CHECKING:
    from app.session import Session

FLUSH_MS = 250
MOST_READ = 2000  # more noted cases than this are read in the pool with all the others
READ_S = 0.004  # so long rows are read in one go


class OpenRows(QObject):
    """One per queue model. `rows` are the columns."""

    renewed = Signal()

    def __init__(self, session: Session, queues: Sequence[QueueSpec], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.rows = QueueRows(queues)
        self._dirty: set[str] = set()
        self._all_dirty = False
        self._filling: Fill | None = None
        self._unseen: set[str] = set()  # cases a filling has not met yet
        self._read_since: set[str] = set()  # cases read by themselves since it began
        self._quiet: frozenset[str] = frozenset()
        self._refused: frozenset[str] = frozenset()
        self._is_first = True
        self._pool = PoolWork(self)
        self._timer = QTimer(self, singleShot=True, interval=FLUSH_MS)
        self._timer.timeout.connect(self._turn)
        session.changed.connect(self._note)
        session.outbox_changed.connect(self._note_outbox)

    def begin(self) -> None:
        """Reads everything: a little at once, more in the pool."""
        self._read_outbox()
        self._read_all()

    def stop(self) -> None:
        """Nothing more is read."""
        self._pool.stop()
        self._timer.stop()
        if self._filling is not None:
            self._filling.is_off = True

    def is_filling(self) -> bool:
        """Whether the cases are still being read."""
        return self._filling is not None

    def read_now(self) -> None:
        """Everything noted, without a pause; says nothing."""
        self._timer.stop()
        while not self._read_some():
            pass

    # --- what is noted ------------------------------------------------------------------------------

    def _note(self, keys: frozenset[Key] | None) -> None:
        """Something changed; it is read at the next flush."""
        if keys is None:
            self._all_dirty = True
        else:
            for key in keys:
                if key.entity in ("case", "claim"):
                    self._dirty.add(key.key)
                elif key.entity == "task":
                    self._dirty.add(key.key.split("-", 1)[0])
            if not self._dirty:
                return
        self._wait()

    def _note_outbox(self) -> None:
        self._dirty |= self._refused
        self._read_outbox()
        self._dirty |= self._refused
        if self._dirty:
            self._wait()

    def _read_outbox(self) -> None:
        lines = self._session.outbox()
        # What may come in any order decides nothing about a case: it leaves no "unsent" mark on its row.
        self._quiet = frozenset(line.id for line in lines if rule_of(line.command).is_commutative)
        self._refused = frozenset(
            getattr(line.command, "case", "")
            for line in lines
            if line.state is OutboxState.REFUSED and line.id not in self._quiet
        )

    def _wait(self) -> None:
        if not self._timer.isActive():
            self._timer.start(FLUSH_MS)

    def _turn(self) -> None:
        """What was noted is read for a few ms, the rest in the next turn of the loop."""
        if self._read_some():
            self.renewed.emit()
        else:
            self._timer.start(0)

    # --- reading ------------------------------------------------------------------------------------

    def _read_some(self) -> bool:
        """Whether everything noted has been read."""
        if self._all_dirty or len(self._dirty) > MOST_READ:
            self._dirty.clear()
            self._all_dirty = False
            self._read_all()
            return True
        until = time.monotonic() + READ_S
        seat, rows = self._seat(), []
        while self._dirty and time.monotonic() < until:
            case = self._dirty.pop()
            self._unseen.discard(case)
            if self._filling is not None:
                self._read_since.add(case)
            item = self._session.row("case", case)
            if item is None or not item.row.is_open:
                self.rows.drop(case)
                continue
            claim = self._session.row("claim", case)
            rows.append(facts_of(item, self._task(item.row), claim.row if claim else None, seat))
        if rows:
            self.rows.put(build_part(rows, self.rows.queues, self.rows.classes, self._calendar()))
        return not self._dirty

    def _read_all(self) -> None:
        if self._filling is not None:
            self._filling.is_off = True
        made = Fill(self._session.scan(), self._seat(), self.rows.queues, self.rows.classes, self._calendar())
        self._unseen, self._read_since = set(self.rows.slot_of), set()
        self._filling, self._is_first = made, True
        if made.is_short():
            made.run(lambda said: self._take(made, said))
            self._timer.stop()  # whoever asked shows it
        else:
            self._pool.send(made.run, lambda said: self._take(made, said))

    def _take(self, made: Fill, said: Part | Expected | Ended) -> bool:
        """A part of a filling, or its end."""
        made.room.release()
        if made is not self._filling:
            return False
        if isinstance(said, Part):
            self._unseen.difference_update(said.ids)
            self.rows.put(part_without(said, self._read_since))
            if self._is_first:
                self._timer.start(0)  # the first screenful
            self._is_first = False
            self._wait()
            return True
        if isinstance(said, Expected):
            self.rows.reserve(said.count)
            return True
        self._filling = None
        if said.is_damaged:
            self._session.doubt()
            return False
        for case in self._unseen:
            self.rows.drop(case)
        self._unseen, self._read_since = set(), set()
        self._wait()
        return False

    def _seat(self) -> Seat:
        session = self._session
        unit = session.person.unit if session.posts <= {Post.UNIT_OPERATOR} else ""
        return Seat(session.seat, unit, session.viewers(), self._quiet, self._refused)

    def _task(self, case: Any) -> Any:
        """The task that matters here: for the hall the lead unit's, for a unit's operator their own."""
        if not case.task:
            return None
        if self._session.posts <= {Post.UNIT_OPERATOR}:
            own = [s.row for s in self._session.rows("task", case=case.id, unit=self._session.person.unit)]
            return max(own, key=lambda task: task.sent_ms, default=None)
        found = self._session.row("task", case.task)
        return found.row if found else None

    def _calendar(self) -> Calendar:
        city = self._session.city()
        return city.calendar if city else Calendar()
