from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.repo.source import ROOT, files, tree

# Folder -> the explicit tuple in its __init__.py that has one entry (or more) from every file beside it.
REGISTRIES = {
    "casework/entities": "ENTITIES",
    "casework/commands": "COMMANDS",
    "app/actions": "ACTIONS",
    "app/map/layers": "LAYERS",
    "app/widgets/wall": "PANELS",
}
# What a registry folder may hold besides its members: the shape they share; so may a name with an underscore.
SHAPES = {"shape", "style"}


def _tuple_names(init: Path, name: str) -> list[str] | None:
    """The roots of the tuple's entries: `case.ENTITY` -> "case", `CLOSE` -> "CLOSE"."""
    for node in ast.walk(tree(init)):
        if isinstance(node, ast.AnnAssign):
            targets: list[ast.expr] = [node.target]
        elif isinstance(node, ast.Assign):
            targets = node.targets
        else:
            continue
        named = any(isinstance(target, ast.Name) and target.id == name for target in targets)
        if named and isinstance(node.value, ast.Tuple):
            return [_root(entry) for entry in node.value.elts]
    return None


def _root(entry: ast.expr) -> str:
    while isinstance(entry, ast.Attribute | ast.Call | ast.Starred):
        entry = entry.func if isinstance(entry, ast.Call) else entry.value
    return entry.id if isinstance(entry, ast.Name) else ast.dump(entry)


def _origins(init: Path) -> dict[str, str]:
    """Name in the file -> the dotted thing it was imported from."""
    found = {}
    for node in ast.walk(tree(init)):
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                found[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    return found


def unregistered(root: Path, folder: str, name: str) -> list[str]:
    init = root / folder / "__init__.py"
    members = {path.stem for path in (root / folder).glob("*.py")} - {"__init__"} - SHAPES
    members = {member for member in members if not member.startswith("_")}
    if not init.exists():
        return [f"{folder}/__init__.py is missing"] if members else []
    entries = _tuple_names(init, name)
    if entries is None:
        return [f"{folder}/__init__.py has no tuple {name}"]
    origins = _origins(init)
    package = folder.replace("/", ".")
    used = {origins.get(entry, "").removeprefix(package + ".").partition(".")[0] for entry in entries}
    return [f"{folder}/{member}.py is not in {name}" for member in sorted(members - used)]


@pytest.mark.parametrize("folder", REGISTRIES)
def test_that_every_file_of_a_registry_is_in_its_tuple(folder: str) -> None:
    if not (ROOT / folder).is_dir():
        pytest.skip(f"{folder} does not exist yet")
    assert unregistered(ROOT, folder, REGISTRIES[folder]) == []


@pytest.mark.parametrize("folder", REGISTRIES)
def test_that_a_planted_stray_is_found(tmp_path: Path, folder: str) -> None:
    package, name = folder.replace("/", "."), REGISTRIES[folder]
    (tmp_path / folder).mkdir(parents=True)
    for member in ("known", "other", "stray"):
        (tmp_path / folder / f"{member}.py").write_text("ONE = 1\n")
    init = tmp_path / folder / "__init__.py"
    init.write_text(
        f"from {package} import known, stray\nfrom {package}.other import ONE as OTHER\n"
        f"{name}: tuple[int, ...] = (known.ONE, OTHER)\n"
    )
    assert unregistered(tmp_path, folder, name) == [f"{folder}/stray.py is not in {name}"]
    init.write_text(f"from {package} import known\n{name} = [known.ONE]\n")
    assert unregistered(tmp_path, folder, name) == [f"{folder}/__init__.py has no tuple {name}"]


def lists_of(names: set[str], root: Path, folder: str, least: int = 2) -> list[str]:
    """Collections in app that name several members of a registry, outside of the registry's own folder.

    Such a list has to be added to by hand with every new member; what it says belongs into the member itself.
    """
    found = []
    for path in files(root, "app"):
        if path.is_relative_to(root / folder):
            continue
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Tuple | ast.List | ast.Set):
                texts = [entry.value for entry in node.elts if isinstance(entry, ast.Constant)]
                if len(texts) >= least and names.issuperset(map(str, texts)):
                    found.append(f"{path.relative_to(root)}:{node.lineno}")
    return found


def test_that_nobody_else_keeps_a_list_of_actions() -> None:
    actions = pytest.importorskip("app.actions", reason="no actions yet")
    assert lists_of(set(actions.ACTION_BY_ID), ROOT, "app/actions") == []


def test_that_nobody_in_the_seat_keeps_a_list_of_commands() -> None:
    commands = pytest.importorskip("casework.commands")
    assert lists_of(set(commands.RULE_BY_KIND), ROOT, "app/actions", least=3) == []


def test_that_a_planted_list_of_actions_is_found(tmp_path: Path) -> None:
    (tmp_path / "app" / "widgets").mkdir(parents=True)
    (tmp_path / "app" / "widgets" / "bar.py").write_text(
        'ONE = {"close"}\nOTHER = ("open", "close")\nSEVERAL = frozenset({"close", "undo"})\n'
    )
    assert lists_of({"close", "undo"}, tmp_path, "app/actions") == ["app/widgets/bar.py:3"]
