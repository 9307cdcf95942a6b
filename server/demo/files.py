"""The demonstration city's two files: components and base map, as every centre ships them to its seats.

Promises: a file is there whole or not at all (written beside, then renamed); it is read-only afterwards; positions
are offsets from the file's own origin in mm. Schema 1 of both files.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import apsw
import numpy as np

from casework.entities.component import ComponentState
from server.demo.city import DemoCity

SCHEMA = "1"
BATCH = 20_000
COMPONENTS_SQL = """
CREATE TABLE meta(name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE class(idx INTEGER PRIMARY KEY, code TEXT);
CREATE TABLE component(rowid INTEGER PRIMARY KEY, key TEXT UNIQUE, class_code TEXT, x_mm INTEGER, y_mm INTEGER,
  grid TEXT, owner TEXT, state TEXT, surveyed TEXT);
CREATE VIRTUAL TABLE component_box USING rtree(id, min_x, max_x, min_y, max_y);
CREATE TABLE columns(name TEXT PRIMARY KEY, dtype TEXT, body BLOB);
"""
BASE_SQL = """
CREATE TABLE meta(name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE feature(id INTEGER PRIMARY KEY, layer TEXT, name TEXT, width_mm INTEGER, body BLOB);
CREATE INDEX feature_layer ON feature(layer);
"""


def write_components(city: DemoCity, path: Path) -> None:
    """components.db: rows, boxes and columns of all components, in the order of the columns."""
    it = city.components
    x, y = it.x_mm + city.origin_mm[0], it.y_mm + city.origin_mm[1]
    states = [str(state) for state in ComponentState]
    grids = [grid.code for grid in city.unit_grids]
    owners = [unit.id for unit in city.units]
    days, day_of = np.unique(it.day, return_inverse=True)
    dates = [str(np.datetime64(int(day), "D")) for day in days]
    rows = zip(
        range(1, len(it.keys) + 1),
        it.keys,
        (it.classes[k] for k in it.class_of.tolist()),
        x.tolist(),
        y.tolist(),
        (grids[k] for k in it.cell.tolist()),
        (owners[k] for k in it.owner.tolist()),
        (states[k] for k in it.state.tolist()),
        (dates[k] for k in day_of.tolist()),
        strict=True,
    )
    east, north = (it.x_mm / 1000.0).tolist(), (it.y_mm / 1000.0).tolist()
    boxes = zip(range(1, len(it.keys) + 1), east, east, north, north, strict=True)
    columns = (
        ("x_off_mm", "<i4", it.x_mm),
        ("y_off_mm", "<i4", it.y_mm),
        ("class_idx", "<u2", it.class_of),
        ("state_idx", "<u1", it.state),
    )
    meta = {
        "schema": SCHEMA,
        "epsg": city.city.epsg,
        "count": len(it.keys),
        "origin_x_mm": city.origin_mm[0],
        "origin_y_mm": city.origin_mm[1],
        "grid_version": city.city.grid_version,
        "is_generated": int(city.city.is_generated),
    }
    with _new(path) as db:
        db.execute(COMPONENTS_SQL)
        _fill(db, "INSERT INTO meta VALUES(?,?)", ((name, str(value)) for name, value in meta.items()))
        _fill(db, "INSERT INTO class VALUES(?,?)", enumerate(it.classes))
        _fill(db, "INSERT INTO component VALUES(?,?,?,?,?,?,?,?,?)", rows)
        _fill(db, "INSERT INTO component_box VALUES(?,?,?,?,?)", boxes)
        bodies = ((name, dtype, values.astype(dtype).tobytes()) for name, dtype, values in columns)
        _fill(db, "INSERT INTO columns VALUES(?,?,?)", bodies)


def write_base(city: DemoCity, path: Path) -> None:
    """base.db: the base map's features in the order they are drawn."""
    meta = {
        "schema": SCHEMA,
        "epsg": city.city.epsg,
        "origin_x_mm": city.origin_mm[0],
        "origin_y_mm": city.origin_mm[1],
        "is_generated": int(city.city.is_generated),
    }
    rows = (
        (number, one.layer, one.name, one.width_mm, one.points.astype("<i4").tobytes())
        for number, one in enumerate(city.base, start=1)
    )
    with _new(path) as db:
        db.execute(BASE_SQL)
        _fill(db, "INSERT INTO meta VALUES(?,?)", ((name, str(value)) for name, value in meta.items()))
        _fill(db, "INSERT INTO feature VALUES(?,?,?,?,?)", rows)


class _new:
    """A database written beside `path` in one transaction and put in its place when all went well."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._beside = path.with_name(path.name + ".part")

    def __enter__(self) -> apsw.Connection:
        self._beside.unlink(missing_ok=True)
        self._db = apsw.Connection(str(self._beside))
        # Nothing to lose: a broken file is thrown away and made anew. Each alone: a pragma that answers with a
        # row would keep the statements behind it from running.
        for statement in (
            "PRAGMA page_size=8192",
            "PRAGMA journal_mode=OFF",
            "PRAGMA synchronous=OFF",
            "BEGIN",
        ):
            self._db.execute(statement).fetchall()
        return self._db

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: object) -> None:
        if kind is None:
            self._db.execute("COMMIT").fetchall()
        self._db.close()
        if kind is None:
            os.replace(self._beside, self._path)
        else:
            self._beside.unlink(missing_ok=True)


def _fill(
    db: apsw.Connection, sql: str, rows: Iterable[tuple[object, ...]] | Iterator[tuple[object, ...]]
) -> None:
    db.executemany(sql, rows)
