"""The live queue: the open cases of one queue as a table, sorted by time left, kept fresh in batches.

Promises: what arrives is gathered and shown every 250 ms with one `dataChanged`; a re-sort moves the persistent
indexes with their cases, so that selection and current index stay on the case and never on the row number; time
goes on each second without reading a row again. It shows rows and decides nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    QTimer,
    Signal,
)

from app.models import text, words
from app.models.queue_rows import NO_DUE, PENDING, SUSPENDED, Counts, QueueRows, RowFacts, ranges
from app.models.queues import COLUMNS, Column, QueueSpec, home_queue, queues_for
from casework.clock.model import Calendar
from casework.commands import rule_of
from casework.entities.case import Case
from casework.entities.claim import Claim
from casework.entities.task import Task
from casework.ids import Key
from casework.sync.status import OutboxState, Shown
from casework.workflow import Post

if TYPE_CHECKING:
    from app.session import Session

FLUSH_MS = 250
TICK_MS = 1000
MOST_RANGES = 64  # more scattered changes than this are shown by one reset
LINE_ROLE = Qt.ItemDataRole.UserRole
CASE_ROLE = Qt.ItemDataRole.UserRole + 1

NO_INDEX = QModelIndex()


class QueueLine(msgspec.Struct, frozen=True):
    """One row as it is drawn: a mark, a time and its tone, words, a tag or a name."""

    case: str
    mark: str
    left: str
    tone: str
    is_bold: bool
    class_name: str
    place: str
    tag: str
    chip: str
    is_dim: bool


class QueueModel(QAbstractTableModel):
    """All open cases, one queue of them shown."""

    counts_changed = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.queues = queues_for(session.posts)
        self._queue = home_queue(session.posts)
        self._rows = QueueRows(self.queues)
        self._order: NDArray[np.intp] = np.zeros(0, np.intp)
        self._dirty: set[str] = set()
        self._all_dirty = False
        self._quiet: set[str] = set()
        self._refused: dict[str, str] = {}
        self._counts: dict[str, Counts] = {}
        self._flush_timer = QTimer(self, singleShot=True, interval=FLUSH_MS)
        self._flush_timer.timeout.connect(self.flush)
        self._tick_timer = QTimer(self, interval=TICK_MS)
        self._tick_timer.timeout.connect(self.tick)
        self._tick_timer.start()
        session.changed.connect(self._note)
        session.outbox_changed.connect(self._note_outbox)
        self._read_outbox()
        self._read_all()
        self._order = self._rows.order(self._queue, session.now_ms())
        self._count()

    # --- what it shows ------------------------------------------------------------------------------

    def queue(self) -> QueueSpec:
        """The queue shown."""
        return self._queue

    def set_queue(self, queue: QueueSpec) -> None:
        """Shows another queue."""
        if queue is self._queue:
            return
        self.flush()
        self.beginResetModel()
        self._queue = queue
        self._order = self._rows.order(queue, self._session.now_ms())
        self.endResetModel()
        self.counts_changed.emit()

    def counts(self, queue: QueueSpec | None = None) -> Counts:
        """The figures of a queue (the one shown)."""
        return self._counts.get((queue or self._queue).id, Counts())

    def case_at(self, row: int) -> str:
        """The case in a row; "" outside."""
        facts = self._facts_at(row)
        return facts.case.id if facts else ""

    def row_of(self, case: str) -> int:
        """The row of a case in the queue shown; -1 where it is not in it."""
        slot = self._rows.slot_of.get(case)
        if slot is None:
            return -1
        found = np.flatnonzero(self._order == slot)
        return int(found[0]) if len(found) else -1

    def queue_of(self, case: str) -> QueueSpec | None:
        """The first queue of the rail that holds a case."""
        slot = self._rows.slot_of.get(case)
        if slot is None:
            return None
        bits = int(self._rows.member[slot])
        return next((q for i, q in enumerate(self.queues) if bits >> i & 1 and not q.is_overdue), None)

    def next_case(self, after: str = "") -> str:
        """What Space takes: the first case of the queue that nobody has in hand and nothing holds back."""
        for slot in self._order:
            facts = self._rows.facts[slot]
            if facts is None or facts.case.id == after or facts.is_taken or facts.is_mine:
                continue
            if self._rows.group[slot] in (PENDING, SUSPENDED) or facts.is_pending:
                continue
            return facts.case.id
        return ""

    def everything(self) -> list[RowFacts]:
        """Every open case this seat knows, in no order."""
        return [
            facts for slot in self._rows.slot_of.values() if (facts := self._rows.facts[slot]) is not None
        ]

    def same_class_near(self, case: str, reach_mm: int) -> int:
        """How many other open cases of the same class lie within reach of one."""
        slot = self._rows.slot_of.get(case)
        here = self._rows.facts[slot] if slot is not None else None
        if here is None:
            return 0
        x, y, code = here.case.x_mm, here.case.y_mm, here.case.class_code
        return sum(
            other.case.class_code == code
            and other.case.id != case
            and (other.case.x_mm - x) ** 2 + (other.case.y_mm - y) ** 2 <= reach_mm**2
            for other in self.everything()
        )

    def cases_in(self, queue: QueueSpec) -> list[Case]:
        """The cases of a queue, in its order."""
        slots = self._rows.order(queue, self._session.now_ms())
        return [facts.case for slot in slots if (facts := self._rows.facts[slot]) is not None]

    def late_cases(self, queue: QueueSpec) -> list[tuple[Case, int]]:
        """Overdue cases of a queue with how long they are late, the longest first."""
        now_ms = self._session.now_ms()
        found = []
        for slot in self._rows.order(queue, now_ms):
            late_ms = now_ms - int(self._rows.due[queue.clock, slot])
            facts = self._rows.facts[slot]
            if late_ms <= 0 or self._rows.group[slot]:
                break
            if facts is not None:
                found.append((facts.case, late_ms))
        return found

    def line(self, row: int) -> QueueLine | None:
        """A row ready to be drawn."""
        if not 0 <= row < len(self._order):
            return None
        slot = int(self._order[row])
        facts = self._rows.facts[slot]
        if facts is None:
            return None
        mark, left, tone, is_bold = self._time_of(slot, facts)
        return QueueLine(
            case=facts.case.id,
            mark=mark,
            left=left,
            tone=tone,
            is_bold=is_bold,
            class_name=facts.class_name,
            place=facts.case.place,
            tag=facts.tag,
            chip=facts.holder,
            is_dim=facts.is_taken or self._rows.group[slot] in (PENDING, SUSPENDED),
        )

    def _time_of(self, slot: int, facts: RowFacts) -> tuple[str, str, str, bool]:
        """Mark, text, tone and weight of the time column."""
        if facts.is_refused:
            return "triangle", self.tr("refused"), "alarm_text", True
        group = self._rows.group[slot]
        if group == PENDING:
            return "dashed_ring", self.tr("unsent"), "held_text", False
        if group == SUSPENDED:
            return "bars", self.tr("held"), "held_text", False
        now_ms = self._session.now_ms()
        due_ms = int(self._rows.due[self._queue.clock, slot])
        if due_ms == NO_DUE:
            return "ring", "", "text2", False
        left = text.column_left(due_ms - now_ms)
        if due_ms < now_ms:
            return "triangle", left, "alarm_text", True
        if self._rows.soon[self._queue.clock, slot] <= now_ms:
            return "diamond", left, "warn_text", False
        return "ring", left, "text1", False

    # --- Qt's side ----------------------------------------------------------------------------------

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._order)

    def columnCount(self, parent: QModelIndex | QPersistentModelIndex = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(COLUMNS)

    def data(
        self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if not index.isValid():
            return None
        if role == CASE_ROLE:
            return self.case_at(index.row())
        line = self.line(index.row())
        if line is None:
            return None
        if role == LINE_ROLE:
            return line
        if role == Qt.ItemDataRole.DisplayRole:
            shown = ("", line.left, line.class_name, line.place, line.chip or line.tag)
            return shown[index.column()]
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return text.facts(line.left, line.class_name, line.place, line.tag, line.chip)
        if role == Qt.ItemDataRole.ToolTipRole and index.column() in (Column.MARK, Column.PLACE):
            return text.facts(line.case, line.class_name, line.place)
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is not Qt.Orientation.Horizontal or role != Qt.ItemDataRole.DisplayRole:
            return None
        heads = ("", self.tr("Left"), self.tr("Class"), self.tr("Place"), self.tr("Mark"))
        return heads[section] if 0 <= section < len(heads) else None

    # --- keeping fresh ------------------------------------------------------------------------------

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
        if not self._flush_timer.isActive():
            self._flush_timer.start()

    def _note_outbox(self) -> None:
        self._dirty |= self._refused.keys()
        self._read_outbox()
        self._dirty |= self._refused.keys()
        if self._dirty and not self._flush_timer.isActive():
            self._flush_timer.start()

    def _read_outbox(self) -> None:
        self._quiet, self._refused = set(), {}
        for line in self._session.outbox():
            # What may come in any order decides nothing about a case: it leaves no "unsent" mark on its row.
            if rule_of(line.command).is_commutative:
                self._quiet.add(line.id)
            elif line.state is OutboxState.REFUSED:
                self._refused[getattr(line.command, "case", "")] = line.id

    def flush(self) -> None:
        """Reads what was noted and shows it at once."""
        self._flush_timer.stop()
        if self._all_dirty:
            self._read_all()
        else:
            for case in self._dirty:
                self._read(case)
        self._all_dirty, self._dirty = False, set()
        self._show(self._rows.order(self._queue, self._session.now_ms()))
        self._rows.recycle()
        if len(self._order):
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._order) - 1, len(COLUMNS) - 1))
        self._count()

    def tick(self) -> None:
        """A second has passed."""
        self._show(self._rows.order(self._queue, self._session.now_ms()))
        if len(self._order):
            last = len(self._order) - 1
            self.dataChanged.emit(self.index(0, Column.MARK), self.index(last, Column.LEFT))
        self._count()

    def _read_all(self) -> None:
        shown = {item.row.id: item for item in self._session.open_cases()}
        holders = {item.row.case: item.row for item in self._session.rows("claim")}
        for case in self._rows.slot_of.keys() - shown.keys():
            self._rows.drop(case)
        calendar = self._calendar()
        for case, item in shown.items():
            self._put(item, holders.get(case), calendar)

    def _read(self, case: str) -> None:
        item = self._session.row("case", case)
        if item is None or not item.row.is_open:
            self._rows.drop(case)
            return
        claim = self._session.row("claim", case)
        self._put(item, claim.row if claim else None, self._calendar())

    def _put(self, item: Shown, claim: Claim | None, calendar: Calendar) -> None:
        case: Case = item.row
        name = words.class_name(self._session.catalogues, case.edition, case.kind, case.class_code)
        facts = RowFacts(
            case=case,
            task=self._task(case),
            class_name=name,
            tag=words.tag(case.flags),
            holder=self._holder(case.id, claim),
            is_taken=claim is not None and claim.seat != self._session.seat,
            is_mine=claim is not None and claim.seat == self._session.seat,
            is_pending=any(command not in self._quiet for command in item.pending),
            is_refused=case.id in self._refused,
        )
        self._rows.put(facts, calendar)

    def _holder(self, case: str, claim: Claim | None) -> str:
        """Who has it in hand at another seat, else who is looking at it there."""
        if claim is not None and claim.seat != self._session.seat:
            return claim.name
        return next(iter(self._session.viewers().get(case, ())), "")

    def _task(self, case: Case) -> Task | None:
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

    def _count(self) -> None:
        now_ms = self._session.now_ms()
        fresh = {queue.id: self._rows.counts(queue, now_ms) for queue in self.queues}
        if fresh != self._counts:
            self._counts = fresh
            self.counts_changed.emit()

    # --- from one order to the next -----------------------------------------------------------------

    def _facts_at(self, row: int) -> RowFacts | None:
        return self._rows.facts[int(self._order[row])] if 0 <= row < len(self._order) else None

    def _show(self, fresh: NDArray[np.intp]) -> None:
        """Goes over to a new order: first what leaves, then the re-sort, then what comes."""
        if np.array_equal(fresh, self._order):
            return
        gone = ranges(np.flatnonzero(~np.isin(self._order, fresh)))
        new = ranges(np.flatnonzero(~np.isin(fresh, self._order)))
        if len(gone) + len(new) > MOST_RANGES:
            self.beginResetModel()
            self._order = fresh
            self.endResetModel()
            return
        for first, last in reversed(gone):
            self.beginRemoveRows(NO_INDEX, first, last)
            self._order = np.delete(self._order, slice(first, last + 1))
            self.endRemoveRows()
        self._sort_to(fresh[np.isin(fresh, self._order)])
        for first, last in new:
            self.beginInsertRows(NO_INDEX, first, last)
            self._order = np.insert(self._order, first, fresh[first : last + 1])
            self.endInsertRows()

    def _sort_to(self, fresh: NDArray[np.intp]) -> None:
        """The same cases in another order; every persistent index goes with its case."""
        if np.array_equal(fresh, self._order):
            return
        self.layoutAboutToBeChanged.emit()
        row_of = {int(slot): row for row, slot in enumerate(fresh)}
        before = self.persistentIndexList()
        after = [self.index(row_of[int(self._order[index.row()])], index.column()) for index in before]
        self._order = fresh
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()
