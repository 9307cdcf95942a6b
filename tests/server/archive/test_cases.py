from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import apsw
import pytest

from server.archive import cases
from tests.server.archive.small import said


def test_that_what_is_brought_in_is_there_the_oldest_first(tmp_path: Path) -> None:
    path = tmp_path / "archive" / "cases.db"
    assert cases.append(path, said("乙", first=2)) == 1
    assert cases.append(path, said("甲", first=1)) == 2
    assert [row[16] for row in cases.read(path)] == ["甲", "乙"]
    assert cases.known_uids(path) == {"Src-1": "202400000001", "Src-2": "202400000002"}
    assert cases.known_keys(path) == {"202400000001", "202400000002"}


def test_that_a_key_that_is_there_lets_nothing_of_its_delivery_in(tmp_path: Path) -> None:
    path = tmp_path / "cases.db"
    cases.append(path, said("甲"))
    before = cases.stamp(path)
    with pytest.raises(apsw.ConstraintError):
        cases.append(path, said("又", "新", first=1))
    assert [row[16] for row in cases.read(path)] == ["甲"]
    assert cases.stamp(path) == before


def test_that_replacing_changes_what_is_known_and_adds_what_is_not(tmp_path: Path) -> None:
    path = tmp_path / "cases.db"
    cases.append(path, said("甲"))
    assert cases.replace(path, said("改", "新")) == 2
    assert [row[16] for row in cases.read(path)] == ["改", "新"]


def test_that_every_change_moves_the_stamp_and_another_file_has_another(tmp_path: Path) -> None:
    stamps = [cases.stamp(tmp_path / "one.db")]
    cases.append(tmp_path / "one.db", said("甲"))
    stamps.append(cases.stamp(tmp_path / "one.db"))
    cases.replace(tmp_path / "one.db", said("乙"))
    stamps.append(cases.stamp(tmp_path / "one.db"))
    cases.append(tmp_path / "two.db", said("甲"))
    stamps.append(cases.stamp(tmp_path / "two.db"))
    assert stamps[0] == ""
    assert len(set(stamps)) == 4


def test_that_invented_cases_are_said_to_be(tmp_path: Path) -> None:
    path = tmp_path / "cases.db"
    assert not cases.is_generated(path)
    cases.append(path, said("甲"))
    assert not cases.is_generated(path)
    cases.append(path, said("乙", first=2), is_generated=True)
    assert cases.is_generated(path)


def test_that_columns_of_differing_lengths_enter_nothing(tmp_path: Path) -> None:
    import msgspec

    path = tmp_path / "cases.db"
    with pytest.raises(ValueError, match="shorter"):
        cases.append(path, msgspec.structs.replace(said("甲", "乙"), texts=["甲"]))
    assert cases.known_keys(path) == set()


def test_that_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cases.db"
    apsw.Connection(str(path)).execute("CREATE TABLE other(x)")
    with pytest.raises(cases.NotAnArchive):
        cases.append(path, said("甲"))
    with pytest.raises(cases.NotAnArchive):
        cases.known_uids(path)


KILLED = """
import os, signal, sys
from pathlib import Path
import apsw
from server.archive import cases
from tests.server.archive.small import said

class Deadly(list):
    def __iter__(self):
        for k, text in enumerate(list.__iter__(self)):
            if k == 40_000:
                os.kill(os.getpid(), signal.SIGKILL)
            yield text

import msgspec
many = said(*["路灯不亮，" * 40] * 50_000, first=int(sys.argv[2]))
cases.CACHE_KIB = 64
cases.append(Path(sys.argv[1]), msgspec.structs.replace(many, texts=Deadly(many.texts)))
"""


@pytest.mark.skipif(os.name == "nt", reason="kills by signal")
@pytest.mark.parametrize("is_new", [True, False])
def test_that_a_killed_delivery_leaves_nothing_of_itself(tmp_path: Path, is_new: bool) -> None:
    path = tmp_path / "cases.db"
    if not is_new:
        cases.append(path, said("甲"))
    done = subprocess.run([sys.executable, "-c", KILLED, str(path), "10"], timeout=100, check=False)
    assert done.returncode == -signal.SIGKILL
    assert path.stat().st_size > 1_000_000  # it had begun to write
    assert cases.known_keys(path) == (set() if is_new else {"202400000001"})
    assert cases.append(path, said("乙", first=2)) == (1 if is_new else 2)
