"""The cache of generated cities, on a city that has the rules of a very large one and few streets."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest

from server.archive import ship
from server.demo import kept
from server.demo.kept import Wanted, put_kept
from server.founding import Ground, found
from server.paths import Paths
from server.store.verify import verify

NOW_MS = 1_784_009_967_000
HOUR_MS = 3_600_000
MINI = Wanted("mini", 4, archived=300)


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = tmp_path / "cache"
    monkeypatch.setenv("GRIDSEAT_CACHE", str(folder))
    yield folder


class Heard(list[str]):
    """What was said."""

    def __call__(self, line: str) -> None:
        self.append(line)


def founded(root: Path, now_ms: int = NOW_MS, wanted: Wanted = MINI) -> tuple[Paths, Heard]:
    """Put there without the accounts, whose hashes take their time."""
    heard, paths = Heard(), Paths(root)
    root.mkdir()
    assert len(put_kept(paths, wanted, now_ms, heard)) > 50
    return paths, heard


def read(path: Path, sql: str) -> list[tuple]:
    db = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
    rows = db.execute(sql).fetchall()
    db.close()
    return rows


LEDGER = "SELECT seq, entity, key, body, joined, leaf, chain, at_ms FROM log ORDER BY seq"


def test_that_the_cache_gives_the_same_city(tmp_path: Path) -> None:
    first, heard = founded(tmp_path / "first")
    assert "generating" in heard[0]
    second, heard = founded(tmp_path / "second", NOW_MS + 7 * HOUR_MS)
    assert "from the cache" in heard[0]
    assert read(first.database, LEDGER) == read(second.database, LEDGER)
    for name in ("components", "base_map"):
        assert getattr(first, name).read_bytes() == getattr(second, name).read_bytes()
    archived = "SELECT * FROM archived ORDER BY key"
    assert read(first.archived_cases, archived) == read(second.archived_cases, archived)
    assert len(read(first.archived_cases, archived)) == 300
    for paths in (first, second):
        shipped = ship.ready(paths, kept.HALL)
        assert shipped is not None and shipped.count > 300
        assert verify(paths.database)[0] == []


def test_that_secrets_and_accounts_are_made_anew_and_never_kept(tmp_path: Path, cache: Path) -> None:
    first, second = Paths(tmp_path / "first"), Paths(tmp_path / "second")
    for paths in (first, second):
        found(paths.root, Ground(put=lambda where: put_kept(where, MINI, NOW_MS, Heard())), NOW_MS)
    for secret in ("grant_key", "signing_key", "admin_password", "demo_accounts"):
        assert getattr(first, secret).read_bytes() != getattr(second, secret).read_bytes()
    hashes = "SELECT hash FROM account"
    mine, theirs = ({row[0] for row in read(paths.database, hashes)} for paths in (first, second))
    assert len(mine) == len(theirs) > 100 and not mine & theirs
    first_size = json.loads(next(cache.rglob("stamp.json")).read_bytes())["sizes"]["store.zst"]
    names = {path.name for path in cache.rglob("*") if path.is_file()}
    assert {name for name in names if not name.startswith("ship-")} == {
        "archive.zst",
        "base.db",
        "components.db",
        "ground.zst",
        "stamp.json",
        "store.zst",
    }
    kept._unpack(next(cache.rglob("store.zst")), tmp_path / "kept.db", first_size)
    assert read(tmp_path / "kept.db", "SELECT * FROM account") == []


def test_that_a_later_shift_gets_cases_of_its_own_on_the_same_ground(tmp_path: Path) -> None:
    first, _ = founded(tmp_path / "first")
    now_ms = NOW_MS + 30 * HOUR_MS
    later, heard = founded(tmp_path / "later", now_ms)
    assert "anew for this shift" in heard[0]
    grids = "SELECT key, body FROM row_unit_grid ORDER BY key"
    assert read(first.database, grids) == read(later.database, grids)
    assert first.components.read_bytes() == later.components.read_bytes()
    shipped, old = ship.ready(later, kept.HALL), ship.ready(first, kept.HALL)
    assert shipped and old and shipped.path.read_bytes() != old.path.read_bytes()
    newest = "SELECT max(json_extract(body, '$.stage_ms')) FROM row_case"
    assert now_ms - HOUR_MS < read(later.database, newest)[0][0] <= now_ms
    assert verify(later.database)[0] == []
    _, heard = founded(tmp_path / "again", now_ms + HOUR_MS)
    assert "from the cache" in heard[0] and "anew" not in heard[0]


@pytest.mark.slow
def test_that_a_spoilt_cache_costs_time_and_nothing_else(tmp_path: Path, cache: Path) -> None:
    founded(tmp_path / "first")
    for path in cache.rglob("*.zst"):
        path.write_bytes(path.read_bytes()[:1000])
    again, _ = founded(tmp_path / "again")
    assert verify(again.database)[0] == []
    assert len(read(again.archived_cases, "SELECT key FROM archived")) == 300


def test_that_what_a_killed_founding_left_is_in_nobodys_way(tmp_path: Path, cache: Path) -> None:
    key = kept.key_of(MINI)
    for left in (f"{key}.part-dead", f"{key}.gone-dead"):
        (cache / left).mkdir(parents=True)
    (cache / key).mkdir()
    (cache / key / "stamp.json").write_text(json.dumps({"as_of_ms": NOW_MS, "sizes": {}}))
    again, heard = founded(tmp_path / "again")
    assert "generating" in heard[0] and verify(again.database)[0] == []
    assert (cache / key / "store.zst").exists() and not (cache / f"{key}.gone-dead").exists()


@pytest.mark.slow
def test_that_only_the_last_few_are_kept(tmp_path: Path, cache: Path) -> None:
    for seed in range(kept.KEPT + 2):
        founded(tmp_path / str(seed), wanted=Wanted("tiny", seed))
    left = {re.sub("-[0-9a-f]*$", "", path.name) for path in cache.iterdir()}
    assert left == {f"city-tiny-{seed}-0" for seed in range(2, kept.KEPT + 2)}


def test_that_a_cache_that_cannot_be_written_is_done_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRIDSEAT_CACHE", "/proc/nothing/here")
    paths, heard = founded(tmp_path / "first", wanted=Wanted("tiny", 1))
    assert "generating" in heard[0] and verify(paths.database)[0] == []


def test_that_the_rules_of_a_very_large_city_are_those_of_every_city(tmp_path: Path) -> None:
    paths, _ = founded(tmp_path / "mini")
    grids = [key for (key,) in read(paths.database, "SELECT key FROM row_unit_grid")]
    assert len(grids) == 560 and len({key[:6] for key in grids}) == 20
    assert len(read(paths.database, "SELECT key FROM row_work_grid")) == 21
    units = [key for (key,) in read(paths.database, "SELECT key FROM row_unit")]
    assert len(units) == 31 + 20 * 12 + 22 * 3
    stages = Counter(stage for (stage,) in read(paths.database, "SELECT stage FROM row_case"))
    assert sum(stages.values()) == 1_200
    assert sum(stages.values()) - stages["closed"] - stages["not_filed"] == 150
