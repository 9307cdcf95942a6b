"""The registry of layers: complete, drawable, and each with its stored example.

An example is a picture of the town with that layer alone (a few tiles, made small), or for a live layer the marks
of its example rows. `GRIDSEAT_EXAMPLES=write` stores them anew; look at them before you commit them.
"""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPainter

from app.look.shapes import SHAPES
from app.look.tokens import THEMES
from app.map.ground import Ground
from app.map.layers import LAYERS
from app.map.layers.case import mark
from app.map.layers.style import (
    Density,
    Fill,
    Label,
    Layer,
    Line,
    LiveFacts,
    LiveMark,
    Numbers,
    Scatter,
    at_scale,
)
from app.map.tiles.canvas import TileKey
from app.map.tiles.picture import Painter, TileScheme
from app.map.tiles.pyramid import RESOLUTIONS, pyramid_of
from casework.entities import ENTITY_BY_NAME
from casework.entities.city import City
from casework.sync.status import Shown
from casework.workflow import OPEN_STAGES, Flag, Stage
from tests.app import fake_city
from tests.app.map.town import Town

EXAMPLES = Path(__file__).parent / "examples"
PACKAGE = Path(__file__).parents[3] / "app" / "map" / "layers"
IS_WRITING = os.environ.get("GRIDSEAT_EXAMPLES") == "write"
SMALL_PX = 128


def test_that_every_file_of_the_package_is_a_registered_layer() -> None:
    files = {path.stem for path in PACKAGE.glob("*.py")} - {"__init__", "style"}
    assert files == {layer.name for layer in LAYERS}
    assert len({layer.name for layer in LAYERS}) == len(LAYERS)


def test_that_boxes_stand_in_a_definite_order() -> None:
    boxes = {(layer.box, layer.title) for layer in LAYERS if layer.title}
    assert len({box for box, _ in boxes}) == len({title for _, title in boxes}) == len(boxes)
    assert all(box for box, _ in boxes)


def tokens_of(layer: Layer) -> list[str]:
    found: list[str] = []
    for rule in layer.drawn:
        if isinstance(rule, Fill | Density):
            found += rule.tokens
        elif isinstance(rule, Line):
            found += [rule.token, rule.halo_token or rule.token]
        elif isinstance(rule, Scatter):
            found += [rule.token, rule.strong_token, rule.halo_token]
        elif isinstance(rule, Label):
            found += [rule.token, rule.halo_token, rule.plate_token or rule.token]
        elif isinstance(rule, Numbers):
            found += [rule.token, rule.halo_token]
        else:
            pytest.fail(f"a kind of rule nobody draws: {rule}")
    return found + ([layer.live.halo_token] if layer.live else [])


@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: layer.name)
def test_that_a_layer_names_only_colours_shapes_and_entities_that_exist(layer: Layer) -> None:
    for theme in THEMES.values():
        assert set(tokens_of(layer)) <= set(theme)
    shapes = [
        shape
        for rule in layer.drawn
        if isinstance(rule, Scatter)
        for shape in (*rule.shapes.values(), rule.other)
    ]
    if layer.live is not None:
        shapes += [glyph.shape for glyph in layer.live.glyphs]
        assert layer.live.entity in ENTITY_BY_NAME or not layer.live.entity
        assert len({glyph.name for glyph in layer.live.glyphs}) == len(layer.live.glyphs)
    assert set(shapes) <= set(SHAPES)


@pytest.mark.parametrize("layer", [each for each in LAYERS if each.drawn], ids=lambda layer: layer.name)
def test_that_a_layer_looks_like_its_stored_example(layer: Layer, ground: Ground, town: Town, qapp) -> None:
    """Colours within a tolerance: fonts and their smoothing differ between machines, a missing line does not."""
    made = example_picture(layer, ground, town)
    path = EXAMPLES / f"{layer.name}.png"
    if IS_WRITING:
        made.save(str(path))
    stored = QImage(str(path))
    assert not stored.isNull(), f"no example of {layer.name}"
    assert stored.size() == made.size()
    difference = np.abs(body_of(made).astype(int) - body_of(stored).astype(int))
    assert difference.mean() < 1.5
    assert (difference.max(axis=2) > 60).mean() < 0.01


def example_picture(layer: Layer, ground: Ground, town: Town) -> QImage:
    pyramid = pyramid_of(town.city)
    painter = Painter(ground, pyramid, [layer])
    levels = (2, 4, 6)  # 16, 4 and 1 m per pixel
    picture = QImage(SMALL_PX * len(levels), SMALL_PX * 2, QImage.Format.Format_RGB32)
    pen = QPainter(picture)
    for down, theme in enumerate(("dark", "light")):
        for across, z in enumerate(levels):
            middle = int(9 * 110 / (RESOLUTIONS[z] * 512))
            tile = painter.picture(TileScheme(theme, "municipal", "01003"), TileKey(z, middle, middle))
            small = tile.scaled(
                SMALL_PX,
                SMALL_PX,
                Qt.AspectRatioMode.IgnoreAspectRatio,
                Qt.TransformationMode.SmoothTransformation,
            )
            pen.drawImage(across * SMALL_PX, down * SMALL_PX, small)
    pen.end()
    return picture


def body_of(image: QImage) -> np.ndarray:
    plain = image.convertToFormat(QImage.Format.Format_RGB32)
    return (
        np.frombuffer(plain.constBits(), dtype=np.uint8)
        .reshape(plain.height(), plain.width(), 4)[:, :, :3]
        .copy()
    )


def test_that_a_new_resting_layer_is_drawn_without_anything_else(ground: Ground, town: Town, qapp) -> None:
    """One file and one line: what CONTRIBUTING.md says, here without the line."""
    layer = Layer(
        name="street_area",
        drawn=(
            Line(of="street_area", token="alarm_fill", width_px=3.0),
            Label(of="street_area", token="text1", halo_token="m_halo", font_px=14),
        ),
    )
    painter = Painter(ground, pyramid_of(town.city), [layer])
    body = body_of(painter.picture(TileScheme("dark"), TileKey(3, 0, 0)))
    red = (np.abs(body.astype(int) - [0x4D, 0x48, 0xE5]).sum(axis=2) < 30).sum()
    light = (body.min(axis=2) > 200).sum()
    assert red > 500
    assert light > 50


# --- live layers ------------------------------------------------------------------------------------------


class Example(msgspec.Struct):
    """Example rows of a live layer and the marks they have at a moment."""

    at_ms: int
    rows: list[msgspec.Raw]
    pending: list[bool]
    marks: list[LiveMark | None]


@pytest.mark.parametrize(
    "layer", [each for each in LAYERS if each.live and each.live.entity], ids=lambda layer: layer.name
)
def test_that_a_live_layer_marks_its_example_rows_as_stored(layer: Layer) -> None:
    path = EXAMPLES / f"{layer.name}.json"
    example = msgspec.json.decode(path.read_bytes(), type=Example)
    entity = ENTITY_BY_NAME[layer.live.entity]
    facts = LiveFacts(example.at_ms, fake_city.CITY)
    shown = [
        Shown(entity.decode(bytes(body)), 1, ("x",) if is_pending else ())
        for body, is_pending in zip(example.rows, example.pending, strict=True)
    ]
    marks = [layer.live.mark(each, facts) for each in shown]
    if IS_WRITING:
        example.marks = marks
        path.write_bytes(msgspec.json.format(msgspec.json.encode(example), indent=1) + b"\n")
    assert marks == example.marks
    glyphs = {glyph.name for glyph in layer.live.glyphs}
    assert {each.glyph for each in marks if each is not None} == glyphs, "an example of every glyph"


def facts_at(at_ms: int, city: City = fake_city.CITY) -> LiveFacts:
    return LiveFacts(at_ms, city)


LIMITED = {Stage.HANDLING, *fake_city.CITY.stage_limits}


@pytest.mark.parametrize("stage", sorted(OPEN_STAGES - LIMITED))
def test_that_a_stage_without_a_limit_is_never_late(stage: Stage) -> None:
    case = fake_city.case_row(0, stage, 1, "雨水井盖异常", "金湖路", (), fake_city.NOW_MS)
    assert mark(Shown(case, 1), facts_at(fake_city.NOW_MS * 2)).glyph == "unfiled"


@pytest.mark.parametrize("stage", sorted(OPEN_STAGES & LIMITED))
def test_that_time_turns_a_ring_into_a_diamond_and_then_into_a_triangle(stage: Stage) -> None:
    case = fake_city.case_row(0, stage, 600, "雨水井盖异常", "金湖路", (), fake_city.NOW_MS)
    span = 600 * 60_000
    kinds = [mark(Shown(case, 1), facts_at(fake_city.NOW_MS + late * span // 4)).glyph for late in range(60)]
    order = [kinds[0], "soon", "over"]
    assert kinds[0] in ("in_time", "unfiled", "done")
    assert [kind for k, kind in enumerate(kinds) if not k or kinds[k - 1] != kind][-1] == "over"
    assert [order.index(kind) for kind in kinds] == sorted(order.index(kind) for kind in kinds)


def test_that_what_is_unsent_or_suspended_says_so_before_its_time() -> None:
    case = fake_city.case_row(0, Stage.HANDLING, -600, "雨水井盖异常", "金湖路", (), fake_city.NOW_MS)
    facts = facts_at(fake_city.NOW_MS)
    assert mark(Shown(case, 1), facts).glyph == "over"
    paused = msgspec.structs.replace(case, flags=frozenset({Flag.SUSPENDED}))
    assert mark(Shown(paused, 1), facts).glyph == "suspended"
    assert mark(Shown(paused, 1, ("c1",)), facts).glyph == "unsent"


@pytest.mark.parametrize("stage", sorted(set(Stage) - OPEN_STAGES))
def test_that_a_case_in_nobodys_hands_has_no_mark(stage: Stage) -> None:
    case = msgspec.structs.replace(
        fake_city.case_row(0, Stage.HANDLING, 5, "雨水井盖异常", "金湖路", (), fake_city.NOW_MS), stage=stage
    )
    assert mark(Shown(case, 1), facts_at(fake_city.NOW_MS)) is None


def test_that_a_case_about_a_component_lights_its_class() -> None:
    case = fake_city.case_row(0, Stage.HANDLING, 5, "雨水井盖异常", "金湖路", (), fake_city.NOW_MS)
    made = mark(Shown(case, 1), facts_at(fake_city.NOW_MS))
    assert made.class_code == "01003"
    assert made.topics == ("event:01003", "component:01003")
    rubbish = fake_city.case_row(0, Stage.HANDLING, 5, "道路不洁", "金湖路", (), fake_city.NOW_MS)
    made = mark(Shown(rubbish, 1), facts_at(fake_city.NOW_MS))
    assert made.class_code == ""
    assert made.topics == (f"event:{rubbish.class_code}",)


def test_that_steps_end_where_they_say() -> None:
    steps = ((1.0, 7.0), (4.0, 5.0))
    assert [at_scale(steps, m_px) for m_px in (0.5, 1.0, 2.0, 4.0, 64.0)] == [7, 7, 5, 5, 5]
