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
    width_m: Iterable[float] | None = None,
    tint: Iterable[int] | None = None,
) -> Sheet:
    """A sheet of features given as arrays of shape (n, 2), each with one vertex at least."""
    lines = list(lines_m)
    count = len(lines)
    counts = np.fromiter((len(line) for line in lines), dtype=np.int64, count=count)
    starts = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
    xy = np.concatenate(lines).astype(np.float64) if lines else np.empty((0, 2))
    if count:
        low, high = np.minimum.reduceat(xy, starts[:-1]), np.maximum.reduceat(xy, starts[:-1])
        box = np.hstack((low, high))
    else:
        box = np.empty((0, 4))
    return Sheet(
        xy_m=xy,
        starts=starts,
        box_m=box,
        names=tuple(names) if names is not None else ("",) * count,
        width_m=np.fromiter(width_m if width_m is not None else (0.0,) * count, np.float64, count),
        tint=np.fromiter(tint if tint is not None else (0,) * count, np.int64, count),
    )


def counter_clockwise(ring_m: Floats) -> Floats:
    """The ring, turned round where it runs clockwise."""
    x, y = ring_m[:, 0] - ring_m[0, 0], ring_m[:, 1] - ring_m[0, 1]
    twice_area = float(np.dot(x, np.roll(y, -1)) - np.dot(np.roll(x, -1), y))
    return ring_m[::-1] if twice_area < 0 else ring_m


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
    try:
        meta = read_meta(db, path)
        origin = np.array([int(meta["origin_x_mm"]), int(meta["origin_y_mm"])], dtype=np.int64)
        rows: dict[str, list[tuple[str, float, Floats]]] = {}
        for layer, name, width_mm, body in db.execute(
            "SELECT layer, name, width_mm, body FROM feature ORDER BY layer, id"
        ):
            offsets = np.frombuffer(body, dtype="<i4").reshape(-1, 2)
            if not len(offsets):
                raise UnreadableStore(f"{path.name}: a feature of {layer} without a point")
            xy_m = (offsets + origin) / 1000.0
            if layer in AREAS:
                xy_m = counter_clockwise(xy_m)
            rows.setdefault(str(layer), []).append((str(name or ""), (width_mm or 0) / 1000.0, xy_m))
    except (apsw.Error, KeyError, TypeError, ValueError) as problem:
        raise UnreadableStore(f"{path.name}: {problem}") from problem
    finally:
        db.close()
    sheets = {
        layer: make_sheet((row[2] for row in found), (row[0] for row in found), (row[1] for row in found))
        for layer, found in rows.items()
    }
    return Basemap(meta=MappingProxyType(meta), sheets=MappingProxyType(sheets))
