"""The ring of encoded pages and the hub around it, without a socket."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Sequence

import msgspec
import pytest

from casework.ids import CaseId, CommandId, SeatId
from casework.limits import PAGE_ENTRIES
from casework.sync.messages import Op, Page
from server.feed import Hub, Ring, event_of
from server.limits import IDLE_ADVANCE_MS, RING_PAGES
from server.paths import Paths
from server.presence import Presence
from server.store import Logged
from tests.server.ground import LI, ZHANG, Caller, Clock, opened, registered, run

HALL = frozenset({"city", "everybody"})
UNIT = frozenset({"everybody", "unit:u"})


def logged(seq: int, command: str = "", *joined: str, left: tuple[str, ...] = ()) -> Logged:
    body = b'{"a":1}' if joined else None
    return Logged(seq, CommandId(command or f"c{seq}"), "case", f"k{seq}", 1, body, joined, left, 5)


def pages(ring: Ring, cursor: int) -> list[Page]:
    return [page_of(frame.event) for frame in ring.after(cursor)]


def page_of(event: bytes) -> Page:
    data = next(line for line in event.split(b"\n") if line.startswith(b"data: "))
    return msgspec.json.decode(data[6:], type=Page)


def test_that_an_entry_is_told_by_the_channels_it_joined_and_left() -> None:
    moved = logged(1, "", "city", "unit:v", left=("unit:u",))
    hall, unit = moved.entry_for(HALL), moved.entry_for(UNIT)
    assert hall is not None and unit is not None
    assert (hall.op, bytes(hall.body)) == (Op.PUT, b'{"a":1}')
    assert (unit.op, bytes(unit.body)) == (Op.DEL, b"null")
    assert moved.entry_for(frozenset({"unit:w"})) is None
    ended = logged(2, "", left=("city",)).entry_for(HALL)
    assert ended is not None
    assert ended.op is Op.DEL


def test_that_pages_of_a_ring_follow_each_other() -> None:
    ring = Ring(HALL, 0, 0)
    for seq in range(1, 6):
        ring.take([logged(seq, "", "city")], 1, seq)
    assert [(page.prev, page.next) for page in pages(ring, 2)] == [(2, 3), (3, 4), (4, 5)]
    assert pages(ring, 5) == []
    assert event_of(pages(ring, 4)[0]).startswith(b"id: 5\ndata: ")


def test_that_a_long_tail_is_cut_between_commands() -> None:
    ring = Ring(HALL, 0, 0)
    ring.take([logged(seq, f"c{(seq - 1) // 300}", "city") for seq in range(1, 1501)], 1, 0)
    found = pages(ring, 0)
    assert [(page.prev, page.next) for page in found] == [(0, 600), (600, 1200), (1200, 1500)]
    assert max(len(page.entries) for page in found) < PAGE_ENTRIES + 300
    assert {page.head for page in found} == {1500}


def test_that_a_cursor_moves_over_what_is_not_its_own_but_not_every_time() -> None:
    ring = Ring(UNIT, 0, 0)
    ring.take([logged(1, "", "city")], 1, 10)
    ring.advance(1, IDLE_ADVANCE_MS - 1)
    assert (ring.head, ring.seen) == (0, 1)
    ring.advance(1, IDLE_ADVANCE_MS)
    (page,) = pages(ring, 0)
    assert (page.prev, page.next, page.entries) == (0, 1, ())
    ring.take([logged(2, "", "city")], 1, IDLE_ADVANCE_MS + 1)
    ring.take([logged(3, "", "unit:u")], 1, IDLE_ADVANCE_MS + 2)
    (page,) = pages(ring, 1)
    assert (page.prev, page.next, len(page.entries)) == (1, 3, 1)


def test_that_a_ring_forgets_its_oldest_pages() -> None:
    ring = Ring(HALL, 0, 0)
    for seq in range(1, RING_PAGES + 11):
        ring.take([logged(seq, "", "city")], 1, seq)
    assert ring.after(9) == []
    assert ring.after(10) != []
    assert len(ring._by_prev) == RING_PAGES


async def with_hub(paths: Paths, work: Callable[[Hub, Caller], AsyncIterator[None]]) -> None:
    """A hub following a real store while `work` runs."""
    with opened(paths) as store:
        hub = Hub(store, Clock())
        task = asyncio.create_task(hub.run())
        caller = Caller(paths)
        async for _ in work(hub, caller):
            await registered(store, caller)
        hub.stop()
        await task


async def collect(events: AsyncIterator[bytes], until: int) -> list[Page]:
    """Pages of a stream up to a cursor."""
    found: list[Page] = []
    async for chunk in events:
        found += [page_of(event) for event in chunk.split(b"\n\n") if event.startswith(b"id: ")]
        if found and found[-1].next >= until:
            return found
    raise AssertionError("the stream ended")


def assert_whole(found: Sequence[Page], first: int) -> None:
    assert found[0].prev == first
    assert all(after.prev == before.next for before, after in itertools.pairwise(found))
    seqs = [entry.seq for page in found for entry in page.entries]
    assert seqs == sorted(set(seqs))


def test_that_streams_that_join_at_any_time_see_every_entry_once(paths: Paths) -> None:
    async def work(hub: Hub, caller: Caller) -> AsyncIterator[None]:
        head = hub._head
        late: list[asyncio.Task[list[Page]]] = []
        for number in range(8):
            cursor = (number * 2) % (head + 1)
            late.append(asyncio.create_task(collect(hub.follow(HALL, cursor, lambda: True), head + 16)))
            yield
        for number, task in enumerate(late):
            found = await asyncio.wait_for(task, 30)
            assert_whole(found, (number * 2) % (head + 1))
            assert sum(len(page.entries) for page in found) == head + 16 - (number * 2) % (head + 1)

    run(with_hub(paths, work))


def test_that_presence_is_told_once_per_change_and_forgotten() -> None:
    clock, told = Clock(), []
    presence = Presence(clock, lambda: told.append(1))
    seat, case = SeatId("seat-1"), CaseId("202607140001")
    presence.note(seat, ZHANG, "张", case)
    presence.note(seat, ZHANG, "张", case)
    assert len(told) == 1
    changes = presence.take_changes()
    assert changes is not None
    assert [(seen.seat, seen.case) for seen in changes.seats] == [(seat, case)]
    assert presence.take_changes() is None
    presence.note(seat, LI, "李", case)
    assert len(told) == 2
    clock.now_ms += 91_000
    presence.expire()
    changes = presence.take_changes()
    assert changes is not None
    assert changes.seats[0].case == ""
    assert presence.everybody().seats == ()
    presence.note(seat, LI, "李", CaseId(""))
    assert presence.take_changes() is None


def test_that_a_ring_is_bounded_in_bytes_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    ring = Ring(HALL, 0, 0)
    monkeypatch.setattr("server.feed.RING_BYTES", 2000)
    for seq in range(1, 60):
        ring.take([logged(seq, "", "city")], 1, seq)
    assert sum(len(frame.event) for frame in ring._frames) <= 2000
    assert [(page.prev, page.next) for page in pages(ring, 58)] == [(58, 59)]


def test_that_a_seat_that_beats_keeps_its_case_open() -> None:
    clock = Clock()
    presence = Presence(clock, lambda: None)
    seat = SeatId("seat-1")
    presence.note(seat, ZHANG, "张", CaseId("202607140001"))
    for _ in range(3):
        clock.now_ms += 60_000
        presence.hear(seat)
        presence.expire()
    assert len(presence.everybody().seats) == 1
    presence.hear(SeatId("seat-2"))
    assert len(presence.everybody().seats) == 1
