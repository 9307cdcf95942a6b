"""The components: some 150,000 things of a hundred classes, placed by rule, as numpy columns.

Promises: ids of 17 digits, unique (district, class, number in the district); every one lies in its grid's cell;
the order is that of a Z curve, so that neighbours in the city are neighbours in the file. Deterministic.
"""

from __future__ import annotations

import msgspec
import numpy as np
import numpy.typing as npt
import shapely

from server.demo import component_rules as rules
from server.demo.admin import Areas
from server.demo.grids import Partition
from server.demo.ground import Ground
from server.demo.lattice import Floats, Ints
from server.demo.roads import Network
from server.demo.units import Body

RARE = 4000
Where = tuple[Floats, str, str]  # points, class, owner's trade


class Components(msgspec.Struct, frozen=True):
    """Columns of one length; `class_of` and `owner` index `classes` and the units. Local plane, mm."""

    classes: tuple[str, ...]
    class_of: Ints
    x_mm: Ints
    y_mm: Ints
    cell: Ints
    owner: Ints
    state: Ints
    day: Ints  # day of survey, days since 1970
    keys: tuple[str, ...]

    def of_class(self, code: str) -> Ints:
        """Positions of the components of a class."""
        if code not in self.classes:
            return np.empty(0, dtype=np.int64)
        return np.flatnonzero(self.class_of == self.classes.index(code))


class Ruler(msgspec.Struct, frozen=True):
    """All roads laid end to end, so that a place along any of them is one number."""

    start: Floats  # where each road begins
    at: Floats  # where each piece begins
    piece_start: Floats  # (n, 2) mm
    way: Floats  # (n, 2) unit vectors
    crossing_at: Floats  # sorted
    crossing_clear: Floats  # half the width of the crossing road
    half_m: Floats  # per road
    total: float

    def places(self, at: Floats) -> tuple[Floats, Floats]:
        """The points in mm and the directions there."""
        piece = np.clip(np.searchsorted(self.at, at, side="right") - 1, 0, len(self.at) - 1)
        return self.piece_start[piece] + self.way[piece] * ((at - self.at[piece]) * 1000.0)[
            :, None
        ], self.way[piece]

    def clear(self, at: Floats) -> Floats:
        """Metres from the edge of the nearest crossing road; negative on it."""
        after = np.clip(np.searchsorted(self.crossing_at, at), 0, len(self.crossing_at) - 1)
        before = np.clip(after - 1, 0, None)
        return np.minimum(
            np.abs(self.crossing_at[after] - at) - self.crossing_clear[after],
            np.abs(at - self.crossing_at[before]) - self.crossing_clear[before],
        )


def ruler(net: Network) -> Ruler:
    """The roads of the network as one ruler."""
    lengths = shapely.length(net.lines) / 1000.0 + 10.0  # a gap, so that ends of two roads are not neighbours
    start = np.concatenate([[0.0], np.cumsum(lengths)[:-1]])
    at, first, way = [], [], []
    for road, begin in zip(net.roads, start, strict=True):
        steps = np.diff(road.line.astype(np.float64), axis=0)
        long = np.hypot(steps[:, 0], steps[:, 1])
        at.append(begin + np.concatenate([[0.0], np.cumsum(long)[:-1]]) / 1000.0)
        first.append(road.line[:-1])
        way.append(steps / long[:, None])
    half = np.array([road.width_mm / 2000.0 for road in net.roads])
    crossing = start[net.crossings.road] + net.crossings.at_m
    order = np.argsort(crossing, kind="stable")
    return Ruler(
        start=start,
        at=np.concatenate(at),
        piece_start=np.concatenate(first).astype(np.float64),
        way=np.concatenate(way),
        crossing_at=crossing[order],
        crossing_clear=half[net.crossings.other][order],
        half_m=half,
        total=float(lengths.sum()),
    )


def _along(rng: np.random.Generator, net: Network, line: Ruler, rule: rules.Along) -> Floats:
    points = []
    ranks = np.array([int(road.rank) for road in net.roads])
    chosen = np.flatnonzero(np.isin(ranks, [int(rank) for rank in rule.ranks]))
    lengths = shapely.length(net.lines[chosen]) / 1000.0
    sides = (-1, 1) if rule.sides == 2 else (1,)
    one_side = np.where(rng.random(len(net.roads)) < 0.5, 1, -1)
    for side in sides:
        phase = rng.random(len(chosen)) * rule.gap_m
        count = np.maximum(np.floor((lengths - phase) / rule.gap_m).astype(np.int64) + 1, 0)
        road = np.repeat(chosen, count)
        step = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        along = np.repeat(phase, count) + step * rule.gap_m + rng.normal(0, rule.jitter_m, len(step))
        keep = (along > 0) & (along < np.repeat(lengths, count)) & (rng.random(len(step)) < rule.keep)
        road, at = road[keep], line.start[road[keep]] + along[keep]
        free = line.clear(at) > rule.clear_m
        road, at = road[free], at[free]
        points.append(
            _beside(line, at, road, rule, one_side[road] if rule.sides == 1 else np.full(len(road), side))
        )
    return np.concatenate(points)


def _beside(line: Ruler, at: Floats, road: Ints, rule: rules.Along, side: Ints) -> Floats:
    point, way = line.places(at)
    out = np.zeros(len(at)) + rule.offset_m if rule.sides == 0 else line.half_m[road] + rule.offset_m
    right = np.stack([way[:, 1], -way[:, 0]], axis=1)
    return np.asarray(point + right * (out * side * 1000.0)[:, None])


def _at_crossings(rng: np.random.Generator, net: Network, line: Ruler, rule: rules.AtCrossing) -> Floats:
    ranks = np.array([int(road.rank) for road in net.roads])
    wanted = np.isin(ranks[net.crossings.road], [int(rank) for rank in rule.ranks])
    wanted &= np.isin(ranks[net.crossings.other], [int(rank) for rank in rule.others])
    met = net.crossings
    # Where more than two roads meet, the widest of the others says where to stop.
    widest = np.lexsort((-line.half_m[met.other], met.point, met.road))
    first = np.concatenate([[True], np.any(np.diff(np.stack([met.road, met.point])[:, widest]), axis=0)])
    chosen = widest[first & wanted[widest]]
    road, other, along = met.road[chosen], met.other[chosen], met.at_m[chosen]
    length = shapely.length(net.lines[road]) / 1000.0
    points = []
    for way_on in (-1, 1):
        at = along - way_on * (line.half_m[other] + rule.ahead_m)
        keep = (at > 0) & (at < length) & (rng.random(len(at)) < rule.keep)
        keep &= line.clear(line.start[road] + at) > 0.0
        point, way = line.places(line.start[road[keep]] + at[keep])
        right = np.stack([way[:, 1], -way[:, 0]], axis=1) * way_on
        points.append(point + right * ((line.half_m[road[keep]] + rule.offset_m) * 1000.0)[:, None])
    return np.concatenate(points)


def _in_cells(
    rng: np.random.Generator,
    part: Partition,
    ground: Ground,
    fans: tuple[Floats, Ints, Ints],
    rule: rules.InCell,
) -> Floats:
    chosen = (
        ground.pocket
        if not rule.uses
        else np.isin(part.use, [int(use) for use in rule.uses]) & ~ground.pocket
    )
    cells = np.repeat(np.flatnonzero(chosen), rng.poisson(rule.count, int(chosen.sum())))
    return inside(rng, fans, cells)


def inside(rng: np.random.Generator, fans: tuple[Floats, Ints, Ints], cells: Ints) -> Floats:
    """A random point in each of these cells, away from its border."""
    points, first, count = fans
    corner = rng.integers(0, count[cells])
    a = points[first[cells] + corner]
    b = points[first[cells] + (corner + 1) % count[cells]]
    middle = points[first[cells] + count[cells]]
    u, v = np.sqrt(rng.random(len(cells))) * 0.84, rng.random(len(cells))
    return np.asarray(middle + (a + (b - a) * v[:, None] - middle) * u[:, None])


def fans_of(cells: npt.NDArray[np.object_], middle: Floats) -> tuple[Floats, Ints, Ints]:
    """Corners of every cell followed by its middle: (points, where each begins, how many corners)."""
    rings, of = shapely.get_coordinates(shapely.get_exterior_ring(cells), return_index=True)
    count = np.bincount(of) - 1
    begin = np.concatenate([[0], np.cumsum(count + 1)[:-1]])
    points = rings.copy()
    points[begin + count] = middle  # in place of the repeated first point
    return points, begin, count


def _on_banks(rng: np.random.Generator, ground: Ground, rule: rules.OnBank) -> Floats:
    points = []
    for bank, outwards in zip(ground.bank_lines, (-1.0, 1.0), strict=True):
        at = np.arange(rng.random() * rule.gap_m, shapely.length(bank) / 1000.0, rule.gap_m) * 1000.0
        at = at[rng.random(len(at)) < rule.keep]
        here = shapely.get_coordinates(shapely.line_interpolate_point(bank, at))
        ahead = shapely.get_coordinates(shapely.line_interpolate_point(bank, at + 500.0))
        way = ahead - here
        way = way / np.maximum(np.hypot(way[:, 0], way[:, 1]), 1.0)[:, None]
        points.append(here + np.stack([-way[:, 1], way[:, 0]], axis=1) * (outwards * rule.offset_m * 1000.0))
    return np.concatenate(points)


def components(
    rng: np.random.Generator,
    net: Network,
    part: Partition,
    ground: Ground,
    areas: Areas,
    body: Body,
    layer_units: dict[str, Ints],
    middle: Floats,
    today: int,
    standing: rules.Rules = rules.PLAIN,
    most: int = 0,
) -> Components:
    """Everything placed, put into its cell, ordered and numbered. `today` is a day number; `most` 0: all there are."""
    line = ruler(net)
    fans = fans_of(part.cells, middle)
    placed: list[Where] = [(_along(rng, net, line, rule), rule.code, rule.owner) for rule in standing.along]
    placed += [(_at_crossings(rng, net, line, rule), rule.code, rule.owner) for rule in standing.crossing]
    placed += [(_in_cells(rng, part, ground, fans, rule), rule.code, rule.owner) for rule in standing.cell]
    placed += [(_on_banks(rng, ground, rule), rule.code, rule.owner) for rule in standing.bank]
    return _columns(rng, placed, part, areas, body, layer_units, today, most)


def _columns(
    rng: np.random.Generator,
    placed: list[Where],
    part: Partition,
    areas: Areas,
    body: Body,
    layer_units: dict[str, Ints],
    today: int,
    most: int,
) -> Components:
    sizes = [len(points) for points, _, _ in placed]
    points = np.rint(np.concatenate([points for points, _, _ in placed]))
    classes = tuple(sorted({code for _, code, _ in placed}))
    class_of = np.repeat([classes.index(code) for _, code, _ in placed], sizes)
    trades = tuple(dict.fromkeys(trade for _, _, trade in placed))
    trade = np.repeat([trades.index(name) for _, _, name in placed], sizes)
    if most:  # some more than asked for: the roads into the country lie beside the city
        kept = _thinned(rng, points, class_of, most + most // 5)
        points, class_of, trade = points[kept], class_of[kept], trade[kept]
    cell = cell_of(part.tree, points)
    inner = np.flatnonzero(cell >= 0)
    if most:
        inner = inner[_thinned(rng, points[inner], class_of[inner], most)]
    order = inner[np.argsort(z_order(points[inner]), kind="stable")]
    points, class_of, trade, cell = points[order], class_of[order], trade[order], cell[order]
    owner = np.zeros(len(order), dtype=np.int64)
    for index, name in enumerate(trades):
        mine = trade == index
        by_cell = layer_units.get(name)
        owner[mine] = body.at(name, areas.street[cell[mine]]) if by_cell is None else by_cell[cell[mine]]
    state = np.searchsorted(np.cumsum(rules.BRANCHES), rng.random(len(order)) * 0.99999)
    survey = today - 120 - 40 * areas.street  # each street was walked in its own weeks
    day = survey[cell] + rng.integers(0, 26, len(order))
    return Components(
        classes=classes,
        class_of=class_of,
        x_mm=points[:, 0].astype(np.int64),
        y_mm=points[:, 1].astype(np.int64),
        cell=cell,
        owner=owner,
        state=state,
        day=day,
        keys=_keys(np.array([code[:6] for code in areas.codes])[cell], np.array(classes)[class_of]),
    )


def _thinned(rng: np.random.Generator, points: Floats, class_of: Ints, most: int) -> Ints:
    """At most so many, the fewer the farther out; of what is rare nothing is left out."""
    if len(points) <= most:
        return np.arange(len(points))
    far = np.hypot(points[:, 0], points[:, 1])
    weight = 1.0 - 0.6 * far / far.max()
    luck = np.log(rng.random(len(points))) / weight  # the largest `most` are a weighted draw
    luck[np.bincount(class_of)[class_of] < RARE] = 0.0
    return np.sort(np.argpartition(-luck, most)[:most])


def _keys(district: npt.NDArray[np.str_], code: npt.NDArray[np.str_]) -> tuple[str, ...]:
    """Six digits of the district, five of the class, six of the number within both."""
    head = np.char.add(district, code)
    order = np.argsort(head, kind="stable")
    first = np.flatnonzero(np.concatenate([[True], head[order][1:] != head[order][:-1]]))
    number = np.empty(len(head), dtype=np.int64)
    run = np.diff(np.concatenate([first, [len(head)]]))
    number[order] = np.arange(len(head)) - np.repeat(first, run) + 1
    return tuple(f"{a}{n:06d}" for a, n in zip(head.tolist(), number.tolist(), strict=True))


def cell_of(tree: shapely.STRtree, points: Floats) -> Ints:
    """The cell each point lies in, -1 outside; a point on a border belongs to the first cell."""
    found = np.full(len(points), -1, dtype=np.int64)
    at, cell = tree.query(shapely.points(points), predicate="intersects")
    order = np.lexsort((-cell, at))
    found[at[order]] = cell[order]
    return found


def z_order(points: Floats) -> Ints:
    """The place on a Z curve over metres: bits of x and y by turns."""
    metres = ((points - points.min(axis=0)) // 1000).astype(np.uint64)
    spread = []
    for axis in (0, 1):
        bits = metres[:, axis]
        for shift, mask in ((16, 0x0000FFFF0000FFFF), (8, 0x00FF00FF00FF00FF), (4, 0x0F0F0F0F0F0F0F0F)):
            bits = (bits | (bits << np.uint64(shift))) & np.uint64(mask)
        for shift, mask in ((2, 0x3333333333333333), (1, 0x5555555555555555)):
            bits = (bits | (bits << np.uint64(shift))) & np.uint64(mask)
        spread.append(bits)
    return np.asarray((spread[0] | (spread[1] << np.uint64(1))).astype(np.int64))
