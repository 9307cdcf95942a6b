"""Districts, streets, communities and working grids: groups of cells, and the 15-digit codes that follow.

Promises: every cell has exactly one of each; borders follow roads or the river; a community is in one piece
wherever its street is. Codes are numbered west to east, then north to south, inside the community.
"""

from __future__ import annotations

from itertools import pairwise

import msgspec
import numpy as np
import numpy.typing as npt

from server.demo.grids import Partition, shared_edges
from server.demo.lattice import TILT_RAD, Floats, Ints, Lattice, Line
from server.demo.params import Names
from server.demo.patches import Patch, Use

CELLS_PER_STREET = 185
CELLS_PER_COMMUNITY = 58
ROW_MM = 104_000.0
CELLS_PER_WORK = 75
FEW = 4  # districts of a city whose own lines divide it
TURNS = ("", "新", "东", "西", "南", "北")  # communities of one name are told apart
SOUTH = 3  # the district beyond the river


class Counts(msgspec.Struct, frozen=True):
    """How many streets and working grids there shall be; 0: as many as the cells ask for."""

    streets: int = 0
    works: int = 0


class Street(msgspec.Struct, frozen=True):
    """A street (街道): its nine digits and names."""

    code: str
    name: str
    district: str


class Areas(msgspec.Struct, frozen=True):
    """Per cell: its code and the index of its street, community and working grid; then those themselves."""

    codes: tuple[str, ...]
    street: Ints
    community: Ints
    work: Ints
    area_type: tuple[str, ...]
    streets: tuple[Street, ...]
    communities: tuple[tuple[str, str], ...]  # code of twelve digits, name
    works: tuple[tuple[str, str], ...]  # id, name


def bisected(at: Floats, weight: Floats, parts: int) -> Ints:
    """Items cut into `parts` compact groups of about equal weight, the longer way first."""
    group = np.zeros(len(at), dtype=np.int64)
    if parts <= 1 or len(at) < 2:
        return group
    spread = at.max(axis=0) - at.min(axis=0)
    order = np.argsort(at[:, int(spread[1] > spread[0])], kind="stable")
    run = np.cumsum(weight[order])
    left = parts // 2
    cut = int(np.clip(np.searchsorted(run, run[-1] * left / parts), 1, len(at) - 1))
    for items, count, base in ((order[:cut], left, 0), (order[cut:], parts - left, left)):
        group[items] = base + bisected(at[items], weight[items], count)
    return group


def grouped(middle: Floats, item: Ints, parts: int) -> Ints:
    """Cells grouped by whole items (patches, blocks) into `parts` compact groups."""
    _, of = np.unique(item, return_inverse=True)
    weight = np.bincount(of).astype(np.float64)
    at = np.stack([np.bincount(of, weights=middle[:, k]) / weight for k in (0, 1)], axis=1)
    return bisected(at, weight, parts)[of]


def mended(group: Ints, parent: Ints, sides: tuple[Ints, Ints, Floats]) -> Ints:
    """Loose parts of a group join the neighbour of the same parent they share most border with."""
    first, second, length = sides
    group = group.copy()
    for _ in range(6):
        piece = _pieces(group, first, second)
        count = np.bincount(piece)
        main: dict[int, int] = {}
        for cell in np.argsort(-count[piece], kind="stable").tolist():
            main.setdefault(int(group[cell]), int(piece[cell]))
        is_loose = piece != np.array([main[int(g)] for g in group])
        touching = (is_loose[first] | is_loose[second]) & (group[first] != group[second])
        touching &= parent[first] == parent[second]
        border: dict[tuple[int, int], float] = {}
        for a, b, mm in zip(
            first[touching].tolist(), second[touching].tolist(), length[touching].tolist(), strict=True
        ):
            for cell, other in ((a, b), (b, a)):
                if is_loose[cell]:
                    key = (int(piece[cell]), int(group[other]))
                    border[key] = border.get(key, 0.0) + mm
        if not border:
            break
        best: dict[int, tuple[float, int]] = {}
        for (loose, other), mm in border.items():
            best[loose] = max(best.get(loose, (0.0, -1)), (mm, other))
        for loose, (_, other) in best.items():
            group[piece == loose] = other
    return group


def _pieces(group: Ints, first: Ints, second: Ints) -> Ints:
    """A label per connected piece of each group."""
    label = np.arange(len(group))
    same = group[first] == group[second]
    a, b = first[same], second[same]
    while True:
        low = np.minimum(label[a], label[b])
        before = label.copy()
        np.minimum.at(label, a, low)
        np.minimum.at(label, b, low)
        label = label[label]
        if np.array_equal(before, label):
            return label


def districts(part: Partition, patches: tuple[Patch, ...], lattice: Lattice, middle: Floats) -> Ints:
    """The district of each cell: one beyond the river, one west of a trunk road, one in the north, one left."""
    trunk_u = [k for k in range(len(lattice.u_m)) if lattice.columns[k, 0] == Line.TRUNK]
    trunk_v = [k for k in range(lattice.river_row, len(lattice.v_m)) if lattice.rows[0, k] == Line.TRUNK]
    reach = float(np.abs(lattice.u_m).max())
    west = min(trunk_u, key=lambda k: abs(lattice.u_m[k] + 0.2 * reach))
    north = min(trunk_v, key=lambda k: abs(lattice.v_m[k] - 0.27 * reach))
    i = np.array([patch.i for patch in patches])[part.patch]
    j = np.array([patch.j for patch in patches])[part.patch]
    code = np.where(i < west, 2, np.where(j >= north, 1, 0))
    s = np.linspace(0, 1, 8)
    half = np.full(len(s), 0.5)
    pieces = range(len(lattice.u_m) - 1)
    line = np.concatenate([lattice.inside(k, lattice.river_row, s, half) for k in pieces])
    bank = lattice.warp(line[:, 0], line[:, 1]) * 1000.0
    order = np.argsort(bank[:, 0])
    is_south = middle[:, 1] < np.interp(middle[:, 0], bank[order, 0], bank[order, 1])
    return np.asarray(np.where(is_south, SOUTH, code), dtype=np.int64)


def many_districts(
    part: Partition,
    patches: tuple[Patch, ...],
    lattice: Lattice,
    middle: Floats,
    sides: tuple[Ints, Ints, Floats],
    count: int,
) -> Ints:
    """Compact districts of about equal size on either bank of the river, numbered outwards from the middle."""
    bank = (districts(part, patches, lattice, middle) == SOUTH).astype(np.int64)
    item = _items(part, patches, lattice)
    district = np.full(len(middle), -1, dtype=np.int64)
    first = 0
    for side, wanted in enumerate(shared_out(np.bincount(bank, minlength=2), count)):
        cells = np.flatnonzero(bank == side)
        few = len(np.unique(item[cells])) < 4 * wanted
        district[cells] = first + grouped(middle[cells], (part.block if few else item)[cells], wanted)
        first += wanted
    district = mended(district, bank, sides)
    far = [float(np.hypot(*middle[district == k].mean(axis=0))) for k in range(count)]
    rank = np.empty(count, dtype=np.int64)
    rank[np.argsort(far, kind="stable")] = np.arange(count)
    return np.asarray(rank[district])


def shared_out(weight: Ints, total: int) -> list[int]:
    """`total` things by weight, everybody at least one, what is left over to the largest remainders."""
    exact = weight * (total / weight.sum())
    given = np.maximum(np.floor(exact).astype(np.int64), 1)
    order = np.argsort(given - exact, kind="stable")
    for k in range(total - int(given.sum())):
        given[order[k % len(order)]] += 1
    while given.sum() > total:
        given[int(np.argmax(given - exact))] -= 1
    return [int(count) for count in given]


def _streets(district: Ints, item: Ints, middle: Floats, names: Names, total: int) -> Ints:
    """Streets inside each district, by whole patches, never more than there are names for."""
    size = np.bincount(district, minlength=len(names.districts))
    wanted = shared_out(size, total) if total else [max(1, round(cells / CELLS_PER_STREET)) for cells in size]
    street = np.full(len(middle), -1, dtype=np.int64)
    count = 0
    for code, home in enumerate(names.districts):
        cells = np.flatnonzero(district == code)
        parts = min(wanted[code], len(home.streets))
        whole = item if len(np.unique(item[cells])) >= parts else np.arange(len(item))
        street[cells] = count + grouped(middle[cells], whole[cells], parts)
        count += parts
    return street


def _works(district: Ints, street: Ints, block: Ints, middle: Floats, total: int) -> tuple[Ints, Ints]:
    """Working grids and what each must stay inside: its street, or its district where they are large."""
    if not total:
        return _within(street, block, middle, CELLS_PER_WORK), street
    work = np.full(len(middle), -1, dtype=np.int64)
    count = 0
    for code, parts in enumerate(shared_out(np.bincount(district), total)):
        cells = np.flatnonzero(district == code)
        work[cells] = count + grouped(middle[cells], block[cells], parts)
        count += parts
    return work, district


def areas(
    rng: np.random.Generator,
    part: Partition,
    patches: tuple[Patch, ...],
    lattice: Lattice,
    middle: Floats,
    names: Names,
    counts: Counts = Counts(),  # noqa: B008 - a frozen value
) -> Areas:
    """Everything above the cell."""
    sides = shared_edges(part.cells)
    if len(names.districts) == FEW:
        district = districts(part, patches, lattice, middle)
    else:
        district = many_districts(part, patches, lattice, middle, sides, len(names.districts))
    street = _streets(district, _items(part, patches, lattice), middle, names, counts.streets)
    street = mended(street, district, sides)
    community = _within(street, part.block, middle, CELLS_PER_COMMUNITY)
    community = mended(community, street, sides)
    work, inside = _works(district, street, part.block, middle, counts.works)
    work = mended(work, inside, sides)
    streets, street = _named_streets(street, district, middle, names)
    communities, community = _named_communities(rng, community, street, streets, middle, names)
    works, work = _named_works(work, district, middle, names)
    far = np.hypot(middle[:, 0], middle[:, 1])
    reach = float(far.max())
    middle_of = np.array([far[street == k].mean() for k in range(len(streets))])
    kinds = np.where(middle_of < 0.5 * reach, "A", np.where(middle_of < 0.74 * reach, "B", "C"))
    codes = _codes(community, communities, middle)
    area_type = tuple(str(kinds[k]) for k in street)
    return Areas(codes, street, community, work, area_type, streets, communities, works)


def _items(part: Partition, patches: tuple[Patch, ...], lattice: Lattice) -> Ints:
    """The patch of each cell, the river's halves counted with the patch on their own bank."""
    index = {(patch.i, patch.j): k for k, patch in enumerate(patches)}
    item = part.patch.copy()
    for k, patch in enumerate(patches):
        if patch.use is Use.RIVER:
            item[part.patch == k] = index.get((patch.i, patch.j + 1), k)
    return item


def _within(parent: Ints, block: Ints, middle: Floats, size: int) -> Ints:
    """Groups of about `size` cells inside each parent, by whole blocks."""
    group = np.full(len(parent), -1, dtype=np.int64)
    count = 0
    for code in np.unique(parent):
        cells = np.flatnonzero(parent == code)
        parts = max(1, round(len(cells) / size))
        group[cells] = count + grouped(middle[cells], block[cells], parts)
        count += parts
    return group


def _reading_order(group: Ints, middle: Floats) -> list[int]:
    """Groups from the north-west to the south-east, by bands."""
    keys = []
    for code in np.unique(group):
        at = middle[group == code].mean(axis=0)
        keys.append((-round(at[1] / 900_000), float(at[0]), int(code)))
    return [code for _, _, code in sorted(keys)]


def _named_streets(
    street: Ints, district: Ints, middle: Floats, names: Names
) -> tuple[tuple[Street, ...], Ints]:
    """Names go by nearness to the middle of town; codes 001, 002... in the order of the list of names."""
    rows: list[tuple[int, int, int]] = []
    for k in np.unique(district):
        near = sorted(
            (float(np.hypot(*middle[street == s].mean(axis=0))), int(s))
            for s in np.unique(street[district == k])
        )
        rows += [(int(k), rank, s) for rank, (_, s) in enumerate(near)]
    renumbered = np.zeros(int(street.max()) + 1, dtype=np.int64)
    streets = []
    for new, (k, rank, old) in enumerate(rows):
        home = names.districts[k]
        renumbered[old] = new
        streets.append(Street(f"{home.code}{rank + 1:03d}", home.streets[rank], home.code))
    return tuple(streets), renumbered[street]


def _named_communities(
    rng: np.random.Generator,
    community: Ints,
    street: Ints,
    streets: tuple[Street, ...],
    middle: Floats,
    names: Names,
) -> tuple[tuple[tuple[str, str], ...], Ints]:
    """Numbered inside their street from the north-west on."""
    stems = [str(stem) for stem in rng.permutation(names.community_stems)]
    renumbered = np.zeros(int(community.max()) + 1, dtype=np.int64)
    rows: list[tuple[str, str]] = []
    for k, home in enumerate(streets):
        cells = street == k
        for rank, old in enumerate(_reading_order(community[cells], middle[cells])):
            renumbered[old] = len(rows)
            turn, at = divmod(len(rows), len(stems))
            rows.append((f"{home.code}{rank + 1:03d}", f"{stems[at]}{TURNS[turn]}社区"))
    return tuple(rows), renumbered[community]


def _named_works(
    work: Ints, district: Ints, middle: Floats, names: Names
) -> tuple[tuple[tuple[str, str], ...], Ints]:
    """Working grids, numbered inside the district."""
    renumbered = np.zeros(int(work.max()) + 1, dtype=np.int64)
    rows: list[tuple[str, str]] = []
    for k in np.unique(district):
        home = names.districts[int(k)]
        cells = district == k
        for rank, old in enumerate(_reading_order(work[cells], middle[cells])):
            renumbered[old] = len(rows)
            name = f"{home.letter}-{rank + 1:02d}"
            rows.append((name, f"{home.name} {name}"))
    return tuple(rows), renumbered[work]


def _codes(community: Ints, communities: tuple[tuple[str, str], ...], middle: Floats) -> tuple[str, ...]:
    """Twelve digits of the community and three of the cell: west to east in bands from north to south."""
    across = middle[:, 0] * np.cos(TILT_RAD) + middle[:, 1] * np.sin(TILT_RAD)
    up = -middle[:, 0] * np.sin(TILT_RAD) + middle[:, 1] * np.cos(TILT_RAD)
    codes = [""] * len(community)
    for k, (code, _) in enumerate(communities):
        cells = np.flatnonzero(community == k)
        band = np.floor((up[cells].max() - up[cells]) / ROW_MM + 0.35)
        for number, at in enumerate(np.lexsort((across[cells], band)), start=1):
            codes[int(cells[at])] = f"{code}{number:03d}"
    return tuple(codes)


def members(group: Ints, count: int) -> list[npt.NDArray[np.int64]]:
    """The cells of each group."""
    order = np.argsort(group, kind="stable")
    ends = np.searchsorted(group[order], np.arange(count + 1))
    return [order[a:b] for a, b in pairwise(ends.tolist())]
