"""Roads of the demonstration city: strands chained into named lines with a width, and where they cross.

Promises: one name is one line, running west to east or south to north; a crossing is the same point on every
road through it, to the millimetre. It makes neither grids nor addresses.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator

import msgspec
import numpy as np
import numpy.typing as npt
import shapely

from server.demo.grids import pieces_of
from server.demo.lattice import Floats, Ints, Lattice, Line
from server.demo.params import Names
from server.demo.patches import Strand

LONG_M = 1100.0  # a lattice line's run at least this long has one of the great names
TURN_RAD = math.radians(38)  # chained roads do not turn more than this at a crossing


class Road(msgspec.Struct, frozen=True):
    """`line` in mm of the local plane; `name` may be empty for a lane."""

    name: str
    rank: Line
    width_mm: int
    line: Ints


class Crossings(msgspec.Struct, frozen=True):
    """Every pair (road, other) at a crossing, both ways round; `at_m` is how far along `road` it lies."""

    road: Ints
    other: Ints
    at_m: Floats
    point: Ints  # index into points
    points: Floats  # (n, 2) mm, each crossing once


class Network(msgspec.Struct, frozen=True):
    roads: tuple[Road, ...]
    lines: npt.NDArray[np.object_]
    crossings: Crossings


def network(rng: np.random.Generator, strands: tuple[Strand, ...], lattice: Lattice, names: Names) -> Network:
    """All roads, the great ones first, and their crossings."""
    great = list(_lattice_runs(strands))
    small = _chained([(run, kind) for strand in strands if not strand.line for run, kind in _runs(strand)])
    roads = _named_great(rng, great, lattice, names)
    roads += _named_small(rng, small, names, {road.name for road in roads})
    lines = shapely.linestrings(
        np.concatenate([road.line for road in roads]).astype(np.float64),
        indices=np.repeat(np.arange(len(roads)), [len(road.line) for road in roads]),
    )
    return Network(tuple(roads), lines, crossings(lines))


def _runs(strand: Strand) -> Iterator[tuple[Ints, Line]]:
    for kind in (Line.LANE, Line.MINOR, Line.MAIN, Line.TRUNK):
        for run in pieces_of(strand, frozenset({kind})):
            yield run, kind


def _lattice_runs(strands: tuple[Strand, ...]) -> Iterator[tuple[Ints, Line, str]]:
    for strand in strands:
        if strand.line:
            for run, kind in _runs(strand):
                yield run, kind, strand.line


def length_m(line: Ints) -> float:
    """A line's length in metres."""
    return float(np.hypot(*np.diff(line, axis=0).T).sum() / 1000.0)


def _heading(line: Ints, end: tuple[int, int]) -> float:
    """The direction in which a line leaves its end point."""
    away = line[1] - line[0] if tuple(line[0].tolist()) == end else line[-2] - line[-1]
    return math.atan2(float(away[1]), float(away[0]))


def _chained(runs: list[tuple[Ints, Line]]) -> list[tuple[Ints, Line]]:
    """Runs of one kind that meet end to end and go straight on become one road."""
    ends: dict[tuple[int, int], list[int]] = defaultdict(list)
    for index, (run, _) in enumerate(runs):
        for end in (run[0], run[-1]):
            ends[tuple(end.tolist())].append(index)
    joined: dict[int, list[tuple[tuple[int, int], int]]] = defaultdict(list)
    for end, both in ends.items():
        if len(both) != 2 or both[0] == both[1] or runs[both[0]][1] != runs[both[1]][1]:
            continue
        turn = _heading(runs[both[0]][0], end) - _heading(runs[both[1]][0], end)
        if abs(abs(math.remainder(turn, 2 * math.pi)) - math.pi) < TURN_RAD:
            joined[both[0]].append((end, both[1]))
            joined[both[1]].append((end, both[0]))
    chains = []
    seen: set[int] = set()
    # From the free ends first, so that a chain is walked from one end to the other; rings come last.
    for start in sorted(range(len(runs)), key=lambda k: len(joined[k])):
        if start not in seen:
            chains.append((_walk(start, runs, joined, seen), runs[start][1]))
    return chains


def _walk(
    start: int,
    runs: list[tuple[Ints, Line]],
    joined: dict[int, list[tuple[tuple[int, int], int]]],
    seen: set[int],
) -> Ints:
    seen.add(start)
    line, at = runs[start][0], start
    if joined[start] and tuple(line[0].tolist()) == joined[start][0][0]:
        line = line[::-1]
    while True:
        tail = tuple(line[-1].tolist())
        onward = next((other for end, other in joined[at] if end == tail and other not in seen), None)
        if onward is None:
            return line
        seen.add(onward)
        more = runs[onward][0]
        line = np.concatenate([line, more[1:] if tuple(more[0].tolist()) == tail else more[-2::-1]])
        at = onward


def _straightened(line: Ints) -> Ints:
    """Turned round where needed, so that numbers begin in the west or the south."""
    way = line[-1] - line[0]
    is_backward = way[0] < 0 if abs(way[0]) > abs(way[1]) else way[1] < 0
    return line[::-1] if is_backward else line


def _named_great(
    rng: np.random.Generator, great: list[tuple[Ints, Line, str]], lattice: Lattice, names: Names
) -> list[Road]:
    """Great names to long runs, those nearest the middle first; the river's bank roads have their own."""
    banks = {f"r{lattice.river_row + 1}": names.bank_roads[0], f"r{lattice.river_row}": names.bank_roads[1]}
    pools = {"r": list(names.east_west), "c": list(names.north_south), "d": list(names.diagonals)}
    used: Counter[str] = Counter()
    stems = _stems(rng, names, "main")
    roads = []
    for line, rank, place in sorted(great, key=lambda run: (-run[1], _distance(run[0]), run[2])):
        bank = banks.get(place)
        if bank and not used[bank]:
            name = bank
        elif length_m(line) >= LONG_M and rank >= Line.MAIN and pools[place[0]]:
            name = pools[place[0]].pop(0)
        else:
            name = next(stems)
        used[name] += 1
        widths = {Line.TRUNK: (36, 41), Line.MAIN: (24, 31)}.get(rank, (14, 19))
        roads.append(Road(name, rank, int(rng.integers(*widths)) * 1000, _straightened(line)))
    return roads


def _distance(line: Ints) -> float:
    """How far a run is from the middle of town: its nearest point."""
    return float(np.hypot(line[:, 0], line[:, 1]).min())


def _stems(rng: np.random.Generator, names: Names, use: str) -> Iterator[str]:
    """Names of smaller roads, never the same twice within one use."""
    ends = {"main": names.second_ends, "minor": names.road_ends, "lane": names.lane_ends}[use]
    stems = list(rng.permutation(names.stems))
    given: set[str] = set()
    for _ in range(60):
        for stem in stems:
            name = stem + ends[int(rng.integers(len(ends)))]
            if name not in given:
                given.add(name)
                yield name
    raise AssertionError("no road name left")


def _named_small(
    rng: np.random.Generator, small: list[tuple[Ints, Line]], names: Names, used: set[str]
) -> list[Road]:
    """Names for what is long enough to deserve one."""
    pools = {Line.MINOR: _stems(rng, names, "minor"), Line.LANE: _stems(rng, names, "lane")}
    roads = []
    for line, rank in sorted(small, key=lambda run: (_distance(run[0]), length_m(run[0]))):
        share = {Line.MINOR: 0.95, Line.LANE: 0.5}[rank]
        name = ""
        if length_m(line) > 190.0 and rng.random() < share:
            name = next(found for found in pools[rank] if found not in used)
            used.add(name)
        low, high = {Line.MINOR: (12, 17), Line.LANE: (6, 9)}[rank]
        roads.append(Road(name, rank, int(rng.integers(low, high)) * 1000, _straightened(line)))
    return roads


def crossings(lines: npt.NDArray[np.object_]) -> Crossings:
    """Where lines meet, each pair both ways round."""
    road, other = shapely.STRtree(lines).query(lines, predicate="intersects")
    keep = road != other
    road, other = road[keep], other[keep]
    meeting = shapely.intersection(lines[road], lines[other])
    xy, pair = shapely.get_coordinates(meeting, return_index=True)
    road, other = road[pair].astype(np.int64), other[pair].astype(np.int64)
    points, point = np.unique(np.rint(xy), axis=0, return_inverse=True)
    at_m = shapely.line_locate_point(lines[road], shapely.points(points[point.ravel()])) / 1000.0
    return Crossings(road, other, at_m, point.ravel().astype(np.int64), points)
