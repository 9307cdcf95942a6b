"""Cases and components from a file into a centre: read, checked, reported and entered, in rows a second.

The files are generated (the rate depends on how many rows there are, not on what they say) and a city of 2,500 unit
grids with duty layers takes them. The peer reads the same file with plain geopandas, finds the grid of each row by
`sjoin` and writes the rows it gets by one `executemany` into SQLite with an index on the key: it checks nothing, gives
no ids and no reasons, keeps no ledger and writes no report. With --file FILE --profile P a real file is measured too.
"""

from __future__ import annotations

import argparse
import sqlite3
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from bench.report import Measure, measure, run
from casework.entities.city import City
from casework.entities.delivery import DeliveryKind
from casework.entities.duty_grid import DutyGrid
from casework.entities.duty_layer import DutyLayer
from casework.entities.unit import Unit
from casework.entities.unit_grid import UnitGrid
from casework.ids import GridCode, LayerId, UnitId
from server.centre import shipped_catalogues, wall_ms
from server.cities import EMPTY, ground_of
from server.founding import Ground, found
from server.imports.importing import Terms, Wish, run_import
from server.paths import Paths

ACROSS, SIDE_M = 50, 100
WEST_M, SOUTH_M, EPSG = 533_000, 2_524_000, 4545
CASES, COMPONENTS, OPEN_SHARE = 100_000, 300_000, 0.06
PLACE = f'[place]\ncrs = "EPSG:{EPSG}"\nx = "x"\ny = "y"\n'
PROFILES = {
    "cases": f'schema = 1\nname = "bench"\nkind = "cases"\n{PLACE}[time]\nzone = "Asia/Shanghai"\n'
    'forms = ["%Y-%m-%d %H:%M:%S"]\n[fields]\nuid = "no"\nclass = "type"\ntext = "text"\nplace = "where"\n'
    'opened = "opened"\ndue = "due"\nclosed = "closed"\nunit = "unit"\n[classes]\nedition = "2026"\n'
    'map = { "a" = "event:06010", "b" = "event:06028", "c" = "event:01003" }\n',
    "components": f'schema = 1\nname = "bench"\nkind = "components"\n{PLACE}[time]\nzone = "Asia/Shanghai"\n'
    'forms = ["%Y-%m-%d"]\n[fields]\nuid = "no"\nclass = "type"\nsurveyed = "seen"\n[classes]\nedition = "2026"\n'
    'map = { "a" = "component:01003", "b" = "component:01037", "c" = "component:03005" }\n',
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--cases", type=int, default=CASES, help="rows of the generated file")
    parser.add_argument("--components", type=int, default=COMPONENTS, help="rows of the generated file")
    parser.add_argument("--file", type=Path, help="a real file of cases, besides")
    parser.add_argument("--profile", default="boston2011", help="its profile")


def measure_all(arguments: argparse.Namespace) -> list[Measure]:
    # What any import of a process waits for once is not a rate.
    import folium  # noqa: F401
    import geopandas  # noqa: F401
    import pyproj  # noqa: F401

    peer = f"geopandas {version('geopandas')} + sqlite3 {sqlite3.sqlite_version} executemany"
    figures = []
    with tempfile.TemporaryDirectory(prefix="gridseat-bench-") as scratch:
        folder = Path(scratch)
        city_rows = town()
        for kind, count, target in (
            ("cases", arguments.cases, 20_000),
            ("components", arguments.components, 50_000),
        ):
            found(folder / kind, Ground(city_rows), wall_ms())
            file = folder / f"{kind}.csv"
            written = write_cases if kind == "cases" else write_components
            written(file, count)
            profile = folder / f"{kind}.toml"
            profile.write_text(PROFILES[kind], "utf-8")
            ours = count / timed(Paths(folder / kind), kind, file, str(profile))
            again = count / timed(Paths(folder / kind), kind, file, str(profile))
            theirs = count / plain(file, folder / f"{kind}-plain.db", city_rows)
            told = f">= {target:,} 1/s"
            figures.append(measure(f"import: {kind}", ours, "1/s", target=told, peer=peer, peer_value=theirs))
            figures.append(measure(f"import: {kind}, the same file again", again, "1/s"))
        if arguments.file:
            figures.append(real(folder, arguments.file, arguments.profile))
    return figures


def real(folder: Path, file: Path, profile: str) -> Measure:
    found(folder / "real", ground_of(EMPTY, 1, wall_ms(), profile), wall_ms())
    began = time.perf_counter()
    report = imported(Paths(folder / "real"), "cases", file, profile)
    took_s = time.perf_counter() - began
    return measure(f"import: {file.name}", report["rows"] / took_s, "1/s", target=">= 20,000 1/s")


def town() -> list[tuple[str, msgspec.Struct]]:
    """A square city of square grids, half of it one unit's and half the other's."""
    side_mm, edge_mm = SIDE_M * 1000, SIDE_M * ACROSS * 1000
    west, south = WEST_M * 1000, SOUTH_M * 1000
    grids = []
    for number in range(ACROSS * ACROSS):
        x, y = west + number % ACROSS * side_mm, south + number // ACROSS * side_mm
        code = GridCode(f"450103{number // 900 + 1:03d}{number // 30 % 30 + 1:03d}{number % 30 + 1:03d}")
        ring = (x, y, x + side_mm, y, x + side_mm, y + side_mm, x, y + side_mm)
        grids.append(UnitGrid(code=code, ring_mm=ring, area_m2=SIDE_M * SIDE_M))
    codes = tuple(grid.code for grid in grids)
    layer = LayerId("municipal")
    units = [Unit(UnitId("u1"), "东所"), Unit(UnitId("u2"), "西所")]
    duties = [
        DutyGrid("d1", layer, UnitId("u1"), "东", codes[::2]),
        DutyGrid("d2", layer, UnitId("u2"), "西", codes[1::2]),
    ]
    city = City("bench", EPSG, west, south, west + edge_mm, south + edge_mm, is_generated=True)
    rows: list[tuple[str, msgspec.Struct]] = [("city", city)]
    rows += [("unit", unit) for unit in units] + [("unit_grid", grid) for grid in grids]
    rows += [("duty_layer", DutyLayer(layer, "市政", "municipal", 1, ("component:01",)))]
    rows += [("duty_grid", duty) for duty in duties]
    return rows


def _places(count: int) -> tuple[Any, Any, np.random.Generator]:
    rng = np.random.default_rng(count)
    edge = SIDE_M * ACROSS
    return WEST_M + rng.uniform(0, edge, count), SOUTH_M + rng.uniform(0, edge, count), rng


def write_cases(path: Path, count: int) -> None:
    x, y, rng = _places(count)
    opened = np.datetime64("2023-01-01T00:00:00") + rng.integers(0, 365 * 86_400, count).astype(
        "timedelta64[s]"
    )
    done = opened + rng.integers(600, 500_000, count).astype("timedelta64[s]")
    is_open = rng.random(count) < OPEN_SHARE
    kind, unit = rng.integers(0, 3, count), rng.integers(1, 3, count)
    with path.open("w", encoding="utf-8") as file:
        file.write("no,type,x,y,text,where,opened,due,closed,unit\n")
        for k in range(count):
            at, due = (
                str(opened[k]).replace("T", " "),
                str(opened[k] + np.timedelta64(1, "D")).replace("T", " "),
            )
            end = "" if is_open[k] else str(done[k]).replace("T", " ")
            file.write(
                f"N{k:09d},{'abc'[kind[k]]},{x[k]:.2f},{y[k]:.2f},路边堆放垃圾 影响通行 第{k}件,"
                f"人民路{k % 900}号,{at},{due},{end},u{unit[k]}\n"
            )


def write_components(path: Path, count: int) -> None:
    x, y, rng = _places(count)
    kind, day = rng.integers(0, 3, count), rng.integers(1, 29, count)
    with path.open("w", encoding="utf-8") as file:
        file.write("no,type,x,y,seen\n")
        for k in range(count):
            file.write(f"P{k:09d},{'abc'[kind[k]]},{x[k]:.2f},{y[k]:.2f},2024-05-{day[k]:02d}\n")


def imported(paths: Paths, kind: str, file: Path, profile: str) -> dict[str, Any]:
    wish = Wish(
        into=paths.root,
        kind=DeliveryKind(kind),
        file=file,
        profile=profile,
        report=file.with_suffix(".json")
        if file.parent == paths.root.parent
        else paths.root.parent / "r.json",
    )
    return run_import(wish, Terms(shipped_catalogues(), wall_ms))


def timed(paths: Paths, kind: str, file: Path, profile: str) -> float:
    began = time.perf_counter()
    report = imported(paths, kind, file, profile)
    took_s = time.perf_counter() - began
    assert report["refused"] == 0 and report["outcome"] in ("entered", "nothing_new"), report["outcome"]
    return took_s


def plain(file: Path, target: Path, city_rows: list[tuple[str, msgspec.Struct]]) -> float:
    """The plain way: as few lines as it takes."""
    import geopandas
    import pandas
    import shapely

    rings = [row for name, row in city_rows if name == "unit_grid"]
    shapes = [shapely.Polygon(np.array(row.ring_mm).reshape(-1, 2) / 1000) for row in rings]  # type: ignore[attr-defined]
    codes = [row.code for row in rings]  # type: ignore[attr-defined]
    began = time.perf_counter()
    table = pandas.read_csv(file, dtype=str, keep_default_na=False)
    points = geopandas.GeoDataFrame(
        table, geometry=geopandas.points_from_xy(table["x"].astype(float), table["y"].astype(float)), crs=EPSG
    )
    grids = geopandas.GeoDataFrame({"grid": codes}, geometry=shapes, crs=EPSG)
    joined = geopandas.sjoin(points, grids, how="left", predicate="within").drop(
        columns=["geometry", "index_right"]
    )
    db = sqlite3.connect(target)
    db.execute("PRAGMA journal_mode = wal")
    db.execute("PRAGMA synchronous = full")
    columns = ", ".join(f'"{name}" TEXT' for name in joined.columns)
    db.execute(f"CREATE TABLE rows ({columns}, PRIMARY KEY (no))")
    marks = ", ".join("?" * len(joined.columns))
    with db:
        db.executemany(
            f"INSERT OR REPLACE INTO rows VALUES ({marks})",
            joined.astype(object).itertuples(index=False, name=None),
        )
    db.close()
    return time.perf_counter() - began


if __name__ == "__main__":
    sys.exit(run("imports", measure_all, add_arguments))
