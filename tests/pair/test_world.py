"""Seeded worlds: whatever the network and the machines do, no invariant breaks; and the judge can tell a broken one."""

from __future__ import annotations

from typing import Any

import pytest

from casework.sync.centre import Change
from casework.sync.messages import Page, Verdict
from casework.sync.seat import Commit, Effect, Save
from casework.sync.status import OutboxState
from tests.pair.centre import Centre
from tests.pair.seat import Crash, Seat
from tests.pair.world import World

CHUNK = 24
CHUNKS = 10  # 240 seeds
PLANTED_SEEDS = 60


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_that_every_invariant_holds_whatever_the_network_and_the_machines_do(chunk: int) -> None:
    for seed in range(chunk * CHUNK, (chunk + 1) * CHUNK):
        assert World(seed).run() == [], f"seed {seed}"


@pytest.mark.slow
def test_that_every_invariant_holds_over_two_thousand_seeds() -> None:
    for seed in range(1_000, 3_000):
        assert World(seed).run() == [], f"seed {seed}"


def test_that_a_world_is_the_same_again_from_the_same_seed() -> None:
    first, second = World(7), World(7)
    first.run()
    second.run()
    assert first.head_hash() == second.head_hash()
    assert first.centre.head > 50


def test_that_a_world_is_busy_enough_to_mean_something() -> None:
    worlds = [World(seed) for seed in range(8)]
    for world in worlds:
        world.run()
    verdicts = [v for w in worlds for v in w.centre.disk.receipts.values()]
    kinds = {type(v).__name__ for v in verdicts}
    stages = {line.change.key.entity for w in worlds for line in w.centre.disk.lines}
    assert kinds == {"Accepted", "Refused"}
    assert {"case", "task", "claim", "note", "request", "report"} <= stages
    assert any(world.centre.disk.epoch > 1 for world in worlds)


class ForgetfulCentre(Centre):
    """Forgets receipts, as a receipt cache with a time limit does."""

    def receipt(self, seat: Any, n: int) -> Verdict | None:
        return None

    def high_n(self, seat: Any) -> int:
        return self.asked_n - 1

    def _take(self, seat: Any, sent: Any, actor: Any, now_ms: int) -> Verdict:
        self.asked_n = sent.n
        return super()._take(seat, sent, actor, now_ms)


class SilentCentre(Centre):
    """Tells nobody that a row has left their channels."""

    def _write(self, command: Any, seat: str, change: Change) -> None:
        super()._write(command, seat, Change(change.key, change.ver, change.body, change.joined, ()))


class SplitCursorSeat(Seat):
    """Moves the cursor in a transaction before the one with the rows."""

    def commit(self, page: Page) -> None:
        self.cursor = page.next
        if self.fails():
            raise Crash
        super().commit(page)


class EagerSeat(Seat):
    """Accepts a page that does not begin at the cursor."""

    def start(self) -> None:
        super().start()
        read = self.side.read

        def careless(page: Page, now_ms: int) -> list[Effect]:
            self.side.cursor = page.prev
            return read(page, now_ms)

        self.side.read = careless  # type: ignore[method-assign]


class ForgettingSeat(Seat):
    """Keeps the next number in memory only."""

    def perform_effect(self, effect: Effect) -> None:
        kept = self.next_n
        super().perform_effect(effect)
        if isinstance(effect, Save):
            self.next_n = kept


class TidySeat(Seat):
    """Clears refusals away by itself when it starts."""

    def start(self) -> None:
        self.items = {k: i for k, i in self.items.items() if i.state is not OutboxState.REFUSED}
        super().start()


class LateSeat(Seat):
    """Sends before what it sends is on its disk."""

    def run(self, effects: list[Effect] | None) -> None:
        ordered = sorted(effects or (), key=lambda effect: isinstance(effect, (Save, Commit)))
        super().run(ordered)


@pytest.mark.parametrize(
    ("bug", "sign"),
    [
        ({"centre_type": ForgetfulCentre}, "I1"),
        ({"centre_type": SilentCentre}, "I6"),
        ({"seat_type": SplitCursorSeat}, "I6"),
        ({"seat_type": EagerSeat}, "I6"),
        ({"seat_type": TidySeat}, "I7"),
        ({"seat_type": LateSeat}, ""),
    ],
    ids=lambda value: next(iter(value.values())).__name__ if isinstance(value, dict) else value or "any",
)
def test_that_a_planted_bug_is_found(bug: dict[str, Any], sign: str) -> None:
    for seed in range(PLANTED_SEEDS):
        try:
            found = World(seed, **bug).run()
        except Exception as error:  # a bug may also break the state machine outright
            found = [f"{sign} {error!r}"]
        if any(violation.startswith(sign) for violation in found):
            return
    pytest.fail("the bug was not found")


def test_that_a_seat_with_an_older_copy_of_its_file_takes_no_number_twice() -> None:
    assert [World(seed, seat_type=ForgettingSeat).run() for seed in range(PLANTED_SEEDS)] == [
        []
    ] * PLANTED_SEEDS
