from __future__ import annotations

import ast
import re
from pathlib import Path

from tests.repo.source import ROOT, SHIPPED, files, tree

# Words that say nothing about the thing they name.
FORBIDDEN = {
    "manager", "handler", "helper", "helpers", "util", "utils", "base", "common", "misc", "service", "data",
    "info", "wrapper",
}  # fmt: skip


def _words(name: str) -> set[str]:
    return {word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", name)}


def badly_named(root: Path) -> list[str]:
    found = []
    for path in files(root, *SHIPPED, "bench", "devkit"):
        where = path.relative_to(root).as_posix()
        for part in path.relative_to(root).with_suffix("").parts:
            if _words(part) & FORBIDDEN:
                found.append(where)
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ClassDef) and _words(node.name) & FORBIDDEN:
                found.append(f"{where}: {node.name}")
    return found


def test_that_names_say_what_a_thing_is() -> None:
    assert badly_named(ROOT) == []


def test_that_a_planted_name_is_found(tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "case_utils.py").write_text("class Database: ...\n")
    (tmp_path / "app" / "queue.py").write_text(
        "class QueueManager: ...\nclass CaseInfo: ...\nclass Basement: ...\n"
    )
    assert badly_named(tmp_path) == [
        "app/case_utils.py",
        "app/queue.py: QueueManager",
        "app/queue.py: CaseInfo",
    ]
