"""A file replayed by the program itself into a serving centre: its balance, its restarts, its manners."""

from __future__ import annotations

import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import apsw
import pytest

from server.__main__ import main
from server.paths import Paths
from server.replay.course import DEEDS
from server.store.verify import verify
from tests.server.ground import serving
from tests.server.replay.made import ROOT, Made, centre_process, head_of, program, rows_of

STEPS = len(DEEDS)
WAIT_S = 200.0


def until(holds: Callable[[], bool], what: str) -> None:
    end_s = time.monotonic() + WAIT_S
    while not holds():
        assert time.monotonic() < end_s, f"did not come: {what}"
        time.sleep(0.01)


@pytest.fixture
def made(tmp_path: Path) -> Made:
    made = Made(tmp_path, rows_of(300))
    made.found()
    return made


def commands_of(paths: Paths) -> Counter[tuple[str, str]]:
    """How often each step of each case was applied, by the ledger."""
    db = apsw.Connection(str(paths.database), flags=apsw.SQLITE_OPEN_READONLY)
    found: Counter[tuple[str, str]] = Counter()
    for (name,) in db.execute("SELECT id FROM command WHERE id LIKE 'replay-%'"):
        uid, deed = str(name).removeprefix("replay-").rsplit("-", 1)
        found[uid, deed] += 1
    db.close()
    return found


def expected(made: Made) -> dict[tuple[str, str], int]:
    """Every step of every case, once."""
    wanted = {}
    for row in made.rows:
        if row["type"] != "sign":
            deeds = DEEDS if row["state"] == "done" else DEEDS[:4]
            wanted |= {(row["nr"], deed): 1 for deed in deeds}
    return wanted


def test_that_a_replay_ends_with_the_counts_of_its_file_and_a_second_one_does_nothing(
    made: Made, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(made.paths) as served:
        assert main(made.words(served.url)) == 0
        first = capsys.readouterr().out
        head = served.centre.store.head
        assert main(made.words(served.url)) == 0
        second = capsys.readouterr().out
        assert served.centre.store.head == head
    assert "refused, unknown_class: 34" in first
    assert first.splitlines()[-1] == second.splitlines()[-1] == "equal"
    assert "266 at the centre already" in second
    assert commands_of(made.paths) == expected(made)
    assert verify(made.paths.database)[0] == []


@pytest.mark.timeout(400)
def test_that_a_replay_killed_twice_and_a_centre_killed_under_it_lose_nothing_and_do_nothing_twice(
    made: Made,
) -> None:
    whole = sum(2 * (STEPS if row["state"] == "done" else 4) for row in made.rows)
    with centre_process(made.paths) as (_, url):
        for share in (0.15, 0.4):
            process = subprocess.Popen(program(made.words(url, "--lanes", "2")), stdout=subprocess.DEVNULL)
            try:
                start = head_of(url)
                until(lambda: head_of(url) > start + share * whole / 2, "commands of the replay")  # noqa: B023
                assert process.poll() is None, "it had ended already: the kill proves nothing"
            finally:
                process.kill()
                process.wait()
    port = int(url.rpartition(":")[2])
    with centre_process(made.paths, port) as (centre, url):
        start = head_of(url)
        process = subprocess.Popen(program(made.words(url)), stdout=subprocess.PIPE, text=True)
        until(lambda: head_of(url) > start + 0.1 * whole, "commands of the third replay")
        assert process.poll() is None, "it had ended already: the kill proves nothing"
        centre.kill()
        centre.wait()
        with centre_process(made.paths, port):
            said, _ = process.communicate(timeout=WAIT_S)
    assert process.returncode == 0, said
    assert said.splitlines()[-1] == "equal"
    assert commands_of(made.paths) == expected(made)
    assert verify(made.paths.database)[0] == []


def test_that_an_earlier_end_leaves_open_what_was_open_then(
    made: Made, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(made.paths) as served:
        assert main(made.words(served.url, "--until", "2026-03-08")) == 0
        early = capsys.readouterr().out
        assert main(made.words(served.url)) == 0
    assert "2026-03-02" in early and "2026-03-09" not in early
    assert commands_of(made.paths) == expected(made)


def test_that_ctrl_c_ends_a_paced_replay_with_a_word_and_the_next_one_goes_on(
    made: Made, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(made.paths) as served:
        # A second of the file is a second here: after the first report nothing is due for an hour.
        words = program(made.words(served.url, "--speed", "1"))
        process = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        try:
            until(lambda: bool(commands_of(made.paths)), "the first report")
            process.send_signal(signal.SIGINT)
            said, _ = process.communicate(timeout=WAIT_S)
        finally:
            process.kill()
            process.wait()
        assert process.returncode == 130, said
        assert "the same command goes on" in said
        assert main(made.words(served.url)) == 0
    assert commands_of(made.paths) == expected(made)


@pytest.mark.parametrize(
    ("option", "value", "why"),
    [
        ("--profile", "nowhere", "cannot be used"),
        ("--accounts", "nowhere.txt", "cannot read the accounts"),
        ("--into", "http://127.0.0.1:9", "does not answer"),
        ("--begin", "yesterday", "is no date"),
    ],
)
def test_that_what_is_wrong_with_an_order_is_said(
    made: Made, capsys: pytest.CaptureFixture[str], option: str, value: str, why: str
) -> None:
    assert main([*made.words("http://127.0.0.1:9"), option, value]) == 2
    assert why in capsys.readouterr().err


def test_that_accounts_of_another_centre_are_told_from_ones_own(
    made: Made, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = Made(tmp_path / "other", rows_of(20))
    other.found()
    with serving(made.paths) as served:
        assert main([*made.words(served.url), "--accounts", str(other.paths.demo_accounts)]) == 2
    assert "of this centre?" in capsys.readouterr().err
