"""`--selfcheck`: what this program is made of and whether its parts work here, as JSON on one page.

For support, for the release's own test and for an administrator in front of a new machine. It touches no seat's
folder and no network. The exit code is 0 only if every check holds.
"""

from __future__ import annotations

import json
import platform
import sqlite3
import sys
from importlib import metadata

import apsw
from PySide6.QtCore import QEventLoop, QTimer, qVersion
from PySide6.QtWebEngineCore import qWebEngineChromiumVersion

from app.arguments import Asked
from app.cache.seat_db import OldSqlite, check_sqlite
from app.map.selfcheck import SelfCheck
from app.map.view import MapView
from app.start import catalogues, make_application
from app.tour import draws_chinese
from casework.entities.city import City
from casework.entities.unit_grid import UnitGrid
from casework.ids import GridCode

PACKAGES = (
    "PySide6",
    "msgspec",
    "numpy",
    "apsw",
    "sqlite-utils",
    "httpx",
    "pyproj",
    "zstandard",
    "structlog",
)
MAP_MS = 60_000
EPSG = 4545
# A place in Nanning, computed once with another library: CGCS2000 longitude and latitude, plane metres.
PLACE_DEG = (108.3665, 22.8170)
SIDE_M = 400


def run(asked: Asked) -> int:
    """Prints the report and answers the exit code."""
    application = make_application(asked.language)
    checks: dict[str, object] = {
        "sqlite": _sqlite(),
        "crs": _crs(),
        "catalogues": {edition: len(each.classes) for edition, each in catalogues().items()},
        "chinese": draws_chinese(),
        "map": _map(),
    }
    report = {"versions": _versions(), "checks": checks}
    print(json.dumps(report, ensure_ascii=False, indent=1))
    is_good = all(_holds(check) for check in checks.values())
    application.processEvents()
    return 0 if is_good else 1


def _holds(check: object) -> bool:
    return bool(check.get("is_good", True)) if isinstance(check, dict) else bool(check)


def _versions() -> dict[str, str]:
    found = {name: metadata.version(name) for name in PACKAGES}
    return {
        "gridseat": _own_version(),
        "python": platform.python_version(),
        "system": platform.platform(),
        "qt": str(qVersion()),
        "chromium": str(qWebEngineChromiumVersion()),
        "sqlite of the outbox": apsw.sqlite_lib_version(),
        "sqlite of the cache": sqlite3.sqlite_version,
        **found,
    }


def _own_version() -> str:
    try:
        return metadata.version("gridseat")
    except metadata.PackageNotFoundError:
        return "checkout"


def _sqlite() -> dict[str, object]:
    try:
        check_sqlite()
    except OldSqlite as error:
        return {"is_good": False, "why": str(error)}
    return {"is_good": True}


def _crs() -> dict[str, object]:
    """There and back again through the city's plane."""
    from pyproj import Transformer

    there = Transformer.from_crs(4490, EPSG, always_xy=True)
    x_m, y_m = there.transform(*PLACE_DEG)
    lon, lat = there.transform(x_m, y_m, direction="INVERSE")
    error_deg = max(abs(lon - PLACE_DEG[0]), abs(lat - PLACE_DEG[1]))
    is_near = 500_000 < x_m < 560_000 and 2_500_000 < y_m < 2_550_000
    return {"is_good": is_near and error_deg < 1e-9, "x_m": round(x_m, 3), "y_m": round(y_m, 3)}


def _map() -> dict[str, object]:
    """A grid on the map, drawn by the page, grabbed from the widget."""
    west, south = 538_000_000, 2_523_000_000
    side = SIDE_M * 1000
    city = City("自检", EPSG, west, south, west + side, south + side)
    half = side // 2
    grids = [
        UnitGrid(GridCode(f"45010300500600{n}"), _square(west + half * x, south + half * y, half), 40_000)
        for n, (x, y) in enumerate(((0, 0), (1, 0), (1, 1), (0, 1)), 1)
    ]
    view = MapView()
    view.resize(800, 600)
    view.show()
    said: list[SelfCheck] = []
    loop = QEventLoop()

    def judge(found: SelfCheck) -> None:
        said.append(found)
        loop.quit()

    view.ready.connect(lambda: view.self_check(judge))
    view.load(city, grids=grids)
    QTimer.singleShot(MAP_MS, loop.quit)
    loop.exec()
    pixel = view.grab().toImage().pixelColor(200, 200).name()
    view.stop()
    found = said[0] if said else SelfCheck(False, 0, "late")
    return {"is_good": found.is_good, "colours": found.colours, "why": found.reason, "pixel": pixel}


def _square(x: int, y: int, side: int) -> tuple[int, ...]:
    return (x, y, x + side, y, x + side, y + side, x, y + side)


if __name__ == "__main__":
    sys.exit("use: python -m app --selfcheck")
