"""seat.db on real SQLite: what it has promised to keep, it keeps: through kills, a full disk and a failing one."""

from __future__ import annotations

import os
import random
import signal
import stat
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import apsw
import msgspec
import pytest

from app.cache.disk import DiskFailed, DiskFull
from app.cache.seat_db import Grant, NewerSeat, OldSqlite, SeatDb, check_sqlite, hash_password
from app.cache.seat_versions import VERSIONS
from casework.commands.add_note import AddNote
from casework.entities.person import Person
from casework.facts import NumberBlock
from casework.ids import CommandId, PersonId
from casework.limits import RECEIPT_DAYS
from casework.refusal import RefusalCode, refuse
from casework.sync.messages import Basis
from casework.sync.seat import Item, Save
from casework.sync.status import OutboxState
from casework.workflow import Post

ROOT = Path(__file__).resolve().parents[3]
DAY_MS = 86_400_000
ZHANG = Person(PersonId("zhang"), "张", frozenset({Post.ACCEPTOR}))


def item(number: int, state: OutboxState = OutboxState.WAITING, text: str = "x", **more: Any) -> Item:
    return Item(
        id=CommandId(f"c{number}"),
        order=number,
        command=AddNote(case="202607140001", note=f"n{number}", text=text),
        author=PersonId("zhang"),
        grant="g",
        made_at_ms=1000 + number,
        release_at_ms=1000,
        basis=Basis(3, CommandId("c0")),
        state=state,
        **more,
    )


def save_of(*items: Item, next_n: int = 1, blocks: tuple[NumberBlock, ...] = ()) -> Save:
    return Save(items, next_n, blocks)


def test_that_what_was_saved_is_loaded_again(tmp_path: Path) -> None:
    db = SeatDb(tmp_path / "seat.db")
    refused = item(
        2, OutboxState.REFUSED, n=7, refusal=refuse(RefusalCode.STALE, seen=1, now=2), theirs=b'{"a":1}'
    )
    block = NumberBlock("20260714", 3, 50)
    db.save(save_of(item(1), refused, next_n=8, blocks=(block,)), 5_000, {"c1": b'{"mine":1}'})
    seat = db.seat
    db.close()
    again = SeatDb(tmp_path / "seat.db")
    memory = again.load(cursor=42)
    assert (memory.seat, memory.cursor, memory.next_n, memory.blocks) == (seat, 42, 8, (block,))
    assert memory.items == (item(1), refused)
    assert again.mine("c1") == b'{"mine":1}'
    assert again.mine("c2") is None


def test_that_a_later_save_keeps_what_the_command_made_of_its_row(tmp_path: Path) -> None:
    db = SeatDb(tmp_path / "seat.db")
    db.save(save_of(item(1)), 1, {"c1": b"1"})
    db.save(save_of(item(1, OutboxState.RELEASED, n=1)), 2)
    assert db.mine("c1") == b"1"


def test_that_a_seat_chooses_its_name_once(tmp_path: Path) -> None:
    first = SeatDb(tmp_path / "seat.db", "07")
    first.close()
    assert SeatDb(tmp_path / "seat.db", "08").seat == "07"
    assert len(SeatDb(tmp_path / "other.db").seat) == 8


def test_that_the_file_is_its_owners_alone(tmp_path: Path) -> None:
    SeatDb(tmp_path / "seat.db").save(save_of(item(1)), 1)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert set(modes.values()) == {0o600}, modes


def test_that_pragmas_are_what_durability_needs(tmp_path: Path) -> None:
    db = SeatDb(tmp_path / "seat.db")
    assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert db.execute("PRAGMA synchronous").fetchone() == (2,)


@pytest.mark.parametrize("version", ["3.40.1", "3.51.2", "3.7.0"])
def test_that_an_sqlite_that_may_corrupt_the_file_is_refused(version: str) -> None:
    with pytest.raises(OldSqlite, match=version):
        check_sqlite(version)


@pytest.mark.parametrize("version", ["3.51.3", "3.53.0", "4.0.0"])
def test_that_a_mended_sqlite_is_taken(version: str) -> None:
    check_sqlite(version)


def test_that_a_file_of_a_newer_program_is_not_touched(tmp_path: Path) -> None:
    db = SeatDb(tmp_path / "seat.db")
    db.execute(f"PRAGMA user_version = {len(VERSIONS) + 1}")
    db.close()
    with pytest.raises(NewerSeat):
        SeatDb(tmp_path / "seat.db")


def test_that_closed_commands_are_kept_for_as_long_as_receipts_are(tmp_path: Path) -> None:
    db = SeatDb(tmp_path / "seat.db")
    closed, open_, refused = item(1, OutboxState.DONE), item(2), item(3, OutboxState.REFUSED)
    db.save(save_of(closed, open_, refused), 0)
    db.forget_old(RECEIPT_DAYS * DAY_MS)
    assert len(db.load().items) == 3
    db.forget_old(RECEIPT_DAYS * DAY_MS + 1)
    assert db.load().items == (open_, refused)


def test_that_a_command_of_another_version_is_kept_though_not_understood(tmp_path: Path) -> None:
    db = SeatDb(tmp_path / "seat.db")
    db.save(save_of(item(1), item(2)), 1)
    body = msgspec.json.encode(item(1)).replace(b"add_note", b"add_poem")
    db.execute("UPDATE outbox SET item = ? WHERE id = 'c1'", (body,))
    assert db.load().items == (item(2),)
    assert db.unreadable == 1
    db.forget_old(10**15)
    assert db.execute("SELECT count(*) FROM outbox").fetchone() == (2,)


def test_that_drafts_are_there_after_a_restart_and_gone_when_dropped(tmp_path: Path) -> None:
    db = SeatDb(tmp_path / "seat.db")
    db.put_drafts({"case/1": "井盖", "case/2": "路灯"}, 1)
    db.put_drafts({"case/1": "井盖缺失", "case/2": None}, 2)
    db.close()
    assert SeatDb(tmp_path / "seat.db").drafts() == {"case/1": "井盖缺失"}


def test_that_only_the_right_password_opens_a_seat_without_the_network(tmp_path: Path) -> None:
    db = SeatDb(tmp_path / "seat.db")
    grant = Grant(ZHANG, "signed", ("city",))
    db.remember_log_in(grant, hash_password("正确的密码"), 1)
    assert db.log_in("zhang", "正确的密码") == grant
    assert db.log_in("zhang", "别的") is None
    assert db.log_in("li", "正确的密码") is None
    assert (db.knows("zhang"), db.knows("li")) == (True, False)
    db.remember_log_in(grant, hash_password("新密码"), 2)
    assert db.log_in("zhang", "正确的密码") is None
    db.forget_log_in("zhang")
    assert db.log_in("zhang", "新密码") is None


def test_that_no_password_lies_in_the_file(tmp_path: Path) -> None:
    db = SeatDb(tmp_path / "seat.db")
    db.remember_log_in(Grant(ZHANG, "signed", ("city",)), hash_password("unmistakable-password"), 1)
    db.close()
    assert all(b"unmistakable" not in path.read_bytes() for path in tmp_path.iterdir())


# -- a disk that refuses


def limited(db: SeatDb, pages_more: int) -> None:
    used = db.execute("PRAGMA page_count").fetchone()
    assert used is not None
    db.execute(f"PRAGMA max_page_count = {used[0] + pages_more}").fetchall()


def test_that_a_full_disk_is_said_and_loses_nothing_and_works_again_with_room(tmp_path: Path) -> None:
    db = SeatDb(tmp_path / "seat.db")
    db.save(save_of(item(1), next_n=2), 1)
    limited(db, 1)
    big = [item(number, text="x" * 900) for number in range(2, 60)]
    with pytest.raises(DiskFull):
        db.save(save_of(*big, next_n=60), 2)
    assert db.load().items == (item(1),)
    assert db.load().next_n == 2
    limited(db, 10_000)
    db.save(save_of(*big, next_n=60), 3)
    assert len(db.load().items) == 59
    assert db.load().next_n == 60


class FailingDisk(apsw.Connection):
    """Answers the statement that begins with `word` with an input/output error, `times` times."""

    word, times = "COMMIT", 0

    def execute(self, statement: str, *more: Any, **named: Any) -> Any:
        if type(self).times and statement.startswith(self.word):
            type(self).times -= 1
            raise apsw.IOError("disk I/O error")
        return super().execute(statement, *more, **named)


@pytest.mark.parametrize("word", ["BEGIN", "INSERT INTO outbox", "COMMIT"])
def test_that_after_an_error_of_the_disk_the_connection_is_a_new_one(tmp_path: Path, word: str) -> None:
    class Disk(FailingDisk):
        pass

    made: list[apsw.Connection] = []

    def connect(path: str) -> apsw.Connection:
        made.append(Disk(path))
        return made[-1]

    db = SeatDb(tmp_path / "seat.db", connect=connect)
    Disk.word, Disk.times = word, 1
    with pytest.raises(DiskFailed):
        db.save(save_of(item(1)), 1)
    assert len(made) == 2
    db.save(save_of(item(1)), 1)
    assert db.load().items == (item(1),)


class Stop(Exception):
    """The process ends here."""


class Guillotine(apsw.Connection):
    """Ends everything before the statement number `left`."""

    left = -1

    def execute(self, statement: str, *more: Any, **named: Any) -> Any:
        cls = type(self)
        if cls.left == 0 and not statement.startswith(("ROLLBACK", "PRAGMA")):
            raise Stop
        cls.left -= 1
        return super().execute(statement, *more, **named)


def test_that_between_any_two_statements_a_save_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    outcomes = set()
    for cut in range(12):

        class Cut(Guillotine):
            pass

        path = tmp_path / f"seat-{cut}.db"
        db = SeatDb(path, connect=Cut)
        db.save(save_of(item(1), next_n=2), 1)
        Cut.left = cut
        done = True
        try:
            db.save(save_of(item(1, OutboxState.RELEASED, n=2), item(2), item(3), next_n=5), 2)
        except Stop:
            done = False
        db._db.close()  # as the system would: nothing of Python runs any more
        memory = SeatDb(path).load()
        is_new = (memory.next_n, [i.state for i in memory.items]) == (
            5,
            [OutboxState.RELEASED, OutboxState.WAITING, OutboxState.WAITING],
        )
        is_old = (memory.next_n, [i.state for i in memory.items]) == (2, [OutboxState.WAITING])
        assert is_new or is_old
        assert is_new or not done
        outcomes.add(is_new)
    assert outcomes == {True, False}, "both ways must have been met"


WRITER = """
import sys
from pathlib import Path
from app.cache.seat_db import SeatDb
from tests.app.cache.test_seat_db import item, save_of
from casework.sync.status import OutboxState
db = SeatDb(Path(sys.argv[1]))
for number in range(1, 100000):
    released = item(2 * number, n=number, state=OutboxState.RELEASED)
    db.save(save_of(released, item(2 * number + 1), next_n=number), number)
    print(number, flush=True)
"""


def test_that_a_kill_at_any_moment_loses_nothing_acknowledged(tmp_path: Path) -> None:
    chance = random.Random(20260714)
    path = tmp_path / "seat.db"
    for round_ in range(3):
        db = tmp_path / f"seat-{round_}.db"
        with subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(WRITER), str(db)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        ) as writer:
            assert writer.stdout is not None
            acknowledged = 0
            for _ in range(chance.randrange(1, 60)):
                acknowledged = int(writer.stdout.readline())
            os.kill(writer.pid, signal.SIGKILL)
            rest = writer.stdout.read().split()
            acknowledged = int(rest[-1]) if rest else acknowledged
        memory = SeatDb(db).load()
        assert memory.next_n >= acknowledged
        assert len(memory.items) == 2 * memory.next_n, "each save is there whole"
    assert not path.exists()
