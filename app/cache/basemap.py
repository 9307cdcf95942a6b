"""The base map: land, blocks, roads, names... read from base.db into numpy sheets.

A sheet holds all features of one layer as one run of vertices, so that a tile picks and moves them without a
loop. Coordinates are metres of the city's plane; every area runs counter-clockwise, so that overlapping ones
never cancel each other. It promises never to write, and does not draw.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType

import apsw
import msgspec
import numpy as np
from numpy.typing import NDArray

from app.cache.columns import UnreadableStore, open_resting, read_meta

AREAS = frozenset({"land", "block", "building", "water", "green", "district", "street_area", "community"})

VERTEX_BYTES = 8

Floats = NDArray[np.float64]
Indexes = NDArray[np.int64]


class Sheet(msgspec.Struct, frozen=True, eq=False):
    """Features of one kind: feature k has the vertices starts[k]..starts[k+1] of `xy_m`.

    `box_m` is west, south, east, north of each; `tint` chooses among a rule's colours.
    """

    xy_m: Floats
    starts: Indexes
    box_m: Floats
    names: tuple[str, ...]
    width_m: Floats
    tint: Indexes

    def __len__(self) -> int:
        return len(self.starts) - 1

    def within(self, west: float, south: float, east: float, north: float) -> Indexes:
        """Features whose box touches the box, in their own order."""
        box = self.box_m
        hit = (box[:, 2] >= west) & (box[:, 0] <= east) & (box[:, 3] >= south) & (box[:, 1] <= north)
        return np.flatnonzero(hit)

    def vertices(self, features: Indexes) -> tuple[Floats, Indexes]:
        """The vertices of some features in one run, and how many each has."""
        starts = self.starts[features]
        counts = self.starts[features + 1] - starts
        ends = np.cumsum(counts)
        total = int(ends[-1]) if len(ends) else 0
        rows = np.arange(total) + np.repeat(starts - (ends - counts), counts)
        return self.xy_m[rows], counts

    def of(self, feature: int) -> Floats:
        """The vertices of one feature."""
        return self.xy_m[self.starts[feature] : self.starts[feature + 1]]


def make_sheet(
    lines_m: Iterable[Floats],
    names: Iterable[str] | None = None,
    tint: Iterable[int] | None = None,
) -> Sheet:
    """A sheet of features given as arrays of shape (n, 2), each with one vertex at least."""
    lines = list(lines_m)
    counts = np.fromiter((len(line) for line in lines), dtype=np.int64, count=len(lines))
    xy = np.concatenate(lines).astype(np.float64) if lines else np.empty((0, 2))
    return sheet_of(xy, counts, tuple(names) if names is not None else ("",) * len(lines), tint=tint)


def sheet_of(
    xy_m: Floats,
    counts: Indexes,
    names: tuple[str, ...],
    width_m: Iterable[float] | None = None,
    tint: Iterable[int] | None = None,
) -> Sheet:
    """A sheet of features that follow one another in `xy_m`, so many vertices each."""
    count = len(counts)
    starts = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
    box = np.empty((0, 4))
    if count:
        first = starts[:-1]
        box = np.hstack((np.minimum.reduceat(xy_m, first), np.maximum.reduceat(xy_m, first)))
    return Sheet(
        xy_m=xy_m,
        starts=starts,
        box_m=box,
        names=names,
        width_m=np.fromiter(width_m if width_m is not None else (0.0,) * count, np.float64, count),
        tint=np.fromiter(tint if tint is not None else (0,) * count, np.int64, count),
    )


def moments(xy_m: Floats, counts: Indexes) -> tuple[Floats, Floats]:
    """The signed areas of rings that follow one another (counter-clockwise is positive) and their centres."""
    if not len(counts):
        return np.empty(0), np.empty((0, 2))
    ends = np.cumsum(counts)
    first = ends - counts
    origin = xy_m[first]
    local = xy_m - np.repeat(origin, counts, axis=0)
    following = np.arange(1, len(xy_m) + 1)
    following[ends - 1] = first
    after = local[following]
    cross = local[:, 0] * after[:, 1] - after[:, 0] * local[:, 1]
    twice = np.add.reduceat(cross, first)
    sums = np.add.reduceat((local + after) * cross[:, None], first)
    is_flat = np.abs(twice) < 1e-9
    mean = np.add.reduceat(local, first) / counts[:, None]
    centre = np.where(is_flat[:, None], mean, sums / np.where(is_flat, 1.0, 3 * twice)[:, None])
    return twice / 2, origin + centre


def counter_clockwise(xy_m: Floats, counts: Indexes) -> Floats:
    """The same rings, those that ran clockwise turned round."""
    ends = np.cumsum(counts)
    is_turned = np.repeat(moments(xy_m, counts)[0] < 0, counts)
    rows = np.arange(len(xy_m))
    mirrored = np.repeat(2 * ends - counts - 1, counts) - rows
    return xy_m[np.where(is_turned, mirrored, rows)]


EMPTY = make_sheet(())


class Basemap(msgspec.Struct, frozen=True, eq=False):
    """All sheets of a city's base map by layer name, and what the file says of itself."""

    meta: Mapping[str, str]
    sheets: Mapping[str, Sheet]

    def sheet(self, layer: str) -> Sheet:
        """The sheet of a layer; an empty one where the city has none."""
        return self.sheets.get(layer, EMPTY)


NO_BASEMAP = Basemap(meta=MappingProxyType({}), sheets=MappingProxyType({}))


def open_basemap(path: Path) -> Basemap:
    """Reads the whole file and closes it; raises UnreadableStore with what is wrong."""
    db = open_resting(path)
    rows: dict[str, list[tuple[str, float, bytes]]] = {}
    try:
        meta = read_meta(db, path)
        origin = np.array([int(meta["origin_x_mm"]), int(meta["origin_y_mm"])], dtype=np.int64)
        query = "SELECT layer, name, width_mm, body FROM feature ORDER BY layer, id"
        for layer, name, width_mm, body in db.execute(query):
            rows.setdefault(str(layer), []).append((str(name or ""), (width_mm or 0) / 1000.0, bytes(body)))
        sheets = {layer: _sheet(layer, found, origin) for layer, found in rows.items()}
    except (apsw.Error, KeyError, TypeError, ValueError) as problem:
        raise UnreadableStore(f"{path.name}: {problem}") from problem
    finally:
        db.close()
    return Basemap(meta=MappingProxyType(meta), sheets=MappingProxyType(sheets))


def _sheet(layer: str, rows: list[tuple[str, float, bytes]], origin: Indexes) -> Sheet:
    bodies = [body for _, _, body in rows]
    counts = np.fromiter((len(body) for body in bodies), dtype=np.int64, count=len(bodies))
    if (counts % VERTEX_BYTES).any() or not counts.all():
        raise ValueError(f"a feature of {layer} without a whole point")
    counts //= VERTEX_BYTES
    offsets = np.frombuffer(b"".join(bodies), dtype="<i4").reshape(-1, 2)
    xy_m = (offsets + origin) / 1000.0
    if layer in AREAS:
        xy_m = counter_clockwise(xy_m, counts)
    return sheet_of(xy_m, counts, tuple(row[0] for row in rows), width_m=(row[1] for row in rows))
