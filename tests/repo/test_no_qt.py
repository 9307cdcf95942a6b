from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.repo.source import ROOT

IMPORT_ALL = """
import importlib, pkgutil, sys
for top in sys.argv[1:]:
    package = importlib.import_module(top)
    for module in pkgutil.walk_packages(package.__path__, top + "."):
        importlib.import_module(module.name)
qt = sorted(name for name in sys.modules if name.partition(".")[0] in ("PySide6", "shiboken6", "qtpy", "app"))
print(",".join(qt))
"""


def _loaded_by(folder: Path, *packages: str) -> str:
    command = [sys.executable, "-c", IMPORT_ALL, *packages]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_that_casework_and_the_centre_load_nothing_of_qt() -> None:
    assert _loaded_by(ROOT, "casework", "server") == ""


def test_that_a_planted_qt_import_is_found(tmp_path: Path) -> None:
    (tmp_path / "planted").mkdir()
    (tmp_path / "planted" / "__init__.py").touch()
    (tmp_path / "planted" / "deep.py").write_text("import PySide6.QtCore\n")
    assert "PySide6" in _loaded_by(tmp_path, "planted").split(",")
