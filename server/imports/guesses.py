"""What a file's columns look like: which holds ids, classes, times, places. Guesses, for a person to correct.

By name first (English and Chinese, as such files call them), then by what stands in the column; a name alone decides
nothing that the content speaks against.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

import msgspec
import numpy as np

from server.imports.limits import Limits
from server.imports.placing import numbers
from server.imports.profile import FIELDS, Clock, Kind
from server.imports.sheets import Column, Sheet
from server.imports.times import UNREADABLE, instants

KINDS = tuple(Kind)
SAMPLE = 5_000
MOSTLY = 0.8
FORMS = (
    "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y/%m/%d",
    "%Y年%m月%d日 %H:%M:%S", "%Y年%m月%d日 %H时%M分", "%Y年%m月%d日", "%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M", "%m/%d/%Y", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d/%m/%Y", "%d.%m.%Y %H:%M",
    "%d.%m.%Y", "%Y%m%d%H%M%S", "%Y%m%d", "iso", "epoch_s", "epoch_ms",
)  # fmt: skip
MONTH_FIRST = tuple(form for form in FORMS if form.startswith("%m/%d"))
NUMERIC = ("%Y%m%d%H%M%S", "%Y%m%d", "epoch_s", "epoch_ms")
LAWFUL = MappingProxyType({("components", "id"): r"\d{16,17}", ("grids", "code"): r"\d{15}"})
# A year alone is no count of milliseconds.
DIGITS = MappingProxyType(
    {
        "epoch_ms": re.compile(r"-?\d{11,14}"),
        "epoch_s": re.compile(r"\d{9,10}"),
        "%Y%m%d": re.compile(r"(19|20)\d{6}"),
        "%Y%m%d%H%M%S": re.compile(r"(19|20)\d{12}"),
    }
)
TIMELY = re.compile(r"date|time|_dt$|^dt_|created|opened|closed|_at$|日期|时间|timestamp|^t$", re.I)

# A column is called like this (the earlier, the better); matched against the whole name or a part of it.
NAMES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "uid": (
            r"^globalid$", r"^(object)?_?uid$", r"case_?enquiry_?id", r"(case|request|ticket|service).*_?id$",
            r"^(案卷|工单|事项).*(编号|号)$", r"^guid$", r"^id$", r"^fid$", r"_id$", r"(?-i:[a-z]I[dD]$)", r"编号$",
            r"^adcode$", r"^objectid",
        ),
        "id": (r"^部件(标识)?(编)?码$", r"^(object|asset|component)_?(id|code)$", r"^bjbm$", r"^id$", r"^unit_?id$"),
        "number": (r"案卷号", r"(case|request)_?(no|number)$"),
        "class": (
            r"^type$", r"小类", r"(service|request)_?.*type", r"^class$", r"^category$", r"^subtype$", r"类型$",
            r"^reason$", r"type$", r"description", r"^layer$",
        ),
        "condition": (r"立案条件",),
        "state": (r"部件状态", r"^(life_?cycle)?_?status$", r"^state$", r"状态$"),
        "owner": (r"^owner", r"权属单位|主管部门|责任单位", r"jurisdiction"),
        "surveyed": (r"survey", r"普查日期|更新时间", r"edit.*date|last_edited_date", r"install.*date"),
        "grid": (r"单元网格", r"^grid"),
        "code": (r"网格(编)?码", r"^(bg|grid)_?code$", r"^oa\d*cd$", r"^code$", r"^adcode$"),
        "district": (r"^(district|borough|lad\w*cd)", r"^城区$|^所在县区$|区县|^qx", r"^adcode$"),
        "street": (r"街道", r"^street$"),
        "community": (r"社区名称|^所在社区", r"^community", r"neighbou?rhood"),
        "area_type": (r"区域类型",),
        "work_grid": (r"责任网格|工作网格",),
        "started": (r"启用|start",),
        "ended": (r"停用|^end",),
        "level": (r"^level$", r"等级"),
        "text": (r"问题描述|案情", r"(case_)?title$", r"^description", r"问题", r"closure_?reason", r"comment|note"),
        "place": (r"事发(位置|地点|地址)", r"^(location|address)$", r"地址", r"address|location"),
        "source": (r"问题来源|来源", r"^source$", r"channel"),
        "opened": (
            r"立案时间|上报时间", r"^(open|opened|created|received|requested)", r"open.*(dt|date|time)",
            r"creat.*(date|time)", r"^date",
        ),
        "due": (r"截止", r"target|due|sla_|deadline"),
        "closed": (r"结案时间", r"^clos.*(dt|date|time|at)|resol.*(dt|date)", r"clos.*date"),
        "status": (r"案卷状态", r"^(case_)?status$", r"状态$"),
        "unit": (r"处置部门|责任部门", r"^department$", r"^queue$", r"^agency", r"depart"),
        "component": (r"部件编码", r"^asset_?id$"),
        "name": (r"部门名称|单位名称|^名称$", r"^name$", r"name$"),
        "parent": (r"上级", r"parent"),
        "trade": (r"行业|专业", r"^trade$"),
        "phone": (r"电话", r"phone|tel"),
    }
)  # fmt: skip
TIMES = frozenset(("opened", "due", "closed", "surveyed", "started", "ended"))
X_NAMES = (r"^(lon|lng|long|longitude|经度)$", r"longitude|经度|^lon|_lon$|_lng$", r"^x$|^point_?x$|x坐标|东")
Y_NAMES = (r"^(lat|latitude|纬度)$", r"latitude|纬度|^lat|_lat$", r"^y$|^point_?y$|y坐标|北")
CHINA = (73.0, 18.0, 135.5, 54.0)


class Timed(msgspec.Struct, frozen=True):
    """A column of times: how many values each form reads."""

    forms: dict[str, int]
    notes: tuple[str, ...] = ()


class Guess(msgspec.Struct, frozen=True):
    """Where the rows lie."""

    x: str = ""
    y: str = ""
    crs: str = ""
    epsg: int = 0
    plane: str = ""
    zone: str = ""
    notes: tuple[str, ...] = ()


def guess_kind(sheet: Sheet) -> str:
    """By geometry, and by whether rows are opened at some time."""
    names = " ".join(header.name for header in sheet.headers)
    is_opened = re.search(r"open.*(dt|date|time)|created|立案|上报时间|closed?_?(dt|date)", names, re.I)
    if sheet.shapes is not None:
        import shapely

        kinds = shapely.get_type_id(sheet.shapes)
        areas = np.isin(kinds, (3, 6)).sum()
        if areas > MOSTLY * max(1, (kinds >= 0).sum()):
            return Kind.GRIDS
        return Kind.CASES if is_opened and re.search("status|clos|状态", names, re.I) else Kind.COMPONENTS
    if is_opened:
        return Kind.CASES
    return Kind.COMPONENTS if guess_place(sheet).x else Kind.UNITS


def guess_times(sheet: Sheet, limits: Limits) -> dict[str, Timed]:
    """Columns that read as times, mostly."""
    found: dict[str, Timed] = {}
    for header in sheet.headers:
        filled = sheet.columns[header.name][: limits.propose_rows]
        filled = filled[filled != ""]
        if not len(filled):
            continue
        is_named = bool(TIMELY.search(header.name))
        first = _forms_of(filled[:SAMPLE], is_named)
        if sum(first.values()) < MOSTLY * len(filled[:SAMPLE]):
            continue
        counts = _forms_of(filled, is_named)
        found[header.name] = Timed(counts, _doubts(header.name, counts, filled))
    return found


def _forms_of(values: Column, is_named: bool) -> dict[str, int]:
    """Values by the form that reads them; plain numbers are times only where the column's name says so."""
    forms = tuple(form for form in FORMS if is_named or form not in NUMERIC)
    if not is_named and not any(re.search(r"\d[-/.:年]\d", str(value)) for value in values[:20]):
        return {}
    _, form_of = instants([str(value) for value in values], Clock(forms=forms))
    for form, looks in DIGITS.items():
        if form in forms:
            likely = np.array([bool(looks.fullmatch(str(value).strip())) for value in values], dtype=bool)
            form_of[(form_of == forms.index(form)) & ~likely] = UNREADABLE
    counts = {form: int(np.count_nonzero(form_of == index)) for index, form in enumerate(forms)}
    return {form: count for form, count in counts.items() if count}


def _doubts(name: str, counts: Mapping[str, int], values: Column) -> tuple[str, ...]:
    month_first = [form for form in counts if form in MONTH_FIRST]
    if not month_first:
        return ()
    day_first = tuple(form.replace("%m/%d", "%d/%m") for form in month_first)
    _, form_of = instants([str(value) for value in values], Clock(forms=day_first))
    if np.count_nonzero(form_of >= 0) >= sum(counts[form] for form in month_first):
        return (f"{name}: month or day first? Both forms read every value.",)
    return ()


def guess_fields(sheet: Sheet, kind: str, timed: Mapping[str, Timed]) -> dict[str, str]:
    """Our fields -> their columns, each column once."""
    taken: set[str] = set()
    found: dict[str, str] = {}
    for name in FIELDS[kind]:
        for column in _called(sheet, NAMES.get(name, ())):
            if column not in taken and _fits(kind, name, sheet.columns[column], column in timed):
                found[name] = column
                taken.add(column)
                break
    return found


def _called(sheet: Sheet, patterns: tuple[str, ...]) -> Iterator[str]:
    for pattern in patterns:
        for header in sheet.headers:
            if re.search(pattern, header.name.strip(), re.I):
                yield header.name


def _fits(kind: str, name: str, column: Column, is_time: bool) -> bool:
    """What stands in it does not speak against the name."""
    filled = column[column != ""]
    if not len(filled):
        return False
    if name in TIMES:
        return is_time
    distinct = len(set(filled))
    lawful = LAWFUL.get((kind, name))
    if lawful and not all(re.fullmatch(lawful, value) for value in filled[:SAMPLE]):
        return False
    if name in ("uid", "id", "number", "code"):
        return distinct == len(filled) and distinct == len(column)
    if name in ("class", "state", "source", "status", "area_type", "level"):
        return not is_time and distinct <= max(20, len(column) // 4)
    return not is_time


def guess_place(sheet: Sheet) -> Guess:
    """Where the rows lie, and in which plane a city there is drawn."""
    if sheet.shapes is None:
        x, y = _pair(sheet)
        if not x:
            return Guess()
        east, north = numbers(sheet.columns[x])[0], numbers(sheet.columns[y])[0]
        stated = ""
    else:
        import shapely

        x = y = ""
        bounds = shapely.bounds(sheet.shapes)
        east, north = bounds[:, 0], bounds[:, 1]
        stated = sheet.crs
    there = np.isfinite(east) & np.isfinite(north) & ((east != 0) | (north != 0))
    if not there.any():
        return Guess(x, y)
    lon, lat = float(np.median(east[there])), float(np.median(north[there]))
    is_degrees = bool(np.mean((np.abs(east[there]) <= 180) & (np.abs(north[there]) <= 90)) > MOSTLY)
    if sheet.shapes is None and is_degrees:
        stated = "EPSG:4326"
    return _guess(sheet, Guess(x, y, crs=stated if sheet.shapes is None else ""), lon, lat, stated)


def _guess(sheet: Sheet, guess: Guess, lon: float, lat: float, stated: str) -> Guess:
    notes: list[str] = []
    if not stated:
        return msgspec.structs.replace(
            guess, notes=(f"Median {lon:.1f}, {lat:.1f}: no degrees; which plane?",)
        )
    lon, lat = _degrees(lon, lat, stated)
    west, south, east, north = CHINA
    if {"adcode", "acroutes"} <= set(sheet.columns) or {"adcode", "childrenNum"} <= set(sheet.columns):
        notes.append("Columns as DataV (AMap) writes them: its coordinates are GCJ-02.")
        guess = msgspec.structs.replace(guess, crs="GCJ-02")
    elif west <= lon <= east and south <= lat <= north:
        notes.append('In China: if it comes from a web map, its crs is "GCJ-02" (or "BD-09").')
    if west <= lon <= east and south <= lat <= north:
        middle = round(lon / 3) * 3
        epsg, plane, zone = 4534 + (middle - 75) // 3, f"CGCS2000, {middle} E", "Asia/Shanghai"
    elif not (-180 <= lon <= 180 and -80 <= lat <= 84):
        return msgspec.structs.replace(guess, notes=(*notes, f"Median {lon:.4f}, {lat:.4f} is no place."))
    else:
        strip = min(60, int((lon + 180) // 6) + 1)
        epsg, plane, zone = (32600 if lat >= 0 else 32700) + strip, f"WGS 84, UTM zone {strip}", ""
    notes.append(f"Median {lon:.4f}, {lat:.4f}.")
    return msgspec.structs.replace(guess, epsg=epsg, plane=plane, zone=zone, notes=tuple(notes))


def _degrees(x: float, y: float, stated: str) -> tuple[float, float]:
    import pyproj
    from pyproj.exceptions import ProjError

    try:
        crs = pyproj.CRS.from_user_input(stated)
        if crs.is_geographic or crs.geodetic_crs is None:
            return x, y
        lon, lat = pyproj.Transformer.from_crs(crs, crs.geodetic_crs, always_xy=True).transform(x, y)
        return float(lon), float(lat)
    except ProjError:
        return float("inf"), float("inf")


def _pair(sheet: Sheet) -> tuple[str, str]:
    for x_name, y_name in zip(X_NAMES, Y_NAMES, strict=True):
        x = next((name for name in _called(sheet, (x_name,)) if _is_numeric(sheet.columns[name])), "")
        y = next((name for name in _called(sheet, (y_name,)) if _is_numeric(sheet.columns[name])), "")
        if x and y and x != y:
            return x, y
    return "", ""


def _is_numeric(column: Column) -> bool:
    values, empty, bad = numbers(column[:SAMPLE])
    return bool((~empty).any()) and int(bad.sum()) < (1 - MOSTLY) * len(values)
