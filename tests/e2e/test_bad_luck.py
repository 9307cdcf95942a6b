"""What goes wrong around a working operator, as the operator sees it: said in words, nothing lost, and on it goes."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from server.paths import Paths
from tests.e2e.journey import HALL
from tests.server.ground import Served, passwords

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.usefixtures("qapp", "chinese")


def test_that_the_log_in_says_what_is_wrong_and_lets_in_by_keys_alone(
    tmp_path: Path, city: Paths, city_served: Served
) -> None:
    log_in(tmp_path, city, "first", city_served.url)
    log_in(tmp_path, city, "offline", city_served.url)


def log_in(folder: Path, city: Paths, kind: str, url: str) -> None:
    """One process: the log-in window, then the desk."""
    env = {**os.environ, "XDG_CONFIG_HOME": str(folder / "config"), "PYTHONPATH": str(ROOT)}
    words = [kind, str(folder / "seat"), HALL, passwords(city)[HALL], nobody_there(), url]
    command = [sys.executable, "-m", "tests.e2e.door_worker", *words]
    made = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert made.returncode == 0, made.stderr


def nobody_there() -> str:
    """An address of this machine where nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        return f"http://127.0.0.1:{door.getsockname()[1]}"
