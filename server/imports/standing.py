"""The centre as a file finds it: its city, units and grids, and what it has already of the file's kind.

Read by a reading connection at one moment, so that it serves a founded folder and a serving centre alike. Promises:
every row comes with the version it had, so that a delivery decided on it can be refused where it has moved on.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import apsw
import msgspec

from casework.catalogue.model import Catalogue
from casework.entities import ENTITY_BY_NAME
from casework.entities.city import City
from casework.entities.delivery import DeliveryKind
from casework.entities.duty_grid import DutyGrid
from casework.entities.duty_layer import DutyLayer
from casework.entities.unit import Unit
from casework.entities.unit_grid import UnitGrid
from casework.entities.work_grid import WorkGrid
from server.paths import Paths
from server.store import NotOpenable
from server.store.connection import check_library, open_reader, why
from server.store.fitting import columns_in
from server.store.schema import table_of


class Row(msgspec.Struct, frozen=True):
    """A row and the version it has."""

    ver: int
    seq: int
    row: Any


Rows = Mapping[str, Row]


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """The centre at one moment. Rows that the kind of file has no use for are not read and empty here."""

    paths: Paths
    kind: DeliveryKind
    now_ms: int
    head: int
    deliveries: int  # how many there were
    catalogues: Mapping[str, Catalogue]
    city_row: Row
    units: Rows = {}
    unit_grids: Rows = {}
    work_grids: Rows = {}
    duty_layers: Rows = {}
    duty_grids: Rows = {}
    components: Rows = {}
    cases: Rows = {}  # those with a number at their source
    case_keys: tuple[str, ...] = ()
    numbers: Mapping[str, int] = {}  # the next free number of a day, where numbers were reserved

    @property
    def city(self) -> City:
        city: City = self.city_row.row
        return city

    @property
    def box_mm(self) -> tuple[int, int, int, int]:
        """West, south, east, north of the city."""
        city = self.city
        return city.west_mm, city.south_mm, city.east_mm, city.north_mm

    def known_units(self) -> dict[str, Unit]:
        return {key: row.row for key, row in self.units.items()}

    def known_grids(self) -> dict[str, UnitGrid]:
        return {key: row.row for key, row in self.unit_grids.items()}

    def known_works(self) -> dict[str, WorkGrid]:
        return {key: row.row for key, row in self.work_grids.items()}

    def layers(self) -> tuple[DutyLayer, ...]:
        return tuple(row.row for row in self.duty_layers.values())

    def duties(self) -> tuple[DutyGrid, ...]:
        return tuple(row.row for row in self.duty_grids.values())


NEEDS: Mapping[DeliveryKind, tuple[str, ...]] = {
    DeliveryKind.COMPONENTS: ("unit", "unit_grid", "duty_layer", "duty_grid", "component"),
    DeliveryKind.GRIDS: ("unit_grid", "work_grid"),
    DeliveryKind.CASES: ("unit", "unit_grid", "case"),
    DeliveryKind.UNITS: ("unit",),
}
FIELD_OF = {
    "unit": "units",
    "unit_grid": "unit_grids",
    "work_grid": "work_grids",
    "duty_layer": "duty_layers",
    "duty_grid": "duty_grids",
    "component": "components",
    "case": "cases",
}


def read_standing(
    paths: Paths,
    kind: DeliveryKind,
    catalogues: Mapping[str, Catalogue],
    now_ms: int,
    is_served: bool = False,
) -> Standing:
    """What a file of this kind is checked against; `is_served`: a centre writes meanwhile. Raises NotOpenable."""
    with _reading(paths.database, is_served) as db:
        city = _rows(db, "city")
        if not city:
            raise NotOpenable("the city's own row is missing")
        found: dict[str, Any] = {FIELD_OF[name]: _rows(db, name) for name in NEEDS[kind]}
        if kind is DeliveryKind.CASES:
            found["case_keys"] = tuple(str(key) for (key,) in db.execute("SELECT key FROM row_case"))
            found["numbers"] = {
                str(day): int(str(n)) for day, n in db.execute("SELECT day, next FROM number")
            }
        return Standing(
            paths=paths,
            kind=kind,
            now_ms=now_ms,
            deliveries=_count(db, "delivery"),
            head=int(db.execute("SELECT seq FROM authority").get),
            catalogues=catalogues,
            city_row=next(iter(city.values())),
            **found,
        )


@contextlib.contextmanager
def _reading(path: Path, is_served: bool) -> Iterator[apsw.Connection]:
    check_library()
    if not path.is_file():
        raise NotOpenable(f"{path} is not there: the folder is not initialised")
    try:
        db = open_reader(path) if is_served else _open(path)
        try:
            db.execute("BEGIN")
            yield db
        finally:
            db.close(True)
    except apsw.Error as error:
        raise NotOpenable(f"cannot read {path}: {why(path, error)}") from error


def _open(path: Path) -> apsw.Connection:
    """A file that nobody has open is read without the files that SQLite puts beside it: a dry run touches nothing."""
    log = path.with_name(path.name + "-wal")
    if log.exists() and log.stat().st_size:
        return open_reader(path)
    uri = f"file:{quote(str(path.resolve()))}?immutable=1"
    return apsw.Connection(uri, flags=apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI)


def _count(db: apsw.Connection, name: str) -> int:
    if not columns_in(db, ENTITY_BY_NAME[name]):
        return 0  # founded before this entity
    return int(db.execute(f"SELECT count(*) FROM {table_of(name)}").get)


def _rows(db: apsw.Connection, name: str) -> dict[str, Row]:
    """All rows of an entity; of cases only those that have a number at their source."""
    entity = ENTITY_BY_NAME[name]
    if not columns_in(db, entity):
        return {}  # founded before this entity
    which = "WHERE uid <> ''" if name == "case" else ""
    sql = f"SELECT key, ver, seq, body FROM {table_of(name)} {which} ORDER BY key"
    return {str(key): Row(ver, seq, entity.decode(body)) for key, ver, seq, body in db.execute(sql)}
