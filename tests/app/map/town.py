"""A small invented town for the map's tests: slanted streets, unit grids that share edges, components along roads.

Writes base.db and components.db in the shape a centre ships them. Deterministic by seed.
"""

from __future__ import annotations

import math
import random
from pathlib import Path

import apsw
import msgspec
import numpy as np

from casework.entities.city import City
from casework.entities.component import ComponentState
from casework.entities.duty_grid import DutyGrid
from casework.entities.duty_layer import DutyLayer
from casework.entities.unit import Unit
from casework.entities.unit_grid import UnitGrid
from casework.entities.work_grid import WorkGrid
from casework.ids import GridCode, LayerId, UnitId, WorkGridId

ORIGIN = (530_000_000, 2_525_000_000)  # mm
ALONG = np.array([103_000.0, 5_200.0])  # one unit grid eastwards, mm
DOWN = np.array([21_000.0, -101_000.0])  # one unit grid southwards, mm
CLASSES = ("01001", "01002", "01003", "02002", "03001", "04001", "04002", "05001")
ROADS_DOWN = {0: "茶花园路", 4: "金湖路", 9: "双拥路", 14: "桃源路", 20: "星湖路"}
ROADS_ALONG = {0: "东葛路", 5: "民族大道", 10: "金凯路", 15: "竹溪路", 20: "滨江路"}
DUTY_NAMES = ("市政一所", "青秀区市政管护所", "津头街道市政队", "市排水管护中心")


class Town(msgspec.Struct, frozen=True):
    city: City
    grids: tuple[UnitGrid, ...]
    work_grids: tuple[WorkGrid, ...]
    duty_layers: tuple[DutyLayer, ...]
    duty_grids: tuple[DutyGrid, ...]
    units: tuple[Unit, ...]
    base_path: Path
    components_path: Path

    def middle(self) -> tuple[int, int]:
        x, y = place(self.side / 2, self.side / 2)
        return int(x), int(y)

    def grid_at(self, column: float, row: float) -> str:
        """The code of the grid at a place that is not near an edge."""
        return f"450103005006{(int(row) * self.side + int(column)) % 1000:03d}"

    @property
    def side(self) -> int:
        return math.isqrt(len(self.grids))


def place(column: float, row: float) -> np.ndarray:
    return np.array(ORIGIN, dtype=float) + ALONG * column + DOWN * row


def make_town(folder: Path, side: int = 20, seed: int = 1) -> Town:
    chance = random.Random(seed)
    corners = {
        (c, r): tuple(
            int(v) for v in place(c, r) + np.array((chance.randint(-3000, 3000), chance.randint(-3000, 3000)))
        )
        for c in range(side + 1)
        for r in range(side + 1)
    }
    codes = {(c, r): f"450103005006{(r * side + c) % 1000:03d}" for c in range(side) for r in range(side)}
    works: dict[tuple[int, int], list[GridCode]] = {}
    duties: dict[int, list[GridCode]] = {}
    grids = []
    for (c, r), code in codes.items():
        works.setdefault((c // 5, r // 5), []).append(GridCode(code))
        duties.setdefault((c >= 4) + 2 * (r >= 5), []).append(GridCode(code))
        ring = [corners[c, r + 1], corners[c + 1, r + 1], corners[c + 1, r], corners[c, r]]
        grids.append(UnitGrid(GridCode(code), tuple(v for p in ring for v in p), 10_400))
    points = np.array(list(corners.values()))
    west, south = points.min(axis=0) - 60_000
    east, north = points.max(axis=0) + 60_000
    city = City("南宁市", 4545, int(west), int(south), int(east), int(north))
    base_path, components_path = folder / "base.db", folder / "components.db"
    _write_base(base_path, corners, side, chance, (int(west), int(south), int(east), int(north)))
    _write_components(components_path, side, chance)
    layer = DutyLayer(LayerId("municipal"), "市政设施", "municipal", 31, ("component:01",))
    units = tuple(Unit(UnitId(f"u{i}"), name) for i, name in enumerate(DUTY_NAMES))
    return Town(
        city=city,
        grids=tuple(grids),
        work_grids=tuple(
            WorkGrid(WorkGridId(f"w{c}{r}"), f"工作网格{c}{r}", tuple(g)) for (c, r), g in works.items()
        ),
        duty_layers=(layer,),
        duty_grids=tuple(
            DutyGrid(f"d{i}", layer.id, units[i].id, units[i].name, tuple(g)) for i, g in duties.items()
        ),
        units=units,
        base_path=base_path,
        components_path=components_path,
    )


def _write_base(path: Path, corners, side: int, chance: random.Random, bounds) -> None:
    features: list[tuple[str, str, int, list]] = []
    west, south, east, north = bounds
    features.append(("land", "", 0, [(west, south), (east, south), (east, north), (west, north)]))
    greens = {(side * 2 // 3, 3), (side - 3, side // 2), (2, side - 4)}
    for c in range(side):
        for r in range(side):
            quad = [np.array(corners[p], float) for p in ((c, r), (c + 1, r), (c + 1, r + 1), (c, r + 1))]
            block = [_in_quad(quad, u, v) for u, v in ((0.12, 0.12), (0.9, 0.12), (0.9, 0.9), (0.12, 0.9))]
            features.append(("green" if (c, r) in greens else "block", "", 0, block))
            if (c, r) in greens:
                continue
            for i in range(3):
                for j in range(3):
                    if chance.random() < 0.25:
                        continue
                    u, v = 0.18 + 0.24 * i, 0.2 + 0.23 * j
                    du, dv = chance.uniform(0.1, 0.2), chance.uniform(0.1, 0.17)
                    box = ((u, v), (u + du, v), (u + du, v + dv), (u, v + dv))
                    features.append(("building", "", 0, [_in_quad(quad, a, b) for a, b in box]))
    lake = [
        place(6, side - 5) + np.array([150_000 * math.cos(a), 90_000 * math.sin(a * 1.0)])
        for a in np.linspace(0, 2 * math.pi, 40, endpoint=False)
    ]
    features.append(("water", "南湖", 0, lake))
    for c, name in ROADS_DOWN.items():
        if c <= side:
            features.append(("road", name, 22_000, [corners[c, r] for r in range(side + 1)]))
    for r, name in ROADS_ALONG.items():
        if r <= side:
            features.append(("road", name, 26_000, [corners[c, r] for c in range(side + 1)]))
    for c in range(2, side, 5):
        features.append(("minor", f"葛村{c}巷", 7_000, [corners[c, r] for r in range(side + 1)]))
    features.append(("label", "南湖公园", 0, [place(6, side - 5)]))
    outline = [corners[0, 0], corners[0, side], corners[side, side], corners[side, 0]]
    features.append(("street_area", "津头街道", 0, outline))
    with _fresh(path) as db:
        db.execute("CREATE TABLE meta(name TEXT PRIMARY KEY, value TEXT)")
        db.execute(
            "CREATE TABLE feature(id INTEGER PRIMARY KEY, layer TEXT, name TEXT, width_mm INTEGER, body BLOB)"
        )
        _meta(db, schema="1", epsg=4545, origin_x_mm=ORIGIN[0], origin_y_mm=ORIGIN[1])
        for layer, name, width_mm, points in features:
            body = (
                (np.array(points, dtype=float) - np.array(ORIGIN, dtype=float))
                .round()
                .astype("<i4")
                .tobytes()
            )
            db.execute(
                "INSERT INTO feature(layer, name, width_mm, body) VALUES (?,?,?,?)",
                (layer, name, width_mm, body),
            )


def _in_quad(quad, u: float, v: float) -> np.ndarray:
    top, bottom = quad[0] * (1 - u) + quad[1] * u, quad[3] * (1 - u) + quad[2] * u
    return top * (1 - v) + bottom * v


def _write_components(path: Path, side: int, chance: random.Random) -> None:
    spots: list[tuple[np.ndarray, str]] = []
    for lines, is_down in ((ROADS_DOWN, True), (ROADS_ALONG, False)):
        for fixed in lines:
            if fixed > side:
                continue
            for step in np.arange(0, side, 0.22):
                for aside in (-0.09, 0.0, 0.09):
                    code = chance.choice(CLASSES)
                    shift = chance.uniform(-0.04, 0.04)
                    spot = (fixed + aside, step + shift) if is_down else (step + shift, fixed + aside)
                    spots.append((place(*spot), code))
    count = len(spots)
    offsets = np.array([spot for spot, _ in spots]).round().astype(np.int64) - np.array(ORIGIN)
    columns = {
        "x_off_mm": offsets[:, 0].astype("<i4"),
        "y_off_mm": offsets[:, 1].astype("<i4"),
        "class_idx": np.array([CLASSES.index(code) for _, code in spots], dtype="<u2"),
        "state_idx": np.zeros(count, dtype="<u1"),
    }
    with _fresh(path) as db:
        db.execute("CREATE TABLE meta(name TEXT PRIMARY KEY, value TEXT)")
        db.execute("CREATE TABLE class(idx INTEGER PRIMARY KEY, code TEXT)")
        db.execute("CREATE TABLE columns(name TEXT PRIMARY KEY, dtype TEXT, body BLOB)")
        db.execute(
            "CREATE TABLE component(rowid INTEGER PRIMARY KEY, key TEXT UNIQUE, class_code TEXT, x_mm INTEGER,"
            " y_mm INTEGER, grid TEXT, owner TEXT, state TEXT, surveyed TEXT)"
        )
        _meta(
            db,
            schema="1",
            epsg=4545,
            count=count,
            origin_x_mm=ORIGIN[0],
            origin_y_mm=ORIGIN[1],
            grid_version=1,
            is_generated=1,
        )
        db.executemany("INSERT INTO class VALUES (?,?)", list(enumerate(CLASSES)))
        for name, column in columns.items():
            db.execute("INSERT INTO columns VALUES (?,?,?)", (name, column.dtype.str, column.tobytes()))
        rows = [
            (i + 1, f"450103{code[:2]}{code[2:]}{i:06d}", code, int(x) + ORIGIN[0], int(y) + ORIGIN[1])
            for i, ((_, code), (x, y)) in enumerate(zip(spots, offsets, strict=True))
        ]
        db.executemany(
            "INSERT INTO component VALUES (?,?,?,?,?,'450103005006000','u0',?,'2026-03-01')",
            [(*row, ComponentState.INTACT.value) for row in rows],
        )


def _fresh(path: Path) -> apsw.Connection:
    path.unlink(missing_ok=True)
    return apsw.Connection(str(path))


def _meta(db: apsw.Connection, **values: object) -> None:
    db.executemany("INSERT INTO meta VALUES (?,?)", [(name, str(value)) for name, value in values.items()])
