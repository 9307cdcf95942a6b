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
        bad_coming, bad_here = _invalid(coming, here, left)
        if not bad_coming.any():
            return
        given_up = _fewest(coming, here, np.flatnonzero(bad_coming), np.flatnonzero(bad_here))
        if not given_up:
            # Something else than two that do not fit: nothing is kept that is marked.
            given_up = {int(at): Against((), ()) for at in np.flatnonzero(bad_coming)}
        for at, against in given_up.items():
            left[at] = False
            yield at, against
    for at in np.flatnonzero(_invalid(coming, here, left)[0]).tolist():
        yield at, Against((), ())


Marks = NDArray[np.bool_]


def _invalid(coming: Shapes, here: Shapes, left: Marks) -> tuple[Marks, Marks]:
    """Which outlines have an edge that is none of their neighbour's."""
    rows = np.flatnonzero(left)
    edges = shapely.coverage_invalid_edges(np.concatenate([coming[rows], here]))
    is_bad = ~(shapely.is_missing(edges) | shapely.is_empty(edges))
    bad = np.zeros(len(coming), dtype=np.bool_)
    bad[rows] = is_bad[: len(rows)]
    return bad, is_bad[len(rows) :]


def _fewest(
    coming: Shapes, here: Shapes, bad: NDArray[np.int64], bad_here: NDArray[np.int64]
) -> dict[int, Against]:
    """Among the marked ones, who is to go so that no two are left that do not fit."""
    mine, theirs = coming[bad], here[bad_here]
    tree = shapely.STRtree(np.concatenate([mine, theirs]))
    every = np.concatenate([mine, theirs])
    one, other = tree.query(mine, predicate="intersects")
    foes: dict[int, set[int]] = {}
    kept = one != other
    for a, b in zip(one[kept].tolist(), other[kept].tolist(), strict=True):
        if (b >= len(mine) or a < b) and not shapely.coverage_is_valid(every[[a, b]]):
            foes.setdefault(a, set()).add(b)
            foes.setdefault(b, set()).add(a)
    gone: dict[int, Against] = {}

    def give_up(number: int) -> None:
        against = foes.pop(number)
        for foe in against:
            foes[foe].discard(number)
        gone[int(bad[number])] = Against(
            tuple(int(bad_here[foe - len(mine)]) for foe in sorted(against) if foe >= len(mine)),
            tuple(int(bad[foe]) for foe in sorted(against) if foe < len(mine)),
        )

    for number in sorted(foes):
        if number < len(mine) and any(foe >= len(mine) for foe in foes[number]):
            give_up(number)
    while any(foes.values()):
        give_up(max((n for n in foes if n < len(mine)), key=lambda n: (len(foes[n]), n)))
    return gone
