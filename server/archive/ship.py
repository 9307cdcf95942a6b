"""archive.db: all closed cases a set of channels may see, in one searchable file for its seats.

It holds cases.db and the ledger's closed cases up to a seq. Promises: a file is there whole or not at all, also when
the building process is killed or the disk is full; telephone and identity numbers are starred on the way in; a file
stays good until cases.db changes (what the ledger has closed since lies in a seat's rows), also over a restart. The
order of rows is that of registration, the newest last. It compresses and lists nothing: that is server.snapshots'.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from heapq import merge
from itertools import islice
from multiprocessing import get_context
from pathlib import Path

import apsw
import msgspec
import numpy as np

import gridseat_files
from casework.entities import ENTITY_BY_NAME
from casework.entities.case import Case
from casework.entity import CITY_CHANNEL
from casework.text.fold import Folding, characters_of
from casework.text.mask import masked
from casework.workflow import OPEN_STAGES, Stage
from server.archive import cases
from server.archive.bulk import Cutter
from server.archive.cases import ArchivedRow
from server.blobs import sync_folder
from server.paths import Paths
from server.store import Unavailable, VisibleRow, channel_name
from server.store.connection import open_reader, refusal_of
from server.store.reading import authority
from server.store.schema import table_of

SCHEMA = "1"
BATCH = 20_000
KEPT_BYTES = 4_000_000_000  # of files; beyond them those built longest ago go
CACHE_KIB = 262_144
ABANDONED_S = 900  # nobody works on a file that has not grown for so long
HASH_BYTES = 256 * 1024 * 1024  # the index is cut in memory and written in few pieces
TABLE = "resources/text/ts_characters.txt"
CLOSED = tuple(sorted(stage.value for stage in set(Stage) - OPEN_STAGES))
SQL = """
CREATE TABLE meta(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE class(idx INTEGER PRIMARY KEY, kind TEXT NOT NULL, edition TEXT NOT NULL, code TEXT NOT NULL);
CREATE TABLE unit(idx INTEGER PRIMARY KEY, id TEXT NOT NULL);
CREATE TABLE archived(rowid INTEGER PRIMARY KEY, key TEXT NOT NULL, uid TEXT NOT NULL, class_idx INTEGER NOT NULL,
  unit_idx INTEGER NOT NULL, grid TEXT NOT NULL, x_mm INTEGER NOT NULL, y_mm INTEGER NOT NULL,
  registered_ms INTEGER NOT NULL, due_ms INTEGER NOT NULL, closed_ms INTEGER NOT NULL, stage TEXT NOT NULL,
  source TEXT NOT NULL, place TEXT NOT NULL, text TEXT NOT NULL);
CREATE TABLE columns(name TEXT PRIMARY KEY, dtype TEXT NOT NULL, body BLOB NOT NULL);
CREATE VIRTUAL TABLE find USING fts5(windows, content='', columnsize=0, detail=none, tokenize='ascii', prefix='1 2');
"""
INDEXES = """
CREATE UNIQUE INDEX archived_key ON archived(key);
CREATE INDEX archived_uid ON archived(uid COLLATE NOCASE) WHERE uid <> '';
"""
# (what, how often the pieces are merged while it grows: never, once at the end is less work)
SETTINGS = (("automerge", 0), ("crisismerge", 2000), ("hashsize", HASH_BYTES))


class Shipped(msgspec.Struct, frozen=True):
    """A file and what it says of itself."""

    path: Path
    channels: str
    count: int
    through_seq: int
    built_from: str


def shipped_folding() -> Folding:
    """The folding by the table that ships."""
    return Folding(characters_of(gridseat_files.find(TABLE).read_bytes()))


def place_of(paths: Paths, channels: frozenset[str]) -> Path:
    """Where the file of these channels lies, whether it is there or not."""
    named = hashlib.sha256(channel_name(channels).encode()).hexdigest()[:16]
    return paths.root / "archive" / f"ship-{named}.db"


def ready(paths: Paths, channels: frozenset[str]) -> Shipped | None:
    """The file of these channels, if there is one and cases.db is still what it was built from."""
    found = facts_of(place_of(paths, channels))
    if found is None or found.channels != channel_name(channels):
        return None
    return found if found.built_from == _source_of(paths) else None


def facts_of(path: Path) -> Shipped | None:
    """What a file says of itself; None where there is none, or one that cannot be read."""
    if not path.is_file():
        return None
    try:
        db = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
        try:
            meta = {str(name): str(value) for name, value in db.execute("SELECT name, value FROM meta")}
        finally:
            db.close()
        if meta["schema"] != SCHEMA:
            return None
        return Shipped(
            path, meta["channels"], int(meta["count"]), int(meta["through_seq"]), meta["built_from"]
        )
    except (apsw.Error, KeyError, ValueError):
        return None


def build(
    paths: Paths, channels: frozenset[str], store_rows: Iterable[VisibleRow], through_seq: int, epsg: int = 0
) -> Path:
    """Build the file of these channels anew and put it in place.

    `store_rows` are rows of the ledger up to `through_seq`; closed cases among them that the channels may see enter.
    Raises Unavailable when the disk will not have it; what was there before stays then.
    """
    target = place_of(paths, channels)
    part = target.with_name(f"part-{os.getpid()}-{threading.get_ident()}-{target.name}")
    try:
        target.parent.mkdir(exist_ok=True)
        _clear(target.parent)
        _write(part, paths, channels, store_rows, through_seq, epsg)
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        part.replace(target)
        sync_folder(target.parent)
    except apsw.Error as error:
        raise refusal_of(error) from error
    except OSError as error:
        raise Unavailable("disk_full" if error.errno in (28, 122) else "disk_error", str(error)) from error
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
    return target


def build_apart(paths: Paths, channels: frozenset[str]) -> Path:
    """The same in a process of its own, which reads the ledger itself; blocks until it is done. Raises Unavailable."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        code, said = pool.submit(_apart, str(paths.root), tuple(sorted(channels))).result()
    if code:
        raise Unavailable(code, said)
    return Path(said)


def _apart(root: str, channels: tuple[str, ...]) -> tuple[str, str]:
    """What runs there: answers ("", the path), or a code and what went wrong."""
    with contextlib.suppress(OSError, AttributeError):
        os.nice(5)
    paths = Paths(Path(root))
    try:
        with closed_in(paths.database) as (through_seq, epsg, rows):
            return "", str(build(paths, frozenset(channels), rows, through_seq, epsg))
    except Unavailable as refusal:
        return refusal.code, str(refusal)
    except apsw.Error as error:
        refused = refusal_of(error)
        return refused.code, str(refused)


@contextlib.contextmanager
def closed_in(database: Path) -> Iterator[tuple[int, int, Iterator[VisibleRow]]]:
    """The ledger's head, the city's EPSG code and every closed case, all of one moment."""
    db = open_reader(database)
    try:
        db.execute("BEGIN")
        _, head = authority(db)
        found = db.execute(f"SELECT body FROM {table_of('city')}").fetchone()
        epsg = ENTITY_BY_NAME["city"].decode(found[0]).epsg if found else 0
        marks = ", ".join("?" * len(CLOSED))
        wanted = f"SELECT 'case', key, ver, seq, body FROM {table_of('case')} WHERE stage IN ({marks})"
        yield head, epsg, db.execute(wanted, CLOSED)
    finally:
        db.close(True)


def _source_of(paths: Paths) -> str:
    """What a file depends on besides the ledger: cases.db as it is, and the table of characters."""
    table = hashlib.sha256(gridseat_files.find(TABLE).read_bytes()).hexdigest()[:16]
    return f"{SCHEMA}:{cases.stamp(paths.root / 'archive' / 'cases.db')}:{table}"


def _clear(folder: Path) -> None:
    """Remove what killed builders left, and old files where there are too many."""
    with contextlib.suppress(FileNotFoundError):
        for path in folder.glob("part-*"):
            if time.time() - path.stat().st_mtime > ABANDONED_S:
                path.unlink(missing_ok=True)
        room = KEPT_BYTES
        for path in sorted(folder.glob("ship-*.db"), key=lambda path: path.stat().st_mtime, reverse=True):
            room -= path.stat().st_size
            if room < 0:
                path.unlink(missing_ok=True)


def _write(
    part: Path,
    paths: Paths,
    channels: frozenset[str],
    store_rows: Iterable[VisibleRow],
    through_seq: int,
    epsg: int,
) -> None:
    source = paths.root / "archive" / "cases.db"
    built_from = _source_of(paths)
    own = sorted((_archived(case) for case in _closed(store_rows, channels)), key=_order)
    taken = {row[0] for row in own}
    old = (row for row in cases.read(source, *_seen_by(channels)) if row[0] not in taken)
    db = apsw.Connection(str(part))
    try:
        for pragma in ("page_size=4096", "journal_mode=off", "synchronous=off", f"cache_size=-{CACHE_KIB}"):
            db.execute(f"PRAGMA {pragma}").fetchall()
        db.execute("PRAGMA locking_mode=exclusive").fetchall()
        db.execute(SQL)
        db.executemany("INSERT INTO find(find, rank) VALUES (?, ?)", SETTINGS)
        db.execute("BEGIN")
        filled = _Filling(db)
        rows = merge(own, old, key=_order)
        while batch := list(islice(rows, BATCH)):
            filled.add(batch)
        db.execute("COMMIT")
        db.execute("INSERT INTO find(find) VALUES ('optimize')")
        facts = {
            "schema": SCHEMA,
            "count": filled.count,
            "through_seq": through_seq,
            "is_generated": int(cases.is_generated(source)),
            "epsg": epsg,
            "folding": built_from.rpartition(":")[2],
            "channels": channel_name(channels),
            "built_from": built_from,
        }
        filled.end({name: str(value) for name, value in facts.items()})
    finally:
        db.close(True)


def _order(row: ArchivedRow) -> tuple[int, str]:
    return row[10], row[0]


def _closed(store_rows: Iterable[VisibleRow], channels: frozenset[str]) -> Iterator[Case]:
    entity = ENTITY_BY_NAME["case"]
    for name, _, _, _, body in store_rows:
        if name == entity.name:
            case = entity.decode(body)
            if not case.is_open and not channels.isdisjoint(entity.channels(case)):
                yield case


def _archived(case: Case) -> ArchivedRow:
    return (
        *(
            case.id,
            case.uid,
            case.kind.value,
            case.edition,
            case.class_code,
            case.condition,
            case.unit,
            case.grid,
        ),
        *(case.x_mm, case.y_mm, case.registered_ms, case.due_ms, case.closed_ms or case.stage_ms),
        *(case.stage.value, case.source.value, case.place, case.text),
    )


def _seen_by(channels: frozenset[str]) -> tuple[str, tuple[str, ...]]:
    """Which of the archived cases these channels may see: what the channels of a case say, as SQL."""
    if CITY_CHANNEL in channels:
        return "", ()
    kinds = [channel.partition(":") for channel in sorted(channels)]
    districts = tuple(code for kind, _, code in kinds if kind == "district")
    units = tuple(code for kind, _, code in kinds if kind == "unit" and code)
    tests = [f"substr(grid, 1, 6) IN ({', '.join('?' * len(districts))})"] if districts else []
    tests += [f"unit IN ({', '.join('?' * len(units))})"] if units else []
    return (" OR ".join(tests) or "0"), (*districts, *units)


class _Filling:
    """Takes rows in order and writes them, their index and their columns."""

    def __init__(self, db: apsw.Connection) -> None:
        self._db = db
        self._cutter = Cutter(shipped_folding())
        self._classes: dict[tuple[str, str, str], int] = {}
        self._units: dict[str, int] = {}
        self._columns: dict[str, list[list[int]]] = {name: [] for name in DTYPES}
        self.count = 0

    def add(self, batch: list[ArchivedRow]) -> None:
        """Rows that follow those before in time."""
        places = [masked(row[15]) for row in batch]
        texts = [masked(row[16]) for row in batch]
        classes = [self._classes.setdefault((row[2], row[3], row[4]), len(self._classes)) for row in batch]
        units = [self._units.setdefault(row[6], len(self._units)) for row in batch]
        first = self.count + 1
        # One after the other: a table and its index in turns would throw each other out of the memory near by.
        self._db.executemany(
            f"INSERT INTO archived VALUES ({', '.join('?' * 15)})",
            (
                (first + k, row[0], row[1], classes[k], units[k], *row[7:15], places[k], texts[k])
                for k, row in enumerate(batch)
            ),
        )
        cut = self._cutter.cut(places, texts)
        self._db.executemany("INSERT INTO find(rowid, windows) VALUES (?, ?)", enumerate(cut, start=first))
        for name, take in COLUMN_OF.items():
            self._columns[name].append([take(row) for row in batch])
        self._columns["class_idx"].append(classes)
        self._columns["unit_idx"].append(units)
        self.count += len(batch)

    def end(self, facts: dict[str, str]) -> None:
        """The indexes, the lists and what the file says of itself."""
        db = self._db
        db.execute("BEGIN")
        db.execute(INDEXES)
        classes = [(idx, *key) for key, idx in self._classes.items()]
        db.executemany("INSERT INTO class(idx, kind, edition, code) VALUES (?, ?, ?, ?)", classes)
        db.executemany("INSERT INTO unit VALUES (?, ?)", [(idx, unit) for unit, idx in self._units.items()])
        for name, dtype in DTYPES.items():
            parts = [np.array(part, dtype=dtype) for part in self._columns[name]]
            body = np.concatenate(parts).tobytes() if parts else b""
            db.execute("INSERT INTO columns VALUES (?, ?, ?)", (name, dtype, body))
        db.executemany("INSERT INTO meta VALUES (?, ?)", list(facts.items()))
        db.execute("COMMIT")


DTYPES = {
    "x_mm": "<i8",
    "y_mm": "<i8",
    "registered_ms": "<i8",
    "closed_ms": "<i8",
    "class_idx": "<u2",
    "unit_idx": "<u4",
}
COLUMN_OF: dict[str, Callable[[ArchivedRow], int]] = {
    "x_mm": lambda row: row[8],
    "y_mm": lambda row: row[9],
    "registered_ms": lambda row: row[10],
    "closed_ms": lambda row: row[12],
}
