"""What every test stands on: the environment Qt reads, real data where there is some, options of the tests.

Qt reads its environment when the application object is made, so everything is set here, before any test
imports it.
"""

from __future__ import annotations

import gc
import importlib
import importlib.util
import logging
import os
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

ROOT = Path(__file__).resolve().parent.parent

QT_ENVIRONMENT = {
    "QT_QPA_PLATFORM": "offscreen",
    "QT_QUICK_BACKEND": "software",
    "QTWEBENGINE_CHROMIUM_FLAGS": "--disable-gpu --disable-dev-shm-usage",
}
for _name, _value in QT_ENVIRONMENT.items():
    os.environ.setdefault(_name, _value)
if hasattr(os, "geteuid") and os.geteuid() == 0:
    # Chromium refuses to start its sandbox as root; anybody else keeps it.
    os.environ.setdefault("QTWEBENGINE_DISABLE_SANDBOX", "1")

GARBAGE_OBJECTS = 50_000
# As in the seat itself (app.start.collect_here): a QObject that dies on another thread ends the program.
gc.disable()

NO_REAL_DATA = "no real data: set GRIDSEAT_REAL_DATA or put it in ../shared/data"


# The same examples every time; a slow machine is no failure.
hypothesis.settings.register_profile("gridseat", deadline=None, derandomize=True, database=None)
hypothesis.settings.load_profile("gridseat")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--require-data", action="store_true", help="a test without its real data fails instead of skips"
    )


def real_data_folder() -> Path | None:
    """The folder of real data: GRIDSEAT_REAL_DATA, else ../shared/data beside the checkout."""
    named = os.environ.get("GRIDSEAT_REAL_DATA")
    folder = Path(named) if named else ROOT.parent / "shared" / "data"
    return folder if folder.is_dir() else None


@pytest.fixture(scope="session")
def real_data(request: pytest.FixtureRequest) -> Path:
    """Data nobody here wrote; never part of the repository."""
    folder = real_data_folder()
    if folder is not None:
        return folder
    if request.config.getoption("--require-data"):
        pytest.fail(NO_REAL_DATA)
    pytest.skip(NO_REAL_DATA)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = terminalreporter.stats.get("skipped", [])
    count = sum(NO_REAL_DATA in str(report.longrepr) for report in skipped)
    if count:
        terminalreporter.write_line(
            f"real data is absent: {count} tests skipped (--require-data makes them fail)"
        )


@pytest.fixture(autouse=True)
def garbage_is_collected_here() -> Iterator[None]:
    """Between tests, on the tests' own thread."""
    yield
    if gc.get_count()[0] > GARBAGE_OBJECTS:
        gc.collect()


@pytest.fixture(scope="session")
def qapp_args() -> list[str]:
    # The web engine aborts on an application without a name.
    return ["gridseat-tests"]


@pytest.fixture(scope="session")
def qapp_cls() -> type:
    """The application, made after what has to exist before it: the web engine and the map's own scheme."""
    from PySide6 import QtWebEngineWidgets  # noqa: F401
    from PySide6.QtWidgets import QApplication

    if importlib.util.find_spec("app.map.scheme"):
        importlib.import_module("app.map.scheme").register_scheme()
    return QApplication


class _Kept(logging.Handler):
    """Keeps what was logged as an error."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


@pytest.fixture(autouse=True)
def no_unexpected_errors_in_the_log(request: pytest.FixtureRequest) -> Iterator[None]:
    """An error that is only logged fails the test too, unless the test reads the log itself (caplog)."""
    if "caplog" in request.fixturenames:
        yield
        return
    kept = _Kept()
    logging.getLogger().addHandler(kept)
    yield
    logging.getLogger().removeHandler(kept)
    if kept.records:
        pytest.fail("logged as an error: " + "; ".join(record.getMessage() for record in kept.records))
