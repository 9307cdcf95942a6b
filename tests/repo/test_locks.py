from __future__ import annotations

import json
import re
import tomllib
from itertools import chain

import pytest

from tests.repo.source import ROOT

LOCKS = ["requirements.lock", "resources/web/package-lock.json"]


@pytest.mark.parametrize("name", LOCKS)
def test_that_a_lock_file_holds_no_address(name: str) -> None:
    assert "://" not in (ROOT / name).read_text(encoding="utf-8")


def _without_hash(lock: str) -> list[str]:
    entries = re.split(r"(?<!\\)\n", lock.strip())
    return [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry or "==" not in entry]


def test_that_every_package_is_held_by_version_and_hash() -> None:
    assert _without_hash((ROOT / "requirements.lock").read_text(encoding="utf-8")) == []
    locked = json.loads((ROOT / "resources/web/package-lock.json").read_text(encoding="utf-8"))["packages"]
    assert [name for name, entry in locked.items() if name and "integrity" not in entry] == []


def test_that_a_planted_loose_pin_is_found() -> None:
    assert _without_hash("a==1 \\\n    --hash=sha256:00\nb>=2 \\\n    --hash=sha256:00\nc==3\n") == [
        "b>=2",
        "c==3",
    ]


def test_that_the_lock_knows_everything_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = [*project["dependencies"], *chain(*project["optional-dependencies"].values())]
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    locked = {
        name.lower().replace("_", "-") for name in re.findall(r"^([\w.-]+)==", lock, flags=re.MULTILINE)
    }
    names = {re.split(r"[<>=!~;\[ ]", line)[0].lower().replace("_", "-") for line in asked}
    assert names - locked == set()
