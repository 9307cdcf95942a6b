"""The demonstration city's two files: components and base map, as every centre ships them to its seats.

Promises: a file is there whole or not at all (written beside, then renamed); it is read-only afterwards; positions
are offsets from the file's own origin in mm. Schema 1 of both files.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from server.component_file import SCHEMA, ComponentTable, FileFacts, new_file
from server.component_file import write_components as write_table
from server.demo.city import DemoCity

BASE_SQL = """
CREATE TABLE meta(name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE feature(id INTEGER PRIMARY KEY, layer TEXT, name TEXT, width_mm INTEGER, body BLOB);
CREATE INDEX feature_layer ON feature(layer);
"""


def write_components(city: DemoCity, path: Path) -> None:
    """components.db: rows and columns of all components, in the order of the columns."""
    facts = FileFacts(city.city.epsg, city.city.grid_version, city.city.is_generated, through_seq=0)
    write_table(path, component_table(city), facts)


def component_table(city: DemoCity) -> ComponentTable:
    """The generator's columns in the city's plane, with ids for numbers."""
    it = city.components
    grids = np.array([grid.code for grid in city.unit_grids], dtype=object)
    owners = np.array([unit.id for unit in city.units], dtype=object)
    days, day_of = np.unique(it.day, return_inverse=True)
    dates = np.array([str(np.datetime64(int(day), "D")) for day in days], dtype=object)
    return ComponentTable(
        keys=it.keys,
        class_codes=it.classes,
        class_of=it.class_of,
        x_mm=it.x_mm + city.origin_mm[0],
        y_mm=it.y_mm + city.origin_mm[1],
        grids=grids[it.cell].tolist(),
        owners=owners[it.owner].tolist(),
        state=it.state.astype(np.uint8),
        surveyed=dates[day_of].tolist(),
        uids=("",) * len(it.class_of),
    )


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
    with new_file(path) as db:
        db.execute(BASE_SQL)
        db.executemany("INSERT INTO meta VALUES(?,?)", ((name, str(value)) for name, value in meta.items()))
        db.executemany("INSERT INTO feature VALUES(?,?,?,?,?)", rows)
