"""The live queue: the open cases of one queue as a table, sorted by time left, kept fresh in batches.

Promises: what arrives is gathered and shown every 250 ms with one `dataChanged`; a re-sort moves the persistent
indexes with their cases, so that selection and current index stay on the case and never on the row number; time
goes on each second without reading a row again, and sorts nothing. What is large is read, sorted and filtered in the
pool on a copy of the columns, and the order goes over in one step. It shows rows and decides nothing.
"""

from __future__ import annotations

from collections.abc import Callable
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
from app.models.pool_work import PoolWork, Say
from app.models.queue_find import Haystack, fill, fits, matches, words_of
from app.models.queue_order import SORTS, Copied, Order, Sort, View, copied, key_of, moved, sorted_slots
from app.models.queue_reading import OpenRows
from app.models.queue_rows import (
    FLAG_BIT,
    MINE,
    NO_DUE,
    PENDING,
    REFUSED,
    STAGES,
    SUSPENDED,
    TAKEN,
    UNSENT,
    ranges,
    run_count,
)
from app.models.queue_tally import Counts
from app.models.queues import COLUMNS, Column, QueueSpec, home_queue, queues_for
from casework.workflow import Flag, Stage

if TYPE_CHECKING:
    from app.session import Session

TICK_MS = 1000
AGAIN_MS = (
    250  # between two sorts that nobody asked for: while thousands of rows come, each is out of date at once
)
MOST_RANGES = 64  # more scattered changes than this are shown by one reset
MOST_MOVED = 100  # more changed rows than this are sorted anew, in the pool
INLINE_ROWS = 4000  # so many are sorted at once, within a ms
MOST_DIGITS = 18  # of a number a column can hold
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


class CaseFacts(msgspec.Struct, frozen=True):
    """What the columns know of a case, for whoever lists cases: alarms, the command bar."""

    id: str
    class_name: str
    class_code: str
    place: str
    stage: Stage
    since_ms: int  # when its stage began
    late_ms: int = 0


class QueueModel(QAbstractTableModel):
    """All open cases, one queue of them shown."""

    counts_changed = Signal()
    view_changed = Signal()  # another queue, sort or filter is shown
    about_to_show = Signal()  # another order follows, by one or more of Qt's own signals
    shown = Signal()  # it is there
    sorted = Signal()  # what was wanted of the pool is shown

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.queues = queues_for(session.posts)
        self._view = self._wanted = View(home_queue(session.posts))
        self._sorts: dict[str, Sort] = {}
        self._reading = OpenRows(session, self.queues, self)
        self._rows = self._reading.rows
        self._order: Order = np.zeros(0, np.intp)
        self._names: list[tuple[str, str]] = []  # name and code of every class met
        self._window: tuple[int, int] | None = None
        self._shown_ms = session.now_ms()
        self._is_sorting = False
        self._again = QTimer(self, singleShot=True, interval=AGAIN_MS)
        self._again.timeout.connect(self._sort_in_pool)
        self._since: set[int] = set()  # slots touched since the sort under way began
        self._haystack = Haystack()
        self._is_filter_near = self._is_joining = self._is_waiting = False
        self._counts: dict[str, Counts] = {}
        self._pool = PoolWork(self)
        self._counting = QTimer(self, interval=0)
        self._counting.timeout.connect(self._count_next)
        self._uncounted: list[QueueSpec] = []
        self._fresh: dict[str, Counts] = {}
        self._tick_timer = QTimer(self, interval=TICK_MS)
        self._tick_timer.timeout.connect(self.tick)
        self._tick_timer.start()
        self._reading.renewed.connect(self._show_changes)
        self._reading.begin()
        self._reorder(is_whole=True)
        self._count()

    def stop(self) -> None:
        """The window closes: nothing more is read or sorted."""
        self._pool.stop()
        self._reading.stop()
        self._tick_timer.stop()
        self._again.stop()
        self._counting.stop()

    # --- what it shows ------------------------------------------------------------------------------

    def queue(self) -> QueueSpec:
        """The queue shown."""
        return self._view.queue

    def set_queue(self, queue: QueueSpec) -> None:
        """Shows another queue, in the sort it was left in and without a filter."""
        if queue is self._wanted.queue:
            return
        self.flush()
        self._wanted = View(queue, self._sorts.get(queue.id, Sort.LEFT))
        # The rows of the queue before may not stand under this one's name for a moment.
        self._show(self._order[:0])
        self._view = self._wanted
        self.view_changed.emit()
        self._reorder(is_whole=True)
        self.counts_changed.emit()

    def sort_by(self) -> Sort:
        """What the queue shown is sorted by."""
        return self._wanted.sort

    def set_sort(self, sort: Sort) -> None:
        """Sorts the queue shown by something else, and so whenever it is shown again."""
        if sort is self._wanted.sort:
            return
        self._sorts[self._wanted.queue.id] = sort
        self._want(msgspec.structs.replace(self._wanted, sort=sort))

    def turn_sort(self) -> None:
        """The next of the sorts."""
        self.set_sort(SORTS[(SORTS.index(self._wanted.sort) + 1) % len(SORTS)])

    def set_filter(self, query: str) -> None:
        """Shows only cases whose class, place or number has every word of it; "" shows all."""
        found = words_of(query)
        if found != self._wanted.words:
            self._want(msgspec.structs.replace(self._wanted, words=found))

    def expect_filter(self, is_near: bool) -> None:
        """Whether a person is about to filter: what is searched is made ready then, and kept so."""
        self._is_filter_near = is_near
        self._join_texts()

    def is_filtered(self) -> bool:
        """Whether some of the queue is left out."""
        return bool(self._wanted.words)

    def is_settled(self) -> bool:
        """Whether what is wanted is what is shown, and everything has been read."""
        is_reading = self.is_filling() or bool(self._rows.touched)
        is_sorting = (
            self._is_sorting or self._again.isActive() or self._is_waiting or self._counting.isActive()
        )
        return not is_sorting and not is_reading and self._view == self._wanted

    def is_filling(self) -> bool:
        """Whether the cases are still being read from the cache."""
        return self._reading.is_filling()

    def counts(self, queue: QueueSpec | None = None) -> Counts:
        """The figures of a queue (the one shown), whatever is filtered."""
        return self._counts.get((queue or self._wanted.queue).id, Counts())

    def case_at(self, row: int) -> str:
        """The case in a row; "" outside."""
        return self._rows.ids[int(self._order[row])] if 0 <= row < len(self._order) else ""

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
        """What Space takes: the first case shown that nobody has in hand and nothing holds back."""
        rows = self._rows
        for slot in self._order:
            is_free = not rows.state[slot] & (TAKEN | MINE | UNSENT)
            if is_free and rows.group[slot] not in (PENDING, SUSPENDED) and rows.ids[slot] != after:
                return rows.ids[slot]
        return ""

    def open_count(self) -> int:
        """How many open cases this seat knows."""
        return len(self._rows)

    def some_cases(self, most: int) -> list[CaseFacts]:
        """Open cases this seat knows, those of the queue shown first; so many of them."""
        slots = dict.fromkeys(self._order[:most].tolist())
        for slot in self._rows.slot_of.values():
            if len(slots) >= most:
                break
            slots[slot] = None
        return [self._facts(slot) for slot in slots if self._rows.is_here[slot]]

    def numbered(self, digits: str, most: int) -> list[CaseFacts]:
        """Open cases whose number ends with these digits, the newest first."""
        rows = self._rows
        if len(digits) > MOST_DIGITS:
            return []
        fits = rows.is_here & (rows.number % 10 ** len(digits) == int(digits))
        slots = np.flatnonzero(fits)
        newest = slots[np.argsort(-rows.registered[slots], kind="stable")][:most]
        return [self._facts(slot) for slot in newest.tolist()]

    def facts(self, case: str) -> CaseFacts | None:
        """What the columns know of a case."""
        slot = self._rows.slot_of.get(case)
        return None if slot is None else self._facts(slot)

    def same_class_near(self, case: str, reach_mm: int) -> int:
        """How many other open cases of the same class lie within reach of one."""
        slot = self._rows.slot_of.get(case)
        return 0 if slot is None else self._rows.same_class_near(slot, reach_mm)

    def late_cases(self, queue: QueueSpec, most: int) -> list[CaseFacts]:
        """The overdue cases of a queue that are late the longest, with how long."""
        now_ms, due = self._session.now_ms(), self._rows.due[queue.clock]
        slots = self._rows.late(queue, now_ms, most)
        return [self._facts(slot, now_ms - int(due[slot])) for slot in slots]

    def flagged_cases(self, queue: QueueSpec, flag: Flag, most: int) -> list[CaseFacts]:
        """The cases of a queue with a flag, the longest at their stage first."""
        return [self._facts(slot) for slot in self._rows.flagged(queue, flag, most)]

    def _facts(self, slot: int, late_ms: int = 0) -> CaseFacts:
        rows = self._rows
        name, code = self._class(slot)
        stage = STAGES[int(rows.stage[slot])]
        return CaseFacts(rows.ids[slot], name, code, rows.places[slot], stage, int(rows.since[slot]), late_ms)

    def _class(self, slot: int) -> tuple[str, str]:
        """Name and code of a slot's class."""
        number = int(self._rows.class_of[slot])
        if number >= len(self._names):
            self._name_classes()
        return self._names[number]

    def _name_classes(self) -> list[tuple[str, str]]:
        catalogues = self._session.catalogues
        for edition, kind, code in self._rows.classes.keys[len(self._names) :]:
            self._names.append((words.class_name(catalogues, edition, kind, code), code))
        return self._names

    def line(self, row: int) -> QueueLine | None:
        """A row ready to be drawn."""
        if not 0 <= row < len(self._order):
            return None
        slot, rows = int(self._order[row]), self._rows
        mark, left, tone, is_bold = self._time_of(slot)
        flags = int(rows.flags[slot])
        return QueueLine(
            case=rows.ids[slot],
            mark=mark,
            left=left,
            tone=tone,
            is_bold=is_bold,
            class_name=self._class(slot)[0],
            place=rows.places[slot],
            tag=words.tag(flag for flag, bit in FLAG_BIT.items() if flags & bit) if flags else "",
            chip=rows.holders.get(slot, ""),
            is_dim=bool(rows.state[slot] & TAKEN) or rows.group[slot] in (PENDING, SUSPENDED),
        )

    def _time_of(self, slot: int) -> tuple[str, str, str, bool]:
        """Mark, text, tone and weight of the time column."""
        if self._rows.state[slot] & REFUSED:
            return "triangle", self.tr("refused"), "alarm_text", True
        group = self._rows.group[slot]
        if group == PENDING:
            return "dashed_ring", self.tr("unsent"), "held_text", False
        if group == SUSPENDED:
            return "bars", self.tr("held"), "held_text", False
        now_ms, clock = self._session.now_ms(), self._view.queue.clock
        due_ms = int(self._rows.due[clock, slot])
        if due_ms == NO_DUE:
            return "ring", "", "text2", False
        left = text.column_left(due_ms - now_ms)
        if due_ms < now_ms:
            return "triangle", left, "alarm_text", True
        if self._rows.soon[clock, slot] <= now_ms:
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
        # Rows sorted by registration still show the time left; the head beside it says what they are sorted by.
        first = self.tr("Newest") if self._wanted.sort is Sort.REGISTERED else ""
        heads = (first, self.tr("Left"), self.tr("Class"), self.tr("Place"), self.tr("Mark"))
        return heads[section] if 0 <= section < len(heads) else None

    def show_window(self, first: int, last: int) -> None:
        """Which rows are on the screen: only these are announced when something changed."""
        self._window = (first, last)

    def _announce(self, first_column: int, last_column: int) -> None:
        first, last = self._window or (0, len(self._order) - 1)
        last = min(last, len(self._order) - 1)
        if 0 <= first <= last:
            self.dataChanged.emit(self.index(first, first_column), self.index(last, last_column))

    # --- keeping fresh ------------------------------------------------------------------------------

    def flush(self) -> None:
        """Reads what was noted and shows it, as far as that can be done at once."""
        self._reading.read_now()
        self._show_changes()

    def _show_changes(self) -> None:
        self._reorder(is_whole=False)
        if not self._is_sorting:  # else all of it is painted when the order has come
            self._announce(0, len(COLUMNS) - 1)
        self._count_soon()

    def tick(self) -> None:
        """A second has passed: other times are shown, and a queue of overdue cases gets those that are so now."""
        queue, now_ms = self._view.queue, self._session.now_ms()
        if queue.is_overdue:
            due = self._rows.due[queue.clock]
            low, high = sorted((self._shown_ms, now_ms))
            passed = np.flatnonzero((due >= low) & (due < high))
            if len(passed):
                self._rows.touched.update(passed.tolist())
                self._reorder(is_whole=False)
        self._shown_ms = now_ms
        self._announce(Column.MARK, Column.LEFT)
        self._count_soon()
        self._join_texts()

    def _count_soon(self) -> None:
        """Figures of many rows come one queue in a turn of the loop: together they would be a stall."""
        if len(self._rows) <= INLINE_ROWS:
            self._count()
        else:
            self._uncounted = list(self.queues)
            self._counting.start()

    def _count_next(self) -> None:
        queue = self._uncounted.pop()
        self._fresh[queue.id] = self._rows.counts(queue, self._session.now_ms())
        if not self._uncounted:
            self._counting.stop()
            self._take_counts(self._fresh)
            self._fresh = {}

    def _count(self) -> None:
        self._counting.stop()
        now_ms = self._session.now_ms()
        self._take_counts({queue.id: self._rows.counts(queue, now_ms) for queue in self.queues})

    def _take_counts(self, fresh: dict[str, Counts]) -> None:
        if fresh != self._counts:
            self._counts = fresh
            self.counts_changed.emit()

    # --- from one order to the next -----------------------------------------------------------------

    def _want(self, view: View) -> None:
        self._wanted = view
        self.view_changed.emit()
        self._reorder(is_whole=True)

    def _reorder(self, is_whole: bool) -> None:
        """What was touched goes where it belongs: a few rows by themselves, many or all by a new sort."""
        touched = self._take_touched()
        if len(self._rows) <= INLINE_ROWS and not self._is_joining:
            if touched or is_whole:
                order = sorted_slots(*self._given(self._wanted)())
                self._show(order, self._wanted)
        elif is_whole or len(touched) > MOST_MOVED:
            self._sort_in_pool()
        elif touched:
            self._show(self._moved(self._order, touched, self._view))

    def _take_touched(self) -> set[int]:
        touched, self._rows.touched = self._rows.touched, set()
        self._haystack.note(touched)
        if self._is_sorting:
            self._since |= touched
        return touched

    def _moved(self, order: Order, touched: set[int], view: View) -> Order:
        rows, now_ms = self._rows, self._session.now_ms()

        def is_shown(slot: int) -> bool:
            if not rows.is_in(slot, view.queue, now_ms):
                return False
            return not view.words or fits(view.words, rows.ids[slot], rows.places[slot], *self._class(slot))

        return moved(order, list(touched), is_shown, key_of(rows, view))

    def _given(self, view: View) -> Callable[[], tuple[Copied, NDArray[np.bool_] | None]]:
        """What a sort needs, copied here; the filter is run by whoever calls the answer."""
        rows = self._rows
        given = copied(rows, view, self._session.now_ms())
        if not view.words:
            return lambda: (given, None)
        changed = self._haystack.take_stale(rows.ids, rows.places)
        number, class_of, names = rows.number.copy(), rows.class_of.copy(), list(self._name_classes())
        haystack = self._haystack

        def found() -> tuple[Copied, NDArray[np.bool_] | None]:
            fill(haystack, changed)
            return given, matches(haystack, view.words, number, class_of, names)

        return found

    def _join_texts(self) -> None:
        """Makes ready what a filter looks through, which one worker does at a time."""
        is_free = not self._is_sorting and not self._is_joining and not self.is_filling()
        if self._is_filter_near and is_free and self._haystack.stale and len(self._rows) > INLINE_ROWS:
            self._is_joining, haystack = True, self._haystack
            changed = haystack.take_stale(self._rows.ids, self._rows.places)

            def work(say: Say) -> None:
                fill(haystack, changed)
                say(None)

            self._pool.send(work, self._take_joined)

    def _take_joined(self, _: None) -> None:
        self._is_joining = False
        if self._is_waiting:
            self._is_waiting = False
            self._sort_in_pool()

    def _sort_in_pool(self) -> None:
        if self._is_sorting:
            return  # what was touched is put right when it comes, and another view is sorted then
        if self._is_joining and self._wanted.words:
            self._is_waiting = True
            return
        self._again.stop()
        self._is_sorting, self._since = True, set()
        view = self._wanted
        given = self._given(view)

        def work(say: Say) -> None:
            say((view, sorted_slots(*given())))

        self._pool.send(work, self._take_order)

    def _take_order(self, said: tuple[View, Order]) -> None:
        """A sort has come from the pool: rows touched since then are put right, and it is shown."""
        view, order = said
        self._take_touched()
        self._is_sorting = False
        if view == self._wanted:
            if len(self._since) > MOST_MOVED:
                # Too many to be moved one by one: what is no more there goes, the rest at the next sort.
                order = order[(self._rows.member[order] & self._rows.bit(view.queue)) != 0]
                self._again.start()
            else:
                order = self._moved(order, self._since, view)
            self._show(order, view)
            self._announce(0, len(COLUMNS) - 1)
            self.sorted.emit()
        else:
            self._sort_in_pool()

    def _show(self, fresh: Order, view: View | None = None) -> None:
        """Goes over to a new order; slots that nobody shows any more are free."""
        is_other = view is not None and view != self._view
        if not np.array_equal(fresh, self._order):
            self.about_to_show.emit()
            self._go_over(fresh)
            is_other = True
        self._view = view or self._view
        self._rows.recycle()
        if is_other:
            self.shown.emit()

    def _go_over(self, fresh: Order) -> None:
        """First what leaves, then the re-sort, then what comes."""
        held, wanted = (np.zeros(len(self._rows.ids), np.bool_) for _ in range(2))
        held[self._order], wanted[fresh] = True, True
        leave, come = np.flatnonzero(~wanted[self._order]), np.flatnonzero(~held[fresh])
        if run_count(leave) + run_count(come) > MOST_RANGES:
            self.beginResetModel()
            self._order = fresh
            self.endResetModel()
            return
        for first, last in reversed(ranges(leave)):
            self.beginRemoveRows(NO_INDEX, first, last)
            self._order = np.delete(self._order, slice(first, last + 1))
            self.endRemoveRows()
        self._sort_to(fresh[held[fresh]])
        for first, last in ranges(come):
            self.beginInsertRows(NO_INDEX, first, last)
            self._order = np.insert(self._order, first, fresh[first : last + 1])
            self.endInsertRows()

    def _sort_to(self, fresh: Order) -> None:
        """The same cases in another order; every persistent index goes with its case."""
        if np.array_equal(fresh, self._order):
            return
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        rows = [int(np.flatnonzero(fresh == self._order[index.row()])[0]) for index in before]
        after = [self.index(row, index.column()) for row, index in zip(rows, before, strict=True)]
        self._order = fresh
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()
