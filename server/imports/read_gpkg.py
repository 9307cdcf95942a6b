"""A layer of a GeoPackage, read as the SQLite database it is: whole numbers with all their digits, row by row.

The database is opened unchangeable; it runs nothing of its own (no triggers, no functions of its schema) and not for
ever. A geometry that cannot be built is its row's fault.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any
from urllib.parse import quote

import apsw
import numpy as np

from server.imports.limits import Limits
from server.imports.profile import Source
from server.imports.shapes import from_wkb
from server.imports.sheets import Remark, Sheet, Unreadable, lawful_headers, remark, texts

ENVELOPE_BYTES = (0, 32, 48, 48, 64)
STEPS_AT_ONCE = 100_000


def read(path: Path, source: Source, limits: Limits) -> Sheet:
    """The layer that is named, or the only or first one; raises Unreadable."""
    _whole(path)
    try:
        db = apsw.Connection(
            f"file:{quote(str(path.resolve()))}?immutable=1",
            flags=apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI,
        )
        try:
            _fence(db, limits)
            return _read(db, source, limits)
        finally:
            db.close()
    except (apsw.CorruptError, apsw.NotADBError) as error:
        raise Unreadable("cut", format="GeoPackage") from error
    except apsw.InterruptError as error:
        raise Unreadable("takes_too_long", format="GeoPackage") from error
    except UnicodeDecodeError as error:
        raise Unreadable("layer_not_utf8", layer=source.layer) from error
    except apsw.Error as error:
        raise Unreadable("broken_database", why=str(error)[:200]) from error


def _whole(path: Path) -> None:
    """A database says how long it is."""
    with path.open("rb") as file:
        head = file.read(100)
    if len(head) < 100:
        raise Unreadable("cut", format="GeoPackage")
    page = struct.unpack(">H", head[16:18])[0] or 1
    page = 65_536 if page == 1 else page
    pages, changes, valid_for = (struct.unpack(">I", head[at : at + 4])[0] for at in (28, 24, 92))
    if changes == valid_for and pages * page > path.stat().st_size:
        raise Unreadable("cut", format="GeoPackage")


def _fence(db: apsw.Connection, limits: Limits) -> None:
    db.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, 1)
    db.config(apsw.SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0)
    db.config(apsw.SQLITE_DBCONFIG_ENABLE_TRIGGER, 0)
    left = [limits.select_steps // STEPS_AT_ONCE]

    def step() -> bool:
        left[0] -= 1
        return left[0] < 0

    db.set_progress_handler(step, STEPS_AT_ONCE)


def _read(db: apsw.Connection, source: Source, limits: Limits) -> Sheet:
    layer, kind, remarks = _layer(db, source.layer)
    table = _quoted(layer)
    geometry, crs = _geometry(db, layer) if kind == "features" else ("", "")
    described = list(db.execute(f"PRAGMA table_info({table})"))
    names = [str(one[1]) for one in described if one[1] != geometry]
    keys = [str(one[1]) for one in described if one[5] == 1]
    if len(names) > limits.columns:
        raise Unreadable("too_many_columns", columns=len(names), limit=limits.columns)
    wanted = ", ".join(_quoted(name) for name in ([geometry] if geometry else []) + names)
    most = min(limits.rows, limits.cells // (len(names) + 1))
    rows = list(db.execute(f"SELECT {wanted or 'NULL'} FROM {table} LIMIT ?", (most + 1,)))
    if len(rows) > most:
        raise Unreadable("too_many_rows", limit=most)
    by_column = list(zip(*rows, strict=True)) if rows else [()] * (len(names) + bool(geometry))
    bodies = [_wkb(blob) for blob in by_column[0]] if geometry else None
    columns = by_column[1:] if geometry else by_column
    headers, renamed = lawful_headers(names)
    shapes, broken = from_wkb(bodies, limits) if bodies is not None else (None, {})
    told = columns[names.index(keys[0])] if keys else ()
    is_numbered = bool(rows) and len(told) == len(rows) and all(isinstance(one, int) for one in told)
    if not rows:
        remarks.append(remark("no_rows"))
    return Sheet(
        columns={
            header.name: texts([_text(value) for value in column])
            for header, column in zip(headers, columns, strict=False)
        },
        headers=headers,
        rows=len(rows),
        place_kind="feature",
        place_numbers=np.array(told if is_numbered else range(1, len(rows) + 1), dtype=np.int64),
        shapes=shapes,
        broken=broken,
        crs=crs,
        encoding="utf-8",
        layer=layer,
        remarks=(*remarks, *renamed),
    )


def _layer(db: apsw.Connection, wanted: str) -> tuple[str, str, list[Remark]]:
    there = {
        str(one[0]) for one in db.execute("SELECT name FROM sqlite_schema WHERE type IN ('table', 'view')")
    }
    if "gpkg_contents" not in there:
        raise Unreadable("not_a_geopackage")
    listed = [
        (str(name), str(kind))
        for name, kind in db.execute("SELECT table_name, data_type FROM gpkg_contents")
        if name in there and kind in ("features", "attributes")
    ]
    named = ", ".join(name for name, _ in listed)[:500]
    if wanted:
        found = next((one for one in listed if one[0] == wanted), None)
        if found is None:
            raise Unreadable("no_such_layer", layer=wanted, layers=named)
        return (*found, [])
    if not listed:
        raise Unreadable("no_such_layer", layer="", layers="")
    first = next((one for one in listed if one[1] == "features"), listed[0])
    told = [remark("other_layers", taken=first[0], others=named)] if len(listed) > 1 else []
    return (*first, told)


def _geometry(db: apsw.Connection, layer: str) -> tuple[str, str]:
    """The geometry's column and its reference system."""
    asked = "SELECT column_name, srs_id FROM gpkg_geometry_columns WHERE table_name = ?"
    found = list(db.execute(asked, (layer,)))
    if not found:
        return "", ""
    column, srs = found[0]
    system = list(
        db.execute(
            "SELECT organization, organization_coordsys_id, definition FROM gpkg_spatial_ref_sys WHERE srs_id = ?",
            (srs,),
        )
    )
    if not system or srs in (0, -1):
        return str(column), ""
    authority, code, definition = system[0]
    is_known = str(authority).upper() in ("EPSG", "ESRI", "IAU", "OGC")
    return str(column), f"{str(authority).upper()}:{code}" if is_known else str(definition)


def _wkb(blob: Any) -> bytes | None:
    """The geometry without the package's own head; an empty one is none."""
    if not isinstance(blob, bytes):
        return None
    if blob[:2] != b"GP" or len(blob) < 8:
        return blob
    flags = blob[3]
    envelope = (flags >> 1) & 7
    if flags & 0x10:
        return None
    return blob[8 + (ENVELOPE_BYTES[envelope] if envelope < len(ENVELOPE_BYTES) else 0) :]


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if value is None or isinstance(value, bytes):
        return ""
    return repr(value) if isinstance(value, float) else str(value)


def _quoted(name: str) -> str:
    doubled = name.replace('"', '""')
    return f'"{doubled}"'
