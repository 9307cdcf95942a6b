"""The embedded store against the promises of server.store: durable, once, in order, filtered."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import apsw
import msgspec
import pytest

from casework.commands import RULE_BY_STRUCT, add_note
from casework.commands.add_note import AddNote
from casework.commands.claim import ClaimCase
from casework.commands.dispatch import Dispatch
from casework.commands.file_case import FileCase
from casework.commands.release import Release
from casework.commands.return_task import ReturnTask
from casework.ids import CaseId, CommandId, TaskId
from casework.refusal import RefusalCode
from casework.sync.messages import Basis, Gap, Op, Page, Sent, Verdict
from server.auth import GrantKey
from server.limits import GENESIS_ENTRIES
from server.paths import Paths
from server.store import CursorAhead, EpochChanged, Unavailable
from server.store.sqlite import SqliteStore
from server.store.verify import verify
from tests.casework.build import UNIT, register
from tests.server.ground import (
    LI,
    WEI,
    Caller,
    Clock,
    accepted,
    opened,
    refused,
    registered,
    run,
)

HALL = frozenset({"city", "everybody"})
UNIT_SEES = frozenset({"everybody", f"unit:{UNIT}"})


def sound(paths: Paths) -> int:
    faults, entries = verify(paths.database)
    assert faults == []
    return entries


def filing(case: str) -> FileCase:
    return FileCase(case=CaseId(case), class_code="01003", condition="01003-1")


def note(case: str, name: str) -> AddNote:
    return AddNote(case=CaseId(case), note=name, text="已联系")


def test_that_what_was_acknowledged_is_there_after_a_restart(paths: Paths) -> None:
    caller = Caller(paths)

    async def work(store: SqliteStore) -> tuple[str, int]:
        case = await registered(store, caller)
        return case, store.head

    with opened(paths) as store:
        case, head = run(work(store))
    with opened(paths) as store:
        assert store.head == head
        page = run(store.page(HALL, 0, 500))
        assert (Op.PUT, "case", case) in {(entry.op, entry.entity, entry.key) for entry in page.entries}
        assert run(store.high_n(caller.seat)) == 1
    sound(paths)


def test_that_a_command_sent_twice_is_answered_twice_and_applied_once(
    paths: Paths, store: SqliteStore
) -> None:
    caller = Caller(paths)

    async def work() -> None:
        await caller.take_numbers(store)
        push = caller.push(caller.sent(caller.register()), caller.sent(caller.register()))
        first = await store.push(push)
        head = store.head
        assert await store.push(push) == first
        both = await asyncio.gather(store.push(push), store.push(push))
        assert both == [first, first]
        assert store.head == head

    run(work())
    sound(paths)


def test_that_a_number_out_of_turn_is_a_gap_and_consumes_nothing(paths: Paths, store: SqliteStore) -> None:
    caller = Caller(paths)

    async def work() -> None:
        await caller.take_numbers(store)
        one, two, three = (caller.sent(caller.register()) for _ in range(3))
        assert await store.push(caller.push(two)) == (Gap(2, 1),)
        swapped = await store.push(caller.push(three, one, two))
        assert swapped[0] == Gap(3, 1)
        assert [accepted(verdict).n for verdict in swapped[1:]] == [1, 2]
        assert [accepted(v).n for v in await store.push(caller.push(two, three))] == [2, 3]
        assert await store.high_n(caller.seat) == 3

    run(work())
    sound(paths)


def test_that_a_refusal_consumes_its_number_and_lets_the_next_pass(paths: Paths, store: SqliteStore) -> None:
    caller = Caller(paths)

    async def work() -> None:
        case = await registered(store, caller)
        stale = caller.sent(filing(case), basis=Basis(ver=9))
        nonsense = msgspec.structs.replace(caller.sent(note(case, "x")), command={"deed": "conjure"})
        verdicts = await store.push(caller.push(stale, nonsense, caller.sent(note(case, "a"))))
        assert refused(verdicts[0]).refusal.code is RefusalCode.STALE
        assert case.encode() in bytes(refused(verdicts[0]).theirs)
        assert refused(verdicts[1]).refusal.code is RefusalCode.INVALID
        accepted(verdicts[2])

    run(work())
    sound(paths)


def test_that_a_command_under_another_number_is_never_applied_again(paths: Paths, store: SqliteStore) -> None:
    caller = Caller(paths)

    async def work() -> None:
        case = await registered(store, caller)
        first = caller.sent(note(case, "a"))
        again = caller.sent(note(case, "b"), id=first.id)
        verdicts = await store.push(caller.push(first, again, caller.sent(note(case, "c"))))
        assert refused(verdicts[1]).refusal.code is RefusalCode.EXISTS
        accepted(verdicts[2])
        assert await store.push(caller.push(again)) == verdicts[1:2]

    run(work())
    sound(paths)


@pytest.mark.parametrize(
    "planted", ["no grant", "other person", "other seat", "touched", "too old", "nobody"]
)
def test_that_a_command_without_its_authors_grant_is_forbidden(
    paths: Paths, store: SqliteStore, clock: Clock, planted: str
) -> None:
    caller = Caller(paths)
    wrong: dict[str, dict[str, Any]] = {
        "no grant": {"grant": ""},
        "other person": {"author": LI},
        "other seat": {"grant": Caller(paths, "seat-2").grant},
        "touched": {"grant": caller.grant[:-4] + "AAAA"},
        "too old": {},
        "nobody": {"author": "nobody"},
    }

    async def work() -> None:
        case = await registered(store, caller)
        if planted == "too old":
            clock.now_ms += 15 * 86_400_000
        sent = caller.sent(note(case, "a"), **wrong[planted])
        verdicts = await store.push(caller.push(sent))
        assert refused(verdicts[0]).refusal.code is RefusalCode.FORBIDDEN
        assert await store.high_n(caller.seat) == 2

    run(work())
    sound(paths)


def test_that_the_author_decides_what_may_be_done_not_the_seat(paths: Paths, store: SqliteStore) -> None:
    hall = Caller(paths)

    async def work() -> None:
        case = await registered(store, hall)
        wei = Caller(paths, hall.seat, WEI)
        sent = hall.sent(filing(case), author=WEI, grant=wei.grant, basis=Basis(ver=1))
        verdicts = await store.push(hall.push(sent))
        assert refused(verdicts[0]).refusal.code is RefusalCode.FORBIDDEN

    run(work())


def test_that_many_seats_at_once_lose_nothing(paths: Paths, store: SqliteStore) -> None:
    callers = [Caller(paths, f"seat-{index}") for index in range(12)]

    async def one(caller: Caller) -> list[Verdict]:
        await caller.take_numbers(store)
        found: list[Verdict] = []
        for _ in range(10):
            push = caller.push(caller.sent(caller.register()), caller.sent(caller.register()))
            twice = await asyncio.gather(store.push(push), store.push(push))
            assert twice[0] == twice[1]
            found.extend(twice[0])
        return found

    async def work() -> None:
        before = store.head
        every = [accepted(v) for found in await asyncio.gather(*map(one, callers)) for v in found]
        assert len({verdict.seq for verdict in every}) == 240
        assert store.head - before == 480  # a case and a report each

    run(work())
    sound(paths)


def test_that_a_unit_hears_of_a_case_that_comes_and_of_one_that_leaves(
    paths: Paths, store: SqliteStore
) -> None:
    hall, wei = Caller(paths), Caller(paths, "seat-u", WEI)

    async def work() -> None:
        case = CaseId(await registered(store, hall))
        start = store.head
        accepted((await store.push(hall.push(hall.sent(filing(case), basis=Basis(ver=1)))))[0])
        hidden = await store.page(UNIT_SEES, start, 500)
        assert (hidden.entries, hidden.next) == ((), store.head)
        dispatched = hall.sent(Dispatch(case=case, unit=UNIT), basis=Basis(ver=2))
        accepted((await store.push(hall.push(dispatched)))[0])
        seen = await store.page(UNIT_SEES, start, 500)
        assert {(entry.entity, entry.op) for entry in seen.entries} == {("case", Op.PUT), ("task", Op.PUT)}
        assert unit_rows(store) >= {("case", case), ("unit", UNIT)}
        back = ReturnTask(case=case, task=TaskId(f"{case}-1"), evidence="owner", opinion="非我单位")
        accepted((await store.push(wei.push(wei.sent(back, basis=Basis(ver=1)))))[0])
        left = await store.page(UNIT_SEES, seen.next, 500)
        told = {entry.entity: (entry.op, bytes(entry.body)) for entry in left.entries}
        assert told["case"] == (Op.DEL, b"null")
        assert told["task"][0] is Op.PUT
        assert ("case", case) not in unit_rows(store)
        hall_told = {entry.entity: entry.op for entry in (await store.page(HALL, seen.next, 500)).entries}
        assert hall_told["case"] is Op.PUT

    run(work())
    sound(paths)


def unit_rows(store: SqliteStore) -> set[tuple[str, str]]:
    return store.copy_rows(UNIT_SEES, lambda epoch, head, rows: {row[:2] for row in rows})


def test_that_a_row_that_ends_is_told_as_gone(paths: Paths, store: SqliteStore) -> None:
    caller = Caller(paths)

    async def work() -> None:
        case = CaseId(await registered(store, caller))
        accepted((await store.push(caller.push(caller.sent(ClaimCase(case=case)))))[0])
        start = store.head
        accepted((await store.push(caller.push(caller.sent(Release(case=case)))))[0])
        page = await store.page(HALL, start, 500)
        assert [(e.entity, e.op, bytes(e.body)) for e in page.entries] == [("claim", Op.DEL, b"null")]

    run(work())


def test_that_pages_cover_everything_once_and_never_split_a_command(paths: Paths, store: SqliteStore) -> None:
    caller = Caller(paths)

    async def work() -> None:
        await caller.take_numbers(store)
        for _ in range(20):
            await store.push(caller.push(caller.sent(caller.register())))
        for channels in (HALL, UNIT_SEES):
            whole = await store.page(channels, 0, 500)
            pages: list[Page] = []
            cursor = 0
            while cursor < store.head:
                page = await store.page(channels, cursor, 3)
                assert page.prev == cursor < page.next
                pages.append(page)
                cursor = page.next
            assert [entry for page in pages for entry in page.entries] == list(whole.entries)
            seen = [{entry.command for entry in page.entries} for page in pages]
            assert sum(map(len, seen)) == len(set().union(*seen))

    run(work())


def test_that_a_cursor_from_the_future_is_refused(store: SqliteStore) -> None:
    with pytest.raises(CursorAhead):
        run(store.page(HALL, store.head + 1, 10))


def test_that_another_epoch_is_told_the_present_one(paths: Paths, store: SqliteStore) -> None:
    caller = Caller(paths)

    async def work() -> None:
        case = await registered(store, caller)
        with pytest.raises(EpochChanged) as told:
            await store.push(caller.push(caller.sent(note(case, "a")), epoch=2))
        assert (told.value.epoch, told.value.high_n) == (1, 1)

    run(work())


def test_that_no_two_seats_get_the_same_numbers(paths: Paths, store: SqliteStore) -> None:
    callers = [Caller(paths, f"seat-{index}") for index in range(4)]

    async def work() -> None:
        for caller in callers * 2:
            await caller.take_numbers(store)
        blocks = [block for caller in callers for block in caller.blocks]
        taken = [number for block in blocks for number in range(block.first, block.last + 1)]
        assert len(taken) == len(set(taken)) == 8 * 50
        assert (await store.beat(callers[0].seat, callers[0].person, 50)).blocks == ()
        assert (await store.beat(callers[0].seat, callers[0].person, None)).blocks == ()
        unit = Caller(paths, "seat-u", WEI)
        assert (await store.beat(unit.seat, WEI, 0)).blocks == ()
        stranger = callers[0].sent(callers[1].register())
        verdicts = await store.push(callers[0].push(stranger))
        assert refused(verdicts[0]).refusal.code is RefusalCode.NUMBER_NOT_GRANTED

    run(work())


def test_that_numbers_of_weeks_ago_are_nobodys_any_more(paths: Paths, clock: Clock) -> None:
    caller = Caller(paths)

    async def take(store: SqliteStore) -> None:
        await caller.take_numbers(store)
        assert caller.blocks[0].first == 1

    async def late(store: SqliteStore) -> None:
        await caller.take_numbers(store)
        assert caller.blocks[1].first == 1
        assert caller.blocks[1].day > caller.blocks[0].day
        caller.grant = GrantKey.load(paths.grant_key).sign(caller.person, caller.seat, clock.now_ms)
        old, new = caller.sent(caller.register()), caller.sent(register(caller.blocks[1].number(1)))
        verdicts = await store.push(caller.push(old, new))
        assert refused(verdicts[0]).refusal.code is RefusalCode.NUMBER_NOT_GRANTED
        accepted(verdicts[1])

    with opened(paths, clock) as store:
        run(take(store))
        clock.now_ms += 40 * 86_400_000
        run(late(store))
    with opened(paths, clock) as store:
        clock.now_ms += 1000
        assert store._writer._writing is not None
        blocks = store._writer._writing._blocks[caller.seat]
        assert [block.day for block in blocks] == [caller.blocks[1].day]


def test_that_a_silent_seats_claim_lapses_and_a_heard_ones_stays(
    paths: Paths, store: SqliteStore, clock: Clock
) -> None:
    caller, other = Caller(paths), Caller(paths, "seat-2", LI)

    async def work() -> None:
        case = CaseId(await registered(store, caller))
        accepted((await store.push(caller.push(caller.sent(ClaimCase(case=case)))))[0])
        held = await store.push(other.push(other.sent(ClaimCase(case=case))))
        assert refused(held[0]).refusal.code is RefusalCode.ALREADY_CLAIMED
        clock.now_ms += 59_000
        assert await store.held_by_silent() == []
        await store.beat(caller.seat, caller.person, None)
        clock.now_ms += 59_000
        assert await store.held_by_silent() == []
        clock.now_ms += 2_000
        (claim,) = await store.held_by_silent()
        accepted(await store.perform(Release(case=CaseId(claim.case))))
        assert await store.held_by_silent() == []
        accepted((await store.push(other.push(other.sent(ClaimCase(case=case)))))[0])

    run(work())
    sound(paths)


def test_that_a_restart_gives_every_seat_time_to_come_back(paths: Paths) -> None:
    caller, clock = Caller(paths), Clock()

    async def claim(store: SqliteStore) -> None:
        case = CaseId(await registered(store, caller))
        accepted((await store.push(caller.push(caller.sent(ClaimCase(case=case)))))[0])

    with opened(paths, clock) as store:
        run(claim(store))
    clock.now_ms += 600_000
    with opened(paths, clock) as store:
        assert run(store.held_by_silent()) == []
        clock.now_ms += 61_000
        assert len(run(store.held_by_silent())) == 1


def test_that_a_rule_that_breaks_refuses_its_command_and_no_other(
    paths: Paths, store: SqliteStore, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caller = Caller(paths)

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    rule = msgspec.structs.replace(add_note.RULE, apply=broken)

    async def work() -> None:
        case = await registered(store, caller)
        with monkeypatch.context() as patch:
            patch.setattr("casework.commands.RULE_BY_STRUCT", {**RULE_BY_STRUCT, AddNote: rule})
            push = caller.push(caller.sent(note(case, "a")), caller.sent(ClaimCase(case=CaseId(case))))
            with caplog.at_level(logging.CRITICAL):
                verdicts = await store.push(push)
        assert refused(verdicts[0]).refusal.code is RefusalCode.INVALID
        accepted(verdicts[1])

    run(work())
    sound(paths)


def test_that_a_full_disk_is_said_and_the_work_goes_on_when_there_is_space(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = {"most": 1 << 30}

    def short(connection: apsw.Connection) -> None:
        connection.execute(f"PRAGMA max_page_count = {pages['most']}").fetchall()

    monkeypatch.setattr(apsw, "connection_hooks", [short])
    caller = Caller(paths)

    async def until_full(store: SqliteStore) -> Sent:
        await caller.take_numbers(store)
        for _ in range(45):
            sent = caller.sent(caller.register(text="井" * 1500))
            try:
                accepted((await store.push(caller.push(sent)))[0])
            except Unavailable as error:
                assert error.code == "disk_full"
                return sent
        raise AssertionError("the disk never became full")

    async def work(store: SqliteStore) -> None:
        failed = await until_full(store)
        with pytest.raises(Unavailable):
            await store.push(caller.push(failed))
        assert (await store.page(HALL, 0, 500)).head == store.head
        assert await store.high_n(caller.seat) == failed.n - 1
        pages["most"] = 1 << 30
        accepted((await store.push(caller.push(failed)))[0])

    reader = apsw.Connection(str(paths.database))
    (used,) = reader.execute("PRAGMA page_count").fetchall()[0]
    reader.close()
    pages["most"] = int(str(used)) + 60
    with opened(paths) as store:
        run(work(store))
    sound(paths)


def test_that_the_founding_is_paged_like_anything_else(paths: Paths, store: SqliteStore) -> None:
    page = run(store.page(HALL, 0, 500))
    assert {entry.command for entry in page.entries} == {CommandId("genesis-1")}
    assert len(page.entries) < GENESIS_ENTRIES
    assert run(store.tail(0, 1)) == run(store.tail(0, 500))
