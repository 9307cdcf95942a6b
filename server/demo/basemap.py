"""The base map's features: land, blocks, houses, water, green, roads, borders and place names.

Promises: one ring or one line or one point per feature, whole mm of the local plane; layers as the base map's
contract names them. It writes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
import numpy as np
import numpy.typing as npt
import shapely

from server.demo.admin import Areas, members
from server.demo.grids import Partition
from server.demo.ground import Ground
from server.demo.landmarks import Landmark
from server.demo.lattice import Ints, Line
from server.demo.params import Names
from server.demo.roads import Network


class Feature(msgspec.Struct, frozen=True):
    """`points` in mm of the local plane: a ring without its repeated end, a line, or one point."""

    layer: str
    name: str
    width_mm: int
    points: Ints


def features(
    part: Partition,
    ground: Ground,
    net: Network,
    areas: Areas,
    houses: npt.NDArray[np.object_],
    marks: tuple[Landmark, ...],
    names: Names,
) -> tuple[Feature, ...]:
    """All of them, from the ground up."""
    found = list(_areas("land", [("", ground.extent)]))
    found += _areas(
        "block", [("", block) for block in shapely.buffer(part.blocks, -4_000.0, join_style="mitre")]
    )
    found += _areas("green", ground.green)
    found += _areas("water", ground.water)
    found += _areas("building", [("", house) for house in houses])
    found += _roads(net, ground)
    districts = {home.code: home.name for home in names.districts}
    of_district = np.array([list(districts).index(street.district) for street in areas.streets])[areas.street]
    found += _borders("district", part, of_district, list(districts.values()))
    found += _borders("street_area", part, areas.street, [street.name for street in areas.streets])
    found += _borders("community", part, areas.community, [name for _, name in areas.communities])
    found += _labels(ground, marks)
    return tuple(found)


def _areas(layer: str, shapes: Iterable[tuple[str, shapely.Geometry]]) -> list[Feature]:
    named = list(shapes)
    pieces, of = shapely.get_parts(np.array([shape for _, shape in named], dtype=object), return_index=True)
    points, ring_of = shapely.get_coordinates(shapely.get_exterior_ring(pieces), return_index=True)
    whole = np.rint(points).astype(np.int64)
    ends = np.concatenate([[0], np.cumsum(np.bincount(ring_of, minlength=len(pieces)))]).tolist()
    return [
        Feature(layer, named[which][0], 0, whole[ends[k] : ends[k + 1] - 1])
        for k, which in enumerate(of.tolist())
        if ends[k + 1] - ends[k] > 3
    ]


def _roads(net: Network, ground: Ground) -> list[Feature]:
    """A road is one feature; what lies beyond the map is cut off."""
    found = []
    for road, line in zip(net.roads, net.lines, strict=True):
        pieces = shapely.get_parts(shapely.intersection(line, ground.extent))
        pieces = pieces[~shapely.is_empty(pieces)]
        if not len(pieces):
            continue
        longest = pieces[int(np.argmax(shapely.length(pieces)))]
        points = np.rint(shapely.get_coordinates(longest)).astype(np.int64)
        layer = "road" if road.rank >= Line.MAIN else "minor"
        found.append(Feature(layer, road.name, road.width_mm, points))
    return found


def _borders(layer: str, part: Partition, group: Ints, names: list[str]) -> list[Feature]:
    shapes = [shapely.coverage_union_all(part.cells[cells]) for cells in members(group, len(names))]
    return _areas(layer, zip(names, shapes, strict=True))


def _labels(ground: Ground, marks: tuple[Landmark, ...]) -> list[Feature]:
    found = [Feature("label", mark.name, 0, np.array([[mark.x_mm, mark.y_mm]])) for mark in marks]
    seen: set[str] = set()
    for name, shape in ground.water:
        if name not in seen:
            seen.add(name)
            at = shapely.point_on_surface(shape)
            found.append(Feature("label", name, 0, np.array([[round(at.x), round(at.y)]])))
    return found
