"""The demonstration that lives through recorded cases: where their file is, and the replay that runs beside the centre.

Promises: a file that is not at hand is said in a sentence, with where it was looked for; what was replayed yesterday
goes on today. The replay is a program of its own (`gridseat-centre replay`), ended with the demonstration; what it says
goes to a log beside the seats' folders.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

import gridseat_files

AT_ONCE = "max"
CAUGHT_UP = b"caught up"
HEAD_START_S = 180.0
LOOK_S = 0.2
SPEED = "240"  # a day in six minutes, a minute at every desk of the hall
DATA_VARIABLE = "GRIDSEAT_REAL_DATA"


class Recorded(msgspec.Struct, frozen=True):
    """A file of cases; its profile has its name. The pace begins late enough for a hall that is at work already."""

    file: str
    begin: str


RECORDED: Mapping[str, Recorded] = {
    "boston2011": Recorded("cases_boston2011/311_service_requests_2011.zip", "2011-07-15 11:00"),
    "vancouver": Recorded(
        "cases_vancouver/Contact Centre Data/3-1-1-service-requests 2023.xlsx", "2023-02-01 11:00"
    ),
}


class NotAtHand(Exception):
    """There is nothing to replay; the text says why, for a person."""


def file_of(name: str) -> Path:
    """The file of a profile's cases. Raises NotAtHand."""
    known = RECORDED.get(name)
    if known is None:
        raise NotAtHand(f"there are no recorded cases called {name}; known are {', '.join(sorted(RECORDED))}")
    folder = data_folder()
    path = folder / known.file
    if not path.is_file():
        raise NotAtHand(
            f"the recorded cases {name} are not at hand: {path} is not there."
            f" Set {DATA_VARIABLE} to the folder that holds {known.file}"
        )
    return path


def data_folder() -> Path:
    """Data nobody here wrote: where the variable says, else beside the checkout."""
    named = os.environ.get(DATA_VARIABLE)
    return Path(named) if named else gridseat_files.find("resources").parent.parent / "shared" / "data"


def founding(name: str, file: Path) -> tuple[str, ...]:
    """The words after `init DIR`."""
    return ("--city", "replay", "--profile", name, "--file", str(file))


@contextlib.contextmanager
def replaying(
    program: Sequence[str], name: str, url: str, centre: Path, speed: str, log: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """The replay, beside a serving centre, once it has fed what came before; whoever began it ends it."""
    words = [*program, "replay", str(file_of(name)), "--profile", name, "--into", url]
    words += ["--accounts", str(centre / "secrets" / "demo-accounts.txt")]
    words += ["--speed", speed or SPEED, "--begin", RECORDED[name].begin]
    log.unlink(missing_ok=True)
    with log.open("wb") as said:
        process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=said, stderr=said)
        if speed != AT_ONCE:
            _wait(process, log)
        yield process


def _wait(process: subprocess.Popen[bytes], log: Path) -> None:
    """Until it keeps the file's pace, or has ended, or is too slow to be waited for."""
    until_s = time.monotonic() + HEAD_START_S
    while process.poll() is None and time.monotonic() < until_s:
        if CAUGHT_UP in log.read_bytes():
            return
        time.sleep(LOOK_S)
