from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from PySide6.QtWidgets import QApplication

from server.centre import wall_ms
from server.cities import generated_ground
from server.founding import found
from server.paths import Paths
from tests.app.chinese import PartsTranslator
from tests.app.link.hall import Line, lined
from tests.server.ground import Served, founded, serving


@pytest.fixture(scope="session", autouse=True)
def plain_log() -> None:
    """Lines a failing test can show."""
    structlog.configure(processors=[structlog.processors.KeyValueRenderer()])


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return founded(tmp_path / "centre")


@pytest.fixture
def served(paths: Paths) -> Iterator[Served]:
    with serving(paths) as found:
        yield found


@pytest.fixture(scope="session")
def tiny_city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A centre's folder with the smallest demonstration city, as the founding leaves it; not for use, for copying."""
    root = tmp_path_factory.mktemp("tiny") / "centre"
    found(root, generated_ground("tiny", 7, wall_ms()), wall_ms())
    return root


@pytest.fixture
def city(tiny_city: Path, tmp_path: Path) -> Paths:
    """A city of one's own."""
    root = tmp_path / "centre"
    shutil.copytree(tiny_city, root)
    return Paths(root)


@pytest.fixture
def city_served(city: Paths) -> Iterator[Served]:
    with serving(city) as made:
        yield made


@pytest.fixture
def city_line(city_served: Served) -> Iterator[Line]:
    with lined(city_served.url) as made:
        yield made


@pytest.fixture
def chinese(qapp: QApplication) -> Iterator[None]:
    """The seat in its users' language."""
    translator = PartsTranslator()
    qapp.installTranslator(translator)
    yield
    qapp.removeTranslator(translator)


@pytest.fixture
def line(served: Served) -> Iterator[Line]:
    with lined(served.url) as found:
        yield found
