"""seat.db: what nobody else has. Outbox, numbers, drafts, and who may log in here without the network.

Promises: what `save` or `put_drafts` has returned from survives kill -9 and a loss of power (WAL, FULL); each
is one transaction; an old SQLite with the WAL-reset fault is refused. A full disk raises DiskFull and leaves
the file as it was. Opened by apsw only: a second SQLite library in the process would drop its locks.
It does not know the network, and judges no password strength.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import secrets
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import apsw
import msgspec

from app.cache.disk import DiskFailed, DiskFull, only_mine
from app.cache.seat_versions import VERSIONS
from casework.entities.person import Person
from casework.facts import NumberBlock
from casework.ids import CommandId, SeatId
from casework.limits import RECEIPT_DAYS
from casework.refusal import Refusal
from casework.sync.messages import Basis, WireError, decode_command
from casework.sync.seat import Item, Memory, Save
from casework.sync.status import OutboxState

OLDEST_SQLITE = (3, 51, 3)  # before it, a reset of the write-ahead log may corrupt the file
DAY_MS = 86_400_000
CLOSED = (OutboxState.DONE.value, OutboxState.UNDONE.value)
SCRYPT = {"n": 2**14, "r": 8, "p": 1, "maxmem": 64 * 2**20}
PRAGMAS = (("journal_mode", "wal"), ("synchronous", 2), ("busy_timeout", 5000), ("trusted_schema", 0))


class OldSqlite(Exception):
    """This SQLite may corrupt the outbox; the text names the versions."""


class NewerSeat(Exception):
    """A newer version of the program has written this folder."""


class Grant(msgspec.Struct, frozen=True):
    """What a log-in left behind for a start without the network: who, what is signed with, what may be seen."""

    person: Person
    grant: str
    channels: tuple[str, ...]


class Hashed(msgspec.Struct, frozen=True):
    """What is kept of a password."""

    salt: bytes
    hash: bytes


class _Filed(msgspec.Struct, frozen=True, omit_defaults=True):
    """An Item as it lies in the file: its command still plain."""

    id: CommandId
    order: int
    command: Any
    author: str
    grant: str
    made_at_ms: int
    release_at_ms: int
    basis: Basis
    state: OutboxState = OutboxState.WAITING
    n: int = 0
    seq: int = 0
    refusal: Refusal | None = None
    theirs: bytes = b""


_BLOCKS = msgspec.json.Decoder(tuple[NumberBlock, ...])
_FILED = msgspec.json.Decoder(_Filed)
_GRANT = msgspec.json.Decoder(Grant)


def check_sqlite(version: str | None = None) -> None:
    """Raises OldSqlite where the library bundled with apsw is one that may corrupt a file."""
    version = version or apsw.sqlite_lib_version()
    if tuple(int(part) for part in version.split(".")[:3]) < OLDEST_SQLITE:
        needed = ".".join(str(part) for part in OLDEST_SQLITE)
        raise OldSqlite(f"SQLite {version}; at least {needed} is needed")


class SeatDb:
    """The one connection to seat.db; used from the engine's thread only."""

    def __init__(
        self,
        path: Path,
        seat: str = "",
        connect: Callable[[str], apsw.Connection] = apsw.Connection,
    ) -> None:
        """`seat` is the wished name of a seat that has none yet; `connect` is for tests that break the disk."""
        check_sqlite()
        only_mine(path)
        self._path = path
        self._connect = connect
        self._db = self._opened()
        self.unreadable = 0  # commands of another version of the program, kept but not understood
        try:
            self._migrate()
            if not self.meta("seat"):
                self.put_meta({"seat": seat or _new_seat_id()})
        except BaseException:
            self._db.close()
            raise
        self.seat = SeatId(self.meta("seat"))

    def close(self) -> None:
        self._db.close()

    # -- the outbox -----------------------------------------------------------------------------------------------

    def load(self, cursor: int = 0) -> Memory:
        """What the seat's side starts from. `cursor` is the cache's, 0 where that is of another epoch."""
        items = []
        self.unreadable = 0
        for (body,) in self._db.execute("SELECT item FROM outbox ORDER BY place"):
            try:
                items.append(_item(bytes(body)))
            except (msgspec.DecodeError, WireError):
                self.unreadable += 1
        return Memory(
            seat=self.seat,
            epoch=self.epoch,
            cursor=cursor,
            next_n=int(self.meta("next_n") or 1),
            items=tuple(items),
            blocks=_BLOCKS.decode(self.meta("blocks") or "[]"),
        )

    def save(self, save: Save, now_ms: int, mine: Mapping[str, bytes] | None = None) -> None:
        """The effect of that name, durably, in one transaction. `mine` is what commands made of their rows here."""
        with self._writing() as write:
            for item in save.items:
                write(
                    "INSERT INTO outbox(id, place, state, n, saved_ms, item, mine) VALUES(?, ?, ?, ?, ?, ?, ?)"
                    " ON CONFLICT(id) DO UPDATE SET place = excluded.place, state = excluded.state,"
                    " n = excluded.n, saved_ms = excluded.saved_ms, item = excluded.item",
                    (
                        item.id,
                        item.order,
                        item.state.value,
                        item.n,
                        now_ms,
                        msgspec.json.encode(item),
                        (mine or {}).get(item.id),
                    ),
                )
            self._put_meta(
                write,
                {"next_n": str(save.next_n), "blocks": msgspec.json.encode(save.blocks).decode()},
            )

    def mine(self, command_id: str) -> bytes | None:
        """What the command made of its row when it was performed, where that was known."""
        found = self._db.execute("SELECT mine FROM outbox WHERE id = ?", (command_id,)).fetchone()
        return bytes(found[0]) if found and found[0] is not None else None

    def forget_old(self, now_ms: int) -> None:
        """Drops what was closed longer ago than receipts are kept."""
        before_ms = now_ms - RECEIPT_DAYS * DAY_MS
        with self._writing() as write:
            write("DELETE FROM outbox WHERE state IN (?, ?) AND saved_ms < ?", (*CLOSED, before_ms))

    # -- figures of the seat --------------------------------------------------------------------------------------

    @property
    def epoch(self) -> int:
        return int(self.meta("epoch") or 0)

    def meta(self, name: str) -> str:
        """A figure of the seat, "" where there is none."""
        found = self._db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return str(found[0]) if found else ""

    def put_meta(self, values: Mapping[str, str]) -> None:
        with self._writing() as write:
            self._put_meta(write, values)

    # -- drafts ---------------------------------------------------------------------------------------------------

    def drafts(self) -> dict[str, str]:
        """Every draft, oldest first."""
        return {
            str(key): str(text)
            for key, text in self._db.execute("SELECT key, text FROM draft ORDER BY at_ms")
        }

    def put_drafts(self, drafts: Mapping[str, str | None], now_ms: int) -> None:
        """Texts being typed, None to drop one; one transaction."""
        with self._writing() as write:
            for key, text in drafts.items():
                if text is None:
                    write("DELETE FROM draft WHERE key = ?", (key,))
                else:
                    write(
                        "INSERT INTO draft(key, text, at_ms) VALUES(?, ?, ?)"
                        " ON CONFLICT(key) DO UPDATE SET text = excluded.text, at_ms = excluded.at_ms",
                        (key, text, now_ms),
                    )

    # -- logging in without the network ---------------------------------------------------------------------------

    def remember_log_in(self, grant: Grant, hashed: Hashed, now_ms: int) -> None:
        """After the centre has accepted the password that `hash_password` was given."""
        with self._writing() as write:
            write(
                "INSERT OR REPLACE INTO log_in(person, salt, hash, record, at_ms) VALUES(?, ?, ?, ?, ?)",
                (grant.person.id, hashed.salt, hashed.hash, msgspec.json.encode(grant), now_ms),
            )

    def knows(self, person: str) -> bool:
        """Whether this person has logged in at this seat before."""
        return self._db.execute("SELECT 1 FROM log_in WHERE person = ?", (person,)).fetchone() is not None

    def log_in(self, person: str, password: str) -> Grant | None:
        """What the last log-in left behind, or None for a wrong password or a stranger."""
        found = self._db.execute(
            "SELECT salt, hash, record FROM log_in WHERE person = ?", (person,)
        ).fetchone()
        salt, known, record = found or (b"\0" * 16, b"", b"")
        is_right = hmac.compare_digest(_scrypt(password, bytes(salt)), bytes(known))
        return _GRANT.decode(bytes(record)) if found and is_right else None

    def forget_log_in(self, person: str) -> None:
        """The centre no longer accepts what was remembered."""
        with self._writing() as write:
            write("DELETE FROM log_in WHERE person = ?", (person,))

    # -- inside ---------------------------------------------------------------------------------------------------

    def _opened(self) -> apsw.Connection:
        db = self._connect(str(self._path))
        try:
            for name, value in PRAGMAS:
                # One statement per call: apsw stops at the first row of several.
                db.execute(f"PRAGMA {name} = {value}").fetchall()
                found = db.execute(f"PRAGMA {name}").fetchone()
                if found is None or found[0] != value:
                    raise DiskFailed(f"PRAGMA {name} is {found}, not {value}")
        except BaseException:
            db.close()
            raise
        return db

    def _migrate(self) -> None:
        found = self._db.execute("PRAGMA user_version").fetchone()
        version = int(found[0]) if found else 0
        if version > len(VERSIONS):
            raise NewerSeat(f"{self._path.name} is of version {version}, this program knows {len(VERSIONS)}")
        for number, statements in enumerate(VERSIONS[version:], start=version + 1):
            with self._writing() as write:
                for statement in statements:
                    write(statement, ())
                write(f"PRAGMA user_version = {number}", ())

    @staticmethod
    def _put_meta(write: Write, values: Mapping[str, str]) -> None:
        for name, value in values.items():
            write("INSERT OR REPLACE INTO meta(name, value) VALUES(?, ?)", (name, value))

    def _writing(self) -> _Writing:
        return _Writing(self)

    def reopen(self) -> None:
        """After an error of the disk the old connection must not be used again."""
        with contextlib.suppress(apsw.Error):  # it is being thrown away
            self._db.close()
        self._db = self._opened()

    def execute(self, statement: str, values: Iterable[Any] = ()) -> apsw.Cursor:
        """One statement on the connection as it is now; it may have been opened anew."""
        return self._db.execute(statement, tuple(values))


Write = Callable[[str, tuple[Any, ...]], object]


class _Writing:
    """One transaction; turns the disk's troubles into the two exceptions of app.cache.disk."""

    def __init__(self, seat_db: SeatDb) -> None:
        self._seat_db = seat_db

    def __enter__(self) -> Write:
        try:
            self._seat_db.execute("BEGIN IMMEDIATE")
        except apsw.Error as error:
            self._abandon(error)
        return self._seat_db.execute

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if error is None:
            try:
                self._seat_db.execute("COMMIT")
                return
            except apsw.Error as failed:
                error = failed
        if isinstance(error, apsw.Error):
            self._abandon(error)
        self._roll_back()

    def _abandon(self, error: apsw.Error) -> None:
        if isinstance(error, apsw.FullError):
            self._roll_back()
            raise DiskFull(str(error)) from error
        if isinstance(error, (apsw.IOError, apsw.CantOpenError, apsw.CorruptError)):
            try:
                self._seat_db.reopen()
            except (apsw.Error, DiskFailed) as still:
                raise DiskFailed(str(still)) from error
            raise DiskFailed(str(error)) from error
        self._roll_back()
        raise error

    def _roll_back(self) -> None:
        with contextlib.suppress(apsw.SQLError):  # SQLite may have rolled back by itself
            self._seat_db.execute("ROLLBACK")


def _item(body: bytes) -> Item:
    filed = _FILED.decode(body)
    fields = {name: getattr(filed, name) for name in filed.__struct_fields__}
    return Item(**{**fields, "command": decode_command(filed.command)})


def hash_password(password: str) -> Hashed:
    """Takes its time, on purpose; it touches no file, so another thread may do it."""
    salt = secrets.token_bytes(16)
    return Hashed(salt, _scrypt(password, salt))


def _scrypt(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, **SCRYPT)


def _new_seat_id() -> str:
    """Read aloud over a telephone: no letter that looks like a digit."""
    return "".join(secrets.choice("23456789ABCDEFGHJKLMNPQRSTUVWXYZ") for _ in range(8))
