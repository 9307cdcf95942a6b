"""A shapefile: its geometry by GDAL, its table by our own reader, so that ids keep their digits.

Its parts lie beside it under the same name; without .shx or .dbf it is not read, without .prj it has no reference
system. A shape that cannot be built is its row's fault.
"""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np

from server.imports.dbf import read_table
from server.imports.formats import sibling
from server.imports.limits import Limits
from server.imports.profile import Source
from server.imports.shapes import from_wkb
from server.imports.sheets import Sheet, Unreadable, lawful_headers, remark, texts

HEAD_BYTES = 100
SHX_BYTES = 8  # of one shape in the index


def read(path: Path, source: Source, limits: Limits) -> Sheet:
    """The file as a sheet; raises Unreadable."""
    from pyogrio import raw
    from pyogrio.errors import CRSError, DataSourceError, FeatureError, FieldError, GeometryError

    index, table_path = _part(path, ".shx"), _part(path, ".dbf")
    for part in (index, table_path):
        if part.stat().st_size > limits.file_bytes:
            raise Unreadable("too_large", bytes=part.stat().st_size, limit=limits.file_bytes)
    shapes_there = _whole(path, index)
    table = read_table(table_path, source.encoding, limits)
    if shapes_there > limits.rows:
        raise Unreadable("too_many_rows", limit=limits.rows)
    try:
        meta, fids, bodies, _ = raw.read(path, columns=[], return_fids=True, force_2d=True)
    except (DataSourceError, FeatureError, GeometryError, FieldError, CRSError, ValueError, OSError) as error:
        raise Unreadable("broken_shapefile", why=str(error)[:200]) from error
    records = len(table.is_deleted)
    if records != shapes_there:
        raise Unreadable("parts_differ", shapes=shapes_there, records=records)
    keep = np.flatnonzero(~table.is_deleted)
    at_record = dict(zip(fids.tolist(), bodies, strict=True))
    shapes, broken = from_wkb([at_record.get(int(record)) for record in keep], limits)
    headers, remarks = lawful_headers(table.names)
    if not len(keep):
        remarks.append(remark("no_rows"))
    return Sheet(
        columns={
            header.name: texts(column[keep]) for header, column in zip(headers, table.columns, strict=True)
        },
        headers=headers,
        rows=len(keep),
        place_kind="record",
        place_numbers=keep.astype(np.int64) + 1,
        shapes=shapes,
        broken=broken,
        crs=meta["crs"] or "",
        encoding=table.encoding,
        remarks=(*table.remarks, *remarks),
    )


def _part(path: Path, suffix: str) -> Path:
    found = sibling(path, suffix)
    if found is None:
        raise Unreadable("missing_part", part=suffix, file=path.name)
    return found


def _whole(path: Path, index: Path) -> int:
    """How many shapes there are; a file that is shorter than it says was cut."""
    for part in (path, index):
        with part.open("rb") as file:
            head = file.read(HEAD_BYTES)
        if len(head) < HEAD_BYTES or head[:4] != b"\0\0\x27\x0a":
            raise Unreadable("cut" if len(head) < HEAD_BYTES else "broken_shapefile", format=part.suffix)
        if struct.unpack(">I", head[24:28])[0] * 2 > part.stat().st_size:
            raise Unreadable("cut", format=part.suffix)
    return (index.stat().st_size - HEAD_BYTES) // SHX_BYTES
