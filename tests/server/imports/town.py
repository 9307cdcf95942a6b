"""A town to import into: nine square grids, two units, one duty layer; and files for it in its own plane."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import apsw
import msgspec

from casework.entities import ENTITY_BY_NAME
from casework.entities.city import City
from casework.entities.delivery import DeliveryKind
from casework.entities.duty_grid import DutyGrid
from casework.entities.duty_layer import DutyLayer
from casework.entities.person import Person
from casework.entities.unit import Unit
from casework.entities.unit_grid import UnitGrid
from casework.ids import GridCode, LayerId, UnitId
from server.centre import shipped_catalogues
from server.founding import Ground, found
from server.imports.importing import Terms, Wish, run_import
from server.imports.report import Report
from server.paths import Paths

NOW_MS = 1_750_000_000_000
WEST_M, SOUTH_M, SIDE_M, ACROSS = 533_000, 2_524_000, 100, 3
DISTRICT = "450103"
WORKS, PARKS = UnitId("works"), UnitId("parks")
CATALOGUES = shipped_catalogues()
COVER, LAMP = "01003", "01037"


def code_of(column: int, row: int) -> GridCode:
    return GridCode(f"{DISTRICT}001001{row * ACROSS + column + 1:03d}")


def square_m(column: int, row: int) -> tuple[int, int, int, int]:
    west, south = WEST_M + column * SIDE_M, SOUTH_M + row * SIDE_M
    return west, south, west + SIDE_M, south + SIDE_M


def unit_grid(column: int, row: int) -> UnitGrid:
    west, south, east, north = (1000 * edge for edge in square_m(column, row))
    ring = (west, south, east, south, east, north, west, north)
    return UnitGrid(code=code_of(column, row), ring_mm=ring, area_m2=SIDE_M * SIDE_M)


def city(edge_m: int = SIDE_M * ACROSS) -> City:
    return City(
        "小城", 4545, WEST_M * 1000, SOUTH_M * 1000, (WEST_M + edge_m) * 1000, (SOUTH_M + edge_m) * 1000
    )


def founded_town(root: Path, has_grids: bool = True, people: Sequence[Person] = ()) -> Paths:
    grids = [unit_grid(column, row) for row in range(ACROSS) for column in range(ACROSS)]
    rows: list[tuple[str, msgspec.Struct]] = [("city", city())]
    if has_grids:
        layer = LayerId("municipal")
        rows += [("unit_grid", grid) for grid in grids]
        rows += [
            ("unit", Unit(WORKS, "市政所", trade="municipal")),
            ("unit", Unit(PARKS, "园林所", trade="greening")),
            ("duty_layer", DutyLayer(layer, "市政", "municipal", 1, ("component:01",))),
            ("duty_grid", DutyGrid("m1", layer, WORKS, "东片", tuple(grid.code for grid in grids[:6]))),
            ("duty_grid", DutyGrid("m2", layer, PARKS, "西片", tuple(grid.code for grid in grids[6:]))),
        ]
    rows += [("person", person) for person in people]
    found(root, Ground(rows, demo_accounts=people), NOW_MS)
    return Paths(root)


PLACE = '[place]\ncrs = "city"\nx = "x"\ny = "y"\nunit = "metre"\n'
TIME = '[time]\nzone = "Asia/Shanghai"\nforms = ["%Y-%m-%d %H:%M", "%Y-%m-%d"]\n'
PROFILES = {
    "components": 'schema = 1\nname = "井盖和路灯"\nkind = "components"\n'
    + PLACE
    + TIME
    + '[fields]\nuid = "no"\nclass = "type"\nowner = "owner"\nsurveyed = "seen"\n'
    + '[classes]\nedition = "2026"\nmap = { "井盖" = "component:01003", "路灯" = "component:01037" }\n',
    "cases": 'schema = 1\nname = "热线"\nkind = "cases"\n'
    + PLACE
    + TIME
    + '[fields]\nuid = "no"\nclass = "type"\ntext = "text"\nplace = "where"\nopened = "opened"\ndue = "due"\n'
    + 'closed = "closed"\nunit = "unit"\n'
    + '[classes]\nedition = "2026"\nmap = { "垃圾" = "event:06010", "噪声" = "event:06028" }\n',
    "units": 'schema = 1\nname = "部门"\nkind = "units"\n'
    + '[fields]\nid = "id"\nname = "name"\nparent = "parent"\n',
    "grids": 'schema = 1\nname = "网格"\nkind = "grids"\n[place]\ncrs = "city"\nunit = "metre"\n'
    + f'[fields]\nuid = "no"\ncommunity = "community"\n[codes]\ndistrict = "{DISTRICT}"\n',
}


def profile(folder: Path, kind: str, *changes: tuple[str, str]) -> Path:
    """The profile of that kind, with texts exchanged."""
    text = PROFILES[kind]
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    path = folder / f"{kind}.toml"
    path.write_text(text, "utf-8")
    return path


def csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> Path:
    lines = [",".join(header), *(",".join(str(cell) for cell in row) for row in rows)]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def geojson(path: Path, features: Iterable[tuple[dict[str, object], dict[str, Any] | None]]) -> Path:
    told = [{"type": "Feature", "properties": named, "geometry": shape} for named, shape in features]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": told}), "utf-8")
    return path


def square(column: int, row: int) -> dict[str, Any]:
    west, south, east, north = square_m(column, row)
    return {
        "type": "Polygon",
        "coordinates": [[[west, south], [east, south], [east, north], [west, north], [west, south]]],
    }


LATER = itertools.count(NOW_MS + 60_000, 1_000)


def run(
    paths: Paths, kind: str, file: Path, profile: Path, is_dry_run: bool = False, **around: Any
) -> Report:
    report = run_import(
        Wish(
            into=paths.root,
            kind=DeliveryKind(kind),
            file=file,
            profile=str(profile),
            report=file.parent / "report.json",
            is_dry_run=is_dry_run,
        ),
        Terms(CATALOGUES, lambda: next(LATER), **around),
    )
    assert report["entered"] + report["refused"] == report["rows"]
    assert report["entered"] == report["new"] + report["changed"] + report["unchanged"]
    assert report["refused"] == sum(report["reasons"].values())
    return report


def rows(paths: Paths, entity: str) -> dict[str, Any]:
    """Every row of an entity, as the centre has it."""
    db = apsw.Connection(str(paths.database), flags=apsw.SQLITE_OPEN_READONLY)
    found = db.execute(f"SELECT key, body FROM row_{entity}").fetchall()
    db.close()
    return {str(key): ENTITY_BY_NAME[entity].decode(body) for key, body in found}


def entries(paths: Paths) -> int:
    db = apsw.Connection(str(paths.database), flags=apsw.SQLITE_OPEN_READONLY)
    count = int(db.execute("SELECT seq FROM authority").get)
    db.close()
    return count
