"""Where things happen: pools of points by kind of place, with hot spots that see the same trouble again and again.

Promises: every point lies in a cell of the partition. Local plane, mm.
"""

from __future__ import annotations

import msgspec
import numpy as np
import numpy.typing as npt
import shapely

from server.demo.components import Ruler, cell_of, fans_of, inside
from server.demo.grids import Partition
from server.demo.ground import Ground
from server.demo.landmarks import Landmark
from server.demo.lattice import Floats, Ints, Line
from server.demo.patches import Use
from server.demo.roads import Network

POOL = 5000
HOT = 46  # hot spots of each kind of place
HOT_SHARE = 0.4
QUARTER = 3_000  # cells that have points of their own
HOT_QUARTERS = 6  # of a large city's quarters, each with hot spots of its own


class Pool(msgspec.Struct, frozen=True):
    """Points and their cells; the first `HOT` ones of every quarter are hot spots."""

    points: Floats
    cell: Ints
    quarters: int = 1


def pools(
    rng: np.random.Generator,
    net: Network,
    line: Ruler,
    part: Partition,
    ground: Ground,
    marks: tuple[Landmark, ...],
    middle: Floats,
) -> dict[str, Pool]:
    """A pool for every kind of place a matter names."""
    fans = fans_of(part.cells, middle)
    quarters = max(1, len(part.cells) // QUARTER)
    count = POOL * quarters
    lived = np.isin(part.use, [Use.ESTATE, Use.OLD_TOWN, Use.CENTRE, Use.VILLAGE, Use.CAMPUS])
    green = (part.use == Use.PARK) | ground.pocket
    sites = rng.choice(np.flatnonzero(lived), size=max(4, len(middle) // 80), replace=False)
    wide = (Line.MAIN, Line.TRUNK)
    found = {
        "main": _roadside(rng, net, line, wide, count),
        "minor": _roadside(rng, net, line, (Line.MINOR, Line.LANE), count),
        "any_road": _roadside(rng, net, line, (Line.LANE, Line.MINOR, *wide), count),
        "cell": inside(rng, fans, rng.choice(np.flatnonzero(lived), count)),
        "park": inside(rng, fans, rng.choice(np.flatnonzero(green), count)),
        "site": inside(rng, fans, rng.choice(sites, count)),
        "river": _waterside(rng, ground.bank_lines),
        "stream": _waterside(rng, shapely.boundary(np.array([ground.water[1][1]], dtype=object))),
    }
    found["market"] = _by_markets(rng, found["any_road"], marks)
    return {name: _pool(part, points, quarters) for name, points in found.items()}


def _pool(part: Partition, points: Floats, quarters: int) -> Pool:
    points = np.rint(points)
    cell = cell_of(part.tree, points)
    return Pool(points[cell >= 0], cell[cell >= 0], quarters)


def _roadside(
    rng: np.random.Generator, net: Network, line: Ruler, ranks: tuple[Line, ...], count: int
) -> Floats:
    lengths = shapely.length(net.lines) / 1000.0
    lengths[~np.isin([int(road.rank) for road in net.roads], [int(rank) for rank in ranks])] = 0.0
    road = rng.choice(len(lengths), count * 2, p=lengths / lengths.sum())
    point, way = line.places(line.start[road] + rng.random(len(road)) * lengths[road])
    out = rng.choice([-1.0, 1.0], len(road)) * (line.half_m[road] + rng.normal(1.5, 1.5, len(road)))
    return np.asarray(point + np.stack([way[:, 1], -way[:, 0]], axis=1) * (out * 1000.0)[:, None])


def _waterside(rng: np.random.Generator, lines: npt.NDArray[np.object_]) -> Floats:
    pick = rng.integers(0, len(lines), POOL)
    at = rng.random(POOL) * shapely.length(lines[pick])
    points = shapely.get_coordinates(shapely.line_interpolate_point(lines[pick], at))
    return np.asarray(points + rng.normal(0, 5000, points.shape))


def _by_markets(rng: np.random.Generator, roadside: Floats, marks: tuple[Landmark, ...]) -> Floats:
    """Roadsides near markets, schools and the centre's houses."""
    busy = np.array([(mark.x_mm, mark.y_mm) for mark in marks if mark.kind in ("market", "school", "civic")])
    if not len(busy):
        return roadside
    near = shapely.STRtree(shapely.points(busy)).query(
        shapely.points(roadside), predicate="dwithin", distance=140_000.0
    )[0]
    near = np.unique(near)
    rest = rng.choice(len(roadside), max(200, len(near) // 3))
    return np.asarray(roadside[np.concatenate([near, rest])])


def draw(rng: np.random.Generator, part: Partition, pool: Pool, count: int) -> tuple[Floats, Ints]:
    """Points from a pool; the hot spots come up more often, each time a few metres beside."""
    index = rng.integers(0, len(pool.points), count)
    hot = rng.random(count) < HOT_SHARE
    spot = np.minimum(rng.zipf(1.4, int(hot.sum())) - 1, HOT - 1)
    if pool.quarters > 1:
        spot += HOT * rng.integers(0, pool.quarters * HOT_QUARTERS, len(spot))
    index[hot] = spot % len(pool.points)
    points = pool.points[index].copy()
    points[hot] = np.rint(points[hot] + rng.normal(0, 9000, (int(hot.sum()), 2)))
    cell = pool.cell[index].copy()
    cell[hot] = cell_of(part.tree, points[hot])
    lost = cell < 0  # stepped over the city's border
    points[lost], cell[lost] = pool.points[index[lost]], pool.cell[index[lost]]
    return points, cell
