"""The open cases as columns: numpy arrays for what is sorted, counted and found, two lists for what is read.

Rows come in parts: `build_part` makes one of cases in any thread, `QueueRows.put` lays it into the columns in the
thread that owns them. Membership of every queue is a bit set then, so that counting and filtering never look at a
row again. No row is kept: what is drawn is made from the columns when it is drawn. Slots of cases that went are used
again only after `recycle`, so that one order can be compared with the next. Knows no Qt item model and no clock.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from app.models.queue_soon import share_of, soon_from_all
from app.models.queue_tally import Counts, QueueTallies, Standing
from app.models.queues import Clock, QueueSpec
from casework.catalogue.model import Kind
from casework.clock.model import Calendar
from casework.entities.case import Case
from casework.entities.task import Task
from casework.workflow import Flag, Stage

NO_DUE = np.iinfo(np.int64).max
NORMAL, PENDING, SUSPENDED = 0, 1, 2  # also the order of the groups in a queue
TAKEN, MINE, UNSENT, REFUSED = 1, 2, 4, 8  # bits of a row's state
FLAGS = tuple(Flag)
FLAG_BIT = {flag: 1 << i for i, flag in enumerate(FLAGS)}
STAGES = tuple(Stage)
STAGE_NUMBER = {stage: i for i, stage in enumerate(STAGES)}
PLACE_BYTES = 32  # what two places are told apart by when they are sorted: sixteen characters
PLACE_KEYS = PLACE_BYTES // 8
SPARE = 4  # a quarter more room than there are cases
LEAST_ROOM = 256
DIGITS = re.compile(r"\d+")
ClassKey = tuple[str, Kind, str]


class RowFacts(msgspec.Struct, frozen=True):
    """Everything about one open case that a queue shows or sorts by, before it goes into the columns."""

    case: Case
    task: Task | None
    holder: str = ""  # who has it open at another seat
    is_taken: bool = False  # in hand at another seat
    is_mine: bool = False  # in hand at this seat
    is_pending: bool = False
    is_refused: bool = False


class Classes:
    """Classes by a number, in the order they were met; any thread may ask."""

    def __init__(self) -> None:
        self.keys: list[ClassKey] = []
        self._number_of: dict[ClassKey, int] = {}
        self._lock = threading.Lock()

    def number(self, key: ClassKey) -> int:
        """The number of a class, a new one where it is met for the first time."""
        found = self._number_of.get(key)
        if found is None:
            with self._lock:
                found = self._number_of.setdefault(key, len(self.keys))
                if found == len(self.keys):
                    self.keys.append(key)
        return found

    def ranks(self) -> NDArray[np.int64]:
        """Where each stands in the catalogue's own order."""
        ranks = np.zeros(len(self.keys), np.int64)
        ranks[sorted(range(len(ranks)), key=lambda number: self.keys[number])] = np.arange(len(ranks))
        return ranks


class Part(msgspec.Struct, frozen=True):
    """Some rows as columns of one length."""

    ids: list[str]
    places: list[str]
    holders: list[str]
    columns: dict[str, NDArray[Any]]


def part_without(part: Part, cases: set[str]) -> Part:
    """The part less some cases."""
    if cases.isdisjoint(part.ids):
        return part
    at = [i for i, case in enumerate(part.ids) if case not in cases]
    texts = ([each[i] for i in at] for each in (part.ids, part.places, part.holders))
    return Part(*texts, {name: values[..., at] for name, values in part.columns.items()})


# name -> (type, how many values a row has). What an empty slot holds is looked at by nobody.
COLUMNS: dict[str, tuple[Any, int]] = {
    "due": (np.int64, len(Clock)),
    "soon": (np.int64, len(Clock)),
    "member": (np.uint32, 1),
    "group": (np.int8, 1),
    "number": (np.int64, 1),
    "registered": (np.int64, 1),
    "since": (np.int64, 1),  # when the present stage began
    "x_mm": (np.int64, 1),
    "y_mm": (np.int64, 1),
    "class_of": (np.int32, 1),
    "flags": (np.uint16, 1),
    "state": (np.uint8, 1),
    "stage": (np.uint8, 1),
    "place_keys": (np.uint64, PLACE_KEYS),
    "is_here": (np.bool_, 1),
}


def empty_column(name: str, size: int) -> NDArray[Any]:
    """A column of empty slots; zeros cost nothing until something else is written there."""
    kind, width = COLUMNS[name]
    return np.zeros((width, size) if width > 1 else (size,), kind)


def build_part(
    rows: Sequence[RowFacts], queues: Sequence[QueueSpec], classes: Classes, calendar: Calendar
) -> Part:
    """Cases as columns. Pure but for the numbers of classes; any thread."""
    cases = [row.case for row in rows]
    places = [case.place for case in cases]
    columns: dict[str, NDArray[Any]] = dict(zip(("due", "soon"), _clocks(rows, calendar), strict=True))
    columns["place_keys"] = place_keys(places)

    def put(name: str, values: Iterable[int]) -> None:
        columns[name] = np.fromiter(values, COLUMNS[name][0], len(rows))

    put("member", (_bits(queues, row) for row in rows))
    put("group", map(_group, rows))
    put("number", (int(case.id) for case in cases))
    put("registered", (case.registered_ms for case in cases))
    put("since", (case.stage_ms for case in cases))
    put("x_mm", (case.x_mm for case in cases))
    put("y_mm", (case.y_mm for case in cases))
    put("class_of", (classes.number((case.edition, case.kind, case.class_code)) for case in cases))
    put("flags", (sum(FLAG_BIT[flag] for flag in case.flags) for case in cases))
    put("state", map(_state, rows))
    put("stage", (STAGE_NUMBER[case.stage] for case in cases))
    columns["is_here"] = np.ones(len(rows), np.bool_)
    return Part([case.id for case in cases], places, [row.holder for row in rows], columns)


def _bits(queues: Sequence[QueueSpec], row: RowFacts) -> int:
    return sum(1 << i for i, queue in enumerate(queues) if queue.holds(row.case, row.task))


def _group(row: RowFacts) -> int:
    if row.is_refused:
        return NORMAL
    if row.is_pending:
        return PENDING
    return SUSPENDED if Flag.SUSPENDED in row.case.flags else NORMAL


def _state(row: RowFacts) -> int:
    return (
        TAKEN * row.is_taken + MINE * row.is_mine + UNSENT * row.is_pending + REFUSED * row.is_refused
    )  # fmt: skip


def _clocks(rows: Sequence[RowFacts], calendar: Calendar) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Deadline and "soon" of each clock, one column each."""
    cases = [row.case for row in rows]
    due = np.zeros((len(Clock), len(rows)), np.int64)
    soon = np.zeros_like(due)
    due[Clock.STAGE] = [case.stage_due_ms for case in cases]
    soon[Clock.STAGE] = share_of(np.array([case.stage_ms for case in cases], np.int64), due[Clock.STAGE])
    due[Clock.HANDLING] = [case.due_ms for case in cases]
    soon[Clock.HANDLING] = soon_from_all(calendar, cases)
    due[Clock.RECEIVE] = [row.task.receive_due_ms if row.task else 0 for row in rows]
    sent = np.array([row.task.sent_ms if row.task else 0 for row in rows], np.int64)
    soon[Clock.RECEIVE] = share_of(sent, due[Clock.RECEIVE])
    soon[due == 0] = NO_DUE
    due[due == 0] = NO_DUE
    return due, soon


def place_keys(places: Sequence[str]) -> NDArray[np.uint64]:
    """Numbers that sort as the places do, 9 before 17; the first rows weigh most."""
    bodies = []
    for place in places:
        natural = DIGITS.sub(lambda found: found[0].zfill(4), place) if place else ""
        bodies.append(
            natural[: PLACE_BYTES // 2].encode("utf-16-be", "replace")[:PLACE_BYTES].ljust(PLACE_BYTES, b"\0")
        )
    keys = np.frombuffer(b"".join(bodies), ">u8").reshape(len(bodies), PLACE_KEYS)
    return np.ascontiguousarray(keys.T).astype(np.uint64)


class QueueRows:
    """Columns of all open cases; every slot is a place in each of them. Belongs to one thread."""

    due: NDArray[np.int64]
    soon: NDArray[np.int64]
    member: NDArray[np.uint32]
    group: NDArray[np.int8]
    number: NDArray[np.int64]
    registered: NDArray[np.int64]
    since: NDArray[np.int64]
    x_mm: NDArray[np.int64]
    y_mm: NDArray[np.int64]
    class_of: NDArray[np.int32]
    flags: NDArray[np.uint16]
    state: NDArray[np.uint8]
    stage: NDArray[np.uint8]
    place_keys: NDArray[np.uint64]
    is_here: NDArray[np.bool_]

    def __init__(self, queues: Sequence[QueueSpec], capacity: int = LEAST_ROOM) -> None:
        self.queues = tuple(queues)
        self.classes = Classes()
        self.slot_of: dict[str, int] = {}
        self.ids: list[str] = [""] * capacity
        self.places: list[str] = [""] * capacity
        self.holders: dict[int, str] = {}
        self.touched: set[int] = set()  # slots put or dropped since whoever looks has emptied it
        self.tallies = QueueTallies(self.queues)
        self._unused = 0  # this slot and all behind it never held a case
        self._free: list[int] = []
        self._retired: list[int] = []
        for name in COLUMNS:
            setattr(self, name, empty_column(name, capacity))

    def __len__(self) -> int:
        return len(self.slot_of)

    def reserve(self, count: int) -> None:
        """Room for so many cases and for some more: made while there are few to copy, not when it has run out."""
        if count > len(self.ids):
            self._grow(count + count // SPARE)

    def put(self, part: Part) -> None:
        """Adds cases, or takes their new states."""
        known = [self.slot_of.get(case) for case in part.ids]
        slots = [self._take_slot() if slot is None else slot for slot in known]
        at = np.array(slots, np.intp)
        old = np.array([slot for slot in known if slot is not None], np.intp)
        self.tallies.leave(self._standing(old))
        before = {i: int(self.member[slot]) for i, slot in enumerate(known) if slot is not None}
        for name, values in part.columns.items():
            getattr(self, name)[..., at] = values
        for i in np.flatnonzero(part.columns["state"] & UNSENT).tolist():
            # It stays where it was worked on until the centre has answered.
            self.member[slots[i]] |= np.uint32(before.get(i, 0))
        self.tallies.enter(self._standing(at))
        ids, places, holders = self.ids, self.places, self.holders
        for slot, case, place, holder in zip(slots, part.ids, part.places, part.holders, strict=True):
            self.slot_of[case] = slot
            ids[slot] = case
            places[slot] = place
            if holder:
                holders[slot] = holder
            else:
                holders.pop(slot, None)
        self.touched.update(slots)

    def drop(self, case: str) -> None:
        """A case that is open no longer."""
        slot = self.slot_of.pop(case, None)
        if slot is not None:
            self.tallies.leave(self._standing(np.array([slot], np.intp)))
            self.member[slot] = 0
            self.is_here[slot] = False
            self.touched.add(slot)
            self._retired.append(slot)

    def recycle(self) -> None:
        """Slots of dropped cases may be used again: nobody holds an order with them any more."""
        for slot in self._retired:
            self.ids[slot] = self.places[slot] = ""
            self.holders.pop(slot, None)
        self._free += self._retired
        self._retired = []

    def bit(self, queue: QueueSpec) -> np.uint32:
        """A queue's bit of `member`."""
        return np.uint32(1 << self.queues.index(queue))

    def is_in(self, slot: int, queue: QueueSpec, now_ms: int) -> bool:
        """Whether a slot's case is in a queue at a moment."""
        is_member = bool(self.member[slot] & self.bit(queue))
        return is_member and (not queue.is_overdue or int(self.due[queue.clock, slot]) < now_ms)

    def late(self, queue: QueueSpec, now_ms: int, most: int) -> list[int]:
        """The slots that are longest overdue in a queue, held and unsent ones left out."""
        mask = (self.member & self.bit(queue)) != 0
        slots = np.flatnonzero(mask & (self.group == NORMAL) & (self.due[queue.clock] < now_ms))
        return self._first(slots, self.due[queue.clock, slots], most)

    def flagged(self, queue: QueueSpec, flag: Flag, most: int) -> list[int]:
        """The slots of a queue with a flag, the longest at their stage first."""
        mask = (self.member & self.bit(queue)) != 0
        slots = np.flatnonzero(mask & ((self.flags & np.uint16(FLAG_BIT[flag])) != 0))
        return self._first(slots, self.since[slots], most)

    @staticmethod
    def _first(slots: NDArray[np.intp], by: NDArray[np.int64], most: int) -> list[int]:
        if len(slots) > most:
            least = np.argpartition(by, most)[:most]
            slots, by = slots[least], by[least]
        return [int(slot) for slot in slots[np.argsort(by, kind="stable")]]

    def same_class_near(self, slot: int, reach_mm: int) -> int:
        """How many other open cases of the same class lie within reach of one."""
        code = self.classes.keys[int(self.class_of[slot])][2]
        same = [number for number, key in enumerate(self.classes.keys) if key[2] == code]
        slots = np.flatnonzero(np.isin(self.class_of, same) & self.is_here)
        dx, dy = self.x_mm[slots] - self.x_mm[slot], self.y_mm[slots] - self.y_mm[slot]
        return int(np.count_nonzero(dx * dx + dy * dy <= reach_mm**2)) - 1

    def counts(self, queue: QueueSpec, now_ms: int) -> Counts:
        """How a queue stands at a moment."""
        return self.tallies.counts(queue, now_ms)

    def _standing(self, slots: NDArray[np.intp]) -> Standing:
        return Standing(self.member[slots], self.group[slots], self.due[:, slots], self.soon[:, slots])

    def _take_slot(self) -> int:
        if self._free:
            return self._free.pop()
        if self._unused == len(self.ids):
            self._grow(self._unused + max(self._unused // SPARE, LEAST_ROOM))
        self._unused += 1
        return self._unused - 1

    def _grow(self, size: int) -> None:
        held = len(self.ids)
        self.ids += [""] * (size - held)
        self.places += [""] * (size - held)
        for name in COLUMNS:
            wider = empty_column(name, size)
            wider[..., :held] = getattr(self, name)
            setattr(self, name, wider)


def run_count(positions: NDArray[Any]) -> int:
    """How many runs `ranges` would find."""
    return int(np.count_nonzero(np.diff(positions) != 1)) + 1 if len(positions) else 0


def ranges(positions: NDArray[Any]) -> list[tuple[int, int]]:
    """Ascending positions as inclusive runs."""
    if not len(positions):
        return []
    breaks = np.flatnonzero(np.diff(positions) != 1)
    starts = np.concatenate(([0], breaks + 1))
    ends = np.concatenate((breaks, [len(positions) - 1]))
    return [(int(positions[a]), int(positions[b])) for a, b in zip(starts, ends, strict=True)]
