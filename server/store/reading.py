"""What is read from the embedded store beside the writer: pages of changes, the ledger's tail, the rows of a snapshot.

Every read is one transaction on a connection of its own thread, so it sees one moment of the ledger.
"""

from __future__ import annotations

import heapq
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import apsw
import msgspec

from casework.entities import ENTITIES
from casework.ids import CommandId, PersonId, SeatId
from casework.sync.messages import Entry, Op, Page
from server.store import Account, CursorAhead, Logged, Session, VisibleRow
from server.store.connection import open_reader, refusal_of
from server.store.schema import table_of

_NAMES = msgspec.json.Decoder(tuple[str, ...])
_LOG = 'SELECT seq, command, entity, key, ver, body, joined, "left", at_ms FROM log'


class Readers:
    """One reading connection per thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._local = threading.local()
        self._lock = threading.Lock()
        self._all: list[apsw.Connection] = []

    @contextmanager
    def reading(self) -> Iterator[apsw.Connection]:
        """A connection inside a read transaction; a failed one is replaced."""
        connection = self._connection()
        try:
            connection.execute("BEGIN")
            yield connection
            connection.execute("COMMIT")
        except BaseException as error:
            if isinstance(error, apsw.Error):
                self._drop(connection)
                raise refusal_of(error) from error
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise

    def close(self) -> None:
        with self._lock:
            for connection in self._all:
                connection.close(True)
            self._all.clear()

    def _connection(self) -> apsw.Connection:
        found: apsw.Connection | None = getattr(self._local, "connection", None)
        if found is None:
            try:
                found = open_reader(self._path)
            except apsw.Error as error:
                raise refusal_of(error) from error
            self._local.connection = found
            with self._lock:
                self._all.append(found)
        return found

    def _drop(self, connection: apsw.Connection) -> None:
        self._local.connection = None
        with self._lock:
            if connection in self._all:
                self._all.remove(connection)
        connection.close(True)


def authority(db: apsw.Connection) -> tuple[int, int]:
    """Epoch and head."""
    found = db.execute("SELECT epoch, seq FROM authority").fetchone()
    assert found is not None
    return found[0], found[1]


def page(
    db: apsw.Connection,
    channels: frozenset[str],
    after: int,
    limit: int,
    until: int | None,
    centre_ms: int,
) -> Page:
    """Changes after `after` for `channels`, no further than `until`."""
    epoch, head = authority(db)
    if after > head:
        raise CursorAhead(head)
    last = head if until is None else min(until, head)
    ops = _told(db, channels, after, last, limit + 1)
    seqs = sorted(ops)
    end = last
    if len(seqs) > limit:
        end = _end_of_command(db, seqs[limit - 1], last)
        ops = {seq: ops[seq] for seq in seqs[:limit]} | _told(db, channels, seqs[limit - 1], end, -1)
        seqs = sorted(ops)
    entries = tuple(_entry(db, seq, ops[seq]) for seq in seqs)
    return Page(epoch, after, end, head, entries, centre_ms)


def _told(db: apsw.Connection, channels: frozenset[str], after: int, until: int, limit: int) -> dict[int, Op]:
    """What these channels are told after `after`: at most `limit` seqs of each, PUT where any channel says so."""
    sql = "SELECT seq, op FROM feed WHERE channel = ? AND seq > ? AND seq <= ? ORDER BY seq LIMIT ?"
    found = [db.execute(sql, (channel, after, until, limit)).fetchall() for channel in sorted(channels)]
    ops: dict[int, Op] = {}
    merged: Iterable[tuple[int, str]] = heapq.merge(*cast("list[list[tuple[int, str]]]", found))
    for seq, op in merged:
        if limit >= 0 and len(ops) >= limit and seq not in ops:
            break
        if op == Op.PUT or seq not in ops:
            ops[seq] = Op(op)
    return ops


def _end_of_command(db: apsw.Connection, seq: int, until: int) -> int:
    """The last seq of the command that `seq` belongs to."""
    sql = "SELECT c.last FROM log l JOIN command c ON c.id = l.command WHERE l.seq = ?"
    return min(int(db.execute(sql, (seq,)).get), until)


def _entry(db: apsw.Connection, seq: int, op: Op) -> Entry:
    logged = logged_of(db.execute(f"{_LOG} WHERE seq = ?", (seq,)).fetchone())
    body = msgspec.Raw(logged.body) if op is Op.PUT and logged.body is not None else msgspec.Raw(b"null")
    return Entry(seq, logged.command, logged.entity, logged.key, logged.ver, op, body)


def logged_of(row: object) -> Logged:
    """An entry from its columns, in the order of `_LOG`."""
    assert isinstance(row, tuple)
    seq, command, entity, key, ver, body, joined, left, at_ms = row
    return Logged(
        seq, CommandId(command), entity, key, ver, body, _NAMES.decode(joined), _NAMES.decode(left), at_ms
    )


def tail(db: apsw.Connection, after: int, limit: int) -> list[Logged]:
    """Entries after `after`, at most `limit` and the rest of the last one's command."""
    _, head = authority(db)
    end = min(after + limit, head)
    if after < end < head:
        end = _end_of_command(db, end, head)
    rows = db.execute(f"{_LOG} WHERE seq > ? AND seq <= ? ORDER BY seq", (after, end))
    return [logged_of(row) for row in rows]


def account(db: apsw.Connection, person: PersonId) -> Account | None:
    sql = "SELECT person, hash, must_change, is_loopback_only FROM account WHERE person = ?"
    found = db.execute(sql, (person,)).fetchone()
    if found is None:
        return None
    name, digest, must_change, is_loopback_only = found
    return Account(PersonId(name), digest, bool(must_change), bool(is_loopback_only))


def sessions(db: apsw.Connection) -> list[Session]:
    rows = db.execute("SELECT token, person, seat, channels, expires_ms FROM session")
    return [
        Session(token, PersonId(person), SeatId(seat), channels, ends)
        for token, person, seat, channels, ends in rows
    ]


def high_n(db: apsw.Connection, seat: SeatId) -> int:
    return int(db.execute("SELECT high_n FROM seat WHERE seat = ?", (seat,)).get or 0)


def visible_rows(db: apsw.Connection, channels: frozenset[str]) -> Iterator[VisibleRow]:
    """Every row that `channels` may see."""
    for entity in ENTITIES:
        for key, ver, seq, body in db.execute(f"SELECT key, ver, seq, body FROM {table_of(entity.name)}"):
            if not channels.isdisjoint(entity.channels(entity.decode(body))):
                yield entity.name, key, ver, seq, body
