from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from server.paths import Paths
from server.store.sqlite import SqliteStore
from tests.server.ground import Clock, Served, founded, opened, serving


@pytest.fixture(scope="session", autouse=True)
def plain_log() -> None:
    """Lines a failing test can show; structlog's own rendering of a traceback takes seconds."""
    structlog.configure(processors=[structlog.processors.KeyValueRenderer()])


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return founded(tmp_path / "centre")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(paths: Paths, clock: Clock) -> Iterator[SqliteStore]:
    with opened(paths, clock) as found:
        yield found


@pytest.fixture
def served(paths: Paths) -> Iterator[Served]:
    with serving(paths) as found:
        yield found
