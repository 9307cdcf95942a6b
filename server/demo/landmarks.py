"""Named places: estates, schools, markets, parks, works. They name spots in reports and label the base map.

Promises: every landmark stands in a cell of the partition; names are not repeated; nothing is named after a person.
"""

from __future__ import annotations

import msgspec
import numpy as np
import shapely

from server.demo.grids import Partition
from server.demo.ground import Ground
from server.demo.lattice import Floats
from server.demo.params import Names
from server.demo.patches import Patch, Use


class Landmark(msgspec.Struct, frozen=True):
    """`kind` is one of estate, school, market, park, works, civic, old."""

    name: str
    kind: str
    x_mm: int
    y_mm: int


KIND_OF_USE = {
    Use.ESTATE: "estate",
    Use.OLD_TOWN: "old",
    Use.CENTRE: "civic",
    Use.CAMPUS: "school",
    Use.INDUSTRY: "works",
    Use.VILLAGE: "old",
}


def landmarks(
    rng: np.random.Generator,
    part: Partition,
    ground: Ground,
    patches: tuple[Patch, ...],
    middle: Floats,
    names: Names,
) -> tuple[Landmark, ...]:
    """One for most blocks, by the use of the block's middle cell, and the parks."""
    found: list[Landmark] = []
    given: set[str] = set()
    for name, patch in ground.parks:
        at = shapely.Point(*patches[patch].ring.mean(axis=0))
        found.append(Landmark(name, "park", int(at.x), int(at.y)))
        given.add(name)
    middles = shapely.get_coordinates(shapely.point_on_surface(part.blocks))
    for block in rng.permutation(len(part.blocks)).tolist():
        cells = np.flatnonzero(part.block == block)
        cell = int(cells[np.argmin(np.hypot(*(middle[cells] - middles[block]).T))])
        kind = KIND_OF_USE.get(Use(part.use[cell]))
        draw = rng.random()
        if kind is None or draw < 0.22:
            continue
        if kind in ("estate", "old") and draw > 0.86:
            kind = "market" if draw > 0.945 else "school"
        name = _name(rng, kind, names, given)
        if name:
            x, y = middle[cell] + rng.normal(0, 9_000, 2)
            found.append(Landmark(name, kind, int(x), int(y)))
    return tuple(found)


def _name(rng: np.random.Generator, kind: str, names: Names, given: set[str]) -> str:
    """A name nobody has yet, or nothing."""
    if kind == "civic":
        free = [name for name in names.civic if name not in given]
        name = free[0] if free else ""
        given.add(name)
        if name:
            return name
        kind = "estate"
    heads, ends = {
        "estate": (names.estate_heads, names.estate_ends),
        "old": (names.stems, names.old_ends),
        "school": (names.stems, names.school_ends),
        "market": (names.stems, names.market_ends),
        "works": (names.stems, names.industry_ends),
    }[kind]
    for _ in range(40):
        name = str(heads[int(rng.integers(len(heads)))]) + str(ends[int(rng.integers(len(ends)))])
        if name not in given:
            given.add(name)
            return name
    return ""
