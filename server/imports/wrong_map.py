"""The map of what is wrong in a file: refused rows by reason, over the outline of the city and its grids.

Promises: it needs nothing from anywhere: Leaflet is written into it; what a file says is escaped wherever it is shown.
Where Leaflet was not brought (`dev.py build`) there is no map.
"""

from __future__ import annotations

import html
from typing import Any

import numpy as np
import shapely

import gridseat_files
from server.imports.checked import Checked
from server.imports.partition import polygons
from server.imports.placing import OK
from server.imports.words import sentence

MARKS = 2_000  # of each reason
OUTLINES = 3_000  # grids; a city of more is shown by its outline alone
AWAY_MM = 200_000_000  # what lies further off than this from the city is listed and not drawn
LEAFLET = ("resources/web/vendor/leaflet/leaflet.css", "resources/web/vendor/leaflet/leaflet.js")
COLOURS = ("#8F1515", "#AD7800", "#1F5FD0", "#0F8A77", "#7A4494", "#4F7688", "#38414A", "#A01F26")


def leaflet() -> tuple[str, str] | None:
    """Style sheet and script, or None where they were not brought."""
    try:
        style, script = (gridseat_files.find(name).read_text("utf-8") for name in LEAFLET)
    except OSError:
        return None
    return style, script


def map_page(checked: Checked, refusals: list[dict[str, Any]]) -> str:
    """A whole page with the map; "" where there is nothing to show or nothing to show it with."""
    brought = leaflet()
    if brought is None:
        return ""
    groups = _groups(checked, refusals)
    outlines = _outlines(checked)
    if not groups or not outlines:
        return ""
    # Here, because nothing but this page needs it.
    import folium

    to_degrees = _way_back(checked.standing.city.epsg)
    page = folium.Map(tiles=None, prefer_canvas=True, attributionControl=False, zoomSnap=0.25)
    page.default_js, page.default_css = [], []
    for name, shapes, colour, weight in outlines:
        layer = folium.FeatureGroup(name=_plain(name))
        line: dict[str, object] = {"color": colour, "weight": weight, "fill": False}
        drawn = folium.GeoJson(
            _features(shapes, [{}] * len(shapes), to_degrees), style_function=lambda _, s=line: s
        )
        drawn.add_to(layer)
        layer.add_to(page)
    counts = checked.sieve.reasons()
    for number, (code, shapes, told) in enumerate(groups):
        colour = COLOURS[number % len(COLOURS)]
        words = f"{sentence(code, {}, 'zh')} · {code} ({counts.get(code, len(shapes)):,})"
        layer = folium.FeatureGroup(name=_swatch(colour) + _plain(words))
        face: dict[str, object] = {"color": colour, "weight": 1.5, "fillColor": colour, "fillOpacity": 0.35}
        folium.GeoJson(
            _features(shapes, told, to_degrees),
            marker=folium.CircleMarker(radius=4, fill=True),
            style_function=lambda _, s=face: s,
            popup=folium.GeoJsonPopup(fields=["place", "zh", "en"], labels=False),
        ).add_to(layer)
        layer.add_to(page)
    folium.LayerControl(collapsed=False).add_to(page)
    page.fit_bounds(_bounds([shape for _, shapes, _, _ in outlines for shape in shapes], to_degrees))
    style, script = brought
    made = str(page.get_root().render())
    # Into the head, as text: a template would read braces in it.
    return made.replace("<head>", f"<head><style>{style}{STYLE}</style><script>{script}</script>", 1)


STYLE = """
html,body{background:#F0F2F3}
.leaflet-container{background:#F0F2F3;font:13px/1.5 "Noto Sans CJK SC","Microsoft YaHei UI",sans-serif!important}
.leaflet-popup-content td{overflow-wrap:anywhere}
"""


def _plain(text: str) -> str:
    """Text that stays text: the popup puts it into the page as it is, and folium reads braces as a template."""
    return html.escape(text).replace("{", "&#123;").replace("}", "&#125;")


def _swatch(colour: str) -> str:
    return f'<span style="display:inline-block;width:10px;height:10px;margin-right:4px;background:{colour}"></span>'


Group = tuple[str, list[Any], list[dict[str, str]]]


def _groups(checked: Checked, refusals: list[dict[str, Any]]) -> list[Group]:
    """Refused rows that have a place or an outline, by their reason."""
    found: dict[str, tuple[list[Any], list[dict[str, str]]]] = {}
    west, south, east, north = checked.standing.box_mm
    near = shapely.box(west - AWAY_MM, south - AWAY_MM, east + AWAY_MM, north + AWAY_MM)
    for one in refusals:
        row = int(one["row"])
        shape = checked.wrong_shapes.get(row)
        if shape is None and "x_mm" in one:
            shape = shapely.Point(one["x_mm"], one["y_mm"])
        if (
            shape is None
            or shapely.is_empty(shape)
            or not near.intersects(shapely.box(*shapely.bounds(shape)))
        ):
            continue
        shapes, told = found.setdefault(one["code"], ([], []))
        shapes.append(shape)
        told.append({name: _plain(str(one[name])) for name in ("place", "zh", "en")})
    return [(code, shapes, told) for code, (shapes, told) in found.items()]


def _outlines(checked: Checked) -> list[tuple[str, list[Any], str, float]]:
    """The city and its grids, as far as they can be drawn."""
    here = list(polygons(list(checked.standing.known_grids().values())))
    placed = checked.placed
    if here:
        outline = [shapely.coverage_union_all(np.array(here, dtype=object))]
    elif checked.wrong_shapes:
        # Not their union: they are wrong, and an outline that crosses itself has none.
        outline = [shapely.convex_hull(shapely.geometrycollections(list(checked.wrong_shapes.values())))]
    elif placed is not None and (placed.code == OK).any():
        ok = placed.code == OK
        outline = [
            shapely.convex_hull(shapely.multipoints(np.column_stack([placed.x_mm[ok], placed.y_mm[ok]])))
        ]
    else:
        return []
    drawn = [("城市边界 City", outline, "#38414A", 2.0)]
    if here and len(here) <= OUTLINES:
        drawn.insert(0, ("单元网格 Unit grids", here, "#9A6FAE", 0.6))
    return drawn


def _way_back(epsg: int) -> Any:
    """From the city's plane in mm to degrees, for the eye only."""
    import pyproj

    return pyproj.Transformer.from_crs(epsg, 4326, always_xy=True)


def _degrees(shapes: list[Any], to_degrees: Any) -> Any:
    def moved(points: Any) -> Any:
        east, north = to_degrees.transform(points[:, 0] / 1000.0, points[:, 1] / 1000.0)
        return np.round(np.column_stack([east, north]), 6)

    return shapely.transform(np.array(shapes, dtype=object), moved)


def _features(shapes: list[Any], told: list[dict[str, str]], to_degrees: Any) -> dict[str, Any]:
    return {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "properties": words, "geometry": shapely.geometry.mapping(shape)}
            for shape, words in zip(_degrees(shapes, to_degrees), told, strict=True)
        ],
    }


def _bounds(shapes: list[Any], to_degrees: Any) -> list[list[float]]:
    west, south, east, north = (float(edge) for edge in shapely.total_bounds(_degrees(shapes, to_degrees)))
    return [[south, west], [north, east]]
