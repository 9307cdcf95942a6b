"""cache.db: the rows of the centre that this seat may see, and the cursor up to which they are true. Disposable.

Promises: a page's rows and the cursor go in together or not at all; a file that is damaged, half-written or of
another schema is dropped and begun anew (`was_rebuilt`), seat.db is never touched by that; this is the only
connection that writes and checkpoints. It never decides what a row says, and holds nothing that cannot be
fetched again. WAL with NORMAL: a loss of power may take the last pages, which then come again.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from app.cache.disk import DiskFailed, DiskFull, only_mine
from app.cache.light import Database
from app.cache.tables import TABLES
from casework.entities import ENTITIES
from casework.ids import Key
from casework.rows_file import META, PUT_META, channel_text, create_indexes, create_table, schema_hash
from casework.sync.messages import Entry, Op, Page, WireError

FULL, CORRUPT, NOT_A_DATABASE = 13, 11, 26  # SQLite's primary result codes
IO_ERRORS = (sqlite3.OperationalError, sqlite3.DatabaseError)
WAL_BYTES = 64 * 2**20  # the log is cut back to this after a checkpoint
CACHE_KIB = 32_768
CHECKPOINT_PAGES = 8_000  # a checkpoint syncs both files: not after every page of a backlog
PRAGMAS = (
    ("journal_mode", "wal"),
    ("synchronous", 1),
    ("journal_size_limit", WAL_BYTES),
    ("cache_size", -CACHE_KIB),
    ("wal_autocheckpoint", CHECKPOINT_PAGES),
)


class Damaged(Exception):
    """The file cannot be used; it is dropped and begun anew."""


class Record(msgspec.Struct, frozen=True):
    """One row of a snapshot."""

    entity: str
    key: str
    ver: int
    seq: int
    body: bytes


class RowsDb:
    """The one writing connection to cache.db; used from the engine's thread only."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.was_rebuilt = False
        self.is_verified = False  # the file was checked against its hash by this program
        self.generation = 0  # rises whenever the rows were dropped, so that a load under way notices
        self._end_adoption()
        existed = path.exists()
        try:
            self._db = _opened(path)
            self._check()
            self._mark_clean(False)
        except (Damaged, sqlite3.DatabaseError):
            self.rebuild()
            self.was_rebuilt = existed

    def close(self) -> None:
        """The next start need not look through the whole file before it shows anything."""
        with contextlib.suppress(DiskFull, DiskFailed, Damaged):
            self._mark_clean(True)
        self._db.conn.close()

    def rebuild(self) -> None:
        """Begins the file anew; who reads it must open it again."""
        self._drop()
        self.generation += 1
        self.was_rebuilt = True
        self.is_verified = False
        self._db = _opened(self.path)
        self._create()

    # -- figures --------------------------------------------------------------------------------------------------

    @property
    def epoch(self) -> int:
        return self._figure("epoch")

    @property
    def cursor(self) -> int:
        return self._figure("cursor")

    @property
    def as_of_ms(self) -> int:
        return self._figure("as_of_ms")

    @property
    def channels(self) -> tuple[str, ...]:
        """Whose rows these are; () while there are none."""
        found = self._meta("channels")
        return tuple(found.split("\n")) if found else ()

    def note(self, *, as_of_ms: int | None = None, channels: Iterable[str] | None = None) -> None:
        """Since when the rows are known to be whole, and for which channels they were fetched."""
        with self._writing():
            if as_of_ms is not None:
                self._put_meta("as_of_ms", str(as_of_ms))
            if channels is not None:
                self._put_meta("channels", channel_text(channels))

    # -- rows -----------------------------------------------------------------------------------------------------

    def get(self, key: Key) -> tuple[Any, int]:
        """The struct and the version of a row, (None, 0) where there is none. Raises Damaged."""
        table = TABLES[key.entity]
        try:
            found = self._db.conn.execute(table.get, (key.key,)).fetchone()
        except sqlite3.DatabaseError as error:
            raise Damaged(str(error)) from error
        return (table.decoder.decode(found[1]), int(found[0])) if found else (None, 0)

    def commit(self, page: Page) -> None:
        """The page's rows and the cursor it leads to, in one transaction. Raises DiskFull, DiskFailed, Damaged."""
        with self._writing():
            self._store(page.entries)
            self._put_meta("cursor", str(page.next))
            if page.is_last:
                self._put_meta("as_of_ms", str(page.centre_ms))

    def reset(self, epoch: int) -> None:
        """Drops every row; the cursor starts at 0 under this epoch."""
        self.abandon_load()
        self.generation += 1
        with self._writing():
            for table in TABLES.values():
                self._db.conn.execute(f"DELETE FROM {table.name}")
            for name, value in (("epoch", epoch), ("cursor", 0), ("as_of_ms", 0)):
                self._put_meta(name, str(value))

    def drop_covered(self, through_seq: int) -> int:
        """Lets go of the changed components that components.db has by now; how many there were."""
        with self._writing():
            table = TABLES["component"].name
            return int(self._db.conn.execute(f"DELETE FROM {table} WHERE seq <= ?", (through_seq,)).rowcount)

    # -- taking over a file of the centre whole -----------------------------------------------------------------------

    def adopt(self, path: Path) -> None:
        """Puts a file that `fits` in the place of this one; who reads must open anew.

        A kill at any point leaves the old rows or the new ones: the first rename decides, and the next start ends
        what was begun. Where the system does not let an open file be replaced the old one goes on and DiskFailed
        is raised; `path` is as it was then.
        """
        self.abandon_load()
        self.generation += 1
        self._db.conn.close()
        next_path = self._next_path()
        try:
            os.replace(path, next_path)
            self._end_adoption()
        except OSError as error:
            with contextlib.suppress(OSError):
                os.replace(next_path, path)
            self._db = _opened(self.path)
            raise DiskFailed(error.strerror or "cannot be replaced") from error
        self._db = _opened(self.path)
        self.is_verified = True

    def _next_path(self) -> Path:
        return self.path.with_name(self.path.name + "-next")

    def _end_adoption(self) -> None:
        """The log of the old file first: it must never be taken for one of the new."""
        next_path = self._next_path()
        if next_path.exists():
            for suffix in ("-wal", "-shm", "-journal"):
                self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)
            os.replace(next_path, self.path)

    # -- loading a snapshot: one transaction, spread over many short turns of the engine ------------------------------

    def begin_load(self) -> None:
        """Starts to replace all rows. Readers see the old ones until `finish_load`."""
        self.abandon_load()
        self._execute("BEGIN IMMEDIATE")
        for table in TABLES.values():
            self._execute(f"DELETE FROM {table.name}")

    def load(self, records: Iterable[Record]) -> None:
        """Some more rows; an entity this program does not know is passed over."""
        per_table: dict[str, list[tuple[Any, ...]]] = {}
        for each in records:
            table = TABLES.get(each.entity)
            if table:
                per_table.setdefault(each.entity, []).append(
                    table.record(each.key, each.ver, each.seq, each.body)
                )
        for name, rows in per_table.items():
            try:
                self._db.conn.executemany(TABLES[name].insert, rows)
            except sqlite3.Error as error:
                raise _translated(error) from error

    def finish_load(self, epoch: int, cursor: int, as_of_ms: int) -> None:
        """Shows the loaded rows, which are those of `cursor`."""
        for name, value in (("epoch", epoch), ("cursor", cursor), ("as_of_ms", as_of_ms)):
            self._put_meta(name, str(value))
        self._execute("COMMIT")

    def abandon_load(self) -> None:
        """Goes back to the rows before `begin_load`; harmless where none is under way."""
        if self._db.conn.in_transaction:
            self._db.conn.rollback()

    @property
    def is_loading(self) -> bool:
        return self._db.conn.in_transaction

    # -- inside ---------------------------------------------------------------------------------------------------

    def _store(self, entries: Iterable[Entry]) -> None:
        """Of several entries of one row the last counts, so only that one is written."""
        last = {entry.row_key: entry for entry in entries if entry.entity in TABLES}
        puts: dict[str, list[tuple[Any, ...]]] = {}
        for entry in last.values():
            table = TABLES[entry.entity]
            if entry.op is Op.DEL:
                self._db.conn.execute(table.delete, (entry.key,))
            else:
                record = table.record(entry.key, entry.ver, entry.seq, bytes(entry.body))
                puts.setdefault(entry.entity, []).append(record)
        for name, records in puts.items():
            self._db.conn.executemany(TABLES[name].insert, records)

    def _execute(self, statement: str) -> None:
        try:
            self._db.conn.execute(statement)
        except sqlite3.Error as error:
            raise _translated(error) from error

    def _meta(self, name: str) -> str:
        found = self._db.conn.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return str(found[0]) if found else ""

    def _figure(self, name: str) -> int:
        return int(self._meta(name) or 0)

    def _put_meta(self, name: str, value: str) -> None:
        self._db.conn.execute(PUT_META, (name, value))

    def _writing(self) -> _Atomic:
        return _Atomic(self._db)

    def _check(self) -> None:
        """Whether the file is whole and of this program's schema; raises Damaged."""
        if "meta" not in self._db.table_names() or self._meta("schema") != schema_hash():
            raise Damaged("of another schema")
        if self._meta("is_clean") != "1" and not _is_sound(self._db.conn):
            raise Damaged("the last work did not end well")

    def _mark_clean(self, is_clean: bool) -> None:
        with self._writing():
            self._put_meta("is_clean", "1" if is_clean else "0")

    def _create(self) -> None:
        with self._writing():
            self._db.conn.execute(META)
            for entity in ENTITIES:
                for statement in (create_table(entity), *create_indexes(entity)):
                    self._db.conn.execute(statement)
            # Last: a file without it is half-written.
            self._put_meta("schema", schema_hash())

    def _drop(self) -> None:
        if hasattr(self, "_db"):
            with contextlib.suppress(sqlite3.Error):
                self._db.conn.close()
        for suffix in ("", "-wal", "-shm", "-journal"):
            self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)


class _Atomic:
    """sqlite-utils' atomic(), with the disk's troubles as the two exceptions of app.cache.disk."""

    def __init__(self, db: Database) -> None:
        self._atomic = db.atomic()
        self._db = db

    def __enter__(self) -> None:
        assert not self._db.conn.in_transaction, "a load is under way"
        try:
            self._atomic.__enter__()
        except sqlite3.Error as error:
            raise _translated(error) from error

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        try:
            self._atomic.__exit__(kind, error, trace)
        except sqlite3.Error as failed:
            raise _translated(failed) from failed
        if isinstance(error, sqlite3.Error):
            raise _translated(error) from error


def _translated(error: sqlite3.Error) -> Exception:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == FULL:
        return DiskFull(str(error))
    if code in (CORRUPT, NOT_A_DATABASE):
        return Damaged(str(error))
    return DiskFailed(str(error)) if isinstance(error, IO_ERRORS) else error


def _opened(path: Path) -> Database:
    only_mine(path)
    connection = sqlite3.connect(path, timeout=5.0)
    try:
        db = Database(connection, use_counts_table=False, execute_plugins=False)
        for name, value in PRAGMAS:
            connection.execute(f"PRAGMA {name} = {value}").fetchall()
            found = connection.execute(f"PRAGMA {name}").fetchone()
            if found is None or found[0] != value:
                raise Damaged(f"PRAGMA {name} is {found}, not {value}")
    except BaseException:
        connection.close()
        raise
    return db


def _is_sound(connection: sqlite3.Connection) -> bool:
    found = connection.execute("PRAGMA quick_check(1)").fetchone()
    return found is not None and found[0] == "ok"


def is_sound(path: Path) -> bool:
    """Looks through the whole file with a connection of its own; for another thread, while the seat works."""
    try:
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=5.0)
        try:
            return _is_sound(connection)
        finally:
            connection.close()
    except sqlite3.OperationalError:
        return True  # busy, or the disk is: that says nothing about the file
    except sqlite3.DatabaseError:
        return False


def check_page(page: Page) -> None:
    """Raises WireError where a row does not decode, before anything of the page is applied."""
    for entry in page.entries:
        table = TABLES.get(entry.entity)
        if table is None or entry.op is Op.DEL:
            continue
        try:
            table.decoder.decode(entry.body)
        except msgspec.DecodeError as error:
            raise WireError(f"{entry.entity} {entry.key}: {error}") from error
