"""GeoJSON, feature by feature: one broken geometry is that row's fault and not the file's.

Properties that some features lack are empty there; nested ones are their JSON. Heights are dropped.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from server.imports.json_text import Written, columns_of, decoded, json_body, with_id
from server.imports.limits import Limits
from server.imports.profile import Source
from server.imports.shapes import flat
from server.imports.sheets import Remark, Shapes, Sheet, Unreadable, remark

NOTHING = msgspec.Raw(b"null")
WGS84 = "OGC:CRS84"  # what GeoJSON is in where it does not say
OBJECTS = 8  # braces of a feature, those in its texts included
POINT_BYTES = 1_000  # of the numbers of a point; what is longer is none


class Feature(msgspec.Struct):
    """As it stands in the file; the geometry is looked at later."""

    properties: dict[str, Any] | None = None
    geometry: msgspec.Raw = NOTHING
    id: Any = None


class Document(msgspec.Struct):
    """A collection, or a single feature."""

    type: str = ""
    features: list[Feature] | None = None
    crs: Any = None
    properties: dict[str, Any] | None = None
    geometry: msgspec.Raw = NOTHING
    id: Any = None


class LooseDocument(msgspec.Struct):
    """The same without its features, where one of them is not what a feature must be."""

    type: str = ""
    crs: Any = None


class Geometry(msgspec.Struct):
    """Only so much as tells points from the rest."""

    type: str = ""
    coordinates: msgspec.Raw = NOTHING


# Whole numbers are exact anyway; others keep their text.
STRICT = msgspec.json.Decoder(Document, float_hook=Written)
LOOSE = msgspec.json.Decoder(LooseDocument)
ONE = msgspec.json.Decoder(Feature, float_hook=Written)
GEOMETRIES = msgspec.json.Decoder(list[Geometry | None])
GEOMETRY = msgspec.json.Decoder(Geometry | None)
POINTS = msgspec.json.Decoder(list[list[float]])


def read(path: Path, source: Source, limits: Limits) -> Sheet:
    """The file as a sheet; raises Unreadable."""
    body, encoding, remarks = json_body(path, source, limits)
    if body.count(b"{") > OBJECTS * limits.rows:
        raise Unreadable("too_many_rows", limit=limits.rows)
    features, crs, torn = _features(body, limits)
    if len(features) > limits.rows:
        raise Unreadable("too_many_rows", limit=limits.rows)
    shapes, broken = shapes_of([bytes(feature.geometry) for feature in features], limits)
    columns, headers, more = columns_of([with_id(one.properties, one.id) for one in features], limits)
    if not features:
        remarks.append(remark("no_rows"))
    return Sheet(
        columns=columns,
        headers=headers,
        rows=len(features),
        place_kind="feature",
        place_numbers=np.arange(1, len(features) + 1, dtype=np.int64),
        shapes=shapes,
        broken=broken,
        torn=torn,
        crs=crs_of(crs),
        encoding=encoding,
        remarks=(*remarks, *more),
    )


def _features(body: bytes, limits: Limits) -> tuple[list[Feature], Any, dict[int, Remark]]:
    try:
        document = decoded(body, STRICT)
    except msgspec.ValidationError:
        return _loose_features(body, limits)
    if document.features is not None:
        return document.features, document.crs, {}
    if document.type == "Feature":
        return [Feature(document.properties, document.geometry, document.id)], document.crs, {}
    raise Unreadable("not_a_collection", found=document.type or "?")


def _loose_features(body: bytes, limits: Limits) -> tuple[list[Feature], Any, dict[int, Remark]]:
    """One by one; what is no feature is a torn row."""
    try:
        document = decoded(body, LOOSE)
    except msgspec.ValidationError as error:
        raise Unreadable("not_a_collection", found=str(error)) from error
    text = body.decode()
    begins = re.search(r'"features"\s*:\s*\[', text)
    if begins is None:
        raise Unreadable("not_a_collection", found=document.type or "?")
    features: list[Feature] = []
    torn: dict[int, Remark] = {}
    for raw in _elements(text, begins.end()):
        try:
            features.append(ONE.decode(raw))
        except msgspec.DecodeError as error:
            torn[len(features)] = remark("not_a_feature", why=error)
            features.append(Feature())
        if len(features) > limits.rows:
            raise Unreadable("too_many_rows", limit=limits.rows)
        if len(torn) > limits.torn_rows:
            raise Unreadable("not_a_collection", found=f"{len(torn)} x ?")
    return features, document.crs, torn


def _elements(text: str, at: int) -> Iterator[str]:
    """The texts of an array's elements, one after the other and none of them kept."""
    decoder = json.JSONDecoder(parse_float=len, parse_int=len)
    blank = re.compile(r"[\s,]*")
    while True:
        at = blank.match(text, at).end()  # type: ignore[union-attr]
        if text[at : at + 1] in ("]", ""):
            return
        try:
            _, end = decoder.raw_decode(text, at)
        except RecursionError as error:
            raise Unreadable("nested_too_deep") from error
        yield text[at:end]
        at = end


def shapes_of(raws: Sequence[bytes], limits: Limits) -> tuple[Shapes, dict[int, str]]:
    """Geometries, and why some cannot be built; points by the thousand, others one text each."""
    import shapely

    shapes = np.full(len(raws), None, dtype=object)
    others = [index for index in _points(raws, shapes) if len(raws[index]) <= limits.shape_bytes]
    broken = {
        index: f"more than {limits.shape_bytes} bytes"
        for index, raw in enumerate(raws)
        if len(raw) > limits.shape_bytes
    }
    told = [raws[index].decode() for index in others]
    built = np.asarray(shapely.from_geojson(np.array(told, dtype=object), on_invalid="ignore"), dtype=object)
    for index, text, shape in zip(others, told, built, strict=True):
        if shape is None and text != "null":
            broken[index] = why_broken(text)
    shapes[others] = built
    return flat(shapes, broken, limits), broken


def why_broken(text: str) -> str:
    """The library's own words for it."""
    import shapely

    try:
        shapely.from_geojson(text)
    except (shapely.errors.GEOSException, TypeError, ValueError) as error:
        return str(error)[:200]
    return ""


def _points(raws: Sequence[bytes], shapes: Shapes) -> list[int]:
    """Fills in the plain points, and tells which rows are left."""
    import shapely

    try:
        geometries = GEOMETRIES.decode(b"[" + b",".join(raws) + b"]")
        wanted = [
            index
            for index, one in enumerate(geometries)
            if one is not None and one.type == "Point" and len(raws[index]) < POINT_BYTES
        ]
        told = b",".join(bytes(geometries[index].coordinates) for index in wanted)  # type: ignore[union-attr]
        pairs = POINTS.decode(b"[" + told + b"]")
        if min(map(len, pairs), default=2) < 2:
            return list(range(len(raws)))
    except (msgspec.DecodeError, RecursionError):
        return list(range(len(raws)))
    places = np.array([pair[:2] for pair in pairs], dtype=np.float64).reshape(-1, 2)
    shapes[wanted] = shapely.points(places)
    left = np.ones(len(raws), dtype=bool)
    left[wanted] = False
    return [int(index) for index in np.flatnonzero(left) if geometries[index] is not None]


def crs_of(crs: Any) -> str:
    """The old `crs` member, else what GeoJSON is in."""
    if not isinstance(crs, dict):
        return WGS84
    told = crs.get("properties")
    name = told.get("name") if isinstance(told, dict) else None
    return name if isinstance(name, str) and name else WGS84
