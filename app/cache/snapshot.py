"""Reads a file of rows as the centre ships it: whether it can be taken over whole, and its rows where it cannot.

A file in this program's own layout is adopted (`app.cache.rows_db`); one of another version of the program is read
table by table, and what this program does not know is passed over by whoever loads it. Files are opened
read-only and by nobody else in the process.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import msgspec

from app.cache.rows_db import Record
from casework.rows_file import channel_text, schema_hash

BATCH_ROWS = 400  # a turn of the engine stays below 10 ms
NEEDED = frozenset({"key", "ver", "seq", "body"})


class UnreadableSnapshot(Exception):
    """Not a snapshot, or a damaged one; fetch it again."""


class RowsFacts(msgspec.Struct, frozen=True):
    """What a file says of itself."""

    schema: str
    epoch: int
    cursor: int
    channels: str

    def fits(self, epoch: int, channels: tuple[str, ...]) -> bool:
        """Whether the file can be taken over as it lies: this program's tables, this epoch, these channels."""
        wanted = (schema_hash(), epoch, channel_text(channels))
        return (self.schema, self.epoch, self.channels) == wanted


def facts_of(path: Path) -> RowsFacts:
    """Raises UnreadableSnapshot."""
    db = _opened(path)
    try:
        meta = {str(name): str(value) for name, value in db.execute("SELECT name, value FROM meta")}
        return RowsFacts(
            meta.get("schema", ""),
            int(meta.get("epoch", "0")),
            int(meta.get("cursor", "0")),
            meta.get("channels", ""),
        )
    except (sqlite3.DatabaseError, ValueError) as error:
        raise UnreadableSnapshot(f"{path.name}: {error}") from error
    finally:
        db.close()


def count(path: Path) -> int:
    """How many rows it holds."""
    db = _opened(path)
    try:
        return sum(db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in _tables(db))
    except sqlite3.DatabaseError as error:
        raise UnreadableSnapshot(f"{path.name}: {error}") from error
    finally:
        db.close()


def batches(path: Path) -> Iterator[list[Record]]:
    """All rows, a batch at a time."""
    db = _opened(path)
    try:
        for table, entity in _tables(db).items():
            found = db.execute(f"SELECT key, ver, seq, body FROM {table}")
            while rows := found.fetchmany(BATCH_ROWS):
                yield [
                    Record(entity, str(key), int(ver), int(seq), _bytes(body)) for key, ver, seq, body in rows
                ]
    except sqlite3.DatabaseError as error:
        raise UnreadableSnapshot(f"{path.name}: {error}") from error
    finally:
        db.close()


def _tables(db: sqlite3.Connection) -> dict[str, str]:
    """Quoted table -> entity, of every table that has rows in it."""
    names = [str(name) for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    found: dict[str, str] = {}
    for name in names:
        quoted = '"' + name.replace('"', '""') + '"'
        columns = {str(column[1]) for column in db.execute(f"PRAGMA table_info({quoted})")}
        if columns >= NEEDED:
            found[quoted] = name
    return found


def _bytes(body: object) -> bytes:
    return body.encode() if isinstance(body, str) else bytes(body)  # type: ignore[call-overload]


def _opened(path: Path) -> sqlite3.Connection:
    try:
        return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
    except sqlite3.Error as error:
        raise UnreadableSnapshot(f"{path.name}: {error}") from error
