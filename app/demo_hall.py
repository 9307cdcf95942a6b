"""The demonstration: a centre with its generated city, a trickle of reports, and seats around it, in one command.

Promises: the centre's folder is made once and used again; every process started here is ended here, also after an
error or Ctrl+C; a centre that does not start is said so with its own words. Demonstration accounts work on this
machine only. It is not how a hall is installed: see the administrator's handbook.
"""

from __future__ import annotations

import contextlib
import os
import queue
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import apsw
import msgspec

from app import memory, paths, replayed, start, tour
from app.arguments import Asked

CITY = "small"
TRICKLE_S = 20
FRESH_S = 8 * 3600.0
FOUNDING_S = 900.0
START_S = 90.0
STOP_S = 10.0
# Who sits where. The first can do every step of the hall; the rest show the posts one by one.
PEOPLE = ("zhangmin", "lijing", "luhaiyan", "chenliqun", "weizhiqiang")


class HallFault(Exception):
    """The demonstration does not start; the text says why, for a person."""


class Account(msgspec.Struct, frozen=True):
    """One line of the centre's demo-accounts.txt."""

    person: str
    password: str
    name: str
    posts: tuple[str, ...]


class Show(msgspec.Struct, frozen=True):
    """What is shown: in which folder, founded with which words, and how it lives while it is served."""

    folder: Path
    founding: tuple[str, ...]
    trickle_s: int = TRICKLE_S
    is_ageing: bool = True  # its cases are of one shift
    replay: str = ""  # the recorded cases it lives through


def run(asked: Asked) -> int:
    """Ends when the first seat's window is closed, or its tour is done."""
    show = show_of(asked)
    if show.is_ageing:
        clear_if_old(show.folder)
    found_once(show.folder / "centre", show.founding)
    with Centre(show.folder / "centre", trickle_s=show.trickle_s) as centre, beside(show, centre.url, asked):
        return seats_at(asked, show.folder, centre)


@contextlib.contextmanager
def beside(show: Show, url: str, asked: Asked) -> Iterator[None]:
    """The replay, where there is one."""
    if not show.replay:
        yield
        return
    centre, log = show.folder / "centre", show.folder / "replay.log"
    print(f"replaying {show.replay}, the first days at once; what it says: {log}", flush=True)
    with replayed.replaying(program("server"), show.replay, url, centre, asked.speed, log) as process:
        try:
            yield
        finally:
            end(process)


def show_of(asked: Asked) -> Show:
    """Every city has a folder of its own, so that one can be looked at after the other."""
    home, city = paths.demo_folder(asked.data), asked.city or CITY
    if asked.replay:
        try:
            founding = replayed.founding(asked.replay, replayed.file_of(asked.replay))
        except replayed.NotAtHand as error:
            raise HallFault(str(error)) from error
        folder = home / f"replay-{asked.replay}"
        return Show(folder, founding, trickle_s=0, is_ageing=False, replay=asked.replay)
    if asked.archive:
        words = ("--city", city, "--archive", str(asked.archive))
        return Show(home / f"{city}-{asked.archive}", words)
    return Show(home if city == CITY else home / city, ("--city", city))


def seats_at(asked: Asked, folder: Path, centre: Centre) -> int:
    """The seats around a centre; answers when the first one's is over."""
    accounts = read_accounts(folder / "centre")
    people = seats_of(accounts, asked.seats)
    with contextlib.ExitStack() as others:
        running = [("centre", centre.pid)]
        for number, account in enumerate(people[1:], start=2):
            seat = others.enter_context(other_seat(asked, folder, centre.url, account, number))
            running.append((f"seat {number:02d}", seat))
        with password_file(folder, people[0], 1) as secret:
            first = msgspec.structs.replace(
                asked,
                centre=centre.url,
                user=people[0].person,
                password_file=secret,
                data=seat_folder(folder, 1),
                seat=f"{1:02d}",
                is_demo=False,
            )
            walk = tour.drill(first, centre.url, accounts)
            running.insert(1, ("seat 01", os.getpid()))
            return start.run(first, weighed(walk, running) if walk else None)


def weighed(walk: start.Drill, running: list[tuple[str, int]]) -> start.Drill:
    """The walk, and at its end what every process holds in memory."""

    def work(desk: start.Desk) -> int:
        code = walk(desk)
        if said := memory.line_of(running):
            print(said, flush=True)
        return code

    return work


# -- the centre


def clear_if_old(folder: Path) -> None:
    """A generated city's cases are hours old by the next shift, all of them late: it is made anew then."""
    at_ms = founded_ms(folder / "centre" / "centre.db")
    if not at_ms or time.time() - at_ms / 1000 < FRESH_S:
        return
    print("the demonstration city is from an earlier shift: clearing it away", flush=True)
    for old in folder.iterdir():
        if old.is_dir() and (old.name in ("centre", "colleague") or old.name.startswith("seat-")):
            shutil.rmtree(old)


def founded_ms(store: Path) -> int:
    """The instant the city's cases stand at: that of its first entry, also where it came from the cache. 0: none."""
    if not store.exists():
        return 0
    try:
        with contextlib.closing(apsw.Connection(str(store), flags=apsw.SQLITE_OPEN_READONLY)) as db:
            found: list[Any] = db.execute("SELECT at_ms FROM log ORDER BY seq LIMIT 1").fetchall()
    except apsw.Error:
        return 0  # the centre says what is wrong with it
    return int(found[0][0]) if found else 0


def found_once(folder: Path, founding: tuple[str, ...] = ("--city", CITY)) -> None:
    """Makes the city on the first run; it takes a while and says so."""
    if (folder / "centre.db").exists():
        return
    print(f"making the demonstration city in {folder} ...", flush=True)
    command = [*program("server"), "init", str(folder), *founding]
    try:
        made = subprocess.run(command, capture_output=True, text=True, timeout=FOUNDING_S, check=False)
    except subprocess.TimeoutExpired as error:
        raise HallFault(f"making the city took longer than {FOUNDING_S:.0f} s") from error
    if made.returncode != 0:
        raise HallFault(f"the city could not be made:\n{tail(made.stderr or made.stdout)}")
    for line in made.stdout.splitlines():
        if "generated" in line:
            print(line, flush=True)


class Centre:
    """The serving process; left by stopping it."""

    def __init__(self, folder: Path, port: int = 0, trickle_s: int = TRICKLE_S) -> None:
        self._folder = folder
        command = [*program("server"), "serve", str(folder), "--port", str(port), "--trickle", str(trickle_s)]
        self._process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._said: list[str] = []
        threading.Thread(target=self._listen, name="centre's words", daemon=True).start()
        try:
            self.url = self._wait()
        except BaseException:
            self.stop()
            raise

    def __enter__(self) -> Centre:
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        return self._process.pid

    def stop(self) -> None:
        """Asks it to end, and ends it where it does not."""
        end(self._process)

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(line.rstrip("\n"))
        self._lines.put(None)

    def _wait(self) -> str:
        """The address of its `listening` line."""
        until_s = time.monotonic() + START_S
        while True:
            try:
                line = self._lines.get(timeout=max(0.0, until_s - time.monotonic()))
            except queue.Empty:
                raise HallFault(f"the centre did not start within {START_S:.0f} s{self._words()}") from None
            if line is None:
                self._process.wait(STOP_S)
                raise HallFault(f"the centre ended with code {self._process.returncode}{self._words()}")
            if line.startswith("listening "):
                return line.split()[1]
            self._said.append(line)

    def _words(self) -> str:
        said = tail("\n".join(self._said))
        return f":\n{said}" if said else "; see its log in " + str(self._folder / "log")


# -- the seats


def read_accounts(centre: Path) -> list[Account]:
    """The demonstration's accounts, as the founding wrote them."""
    path = centre / "secrets" / "demo-accounts.txt"
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise HallFault(f"cannot read {path}: {error.strerror}") from error
    fields = [line.split("\t") for line in lines if line.strip()]
    return [
        Account(f[0], f[1], f[2] if len(f) > 2 else "", tuple(f[3].split(",")) if len(f) > 3 else ())
        for f in fields
    ]


def seats_of(accounts: list[Account], count: int) -> list[Account]:
    """Who sits at the seats: the well-known ones first, then others of the hall."""
    known = {account.person: account for account in accounts}
    first = [known[person] for person in PEOPLE if person in known]
    hall = [
        a for a in accounts if a not in first and set(a.posts) & {"acceptor", "dispatcher", "duty_leader"}
    ]
    found = [*first, *hall][:count]
    if len(found) < count:
        raise HallFault(f"the city has {len(found)} accounts for {count} seats")
    return found


def seat_folder(folder: Path, number: int) -> Path:
    """One folder per seat, beside the centre whose rows they hold: both are thrown away together."""
    made = folder / f"seat-{number:02d}"
    made.mkdir(parents=True, exist_ok=True)
    return made


@contextlib.contextmanager
def password_file(folder: Path, account: Account, number: int) -> Iterator[Path]:
    """The password for a seat that is about to start, for its owner's eyes, for as long as it is needed."""
    path = seat_folder(folder, number) / "password"
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600), "w") as file:
        file.write(account.password + "\n")
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


@contextlib.contextmanager
def other_seat(asked: Asked, folder: Path, url: str, account: Account, number: int) -> Iterator[int]:
    """A seat in a process of its own; gives its number among processes."""
    with password_file(folder, account, number) as secret:
        command = [*program("app"), "--centre", url, "--user", account.person, "--password-file", str(secret)]
        command += ["--data", str(seat_folder(folder, number)), "--seat", f"{number:02d}"]
        command += ["--headless"] if asked.is_headless else []
        command += ["--lang", asked.language] if asked.language else []
        command += ["--theme", asked.theme] if asked.theme else []
        with open_log(seat_folder(folder, number)) as log:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
            try:
                yield process.pid
            finally:
                end(process)


def open_log(folder: Path) -> IO[bytes]:
    return (folder / "words.log").open("ab")


# -- processes


def program(package: str) -> list[str]:
    """How this very installation starts another of its programs."""
    return [sys.executable, "-m", package]


def end(process: subprocess.Popen[bytes] | subprocess.Popen[str]) -> None:
    """Politely, then not."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(STOP_S)


def tail(text: str, lines: int = 12) -> str:
    """The last words of a program."""
    return "\n".join(text.strip().splitlines()[-lines:])
