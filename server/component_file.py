"""components.db: every component of a city in one file, as a centre keeps it and ships it to its seats.

Promises: a file is there whole or not at all (written beside, then renamed); positions in its columns are offsets
from the file's own origin in mm; a key is unique; `through_seq` says up to which ledger entry the components' own
changes are in it. Schema 1. It does not say in which order components should lie: that of the ground is good.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import apsw
import msgspec
import numpy as np
import numpy.typing as npt

from casework.entities.component import ComponentState

SCHEMA = "1"
STATES = tuple(ComponentState)
SQL = """
CREATE TABLE meta(name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE class(idx INTEGER PRIMARY KEY, code TEXT);
CREATE TABLE component(rowid INTEGER PRIMARY KEY, key TEXT NOT NULL, class_code TEXT, x_mm INTEGER, y_mm INTEGER,
  grid TEXT, owner TEXT, state TEXT, surveyed TEXT, uid TEXT NOT NULL DEFAULT '');
CREATE TABLE columns(name TEXT PRIMARY KEY, dtype TEXT, body BLOB);
"""
# After the rows: filling a tree in the order of its keys is several times quicker than by chance.
INDEXES = """
CREATE UNIQUE INDEX component_key ON component(key);
CREATE INDEX component_uid ON component(uid) WHERE uid <> '';
"""
PRAGMAS = (
    "PRAGMA page_size=8192",
    "PRAGMA journal_mode=OFF",
    "PRAGMA synchronous=OFF",
    "PRAGMA cache_size=-65536",
)

Ints = npt.NDArray[np.int64]


class ComponentTable(msgspec.Struct, frozen=True):
    """Columns of one length, in the order of the file. Positions in mm of the city's plane.

    `class_of` counts in `class_codes`, `state` in the order of ComponentState; `uids` are "" where a component has
    no other id at its source.
    """

    keys: Sequence[str]
    class_codes: tuple[str, ...]
    class_of: Ints
    x_mm: Ints
    y_mm: Ints
    grids: Sequence[str]
    owners: Sequence[str]
    state: npt.NDArray[np.uint8]
    surveyed: Sequence[str]
    uids: Sequence[str]


class FileFacts(msgspec.Struct, frozen=True):
    """What the file says of itself."""

    epsg: int
    grid_version: int
    is_generated: bool
    through_seq: int


def write_components(path: Path, table: ComponentTable, facts: FileFacts) -> None:
    """Raises ValueError on columns of different lengths or a plane too wide, apsw.ConstraintError on a doubled key."""
    count = len(table.keys)
    origin = _origin(table.x_mm), _origin(table.y_mm)
    meta = {
        "schema": SCHEMA,
        "epsg": facts.epsg,
        "count": count,
        "origin_x_mm": origin[0],
        "origin_y_mm": origin[1],
        "grid_version": facts.grid_version,
        "is_generated": int(facts.is_generated),
        "through_seq": facts.through_seq,
    }
    columns = (
        ("x_off_mm", _offsets(table.x_mm, origin[0], count)),
        ("y_off_mm", _offsets(table.y_mm, origin[1], count)),
        ("class_idx", table.class_of.astype("<u2")),
        ("state_idx", table.state.astype("<u1")),
    )
    with new_file(path) as db:
        db.execute(SQL)
        db.executemany("INSERT INTO meta VALUES(?,?)", ((name, str(value)) for name, value in meta.items()))
        db.executemany("INSERT INTO class VALUES(?,?)", enumerate(table.class_codes))
        db.executemany("INSERT INTO component VALUES(?,?,?,?,?,?,?,?,?,?)", _rows(table))
        bodies = ((name, values.dtype.str, values.tobytes()) for name, values in columns)
        db.executemany("INSERT INTO columns VALUES(?,?,?)", bodies)
        db.execute(INDEXES)


def _rows(table: ComponentTable) -> Iterable[tuple[object, ...]]:
    codes = np.array(table.class_codes, dtype=object)
    states = np.array([str(state) for state in STATES], dtype=object)
    return zip(
        range(1, len(table.keys) + 1),
        table.keys,
        codes[table.class_of].tolist(),
        table.x_mm.tolist(),
        table.y_mm.tolist(),
        table.grids,
        table.owners,
        states[table.state].tolist(),
        table.surveyed,
        table.uids,
        strict=True,
    )


def _origin(column: Ints) -> int:
    """The middle of the components to the metre: offsets are small whatever the plane."""
    return (int(column.min()) + int(column.max())) // 2000 * 1000 if len(column) else 0


def _offsets(column: Ints, origin: int, count: int) -> npt.NDArray[np.int32]:
    offset = column - origin
    if len(offset) != count:
        raise ValueError(f"a column has {len(offset)} of {count} values")
    if count and int(np.abs(offset).max()) > np.iinfo(np.int32).max:
        raise ValueError("the components lie too far apart for one plane")
    return offset.astype("<i4")


def read_components(path: Path) -> tuple[ComponentTable, FileFacts]:
    """The whole file. Raises ValueError on another schema, apsw.Error on what is no such file."""
    db = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
    try:
        meta = {str(name): str(value) for name, value in db.execute("SELECT name, value FROM meta")}
        if meta.get("schema") != SCHEMA:
            raise ValueError(f"{path.name}: schema {meta.get('schema')!r}, not {SCHEMA!r}")
        codes = {int(str(idx)): str(code) for idx, code in db.execute("SELECT idx, code FROM class")}
        column = {
            str(name): np.frombuffer(body, np.dtype(str(dtype)))
            for name, dtype, body in db.execute("SELECT name, dtype, body FROM columns")
        }
        sql = "SELECT key, grid, owner, surveyed, uid FROM component ORDER BY rowid"
        texts = tuple(zip(*db.execute(sql), strict=True)) or ((),) * 5
    finally:
        db.close()
    table = ComponentTable(
        keys=texts[0],
        class_codes=tuple(codes[k] for k in range(len(codes))),
        class_of=column["class_idx"].astype(np.int64),
        x_mm=column["x_off_mm"].astype(np.int64) + int(meta["origin_x_mm"]),
        y_mm=column["y_off_mm"].astype(np.int64) + int(meta["origin_y_mm"]),
        grids=texts[1],
        owners=texts[2],
        state=column["state_idx"].astype(np.uint8),
        surveyed=texts[3],
        uids=texts[4],
    )
    return table, FileFacts(
        epsg=int(meta["epsg"]),
        grid_version=int(meta["grid_version"]),
        is_generated=meta["is_generated"] == "1",
        through_seq=int(meta.get("through_seq", "0")),
    )


@contextmanager
def new_file(path: Path) -> Iterator[apsw.Connection]:
    """A database written beside `path` in one transaction and put in its place when all went well."""
    beside = path.with_name(path.name + ".part")
    beside.unlink(missing_ok=True)
    db = apsw.Connection(str(beside))
    try:
        # Nothing to lose: a broken file is thrown away and made anew. Each alone: a pragma that answers with a
        # row would keep the statements behind it from running.
        for statement in (*PRAGMAS, "BEGIN"):
            db.execute(statement).fetchall()
        yield db
        db.execute("COMMIT").fetchall()
    except BaseException:
        db.close(True)
        beside.unlink(missing_ok=True)
        raise
    db.close()
    os.replace(beside, path)
