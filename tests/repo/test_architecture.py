from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

from tests.repo.layers import QT, ROOTS, RULES, Rule
from tests.repo.source import ROOT, SHIPPED, files, imports, is_within, module_name, tree

# In casework the clock, the file system and chance are arguments; these calls would bring them back.
IMPURE_CALLS = {"open", "input", "print", "eval", "exec"}
IMPURE_METHODS = {"now", "utcnow", "today", "read_text", "read_bytes", "write_text", "write_bytes"}


def rule_for(module: str) -> Rule | None:
    packages = [package for package in RULES if is_within(module, package)]
    # A module directly in app has to be named: app itself is only a docstring.
    if not packages or (max(packages, key=len) == "app" and module != "app"):
        return None
    return RULES[max(packages, key=len)]


def is_allowed(module: str, target: str, rule: Rule) -> bool:
    top = target.partition(".")[0]
    if top in SHIPPED:
        return any(is_within(target, package) for package in rule.ours)
    if top in sys.stdlib_module_names:
        return top not in rule.never and (rule.standard is None or top in rule.standard)
    return "*" in rule.others or any(is_within(target, package) for package in rule.others)


def violations(root: Path) -> list[str]:
    found = []
    for path in files(root, *SHIPPED):
        module = module_name(path, root)
        rule = rule_for(module)
        where = path.relative_to(root)
        if rule is None:
            found.append(f"{where}: no line in tests/repo/layers.py says what {module} may import")
            continue
        for target, line in imports(path, root):
            if not is_allowed(module, target, rule):
                found.append(f"{where}:{line}: {module} must not import {target}")
            if any(is_within(target, name) for name in ROOTS) and module not in ROOTS:
                found.append(f"{where}:{line}: nobody imports {target}")
    return found


def impurities(root: Path) -> list[str]:
    found = []
    for path in files(root, "casework"):
        for node in ast.walk(tree(path)):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.id if isinstance(node.func, ast.Name) else ""
            method = node.func.attr if isinstance(node.func, ast.Attribute) else ""
            if name in IMPURE_CALLS or method in IMPURE_METHODS:
                found.append(f"{path.relative_to(root)}:{node.lineno}: {name or method}()")
    return found


def test_that_every_import_is_in_the_table() -> None:
    assert violations(ROOT) == []


def test_that_casework_reads_no_clock_and_no_file() -> None:
    assert impurities(ROOT) == []


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("casework/clock/now.py", "import time"),
        ("casework/commands/file.py", "from app import session"),
        ("casework/sync/seat.py", "import asyncio"),
        ("casework/figures/counts.py", "import shapely"),
        ("server/http/routes.py", f"from {QT} import QtCore"),
        ("server/feed.py", "def later():\n    from app.cache import rows"),
        ("server/store/sqlite.py", "import geopandas"),
        ("app/actions/close.py", f"from {QT}.QtGui import QAction"),
        ("app/models/queue.py", f"from {QT} import QtWidgets"),
        ("app/models/queue.py", "from app.link import engine"),
        ("app/widgets/queue.py", "import json"),
        ("app/widgets/queue.py", "from ..cache import rows"),
        ("app/widgets/queue.py", "from app.map import bridge"),
        ("app/map/view.py", "import importlib\n\nimportlib.import_module('app.widgets.queue')"),
        ("app/link/engine.py", f"import {QT}.QtCore"),
        ("app/cache/rows.py", "import httpx"),
        ("app/session.py", "from app.start import main"),
        ("app/surprise.py", "import math"),
        ("gridseat_files/more.py", "import msgspec"),
    ],
)
def test_that_a_planted_import_is_found(tmp_path: Path, file: str, line: str) -> None:
    path = tmp_path / file
    path.parent.mkdir(parents=True)
    path.write_text(line + "\n")
    found = violations(tmp_path)
    assert found
    assert all(entry.startswith(file) for entry in found)


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("casework/clock/calendar.py", "import zoneinfo\nimport msgspec"),
        ("casework/coverage/faces.py", "import numpy\nfrom shapely import coverage_is_valid"),
        ("server/imports/grids.py", "import geopandas"),
        ("app/widgets/main_window.py", "from app.map.view import MapView\nfrom app.look import tokens"),
        ("app/widgets/queue.py", "from .. import models\nfrom ..models.queue import QueueModel"),
        ("app/start.py", "import app.widgets.queue\nfrom server import demo\nimport httpx"),
        ("app/session.py", f"from {QT}.QtCore import QObject"),
    ],
)
def test_that_a_lawful_import_is_left_alone(tmp_path: Path, file: str, line: str) -> None:
    path = tmp_path / file
    path.parent.mkdir(parents=True)
    path.write_text(line + "\n")
    assert violations(tmp_path) == []


@pytest.mark.parametrize("line", ["datetime.now()", "open('x')", "date.today()", "path.read_text()"])
def test_that_a_planted_clock_or_file_is_found(tmp_path: Path, line: str) -> None:
    (tmp_path / "casework").mkdir()
    (tmp_path / "casework" / "now.py").write_text(line + "\n")
    assert len(impurities(tmp_path)) == 1
