"""Cities for real files, and the administrator's own hand: everything goes through the verbs of the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from server.__main__ import main

Report = dict[str, Any]
LATTICE = """
schema = 1
name = "a lattice of degrees"
kind = "grids"

[place]
crs = "EPSG:4326"

[fields]
uid = "name"

[codes]
district = "{district}"
"""


def founded(folder: Path, profile: str, *more: str) -> Path:
    """An empty city as the profile's [city] says."""
    assert main(["init", str(folder), "--city", "empty", "--profile", profile, *more]) == 0
    return folder


def bring(kind: str, file: Path, into: Path, profile: str | Path, *more: str) -> Report:
    """`gridseat-centre import`; answers the report it wrote."""
    told = into.parent / f"{into.name}-report.json"
    told.unlink(missing_ok=True)
    asked = ["import", kind, str(file), "--into", str(into), "--profile", str(profile), "--report", str(told)]
    main([*asked, *more])
    report: Report = json.loads(told.read_text(encoding="utf-8"))
    assert report["entered"] + report["refused"] == report["rows"]
    assert report["new"] + report["changed"] + report["unchanged"] == report["entered"]
    assert sum(report["reasons"].values()) == report["refused"]
    return report


def lay_lattice(
    into: Path, district: str, west: float, south: float, east: float, north: float, step: float
) -> Report:
    """Unit grids of `step` degrees over a box, where the data at hand has none: neighbours share their corners."""
    across, up = round((east - west) / step), round((north - south) / step)
    cells = [
        {
            "type": "Feature",
            "properties": {"name": f"{column} {row}"},
            "geometry": {"type": "Polygon", "coordinates": [_ring(west, south, step, column, row)]},
        }
        for row in range(up)
        for column in range(across)
    ]
    file, profile = into.parent / f"{into.name}-lattice.geojson", into.parent / f"{into.name}-lattice.toml"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": cells}), encoding="utf-8")
    profile.write_text(LATTICE.format(district=district), encoding="utf-8")
    return bring("grids", file, into, profile)


def _ring(west: float, south: float, step: float, column: int, row: int) -> list[list[float]]:
    corners = ((0, 0), (1, 0), (1, 1), (0, 1), (0, 0))
    return [[west + step * (column + right), south + step * (row + above)] for right, above in corners]
