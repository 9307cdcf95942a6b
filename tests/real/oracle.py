"""The files by another road: csv, json and zip of the standard library, and nothing of the program.

What a test expects of an import is counted here, from the file itself. A function is written for one file and says what
is peculiar about it.
"""

from __future__ import annotations

import csv
import datetime as dt
import functools
import hashlib
import io
import itertools
import json
import re
import xml.etree.ElementTree as ET
import zipfile
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

Row = dict[str, str]
BOSTON = ZoneInfo("America/New_York")
VANCOUVER = ZoneInfo("America/Vancouver")
BOSTON_2011 = "cases_boston2011/311_service_requests_2011.zip"
BOSTON_2022 = "cases_boston2022_sample/raw_sample.csv"
VANCOUVER_2023 = "cases_vancouver/Contact Centre Data/3-1-1-service-requests 2023.xlsx"
VANCOUVER_2024 = "cases_vancouver/Contact Centre Data/3-1-1-service-requests 2024.xlsx"
CHICAGO = "cov_chicago_precincts/Chicago/Chicago_Precincts.zip"
NANNING = "nanning_communities"
NANNING_DISTRICTS = "cov_china_datav/citys/450100.json"
NANJING_DISTRICTS = "cov_china_datav/citys/320100.json"
CAMBRIDGE = {
    "cambridge_lights": "Infra/Street_Lights/INFRA_StreetLights.geojson",
    "cambridge_lights_others": "Infra/Street_Lights_Not_City_Owned/INFRA_StreetLightsNotCityOwned.geojson",
    "cambridge_park_lights": "Infra/Park_Lights/INFRA_ParkLights.geojson",
    "cambridge_hydrants": "Infra/Hydrants/INFRA_Hydrants.geojson",
    "cambridge_poles": "Infra/Utility_Poles/INFRA_UtilityPoles.geojson",
    "cambridge_benches": "Infra/Park_Benches/INFRA_ParkBenches.geojson",
    "cambridge_barrels": "DPW/Litter_Barrels/DPW_LitterBarrels.geojson",
    "cambridge_signals": "Traffic/Traffic_Signals/TRAFFIC_Signals.geojson",
    "cambridge_ramps": "DPW/Pedestrian_Ramps/DPW_PedestrianRamps.geojson",
    "cambridge_racks": "Recreation/Bike_Racks/RECREATION_BikeRacks.geojson",
    "cambridge_billboards": "Infra/Billboards/INFRA_Billboards.geojson",
    "cambridge_sports_areas": "Recreation/Sports_Areas/RECREATION_SportsAreas.geojson",
    "cambridge_neighborhoods": "Boundary/CDD_Neighborhoods/BOUNDARY_CDDNeighborhoods.geojson",
}


def cambridge(folder: Path, profile: str) -> Path:
    return folder / "assets_cambridge" / CAMBRIDGE[profile]


@functools.cache
def boston_2011(folder: Path) -> tuple[Row, ...]:
    with zipfile.ZipFile(folder / BOSTON_2011) as packed:
        (name,) = packed.namelist()
        return tuple(csv.DictReader(io.StringIO(packed.read(name).decode("utf-8"), newline="")))


@functools.cache
def boston_2022(folder: Path) -> tuple[Row, ...]:
    """Of two columns of one name DictReader keeps the last; the tests use neither."""
    with (folder / BOSTON_2022).open(encoding="utf-8", newline="") as lines:
        return tuple(csv.DictReader(lines))


def boston_ms(text: str) -> int:
    """A wall clock of Boston; the first of a doubled hour, as fold=0 has it."""
    there = dt.datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=BOSTON, fold=0)
    return round(there.timestamp() * 1000)


XML = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@functools.cache
def vancouver(path: Path) -> tuple[Row, ...]:
    """The one sheet of a workbook, cell by cell out of its XML."""
    with zipfile.ZipFile(path) as packed:
        strings = [
            "".join(text.text or "" for text in item.iter(f"{XML}t"))
            for item in ET.fromstring(packed.read("xl/sharedStrings.xml"))
        ]
        rows = []
        for row in ET.fromstring(packed.read("xl/worksheets/sheet1.xml")).iter(f"{XML}row"):
            cells: dict[str, str] = {}
            for cell in row:
                value = cell.find(f"{XML}v")
                text = "" if value is None else value.text or ""
                shared = cell.get("t") == "s"
                cells[re.sub(r"\d", "", cell.get("r", ""))] = strings[int(text)] if shared else text
            rows.append(cells)
    heads, *others = rows
    return tuple({heads[at]: cells.get(at, "") for at in heads} for cells in others)


@functools.cache
def features(path: Path) -> tuple[dict[str, Any], ...]:
    return tuple(json.loads(path.read_text(encoding="utf-8"))["features"])


PARCELS = "assets_cambridge/Assessing/FY2013/FY2013_Parcels/ASSESSING_ParcelsFY2013.topojson"


def topology(path: Path) -> list[tuple[dict[str, Any], list[list[list[tuple[float, float]]]]]]:
    """Of a TopoJSON of one object: properties and polygons (lists of rings) of each thing, arcs put together."""
    told = json.loads(path.read_text(encoding="utf-8"))
    (scale_x, scale_y), (left, low) = told["transform"]["scale"], told["transform"]["translate"]
    arcs = []
    for arc in told["arcs"]:
        steps = itertools.accumulate(arc, lambda at, step: (at[0] + step[0], at[1] + step[1]))
        arcs.append([(x * scale_x + left, y * scale_y + low) for x, y in steps])

    def ring(numbers: list[int]) -> list[tuple[float, float]]:
        joined: list[tuple[float, float]] = []
        for number in numbers:
            piece = arcs[number] if number >= 0 else arcs[~number][::-1]
            joined += piece[1:] if joined else piece
        return joined

    (things,) = told["objects"].values()
    found = []
    for one in things["geometries"]:
        polygons = [one["arcs"]] if one["type"] == "Polygon" else one["arcs"]
        found.append((one["properties"], [[ring(numbers) for numbers in rings] for rings in polygons]))
    return found


def london(folder: Path) -> list[Path]:
    return sorted((folder / "cov_london_oa").glob("E09*.json"))


def is_short_ring(geometry: dict[str, Any]) -> bool:
    """Whether a polygon has a ring of fewer than three points: nothing that could be closed."""
    kind, told = geometry["type"], geometry["coordinates"]
    rings = {"Polygon": [told], "MultiPolygon": told}.get(kind, [])
    return any(len(ring) < 3 for polygon in rings for ring in polygon)


def fingerprints(folder: Path) -> dict[str, str]:
    """Every file of a centre's folder that holds what it knows; a log line or a lock is nothing of that kind."""
    held = (*folder.glob("*.db"), *(folder / "archive").glob("*.db"))
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(held)}
