"""From a file's coordinates to the city's plane, by one operation that is written down.

Promises: x is always east; the operation is chosen once, for the area the city's system is made for, and its text and
accuracy can be read; a ballpark operation, an unknown system or none at all is refused; nothing is fetched from
anywhere; a coordinate far outside of the area is said to be so and not projected into the blue.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec
import numpy as np
from numpy.typing import NDArray

from server.imports import gcj
from server.imports.limits import LIMITS, Limits
from server.imports.profile import UNITS_M, Profile
from server.imports.sheets import Remark, Shapes, Sheet, Unreadable, remark

if TYPE_CHECKING:
    import pyproj

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]
Mask = NDArray[np.bool_]

MM = 1000.0
BACK_AND_FORTH_M = 0.5  # a place that does not come back from the plane was never in it
# Chinese web maps: not in the register of systems, so undone by formula before the operation.
SHIFTED = ("GCJ-02", "BD-09")
CITYS_OWN = "city"
WGS_DATUMS = ("World Geodetic System 1984", "World Geodetic System 1984 ensemble", "WGS 84")
CGCS_DATUMS = ("China 2000", "China_2000")
CGCS_M = 1.0  # how far WGS 84 and CGCS2000 are said to agree (they do to centimetres; docs/decisions/0017)


class Pipeline(msgspec.Struct, frozen=True):
    """One explicit way from a file's coordinates to the city's plane."""

    text: str  # goes into the report
    accuracy_m: float  # as the register of operations gives it; -1 = it does not say
    crs: str  # of the file, by its name
    is_shifted: bool  # GCJ-02 or BD-09, undone
    remarks: tuple[Remark, ...]
    forth: Callable[[Floats, Floats], tuple[Floats, Floats, Mask]]

    def points(self, x: Floats, y: Floats) -> tuple[Longs, Longs, Mask]:
        """x_mm, y_mm and which of them are lawful; others are 0."""
        x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
        if not len(x):
            return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, bool)
        east, north, ok = self.forth(x, y)
        east, north = np.where(ok, east, 0.0), np.where(ok, north, 0.0)
        return np.rint(east * MM).astype(np.int64), np.rint(north * MM).astype(np.int64), ok

    def shapes(self, geoms: Shapes) -> Shapes:
        """Geometries in whole millimetres of the plane; one with an unlawful point becomes None."""
        import shapely

        whole = np.asarray(geoms, dtype=object)
        ends, at = shapely.get_coordinates(whole, return_index=True)
        x_mm, y_mm, ok = self.points(ends[:, 0], ends[:, 1])
        moved: Shapes = shapely.set_coordinates(
            whole.copy(), np.column_stack([x_mm, y_mm]).astype(np.float64)
        )
        moved[np.unique(at[~ok])] = None
        return moved


def pipeline_to(epsg: int, crs: str, unit: str = "", limits: Limits = LIMITS) -> Pipeline:
    """The way from `crs` (as a profile or a file says it) to the city's plane; raises Unreadable."""
    import pyproj

    pyproj.network.set_network_enabled(False)  # type: ignore[attr-defined]
    plane = _crs(f"EPSG:{epsg}")
    if not crs:
        raise Unreadable("no_crs")
    shifted = crs.upper().replace("_", "-") if crs.upper().replace("_", "-") in SHIFTED else ""
    source = plane if crs == CITYS_OWN else _crs("EPSG:4326" if shifted else crs)
    steps, accuracy_m, remarks = _operation(source, plane)
    text = " | ".join(steps)
    if shifted:
        text = f"{shifted} undone by iteration | {text}"
        remarks.append(remark("gcj_undone", crs=shifted))
    scale = _scale(source, unit)
    if scale != 1.0:
        text = f"times {scale:.12g} | {text}"
    return Pipeline(
        text=text,
        accuracy_m=accuracy_m,
        crs=shifted or source.name,
        is_shifted=bool(shifted),
        remarks=tuple(remarks),
        forth=_forth(source, plane, steps, shifted, scale, limits),
    )


def pipeline_for(sheet: Sheet, profile: Profile, epsg: int, limits: Limits = LIMITS) -> Pipeline:
    """For a sheet: the profile's word, else the file's own; raises Unreadable where neither says."""
    stated, own = profile.place.crs, sheet.crs
    way = pipeline_to(epsg, stated or own, profile.place.unit, limits)
    if stated and own and not way.is_shifted and stated != CITYS_OWN and not _is_same(stated, own):
        told = remark("crs_differs", stated=stated, found=own[:200])
        return msgspec.structs.replace(way, remarks=(*way.remarks, told))
    return way


# -- choosing the operation


def _crs(text: str) -> pyproj.CRS:
    import pyproj
    from pyproj.exceptions import CRSError

    try:
        crs = pyproj.CRS.from_user_input(text)
        code = crs.to_epsg(min_confidence=70)
        # What an old .prj describes is in the register too, with its operations.
        return pyproj.CRS.from_epsg(code) if code else crs
    except CRSError as error:
        raise Unreadable("unknown_crs", crs=text[:200]) from error


def _is_same(one: str, other: str) -> bool:
    try:
        return _crs(one).equals(_crs(other), ignore_axis_order=True)
    except Unreadable:
        return False


def _operation(source: pyproj.CRS, plane: pyproj.CRS) -> tuple[list[str], float, list[Remark]]:
    """The texts of the operation, one after the other; its accuracy; what should be known of it."""
    if source.is_geocentric:
        raise Unreadable("no_operation", crs=source.name, plane=plane.name)
    if _datum(source) != _datum(plane) and {_datum(source), _datum(plane)} == {"wgs84", "cgcs2000"}:
        # The register has no operation between the two, because there is nothing to do.
        told = [remark("cgcs_is_wgs", accuracy_m=CGCS_M)]
        first, one_m, more = _best(source, _degrees_of(source))
        second, two_m, yet_more = _best(_degrees_of(plane), plane)
        steps = [step for step in (first, second) if not step.startswith("proj=noop")]
        return steps, max(CGCS_M, one_m, two_m), [*told, *more, *yet_more]
    if source.is_bound and _datum(plane) in ("wgs84", "cgcs2000"):
        # A local system that is written with its own parameters to WGS 84.
        first, _, more = _best(source, _crs("EPSG:4326"))
        second, _, yet_more = _best(_degrees_of(plane), plane)
        return [first, second], -1.0, [remark("own_parameters"), *more, *yet_more]
    text, accuracy_m, remarks = _best(source, plane)
    return [text], accuracy_m, remarks


def _datum(crs: pyproj.CRS) -> str:
    name = crs.datum.name if crs.datum else ""
    if name in WGS_DATUMS:
        return "wgs84"
    return "cgcs2000" if name in CGCS_DATUMS else name


def _degrees_of(crs: pyproj.CRS) -> pyproj.CRS:
    return _crs({"wgs84": "EPSG:4326", "cgcs2000": "EPSG:4490"}[_datum(crs)])


def _best(source: pyproj.CRS, plane: pyproj.CRS) -> tuple[str, float, list[Remark]]:
    """The most accurate operation whose files are at hand, for the area the plane is made for."""
    from pyproj.transformer import AreaOfInterest, TransformerGroup

    area = plane.area_of_use
    wanted = AreaOfInterest(*area.bounds) if area and area.west < area.east else None
    with warnings.catch_warnings():
        # It warns of what is said below.
        warnings.simplefilter("ignore")
        group = TransformerGroup(source, plane, always_xy=True, allow_ballpark=False, area_of_interest=wanted)
        if not group.transformers:
            loose = TransformerGroup(source, plane, always_xy=True, area_of_interest=wanted)
            code = "ballpark" if loose.transformers else "no_operation"
            raise Unreadable(code, crs=source.name, plane=plane.name)
    chosen = group.transformers[0]
    finer = [one for one in group.unavailable_operations if 0 <= one.accuracy < chosen.accuracy]
    told = [remark("finer_operation", name=finer[0].name, accuracy_m=finer[0].accuracy)] if finer else []
    return chosen.definition, float(chosen.accuracy), told


def _scale(source: pyproj.CRS, unit: str) -> float:
    """From the file's unit to the system's own."""
    if not unit:
        return 1.0
    if source.is_geographic != (unit == "degree"):
        raise Unreadable("unit_of_another_kind", unit=unit, crs=source.name)
    return 1.0 if unit == "degree" else UNITS_M[unit] / source.axis_info[0].unit_conversion_factor


def _forth(
    source: pyproj.CRS, plane: pyproj.CRS, steps: list[str], shifted: str, scale: float, limits: Limits
) -> Callable[[Floats, Floats], tuple[Floats, Floats, Mask]]:
    import pyproj

    ways = [pyproj.Transformer.from_pipeline(step) for step in steps]
    to_degrees = pyproj.Transformer.from_crs(plane, plane.geodetic_crs, always_xy=True)
    area = plane.area_of_use
    margin = limits.area_margin_deg

    def is_near(lon: Floats, lat: Floats) -> Mask:
        near = np.isfinite(lon) & np.isfinite(lat) & (np.abs(lat) <= 90.0) & (np.abs(lon) <= 180.0 + margin)
        if area is None or area.west > area.east:
            return near
        return near & (
            (lon >= area.west - margin) & (lon <= area.east + margin)
            & (lat >= area.south - margin) & (lat <= area.north + margin)
        )  # fmt: skip

    def forth(x: Floats, y: Floats) -> tuple[Floats, Floats, Mask]:
        ok = np.isfinite(x) & np.isfinite(y)
        if source.is_geographic:
            # Before anything is calculated: degrees that lie elsewhere come out as places that look lawful.
            ok &= is_near(x, y)
        x, y = np.where(ok, x, np.nan) * scale, np.where(ok, y, np.nan) * scale
        if shifted == "BD-09":
            x, y = gcj.bd09_to_gcj(x, y)
        if shifted:
            x, y = gcj.to_wgs84(x, y)
        for way in ways:
            x, y = way.transform(x, y)
        x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
        ok &= np.isfinite(x) & np.isfinite(y)
        if not source.is_geographic:
            lon, lat = to_degrees.transform(np.where(ok, x, 0.0), np.where(ok, y, 0.0))
            ok &= is_near(lon, lat)
            again = to_degrees.transform(lon, lat, direction="INVERSE")
            ok &= np.hypot(again[0] - x, again[1] - y) < BACK_AND_FORTH_M
        return x, y, ok

    return forth


# -- the shift of Chinese web maps

DATAV = (
    "adcode",
    "acroutes",
    "subFeatureIndex",
    "childrenNum",
)  # what AMap's boundary files call their columns
ENDS = 4_000  # of a file's outlines that are laid over the known ones
CLEAR_M = 50.0  # nearer than this, a shift of some hundred metres is not in question
CLEARLY = 0.5  # the rest after undoing the shift, of what it was


def gcj_signs(
    sheet: Sheet, profile: Profile | None, epsg: int, known_mm: Shapes | None = None, limits: Limits = LIMITS
) -> list[Remark]:
    """What speaks for coordinates shifted by GCJ-02: columns as DataV has them, the profile's word, a fit.

    `known_mm` are outlines the centre knows in its own plane; the file's are laid over them, as they are and unshifted.
    """
    told: list[Remark] = []
    is_stated = bool(profile) and profile is not None and profile.place.crs.upper() in SHIFTED
    marks = [name for name in DATAV if name in sheet.columns]
    if len(marks) >= 2:
        code = "gcj_datav_stated" if is_stated else "gcj_datav"
        told.append(remark(code, columns=", ".join(marks)))
    if known_mm is not None and len(known_mm) and sheet.shapes is not None:
        told.extend(_fit(sheet, profile, epsg, known_mm, limits))
    return told


def _fit(sheet: Sheet, profile: Profile | None, epsg: int, known_mm: Shapes, limits: Limits) -> list[Remark]:
    """How far the file's outlines lie from the known ones: as they are, and with the shift undone."""
    import shapely

    stated = profile.place.crs if profile else ""
    plain = "EPSG:4326" if stated.upper() in SHIFTED else stated or sheet.crs
    try:
        ways = (pipeline_to(epsg, plain, limits=limits), pipeline_to(epsg, "GCJ-02", limits=limits))
        if not _crs(plain).is_geographic:
            return []
    except Unreadable:
        return []
    ends = shapely.get_coordinates(shapely.boundary(shapely.union_all(shapely.make_valid(sheet.shapes))))
    ends = ends[:: max(1, len(ends) // ENDS)]
    edge = shapely.boundary(shapely.union_all(shapely.make_valid(known_mm)))
    shapely.prepare(edge)
    apart_m: list[float] = []
    at: list[tuple[Longs, Longs, Mask]] = []
    for way in ways:
        x_mm, y_mm, ok = way.points(ends[:, 0], ends[:, 1])
        if not ok.any() or shapely.is_empty(edge):
            return []
        gaps = shapely.distance(shapely.points(np.column_stack([x_mm[ok], y_mm[ok]]).astype(float)), edge)
        apart_m.append(float(np.median(gaps)) / MM)
        at.append((x_mm, y_mm, ok))
    both = at[0][2] & at[1][2]
    moved = np.hypot(at[0][0] - at[1][0], at[0][1] - at[1][1])[both] / MM
    values = {"as_is_m": round(apart_m[0], 1), "undone_m": round(apart_m[1], 1),
              "shift_m": round(float(np.median(moved)), 1)}  # fmt: skip
    if apart_m[0] > CLEAR_M and apart_m[1] < CLEARLY * apart_m[0]:
        return [remark("gcj_fits_stated" if stated.upper() in SHIFTED else "gcj_fits", **values)]
    return [remark("gcj_does_not_fit", **values)] if stated.upper() in SHIFTED else []
