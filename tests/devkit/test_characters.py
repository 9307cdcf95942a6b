from __future__ import annotations

from pathlib import Path

import pytest

from devkit import characters


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(characters, "TEXT", tmp_path / "text")
    monkeypatch.setattr(characters, "STAMP", tmp_path / "text" / "stamp")
    return tmp_path / "text"


def test_that_the_table_comes_with_its_licence_and_only_once(elsewhere: Path) -> None:
    characters.make()
    assert sorted(path.name for path in elsewhere.iterdir()) == [
        "stamp",
        "ts_characters.LICENSE.txt",
        "ts_characters.NOTICE.txt",
        "ts_characters.txt",
    ]
    assert "漢\t汉" in (elsewhere / "ts_characters.txt").read_text(encoding="utf-8").splitlines()
    assert "Apache License" in (elsewhere / "ts_characters.LICENSE.txt").read_text(encoding="utf-8")
    assert characters.is_ready()


def test_that_another_locked_version_makes_the_table_stale(
    elsewhere: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    characters.make()
    lock = tmp_path / "requirements.lock"
    lock.write_text("opencc-python-reimplemented==9.9\n")
    monkeypatch.setattr(characters, "LOCK", lock)
    assert not characters.is_ready()


def test_that_a_file_the_package_no_longer_carries_is_named(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(characters, "FILES", {"opencc/none.txt": "none.txt"})
    with pytest.raises(SystemExit):
        characters.make()
    assert "opencc/none.txt" in capsys.readouterr().err
    assert not elsewhere.exists()
