"""Which outlines a seamless partition cannot bear, as few as possible.

Promises: what is left of the new outlines makes, with those that are here, a valid coverage: none overlaps another,
and neighbours share the vertices of their common edge. Those that are here are never given up; of the new ones that do
not get on, the one goes first that stands against the most others, of equals the later one. Gaps are no fault.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import numpy as np
import shapely
from numpy.typing import NDArray

from server.imports.sheets import Shapes

ROUNDS = 12


class Against(msgspec.Struct, frozen=True):
    """What an outline does not fit to: numbers of those here, and of the other new ones."""

    here: tuple[int, ...]
    coming: tuple[int, ...]


def fitting(coming: Shapes, here: Shapes) -> Iterator[tuple[int, Against]]:
    """The new outlines that must go, each with what it stands against."""
    left = np.ones(len(coming), dtype=np.bool_)
    for _ in range(ROUNDS):
        bad = _invalid(coming, here, left)
        if not bad.any():
            return
        given_up = _fewest(coming, here, left, bad)
        if not given_up:
            # Something else than two that do not fit: nothing is kept that is marked.
            given_up = {int(at): Against((), ()) for at in np.flatnonzero(bad)}
        for at, against in given_up.items():
            left[at] = False
            yield at, against
    for at in np.flatnonzero(_invalid(coming, here, left)).tolist():
        yield at, Against((), ())


Marks = NDArray[np.bool_]


def _invalid(coming: Shapes, here: Shapes, left: Marks) -> Marks:
    """Which new outlines have an edge that is none of their neighbour's, or stand against one that is here."""
    rows = np.flatnonzero(left)
    edges = shapely.coverage_invalid_edges(np.concatenate([coming[rows], here]))
    is_bad = ~(shapely.is_missing(edges) | shapely.is_empty(edges))
    bad = np.zeros(len(coming), dtype=np.bool_)
    bad[rows] = is_bad[: len(rows)]
    return bad


def _fewest(coming: Shapes, here: Shapes, left: Marks, bad: Marks) -> dict[int, Against]:
    """Who is to go so that no two are left that do not fit. Numbers below `count` are new outlines."""
    count = len(coming)
    every: Shapes = np.concatenate([coming, here])
    every[:count][~left] = None
    marked = np.flatnonzero(bad)
    of, other = shapely.STRtree(every).query(every[marked], predicate="intersects")
    foes: dict[int, set[int]] = {}
    for a, b in {(min(a, b), max(a, b)) for a, b in zip(marked[of].tolist(), other.tolist(), strict=True)}:
        if a != b and not shapely.coverage_is_valid(every[[a, b]]):
            foes.setdefault(a, set()).add(b)
            foes.setdefault(b, set()).add(a)
    gone: dict[int, Against] = {}

    def give_up(number: int) -> None:
        against = sorted(foes.pop(number))
        for foe in against:
            foes[foe].discard(number)
        coming_foes = tuple(foe for foe in against if foe < count)
        gone[number] = Against(tuple(foe - count for foe in against if foe >= count), coming_foes)

    for number in sorted(foes):
        if number < count and any(foe >= count for foe in foes[number]):
            give_up(number)
    while any(foes.values()):
        give_up(max((one for one in foes if one < count), key=lambda one: (len(foes[one]), one)))
    return gone
