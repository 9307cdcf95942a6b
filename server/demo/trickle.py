"""A live trickle of reports for a demonstration: plausible new ones at plausible places, as an intake would send them.

Works from what a running centre has (base.db, components.db, its unit grids and catalogue), not from the generator's
memory. Promises: every report is a `Register` the rules accept once it carries a case number; chance and time are
arguments. It sends nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import apsw
import msgspec
import numpy as np
import numpy.typing as npt
import shapely

from casework.catalogue.model import Catalogue, Kind
from casework.commands.register import Register
from casework.entities.city import City
from casework.entities.unit_grid import UnitGrid
from casework.ids import CaseId, ComponentId, GridCode
from casework.workflow import Source
from server.demo import params, rhythm
from server.demo.components import cell_of
from server.demo.lattice import Floats, Ints
from server.demo.params import Matter
from server.demo.people import masked_reporter
from server.demo.photos import photos_of
from server.demo.places import Gazetteer, addresses, gazetteer
from server.demo.texts import condition_of, report_text

POOL = 1200
PER_CLASS = 400  # components of a class kept to choose from
BUSY = ("菜市", "市场", "小学", "中学", "学校", "医院", "车站", "百货大楼", "步行街")
SOURCES = ((Source.HOTLINE, 0.55), (Source.CITIZEN, 0.3), (Source.VIDEO, 0.1), (Source.PLATFORM, 0.05))
Shapes = npt.NDArray[np.object_]


class CityView(msgspec.Struct, frozen=True):
    """What reports are made of. Points in mm of the city's plane; `cells` index `codes`."""

    city: City
    catalogue: Catalogue
    book: Gazetteer
    codes: tuple[GridCode, ...]
    pools: Mapping[str, tuple[Floats, Ints]]
    parts: Mapping[str, tuple[tuple[str, int, int, str], ...]]  # by class: key, x, y, grid
    matters: tuple[Matter, ...]


def city_view(
    rng: np.random.Generator,
    base_path: Path,
    components_path: Path,
    unit_grids: Iterable[UnitGrid],
    city: City,
    catalogue: Catalogue,
) -> CityView:
    """Read once when the trickle starts."""
    base = _Sheet(base_path)
    grids = tuple(unit_grids)
    rings = [np.array(grid.ring_mm, dtype=np.float64).reshape(-1, 2) for grid in grids]
    cells = np.array([shapely.polygons(ring) for ring in rings], dtype=object)
    marks = [(name, float(points[0, 0]), float(points[0, 1])) for name, points in base.layer("label")]
    lines = base.layer("road") + base.layer("minor")
    shapes = np.array([shapely.linestrings(points) for _, points in lines], dtype=object)
    book = gazetteer([name for name, _ in lines], shapes, marks)
    pools = _pools(rng, base, cells, marks)
    parts = _parts(components_path)
    known = tuple(
        one
        for one in params.matters().matters
        if (one.kind, one.code) in catalogue.conditions
        and (parts.get(one.code) if one.kind is Kind.COMPONENT else one.where in pools)
    )
    return CityView(city, catalogue, book, tuple(grid.code for grid in grids), pools, parts, known)


def next_report(rng: np.random.Generator, view: CityView, now_ms: int) -> Register:
    """One more report, told a moment ago. `case` is empty: the sender puts a number of its block there."""
    hour = rhythm.pace(view.city, now_ms).hour(now_ms)
    weights = np.array([one.weight * rhythm.HOURS[one.hours][hour] for one in view.matters], dtype=np.float64)
    matter = view.matters[int(rng.choice(len(weights), p=weights / weights.sum()))]
    component, x_mm, y_mm, grid = _where(rng, view, matter)
    source = SOURCES[int(rng.choice(len(SOURCES), p=[share for _, share in SOURCES]))][0]
    name = view.catalogue.classes[(matter.kind, matter.code)].name_zh
    text, hint = report_text(rng, params.matters(), matter, name, source)
    condition = condition_of(rng, view.catalogue, matter, hint)
    is_public = source in rhythm.PUBLIC
    return Register(
        case=CaseId(""),
        source=source,
        kind=matter.kind,
        edition=view.catalogue.edition,
        class_code=matter.code,
        text=text,
        place=addresses(rng, view.book, np.array([[x_mm, y_mm]], dtype=np.float64))[0],
        x_mm=x_mm,
        y_mm=y_mm,
        grid=grid,
        condition=condition.id if rng.random() < 0.5 else "",
        component=ComponentId(component),
        reporter=masked_reporter(rng, params.names()) if is_public else "",
        told_ms=now_ms - int(rng.integers(20, 180)) * 1000,
        is_reply_wanted=is_public and bool(rng.random() < 0.45),
        # Who telephones sends no picture.
        photos=() if source is Source.HOTLINE else photos_of(matter.kind, matter.code)[:1],
    )


def pause_s(rng: np.random.Generator, per_hour: float) -> float:
    """How long until the next report, when so many come in an hour; never so short that two come as one."""
    return float(np.clip(rng.exponential(3600.0 / per_hour), 2.0, 4 * 3600.0 / per_hour))


def _where(rng: np.random.Generator, view: CityView, matter: Matter) -> tuple[str, int, int, GridCode]:
    if matter.kind is Kind.COMPONENT:
        those = view.parts[matter.code]
        key, x_mm, y_mm, grid = those[int(rng.integers(len(those)))]
        return key, x_mm, y_mm, GridCode(grid)
    points, cell = view.pools[matter.where]
    index = int(rng.integers(len(points)))
    return "", int(points[index, 0]), int(points[index, 1]), view.codes[int(cell[index])]


class _Sheet:
    """base.db by layer, in mm of the city's plane."""

    def __init__(self, path: Path) -> None:
        with apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY) as db:
            meta = {str(name): str(value) for name, value in db.execute("SELECT name, value FROM meta")}
            self._origin = np.array([int(meta["origin_x_mm"]), int(meta["origin_y_mm"])], dtype=np.float64)
            rows: list[Any] = db.execute("SELECT layer, name, width_mm, body FROM feature").fetchall()
            self._rows = rows
        db.close()

    def layer(self, wanted: str) -> list[tuple[str, Floats]]:
        """(name, points) of a layer's features."""
        return [(str(name), self._points(body)) for layer, name, _, body in self._rows if layer == wanted]

    def widths_m(self, wanted: str) -> Floats:
        """Widths in metres, in the order of `layer`."""
        return np.array([float(width) / 1000.0 for layer, _, width, _ in self._rows if layer == wanted])

    def _points(self, body: object) -> Floats:
        assert isinstance(body, bytes)
        return np.asarray(np.frombuffer(body, dtype="<i4").reshape(-1, 2) + self._origin)


def _pools(
    rng: np.random.Generator, base: _Sheet, cells: Shapes, marks: list[tuple[str, float, float]]
) -> dict[str, tuple[Floats, Ints]]:
    main = _beside(rng, base, "road")
    minor = _beside(rng, base, "minor")
    both = np.concatenate([main, minor])
    sites = rng.choice(len(cells), max(3, len(cells) // 90), replace=False)
    water = [points for _, points in base.layer("water")]
    found = {
        "main": main,
        "minor": minor,
        "any_road": both,
        "cell": _within(rng, cells),
        "site": _within(rng, cells[sites]),
        "park": _within(
            rng, np.array([shapely.polygons(points) for _, points in base.layer("green")], dtype=object)
        ),
        "river": _along_edges(rng, water),
        "stream": _along_edges(rng, water),
        "market": _near(both, [(x, y) for name, x, y in marks if name.endswith(BUSY)]),
    }
    pools = {}
    tree = shapely.STRtree(cells)
    for name, points in found.items():
        points = np.rint(points)
        cell = cell_of(tree, points) if len(points) else np.empty(0, dtype=np.int64)
        if (cell >= 0).any():
            pools[name] = (points[cell >= 0], cell[cell >= 0])
    return pools


def _beside(rng: np.random.Generator, base: _Sheet, layer: str) -> Floats:
    lines = np.array([shapely.linestrings(points) for _, points in base.layer(layer)], dtype=object)
    lengths, half = shapely.length(lines), base.widths_m(layer) / 2
    road = rng.choice(len(lines), POOL * 2, p=lengths / lengths.sum())
    at = rng.random(len(road)) * (lengths[road] - 1000.0)
    here = shapely.get_coordinates(shapely.line_interpolate_point(lines[road], at))
    way = shapely.get_coordinates(shapely.line_interpolate_point(lines[road], at + 900.0)) - here
    way = way / np.maximum(np.hypot(way[:, 0], way[:, 1]), 1.0)[:, None]
    out = rng.choice([-1.0, 1.0], len(road)) * (half[road] + rng.normal(1.5, 1.5, len(road))) * 1000.0
    return np.asarray(here + np.stack([way[:, 1], -way[:, 0]], axis=1) * out[:, None])


def _within(rng: np.random.Generator, shapes: Shapes) -> Floats:
    """Points somewhere in the shapes: by boxes, those that miss are left out."""
    boxes = shapely.bounds(shapes)
    pick = rng.integers(0, len(shapes), POOL * 2)
    points = boxes[pick, :2] + rng.random((len(pick), 2)) * (boxes[pick, 2:] - boxes[pick, :2])
    return np.asarray(points[shapely.contains_xy(shapes[pick], points[:, 0], points[:, 1])])


def _along_edges(rng: np.random.Generator, rings: list[Floats]) -> Floats:
    lines = np.array([shapely.linearrings(ring) for ring in rings], dtype=object)
    pick = rng.integers(0, len(lines), POOL)
    at = rng.random(POOL) * shapely.length(lines[pick])
    return np.asarray(shapely.get_coordinates(shapely.line_interpolate_point(lines[pick], at)))


def _near(points: Floats, busy: list[tuple[float, float]]) -> Floats:
    if not busy:
        return points
    tree = shapely.STRtree(shapely.points(np.array(busy)))
    near = np.unique(tree.query(shapely.points(points), predicate="dwithin", distance=160_000.0)[0])
    return points[near] if len(near) else points


def _parts(path: Path) -> dict[str, tuple[tuple[str, int, int, str], ...]]:
    """Some components of each class that is reported."""
    wanted = sorted({one.code for one in params.matters().matters if one.kind is Kind.COMPONENT})
    found: dict[str, tuple[tuple[str, int, int, str], ...]] = {}
    with apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY) as db:
        index = {str(code): idx for idx, code in db.execute("SELECT idx, code FROM class")}
        columns: list[Any] = db.execute("SELECT dtype, body FROM columns WHERE name = 'class_idx'").fetchall()
        class_of = np.frombuffer(columns[0][1], np.dtype(columns[0][0]))
        for code in wanted:
            # Every so many of the class: the file is in the order of the ground, so they are spread over the city.
            those = np.flatnonzero(class_of == index[code]) + 1 if code in index else np.empty(0, np.int64)
            chosen = those[:: max(1, len(those) // PER_CLASS)]
            rows: list[Any] = [
                row
                for rowid in chosen.tolist()
                for row in db.execute("SELECT key, x_mm, y_mm, grid FROM component WHERE rowid=?", (rowid,))
            ]
            if rows:
                found[code] = tuple((str(key), int(x), int(y), str(grid)) for key, x, y, grid in rows)
    db.close()
    return found
