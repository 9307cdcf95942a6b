"""The queue at the size of a whole city: 100,000 open rows of which fifty change every second.

A real queue panel (offscreen) over the real model and a session in memory. While rows change, a timer of one ms listens
to the event loop: the longest time it was not heard is the worst stall of the screen. On a busy machine a stall may be
somebody else's: beside it stands the worst one without the time in which the screen's thread could have run and no
processor was free (Linux counts that), and what the thread itself used of a processor in one turn. Sorting and
filtering are timed from the key to the order on the screen; nothing is subtracted there, the median stands beside.

The peer is what Qt offers for the same: a QSortFilterProxyModel over a table model in Python, with the same rows, the
same changes and a view of Qt's own. Everything is generated.
"""

from __future__ import annotations

import argparse
import gc
import os
import random
import time
from collections.abc import Callable
from typing import Any

import msgspec
from PySide6.QtCore import (
    QAbstractTableModel,
    QEventLoop,
    QModelIndex,
    QObject,
    QSortFilterProxyModel,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtWidgets import QApplication, QListView

from app.cache.open_rows import PART_ROWS
from app.link.view import Fetching
from app.models.queue_order import Sort
from app.models.queues import QUEUE_BY_ID
from app.widgets import theme
from app.widgets.queue_view import QueuePanel
from bench.report import Measure, measure, quantile, run
from casework.catalogue.model import Kind
from casework.clock.model import TimeLimit, TimeUnit
from casework.entities.case import Case
from casework.entities.city import City
from casework.entities.person import Person
from casework.ids import CaseId, GridCode, Key, PersonId, ReportId, SeatId
from casework.sync.status import Lamp, LinkStatus, Shown
from casework.workflow import Post, Source, Stage

NOW_MS = 1_784_010_007_000
HOUR_MS = 3_600_000
UPDATES_PER_S = 50
ROADS = "民族大道 金湖路 东葛路 茶花园路 双拥路 长湖路 桃源路 葛村路 金凯路 滨江路 古城路 竹溪路".split()
STAGES = (Stage.HANDLING, Stage.HANDLING, Stage.AWAITING_DISPATCH, Stage.AWAITING_CHECK, Stage.REGISTERED)
PEER = "QSortFilterProxyModel on a Python model, QListView (Qt 6.11)"


def case_of(number: int, chance: random.Random) -> Case:
    """One open case; nine in ten in one queue, as on a day when dispatching has stopped."""
    stage = Stage.AWAITING_DISPATCH if number % 10 else chance.choice(STAGES)
    start = NOW_MS - chance.randrange(40 * HOUR_MS)
    return Case(
        id=CaseId(f"202607{number // 10_000 % 28 + 1:02d}{number % 1_000_000:06d}"),
        stage=stage,
        kind=Kind.EVENT,
        edition="2026",
        class_code=f"{number % 12 + 1:02d}{number % 11 + 1:03d}",
        x_mm=chance.randrange(10**7),
        y_mm=chance.randrange(10**7),
        place=f"{chance.choice(ROADS)} {chance.randrange(400)} 号",
        grid=GridCode("450103005006057"),
        text="",
        source=Source.HOTLINE,
        report=ReportId("r"),
        registered_ms=start,
        stage_ms=start,
        stage_due_ms=start + chance.randrange(1, 60 * HOUR_MS),
        due_ms=start + chance.randrange(HOUR_MS, 90 * HOUR_MS),
        clock_ms=start,
        limit=TimeLimit(number % 7 + 1, TimeUnit.WORKING_HOUR if number % 2 else TimeUnit.HOUR),
    )


class Scan:
    """`OpenScan` over rows in memory: what is measured is the screen, not the disk."""

    def __init__(self, cases: list[Case]) -> None:
        self._cases = cases

    def close(self) -> None:
        """Nothing was opened."""

    def count(self) -> int:
        return len(self._cases)

    def is_at_most(self, count: int) -> bool:
        return len(self._cases) <= count

    def parts(self) -> Any:
        for at in range(0, len(self._cases), PART_ROWS):
            yield [Shown(case, 1) for case in self._cases[at : at + PART_ROWS]]

    def claims(self) -> dict[str, Any]:
        return {}

    def tasks(self, ids: list[str]) -> dict[str, Any]:
        return {}


class Desk(QObject):
    """As much of a session as a queue asks for."""

    changed = Signal(object)
    status_changed = Signal(object)
    outbox_changed = Signal()

    def __init__(self, cases: list[Case]) -> None:
        super().__init__()
        self.cases = {case.id: case for case in cases}
        self.posts = frozenset({Post.DISPATCHER, Post.DUTY_LEADER})
        self.person = Person(PersonId("p"), "p", self.posts)
        self.seat = SeatId("07")
        self.catalogues: dict[str, Any] = {}
        self._start = time.monotonic()

    def now_ms(self) -> int:
        return NOW_MS + round((time.monotonic() - self._start) * 1000)

    def row(self, entity: str, key: str) -> Shown | None:
        return Shown(self.cases[CaseId(key)], 1) if entity == "case" else None

    def scan(self) -> Scan:
        return Scan(list(self.cases.values()))

    def outbox(self) -> tuple[Any, ...]:
        return ()

    def viewers(self) -> dict[str, tuple[str, ...]]:
        return {}

    def fetching(self) -> tuple[Fetching, ...]:
        return ()

    def status(self) -> LinkStatus:
        return LinkStatus(lamp=Lamp.LIVE)

    def city(self) -> City | None:
        return None


class Ear:
    """Hears every ms whether the loop runs."""

    def __init__(self) -> None:
        self.gaps_ms: list[float] = []
        self.owed_ms: list[float] = []  # of each gap, all but the waiting for a processor
        self.own_ms: list[float] = []  # of each gap, what this thread used of a processor
        self._queued = _open_queued()
        self._last = self._now()
        self._timer = QTimer(timerType=Qt.TimerType.PreciseTimer, interval=1)
        self._timer.timeout.connect(self._hear)
        self._timer.start()

    def _now(self) -> tuple[float, float, float]:
        """Time, what this thread used of a processor, and how long it waited for one, in ms."""
        waited = int(os.pread(self._queued, 99, 0).split()[1]) / 1e6 if self._queued >= 0 else 0.0
        return time.perf_counter() * 1000, time.thread_time() * 1000, waited

    def _hear(self) -> None:
        last, self._last = self._last, self._now()
        gap, used, waited = (now - before for now, before in zip(self._last, last, strict=True))
        self.gaps_ms.append(gap)
        self.owed_ms.append(gap - waited)
        self.own_ms.append(used)

    def stop(self) -> None:
        """Hears no more."""
        self._timer.stop()

    def begin(self) -> None:
        """What came before does not count."""
        self.gaps_ms, self.owed_ms, self.own_ms = [], [], []
        self._last = self._now()


def _open_queued() -> int:
    """What the system says of this thread's waiting; -1 where it says nothing."""
    try:
        return os.open("/proc/thread-self/schedstat", os.O_RDONLY)
    except OSError:
        return -1


def wait(until: Callable[[], bool], most_s: float = 120.0) -> float:
    """Runs the loop until something is so; how long it took, in ms."""
    start = time.perf_counter()
    while not until():
        if time.perf_counter() - start > most_s:
            raise TimeoutError
        # With a limit of time Qt would not wait, but turn: a loop that never sleeps is nobody's screen.
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
    return (time.perf_counter() - start) * 1000


def run_loop(seconds: float) -> None:
    """Lets the loop run."""
    end = time.perf_counter() + seconds
    wait(lambda: time.perf_counter() >= end)


class Changes:
    """Fifty cases a second get another deadline or another place; `say` gets each."""

    def __init__(self, cases: dict[CaseId, Case], say: Callable[[Case], None]) -> None:
        self._cases, self._say = cases, say
        self._names = list(cases)
        self._chance = random.Random(5)
        self.count = 0
        self._timer = QTimer(timerType=Qt.TimerType.PreciseTimer, interval=1000 // UPDATES_PER_S)
        self._timer.timeout.connect(self._change)
        self._timer.start()

    def stop(self) -> None:
        self._timer.stop()

    def _change(self) -> None:
        case = self._cases[self._chance.choice(self._names)]
        due = NOW_MS + self._chance.randrange(-2 * HOUR_MS, 40 * HOUR_MS)
        fresh = msgspec.structs.replace(case, stage_due_ms=due, place=f"{self._chance.choice(ROADS)} 1 号")
        self._cases[fresh.id] = fresh
        self.count += 1
        self._say(fresh)


class Ours:
    """The queue as it is in the seat."""

    def __init__(self, cases: list[Case]) -> None:
        from app.models.queue_model import QueueModel

        self.desk = Desk(cases)
        start = time.perf_counter()
        self.ear = Ear()
        self.model = QueueModel(self.desk)  # type: ignore[arg-type]
        self.panel = QueuePanel(self.desk, self.model)  # type: ignore[arg-type]
        self.panel.resize(400, 1000)
        self.panel.show()
        self.ear.begin()  # making the widgets is the start's business
        self.first_ms = (time.perf_counter() - start) * 1000 + wait(lambda: self.model.rowCount() > 30)
        self.full_ms = self.first_ms + wait(self.model.is_settled)

    def timed(self, act: Callable[[], object]) -> float:
        """From the hand to the rows on the screen."""
        start = time.perf_counter()
        act()
        wait(self.model.is_settled)
        QApplication.processEvents()  # the order that came asked for a paint
        return (time.perf_counter() - start) * 1000

    def live(self, seconds: float) -> tuple[list[float], float, int]:
        """Gaps of the loop while rows change, the share of a processor used, and how many changed."""
        changes = Changes(
            self.desk.cases, lambda case: self.desk.changed.emit(frozenset({Key("case", case.id)}))
        )
        self.panel.list.choose(self.model.case_at(5))
        run_loop(0.5)
        self.ear.begin()
        changes.count, used, start = 0, time.process_time(), time.perf_counter()
        run_loop(seconds)
        share = (time.process_time() - used) / (time.perf_counter() - start)
        gaps, count = self.ear.gaps_ms, changes.count
        changes.stop()
        return gaps, share, count


class PeerRows(QAbstractTableModel):
    """The plain way: a list of rows, one `data` per cell and role."""

    def __init__(self, cases: list[Case]) -> None:
        super().__init__()
        self.cases = list(cases)
        self.row_of = {case.id: i for i, case in enumerate(cases)}

    def rowCount(self, parent: Any = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.cases)

    def columnCount(self, parent: Any = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else 5

    def data(self, index: Any, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        case = self.cases[index.row()]
        if role == Qt.ItemDataRole.UserRole:
            return case.stage_due_ms
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{case.id} {case.class_code} {case.place}"
        return None

    def put(self, case: Case) -> None:
        """One change, announced at once."""
        row = self.row_of[case.id]
        self.cases[row] = case
        self.dataChanged.emit(self.index(row, 0), self.index(row, 4))


class Peer:
    """The same rows behind Qt's proxy."""

    def __init__(self, cases: list[Case]) -> None:
        self.rows = PeerRows(cases)
        self.proxy = QSortFilterProxyModel()
        self.proxy.setSourceModel(self.rows)
        self.proxy.setSortRole(Qt.ItemDataRole.UserRole)
        self.proxy.setDynamicSortFilter(True)
        self.view = QListView()
        self.view.setUniformItemSizes(True)
        self.view.resize(400, 1000)
        self.view.setModel(self.proxy)
        self.view.show()
        self.ear = Ear()
        QApplication.processEvents()

    def timed(self, act: Callable[[], object]) -> float:
        """From the hand to the rows on the screen."""
        start = time.perf_counter()
        act()
        QApplication.processEvents()
        self.view.viewport().repaint()
        return (time.perf_counter() - start) * 1000

    def live(self, seconds: float) -> tuple[list[float], float, int]:
        """As for ours."""
        changes = Changes({case.id: case for case in self.rows.cases}, self.rows.put)
        run_loop(0.5)
        self.ear.begin()
        changes.count, used, start = 0, time.process_time(), time.perf_counter()
        run_loop(seconds)
        share = (time.process_time() - used) / (time.perf_counter() - start)
        gaps, count = self.ear.gaps_ms, changes.count
        changes.stop()
        return gaps, share, count


def stalls(ear: Ear, name: str) -> dict[str, float]:
    """The worst of what an ear has heard, three ways."""
    ways = {name: ear.gaps_ms, f"{name}_owed": ear.owed_ms, f"{name}_own": ear.own_ms}
    return {way: max(values) for way, values in ways.items()}


def ours(cases: list[Case], seconds: float) -> dict[str, float]:
    """Our figures by name."""
    warm = Ours(cases[:200])  # a seat has painted its fonts before the queue is filled
    run_loop(0.3)
    warm.model.stop()
    warm.ear.stop()
    warm.panel.close()
    held = Ours(cases)
    found = {"first": held.first_ms, "full": held.full_ms}
    found |= stalls(held.ear, "filling")
    model = held.model
    gc.collect()
    gc.freeze()

    def each(acts: list[Callable[[], object]]) -> list[float]:
        return [held.timed(act) for act in acts]

    model.expect_filter(True)  # its line has been opened
    run_loop(0.2)
    found["first_filter"] = held.timed(lambda: model.set_filter("金湖路"))
    model.set_filter("")
    wait(model.is_settled)
    held.ear.begin()
    times = {"sort": each([lambda s=sort: model.set_sort(s) for sort in (*Sort, *Sort)])}  # type: ignore[misc]
    queries = ("金湖路", "金湖路 12", "0431", "202607", "竹溪路 399", "没有", "")
    times["filter"] = each([lambda q=query: model.set_filter(q) for query in queries])  # type: ignore[misc]
    queues = ("handling", "awaiting_dispatch", "late_handling", "awaiting_dispatch")
    times["queue"] = each([lambda q=queue: model.set_queue(QUEUE_BY_ID[q]) for queue in queues])  # type: ignore[misc]
    found |= {name: max(values) for name, values in times.items()}
    found |= {f"{name}_median": quantile(values, 0.5) for name, values in times.items()}
    found |= stalls(held.ear, "hand")
    model.expect_filter(False)
    gaps, found["cpu"], count = held.live(seconds)
    found |= {"p99": quantile(gaps, 0.99), "rate": count / seconds, **stalls(held.ear, "live")}
    model.stop()
    held.ear.stop()
    held.panel.close()
    return found


def peers(cases: list[Case], seconds: float) -> dict[str, float]:
    """The peer's."""
    held = Peer(cases)
    found = {"sort": held.timed(lambda: held.proxy.sort(0))}
    found["filter"] = held.timed(lambda: held.proxy.setFilterFixedString("金湖路"))
    found["clear"] = held.timed(lambda: held.proxy.setFilterFixedString(""))
    gaps, found["cpu"], count = held.live(seconds)
    found |= {"p99": quantile(gaps, 0.99), "rate": count / seconds, **stalls(held.ear, "live")}
    held.view.close()
    return found


def measure_all(arguments: argparse.Namespace) -> list[Measure]:
    """Ours first, then the peer, in one process."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QApplication.instance() or QApplication(["gridseat-bench"])
    assert isinstance(application, QApplication)
    theme.apply(application, "dark")
    chance = random.Random(3)
    cases = [case_of(number, chance) for number in range(arguments.rows)]
    gc.collect()
    gc.disable()  # as the seat does: it collects between key presses
    us = ours(cases, arguments.seconds)
    them = peers(cases, arguments.seconds) if arguments.peer else {}
    rows = f"{arguments.rows:,} rows"

    def against(metric: str, name: str, unit: str, target: str) -> Measure:
        value = them.get(name)
        return measure(metric, us[name], unit, target=target, peer=PEER if value else None, peer_value=value)

    def stalled(when: str, name: str) -> list[Measure]:
        """The worst gap as a person meets it here, and what of it is ours."""
        ways = (
            (f"worst gap {when}", name, "<= 16 ms"),
            (f"worst gap {when}, waits for a free processor left out", f"{name}_owed", "<= 16 ms"),
            (f"worst turn {when}, own processor time", f"{name}_own", ""),
        )
        return [against(metric, key, "ms", target) for metric, key, target in ways]

    return [
        measure(f"first rows on the screen, {rows} to read", us["first"], "ms"),
        measure("all rows there", us["full"], "ms"),
        *stalled("while filling", "filling"),
        against("sort, worst of eight", "sort", "ms", "<= 50 ms"),
        measure("sort, median", us["sort_median"], "ms"),
        against("filter, worst of the seven after it", "filter", "ms", "<= 50 ms"),
        measure("filter, median", us["filter_median"], "ms"),
        measure(
            "the first filter, 0.2 s after its line was opened", us["first_filter"], "ms", target="<= 50 ms"
        ),
        measure("another queue, worst of four", us["queue"], "ms", target="<= 50 ms"),
        *stalled("while sorting and filtering", "hand"),
        *stalled(f"at {UPDATES_PER_S} updates/s", "live"),
        against("gap, p99", "p99", "ms", "<= 16 ms"),
        against("updates taken", "rate", "1/s", f">= {UPDATES_PER_S - 2} 1/s"),
        against("share of a processor", "cpu", "", ""),
    ]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How large and how long."""
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=10.0, help="how long rows change")
    parser.add_argument(
        "--no-peer", dest="peer", action="store_false", help="the peer sorts for half a minute"
    )


if __name__ == "__main__":
    raise SystemExit(run("queue", measure_all, add_arguments))
