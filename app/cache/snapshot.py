"""Reads a snapshot of rows as the centre builds it: one SQLite file with row(entity, key, ver, seq, body).

It yields records in batches and keeps none; the file is opened read-only and by nobody else in the process.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from app.cache.rows_db import Record

BATCH_ROWS = 400  # a turn of the engine stays below 10 ms


class UnreadableSnapshot(Exception):
    """Not a snapshot, or a damaged one; fetch it again."""


def count(path: Path) -> int:
    """How many rows it holds."""
    db = _opened(path)
    try:
        return int(db.execute("SELECT count(*) FROM row").fetchone()[0])
    except sqlite3.DatabaseError as error:
        raise UnreadableSnapshot(f"{path.name}: {error}") from error
    finally:
        db.close()


def batches(path: Path) -> Iterator[list[Record]]:
    """All rows, a batch at a time."""
    db = _opened(path)
    try:
        found = db.execute("SELECT entity, key, ver, seq, body FROM row")
        while rows := found.fetchmany(BATCH_ROWS):
            yield [
                Record(str(entity), str(key), int(ver), int(seq), _bytes(body))
                for entity, key, ver, seq, body in rows
            ]
    except sqlite3.DatabaseError as error:
        raise UnreadableSnapshot(f"{path.name}: {error}") from error
    finally:
        db.close()


def _bytes(body: object) -> bytes:
    return body.encode() if isinstance(body, str) else bytes(body)  # type: ignore[call-overload]


def _opened(path: Path) -> sqlite3.Connection:
    try:
        return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
    except sqlite3.Error as error:
        raise UnreadableSnapshot(f"{path.name}: {error}") from error
