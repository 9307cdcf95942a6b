"""A case file lived through again at a centre with two seats open: at the end all three and the file agree."""

from __future__ import annotations

import csv
import io
import sqlite3
import subprocess
import threading
import zipfile
from collections import Counter
from collections.abc import Container
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import apsw
import pytest

from app.session import Session
from casework.workflow import OPEN_STAGES, Stage
from server.centre import wall_ms
from server.cities import replayed_ground
from server.founding import found
from server.paths import Paths
from server.replay.playing import profile_named
from server.store.verify import verify
from tests.app.link.hall import seated, until
from tests.e2e.agreement import agree
from tests.server.replay.made import ROOT, Made, centre_process, head_of, program, replay_words, rows_of

BOSTON = "cases_boston2011/311_service_requests_2011.zip"
BOSTON_ROWS = 58_251
FOLLOW_S = 1500.0

pytestmark = pytest.mark.usefixtures("qapp")


class Balance(NamedTuple):
    """What a replay among two open seats ended with."""

    paths: Paths
    said: str


def cursor_of(session: Session) -> int:
    """The entry a seat's rows are true for, by its own file."""
    db = sqlite3.connect(f"file:{session.folder / 'cache.db'}?mode=ro", uri=True)
    try:
        return int(db.execute("SELECT value FROM meta WHERE name = 'cursor'").fetchone()[0])
    finally:
        db.close()


def replayed_among_seats(tmp_path: Path, file: Path, profile: str, *more: str) -> Balance:
    """Founds, serves, opens a desk that does everything and one that dispatches, replays; then all three agree."""
    paths = Paths(tmp_path / "centre")
    found(paths.root, replayed_ground(profile, file), wall_ms())
    with (
        centre_process(paths) as (_, url),
        seated(tmp_path / "one", url, paths, "zhangmin", "01") as one,
        seated(tmp_path / "two", url, paths, "luhaiyan", "02") as two,
    ):
        words = program(replay_words(file, profile, paths, url, *more))
        replay = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        lines = Lines(replay)
        try:
            until(lambda: replay.poll() is not None, "the end of the replay", FOLLOW_S)
        finally:
            replay.kill()
            replay.wait()
        assert replay.returncode == 0, lines.text()
        for session in (one, two):
            until(lambda: cursor_of(session) >= head_of(url), "the end of the feed", FOLLOW_S)  # noqa: B023
            agree(session, paths)
    return Balance(paths, lines.text())


class Lines:
    """What a program says, taken from its pipe while it says it."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._said: list[str] = []
        assert process.stdout is not None
        self._thread = threading.Thread(target=lambda: self._said.extend(process.stdout or ()), daemon=True)
        self._thread.start()

    def text(self) -> str:
        self._thread.join(10)
        return "".join(self._said)


def counted_by_hand(
    file: Path, member: str, until: str, known: Container[str] | None = None
) -> tuple[Counter[tuple[str, str]], Counter[tuple[str, str]]]:
    """The file's own rows with the csv module: by (type, open or closed) and by (Monday, open or closed)."""
    types: Counter[tuple[str, str]] = Counter()
    weeks: Counter[tuple[str, str]] = Counter()
    with zipfile.ZipFile(file) as folder, folder.open(member) as raw:
        for row in csv.DictReader(io.TextIOWrapper(raw, encoding="utf-8")):
            if row["open_dt"] > until or (known is not None and row["type"] not in known):
                continue
            day = date.fromisoformat(row["open_dt"][:10])
            is_closed = row["case_status"] == "Closed" and row["closed_dt"] <= until
            state = "closed" if is_closed else "open"
            types[row["type"], state] += 1
            weeks[(day - timedelta(days=day.weekday())).isoformat(), state] += 1
    return types, weeks


def counted_at_the_centre(
    paths: Paths, file: Path, member: str, zone: ZoneInfo
) -> tuple[Counter[tuple[str, str]], Counter[tuple[str, str]]]:
    """The same from the centre's rows; a type is the file's word for the number the case has there."""
    with zipfile.ZipFile(file) as folder, folder.open(member) as raw:
        rows = csv.DictReader(io.TextIOWrapper(raw, encoding="utf-8"))
        type_of = {row["case_enquiry_id"]: row["type"] for row in rows}
    types: Counter[tuple[str, str]] = Counter()
    weeks: Counter[tuple[str, str]] = Counter()
    db = apsw.Connection(str(paths.database), flags=apsw.SQLITE_OPEN_READONLY)
    told = {str(case): int(str(at)) for case, at in db.execute('SELECT "case", told_ms FROM row_report')}
    for key, uid, stage in db.execute("SELECT key, uid, stage FROM row_case"):
        state = "open" if Stage(str(stage)) in OPEN_STAGES else "closed"
        day = datetime.fromtimestamp(told[str(key)] / 1000, zone).date()
        types[type_of[str(uid)], state] += 1
        weeks[(day - timedelta(days=day.weekday())).isoformat(), state] += 1
    db.close()
    return types, weeks


def agrees_with_boston(balance: Balance, file: Path, until: str) -> int:
    """Open and closed, by type and by week, of all types that have a class here; the others are refused by number."""
    member = "311_service_requests_2011.csv"
    known = profile_named("boston2011").classes.map
    everything = counted_by_hand(file, member, until)
    assert counted_at_the_centre(
        balance.paths, file, member, ZoneInfo("America/New_York")
    ) == counted_by_hand(file, member, until, known)
    refused = sum(count for (name, _), count in everything[0].items() if name not in known)
    assert f"refused, unknown_class: {refused:,}" in balance.said
    assert balance.said.splitlines()[-1] == "equal"
    return sum(everything[0].values())


def test_that_two_open_seats_end_as_the_centre_and_the_centre_as_the_file(tmp_path: Path) -> None:
    made = Made(tmp_path / "made", rows_of(300))
    balance = replayed_among_seats(tmp_path, made.file, str(made.profile))
    assert balance.said.splitlines()[-1] == "equal"
    assert verify(balance.paths.database)[0] == []


@pytest.mark.timeout(300)
def test_that_the_first_days_of_boston_end_as_the_file_says(tmp_path: Path, real_data: Path) -> None:
    file = real_data / BOSTON
    balance = replayed_among_seats(tmp_path, file, "boston2011", "--until", "2011-07-05")
    assert agrees_with_boston(balance, file, "2011-07-05 23:59:59") > 1000


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_that_the_whole_half_year_of_boston_ends_as_the_file_says(tmp_path: Path, real_data: Path) -> None:
    file = real_data / BOSTON
    balance = replayed_among_seats(tmp_path, file, "boston2011")
    assert agrees_with_boston(balance, file, "9999") == BOSTON_ROWS
    assert verify(balance.paths.database)[0] == []
