"""Water, green and open country: what lies under the roads and between the houses.

Promises: polygons in mm of the local plane; water and green do not overlap. The river keeps between its bank
roads, lakes inside their parks.
"""

from __future__ import annotations

import msgspec
import numpy as np
import numpy.typing as npt
import shapely

from server.demo.grids import Partition, polygons
from server.demo.lattice import Lattice, Line, waves
from server.demo.params import Names
from server.demo.patches import Patch, Use, to_mm

Named = tuple[str, shapely.Geometry]


class Ground(msgspec.Struct, frozen=True):
    """Named shapes, and the cells that are a small park as a whole."""

    water: tuple[Named, ...]
    green: tuple[Named, ...]
    parks: tuple[tuple[str, int], ...]  # name and patch index of each great park
    pocket: npt.NDArray[np.bool_]
    extent: shapely.Geometry
    bank_lines: npt.NDArray[np.object_]  # both edges of the river, for what stands along the water


def ground(
    rng: np.random.Generator, lattice: Lattice, part: Partition, patches: tuple[Patch, ...], names: Names
) -> Ground:
    """Everything natural, from the lattice's lines."""
    river, banks = _river(rng, lattice)
    stream = _stream(lattice)
    water: list[Named] = [(names.river, river), (names.stream, shapely.difference(stream, river))]
    parks, lakes = _parks(rng, lattice, patches, names)
    water += lakes
    wet = shapely.union_all([shape for _, shape in water])
    green = [(name, polygons([patches[k].ring])[0].buffer(-14_000, join_style="mitre")) for name, k in parks]
    band = [patch.ring for patch in patches if patch.use is Use.RIVER]
    green.append(("", shapely.coverage_union_all(polygons(band)).buffer(-11_000, join_style="mitre")))
    pocket = (rng.random(len(part.cells)) < 0.024) & np.isin(part.use, [Use.ESTATE, Use.OLD_TOWN, Use.CENTRE])
    green += [("", shape) for shape in shapely.buffer(part.cells[pocket], -13_000, join_style="mitre")]
    green.append(("", shapely.buffer(stream, 17_000, cap_style="flat")))
    extent = _extent(part.city)
    green += [("", shape) for shape in _hills(rng, extent, part.city)]
    dry = [(name, shapely.difference(shape, wet)) for name, shape in green]
    return Ground(_pieces(water, extent), _pieces(dry, extent), tuple(parks), pocket, extent, banks)


def _pieces(shapes: list[Named], extent: shapely.Geometry) -> tuple[Named, ...]:
    """Polygons without holes, within the map; crumbs are swept up."""
    found: list[Named] = []
    for name, shape in shapes:
        for part in shapely.get_parts(shapely.intersection(shape, extent)):
            if part.geom_type == "Polygon" and part.area > 4e8:
                found += [(name, piece) for piece in _without_holes(part)]
    return tuple(found)


def _without_holes(shape: shapely.Geometry) -> list[shapely.Geometry]:
    """A polygon with holes, cut through them: a feature of the base map is one ring."""
    if not len(shape.interiors):
        return [shape]
    hole = shapely.centroid(shapely.polygons(shape.interiors[0])).x
    west, south, east, north = shapely.bounds(shape)
    halves = shapely.box(west, south, hole, north), shapely.box(hole, south, east, north)
    parts = [part for half in halves for part in shapely.get_parts(shapely.intersection(shape, half))]
    return [piece for part in parts if part.geom_type == "Polygon" for piece in _without_holes(part)]


def _river(rng: np.random.Generator, lattice: Lattice) -> tuple[shapely.Geometry, npt.NDArray[np.object_]]:
    """Within its band from end to end of the lattice, a little wider and narrower as it goes."""
    s = np.arange(0, 1, 1 / 14)
    sway = waves(rng, 0.035, 700, 2100, 3)
    swell = waves(rng, 0.02, 500, 1500, 3)
    edges = []
    for side in (-1, 1):
        flat = []
        for i in range(len(lattice.u_m) - 1):
            u = lattice.u_m[i] + (lattice.u_m[i + 1] - lattice.u_m[i]) * s
            t = 0.5 + side * (0.31 + swell.at(u + side * 900.0)) + sway.at(u)
            flat.append(lattice.inside(i, lattice.river_row, s, t))
        line = np.concatenate(flat)
        edges.append(to_mm(lattice.warp(line[:, 0], line[:, 1])))
    shape = polygons([np.concatenate([edges[0], edges[1][::-1]])])[0]
    return shape, np.array([shapely.linestrings(edge.astype(np.float64)) for edge in edges], dtype=object)


def _stream(lattice: Lattice) -> shapely.Geometry:
    """Along its column, down into the river."""
    i = next(k for k in range(len(lattice.u_m)) if lattice.columns[k, -1] == Line.STREAM)
    flat = [lattice.on_column(i, lattice.river_row, np.array([0.7, 0.85]))]
    for j in range(lattice.river_row + 1, len(lattice.v_m) - 1):
        flat.append(lattice.on_column(i, j, np.linspace(0, 1, 9)[:-1]))
    line = np.concatenate(flat)
    return shapely.linestrings(lattice.warp(line[:, 0], line[:, 1]) * 1000.0).buffer(12_500, quad_segs=2)


def _parks(
    rng: np.random.Generator, lattice: Lattice, patches: tuple[Patch, ...], names: Names
) -> tuple[list[tuple[str, int]], list[Named]]:
    """A name for each park, a lake in most."""
    parks: list[tuple[str, int]] = []
    lakes: list[Named] = []
    for k, patch in enumerate(patches):
        if patch.use is not Use.PARK:
            continue
        if len(parks) != 1:
            name = names.lakes[len(lakes) % len(names.lakes)]
            lakes.append((name, _blob(rng, lattice, patch)))
            parks.append((name + "公园", k))
        else:
            parks.append((names.parks[len(parks) % len(names.parks)], k))
    return parks, lakes


def _blob(rng: np.random.Generator, lattice: Lattice, patch: Patch) -> shapely.Geometry:
    """A lake: a wavering round, longer one way than the other."""
    angle = np.linspace(0, 2 * np.pi, 44, endpoint=False)
    phase = rng.uniform(0, 2 * np.pi, 3)
    radius = 1 + 0.16 * np.sin(2 * angle + phase[0]) + 0.12 * np.sin(3 * angle + phase[1])
    radius += 0.06 * np.sin(5 * angle + phase[2])
    s = 0.5 + 0.31 * radius * np.cos(angle)
    t = 0.5 + 0.27 * radius * np.sin(angle)
    flat = lattice.inside(patch.i, patch.j, s, t)
    return polygons([to_mm(lattice.warp(flat[:, 0], flat[:, 1]))])[0]


def _extent(city: shapely.Geometry) -> shapely.Geometry:
    west, south, east, north = shapely.bounds(city)
    edge = 500_000
    return shapely.box(west - edge, south - edge, east + edge, north + edge)


def _hills(
    rng: np.random.Generator, extent: shapely.Geometry, city: shapely.Geometry
) -> list[shapely.Geometry]:
    """Woods and hills in the open country."""
    west, south, east, north = shapely.bounds(extent)
    angle = np.linspace(0, 2 * np.pi, 36, endpoint=False)
    shapes = []
    for _ in range(26):
        middle = rng.uniform([west, south], [east, north])
        phase = rng.uniform(0, 2 * np.pi, 3)
        radius = rng.uniform(130_000, 420_000) * (
            1
            + 0.25 * np.sin(2 * angle + phase[0])
            + 0.13 * np.sin(3 * angle + phase[1])
            + 0.05 * np.sin(7 * angle)
        )
        ring = middle + np.stack([radius * np.cos(angle) * 1.25, radius * np.sin(angle)], axis=1)
        shapes.append(shapely.make_valid(polygons([np.rint(ring).astype(np.int64)])[0]))
    rest = shapely.difference(shapely.intersection(shapely.union_all(shapes), extent), city.buffer(60_000))
    return list(shapely.get_parts(rest))
