"""Addresses of the custom scheme, the planes of the cities, and what a click means."""

from __future__ import annotations

import pyproj
import pytest

from app.map.ground import Ground
from app.map.hit import hit
from app.map.layers import LAYERS
from app.map.layers.style import LiveMark
from app.map.live import MarkBoard
from app.map.plane import datum_name, plane_definition
from app.map.scheme import CONTENT_POLICY, FILES, ORIGIN, tile_address, tile_of
from app.map.tiles.canvas import TileKey
from gridseat_files import find
from tests.app.map.town import Town, place


def test_that_an_address_names_the_tile_it_was_made_for() -> None:
    address = tile_address("0f3a", 1.25).replace("{z}", "6").replace("{x}", "12").replace("{y}", "3")
    assert tile_of(address.removeprefix(ORIGIN)) == ("0f3a", TileKey(6, 12, 3, 1.25))


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/tile",
        "/tile/0f3a/100/6/12",
        "/tile/0f3a/100/6/12/3/4",
        "/tile/0f3a/100/6/-12/3",
        "/tile/0f3a/100/6/1.5/3",
        "/tile/../100/6/12/3",
        "/tile/0f3a/100/6/12345678/3",
        "/tile/0f3a/100/６/12/3x",
        "/tiles/0f3a/100/6/12/3",
        "/etc/passwd",
    ],
)
def test_that_anything_else_names_no_tile(path: str) -> None:
    assert tile_of(path) is None


def test_that_every_file_of_the_page_has_shipped() -> None:
    for name, _ in FILES.values():
        if not name.startswith(":"):
            assert find(name).is_file()


def test_that_the_content_policy_names_no_one_but_the_page() -> None:
    assert "default-src 'none'" in CONTENT_POLICY
    assert "unsafe" not in CONTENT_POLICY
    assert "*" not in CONTENT_POLICY
    sources = {word for rule in CONTENT_POLICY.split(";") for word in rule.split()[1:]}
    assert sources == {"'none'", ORIGIN}


@pytest.mark.parametrize("epsg", [4491, 4501, 4502, 4512, 4513, 4533, 4534, 4545, 4554])
def test_that_a_plane_is_the_one_of_the_epsg_register(epsg: int) -> None:
    ours = pyproj.CRS(plane_definition(epsg))
    meridian = float(plane_definition(epsg).split("lon_0=")[1].split()[0])
    geographic = "+proj=longlat +ellps=GRS80 +no_defs"
    here = pyproj.Transformer.from_crs(geographic, ours, always_xy=True).transform(meridian + 0.7, 22.8)
    there = pyproj.Transformer.from_crs(4490, epsg, always_xy=True).transform(meridian + 0.7, 22.8)
    assert here == pytest.approx(there, abs=1e-4)
    assert datum_name(epsg) == "CGCS2000"


def test_that_of_an_unknown_plane_nothing_is_claimed() -> None:
    assert plane_definition(32648) == ""
    assert datum_name(32648) == "EPSG:32648"


# --- what a click means -----------------------------------------------------------------------------------


def board(**marks: LiveMark) -> MarkBoard:
    made = MarkBoard(next(layer for layer in LAYERS if layer.name == "case"))
    made.put_all(marks.items())
    return made


def test_that_a_case_is_hit_before_a_component_and_a_component_before_a_grid(
    ground: Ground, town: Town
) -> None:
    store = ground.components
    x, y = int(store.file.x_mm[700]), int(store.file.y_mm[700])
    at = (x / 1000, y / 1000, 0.5, LAYERS)
    case = board(c=LiveMark(x + 1000, y, "soon"))
    found = hit(*at, [case], ground, ())
    assert (found.layer, found.key) == ("case", "c")
    found = hit(*at, [case], ground, ("case",))
    assert (found.layer, found.key) == ("component", store.key_of(700))
    assert hit(*at, [case], ground, ("case", "component")).layer == ""


def test_that_a_component_counts_only_where_it_is_drawn_as_a_shape(ground: Ground) -> None:
    x, y = int(ground.components.file.x_mm[700]) / 1000, int(ground.components.file.y_mm[700]) / 1000
    assert hit(x, y, 2.0, LAYERS, [], ground, ()).layer == "component"
    assert hit(x, y, 4.0, LAYERS, [], ground, ()).layer == ""


def test_that_the_grid_is_said_in_any_case(ground: Ground, town: Town) -> None:
    x, y = (float(v) / 1000 for v in place(3.5, 3.5))
    grid = town.grid_at(3.5, 3.5)
    assert hit(x, y, 1.0, LAYERS, [], ground, ()).grid == grid
    assert (
        hit(x, y, 1.0, LAYERS, [board(c=LiveMark(round(x * 1000), round(y * 1000), "soon"))], ground, ()).grid
        == grid
    )
    assert hit(x - 50_000, y, 1.0, LAYERS, [], ground, ()).grid == ""
