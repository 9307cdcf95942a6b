"""The partition: cells of about a hectare that follow the roads and share every vertex exactly.

Promises: whole-mm vertices, no gap, no overlap, each cell one polygon, counter-clockwise; cells that an avenue
cut too small are joined to a neighbour of the same block. It gives no codes: those come with the communities.
"""

from __future__ import annotations

import msgspec
import numpy as np
import numpy.typing as npt
import shapely

from server.demo.lattice import Ints, Line
from server.demo.patches import Cut, Strand, Use

SMALLEST_M2 = 4200.0
M2 = 1e6  # square millimetres in a square metre


class Partition(msgspec.Struct, frozen=True):
    """Cells of the city proper, with the block (land between roads), patch and use each belongs to."""

    cells: npt.NDArray[np.object_]
    block: Ints
    patch: Ints
    use: npt.NDArray[np.int8]
    blocks: npt.NDArray[np.object_]  # polygon of each block of the city proper
    city: shapely.Geometry
    tree: shapely.STRtree  # of the cells


def pieces_of(strand: Strand, wanted: frozenset[Line] | None) -> list[Ints]:
    """Runs of a strand's pieces of the wanted kinds; None: everything that is there."""
    keep = strand.kinds >= Line.WALL if wanted is None else np.isin(strand.kinds, [int(k) for k in wanted])
    edges = np.flatnonzero(np.diff(np.concatenate([[0], keep.astype(np.int8), [0]])))
    return [strand.points[a : b + 1] for a, b in zip(edges[::2], edges[1::2], strict=True)]


def faces(lines: list[Ints]) -> npt.NDArray[np.object_]:
    """All faces between lines that may cross: noded on the mm, then walked around."""
    shapes = shapely.linestrings(
        np.concatenate(lines).astype(np.float64),
        indices=np.repeat(np.arange(len(lines)), [len(line) for line in lines]),
    )
    noded = shapely.unary_union(shapes, grid_size=1.0)
    return np.asarray(shapely.get_parts(shapely.polygonize(shapely.get_parts(noded))))


def polygons(rings: list[Ints]) -> npt.NDArray[np.object_]:
    """Polygons of open rings."""
    of = np.repeat(np.arange(len(rings)), [len(ring) for ring in rings])
    return np.asarray(
        shapely.polygons(shapely.linearrings(np.concatenate(rings).astype(np.float64), indices=of))
    )


def partition(cut: Cut, most: int = 0) -> Partition:
    """The city's cells, from every line that bounds something; `most` 0: as many as there are."""
    lines = [run for strand in cut.strands for run in pieces_of(strand, None)]
    every = faces(lines)
    outlines = polygons([patch.ring for patch in cut.patches])
    patch_of = covering(outlines, every)
    cells, patch = every[patch_of >= 0], patch_of[patch_of >= 0]
    city = shapely.coverage_union_all(cells)
    roads = [
        run
        for strand in cut.strands
        for run in pieces_of(strand, frozenset({Line.MINOR, Line.MAIN, Line.TRUNK, Line.STREAM}))
    ]
    bounds = [shapely.get_coordinates(ring).astype(np.int64) for ring in shapely.get_rings(city)]
    blocks = faces(roads + bounds)
    block = covering(blocks, cells)
    cells, block, patch = _join_small(cells, block, patch)
    while most and len(cells) > most:
        small = np.argsort(shapely.area(cells), kind="stable")
        cells, block, patch = _joined(
            cells, block, patch, small[: (len(cells) - most) * 2], len(cells) - most
        )
    use = np.array([cut.patches[k].use for k in patch], dtype=np.int8)
    used, block = np.unique(block, return_inverse=True)
    cells = shapely.orient_polygons(cells)
    return Partition(cells, block, patch, use, blocks[used], city, shapely.STRtree(cells))


def covering(areas: npt.NDArray[np.object_], parts: npt.NDArray[np.object_]) -> Ints:
    """For each part the area its inner point lies in, -1 where none does."""
    found = np.full(len(parts), -1, dtype=np.int64)
    part, area = shapely.STRtree(areas).query(shapely.point_on_surface(parts), predicate="intersects")
    found[part[::-1]] = area[::-1]
    return found


def shared_edges(cells: npt.NDArray[np.object_]) -> tuple[Ints, Ints, npt.NDArray[np.float64]]:
    """Pairs of cells with a common side and its length in mm: (first, second, length), each pair once."""
    rings = shapely.get_exterior_ring(cells)
    points, owner = shapely.get_coordinates(rings, return_index=True)
    is_side = owner[1:] == owner[:-1]
    ends = np.concatenate([points[:-1], points[1:]], axis=1)[is_side]
    of = owner[1:][is_side]
    swap = (ends[:, 0] > ends[:, 2]) | ((ends[:, 0] == ends[:, 2]) & (ends[:, 1] > ends[:, 3]))
    ends[swap] = ends[swap][:, [2, 3, 0, 1]]
    order = np.lexsort(ends.T)
    ends, of = ends[order], of[order]
    twin = np.flatnonzero(np.all(ends[1:] == ends[:-1], axis=1))
    pairs = np.sort(np.stack([of[twin], of[twin + 1]], axis=1), axis=1)
    length = np.hypot(ends[twin, 2] - ends[twin, 0], ends[twin, 3] - ends[twin, 1])
    unique, where = np.unique(pairs, axis=0, return_inverse=True)
    shared = np.bincount(where.ravel(), weights=length, minlength=len(unique)).astype(np.float64)
    return unique[:, 0], unique[:, 1], shared


def _join_small(
    cells: npt.NDArray[np.object_], block: Ints, patch: Ints
) -> tuple[npt.NDArray[np.object_], Ints, Ints]:
    """Cells below the smallest size, each joined to the neighbour of its block with the longest common side."""
    for _ in range(4):
        area = shapely.area(cells) / M2
        small = np.flatnonzero(area < SMALLEST_M2)[np.argsort(area[area < SMALLEST_M2], kind="stable")]
        before = len(cells)
        cells, block, patch = _joined(cells, block, patch, small, len(small))
        if len(cells) == before:
            break
    return cells, block, patch


def _joined(
    cells: npt.NDArray[np.object_], block: Ints, patch: Ints, small: Ints, most: int
) -> tuple[npt.NDArray[np.object_], Ints, Ints]:
    """At most so many of the `small` ones joined, in their order; a cell is joined once in a round."""
    area = shapely.area(cells) / M2
    first, second, length = shared_edges(cells)
    is_same = block[first] == block[second]
    root = np.arange(len(cells))
    taken = np.zeros(len(cells), dtype=bool)
    count = 0
    for one in small.tolist():
        if count == most:
            break
        touching = np.flatnonzero(((first == one) | (second == one)) & (is_same | (area[one] < 1500.0)))
        if taken[one] or not len(touching):
            continue
        best = touching[np.argmax(length[touching] + 1e9 * is_same[touching])]
        other = int(first[best] + second[best] - one)
        if taken[other]:
            continue
        root[one] = other
        taken[[one, other]] = True
        count += 1
    gone = np.flatnonzero(root != np.arange(len(cells)))
    joined = cells.copy()
    for one in gone.tolist():
        joined[root[one]] = shapely.coverage_union(joined[root[one]], cells[one])
    keep = root == np.arange(len(cells))
    return joined[keep], block[keep], patch[keep]


def is_water_use(use: npt.NDArray[np.int8]) -> npt.NDArray[np.bool_]:
    """Cells in the river's band."""
    return np.asarray(use == Use.RIVER)
