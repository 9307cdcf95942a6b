from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import gridseat_files
from gridseat_files import find
from tests.repo.source import tracked

ROOT = Path(__file__).resolve().parents[2]

# Below resources/, but only to make what ships.
SOURCES_ONLY = (
    "resources/i18n/parts/",
    "resources/web/package",
    "resources/web/.npmrc",
)


def test_that_a_checkout_finds_its_own_folders() -> None:
    assert find("data/README.md") == ROOT / "data" / "README.md"
    assert find("resources") == ROOT / "resources"


@pytest.mark.parametrize(
    "path", ["pyproject.toml", "resources/../pyproject.toml", "", "/etc/passwd", "data\\..\\dev.py"]
)
def test_that_nothing_outside_the_two_folders_is_found(path: str) -> None:
    with pytest.raises(ValueError):
        find(path)


def test_that_a_missing_file_is_named() -> None:
    with pytest.raises(FileNotFoundError, match="resources/no-such-thing did not ship"):
        find("resources/no-such-thing")


def test_that_a_frozen_build_looks_in_its_own_folder_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "README.md").write_text("frozen")
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)
    assert find("data/README.md").read_text() == "frozen"


def _tracked(*folders: str) -> set[str]:
    return {path.relative_to(ROOT).as_posix() for path in tracked(ROOT, *folders, untracked_too=True)}


def test_that_a_wheel_carries_every_resource_and_finds_it(tmp_path: Path) -> None:
    source = tmp_path / "source"
    for name in _tracked():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_bytes((ROOT / name).read_bytes())
    made = {
        "resources/web/vendor/ol.js",
        "resources/web/vendor/leaflet/leaflet.css",
        "resources/web/vendor/leaflet/LICENSE.txt",
        "resources/text/ts_characters.txt",
        "resources/text/ts_characters.LICENSE.txt",
    }
    for name in made:
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_text("made by dev.py build")
    command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-build-isolation", "--no-deps", "--no-index"]
    subprocess.run([*command, "-w", str(tmp_path), str(source)], check=True, timeout=100)
    (wheel,) = tmp_path.glob("gridseat-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "installed")
        carried = {name.removeprefix("gridseat_files/") for name in archive.namelist()}
    ships = {
        name
        for name in _tracked("resources", "data")
        if not name.startswith(SOURCES_ONLY) and not name.endswith((".ts", ".py"))
    }
    assert {name for name in carried if name.startswith(("resources/", "data/"))} == ships | made
    asked = "from gridseat_files import find; print(find('data/README.md'))"
    done = subprocess.run(
        [
            sys.executable,
            "-I",
            "-c",
            f"import sys; sys.path.insert(0, {str(tmp_path / 'installed')!r}); {asked}",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert Path(done.stdout.strip()) == tmp_path / "installed" / "gridseat_files" / "data" / "README.md"
    assert gridseat_files.__file__ == str(ROOT / "gridseat_files" / "__init__.py")
