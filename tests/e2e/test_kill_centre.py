"""SIGKILL of the centre's process at random moments under load: nothing acknowledged is lost, nothing applied twice.

Each round a real process serves the folder while several seats push, double and resend; it is killed at a moment
nobody chose; the seats go on against the next process from what they themselves wrote down.
"""

from __future__ import annotations

import random
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import httpx
import msgspec

from casework.commands.add_note import AddNote
from casework.ids import CaseId, CommandId, SeatId
from casework.sync.messages import (
    Accepted,
    Answer,
    Basis,
    LogIn,
    Push,
    Sent,
    Verdict,
    Welcome,
    encode,
)
from server.paths import Paths
from server.store.sqlite import SqliteStore
from server.store.verify import verify
from tests.server.ground import ZHANG, Caller, founded, opened, passwords, registered, run

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = 20
SEATS = 4
SEED = 20260714
LOAD_S = (0.02, 0.45)  # the kill comes this long after the round's first acknowledgement
EARLY = 0.2  # share of rounds killed while the centre still starts
BATCH = 64


class Kept(NamedTuple):
    """What a seat wrote down of a command before it sent it, and of the answer after it came."""

    sent: Sent
    verdict: Verdict | None


class Seat:
    """A seat's memory, which outlives every kill."""

    def __init__(self, name: str, case: str, password: str) -> None:
        self.name = SeatId(name)
        self.kept: list[Kept] = []
        self.resent = 0
        self.fault: BaseException | None = None
        self._case = CaseId(case)
        self._password = password
        self._chance = random.Random(name)
        self._grant = ""

    def work(self, url: str, acknowledged: threading.Event) -> None:
        """Push until the centre is gone."""
        try:
            with httpx.Client(base_url=url, timeout=10, trust_env=False) as http:
                self._log_in(http)
                while True:
                    self._push(http)
                    acknowledged.set()
        except httpx.TransportError:
            return
        except BaseException as error:
            self.fault = error

    def _log_in(self, http: httpx.Client) -> None:
        answer = http.post("/v1/session", content=encode(LogIn(ZHANG, self._password, self.name)))
        assert answer.status_code == 201, answer.text
        welcome = msgspec.json.decode(answer.content, type=Welcome)
        http.headers["Authorization"] = f"Bearer {welcome.token}"
        self._grant = welcome.grant
        known = sum(kept.verdict is not None for kept in self.kept)
        assert known <= welcome.high_n <= len(self.kept), "the centre forgot numbers, or made some up"

    def _push(self, http: httpx.Client) -> None:
        waiting = [index for index, kept in enumerate(self.kept) if kept.verdict is None]
        self.resent += len(waiting)
        if not waiting:
            first = len(self.kept)
            self.kept += [Kept(self._new(first + k + 1), None) for k in range(self._chance.randint(1, 8))]
            waiting = list(range(first, len(self.kept)))
        # Now and then something answered long ago comes again, in front of the new.
        old = [self._chance.randrange(len(self.kept))] if self._chance.random() < 0.3 else []
        batch = sorted({*old, *waiting})[:BATCH]
        push = Push(1, self.name, tuple(self.kept[index].sent for index in batch))
        answer = http.post("/v1/commands", content=encode(push))
        assert answer.status_code == 200, answer.text
        verdicts = msgspec.json.decode(answer.content, type=Answer).verdicts
        for index, verdict in zip(batch, verdicts, strict=True):
            before = self.kept[index]
            assert isinstance(verdict, Accepted), verdict
            assert before.verdict in (None, verdict), "one command was answered in two ways"
            self.kept[index] = Kept(before.sent, verdict)

    def _new(self, n: int) -> Sent:
        command = AddNote(case=self._case, note=f"{self.name}-{n}", text="已联系")
        plain = msgspec.to_builtins(command)
        return Sent(n, CommandId(f"{self.name}-{n}"), ZHANG, self._grant, n, Basis(), plain)


def one_round(paths: Paths, seats: list[Seat], chance: random.Random) -> None:
    """Start, load, kill."""
    process = subprocess.Popen(
        [sys.executable, "-m", "server", "serve", str(paths.root), "--port", "0"],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    threads: list[threading.Thread] = []
    try:
        if chance.random() >= EARLY:
            threads = load(process, seats)
            threading.Event().wait(chance.uniform(*LOAD_S))
        else:
            threading.Event().wait(chance.uniform(0.2, 1.5))
    finally:
        process.kill()
        process.communicate()
        for thread in threads:
            thread.join(30)
    assert [seat.fault for seat in seats if seat.fault] == []


def load(process: subprocess.Popen[str], seats: list[Seat]) -> list[threading.Thread]:
    """The seats at work, once the centre says where it is; returns after the first acknowledgement."""
    assert process.stdout is not None
    url = process.stdout.readline().split()[-1]
    acknowledged = threading.Event()
    threads = [threading.Thread(target=seat.work, args=(url, acknowledged)) for seat in seats]
    for thread in threads:
        thread.start()
    assert acknowledged.wait(60), [seat.fault for seat in seats]
    return threads


async def notes_in(store: SqliteStore) -> Counter[str]:
    """How often each note was written, by the ledger itself."""
    found: Counter[str] = Counter()
    cursor = 0
    while cursor < store.head:
        for entry in await store.tail(cursor, 5000):
            if entry.entity == "note":
                assert entry.body is not None
                found[entry.key] += 1
            cursor = entry.seq
    return found


def test_that_a_killed_centre_loses_nothing_and_applies_nothing_twice(tmp_path: Path) -> None:
    paths = founded(tmp_path / "centre")
    with opened(paths) as store:
        case = run(registered(store, Caller(paths, "seat-0")))
    password = passwords(paths)[ZHANG]
    seats = [Seat(f"seat-{number + 1}", case, password) for number in range(SEATS)]
    chance = random.Random(SEED)
    for _ in range(ROUNDS):
        one_round(paths, seats, chance)
    with opened(paths) as store:
        written = run(notes_in(store))
        rows = store.copy_rows(
            frozenset({"city"}), lambda epoch, head, rows: {row[1] for row in rows if row[0] == "note"}
        )
        high = {seat.name: run(store.high_n(seat.name)) for seat in seats}
    acknowledged = {kept.sent.id for seat in seats for kept in seat.kept if kept.verdict is not None}
    sent = {kept.sent.id for seat in seats for kept in seat.kept}
    lost = acknowledged - set(written)
    twice = {note for note, times in written.items() if times > 1}
    print(
        f"{ROUNDS} kills: acknowledged {len(acknowledged)}, resent {sum(seat.resent for seat in seats)}, "
        f"lost {len(lost)}, twice {len(twice)}"
    )
    assert (lost, twice) == (set(), set())
    assert set(written) <= sent
    assert rows == set(written)
    assert sum(high.values()) == len(written)
    assert len(acknowledged) > ROUNDS * SEATS
    assert sum(seat.resent for seat in seats) > 0, "no kill hit a push under way: the test proves nothing"
    assert verify(paths.database)[0] == []
