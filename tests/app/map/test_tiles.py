"""Tiles: the pyramid, what is drawn, and that no seam shows between two of them."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage, QPainter

from app.look.tokens import THEMES
from app.map.ground import Ground
from app.map.layers import LAYERS
from app.map.layers.style import Label
from app.map.tiles.canvas import TileKey
from app.map.tiles.factory import TileFactory, encoded
from app.map.tiles.labels import BLOCK_PX, Block, place
from app.map.tiles.paths import path_of_lines, path_of_mark, path_of_rings, path_of_segments
from app.map.tiles.picture import Painter, TileScheme
from app.map.tiles.pyramid import RESOLUTIONS, TILE_PX, Box, Pyramid, fitting_level, nearest_level, pyramid_of
from tests.app.map.conftest import WAIT_MS
from tests.app.map.town import Town
from tests.app.map.town import place as town_place

SCHEME = TileScheme("dark", "municipal", "01003")


@pytest.fixture(scope="module")
def pyramid(town: Town) -> Pyramid:
    return pyramid_of(town.city)


@pytest.fixture(scope="module")
def painter(ground: Ground, pyramid: Pyramid, qapp) -> Painter:
    return Painter(ground, pyramid, LAYERS)


def pixels(image: QImage) -> np.ndarray:
    plain = image.convertToFormat(QImage.Format.Format_RGB32)
    body = np.frombuffer(plain.constBits(), dtype=np.uint8).reshape(plain.height(), -1, 4)
    return body[:, : plain.width(), :3].astype(int)


def tile_at(pyramid: Pyramid, z: int, column: float, row: float) -> tuple[int, int]:
    x_mm, y_mm = town_place(column, row)
    side = RESOLUTIONS[z] * TILE_PX
    return int((x_mm / 1000 - pyramid.west) // side), int((pyramid.north - y_mm / 1000) // side)


# --- the pyramid ------------------------------------------------------------------------------------------


def test_that_the_pyramid_covers_the_city_at_every_level_and_ends_there(town: Town, pyramid: Pyramid) -> None:
    for z in range(len(RESOLUTIONS)):
        side = RESOLUTIONS[z] * TILE_PX
        last = int((town.city.east_mm / 1000 - pyramid.west - 1e-6) // side)
        assert pyramid.holds(z, 0, 0)
        assert pyramid.holds(z, last, 0)
        assert not pyramid.holds(z, last + 1, 0)
        assert not pyramid.holds(z, -1, 0)
        box = pyramid.box(z, 0, 0)
        assert (box.west, box.north) == (pyramid.west, pyramid.north)
    assert not pyramid.holds(len(RESOLUTIONS), 0, 0)


def test_that_a_tile_is_four_tiles_of_the_next_level(pyramid: Pyramid) -> None:
    box, first, last = pyramid.box(4, 3, 2), pyramid.box(5, 6, 4), pyramid.box(5, 7, 5)
    assert (box.west, box.north, box.east, box.south) == (first.west, first.north, last.east, last.south)


def test_that_a_whole_city_is_fitted_and_a_wish_is_met_by_the_nearest_level() -> None:
    assert RESOLUTIONS[fitting_level(Box(0, 0, 1000, 500), 500, 500)] == 2
    assert RESOLUTIONS[fitting_level(Box(0, 0, 1e9, 1e9), 500, 500)] == 64
    assert [RESOLUTIONS[nearest_level(m_px)] for m_px in (0.5, 0.6, 15, 1000, 0.01)] == [
        0.5,
        0.5,
        16,
        64,
        0.125,
    ]


# --- paths ------------------------------------------------------------------------------------------------


def test_that_a_path_has_every_vertex_of_its_lines() -> None:
    xy = np.array([[0, 0], [4, 0], [4, 3], [10, 10], [11, 12]], dtype=float)
    path = path_of_lines(xy, np.array([3, 2]))
    assert path.elementCount() == 5
    assert [path.elementAt(k).isMoveTo() for k in range(5)] == [True, False, False, True, False]
    assert (path.elementAt(4).x, path.elementAt(4).y) == (11, 12)
    assert path_of_lines(np.empty((0, 2)), np.empty(0, dtype=int)).isEmpty()


def test_that_rings_are_closed_and_filled_by_winding() -> None:
    square = np.array([[0, 0], [4, 0], [4, 4], [0, 4]], dtype=float)
    path = path_of_rings(np.concatenate((square, square + 2)), np.array([4, 4]))
    assert path.elementCount() == 10
    assert all(path.contains(point) for point in (path.boundingRect().center(),))


def test_that_segments_in_a_row_are_one_line() -> None:
    start = np.array([[0, 0], [1, 0], [5, 5]], dtype=float)
    end = np.array([[1, 0], [2, 0], [6, 6]], dtype=float)
    path = path_of_segments(start, end)
    assert [path.elementAt(k).isMoveTo() for k in range(path.elementCount())] == [
        True,
        False,
        False,
        True,
        False,
    ]


def test_that_every_shape_is_within_its_square() -> None:
    from app.look.shapes import SHAPES

    for name, mark in SHAPES.items():
        box = path_of_mark(mark).boundingRect()
        assert not box.isNull(), name
        assert max(abs(box.left()), abs(box.right()), abs(box.top()), abs(box.bottom())) <= 1.001, name


# --- pictures ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("z", [4, 5, 6, 7])
@pytest.mark.parametrize("ratio", [1.0, 1.25, 2.0])
def test_that_tiles_join_without_a_seam(painter: Painter, pyramid: Pyramid, z: int, ratio: float) -> None:
    """The picture round a corner of four tiles is the one a pyramid shifted by half a tile draws in one piece."""
    x, y = tile_at(pyramid, z, 8, 8)
    four = {
        (dx, dy): painter.picture(SCHEME, TileKey(z, x + dx, y + dy, ratio)) for dx in (0, 1) for dy in (0, 1)
    }
    side = four[0, 0].width()
    joined = QImage(side * 2, side * 2, QImage.Format.Format_RGB32)
    pen = QPainter(joined)
    for (dx, dy), image in four.items():
        pen.drawImage(dx * side, dy * side, image)
    pen.end()
    across, down = pixels(joined)[:, side - 24 : side + 24], pixels(joined)[side - 24 : side + 24]
    assert seam(across, axis=1) < 3 * usual_step(across, axis=1) + 4
    assert seam(down, axis=0) < 3 * usual_step(down, axis=0) + 4


def seam(body: np.ndarray, axis: int) -> float:
    steps = np.abs(np.diff(body, axis=axis)).sum(axis=2)
    return float(np.take(steps, 23, axis=axis).mean())


def usual_step(body: np.ndarray, axis: int) -> float:
    steps = np.abs(np.diff(body, axis=axis)).sum(axis=2)
    return float(np.delete(steps, 23, axis=axis).mean())


def test_that_a_name_across_an_edge_is_the_same_on_both_tiles(painter: Painter, pyramid: Pyramid) -> None:
    """Drawn on one tile and on the next, cut and joined: the same as the two halves."""
    from app.map.tiles.canvas import TileCanvas
    from app.map.tiles.labels import draw_labels

    z = 6
    x, y = tile_at(pyramid, z, 8, 8)
    names = painter._names(SCHEME, TileKey(z, x, y))
    crossing = [name for name in names if any(name.box[0] < k * TILE_PX < name.box[2] for k in range(1, 8))]
    assert crossing, "the town has a name across a tile's edge"
    name = crossing[0]
    edge = next(k for k in range(1, 8) if name.box[0] < k * TILE_PX < name.box[2])
    row = int((name.box[1] + name.box[3]) / 2 // TILE_PX)
    halves = []
    for column in (edge - 1, edge):
        canvas = TileCanvas(pyramid, TileKey(z, column, row), THEMES["dark"], "m_land")
        draw_labels(canvas, [name])
        halves.append(pixels(canvas.finish()))
    background = np.array([QColor(THEMES["dark"]["m_land"]).blue()])
    drawn = [int((half[:, :, 0] != background).sum()) for half in halves]
    assert all(drawn), "a part of the name on each tile"
    assert (halves[0][:, -1] != halves[1][:, 0]).any(axis=1).sum() < TILE_PX / 8


def test_that_the_same_tile_drawn_twice_is_the_same(ground: Ground, pyramid: Pyramid) -> None:
    key = TileKey(6, *tile_at(pyramid, 6, 8, 8))
    one, other = (Painter(ground, pyramid, LAYERS).picture(SCHEME, key) for _ in range(2))
    assert one == other


def test_that_the_class_in_question_comes_out_strongly(painter: Painter, pyramid: Pyramid) -> None:
    key = TileKey(6, *tile_at(pyramid, 6, 8, 10))
    strong = np.array(QColor(THEMES["dark"]["m_component_class"]).getRgb()[:3][::-1])

    def count(code: str) -> int:
        body = pixels(painter.picture(TileScheme("dark", "municipal", code), key))
        return int((np.abs(body - strong).sum(axis=2) < 40).sum())

    assert count("01003") > count("") + 50


@pytest.mark.parametrize("z", [2, 3, 4])
def test_that_density_grows_darker_with_the_number_of_components(
    ground: Ground, pyramid: Pyramid, z: int
) -> None:
    """Light theme: more components, darker squares; the emptiest squares show the ground."""
    only = [layer for layer in LAYERS if layer.name == "density"]
    body = pixels(Painter(ground, pyramid, only).picture(TileScheme("light"), TileKey(z, 0, 0)))
    store, m_px, side = ground.components, RESOLUTIONS[z], 6
    column = np.floor((store.file.x_mm / 1000 - pyramid.west) / m_px / side).astype(int)
    row = np.floor((pyramid.north - store.file.y_mm / 1000) / m_px / side).astype(int)
    counts = np.zeros((85, 85), dtype=int)
    inside = (column < 85) & (row < 85)
    np.add.at(counts, (row[inside], column[inside]), 1)
    light = body[3 : 85 * side : side, 3 : 85 * side : side].sum(axis=2)
    shades = [light[counts == count].mean() for count in np.unique(counts)]
    assert len(np.unique(light)) >= 4
    assert shades == sorted(shades, reverse=True)


def test_that_names_never_touch_and_stay_within_their_block(ground: Ground, pyramid: Pyramid) -> None:
    rules = [rule for layer in LAYERS for rule in layer.drawn if isinstance(rule, Label)]
    for z in (3, 4, 5, 6, 7):
        labels = [
            (rule, ground.spots(rule.of, "municipal")) for rule in rules if rule.is_drawn_at(RESOLUTIONS[z])
        ]
        x, y = tile_at(pyramid, z, 8, 8)
        block = Block(pyramid, z, x // 4, y // 4)
        names = place(block, labels, np.empty((0, 4)))
        assert names
        left, top, right, bottom = block.box_px()
        assert right - left == BLOCK_PX
        for k, name in enumerate(names):
            box = name.box
            assert left <= box[0] < box[2] <= right
            assert top <= box[1] < box[3] <= bottom
            for other in (each.box for each in names[:k]):
                assert box[2] <= other[0] or other[2] <= box[0] or box[3] <= other[1] or other[3] <= box[1]


def test_that_a_kept_place_has_no_name_on_it(ground: Ground, pyramid: Pyramid) -> None:
    rule = next(
        rule for layer in LAYERS for rule in layer.drawn if isinstance(rule, Label) and rule.of == "road"
    )
    x, y = tile_at(pyramid, 6, 8, 8)
    block = Block(pyramid, 6, x // 4, y // 4)
    labels = [(rule, ground.spots("road"))]
    free = place(block, labels, np.empty((0, 4)))
    kept = np.array([name.box for name in free[:2]])
    for name in place(block, labels, kept):
        for other in kept:
            box = name.box
            assert box[2] <= other[0] or other[2] <= box[0] or box[3] <= other[1] or other[3] <= box[1]


# --- the factory ------------------------------------------------------------------------------------------


@pytest.fixture
def factory(qapp):
    made = TileFactory()
    yield made
    made.stop()


def test_that_every_order_is_answered_once(qtbot, factory, painter: Painter, pyramid: Pyramid) -> None:
    stamp = factory.stamp(SCHEME, painter, pyramid)
    x, y = tile_at(pyramid, 6, 8, 8)
    answers: list[bytes | None] = []
    for _ in range(3):
        factory.order(stamp, TileKey(6, x, y), answers.append)
    qtbot.waitUntil(lambda: len(answers) == 3, timeout=WAIT_MS)
    assert answers[0] == encoded(painter.picture(SCHEME, TileKey(6, x, y)))
    assert answers[0] is answers[1] is answers[2], "drawn once"
    factory.order(stamp, TileKey(6, x, y), answers.append)
    assert len(answers) == 4, "kept, so answered at once"


@pytest.mark.parametrize(
    "stamp, key",
    [
        ("0123456789abcdef", TileKey(6, 0, 0)),
        (None, TileKey(99, 0, 0)),
        (None, TileKey(6, -1, 0)),
        (None, TileKey(6, 10_000, 0)),
        (None, TileKey(6, 0, 0, 0.0)),
        (None, TileKey(6, 0, 0, 50.0)),
    ],
)
def test_that_an_order_for_no_tile_is_answered_with_none(
    factory, painter: Painter, pyramid: Pyramid, stamp: str | None, key: TileKey
) -> None:
    answers: list[bytes | None] = []
    factory.order(stamp or factory.stamp(SCHEME, painter, pyramid), key, answers.append)
    assert answers == [None]


def test_that_another_theme_layer_or_version_is_another_address(
    factory, painter: Painter, pyramid: Pyramid
) -> None:
    schemes = [
        TileScheme("dark"),
        TileScheme("light"),
        TileScheme("dark", duty="municipal"),
        TileScheme("dark", class_code="01003"),
        TileScheme("dark", hidden=("duty",)),
        TileScheme("dark", version=1),
    ]
    assert len({factory.stamp(scheme, painter, pyramid) for scheme in schemes}) == len(schemes)


def test_that_a_tile_that_cannot_be_drawn_leaves_a_hole_and_a_log_line(
    qtbot, factory, painter: Painter, pyramid: Pyramid, caplog
) -> None:
    answers: list[bytes | None] = []
    stamp = factory.stamp(TileScheme("no such theme"), painter, pyramid)
    factory.order(stamp, TileKey(6, 1, 1), answers.append)
    qtbot.waitUntil(lambda: bool(answers), timeout=WAIT_MS)
    assert answers == [None]
    assert "tile_not_drawn" in caplog.text
