"""DIR/archive/cases.db: the centre's truth for closed cases that are not rows of the ledger.

Cases of years that came by an import, or that a demonstration city is founded with. Promises: what is handed in
enters whole or not at all, a killed process included; a key is there once; every change moves `stamp`, so that a file
built from it knows when it is out of date. No reporter and no other person is kept here.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import apsw
import msgspec
import numpy as np
import numpy.typing as npt

SCHEMA = "1"
CACHE_KIB = 65_536
BUSY_MS = 10_000
COLUMNS = (
    *("key", "uid", "kind", "edition", "class_code", "condition", "unit", "grid", "x_mm", "y_mm"),
    *("registered_ms", "due_ms", "closed_ms", "stage", "source", "place", "text"),
)
SQL = """
CREATE TABLE meta(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE archived(key TEXT PRIMARY KEY, uid TEXT NOT NULL, kind TEXT NOT NULL, edition TEXT NOT NULL,
  class_code TEXT NOT NULL, condition TEXT NOT NULL, unit TEXT NOT NULL, grid TEXT NOT NULL, x_mm INTEGER NOT NULL,
  y_mm INTEGER NOT NULL, registered_ms INTEGER NOT NULL, due_ms INTEGER NOT NULL, closed_ms INTEGER NOT NULL,
  stage TEXT NOT NULL, source TEXT NOT NULL, place TEXT NOT NULL, text TEXT NOT NULL);
CREATE INDEX archived_uid ON archived(uid) WHERE uid <> '';
"""

Ints = npt.NDArray[np.int64]
ArchivedRow = tuple[
    str, str, str, str, str, str, str, str, int, int, int, int, int, str, str, str, str
]  # in the order of COLUMNS


class NotAnArchive(Exception):
    """The file is of another schema, or none of ours."""


class ArchivedCases(msgspec.Struct, frozen=True, kw_only=True):
    """Columns of one length. Positions in mm of the city's plane, instants in ms UTC, 0 = never; texts as told."""

    keys: Sequence[str]
    uids: Sequence[str]
    kinds: Sequence[str]
    editions: Sequence[str]
    class_codes: Sequence[str]
    conditions: Sequence[str]
    units: Sequence[str]
    grids: Sequence[str]
    x_mm: Ints
    y_mm: Ints
    registered_ms: Ints
    due_ms: Ints
    closed_ms: Ints
    stages: Sequence[str]
    sources: Sequence[str]
    places: Sequence[str]
    texts: Sequence[str]

    def __len__(self) -> int:
        return len(self.keys)

    def rows(self) -> Iterator[ArchivedRow]:
        """Row by row, in the order of COLUMNS. Columns of differing lengths are an error."""
        numbers = (self.x_mm, self.y_mm, self.registered_ms, self.due_ms, self.closed_ms)
        x_mm, y_mm, registered, due, closed = (np.asarray(column).tolist() for column in numbers)
        return zip(
            *(self.keys, self.uids, self.kinds, self.editions, self.class_codes, self.conditions),
            *(self.units, self.grids, x_mm, y_mm, registered, due, closed),
            *(self.stages, self.sources, self.places, self.texts),
            strict=True,
        )


def append(path: Path, cases: ArchivedCases, *, is_generated: bool = False) -> int:
    """Bring new cases in; returns how many there are now. A key that is there already raises apsw.ConstraintError."""
    return _write(path, cases, "INSERT", is_generated)


def replace(path: Path, cases: ArchivedCases) -> int:
    """Bring cases in, those of a known key in place of what was there; returns how many there are now."""
    return _write(path, cases, "INSERT OR REPLACE", False)


def known_uids(path: Path) -> dict[str, str]:
    """Number at the source -> key, of all cases that have one."""
    with _reading(path) as db:
        return dict(db.execute("SELECT uid, key FROM archived WHERE uid <> ''")) if db else {}


def known_keys(path: Path) -> set[str]:
    """The numbers that are taken."""
    with _reading(path) as db:
        return {str(key) for (key,) in db.execute("SELECT key FROM archived")} if db else set()


def stamp(path: Path) -> str:
    """What names the present content; another after every change. "" where there is no archive."""
    with _reading(path) as db:
        return ".".join(_meta(db, name) for name in ("identity", "changes")) if db else ""


def is_generated(path: Path) -> bool:
    """Whether any of it was invented rather than handed in."""
    with _reading(path) as db:
        return db is not None and _meta(db, "is_generated") == "1"


def read(path: Path, condition: str = "", values: Sequence[str] = ()) -> Iterator[ArchivedRow]:
    """Rows of one moment, the oldest registered first; `condition` is SQL over the columns."""
    where = f"WHERE {condition}" if condition else ""
    wanted = f"SELECT {', '.join(COLUMNS)} FROM archived {where} ORDER BY registered_ms, key"
    with _reading(path) as db:
        if db:
            db.execute(f"PRAGMA cache_size=-{CACHE_KIB}").fetchall()
            yield from db.execute(wanted, tuple(values))


def _write(path: Path, cases: ArchivedCases, verb: str, is_invented: bool) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    db = apsw.Connection(str(path))
    try:
        db.set_busy_timeout(BUSY_MS)
        for pragma in ("page_size=8192", "synchronous=full", f"cache_size=-{CACHE_KIB}"):
            db.execute(f"PRAGMA {pragma}").fetchall()
        db.execute("BEGIN IMMEDIATE")
        try:
            _make(db, path)
            marks = ", ".join("?" * len(COLUMNS))
            db.executemany(f"{verb} INTO archived({', '.join(COLUMNS)}) VALUES ({marks})", cases.rows())
            db.execute("UPDATE meta SET value = CAST(value AS INTEGER) + 1 WHERE name = 'changes'")
            if is_invented:
                db.execute("UPDATE meta SET value = '1' WHERE name = 'is_generated'")
            count = int(db.execute("SELECT count(*) FROM archived").get)
            db.execute("COMMIT")
        except BaseException:
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise
        return count
    finally:
        db.close(True)


def _make(db: apsw.Connection, path: Path) -> None:
    """The tables, where the file is new."""
    if db.execute("SELECT count(*) FROM sqlite_schema").get:
        _check(db, path)
        return
    db.execute(SQL)
    facts = {"schema": SCHEMA, "identity": os.urandom(8).hex(), "changes": "0", "is_generated": "0"}
    db.executemany("INSERT INTO meta VALUES (?, ?)", list(facts.items()))


@contextmanager
def _reading(path: Path) -> Iterator[apsw.Connection | None]:
    """A connection, or None where nothing was ever brought in."""
    if not path.exists():
        yield None
        return
    # Not read-only: what a killed writer left must be undone first.
    db = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE)
    try:
        db.set_busy_timeout(BUSY_MS)
        is_empty = not db.execute("SELECT count(*) FROM sqlite_schema").get
        if not is_empty:
            db.execute("PRAGMA query_only=on").fetchall()
            _check(db, path)
        yield None if is_empty else db
    finally:
        db.close(True)


def _check(db: apsw.Connection, path: Path) -> None:
    try:
        found = _meta(db, "schema")
    except apsw.SQLError as error:
        raise NotAnArchive(f"{path.name}: {error}") from error
    if found != SCHEMA:
        raise NotAnArchive(f"{path.name}: schema {found}, not {SCHEMA}")


def _meta(db: apsw.Connection, name: str) -> str:
    return str(db.execute("SELECT value FROM meta WHERE name = ?", (name,)).get)
