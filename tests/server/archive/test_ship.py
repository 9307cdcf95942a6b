from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import apsw
import numpy as np
import pytest

from casework.workflow import Stage
from server.archive import cases, ship
from server.founding import Ground, found
from server.paths import Paths
from server.store import Unavailable, VisibleRow
from tests.server.archive.small import CITY, DAY_MS, case, row_of, said, source_of


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    made = Paths(tmp_path)
    cases.append(source_of(made), said("路灯不亮", "井盖松动", "垃圾未清"))
    cases.append(source_of(made), said("他区的事", first=4, district="450105", unit="u2"))
    return made


def keys_in(path: Path) -> list[str]:
    db = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
    return [str(key) for (key,) in db.execute("SELECT key FROM archived ORDER BY rowid")]


def build(paths: Paths, channels: frozenset[str] = CITY, rows: list[VisibleRow] | None = None) -> Path:
    return ship.build(paths, channels, rows or [], 7, 4545)


def test_that_rows_lie_in_the_order_of_their_registration_with_those_of_the_ledger_among_them(
    paths: Paths,
) -> None:
    early = case("202300000001", "更早的事", registered_ms=2 * DAY_MS + 5)
    late = case("202500000001", "更晚的事", Stage.NOT_FILED)
    still = case("202500000002", "还没完", Stage.HANDLING)
    path = build(paths, rows=[row_of(late), row_of(still), row_of(early), ("unit", "u", 1, 1, b"{}")])
    wanted = ["202400000001", "202400000002", "202300000001", "202400000003", "202400000004", "202500000001"]
    assert keys_in(path) == wanted


def test_that_a_case_in_both_is_there_once_as_the_ledger_says(paths: Paths) -> None:
    path = build(paths, rows=[row_of(case("202400000002", "台账里的话"))])
    db = apsw.Connection(str(path))
    assert db.execute("SELECT text FROM archived WHERE key = '202400000002'").fetchall() == [("台账里的话",)]
    assert len(keys_in(path)) == 4


@pytest.mark.parametrize(
    ("channels", "wanted"),
    [
        ({"city", "everybody"}, [1, 2, 3, 4]),
        ({"everybody", "district:450105"}, [4]),
        ({"everybody", "unit:u1"}, [1, 2, 3]),
        ({"everybody", "unit:u2", "district:450103"}, [1, 2, 3, 4]),
        ({"everybody"}, []),
        ({"unit:"}, []),
    ],
)
def test_that_channels_see_their_own_cases_only(paths: Paths, channels: set[str], wanted: list[int]) -> None:
    other = case("202500000009", "台账", grid="450199001001001", unit="u9")
    path = build(paths, frozenset(channels), [row_of(other)])
    seen = [f"2024{k:08d}" for k in wanted] + (["202500000009"] if "city" in channels else [])
    assert keys_in(path) == seen


def test_that_numbers_of_people_are_starred_on_the_way(paths: Paths) -> None:
    cases.append(source_of(paths), said("刘家 13800138000|联系 0771-5678901", first=9))
    db = apsw.Connection(str(build(paths)))
    found = db.execute("SELECT place, text FROM archived WHERE key = '202400000009'").fetchall()
    assert found == [("刘家 138****8000", "联系 0771******01")]
    for digits in ("00138", "56789"):
        assert not db.execute("SELECT rowid FROM find WHERE find MATCH ?", (f'"{digits}" *',)).fetchall()


def test_that_the_file_says_what_it_is(paths: Paths) -> None:
    path = build(paths)
    db = apsw.Connection(str(path))
    meta = dict(db.execute("SELECT name, value FROM meta"))
    assert (meta["schema"], meta["count"], meta["through_seq"], meta["epsg"]) == ("1", "4", "7", "4545")
    assert meta["is_generated"] == "0"
    columns = {name: np.frombuffer(body, dtype) for name, dtype, body in db.execute("SELECT * FROM columns")}
    assert columns["x_mm"].tolist() == [1000, 2000, 3000, 4000]
    assert columns["unit_idx"].tolist() == [0, 0, 0, 1]
    units = dict(db.execute("SELECT idx, id FROM unit"))
    assert units == {0: "u1", 1: "u2"}
    assert db.execute("PRAGMA integrity_check").get == "ok"


def test_that_a_restart_finds_the_file_and_a_change_of_the_cases_makes_it_stale(paths: Paths) -> None:
    assert ship.ready(paths, CITY) is None
    path = build(paths)
    again = ship.ready(Paths(paths.root), CITY)
    assert again is not None
    assert (again.path, again.count, again.through_seq) == (path, 4, 7)
    assert ship.ready(paths, frozenset({"unit:u1"})) is None
    cases.append(source_of(paths), said("新的", first=20))
    assert ship.ready(paths, CITY) is None


def test_that_a_broken_file_is_none(paths: Paths) -> None:
    path = build(paths)
    path.write_bytes(b"half a file")
    assert ship.ready(paths, CITY) is None
    build(paths)
    assert ship.ready(paths, CITY) is not None


def test_that_a_centre_without_archived_cases_ships_those_of_its_ledger(tmp_path: Path) -> None:
    path = build(Paths(tmp_path), rows=[row_of(case("202500000001", "只有台账"))])
    assert keys_in(path) == ["202500000001"]
    assert ship.ready(Paths(tmp_path), CITY) is not None


def test_that_a_disk_error_leaves_the_file_that_was_there(paths: Paths) -> None:
    path = build(paths)
    before = path.read_bytes()

    def failing() -> Iterator[VisibleRow]:
        yield row_of(case("202500000001", "一"))
        raise OSError(28, "No space left on device")

    with pytest.raises(Unavailable) as refused:
        ship.build(paths, CITY, failing(), 9)
    assert refused.value.code == "disk_full"
    assert path.read_bytes() == before
    assert sorted(one.name for one in path.parent.iterdir()) == ["cases.db", path.name]


KILLED = """
import os, signal, sys
from pathlib import Path
from server.archive import ship
from server.paths import Paths
from tests.server.archive.small import CITY

end = ship._Filling.end
def deadly(self, facts):
    os.kill(os.getpid(), signal.SIGKILL)
ship._Filling.end = deadly
ship.build(Paths(Path(sys.argv[1])), CITY, [], 1)
"""


@pytest.mark.skipif(os.name == "nt", reason="kills by signal")
def test_that_a_killed_build_leaves_nothing_that_is_taken_for_a_file(paths: Paths) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED, str(paths.root)], timeout=100, check=False)
    assert done.returncode == -signal.SIGKILL
    folder = source_of(paths).parent
    (part,) = folder.glob("part-*")
    assert ship.ready(paths, CITY) is None
    long_ago = time.time() - 2 * ship.ABANDONED_S
    os.utime(part, (long_ago, long_ago))
    path = build(paths)
    assert sorted(one.name for one in folder.iterdir()) == ["cases.db", path.name]


def test_that_a_process_of_its_own_reads_the_ledger_and_builds_the_same(tmp_path: Path) -> None:
    rows = [
        ("case", case("202500000001", "台账里的路灯")),
        ("case", case("202500000002", "开着", Stage.HANDLING)),
    ]
    found(tmp_path, Ground(rows), 1)
    paths = Paths(tmp_path)
    cases.append(source_of(paths), said("路灯不亮"))
    path = ship.build_apart(paths, CITY)
    assert keys_in(path) == ["202400000001", "202500000001"]
    facts = ship.ready(paths, CITY)
    assert facts is not None
    assert facts.through_seq >= 2


def test_that_a_process_that_cannot_build_says_why(tmp_path: Path) -> None:
    with pytest.raises(Unavailable):
        ship.build_apart(Paths(tmp_path / "nothing"), CITY)


def test_that_old_files_go_where_there_are_too_many(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [build(paths, frozenset({f"unit:{number}"})) for number in range(4)]
    for age, path in enumerate(names):
        os.utime(path, (1000 + age, 1000 + age))
    monkeypatch.setattr(ship, "KEPT_BYTES", names[0].stat().st_size * 2)
    newest = build(paths)
    assert set(source_of(paths).parent.glob("ship-*.db")) == {names[2], names[3], newest}
