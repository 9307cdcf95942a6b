"""The demonstration city's two files: components and base map, as every centre ships them to its seats.

Promises: a file is there whole or not at all (written beside, then renamed); it is read-only afterwards; positions
are offsets from the file's own origin in mm. Schema 1 of both files.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from casework.entities.city import City
from casework.entities.unit import Unit
from casework.entities.unit_grid import UnitGrid
from server.component_file import SCHEMA, ComponentTable, FileFacts, new_file
from server.component_file import write_components as write_table
from server.demo.basemap import Feature
from server.demo.city import ORIGIN_MM, DemoCity
from server.demo.components import Components

BASE_SQL = """
CREATE TABLE meta(name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE feature(id INTEGER PRIMARY KEY, layer TEXT, name TEXT, width_mm INTEGER, body BLOB);
CREATE INDEX feature_layer ON feature(layer);
"""


def write_components(city: DemoCity, path: Path) -> None:
    """components.db: rows and columns of all components, in the order of the columns."""
    write_table(path, component_table(city.components, city.unit_grids, city.units), facts_of(city.city))


def facts_of(city: City) -> FileFacts:
    """What the file says of itself when the city is founded."""
    return FileFacts(city.epsg, city.grid_version, city.is_generated, through_seq=0)


def component_table(it: Components, unit_grids: Sequence[UnitGrid], units: Sequence[Unit]) -> ComponentTable:
    """The generator's columns in the city's plane, with ids for numbers."""
    grids = np.array([grid.code for grid in unit_grids], dtype=object)
    owners = np.array([unit.id for unit in units], dtype=object)
    days, day_of = np.unique(it.day, return_inverse=True)
    dates = np.array([str(np.datetime64(int(day), "D")) for day in days], dtype=object)
    return ComponentTable(
        keys=it.keys,
        class_codes=it.classes,
        class_of=it.class_of,
        x_mm=it.x_mm + ORIGIN_MM[0],
        y_mm=it.y_mm + ORIGIN_MM[1],
        grids=grids[it.cell].tolist(),
        owners=owners[it.owner].tolist(),
        state=it.state.astype(np.uint8),
        surveyed=dates[day_of].tolist(),
        uids=("",) * len(it.class_of),
    )


def write_base(city: DemoCity, path: Path) -> None:
    """base.db: the base map's features in the order they are drawn."""
    write_features(path, city.city, city.base)


def write_features(path: Path, city: City, base: Sequence[Feature]) -> None:
    """base.db of a city that is not all in memory."""
    meta = {
        "schema": SCHEMA,
        "epsg": city.epsg,
        "origin_x_mm": ORIGIN_MM[0],
        "origin_y_mm": ORIGIN_MM[1],
        "is_generated": int(city.is_generated),
    }
    rows = (
        (number, one.layer, one.name, one.width_mm, one.points.astype("<i4").tobytes())
        for number, one in enumerate(base, start=1)
    )
    with new_file(path) as db:
        db.execute(BASE_SQL)
        db.executemany("INSERT INTO meta VALUES(?,?)", ((name, str(value)) for name, value in meta.items()))
        db.executemany("INSERT INTO feature VALUES(?,?,?,?,?)", rows)
