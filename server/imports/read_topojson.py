"""TopoJSON: one object of a topology as rows, its shared lines put together to geometry again.

A geometry whose lines do not make one is its row's fault.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from server.imports.json_text import Written, columns_of, decoded, json_body, with_id
from server.imports.limits import Limits
from server.imports.profile import Source
from server.imports.shapes import flat
from server.imports.sheets import Remark, Sheet, Unreadable, remark

WGS84 = "OGC:CRS84"
Line = NDArray[np.float64]


class Transform(msgspec.Struct):
    """Whole numbers -> coordinates."""

    scale: tuple[float, float]
    translate: tuple[float, float]


class Thing(msgspec.Struct):
    """A geometry object of the topology."""

    type: str | None = None
    geometries: list[Thing] | None = None
    arcs: Any = None
    coordinates: Any = None
    properties: dict[str, Any] | None = None
    id: Any = None


class Topology(msgspec.Struct):
    """The whole file."""

    objects: dict[str, Thing]
    arcs: list[list[list[float]]]
    type: str = ""
    transform: Transform | None = None


DECODER = msgspec.json.Decoder(Topology, float_hook=Written)


def read(path: Path, source: Source, limits: Limits) -> Sheet:
    """The object that is named, or the first; raises Unreadable."""
    body, encoding, remarks = json_body(path, source, limits)
    try:
        topology = decoded(body, DECODER)
    except msgspec.ValidationError as error:
        raise Unreadable("broken_topology", why=str(error)[:200]) from error
    name, thing = _object(topology, source.layer, remarks)
    rows = (
        thing.geometries if thing.type == "GeometryCollection" and thing.geometries is not None else [thing]
    )
    if len(rows) > limits.rows:
        raise Unreadable("too_many_rows", limit=limits.rows)
    lines = [_line(arc, topology.transform) for arc in topology.arcs]
    shapes = np.full(len(rows), None, dtype=object)
    broken: dict[int, str] = {}
    for index, row in enumerate(rows):
        try:
            shapes[index] = _shape(row, lines, topology.transform)
        except (ValueError, TypeError, IndexError, KeyError, RecursionError) as error:
            broken[index] = f"{type(error).__name__}: {error}"[:200]
    columns, headers, more = columns_of([with_id(row.properties, row.id) for row in rows], limits)
    if not rows:
        remarks.append(remark("no_rows"))
    return Sheet(
        columns=columns,
        headers=headers,
        rows=len(rows),
        place_kind="feature",
        place_numbers=np.arange(1, len(rows) + 1, dtype=np.int64),
        shapes=flat(shapes, broken, limits),
        broken=broken,
        crs=WGS84,
        encoding=encoding,
        layer=name,
        remarks=(*remarks, *more),
    )


def _object(topology: Topology, wanted: str, remarks: list[Remark]) -> tuple[str, Thing]:
    names = list(topology.objects)
    if (wanted and wanted not in topology.objects) or not names:
        raise Unreadable("no_such_layer", layer=wanted, layers=", ".join(names)[:500])
    name = wanted or names[0]
    if not wanted and len(names) > 1:
        remarks.append(remark("other_layers", taken=name, others=", ".join(names)[:500]))
    return name, topology.objects[name]


def _line(arc: list[list[float]], transform: Transform | None) -> Line:
    ends = np.array([place[:2] for place in arc], dtype=np.float64).reshape(-1, 2)
    if transform is None:
        return ends
    line: Line = np.cumsum(ends, axis=0) * transform.scale + transform.translate
    return line


def _place(pair: Any, transform: Transform | None) -> Line:
    ends = np.array([float(pair[0]), float(pair[1])])
    return ends if transform is None else ends * transform.scale + transform.translate


def _joined(arcs: Any, lines: list[Line]) -> Line:
    """The arcs one after the other; ~i is arc i backwards, and a shared end stands once."""
    parts: list[Line] = []
    for number in arcs:
        line = lines[number] if number >= 0 else lines[~number][::-1]
        parts.append(line[1:] if parts else line)
    return np.concatenate(parts) if parts else np.zeros((0, 2))


def _polygon(rings: Any, lines: list[Line]) -> Any:
    import shapely

    closed = [_joined(ring, lines) for ring in rings]
    return shapely.Polygon(closed[0], closed[1:]) if closed else None


def _shape(thing: Thing, lines: list[Line], transform: Transform | None) -> Any:
    import shapely

    match thing.type:
        case None:
            return None
        case "Point":
            return shapely.Point(_place(thing.coordinates, transform))
        case "MultiPoint":
            return shapely.MultiPoint([_place(pair, transform) for pair in thing.coordinates])
        case "LineString":
            return shapely.LineString(_joined(thing.arcs, lines))
        case "MultiLineString":
            return shapely.MultiLineString([_joined(line, lines) for line in thing.arcs])
        case "Polygon":
            return _polygon(thing.arcs, lines)
        case "MultiPolygon":
            return shapely.MultiPolygon([_polygon(rings, lines) for rings in thing.arcs])
        case "GeometryCollection":
            return shapely.GeometryCollection(
                [_shape(one, lines, transform) for one in thing.geometries or []]
            )
    raise ValueError(f"unknown geometry {thing.type}")
