"""The bent lattice the city hangs on: main roads as lines of a warped grid, the patches between them.

Promises: pure functions of a numpy Generator; every line meets its neighbours in the very same points, because
a point is always computed by the same formula from the same parameters. Local plane: metres, x east, y north,
the city's middle at 0, 0. It knows nothing of names, cells or widths.
"""

from __future__ import annotations

import enum
import math

import msgspec
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

TILT_RAD = math.radians(4.5)  # the streets of the city are turned a little against north
SHEAR = -0.07


class Line(enum.IntEnum):
    """What a line of the lattice, or a piece of it, is in the city."""

    NONE = -1  # left out: two cells are one
    WALL = 0  # a compound's wall or a hedge: bounds grids, carries nobody
    LANE = 1
    MINOR = 2
    MAIN = 3
    TRUNK = 4
    STREAM = 5


ROADS = frozenset({Line.LANE, Line.MINOR, Line.MAIN, Line.TRUNK})


class Waves(msgspec.Struct, frozen=True):
    """A smooth wandering of one coordinate along another: a sum of sines."""

    heights_m: Floats
    lengths_m: Floats
    phases: Floats

    def at(self, where: Floats | float) -> Floats:
        """The offset in metres at `where`, along the last axis of nothing: shape follows `where`."""
        angle = np.multiply.outer(np.asarray(where, dtype=np.float64), 2 * np.pi / self.lengths_m)
        return np.asarray(np.sum(self.heights_m * np.sin(angle + self.phases), axis=-1))


def waves(
    rng: np.random.Generator, height_m: float, shortest_m: float, longest_m: float, count: int
) -> Waves:
    """`count` sines of random length and phase, each about `height_m` high."""
    return Waves(
        heights_m=rng.uniform(0.5, 1.0, count) * height_m,
        lengths_m=rng.uniform(shortest_m, longest_m, count),
        phases=rng.uniform(0, 2 * np.pi, count),
    )


class Lattice(msgspec.Struct, frozen=True):
    """`u_m` and `v_m` are where the lines lie before bending; patch (i, j) is between u i, i+1 and v j, j+1.

    `columns[i, j]` says what the piece of u line i beside patch row j is, `rows[i, j]` the piece of v line j
    below patch column i. `river_row` is the patch row the river runs in, `is_inside[i, j]` the city proper.
    """

    u_m: Floats
    v_m: Floats
    u_waves: tuple[Waves, ...]
    v_waves: tuple[Waves, ...]
    drift_x: Waves
    drift_y: Waves
    river_bend: Waves
    river_row: int
    columns: npt.NDArray[np.int8]
    rows: npt.NDArray[np.int8]
    is_inside: npt.NDArray[np.bool_]

    def warp(self, u: Floats, v: Floats) -> Floats:
        """Plane coordinates (..., 2) of lattice coordinates, the river's bend fading away from it."""
        middle = (self.v_m[self.river_row] + self.v_m[self.river_row + 1]) / 2
        near = np.exp(-(((v - middle) / 1900.0) ** 2))
        x = u + self.drift_x.at(v + 0.25 * u)
        y = v + self.drift_y.at(u - 0.2 * v) + self.river_bend.at(u) * near
        cos, sin = math.cos(TILT_RAD), math.sin(TILT_RAD)
        x = x + SHEAR * y
        return np.stack([x * cos - y * sin, x * sin + y * cos], axis=-1)

    def on_column(self, i: int, j: int, t: Floats) -> Floats:
        """Lattice coordinates on u line `i` between v lines j and j+1, at fractions `t`."""
        v = self.v_m[j] + (self.v_m[j + 1] - self.v_m[j]) * t
        ends = self.v_waves[j].at(self.u_m[i]), self.v_waves[j + 1].at(self.u_m[i])
        return np.stack([self.u_m[i] + self.u_waves[i].at(v), v + ends[0] + (ends[1] - ends[0]) * t], axis=-1)

    def crossing(self, i: int, j: int) -> Floats:
        """Lattice coordinates (2,) where u line `i` and v line `j` cross, those of the border included."""
        x = self.u_m[i] + self.u_waves[i].at(self.v_m[j])
        return np.asarray([x, self.v_m[j] + self.v_waves[j].at(self.u_m[i])])

    def on_row(self, i: int, j: int, s: Floats) -> Floats:
        """Lattice coordinates on v line `j` between u lines i and i+1, at fractions `s`."""
        u = self.u_m[i] + (self.u_m[i + 1] - self.u_m[i]) * s
        ends = self.u_waves[i].at(self.v_m[j]), self.u_waves[i + 1].at(self.v_m[j])
        return np.stack([u + ends[0] + (ends[1] - ends[0]) * s, self.v_m[j] + self.v_waves[j].at(u)], axis=-1)

    def inside(self, i: int, j: int, s: Floats, t: Floats) -> Floats:
        """Lattice coordinates in patch (i, j) at fractions s, t: blended from its four sides (a Coons patch)."""
        zero, one = np.zeros(1), np.ones(1)
        low, high = self.on_row(i, j, s), self.on_row(i, j + 1, s)
        left, right = self.on_column(i, j, t), self.on_column(i + 1, j, t)
        c00, c10 = self.on_row(i, j, zero)[0], self.on_row(i, j, one)[0]
        c01, c11 = self.on_row(i, j + 1, zero)[0], self.on_row(i, j + 1, one)[0]
        a, b = s[..., None], t[..., None]
        sides = (1 - b) * low + b * high + (1 - a) * left + a * right
        return np.asarray(sides - (1 - a) * ((1 - b) * c00 + b * c01) - a * ((1 - b) * c10 + b * c11))

    def size_m(self, i: int, j: int) -> tuple[float, float]:
        """Width and height of a patch, before bending."""
        return float(self.u_m[i + 1] - self.u_m[i]), float(self.v_m[j + 1] - self.v_m[j])


def spaced(rng: np.random.Generator, reach_m: float, close_m: float, wide_m: float) -> Floats:
    """Line positions from about -reach to reach, closer together near the middle."""
    half: list[list[float]] = [[], []]
    for side in half:
        at = float(rng.uniform(0.3, 0.5)) * close_m
        while at < reach_m:
            side.append(at)
            share = min(at / reach_m, 1.0)
            at += (close_m + (wide_m - close_m) * share) * float(rng.uniform(0.82, 1.2))
        side.append(at)
    return np.array([-at for at in reversed(half[0])] + half[1])


def with_river(v_m: Floats, river_v_m: float, width_m: float) -> tuple[Floats, int]:
    """The v lines with a band of `width_m` opened at the line nearest to `river_v_m`; the band's patch row."""
    row = int(np.argmin(np.abs(v_m - river_v_m)))
    opened = np.concatenate([v_m[: row + 1], v_m[row:] + width_m])
    return opened - width_m / 2, row


def build(rng: np.random.Generator, reach_m: float, river_width_m: float) -> Lattice:
    """A lattice with a city of about `reach_m` radius in its middle and open country around it."""
    margin_m = reach_m * 1.12 + 1000.0
    u_m = spaced(rng, margin_m, 430.0, 640.0)
    v_m, river_row = with_river(spaced(rng, margin_m, 410.0, 610.0), -0.3 * reach_m, river_width_m)
    columns = np.full((len(u_m), len(v_m) - 1), Line.MAIN, dtype=np.int8)
    rows = np.full((len(u_m) - 1, len(v_m)), Line.MAIN, dtype=np.int8)
    is_inside = outline(rng, u_m, v_m, reach_m, river_row)
    _drop_pieces(rng, columns, 0.26)
    _drop_pieces(rng, rows.T, 0.22)
    rows[:, river_row : river_row + 2] = Line.MAIN
    _trunks(columns, rows, river_row)
    _cross_river(rng, columns, u_m, reach_m, river_row)
    _open_stream(columns, u_m, reach_m, river_row)
    return Lattice(
        u_m=u_m,
        v_m=v_m,
        u_waves=tuple(waves(rng, 8.0, 1000, 2600, 3) for _ in u_m),
        v_waves=tuple(waves(rng, 8.0, 1000, 2600, 3) for _ in v_m),
        drift_x=waves(rng, 44.0, 3400, 7000, 3),
        drift_y=waves(rng, 40.0, 3400, 7000, 3),
        river_bend=Waves(
            np.array([330.0, 105.0, 26.0]) * min(1.0, reach_m / 3000),
            np.array([5900.0, 3300.0, 1800.0]),
            rng.uniform(0, 2 * np.pi, 3),
        ),
        river_row=river_row,
        columns=columns,
        rows=rows,
        is_inside=is_inside,
    )


def outline(
    rng: np.random.Generator, u_m: Floats, v_m: Floats, reach_m: float, river_row: int
) -> npt.NDArray[np.bool_]:
    """Which patches belong to the city: those within a wavering radius, without holes or loose patches."""
    u_mid, v_mid = (u_m[1:] + u_m[:-1]) / 2, (v_m[1:] + v_m[:-1]) / 2
    u, v = np.meshgrid(u_mid, v_mid, indexing="ij")
    angle = np.arctan2(v, u)
    edge = reach_m * (
        1 + 0.07 * np.sin(3 * angle + rng.uniform(0, 6)) + 0.05 * np.sin(5 * angle + rng.uniform(0, 6))
    )
    inside = np.hypot(u * 0.94, v * 1.04) < edge
    for i in range(inside.shape[0]):  # one run per column, so the outline has neither holes nor islands
        run = np.flatnonzero(inside[i])
        if len(run):
            inside[i, run[0] : run[-1] + 1] = True
    inside[:, river_row] &= inside[:, river_row - 1] & inside[:, river_row + 1]
    return np.asarray(inside)


def _drop_pieces(rng: np.random.Generator, lines: npt.NDArray[np.int8], share: float) -> None:
    """A line is not a main road all along: runs of it are minor roads, or end where a compound lies."""
    count, pieces = lines.shape
    for line in range(count):
        at = int(rng.integers(0, 4))
        while at < pieces:
            length = int(rng.integers(1, 4))
            if rng.random() < share * 1.6:
                lines[line, at : at + length] = Line.WALL if rng.random() < 0.4 else Line.MINOR
            at += length + int(rng.integers(1, 3))


def _trunks(columns: npt.NDArray[np.int8], rows: npt.NDArray[np.int8], river_row: int) -> None:
    """Every third line or so is a trunk road that runs on into the country."""
    middle = columns.shape[0] // 2
    for i in range(middle % 3, columns.shape[0], 3):
        columns[i, :] = Line.TRUNK
    for j in range(river_row + 3, rows.shape[1], 3):
        rows[:, j] = Line.TRUNK
    for j in range(river_row - 2, -1, -3):
        rows[:, j] = Line.TRUNK


def _cross_river(
    rng: np.random.Generator, columns: npt.NDArray[np.int8], u_m: Floats, reach_m: float, river_row: int
) -> None:
    """Trunk roads have a bridge, and a few others."""
    for i in range(len(u_m)):
        if columns[i, river_row] == Line.TRUNK:
            continue
        has_bridge = abs(u_m[i]) < reach_m * 0.8 and rng.random() < 0.28
        columns[i, river_row] = Line.MAIN if has_bridge else Line.WALL
        if has_bridge:
            columns[i, river_row - 1 : river_row + 2] = Line.MAIN


def _open_stream(columns: npt.NDArray[np.int8], u_m: Floats, reach_m: float, river_row: int) -> None:
    """North of the river one line of the lattice is a stream instead of a road."""
    order = np.argsort(np.abs(u_m - 0.42 * reach_m))
    i = next(int(k) for k in order if columns[k, -1] != Line.TRUNK)
    columns[i, river_row + 1 :] = Line.STREAM
    columns[i, river_row] = Line.WALL
