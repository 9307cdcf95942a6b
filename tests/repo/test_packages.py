from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests.repo.source import ROOT, SHIPPED, files, imports, tree

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
FOLDERS = {"gridseat_files.resources", "gridseat_files.data"}
# Made by dev.py build, not tracked.
MADE = ("resources/web/vendor", "resources/text", "resources/i18n/zh_CN.qm")
# Package -> the extras it may count on.
EXTRAS = {"casework": (), "gridseat_files": (), "server": ("server",), "app": ("seat",)}


def packages_on_disk(root: Path) -> set[str]:
    return {".".join(path.parent.relative_to(root).parts) for path in files(root, *SHIPPED)}


def test_that_every_package_is_listed_by_name() -> None:
    listed = PROJECT["tool"]["setuptools"]["packages"]
    wanted = sorted(packages_on_disk(ROOT) | FOLDERS)
    assert listed == wanted, "in pyproject.toml:\n" + "\n".join(f'    "{package}",' for package in wanted)


def test_that_every_package_says_what_it_is_for() -> None:
    silent = [package for package in packages_on_disk(ROOT) if not _docstring(package)]
    assert silent == []


def _docstring(package: str) -> str | None:
    init = ROOT / package.replace(".", "/") / "__init__.py"
    return ast.get_docstring(tree(init)) if init.exists() else None


def test_that_the_entry_points_exist() -> None:
    for target in PROJECT["project"]["scripts"].values():
        module, _, function = target.partition(":")
        path = ROOT / (module.replace(".", "/") + ".py")
        if not path.exists():
            pytest.skip(f"{module} does not exist yet")
        names = {node.name for node in tree(path).body if isinstance(node, ast.FunctionDef)}
        names |= {
            alias.asname or alias.name
            for node in tree(path).body
            if isinstance(node, ast.ImportFrom)
            for alias in node.names
        }
        assert function in names, target


def _distribution(line: str) -> str:
    return re.split(r"[<>=!~;\[ ]", line)[0].lower().replace("_", "-")


def test_that_every_import_is_asked_for_by_its_own_extra() -> None:
    project = PROJECT["project"]
    known = packages_distributions()
    lacking = set()
    for top, extras in EXTRAS.items():
        lines = [
            *project["dependencies"],
            *(line for extra in extras for line in project["optional-dependencies"][extra]),
        ]
        asked = {_distribution(line) for line in lines} | {"shiboken6"}
        for path in files(ROOT, top):
            for target, _ in imports(path, ROOT):
                name = target.partition(".")[0]
                if name in sys.stdlib_module_names or name in SHIPPED or name == "":
                    continue
                owners = {owner.lower().replace("_", "-") for owner in known.get(name, [name])}
                owners |= {"pyside6"} if name == "PySide6" else set()
                # PostgreSQL's driver comes with the backend that needs it.
                if not owners & asked:
                    lacking.add(f"{top}: {name} ({', '.join(sorted(owners))})")
    assert sorted(lacking) == []


def named_resources(root: Path) -> dict[str, str]:
    """Every "resources/..." or "data/..." that is handed to find(): path -> where."""
    found = {}
    for path in files(root, *SHIPPED):
        for node in ast.walk(tree(path)):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            first = node.args[0]
            if (
                name == "find"
                and isinstance(first, ast.Constant)
                and str(first.value).startswith(("resources", "data"))
            ):
                found[str(first.value)] = f"{path.relative_to(root)}:{node.lineno}"
    return found


def test_that_every_named_resource_exists() -> None:
    missing = {
        name: where
        for name, where in named_resources(ROOT).items()
        if not (ROOT / name).exists() and not name.startswith(MADE)
    }
    assert missing == {}


def test_that_planted_faults_are_found(tmp_path: Path) -> None:
    (tmp_path / "app" / "new").mkdir(parents=True)
    (tmp_path / "app" / "new" / "thing.py").write_text(
        "from gridseat_files import find\nfind('resources/none.svg')\n"
    )
    assert packages_on_disk(tmp_path) == {"app.new"}
    assert named_resources(tmp_path) == {"resources/none.svg": "app/new/thing.py:2"}
