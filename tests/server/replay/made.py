"""A made-up case file and its profile, a centre founded on its ground, and the program that replays it."""

from __future__ import annotations

import csv
import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx

from casework.sync.messages import PROTOCOL
from server.centre import shipped_catalogues, wall_ms
from server.cities import replayed_ground
from server.founding import found
from server.paths import Paths
from server.replay.case_file import CaseFile
from server.replay.centre_rows import CentreRows
from server.replay.playing import profile_named, read_file

ROOT = Path(__file__).resolve().parents[3]
ZONE = ZoneInfo("Asia/Shanghai")
HEAD = ("nr", "type", "opened", "closed", "state", "lon", "lat", "crew", "words", "where")
TYPES = ("pothole", "lamp", "rubbish", "sign")
CREWS = ("Roads, north", "Roads, south", "Lamps", "")
PROFILE = """
schema = 1
name = "Made"
kind = "cases"
[city]
name = "Madetown"
epsg = 4526
zone = "Asia/Shanghai"
[file]
format = "csv"
[place]
crs = "EPSG:4490"
x = "lon"
y = "lat"
[time]
zone = "Asia/Shanghai"
forms = ["%Y-%m-%d %H:%M:%S"]
[fields]
uid = "nr"
class = "type"
text = "words"
place = "where"
opened = "opened"
closed = "closed"
unit = "crew"
[fields.status]
column = "state"
map = { "done" = "closed", "not done" = "open" }
[classes]
edition = "2026"
[classes.map]
pothole = "event:06001"
lamp = "event:01037"
rubbish = "event:06012"
"""
START = datetime(2026, 3, 2, 8)


def rows_of(count: int, seed: int = 5) -> list[dict[str, str]]:
    """Cases of some weeks around one place; every fifth still open; one in nine of a type that has no class."""
    chance = random.Random(seed)
    rows = []
    for number in range(count):
        opened = START + timedelta(minutes=97 * number, seconds=chance.randrange(60))
        closed = opened + timedelta(hours=chance.choice((0, 1, 7, 30, 200)), minutes=chance.randrange(60))
        is_open = number % 5 == 0
        rows.append(
            {
                "nr": f"M-{number:05d}",
                "type": "sign" if number % 9 == 0 else chance.choice(TYPES[:3]),
                "opened": f"{opened:%Y-%m-%d %H:%M:%S}",
                "closed": "" if is_open else f"{closed:%Y-%m-%d %H:%M:%S}",
                "state": "not done" if is_open else "done",
                "lon": f"{114.30 + chance.gauss(0, 0.01):.5f}",
                "lat": f"{30.60 + chance.gauss(0, 0.01):.5f}",
                "crew": chance.choice(CREWS),
                "words": f"Found by the way, {number}",
                "where": f"{number} High Street",
            }
        )
    return rows


class Made:
    """The file on disk, its profile, and where its centre is."""

    def __init__(self, folder: Path, rows: list[dict[str, str]]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.rows = rows
        self.file = folder / "cases.csv"
        self.profile = folder / "made.toml"
        self.paths = Paths(folder / "centre")
        self.profile.write_text(PROFILE, encoding="utf-8")
        with self.file.open("w", encoding="utf-8", newline="") as target:
            writer = csv.DictWriter(target, HEAD)
            writer.writeheader()
            writer.writerows(rows)

    def found(self) -> Paths:
        found(self.paths.root, replayed_ground(str(self.profile), self.file), wall_ms())
        return self.paths

    def read(self, rows: CentreRows) -> CaseFile:
        return read_file(self.file, profile_named(str(self.profile)), rows, shipped_catalogues())

    def words(self, url: str, *more: str) -> list[str]:
        return replay_words(self.file, str(self.profile), self.paths, url, *more)


def replay_words(file: Path, profile: str, paths: Paths, url: str, *more: str) -> list[str]:
    """What the program is told for a replay."""
    return [
        "replay", str(file), "--profile", profile, "--into", url, "--accounts", str(paths.demo_accounts), *more,
    ]  # fmt: skip


def program(words: list[str]) -> list[str]:
    """The same as a process of its own."""
    return [sys.executable, "-m", "server", *words]


@contextmanager
def centre_process(paths: Paths, port: int = 0) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A serving process that may be killed, and its address."""
    process = subprocess.Popen(
        [sys.executable, "-m", "server", "serve", str(paths.root), "--port", str(port)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    try:
        assert process.stdout is not None
        yield process, process.stdout.readline().split()[-1]
    finally:
        process.kill()
        process.communicate()


def head_of(url: str) -> int:
    """The newest entry of a serving centre."""
    answer = httpx.get(f"{url}/v1/health", timeout=10, trust_env=False).json()
    assert answer["protocol"] == PROTOCOL
    return int(answer["head"])
