"""The plates over the map's corners."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from app.look.tokens import THEMES
from app.map.plates import SCALE_MOST_PX, LayerPlate, NotePlate, ScalePlate, round_length_m
from app.map.tiles.pyramid import RESOLUTIONS
from app.map.view import CaseMark, MapView
from tests.app import fake_city


@pytest.mark.parametrize("m_px", RESOLUTIONS)
def test_that_the_scale_is_a_round_length_that_fits(m_px: float) -> None:
    length = round_length_m(SCALE_MOST_PX * m_px)
    assert SCALE_MOST_PX / 2.5 < length / m_px <= SCALE_MOST_PX
    assert f"{length:e}"[0] in "125"


def test_that_the_scale_says_metres_and_then_kilometres(qtbot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    plate = ScalePlate(window)
    plate.set_scale(1.0)
    assert plate.accessibleName() == "100 m"
    plate.set_scale(16.0)
    assert plate.accessibleName() == "1 km"


def test_that_facts_stand_in_one_line_and_an_empty_plate_is_gone(qtbot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    plate = NotePlate(window)
    plate.set_facts(("数据 14:20:06", "", "CGCS2000"))
    assert plate.text == "数据 14:20:06\u3000CGCS2000"
    assert plate.isVisibleTo(window)
    plate.set_facts(("", ""))
    assert not plate.isVisibleTo(window)


def test_that_a_box_switches_its_layers_and_takes_no_keyboard(qtbot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    plate, switched = LayerPlate(window), []
    plate.switched.connect(lambda names, is_on: switched.append((names, is_on)))
    plate.set_boxes([(("unit_grid", "work_grid"), "网格"), (("case",), "案件")], ["case"])
    assert [box.isChecked() for box in plate.boxes] == [True, False]
    QTest.mouseClick(plate.boxes[0], Qt.MouseButton.LeftButton)
    QTest.mouseClick(plate.boxes[1], Qt.MouseButton.LeftButton)
    assert switched == [(("unit_grid", "work_grid"), False), (("case",), True)]
    assert all(box.focusPolicy() == Qt.FocusPolicy.NoFocus for box in plate.boxes)
    same = list(plate.boxes)
    plate.set_boxes([(("unit_grid", "work_grid"), "网格"), (("case",), "案件")], ["unit_grid"])
    assert plate.boxes == same, "boxes are not made anew under the mouse"
    assert [box.isChecked() for box in plate.boxes] == [False, True]


@pytest.mark.parametrize("theme", sorted(THEMES))
def test_that_a_plate_wears_the_theme(qtbot, theme: str) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    plate = NotePlate(window)
    plate.set_theme(theme)
    plate.set_facts(("CGCS2000",))
    image = plate.grab().toImage()
    colours = {
        image.pixelColor(x, y).name().upper() for x in range(image.width()) for y in range(image.height())
    }
    assert THEMES[theme]["bg1"] in colours
    assert len(colours) > 5
    assert np.isfinite(plate.width())


# What this page is about; a layer that is added has its own box besides.
KNOWN = {"unit_grid", "work_grid", "duty", "density", "component", "case"}


def texts(view: MapView) -> list[tuple[tuple[str, ...], str]]:
    return [(box.names, box.text()) for box in view.plates()[0].boxes if KNOWN.issuperset(box.names)]


def test_that_each_layer_has_its_box_and_on_a_narrow_map_some_share_one(qtbot) -> None:
    view = MapView()
    qtbot.addWidget(view)
    view.resize(940, 600)
    view.load(fake_city.CITY, duty_layers=fake_city.LAYERS)
    view.show_cases([CaseMark("c", 0, 0, "ring", "", "01003", ("component:01",))])
    view.select("c")
    assert texts(view) == [
        (("unit_grid",), "Unit grids"),
        (("work_grid",), "Working grids"),
        (("duty",), "Duty: 市政设施 v31"),
        (("density", "component"), "Components: Public utilities"),
        (("case",), "Cases"),
    ]
    view.resize(600, 600)
    qtbot.waitUntil(lambda: len(texts(view)) == 4)
    assert texts(view) == [
        (("unit_grid", "work_grid"), "Grids"),
        (("duty",), "Duty: 市政设施 v31"),
        (("density", "component"), "Public utilities"),
        (("case",), "Cases"),
    ]
    view.stop()
