"""The one door between the engine and Qt: commands in, rows and the lamp's state out, signals for what changed.

Promises: `perform` returns when the command is on the disk; `changed` says which rows may look different, never
what (readers read the present truth); every value is immutable; all of it is used from the GUI's thread, and
nothing here waits for the network. It decides nothing, and knows no widget.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
import uuid
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from PySide6.QtCore import QObject, QRunnable, Qt, QThreadPool, Signal, Slot

from app.cache.open_rows import OpenScan
from app.cache.reader import Kept, RowReader
from app.cache.tables import TABLES
from app.importing import Imports
from app.link.core import ROWS
from app.link.engine import Engine, EngineStopped
from app.link.link import Pace
from app.link.view import Fetching, Notice
from casework.catalogue.model import Catalogue
from casework.command import Command
from casework.entities.city import CITY_KEY, City
from casework.entities.person import Person
from casework.facts import Actor
from casework.ids import Key, SeatId
from casework.sync.project import Projected
from casework.sync.seat import OutboxFull
from casework.sync.status import Fault, LinkStatus, OutboxLine, Shown
from casework.workflow import OPEN_STAGES, Post

__all__ = ["EngineStopped", "OutboxFull", "Session", "SignIn", "sign_in"]

T = TypeVar("T")
NO_ROWS: list[Kept] = []
SIGN_IN_S = 150.0


class Session(QObject):
    """One person's work at one seat. Made by `SignIn` or `sign_in`; ended by `close`."""

    changed = Signal(object)  # frozenset[Key] of rows that may look different; None: everything
    status_changed = Signal(object)  # LinkStatus
    outbox_changed = Signal()
    dataset_changed = Signal(str)  # "base", "components" or "archive": its file has been replaced
    photo_arrived = Signal(str)  # its hash: `photo` has it now
    _noticed = Signal(object)
    _found = Signal(object, object)

    def __init__(
        self,
        engine: Engine,
        person: Person,
        catalogues: Mapping[str, Catalogue],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._engine = engine
        self._person = person
        self.catalogues: Mapping[str, Catalogue] = catalogues
        self.seat: SeatId = engine.seat
        self._reader = RowReader(engine.folder / "cache.db")
        self._drafts = engine.drafts()
        self._city: City | None = None
        self._is_closed = False
        self._noticed.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        self._found.connect(self._hand_over, Qt.ConnectionType.QueuedConnection)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self.imports = Imports(engine, self)  # files from outside; for administrators

    # -- who, where and when

    @property
    def person(self) -> Person:
        """Who has logged in, as the newest row says."""
        return self._person

    @property
    def posts(self) -> frozenset[Post]:
        return self._person.posts

    @property
    def folder(self) -> Path:
        """The seat's data folder: components.db and base.db lie there once they have come."""
        return self._engine.folder

    def actor(self) -> Actor:
        """The person as a rule's fact."""
        person = self._person
        return Actor(person.id, person.name, self.seat, person.posts, person.unit)

    def now_ms(self) -> int:
        """The centre's time as far as it is known; it does not trust the seat's date."""
        return self._engine.now_ms()

    def city(self) -> City | None:
        """The city's own row; None until the first rows have come."""
        if self._city is None:
            shown = self.row("city", CITY_KEY)
            self._city = shown.row if shown else None
        return self._city

    # -- commands

    def perform(self, command: Command) -> str:
        """The command's id, when it is durable. Raises OutboxFull."""
        return self._engine.perform(command)

    def undo(self, command_id: str) -> bool:
        """Whether it could still be taken back."""
        return self._engine.undo(command_id)

    def dismiss(self, command_id: str) -> None:
        """A person has read the refusal."""
        self._engine.dismiss(command_id)

    def outbox(self) -> tuple[OutboxLine, ...]:
        """What is unsent, held or refused, oldest first."""
        return self._engine.view.lines

    def take_number(self) -> str | None:
        """A reserved case number; None where there is none left."""
        return self._engine.take_number()

    def numbers_left(self) -> int:
        return self.status().numbers_left

    def new_id(self) -> str:
        """For rows whose id the seat chooses (notes)."""
        return uuid.uuid4().hex

    # -- rows

    def row(self, entity: str, key: str) -> Shown | None:
        """A row as this seat shows it: the cache with the own pending commands laid over it."""
        name = Key(entity, key)
        kept = self._read(lambda: self._reader.get(name), None)
        return shown(kept, self._engine.view.over.get(name))

    def rows(self, entity: str, **equals: Any) -> list[Shown]:
        """Rows by equality, in the order of their keys. Quick for indexed fields; any other field is compared."""
        indexed = {name for name, _ in TABLES[entity].columns}
        quick = {name: value for name, value in equals.items() if name in indexed}
        slow = {name: value for name, value in equals.items() if name not in indexed}
        over = {key.key: each for key, each in self._engine.view.over.items() if key.entity == entity}
        found: dict[str, Shown] = {}
        for kept in self._read(lambda: self._reader.where(entity, **quick), NO_ROWS):
            each = shown(kept, over.get(kept.key))
            if each and matches(each.row, equals if kept.key in over else slow):
                found[kept.key] = each
        for key, projected in over.items():
            if key not in found and projected.is_changed and matches(projected.row, equals):
                each = self.row(entity, key)
                if each:
                    found[key] = each
        return [found[key] for key in sorted(found)]

    def open_cases(self, most: int = -1) -> list[Shown]:
        """Every case that is still in somebody's hands, read here and now: a screen asks for some, or uses `scan`."""
        over = self._engine.view.over
        kept_cases = self._read(lambda: self._reader.open_cases(most), NO_ROWS)
        cases = {kept.key: Shown(kept.row, kept.ver) for kept in kept_cases}
        for key in over:
            if key.entity == "case":
                cases.pop(key.key, None)
                each = self.row("case", key.key)
                if each and each.row.stage in OPEN_STAGES:
                    cases[key.key] = each
        return list(cases.values())

    def scan(self) -> OpenScan:
        """What a worker reads every open case with, as they look now; it is closed by whoever reads."""
        return OpenScan(self._engine.folder / "cache.db", self._engine.view.over)

    def at_rest(
        self, names: Iterable[str], make: Callable[[Mapping[str, list[Any]]], T], take: Callable[[T], None]
    ) -> None:
        """All rows of entities that rest, without holding the screen up: a worker reads them as the centre has them
        (nothing pending is laid over) and `make`s something of them, which `take` gets on this thread."""
        wanted = tuple(names)
        self.aside(
            lambda rows: make({name: [kept.row for kept in rows.where(name)] for name in wanted}), take
        )

    def aside(self, read: Callable[[RowReader], T], take: Callable[[T], None]) -> None:
        """What takes longer than a screen may be held up: a worker `read`s rows as the centre has them, and `take` gets
        what it found on this thread. One after the other, in the order they were asked for."""
        self._pool.start(_Aside(self._engine.folder / "cache.db", read, take, self._found))

    def doubt(self) -> None:
        """Somebody found the cache damaged: the engine begins it anew."""
        self._engine.doubt_rows()

    # -- the link

    def status(self) -> LinkStatus:
        return self._engine.view.status

    def viewers(self) -> Mapping[str, tuple[str, ...]]:
        """Names of people at other seats who have a case open, by case id."""
        return self._engine.view.viewers

    def look(self, case: str) -> None:
        """Tells the hall which case is open here; "" for none."""
        self._engine.look(case)

    def fetching(self) -> tuple[Fetching, ...]:
        """Files on their way from the centre."""
        return self._engine.view.fetching

    def fetched_bytes(self) -> int:
        """Of the same errand as `fetching`, what has come already."""
        return self._engine.view.fetched_bytes

    def stop_fetching(self, dataset: str) -> None:
        """Components or archive: not now. What has come of it is kept; it stays stopped over restarts."""
        self._engine.stop_fetching(dataset)

    def resume_fetching(self, dataset: str) -> None:
        """Go on with what was stopped, from where it stopped."""
        self._engine.resume_fetching(dataset)

    def renew_password(self, password: str) -> None:
        """After Fault.WRONG_PASSWORD in the middle of the work: what the person has typed now."""
        self._engine.renew_password(password)

    def photo(self, sha256: str) -> bytes | None:
        """A photo's bytes, where this seat has them; else it is fetched, and `photo_arrived` comes with it.

        Reads a file: made for worker threads, may be called from any.
        """
        body = self._engine.photo(sha256)
        if body is None and not self._is_closed:
            with contextlib.suppress(EngineStopped, RuntimeError):  # the seat is being closed
                self._engine.want_photo(sha256)
        return body

    def cut(self, is_cut: bool) -> None:
        """A drill: this seat works without the network until it is given back."""
        self._engine.cut(is_cut)

    # -- drafts

    def save_draft(self, key: str, text: str) -> None:
        """On the disk within a second."""
        if self._drafts.get(key) != text:
            self._drafts[key] = text
            self._engine.put_draft(key, text)

    def draft(self, key: str) -> str | None:
        return self._drafts.get(key)

    def drop_draft(self, key: str) -> None:
        if self._drafts.pop(key, None) is not None:
            self._engine.put_draft(key, None)

    def drafts(self) -> Mapping[str, str]:
        """Every draft, for the handover's list."""
        return dict(self._drafts)

    # -- the end

    def close(self) -> None:
        """Log off: unsent things stay and go out under this person's name. The engine stops."""
        if not self._is_closed:
            self._is_closed = True
            self.imports.cancel()
            self._pool.clear()
            self._pool.waitForDone()
            self._engine.stop()
            self._reader.close()

    # -- inside

    def notice(self, notice: Notice) -> None:
        """From the engine's thread."""
        with contextlib.suppress(RuntimeError):  # the window has gone, the engine's last word is not needed
            self._noticed.emit(notice)

    @Slot(object, object)
    def _hand_over(self, take: Callable[[Any], None], made: Any) -> None:
        if self._is_closed:
            return
        if isinstance(made, sqlite3.DatabaseError):
            self._engine.doubt_rows()
        elif isinstance(made, Exception):
            raise made
        else:
            take(made)

    @Slot(object)
    def _deliver(self, notice: Notice) -> None:
        if self._is_closed:
            return
        keys = notice.keys
        if notice.dataset == ROWS:
            self._open_rows_anew()
        elif keys is None or keys:
            self._renew(keys)
            self.changed.emit(keys)
        if notice.is_outbox:
            self.outbox_changed.emit()
        if notice.is_status or notice.is_outbox:
            self.status_changed.emit(self._engine.view.status)
        if notice.dataset and notice.dataset != ROWS:
            self.dataset_changed.emit(notice.dataset)
        if notice.photo:
            self.photo_arrived.emit(notice.photo)

    def _read(self, read: Callable[[], T], nothing: T) -> T:
        """What the cache says; a damaged one says nothing and is begun anew by the engine."""
        try:
            return read()
        except sqlite3.DatabaseError:
            self._engine.doubt_rows()
            return nothing

    def _open_rows_anew(self) -> None:
        self._reader.close()
        self._reader = RowReader(self._engine.folder / "cache.db")
        self._renew(None)
        self.changed.emit(None)

    def _renew(self, keys: frozenset[Key] | None) -> None:
        """What is kept here follows the rows."""
        if keys is None or Key("city", CITY_KEY) in keys:
            self._city = None
        self._person = self._engine.person or self._person


def shown(kept: Kept | None, over: Projected | None) -> Shown | None:
    """A row of the cache under what is pending on it; None where there is no row to show."""
    ver = kept.ver if kept else 0
    if over is None:
        return Shown(kept.row, ver) if kept else None
    row = over.row if over.is_changed else kept.row if kept else None
    return None if row is None else Shown(row, ver, over.pending)


def matches(row: Any, equals: Mapping[str, Any]) -> bool:
    """Whether the row's fields are these; several values mean any of them."""
    for name, value in equals.items():
        several = value if isinstance(value, (tuple, set, frozenset, list)) else (value,)
        if row is None or getattr(row, name) not in several:
            return False
    return True


class _Aside(QRunnable):
    """Rows read in a worker, by a connection of its own."""

    def __init__(
        self, path: Path, read: Callable[[RowReader], Any], take: Callable[[Any], None], found: Any
    ) -> None:
        super().__init__()
        self._path, self._read, self._take, self._found = path, read, take, found

    def run(self) -> None:
        made: Any
        try:
            reader = RowReader(self._path)
            try:
                made = self._read(reader)
            finally:
                reader.close()
        except Exception as error:
            made = error  # told where it is seen, not lost in a worker
        with contextlib.suppress(RuntimeError):  # the window has gone
            self._found.emit(self._take, made)


class _Ear:
    """Where the engine's notices go before there is a session."""

    def __init__(self) -> None:
        self._to: Callable[[Notice], None] | None = None
        self._lock = threading.Lock()

    def __call__(self, notice: Notice) -> None:
        with self._lock:
            to = self._to
        if to:
            to(notice)

    def turn(self, to: Callable[[Notice], None] | None) -> None:
        with self._lock:
            self._to = to


class SignIn(QObject):
    """Logging in without making the window wait. One seat's engine, from its start to the session."""

    entered = Signal(object)  # Session
    refused = Signal(object)  # Fault
    progress = Signal(object)  # tuple[Fetching, ...] while the first rows come
    _said = Signal(object)

    def __init__(
        self,
        folder: Path,
        centre: str,
        catalogues: Mapping[str, Catalogue],
        seat: str = "",
        authority: Path | None = None,
        pace: Pace | None = None,
        parent: QObject | None = None,
    ) -> None:
        """Opens the seat's files; raises what is wrong with them (OldSqlite, NewerSeat, DiskFull...)."""
        super().__init__(parent)
        self._catalogues = catalogues
        self._ear = _Ear()
        self._engine = Engine(folder, centre, catalogues, self._ear, seat, authority, pace)
        self._said.connect(self._answer, Qt.ConnectionType.QueuedConnection)
        self._ear.turn(self._said.emit)

    def attempt(self, person: str, password: str, may_be_alone: bool = True) -> None:
        """Ends in `entered` or `refused`. `may_be_alone`: without the centre too, where it cannot be reached."""
        self._engine.sign_in(person, password, may_be_alone).add_done_callback(self._said.emit)

    def knows(self, person: str) -> bool:
        """Whether this person has logged in at this seat before, and so could work without the centre."""
        return self._engine.knows(person)

    def wait(self, person: str, password: str) -> Session | Fault:
        """The same, for a caller that may be kept waiting."""
        said = self._engine.sign_in(person, password).result(SIGN_IN_S)
        return said if isinstance(said, Fault) else self._session(said)

    def give_up(self) -> None:
        """Nobody has logged in, and nobody will."""
        self._ear.turn(None)
        self._engine.stop()

    @Slot(object)
    def _answer(self, said: Any) -> None:
        if isinstance(said, Notice):
            self.progress.emit(self._engine.view.fetching)
            return
        if said.exception() is not None:
            # A bug, or files that went away: in the log already for whoever looks; the person may try again.
            self.refused.emit(Fault.CENTRE_ERROR)
            raise said.exception()
        found = said.result()
        if isinstance(found, Fault):
            self.refused.emit(found)
        else:
            self.entered.emit(self._session(found))

    def _session(self, person: Person) -> Session:
        session = Session(self._engine, person, self._catalogues)
        self._ear.turn(session.notice)
        return session


def sign_in(
    folder: Path,
    centre: str,
    person: str,
    password: str,
    catalogues: Mapping[str, Catalogue],
    seat: str = "",
    authority: Path | None = None,
    pace: Pace | None = None,
) -> Session | Fault:
    """A session, or why there is none; waits for the first rows. For tools and tests: a window uses SignIn."""
    door = SignIn(folder, centre, catalogues, seat, authority, pace)
    try:
        found = door.wait(person, password)
    except BaseException:
        door.give_up()
        raise
    if isinstance(found, Fault):
        door.give_up()
    return found
