from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from server.paths import Paths
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


@pytest.fixture
def line(served: Served) -> Iterator[Line]:
    with lined(served.url) as found:
        yield found
