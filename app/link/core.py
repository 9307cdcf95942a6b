"""The engine without its network: the seat's side, its two files and its clock, on the engine's own thread.

Promises: effects are performed in order, and nothing leaves before it is on the disk; `perform` returns after its
command is durable (or, on a full disk, kept in memory with DISK_FULL shown, unsent until it could be written); the
view is replaced before the notice of it goes out. It opens no socket and starts no thread: `Asks` does that.
"""

from __future__ import annotations

import contextlib
import uuid
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import msgspec
import structlog

from app.cache.disk import DiskFailed, DiskFull
from app.cache.held import Hold
from app.cache.rows_db import Damaged, RowsDb, check_page
from app.cache.seat_db import Grant, SeatDb
from app.link.clock import SeatClock
from app.link.errand import Errand
from app.link.overlay import Ground, Overlay
from app.link.view import Coming, Notice, View
from app.link.wire import Present, Seen
from casework.catalogue.model import Catalogue
from casework.clock.model import Calendar
from casework.command import Command
from casework.commands import register, rule_of
from casework.entities import ENTITY_BY_NAME
from casework.ids import CommandId, Key
from casework.sync.messages import Answer, Beat, Page, Push
from casework.sync.seat import (
    Commit,
    Effect,
    Fetch,
    Report,
    ResetCache,
    Save,
    SeatSide,
    Send,
    WakeAt,
)
from casework.sync.status import Fault, Lamp, LinkStatus, OutboxLine, OutboxState

_LOG = structlog.get_logger("engine")
CLOCK_STEP_MS = 500  # a correction this large moves what waits for a time
ROWS = "cache"  # the name of the cache in a notice that it has been begun anew
PROGRESS_MS = 150
GATHER_MS = 250  # while a backlog comes in, the screens hear of its rows this often...
GATHER_KEYS = 500  # ...or when there are this many: more at once would be felt under the hands
KEEP_EVERY_MS = 10_000  # how often the clock and the rows' moment are written down


class Asks(Protocol):
    """What the core asks of the network and of the loop."""

    def send(self, push: Push) -> None: ...

    def fetch(self, after: int) -> None: ...

    def wake(self, at_ms: int) -> None: ...


class Core:
    """Everything of a seat that survives, and the state machine over it."""

    def __init__(
        self,
        folder: Path,
        catalogues: Mapping[str, Catalogue],
        told: Callable[[Notice], None],
        asks: Asks,
        seat: str = "",
    ) -> None:
        self._catalogues = catalogues
        self._told = told
        self._asks = asks
        self._held = contextlib.ExitStack()
        with contextlib.ExitStack() as opened:
            opened.callback(Hold(folder).release)
            self.seat_db = SeatDb(folder / "seat.db", seat)
            opened.callback(self.seat_db.close)
            self.rows = RowsDb(folder / "cache.db")
            opened.callback(self.rows.close)
            self._held = opened.pop_all()
        if self.rows.epoch != self.seat_db.epoch:
            self.rows.reset(self.seat_db.epoch)
        self.clock = SeatClock(_whole(self.seat_db.meta("offset_ms")), _whole(self.seat_db.meta("centre_ms")))
        self.side = SeatSide(self.seat_db.load(self.rows.cursor))
        self.grant: Grant | None = None
        self.view = View()
        self.link_fault = Fault.NONE
        self._disk_fault = Fault.NONE
        self._was_rebuilt = self.rows.was_rebuilt
        self._overlay = Overlay()
        self._todo: deque[Effect] = deque()
        self._mine: dict[str, bytes] = {}
        self._sides: dict[str, tuple[Any, Any]] = {}  # refused command -> mine, theirs, decoded
        self._drafts: dict[str, str | None] = {}
        self._seen: dict[str, Seen] = {}
        self.errand = Errand()
        self._is_sealed = True
        self._is_renewed = False  # cache.db is another file now: who reads it opens it anew
        self._gathered_ms = 0.0
        self._as_of_ms = self.rows.as_of_ms
        self._since = (Lamp.OFFLINE, self.now_ms())
        self._kept_ms = 0.0
        self._shown_ms = 0.0
        self._row_keys: set[Key] | None = set()
        self._keys: set[Key] | None = set()
        self._is_outbox = False

    def close(self) -> None:
        """Writes down what is still in memory, as far as the disk takes it."""
        self._drain()
        for keep in (self.flush_drafts, self._keep):
            with contextlib.suppress(DiskFull, DiskFailed):
                keep()
        self.rows.abandon_load()
        self._held.close()
        # Whoever listened is of the screens' thread, and must not be kept alive by this one.
        self._told = _nobody

    def now_ms(self) -> int:
        return self.clock.now_ms()

    # -- who works here

    def admit(self, channels: Iterable[str]) -> None:
        """Rows are fetched for these channels from now on; those fetched for others are let go."""
        had = self.rows.channels
        if set(had) == set(channels):
            return
        if had:
            self.start_over()
        with self._disk():
            self.rows.note(channels=channels)

    def enter(self, grant: Grant) -> None:
        """A person has logged in."""
        self.grant = grant
        with self._disk():
            self.seat_db.forget_old(self.now_ms())
        self._keys = self._row_keys = None
        self._settle()

    def leave(self) -> None:
        """The person has gone; what is unsent stays theirs."""
        self.grant = None
        self._seen = {}

    def start_over(self) -> None:
        """Lets all rows go; they are fetched anew. What is unsent stays."""
        with self._disk():
            self.rows.reset(self.side.epoch)
        self.do(self.side.lose(self.now_ms()))
        self.do(self.side.adopt(0, self.now_ms()))

    def rebuild_rows(self) -> None:
        """The cache is damaged: begun anew and fetched again. The outbox is another file and stays."""
        self._begin_rows_anew()
        self._settle()

    def _begin_rows_anew(self) -> None:
        _LOG.error("cache_damaged")
        self.rows.rebuild()
        self.rows.reset(self.side.epoch)
        if self.grant:
            self.rows.note(channels=self.grant.channels)
        self._was_rebuilt = True
        self._row_keys = None
        self._todo = deque(effect for effect in self._todo if not isinstance(effect, Commit))
        self._todo += self.side.lose(self.now_ms()) + self.side.adopt(0, self.now_ms())
        self._told(Notice(dataset=ROWS))

    def row(self, key: Key) -> tuple[Any, int]:
        """A cached row and its version; (None, 0) where there is none."""
        try:
            return self.rows.get(key)
        except Damaged:
            self._begin_rows_anew()
            return None, 0

    # -- what the operator wishes

    def perform(self, command: Command) -> str:
        """Into the outbox, on the disk. Raises casework.sync.seat.OutboxFull."""
        assert self.grant is not None, "nobody has logged in"
        subject = rule_of(command).subject(command)
        command_id = new_id()
        effects = self.side.perform(
            command,
            CommandId(command_id),
            self.grant.person.id,
            self.grant.grant,
            self.row(subject)[1],
            self.now_ms(),
        )
        keys = self._overlay.add(self._ground(), self.side.items[command_id], self.side.blocks)
        over = self._overlay.over.get(subject)
        if over is not None and over.is_changed and over.row is not None:
            self._mine[command_id] = ENTITY_BY_NAME[subject.entity].encode(over.row)
        if self._keys is not None:
            self._keys |= keys
        self.do(effects)
        if self.is_stuck:  # shown although the disk has not taken it
            self._publish(Notice(keys, is_outbox=True))
        return command_id

    def undo(self, command_id: str) -> bool:
        """Back out of the outbox, where it has not left."""
        effects = self.side.undo(command_id, self.now_ms())
        self.do(effects or [])
        return effects is not None

    def dismiss(self, command_id: str) -> None:
        self.do(self.side.dismiss(command_id))

    def take_number(self) -> str | None:
        """A reserved case number, today's where there is one."""
        number, effects = self.side.take_number(self.today())
        self.do(effects)
        self._publish(Notice(is_status=True))
        return number

    def put_draft(self, key: str, text: str | None) -> None:
        """Kept in memory until `flush_drafts`, at most half a second."""
        self._drafts[key] = text

    def flush_drafts(self) -> None:
        """Raises DiskFull, DiskFailed; the texts stay in memory then."""
        if self._drafts:
            self.seat_db.put_drafts(self._drafts, self.now_ms())
            self._drafts = {}

    # -- what comes from the centre

    def hear(self, beat: Beat, sent_ms: float, received_ms: float) -> None:
        """A heartbeat, with the steady clock before and after."""
        moved_ms = self.clock.sample(beat.centre_ms, sent_ms, received_ms)
        if abs(moved_ms) >= CLOCK_STEP_MS:
            self._kept_ms = 0.0
            self.do(self.side.correct(moved_ms, self.now_ms()))
        self.link_fault = Fault.NONE
        self.do(self.side.hear(beat, self.now_ms()))
        if self.side.is_caught_up and self.side.cursor >= beat.head:
            self._as_of_ms = beat.centre_ms
            self._was_rebuilt = False
        if self.clock.steady_ms() - self._kept_ms >= KEEP_EVERY_MS:
            with self._disk():
                self._keep()

    def read(self, page: Page) -> None:
        """A page of changes; raises WireError where a row of it does not decode, and applies nothing then."""
        check_page(page)
        if page.is_last:
            self._as_of_ms = max(self._as_of_ms, page.centre_ms)
        self.do(self.side.read(page, self.now_ms()))
        if self.side.is_caught_up:
            self._was_rebuilt = False

    def answer(self, answer: Answer) -> None:
        self.do(self.side.answer(answer, self.now_ms()))

    def fail_push(self) -> None:
        self.do(self.side.fail_push(self.now_ms()))

    def lose(self) -> None:
        self._seen = {}
        self._keys = None
        self.do(self.side.lose(self.now_ms()))

    def adopt(self, cursor: int) -> None:
        """A snapshot has been loaded."""
        self._row_keys = None
        self.do(self.side.adopt(cursor, self.now_ms()))

    def adopt_file(self, path: Path, cursor: int) -> None:
        """A snapshot takes the place of the cache as it lies. Raises DiskFailed and leaves all as it was."""
        self.rows.adopt(path)
        self._is_renewed = True
        self._as_of_ms = max(self._as_of_ms, self.rows.as_of_ms)
        self.adopt(cursor)

    def drop_covered(self, through_seq: int) -> None:
        """A newer components.db has these changes of components; later is soon enough where it cannot be now."""
        if through_seq and not self.rows.is_loading:
            with self._disk():
                self.rows.drop_covered(through_seq)

    def note_present(self, present: Present) -> None:
        """Who has which case open elsewhere."""
        before = self.view.viewers
        if present.is_full:
            self._seen = {}
        for seen in present.seats:
            self._seen.pop(seen.seat, None)
            if seen.case and seen.seat != self.side.seat:
                self._seen[seen.seat] = seen
        after = self._viewers()
        keys = {
            Key("case", case) for case in before.keys() | after.keys() if before.get(case) != after.get(case)
        }
        if keys:
            self._publish(Notice(frozenset(keys)))

    def note_fetching(self, dataset: str, done: int, total: int, coming: Coming = Coming.COMES) -> None:
        """How far a file has come."""
        before = self.errand.get(dataset)
        now_ms = self.clock.steady_ms()
        self.errand.note(dataset, done, total, coming, now_ms)
        is_news = before is None or before.coming is not coming
        if is_news or now_ms - self._shown_ms > PROGRESS_MS:
            self._shown_ms = now_ms
            self._publish(Notice(is_status=True))

    def end_fetching(self, dataset: str, has_come: bool) -> None:
        """It is there, or not to be had now."""
        if self.errand.get(dataset):
            self.errand.end(dataset, has_come)
            self._publish(Notice(is_status=True))

    def note_sealed(self, is_sealed: bool) -> None:
        """Whether the centre's files carry the signature this seat knows."""
        if is_sealed is not self._is_sealed:
            self._is_sealed = is_sealed
            self._publish(Notice(is_status=True))

    def note_dataset(self, dataset: str) -> None:
        """A file has been replaced by a newer one."""
        self._publish(Notice(dataset=dataset))

    def note_photo(self, sha256: str) -> None:
        """A photo that was wished for has come."""
        self._publish(Notice(photo=sha256))

    def note_fault(self, fault: Fault) -> None:
        self.link_fault = fault

    def wake(self) -> None:
        """A time has come that was asked for."""
        self.do(self.side.wake(self.now_ms()))

    def tick(self) -> None:
        """Once a second: try a full disk again, tell of what was gathered, and say how old things are."""
        if self._todo or self._keys or self._row_keys:
            self._settle()
        with self._disk():
            self.flush_drafts()
        lines = self._lines()
        self._publish(Notice(is_outbox=lines != self.view.lines, is_status=True), lines)

    # -- the effects

    @property
    def is_stuck(self) -> bool:
        """The disk takes nothing: fetch no more, send nothing."""
        return bool(self._todo)

    def do(self, effects: Iterable[Effect]) -> None:
        """Performs effects behind those still waiting for the disk."""
        self._todo.extend(effects)
        self._settle()

    def _settle(self) -> None:
        if not self._drain() or self._is_gathering():
            return
        keys, row_keys, is_outbox = self._keys, self._row_keys, self._is_outbox
        if keys == set() and row_keys == set() and not is_outbox:
            if self._status().lamp is not self.view.status.lamp:
                self._publish(Notice(is_status=True))
            return
        self._keys, self._row_keys, self._is_outbox = set(), set(), False
        changed: frozenset[Key] | None = (
            None if keys is None or row_keys is None else frozenset(keys | row_keys)
        )
        pending = self.side.pending()
        rested_on = None if row_keys is None else frozenset(row_keys)
        if self.grant and self._overlay.touches((item.id for item in pending), rested_on):
            made = self._overlay.make(self._ground(), pending, self.side.blocks)
            changed = None if changed is None else changed | made
        self._renew_person(rested_on)
        dataset, self._is_renewed = ROWS if self._is_renewed else "", False
        self._publish(Notice(changed, is_outbox, is_status=True, dataset=dataset))

    def _is_gathering(self) -> bool:
        """Pages of a backlog come one after another: thousands of rows are told of together, not page by page."""
        if self.side.is_caught_up or not self.side.is_connected or self._is_outbox:
            return False
        if self._keys is None or self._row_keys is None:
            return False  # everything, and that at once
        if len(self._row_keys) >= GATHER_KEYS:
            return False
        now_ms = self.clock.steady_ms()
        if now_ms - self._gathered_ms < GATHER_MS:
            return True
        self._gathered_ms = now_ms
        return False

    def _drain(self) -> bool:
        """True when everything has been performed."""
        try:
            while self._todo:
                self._perform_next()
        except Damaged:
            self._begin_rows_anew()
            return self._drain()
        except (DiskFull, DiskFailed) as error:
            if not self._disk_fault:
                _LOG.error("disk_refuses", trouble=type(error).__name__)
            self._disk_fault = Fault.DISK_FULL
            return False
        self._disk_fault = Fault.NONE
        return True

    def _perform_next(self) -> None:
        run = self._saves_ahead()
        if run:
            self._save([effect for effect in run if isinstance(effect, Save)])
            for effect in run:
                self._todo.popleft()
                if isinstance(effect, Report):
                    self._collect(effect)
            return
        effect = self._todo[0]
        match effect:
            case Commit(page):
                self.rows.commit(page)
                if self._row_keys is not None:
                    self._row_keys |= {entry.row_key for entry in page.entries}
            case ResetCache(epoch):
                # First the rows: seat.db's epoch is the one that counts, and comes with an empty cache only.
                self.rows.reset(epoch)
                self.seat_db.put_meta({"epoch": str(epoch)})
                self._row_keys = None
            case Send(push):
                self._asks.send(push)
            case Fetch(after):
                self._asks.fetch(after)
            case WakeAt(at_ms):
                self._asks.wake(at_ms)
        self._todo.popleft()

    def _saves_ahead(self) -> list[Effect]:
        """The saves and reports at the front: one transaction instead of several, as atomic as the last of them."""
        run: list[Effect] = []
        for effect in self._todo:
            if not isinstance(effect, (Save, Report)):
                break
            run.append(effect)
        return run

    def _save(self, saves: list[Save]) -> None:
        if not saves:
            return
        items = {item.id: item for save in saves for item in save.items}
        self.seat_db.save(
            Save(tuple(items.values()), saves[-1].next_n, saves[-1].blocks), self.now_ms(), self._mine
        )
        for item_id in items:
            self._mine.pop(item_id, None)

    def _collect(self, report: Report) -> None:
        self._is_outbox = self._is_outbox or report.outbox_changed
        if report.keys is None or self._keys is None:
            self._keys = None
        else:
            self._keys |= report.keys

    # -- what is shown

    def _ground(self) -> Ground:
        assert self.grant is not None
        return Ground(lambda key: self.row(key)[0], self._catalogues, self.side.seat, self.grant.person)

    def _renew_person(self, keys: frozenset[Key] | None) -> None:
        """The own posts may have changed."""
        if self.grant and (keys is None or Key("person", self.grant.person.id) in keys):
            person = self.row(Key("person", self.grant.person.id))[0]
            if person is not None and person != self.grant.person:
                self.grant = msgspec.structs.replace(self.grant, person=person)

    def _publish(self, notice: Notice, lines: tuple[OutboxLine, ...] | None = None) -> None:
        self.view = View(
            over=self._overlay.over,
            lines=self._lines() if lines is None else lines,
            status=self._status(),
            viewers=self._viewers(),
            fetching=self.errand.shown(self.clock.steady_ms()),
            fetched_bytes=self.errand.fetched_bytes,
        )
        self._told(notice)

    def _status(self) -> LinkStatus:
        now_ms = self.now_ms()
        status = self.side.status(now_ms, self.clock.offset_ms, self._fault())
        if status.lamp is not self._since[0]:
            self._since = (status.lamp, now_ms)
        rows = self.errand.get("rows")
        return msgspec.structs.replace(
            status,
            since_ms=self._since[1],
            as_of_ms=self._as_of_ms,
            done=rows.done if rows else status.done,
            total=rows.total if rows else status.total,
        )

    def _fault(self) -> Fault:
        rebuilt = Fault.CACHE_REBUILT if self._was_rebuilt else Fault.NONE
        unsealed = Fault.NONE if self._is_sealed else Fault.UNSEALED
        return self._disk_fault or self.link_fault or unsealed or rebuilt

    def _viewers(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for seen in self._seen.values():
            found[seen.case] = (*found.get(seen.case, ()), seen.name)
        return found

    def _lines(self) -> tuple[OutboxLine, ...]:
        return tuple(self._whole(line) for line in self.side.lines(self.now_ms()))

    def _whole(self, line: OutboxLine) -> OutboxLine:
        """The line with both versions decoded."""
        subject = rule_of(line.command).subject(line.command)
        if line.state is not OutboxState.REFUSED:
            over = self._overlay.over.get(subject)
            return msgspec.structs.replace(line, mine=over.row) if over and over.is_changed else line
        if line.id not in self._sides:
            decode = ENTITY_BY_NAME[subject.entity].decode
            self._sides[line.id] = (_read(decode, self.seat_db.mine(line.id)), _read(decode, line.theirs))
        mine, theirs = self._sides[line.id]
        return msgspec.structs.replace(line, mine=mine, theirs=theirs)

    # -- small things

    def today(self) -> str:
        """yyyyMMdd in the city's zone: what a case number of now begins with."""
        city = self.row(Key("city", "city"))[0]
        zone = ZoneInfo((city.calendar if city else Calendar()).zone)
        return datetime.fromtimestamp(self.now_ms() / 1000, zone).strftime("%Y%m%d")

    def numbers_to_tell(self) -> int | None:
        """How many numbers of today are left, None for a person who registers nothing."""
        if self.grant is None or self.grant.person.posts.isdisjoint(register.POSTS):
            return None
        return self.side.numbers_of(self.today())

    def _keep(self) -> None:
        self._kept_ms = self.clock.steady_ms()
        if self.clock.is_measured:
            self.seat_db.put_meta({"offset_ms": str(self.clock.offset_ms), "centre_ms": str(self.now_ms())})
        if not self.rows.is_loading and self._as_of_ms > self.rows.as_of_ms:
            self.rows.note(as_of_ms=self._as_of_ms)

    @contextlib.contextmanager
    def _disk(self) -> Any:
        """For writes that can wait for the next time."""
        try:
            yield
        except (DiskFull, DiskFailed) as error:
            _LOG.warning("disk_refuses", trouble=type(error).__name__)
            self._disk_fault = Fault.DISK_FULL
        else:
            if not self._todo:
                self._disk_fault = Fault.NONE


def _nobody(notice: Notice) -> None:
    """Hears nothing."""


def new_id() -> str:
    """An id nobody else gives."""
    return uuid.uuid4().hex


def _whole(text: str) -> int:
    return int(text) if text.lstrip("-").isdigit() else 0


def _read(decode: Callable[[bytes], Any], body: bytes | None) -> Any:
    try:
        return decode(body) if body else None
    except msgspec.DecodeError:
        return None
