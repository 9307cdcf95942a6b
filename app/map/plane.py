"""The definition of a city's plane for proj4, and what its datum is called.

CGCS2000 / Gauss-Krueger follows from the EPSG number alone; of another plane the page knows no more than its
metres, which is enough to show it.
"""

from __future__ import annotations

_ELLIPSOID = "+ellps=GRS80 +units=m +no_defs"


def plane_definition(epsg: int) -> str:
    """A proj4 text, or an empty one for a plane that is not of CGCS2000 / Gauss-Krueger."""
    if 4491 <= epsg <= 4501:  # 6 degrees, zone number before the false easting
        zone = epsg - 4491 + 13
        return _transverse(6 * zone - 3, zone * 1_000_000 + 500_000)
    if 4502 <= epsg <= 4512:
        return _transverse(75 + 6 * (epsg - 4502), 500_000)
    if 4513 <= epsg <= 4533:  # 3 degrees, zone number before the false easting
        zone = epsg - 4513 + 25
        return _transverse(3 * zone, zone * 1_000_000 + 500_000)
    if 4534 <= epsg <= 4554:
        return _transverse(75 + 3 * (epsg - 4534), 500_000)
    return ""


def datum_name(epsg: int) -> str:
    """What the map's corner says of the datum."""
    return "CGCS2000" if plane_definition(epsg) or epsg == 4490 else f"EPSG:{epsg}"


def _transverse(meridian: int, easting: int) -> str:
    return f"+proj=tmerc +lat_0=0 +lon_0={meridian} +k=1 +x_0={easting} +y_0=0 {_ELLIPSOID}"
