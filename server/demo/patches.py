"""Each patch of the lattice cut into cells of about a hectare by lines that carry a road or only a wall.

Promises: strands that meet share the meeting point to the millimetre, because both compute it from the same
fraction of the same side. Points are whole mm of the local plane. It makes no polygons.
"""

from __future__ import annotations

import enum

import msgspec
import numpy as np
import numpy.typing as npt

from server.demo.lattice import Floats, Ints, Lattice, Line

CELL_WIDTH_M = 108.0
CELL_HEIGHT_M = 104.0
WIDE_M = 6000.0
BEND_M = 85.0  # a long side gets a point at least this often, so that it can bend


class Use(enum.IntEnum):
    """What a patch is mostly used for."""

    ESTATE = 0
    OLD_TOWN = 1
    CENTRE = 2
    CAMPUS = 3
    INDUSTRY = 4
    VILLAGE = 5
    PARK = 6
    RIVER = 7
    OPEN = 8  # outside the city proper


class Strand(msgspec.Struct, frozen=True):
    """A line of the city: points in mm, and what each piece between two points is.

    `line` names the lattice line ("c3", "r7") or is empty for a line inside one patch.
    """

    points: Ints
    kinds: npt.NDArray[np.int8]
    line: str = ""


class Patch(msgspec.Struct, frozen=True):
    """One cut patch: its place in the lattice, its use and its outline in mm."""

    i: int
    j: int
    use: Use
    ring: Ints


class Cut(msgspec.Struct, frozen=True):
    """Everything the cutting leaves."""

    strands: tuple[Strand, ...]
    patches: tuple[Patch, ...]


Sides = dict[tuple[int, int], list[float]]


def to_mm(metres: Floats) -> Ints:
    """Whole millimetres."""
    return np.asarray(np.rint(metres * 1000.0).astype(np.int64))


def uses(rng: np.random.Generator, lattice: Lattice, reach_m: float) -> npt.NDArray[np.int8]:
    """The use of every patch: a centre, an old town beside it, parks, campuses, industry at the edge."""
    u = (lattice.u_m[1:] + lattice.u_m[:-1]) / 2
    v = (lattice.v_m[1:] + lattice.v_m[:-1]) / 2
    far = np.hypot(u[:, None], v[None, :]) / reach_m
    draw = rng.random(far.shape)
    use = np.full(far.shape, Use.ESTATE, dtype=np.int8)
    use[(far > 0.72) & (draw < 0.30)] = Use.INDUSTRY
    use[(far > 0.55) & (draw > 0.86)] = Use.VILLAGE
    use[(far > 0.3) & (draw > 0.66) & (draw < 0.75)] = Use.CAMPUS
    west = np.hypot(u[:, None] + 0.33 * reach_m, v[None, :] + 0.02 * reach_m) / reach_m
    use[west < 0.27] = Use.OLD_TOWN
    east = np.hypot(u[:, None] - 0.2 * reach_m, v[None, :] - 0.04 * reach_m) / reach_m
    use[east < 0.2] = Use.CENTRE
    for place in ((0.62, -0.02), (-0.08, 0.33), (-0.62, 0.25), (0.02, -0.62)):
        i = int(np.argmin(np.abs(u - place[0] * reach_m)))
        j = int(np.argmin(np.abs(v - place[1] * reach_m)))
        if j != lattice.river_row:
            use[i, j] = Use.PARK
    if reach_m > WIDE_M:  # a large city has more of them, here and there
        use[(far > 0.12) & (rng.random(far.shape) < 0.013)] = Use.PARK
    use[:, lattice.river_row] = Use.RIVER
    use[~lattice.is_inside] = Use.OPEN
    return use


def cut(rng: np.random.Generator, lattice: Lattice, use: npt.NDArray[np.int8]) -> Cut:
    """All strands: those inside the patches first, then the lattice's own lines with everybody's cuts on them."""
    row_cuts: Sides = {}
    column_cuts: Sides = {}
    strands: list[Strand] = []
    places = [(i, j, Use(use[i, j])) for i, j in np.argwhere(use != Use.OPEN).tolist()]
    for i, j, its_use in places:
        strands.extend(_cut_patch(rng, lattice, (i, j), its_use, row_cuts, column_cuts))
    strands.extend(_lattice_lines(lattice, use, row_cuts, column_cuts))
    strands.extend(_diagonals(lattice))
    patches = [Patch(i, j, its_use, _ring(lattice, i, j, row_cuts, column_cuts)) for i, j, its_use in places]
    return Cut(tuple(strands), tuple(patches))


def _ring(lattice: Lattice, i: int, j: int, row_cuts: Sides, column_cuts: Sides) -> Ints:
    """The outline of a patch, counter-clockwise, through everybody's cuts."""
    width, height = lattice.size_m(i, j)
    low = lattice.on_row(i, j, _side_fractions(row_cuts.get((i, j), []), width))
    high = lattice.on_row(i, j + 1, _side_fractions(row_cuts.get((i, j + 1), []), width))
    left = lattice.on_column(i, j, _side_fractions(column_cuts.get((i, j), []), height))
    right = lattice.on_column(i + 1, j, _side_fractions(column_cuts.get((i + 1, j), []), height))
    flat = np.concatenate([low[:-1], right[:-1], high[:0:-1], left[:0:-1]])
    return to_mm(lattice.warp(flat[:, 0], flat[:, 1]))


def _cut_patch(
    rng: np.random.Generator,
    lattice: Lattice,
    place: tuple[int, int],
    use: Use,
    row_cuts: Sides,
    column_cuts: Sides,
) -> list[Strand]:
    i, j = place
    width, height = lattice.size_m(i, j)
    across = max(2, round(width / CELL_WIDTH_M))
    up = 2 if use is Use.RIVER else max(2, round(height / CELL_HEIGHT_M))
    low = _fractions(rng, across, width, row_cuts, (i, j), lattice.rows[i, j])
    high = _fractions(rng, across, width, row_cuts, (i, j + 1), lattice.rows[i, j + 1])
    if use is Use.RIVER:  # the middle of the river is a border and goes straight on
        left, right = np.array([0.0, 0.5, 1.0]), np.array([0.0, 0.5, 1.0])
        column_cuts[(i, j)] = [0.5]
        column_cuts[(i + 1, j)] = [0.5]
    else:
        left = _fractions(rng, up, height, column_cuts, (i, j), lattice.columns[i, j])
        right = _fractions(rng, up, height, column_cuts, (i + 1, j), lattice.columns[i + 1, j])
    waver_m = 1.0 if use is Use.RIVER else 5.5
    points = _points(rng, lattice, place, (low, high), (left, right), waver_m)
    columns = _kinds(rng, use, across - 1, up)
    rows = _kinds(rng, use, up - 1, across)
    strands = [Strand(points[k], columns[k - 1]) for k in range(1, across)]
    return strands + [Strand(points[:, k], rows[k - 1]) for k in range(1, up)]


def _fractions(
    rng: np.random.Generator, count: int, length_m: float, taken: Sides, side: tuple[int, int], kind: int
) -> Floats:
    """Where the inner lines meet a side: near even spacing, on the neighbour's own points where those are near."""
    even = np.arange(1, count) / count
    wanted = even + rng.normal(0, 0.06 / count, count - 1)
    there = np.array(sorted(taken.get(side, [])))
    if len(there):
        reach = (55.0 if kind in (Line.WALL, Line.LANE) else 24.0) / length_m
        for index in range(count - 1):
            nearest = there[np.argmin(np.abs(there - wanted[index]))]
            is_free = nearest not in wanted[:index]
            if abs(nearest - wanted[index]) < reach and is_free:
                wanted[index] = nearest
        wanted.sort()
    taken.setdefault(side, []).extend(wanted.tolist())
    return np.concatenate([[0.0], wanted, [1.0]])


def _points(
    rng: np.random.Generator,
    lattice: Lattice,
    place: tuple[int, int],
    lying: tuple[Floats, Floats],
    standing: tuple[Floats, Floats],
    waver_m: float,
) -> Ints:
    """Crossings of the inner lines, (across + 1, up + 1, 2) in mm; only the inner ones waver."""
    across, up = len(lying[0]), len(standing[0])
    share_up = (np.arange(up) / (up - 1))[None, :]
    share_across = (np.arange(across) / (across - 1))[:, None]
    s = lying[0][:, None] * (1 - share_up) + lying[1][:, None] * share_up
    t = standing[0][None, :] * (1 - share_across) + standing[1][None, :] * share_across
    flat = lattice.inside(*place, s.ravel(), t.ravel()).reshape(across, up, 2)
    flat[1:-1, 1:-1] += rng.normal(0, waver_m, (across - 2, up - 2, 2))
    return to_mm(lattice.warp(flat[..., 0], flat[..., 1]))


def _kinds(rng: np.random.Generator, use: Use, count: int, pieces: int) -> list[npt.NDArray[np.int8]]:
    """What each piece of each inner line of one direction is."""
    kinds = [np.full(pieces, Line.WALL, dtype=np.int8) for _ in range(count)]
    if use in (Use.PARK, Use.CAMPUS, Use.INDUSTRY):
        for line in kinds:
            line[rng.random(pieces) < 0.06] = Line.NONE
    if use in (Use.RIVER, Use.PARK) or count == 0:
        return kinds
    roads = {count // 2} if count < 5 else {count // 3, (2 * count) // 3}
    if use is Use.CAMPUS:
        roads = set() if rng.random() < 0.5 else {count // 2}
    lanes = {Use.OLD_TOWN: 0.75, Use.VILLAGE: 0.7, Use.CENTRE: 0.45, Use.ESTATE: 0.26}.get(use, 0.1)
    for k in range(count):
        if k in roads:
            kinds[k][:] = Line.MINOR
            if rng.random() < 0.22:  # ends half way
                _shorten(rng, kinds[k])
        elif rng.random() < lanes:
            kinds[k][:] = Line.LANE
            if rng.random() < 0.6:
                _shorten(rng, kinds[k])
    return kinds


def _shorten(rng: np.random.Generator, kinds: npt.NDArray[np.int8]) -> None:
    if len(kinds) < 2:
        return
    at = int(rng.integers(1, len(kinds)))
    if rng.random() < 0.5:
        kinds[:at] = Line.WALL
    else:
        kinds[at:] = Line.WALL


def _lattice_lines(
    lattice: Lattice, use: npt.NDArray[np.int8], row_cuts: Sides, column_cuts: Sides
) -> list[Strand]:
    """The lattice's own lines, column after column, row after row; in open country some pieces are missing."""
    inside = np.pad(use != Use.OPEN, 1)
    strands: list[Strand] = []
    for i in range(lattice.columns.shape[0]):
        pieces = []
        for j in range(lattice.columns.shape[1]):
            touches = bool(inside[i, j + 1] or inside[i + 1, j + 1])
            length = lattice.size_m(0, j)[1]
            at = _side_fractions(column_cuts.get((i, j), []), length)
            pieces.append((lattice.on_column(i, j, at), int(lattice.columns[i, j]), touches))
        strands.extend(_strands(lattice, pieces, f"c{i}"))
    for j in range(lattice.rows.shape[1]):
        pieces = []
        for i in range(lattice.rows.shape[0]):
            touches = bool(inside[i + 1, j] or inside[i + 1, j + 1])
            at = _side_fractions(row_cuts.get((i, j), []), lattice.size_m(i, 0)[0])
            pieces.append((lattice.on_row(i, j, at), int(lattice.rows[i, j]), touches))
        strands.extend(_strands(lattice, pieces, f"r{j}"))
    return strands


def _side_fractions(cuts: list[float], length_m: float) -> Floats:
    """The cuts of both neighbours, and points between so that the side can bend."""
    fixed = np.unique(np.array([0.0, *cuts, 1.0]))
    gaps = np.diff(fixed)
    more = [
        fixed[k] + gaps[k] * np.arange(1, n) / n
        for k in range(len(gaps))
        if (n := int(gaps[k] * length_m // BEND_M) + 1) > 1
    ]
    return np.unique(np.concatenate([fixed, *more]))


def _strands(lattice: Lattice, pieces: list[tuple[Floats, int, bool]], line: str) -> list[Strand]:
    """Runs of pieces that are there, joined."""
    strands: list[Strand] = []
    run: list[tuple[Floats, int]] = []
    for flat, kind, touches in [*pieces, (np.empty((0, 2)), Line.WALL, False)]:
        is_there = len(flat) > 0 and (touches or kind in (Line.TRUNK, Line.STREAM))
        if is_there:
            run.append((flat, kind))
        elif run:
            points = np.concatenate([run[0][0][:1], *[flat[1:] for flat, _ in run]])
            kinds = np.concatenate([np.full(len(flat) - 1, kind, dtype=np.int8) for flat, kind in run])
            strands.append(Strand(to_mm(lattice.warp(points[:, 0], points[:, 1])), kinds, line))
            run = []
    return strands


def _diagonals(lattice: Lattice) -> list[Strand]:
    """Two avenues that cross the lattice: from trunk crossings near the middle to the outskirts."""
    trunk_columns = [i for i in range(lattice.columns.shape[0]) if lattice.columns[i, 0] == Line.TRUNK]
    trunk_rows = [j for j in range(lattice.rows.shape[1]) if lattice.rows[0, j] == Line.TRUNK]
    i = min(trunk_columns, key=lambda k: abs(lattice.u_m[k]))
    j = min((k for k in trunk_rows if k > lattice.river_row), key=lambda k: abs(lattice.v_m[k]))
    strands = []
    for name, (steps_i, steps_j) in (("d0", (5, 4)), ("d1", (-4, 5))):
        to_i, to_j = i + steps_i, j + steps_j
        if not (0 <= to_i < lattice.columns.shape[0] and 0 <= to_j < lattice.rows.shape[1]):
            continue
        start, end = lattice.crossing(i, j), lattice.crossing(to_i, to_j)
        count = int(np.hypot(*(end - start)) // BEND_M)
        flat = start + (end - start) * np.linspace(0, 1, count + 1)[:, None]
        points = to_mm(lattice.warp(flat[:, 0], flat[:, 1]))
        strands.append(Strand(points, np.full(count, Line.MAIN, dtype=np.int8), name))
    return strands
