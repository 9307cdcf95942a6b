"""A town, and a map of it that must not complain."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.map.ground import Ground
from app.map.loading import Sources, read_ground
from app.map.page import MapPage
from app.map.view import MapView
from tests.app.map.town import Town, make_town

WAIT_MS = 20_000


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    return make_town(tmp_path_factory.mktemp("town"))


@pytest.fixture(scope="session")
def ground(town: Town) -> Ground:
    return read_ground(sources(town)).ground


def sources(town: Town) -> Sources:
    return Sources(
        town.city,
        town.base_path,
        town.components_path,
        town.grids,
        town.work_grids,
        town.duty_grids,
        {unit.id: unit.name for unit in town.units},
    )


class Bench:
    """A map on the bench: load, wait, click, look."""

    def __init__(self, qtbot: QtBot) -> None:
        self.qtbot = qtbot
        self.view = MapView()
        self.view.resize(700, 500)
        self.complaints: list[str] = []
        self.view.page_spoke.connect(self.complaints.append)
        self.view.show()

    @property
    def page(self) -> MapPage:
        """The page behind the widget."""
        page = self.view.findChild(MapPage)
        assert page is not None
        return page

    def load(self, town: Town) -> None:
        with self.qtbot.waitSignal(self.view.ready, timeout=WAIT_MS):
            self.view.load(
                town.city,
                town.base_path,
                town.components_path,
                town.grids,
                town.work_grids,
                town.duty_layers,
                town.duty_grids,
                {unit.id: unit.name for unit in town.units},
            )

    def settle(self) -> None:
        self.qtbot.waitUntil(self.view.is_settled, timeout=WAIT_MS)

    def picture(self) -> QImage:
        """What is on the widget once nothing moves any more."""
        self.settle()
        seen = [self.view.grab().toImage()]

        def is_still() -> bool:
            seen.append(self.view.grab().toImage())
            return seen[-1] == seen[-2]

        self.qtbot.waitUntil(is_still, timeout=WAIT_MS)
        return seen[-1]

    def target(self) -> QWidget:
        """The engine's own widget, which takes the mouse."""
        return self.view.childAt(self.view.rect().center())

    def point(self, x_mm: int, y_mm: int) -> QPoint:
        """Where a place is on the widget."""
        looking = self.view.looking()
        assert looking is not None
        return QPoint(
            round((x_mm - looking.x_mm) / 1000 / looking.m_px + self.view.width() / 2),
            round((looking.y_mm - y_mm) / 1000 / looking.m_px + self.view.height() / 2),
        )

    def click(self, x_mm: int, y_mm: int) -> None:
        QTest.mouseClick(self.target(), Qt.MouseButton.LeftButton, pos=self.point(x_mm, y_mm))

    def ask(self, script: str) -> object:
        """What a script in the page answers."""
        answers: list[object] = []
        self.page.runJavaScript(script, answers.append)
        self.qtbot.waitUntil(lambda: bool(answers), timeout=WAIT_MS)
        return answers[0]

    def mouse(self, kind: QEvent.Type, at: QPoint, held: Qt.MouseButton = Qt.MouseButton.NoButton) -> None:
        """One event of the left button, as the window system would send it."""
        button = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseMove else Qt.MouseButton.LeftButton
        target = self.target()
        here, there = QPointF(at), QPointF(target.mapToGlobal(at))
        QApplication.sendEvent(
            target, QMouseEvent(kind, here, there, button, held, Qt.KeyboardModifier.NoModifier)
        )

    def double_click(self, x_mm: int, y_mm: int) -> None:
        at, left = self.point(x_mm, y_mm), Qt.MouseButton.LeftButton
        self.mouse(QEvent.Type.MouseButtonPress, at, left)
        self.mouse(QEvent.Type.MouseButtonRelease, at)
        self.mouse(QEvent.Type.MouseButtonDblClick, at, left)
        self.mouse(QEvent.Type.MouseButtonRelease, at)

    def drag(self, start: QPoint, by: QPoint) -> None:
        left = Qt.MouseButton.LeftButton
        # The engine makes one of several moves that it has not looked at yet: the page says when it has seen each.
        self.ask("window.seen = 0; addEventListener('pointermove', () => { window.seen += 1; }, true); 0")
        self.mouse(QEvent.Type.MouseButtonPress, start, left)
        for step in range(1, 5):
            self.mouse(QEvent.Type.MouseMove, start + by * step / 4, left)
            self.qtbot.waitUntil(lambda step=step: int(self.ask("window.seen")) >= step, timeout=WAIT_MS)
        self.mouse(QEvent.Type.MouseButtonRelease, start + by)


@pytest.fixture
def bench(qtbot: QtBot) -> Iterator[Bench]:
    made = Bench(qtbot)
    qtbot.addWidget(made.view)
    yield made
    made.view.stop()
    assert made.complaints == [], "the page complained"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path
