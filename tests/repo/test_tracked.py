from __future__ import annotations

import hashlib
import re
from pathlib import Path

from tests.repo.source import ROOT, tracked

# Homes of people and machines; a path below one of them in a tracked file works on one machine only.
MACHINE_PATH = re.compile(r"(?<![\w./~-])/(work|root|home/\w+|Users/\w+|mnt|tmp/gs)/[\w.-]")
LARGEST_BYTES = 3_000_000
NOT_TEXT = {".png", ".jpg", ".ttf", ".otf", ".woff2", ".npz", ".ico"}
# May speak of such paths: this test.
EXEMPT = {"tests/repo/test_tracked.py"}


def machine_paths(root: Path, paths: list[Path]) -> list[str]:
    found = []
    for path in paths:
        where = path.relative_to(root).as_posix()
        if path.suffix in NOT_TEXT or where in EXEMPT:
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if MACHINE_PATH.search(line):
                found.append(f"{where}:{number}: {line.strip()[:100]}")
    return found


def test_that_no_tracked_file_names_a_path_of_one_machine() -> None:
    assert machine_paths(ROOT, tracked(ROOT)) == []


def test_that_a_planted_machine_path_is_found(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(
        "x = '/home/li/gridseat'\ny = '/v1/work/x'\nz = 'https://example.org/home/li/x'\n"
    )
    assert machine_paths(tmp_path, [tmp_path / "a.py"]) == ["a.py:1: x = '/home/li/gridseat'"]


def test_that_nothing_tracked_is_huge_or_made() -> None:
    assert [path.name for path in tracked(ROOT) if path.stat().st_size > LARGEST_BYTES] == []
    made = ("resources/web/vendor/", "resources/web/node_modules/", "resources/text/", ".venv/")
    names = [path.relative_to(ROOT).as_posix() for path in tracked(ROOT)]
    assert [name for name in names if name.startswith(made) or name.endswith((".qm", ".pyc", ".db"))] == []


def _digests(paths: list[Path]) -> dict[str, Path]:
    # Small files (an empty __init__, a licence line) are alike by chance.
    return {hashlib.sha256(path.read_bytes()).hexdigest(): path for path in paths if path.stat().st_size > 64}


def test_that_no_real_data_is_tracked(real_data: Path) -> None:
    ours = _digests(tracked(ROOT))
    sizes = {path.stat().st_size for path in ours.values()}
    theirs = _digests(
        [path for path in real_data.rglob("*") if path.is_file() and path.stat().st_size in sizes]
    )
    assert {str(ours[digest].relative_to(ROOT)) for digest in ours.keys() & theirs.keys()} == set()


def test_that_a_copy_without_git_is_listed_too(tmp_path: Path) -> None:
    for name in (
        "app/a.py",
        "resources/web/vendor/ol.js",
        "resources/text/ts_characters.txt",
        ".venv/x.py",
        "resources/i18n/zh_CN.qm",
        "data/b.csv",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    assert tracked(tmp_path) == [tmp_path / "app/a.py", tmp_path / "data/b.csv"]
    assert tracked(tmp_path, "data") == [tmp_path / "data/b.csv"]
