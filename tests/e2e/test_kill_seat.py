"""A seat killed again and again in the middle of its work: nothing acknowledged is lost, nothing is done twice."""

from __future__ import annotations

import os
import random
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import apsw
import pytest

from server.paths import Paths
from tests.app.link.hall import Line
from tests.server.ground import Served, passwords

ROOT = Path(__file__).resolve().parents[2]
KILLS = 20
LOST_TEXT_S = 1.0


class Worker:
    """The process, and what it has said."""

    def __init__(self, folder: Path, url: str, password: str, how: str) -> None:
        command = [sys.executable, "-m", "tests.e2e.seat_worker", str(folder), url, "zhang", password, how]
        with (folder.parent / "words.log").open("ab") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=log)
        assert self.process.stdout is not None
        self._pipe = self.process.stdout
        self._rest = b""
        self.lines: list[list[str]] = []

    def read(self, wait_s: float) -> bool:
        """What has been said, waiting at most so long; false at the end."""
        ready, _, _ = select.select([self._pipe], [], [], wait_s)
        if not ready:
            return True
        piece = os.read(self._pipe.fileno(), 65536)
        whole = (self._rest + piece).split(b"\n")
        self._rest = whole.pop()
        self.lines += [line.decode().split() for line in whole]
        return bool(piece)

    def until(self, word: str, wait_s: float = 60.0) -> list[str]:
        end_s = time.monotonic() + wait_s
        while not (found := [line for line in self.lines if line[0] == word]):
            assert time.monotonic() < end_s, f"the seat never said {word}: {self.lines[-3:]}"
            assert self.read(0.2), f"the seat ended before {word}"
        return found[-1]

    def kill(self) -> float:
        """The moment of its death; what it had said until then is read."""
        died_s = time.monotonic()
        os.kill(self.process.pid, signal.SIGKILL)
        while self.read(10):
            pass
        self.process.wait(10)
        return died_s

    def said(self, word: str) -> list[list[str]]:
        return [line[1:] for line in self.lines if line[0] == word]


@pytest.mark.timeout(300)
def test_that_a_killed_seat_loses_nothing_acknowledged_and_does_nothing_twice(
    tmp_path: Path, served: Served, paths: Paths, line: Line
) -> None:
    chance = random.Random(KILLS)
    folder, password = tmp_path / "seat", passwords(paths)["zhang"]
    done: dict[str, str] = {}
    typed, died_s = [["-1", "0"]], 0.0
    for round_ in range(KILLS):
        worker = Worker(folder, line.url, password, "work")
        try:
            worker.until("SIGNED")
            check_draft(int(worker.until("DRAFT")[1]), typed, died_s)
            worker.until("TYPED")
            if round_ % 3 == 2:
                line.cut()
            end_s = time.monotonic() + chance.uniform(0.05, 1.4)
            while time.monotonic() < end_s and worker.read(0.02):
                pass
        finally:
            died_s = worker.kill()
            line.mend()
        done |= dict(worker.said("DONE"))  # type: ignore[arg-type]
        typed = worker.said("TYPED")
    last = Worker(folder, line.url, password, "last")
    try:
        last.until("SIGNED")
        check_draft(int(last.until("DRAFT")[1]), typed, died_s)
        last.until("EMPTY")
    finally:
        last.kill()
    assert len(done) > KILLS
    check_centre(paths, done)


def check_draft(found: int, typed: list[list[str]], died_s: float) -> None:
    """What was typed a second before the end is there."""
    old = [int(number) for number, at_s in typed if float(at_s) <= died_s - LOST_TEXT_S]
    newest = int(typed[-1][0])
    assert found >= max(old, default=-1), f"typed {newest}, kept {found}"
    assert found <= newest + 1


def check_centre(paths: Paths, done: dict[str, str]) -> None:
    """Every acknowledged command once in the ledger, every number of the seat used once, every row written once."""
    db = apsw.Connection(str(paths.database), flags=apsw.SQLITE_OPEN_READONLY)
    commands = [str(row[0]) for row in db.execute("SELECT id FROM command WHERE seat = 'w'")]
    assert len(commands) == len(set(commands))
    lost = set(done) - set(commands)
    assert lost == set(), f"acknowledged and lost: {len(lost)} of {len(done)}"
    numbers = [int(row[0]) for row in db.execute("SELECT n FROM receipt WHERE seat = 'w' ORDER BY n")]
    assert numbers == list(range(1, len(numbers) + 1))
    for table in ("row_case", "row_note"):
        versions = {row[0] for row in db.execute(f"SELECT ver FROM {table}")}
        assert versions <= {1}, f"something was done twice in {table}"
    cases = {str(row[0]) for row in db.execute("SELECT key FROM row_case")}
    assert set(done.values()) <= cases
    db.close()
