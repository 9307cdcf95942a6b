"""Reading the repository's own sources: files, syntax trees, imports. Pure ast: nothing is imported."""

from __future__ import annotations

import ast
import os
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ("app", "casework", "gridseat_files", "server")
OURS = (*SHIPPED, "bench", "devkit", "tests")


def files(root: Path, *tops: str) -> Iterator[Path]:
    """Every Python file below the named folders of `root`."""
    for top in tops:
        yield from sorted(path for path in (root / top).rglob("*.py") if "__pycache__" not in path.parts)


@cache
def _parsed(path: Path, mtime_ns: int) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def tree(path: Path) -> ast.Module:
    """The syntax tree of a file."""
    return _parsed(path, path.stat().st_mtime_ns)


def module_name(path: Path, root: Path) -> str:
    """`app/map/__init__.py` -> `app.map`"""
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


class Import(NamedTuple):
    """One imported thing, as far as it can be told: for `from a import b` both `a` and `a.b` are looked
    at.
    """

    target: str
    line: int


def imports(path: Path, root: Path) -> list[Import]:
    """Everything a file imports, at the top or lazily, relative names made absolute."""
    found = []
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found += [Import(alias.name, node.lineno) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            start = _absolute(node, path, root)
            found += [Import(f"{start}.{alias.name}", node.lineno) for alias in node.names]
        elif isinstance(node, ast.Call):
            found += [Import(name, node.lineno) for name in _called_import(node)]
    return found


def _absolute(node: ast.ImportFrom, path: Path, root: Path) -> str:
    if not node.level:
        return node.module or ""
    package = path.relative_to(root).parent.parts
    start = package[: len(package) - (node.level - 1)]
    return ".".join([*start, *([node.module] if node.module else [])])


def _called_import(node: ast.Call) -> list[str]:
    """`importlib.import_module("x")` and `__import__("x")` with a name that can be read."""
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if name not in ("import_module", "__import__") or not node.args:
        return []
    first = node.args[0]
    return [first.value] if isinstance(first, ast.Constant) and isinstance(first.value, str) else []


def is_within(name: str, package: str) -> bool:
    """Whether a dotted name is a package or something inside it."""
    return name == package or name.startswith(package + ".")


# What git ignores, for a copy of the tree without git.
MADE = {".git", ".venv", "__pycache__", "node_modules", "vendor", "build", "dist", "shots", "out"}
MADE_FOLDERS = {"resources/text"}
MADE_SUFFIXES = (".pyc", ".qm", ".db", ".db-wal", ".db-shm", ".log")


def tracked(root: Path, *folders: str, untracked_too: bool = False) -> list[Path]:
    """The files git knows, with `untracked_too` also those it would take in; without git, all that is not made."""
    command = ["git", "ls-files", "-z", "--cached"]
    command += ["--others", "--exclude-standard"] if untracked_too else []
    try:
        listed = subprocess.run(
            [*command, *folders], cwd=root, capture_output=True, text=True, check=True
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        return [path for path in _walked(root) if not folders or path.relative_to(root).parts[0] in folders]
    return [root / name for name in listed.split("\0") if name and (root / name).is_file()]


def _walked(root: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(root):
        here = Path(folder).relative_to(root)
        folders[:] = sorted(
            name
            for name in folders
            if name not in MADE
            and not name.endswith("_cache")
            and (here / name).as_posix() not in MADE_FOLDERS
        )
        for name in sorted(names):
            if not name.endswith(MADE_SUFFIXES) and name != ".venv.lock":
                yield Path(folder) / name
