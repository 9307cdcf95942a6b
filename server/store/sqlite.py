"""The embedded backend: one file, one writing thread, a few reading ones. Implements server.store.Store.

It promises what server.store promises on a machine whose disk honours a sync. It is one process's: the serving
lock (server.serving) keeps a second one away.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import apsw

from casework.command import Command
from casework.entities.person import Person
from casework.ids import PersonId, SeatId
from casework.ledger.chain import GENESIS
from casework.limits import PAGE_ENTRIES
from casework.sync.messages import Beat, Page, Push, Verdict
from server.store import Account, Held, Logged, NotOpenable, Session, VisibleRow, reading
from server.store.connection import check_library, open_new, open_writer, refusal_of, why
from server.store.fitting import fit
from server.store.reading import Readers
from server.store.schema import statements
from server.store.shipping import ship
from server.store.writer import Writer
from server.store.writing import Parcel, Terms, Writing

READERS = 3
T = TypeVar("T")


def create(path: Path, epoch: int = 1) -> apsw.Connection:
    """A new, empty store of its own epoch, still being built: the caller founds the city in it and seals it."""
    check_library()
    connection = open_new(path)
    path.chmod(0o600)
    connection.execute("BEGIN")
    for statement in statements():
        connection.execute(statement)
    connection.execute("INSERT INTO authority VALUES (?, 0, ?)", (epoch, GENESIS))
    connection.execute("COMMIT")
    return connection


class SqliteStore:
    """The store of a serving centre. `clock` gives ms UTC."""

    def __init__(self, path: Path, terms: Terms, clock: Callable[[], int]) -> None:
        check_library()
        if not path.is_file():
            raise NotOpenable(f"{path.name} is not there")
        self.path = path
        self._terms = terms
        self._clock = clock
        self._opened_ms = clock()
        self._connections: dict[int, apsw.Connection] = {}
        try:
            writing = self._open()
        except (apsw.NotADBError, apsw.CorruptError) as error:
            raise NotOpenable(f"{path.name} is damaged: {error}") from error
        except apsw.Error as error:
            raise NotOpenable(f"cannot open {path}: {why(path, error)}") from error
        self._writer = Writer(writing, self._open, self._close, clock)
        self._readers = Readers(path)
        self._pool = ThreadPoolExecutor(READERS, "store-reader")
        with self._readers.reading() as db:
            self._sessions = {session.token_hash: session for session in reading.sessions(db)}

    @property
    def epoch(self) -> int:
        return self._writer.epoch

    @property
    def head(self) -> int:
        return self._writer.head

    def on_commit(self, told: Callable[[], None]) -> None:
        self._writer.on_commit(told)

    def person(self, person: PersonId) -> Person | None:
        return self._writer.persons.get(person)

    def session(self, token_hash: str) -> Session | None:
        found = self._sessions.get(token_hash)
        return found if found and found.expires_ms > self._clock() else None

    async def push(self, push: Push) -> tuple[Verdict, ...]:
        return await self._writer.do(lambda writing: writing.push(push))

    async def perform(self, command: Command) -> Verdict:
        return await self._writer.do(lambda writing: writing.perform(command))

    async def beat(self, seat: SeatId, person: PersonId, numbers_left: int | None) -> Beat:
        return await self._writer.do(lambda writing: writing.beat(seat, person, numbers_left))

    async def enter(self, session: Session) -> int:
        high_n = await self._writer.do(lambda writing: writing.enter(session))
        now_ms = self._clock()
        for token_hash, old in list(self._sessions.items()):
            if old.expires_ms <= now_ms:
                del self._sessions[token_hash]
        self._sessions[session.token_hash] = session
        return high_n

    async def leave(self, token_hash: str) -> None:
        await self._writer.do(lambda writing: writing.leave(token_hash))
        self._sessions.pop(token_hash, None)

    async def take_in(self, parcel: Parcel) -> int:
        return await self._writer.do(lambda writing: writing.take_in(parcel))

    async def set_account(self, account: Account) -> None:
        await self._writer.do(lambda writing: writing.set_account(account))

    async def account(self, person: PersonId) -> Account | None:
        return await self._read(lambda db: reading.account(db, person))

    async def page(self, channels: frozenset[str], after: int, limit: int, until: int | None = None) -> Page:
        size = max(1, min(limit, PAGE_ENTRIES))
        now_ms = self._clock()
        return await self._read(lambda db: reading.page(db, channels, after, size, until, now_ms))

    async def tail(self, after: int, limit: int) -> Sequence[Logged]:
        return await self._read(lambda db: reading.tail(db, after, limit))

    async def held_by_silent(self) -> Sequence[Held]:
        return await self._writer.do(lambda writing: writing.held_by_silent())

    async def high_n(self, seat: SeatId) -> int:
        return await self._read(lambda db: reading.high_n(db, seat))

    def copy_rows(
        self,
        channels: frozenset[str],
        take: Callable[[int, int, Iterable[VisibleRow]], T],
    ) -> T:
        """Give `take` epoch, head and every row `channels` may see, all of one moment. Blocks: call it in a worker."""
        with self._readers.reading() as db:
            epoch, head = reading.authority(db)
            return take(epoch, head, reading.visible_rows(db, channels))

    def ship_rows(self, target: Path, channels: frozenset[str], components_seq: int = 0) -> tuple[int, int]:
        """Blocks for seconds in a large city: call it in a worker."""
        try:
            return ship(self.path, target, channels, self._clock(), components_seq)
        except apsw.Error as error:
            raise refusal_of(error) from error

    def close(self) -> None:
        # The writer last: only it can put the log's tail into the file, and then the file is whole by itself.
        self._pool.shutdown()
        self._readers.close()
        self._writer.stop()

    async def _read(self, read: Callable[[apsw.Connection], T]) -> T:
        def work() -> T:
            with self._readers.reading() as db:
                return read(db)

        return await asyncio.get_running_loop().run_in_executor(self._pool, work)

    def _open(self) -> Writing:
        connection = open_writer(self.path)
        try:
            fit(connection)
            writing = Writing(connection, self._terms, self._opened_ms)
        except BaseException:
            connection.close(True)
            raise
        self._connections[id(writing)] = connection
        return writing

    def _close(self, writing: Writing) -> None:
        connection = self._connections.pop(id(writing))
        # Closing rolls back as well, and the handle is given up either way.
        with contextlib.suppress(apsw.Error):
            writing.rollback()
        connection.close(True)
