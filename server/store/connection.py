"""Opening the embedded store's file: the right library, the right settings, each one read back.

The file is opened by apsw alone: two SQLite libraries on one file in one process drop each other's locks.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path

import apsw

from server.store import NotOpenable, Unavailable
from server.store.schema import SCHEMA

# Before it, a WAL reset could corrupt a database with several connections.
OLDEST = (3, 51, 3)
BUSY_MS = 10_000
CACHE_KIB = 65_536
SPACE_BYTES = 65_536


def check_library() -> None:
    """Refuses an SQLite that is known to corrupt WAL databases."""
    version = tuple(int(part) for part in apsw.sqlite_lib_version().split("."))
    if version < OLDEST:
        wanted = ".".join(str(part) for part in OLDEST)
        raise NotOpenable(f"apsw carries SQLite {apsw.sqlite_lib_version()}; {wanted} or newer is needed")


def setting(connection: apsw.Connection, name: str) -> object:
    """A pragma's present value."""
    return connection.execute(f"PRAGMA {name}").get


def set_checked(connection: apsw.Connection, name: str, value: object, reads: object | None = None) -> None:
    """Set one pragma and read it back; `reads` is how SQLite reports it, where that differs."""
    connection.execute(f"PRAGMA {name} = {value}").get  # noqa: B018 - the row must be stepped over
    found = setting(connection, name)
    if found != (value if reads is None else reads):
        raise NotOpenable(f"PRAGMA {name} is {found!r} after it was set to {value!r}")


def open_new(path: Path) -> apsw.Connection:
    """A connection that builds a new file fast; nothing of it is safe before `seal`."""
    connection = apsw.Connection(str(path))
    set_checked(connection, "journal_mode", "off")
    set_checked(connection, "synchronous", "OFF", 0)
    set_checked(connection, "cache_size", -CACHE_KIB)
    return connection


def seal(connection: apsw.Connection, path: Path) -> None:
    """End the building: the file is whole and on disk, and every later commit will be."""
    set_checked(connection, "journal_mode", "wal")
    connection.close(True)
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def open_writer(path: Path) -> apsw.Connection:
    """The one writing connection: WAL, every commit on disk before it is acknowledged."""
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE)
    try:
        connection.set_busy_timeout(BUSY_MS)
        set_checked(connection, "journal_mode", "wal")
        set_checked(connection, "synchronous", "FULL", 2)
        set_checked(connection, "cache_size", -CACHE_KIB)
        if setting(connection, "user_version") != SCHEMA:
            raise NotOpenable(f"{path.name} has schema {setting(connection, 'user_version')}, not {SCHEMA}")
    except BaseException:
        connection.close(True)
        raise
    return connection


def open_reader(path: Path) -> apsw.Connection:
    """A reading connection; it never writes and never checkpoints."""
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
    connection.set_busy_timeout(BUSY_MS)
    set_checked(connection, "query_only", "on", 1)
    return connection


def why(path: Path, error: apsw.Error) -> str:
    """An error of the file in words. Even reading needs a little space beside it, and SQLite says only "I/O"."""
    with contextlib.suppress(OSError):
        if shutil.disk_usage(path.parent).free < SPACE_BYTES:
            return f"the disk is full ({error})"
    return str(error)


def refusal_of(error: apsw.Error) -> Unavailable:
    """What a failed statement means to whoever asked: nothing was stored, ask again."""
    if isinstance(error, apsw.FullError):
        return Unavailable("disk_full", str(error))
    if isinstance(error, apsw.IOError):
        return Unavailable("disk_error", str(error))
    if isinstance(error, apsw.CorruptError | apsw.NotADBError):
        return Unavailable("store_damaged", str(error))
    if isinstance(error, apsw.BusyError | apsw.LockedError):
        return Unavailable("store_busy", str(error))
    return Unavailable("store_error", str(error))
