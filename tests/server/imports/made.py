"""Small files of every format, made here."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import shapely
from pyogrio import raw

POINTS = [(114.05, 22.54), (114.06, 22.55), (114.07, 22.56)]
IDS = ["44030401010000017", "00000000000000017", "44030401010000019"]

DXF = """0
SECTION
2
HEADER
9
$ACADVER
1
AC1015
9
$DWGCODEPAGE
3
ANSI_936
9
$INSUNITS
70
4
0
ENDSEC
0
SECTION
2
BLOCKS
0
BLOCK
2
井盖
0
POINT
8
0
10
1.0
20
1.0
0
ENDBLK
0
ENDSEC
0
SECTION
2
ENTITIES
0
POINT
5
1A
8
路灯
10
500100.5
20
2490200.25
30
7.0
0
INSERT
8
井盖
66
1
2
井盖
10
500110.0
20
2490210.0
50
45.0
0
ATTRIB
8
井盖
1
44030401010000017
2
BJBM
0
SEQEND
0
LWPOLYLINE
8
绿地
90
4
70
1
10
0.0
20
0.0
10
10.0
20
0.0
10
10.0
20
10.0
10
0.0
20
10.0
0
LWPOLYLINE
8
绿地
90
2
70
1
10
-1.0
20
0.0
42
1.0
10
1.0
20
0.0
42
1.0
0
POLYLINE
8
道路
66
1
70
0
0
VERTEX
8
道路
10
0.0
20
0.0
0
VERTEX
8
道路
10
5.0
20
5.0
0
SEQEND
8
道路
0
CIRCLE
8
井盖
10
50.0
20
60.0
40
2.0
0
HATCH
8
绿地
0
TEXT
8
注记
10
1.0
20
2.0
1
\\U+5357宁
0
POINT
8
路灯
67
1
10
1.0
20
1.0
0
ENDSEC
0
EOF
"""


def geojson(features: Sequence[Any], **more: Any) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": list(features), **more}).encode()


def feature(geometry: Any, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def point(x: float, y: float) -> dict[str, Any]:
    return {"type": "Point", "coordinates": [x, y]}


def workbook(rows: Sequence[Sequence[Any]], path: Path, title: str = "Sheet1") -> Path:
    book = openpyxl.Workbook()
    page = book.active
    page.title = title
    for row in rows:
        page.append(list(row))
    book.save(path)
    return path


def layer(path: Path, driver: str, crs: str | None = "EPSG:4490", **columns: Any) -> Path:
    """A file of points by GDAL."""
    bodies = shapely.to_wkb(shapely.points(POINTS))
    fields = columns or {"bjbm": np.array(IDS, dtype=object)}
    raw.write(
        path, geometry=bodies, field_data=list(fields.values()), fields=list(fields), crs=crs, driver=driver,
        geometry_type="Point", **({"encoding": "UTF-8"} if driver == "ESRI Shapefile" else {}),
    )  # fmt: skip
    return path


def dbf(fields: Sequence[tuple[str, str, int]], records: Sequence[Sequence[bytes]], driver: int = 0) -> bytes:
    """A table as a program of 1995 writes it."""
    width = 1 + sum(size for _, _, size in fields)
    start = 32 + 32 * len(fields) + 1
    out = struct.pack("<B3BIHH16xBBH", 3, 95, 7, 26, len(records), start, width, 0, driver, 0)[:32]
    out = out[:29] + bytes([driver]) + out[30:]
    for name, kind, size in fields:
        out += (
            name.encode("gb18030").ljust(11, b"\0")[:11]
            + kind.encode()
            + bytes(4)
            + bytes([size])
            + bytes(15)
        )
    out += b"\x0d"
    for record in records:
        out += b" " + b"".join(
            cell.ljust(size)[:size] for cell, (_, _, size) in zip(record, fields, strict=True)
        )
    return out + b"\x1a"


def zipped(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in members.items():
            archive.writestr(name, body)
    return path


def topology() -> dict[str, Any]:
    """Two squares that share an edge, the second reached backwards."""
    return {
        "type": "Topology",
        "transform": {"scale": [0.001, 0.001], "translate": [114.0, 22.0]},
        "objects": {
            "parcels": {
                "type": "GeometryCollection",
                "geometries": [
                    {"type": "Polygon", "arcs": [[0, 1]], "id": 17, "properties": {"ml": "106-54"}},
                    {"type": "Polygon", "arcs": [[-1, 2]], "id": 18, "properties": {"ml": "106-55"}},
                    {"type": "Polygon", "arcs": [[3]], "id": 19, "properties": {"ml": "106-56"}},
                    {"type": None, "id": 20, "properties": {"ml": "106-57"}},
                ],
            }
        },
        "arcs": [
            [[10, 0], [0, 10]],
            [[10, 10], [-10, 0], [0, -10], [10, 0]],
            [[10, 0], [10, 0], [0, 10], [-10, 0]],
            [[0, 0], [1, 1]],
        ],
    }  # fmt: skip


def all_formats(folder: Path) -> dict[str, Path]:
    """One file of every format, the shapefile zipped."""
    table = b"id,name,x,y\r\n" + b"\r\n".join(
        f"{one},\u8def\u706f,{x},{y}".encode() for one, (x, y) in zip(IDS, POINTS, strict=True)
    )
    (folder / "a.csv").write_bytes(table + b"\r\n")
    (folder / "a.geojson").write_bytes(geojson([feature(point(*one), id=1) for one in POINTS]))
    (folder / "a.topojson").write_text(json.dumps(topology()))
    (folder / "a.dxf").write_bytes(DXF.encode("gb18030"))
    workbook([["id", "x"], *([one, 1.5] for one in IDS)], folder / "a.xlsx")
    layer(folder / "a.gpkg", "GPKG")
    layer(folder / "b.shp", "ESRI Shapefile")
    parts = {part.name: part.read_bytes() for part in folder.glob("b.*")}
    zipped(folder / "a.zip", parts)
    return {path.suffix[1:]: path for path in folder.glob("a.*")} | {"shp": folder / "b.shp"}


def in_memory(write: Any) -> bytes:
    out = io.BytesIO()
    write(out)
    return out.getvalue()
