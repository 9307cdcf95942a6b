"""The seat's state machine: what leaves when, what stays visible, and what a bad link may not do to it."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from casework.commands.add_note import AddNote
from casework.commands.close import Close
from casework.commands.dispatch import Dispatch
from casework.facts import NumberBlock
from casework.ids import CommandId, Key, PersonId, SeatId
from casework.limits import DISPATCH_UNDO_MS, LAMP_LATE_MS
from casework.refusal import RefusalCode, refuse
from casework.sync.messages import Accepted, Answer, Beat, Entry, Gap, Op, Page, Refused
from casework.sync.seat import Commit, Effect, Fetch, Memory, ResetCache, Save, SeatSide, Send, WakeAt
from casework.sync.status import Lamp, OutboxState, Waits

NOW = 1_000_000
CASE, OTHER = "202607140001", "202607140002"


def live_seat(**memory: Any) -> SeatSide:
    """A seat that is connected and has caught up with a head of 10."""
    seat = SeatSide(Memory(SeatId("s"), **{"epoch": 1, "cursor": 10, **memory}))
    seat.hear(beat(), NOW)
    return seat


def beat(head: int = 10, epoch: int = 1, high_n: int = 0, **more: Any) -> Beat:
    return Beat(epoch, head, NOW, high_n, **more)


def perform(seat: SeatSide, command: Any, name: str, now_ms: int = NOW) -> list[Effect]:
    return seat.perform(command, CommandId(name), PersonId("zhang"), "grant", 3, now_ms)


def sent(effects: list[Effect] | None) -> list[tuple[int, str]]:
    return [(s.n, s.id) for e in effects or () if isinstance(e, Send) for s in e.push.sent]


def accepted(seat: SeatSide, name: str, seq: int) -> list[Effect]:
    item = seat.items[name]
    return seat.answer(Answer(1, (Accepted(item.n, item.id, seq, ()),), NOW), NOW)


def page(prev: int, upto: int, head: int | None = None, *entries: Entry, epoch: int = 1) -> Page:
    return Page(epoch, prev, upto, head or upto, entries, NOW)


def test_that_a_command_leaves_at_once_with_the_next_number() -> None:
    seat = live_seat(next_n=4)
    assert sent(perform(seat, Close(case=CASE), "a")) == [(4, "a")]


def test_that_what_is_sent_is_on_the_disk_before() -> None:
    effects = perform(live_seat(), Close(case=CASE), "a")
    saves = [i for i, e in enumerate(effects) if isinstance(e, Save)]
    sends = [i for i, e in enumerate(effects) if isinstance(e, Send)]
    assert max(saves) < min(sends)


def test_that_a_dispatch_waits_for_its_undo_window_and_can_be_taken_back_until_then() -> None:
    seat = live_seat()
    effects = perform(seat, Dispatch(case=CASE, unit="u"), "a")
    assert sent(effects) == []
    assert WakeAt(NOW + DISPATCH_UNDO_MS) in effects
    assert seat.lines(NOW)[0].waits is Waits.UNDO
    assert seat.undo("a", NOW + 1) is not None
    assert seat.lines(NOW + 1) == ()
    assert sent(seat.wake(NOW + DISPATCH_UNDO_MS)) == []


def test_that_a_number_is_given_only_when_the_command_leaves() -> None:
    seat = live_seat()
    perform(seat, Dispatch(case=CASE, unit="u"), "a")
    assert sent(perform(seat, Close(case=OTHER), "b")) == [(1, "b")]
    accepted(seat, "b", 11)
    assert sent(seat.wake(NOW + DISPATCH_UNDO_MS)) == [(2, "a")]
    assert seat.undo("a", NOW + DISPATCH_UNDO_MS) is None


def test_that_later_commands_on_a_case_wait_for_an_earlier_one_and_build_on_it() -> None:
    seat = live_seat()
    perform(seat, Dispatch(case=CASE, unit="u"), "a")
    assert sent(perform(seat, Close(case=CASE), "b")) == []
    assert seat.items["b"].basis.after == "a"
    assert seat.undo("a", NOW) is None
    assert sent(seat.wake(NOW + DISPATCH_UNDO_MS)) == [(1, "a"), (2, "b")]


def test_that_nothing_leaves_before_the_cursor_has_reached_the_head() -> None:
    seat = live_seat()
    seat.lose(NOW)
    perform(seat, Close(case=CASE), "a")
    effects = seat.hear(beat(head=15), NOW)
    assert Fetch(10) in effects
    assert sent(effects) == []
    assert sent(seat.read(page(10, 12, 15), NOW)) == []
    assert sent(seat.read(page(12, 15), NOW)) == [(1, "a")]


def test_that_a_page_is_applied_only_where_the_cursor_is() -> None:
    seat = live_seat()
    assert seat.read(page(11, 14), NOW) == [Fetch(10)]
    assert seat.read(page(5, 9), NOW) == []
    assert any(isinstance(e, Commit) for e in seat.read(page(10, 14), NOW))
    assert seat.read(page(14, 16, epoch=2), NOW) == []
    assert seat.cursor == 14


def test_that_an_accepted_command_stays_laid_over_until_its_entry_has_come_down() -> None:
    seat = live_seat()
    perform(seat, Close(case=CASE), "a")
    accepted(seat, "a", 12)
    assert [i.id for i in seat.pending()] == ["a"]
    assert seat.lines(NOW) == ()
    seat.read(page(10, 12), NOW)
    assert seat.pending() == []
    assert seat.items["a"].state is OutboxState.DONE


def test_that_a_refused_command_stays_until_a_person_dismisses_it() -> None:
    seat = live_seat()
    perform(seat, Close(case=CASE), "a")
    verdict = Refused(1, CommandId("a"), refuse(RefusalCode.STALE), msgspec.Raw(b'{"id":"x"}'))
    seat.answer(Answer(1, (verdict,), NOW), NOW)
    seat.read(page(10, 30), NOW)
    again = SeatSide(Memory(SeatId("s"), 1, 30, 2, tuple(seat.items.values())))
    line = again.lines(NOW)[0]
    assert (line.state, line.refusal, line.theirs) == (
        OutboxState.REFUSED,
        refuse(RefusalCode.STALE),
        b'{"id":"x"}',
    )
    again.dismiss("a")
    assert again.lines(NOW) == ()


def test_that_a_refusal_never_blocks_what_comes_behind() -> None:
    seat = live_seat()
    perform(seat, Close(case=CASE), "a")
    perform(seat, Close(case=OTHER), "b")
    verdict = Refused(1, CommandId("a"), refuse(RefusalCode.STALE))
    assert sent(seat.answer(Answer(1, (verdict,), NOW), NOW)) == [(2, "b")]


def test_that_an_answer_lost_on_the_way_is_asked_for_again_under_the_same_number() -> None:
    seat = live_seat()
    perform(seat, Close(case=CASE), "a")
    assert sent(seat.fail_push(NOW)) == []
    assert sent(seat.wake(NOW + 1_000)) == [(1, "a")]
    restarted = SeatSide(Memory(SeatId("s"), 1, 10, 2, tuple(seat.items.values())))
    assert sent(restarted.hear(beat(), NOW)) == [(1, "a")]


def test_that_a_gap_is_answered_from_the_number_the_centre_expects() -> None:
    seat = live_seat()
    perform(seat, Close(case=CASE), "a")
    assert sent(seat.answer(Answer(1, (Gap(1, 1),), NOW), NOW)) == []
    assert sent(seat.wake(NOW + 1_000)) == [(1, "a")]


def test_that_a_doubled_answer_changes_nothing() -> None:
    seat = live_seat()
    perform(seat, Close(case=CASE), "a")
    accepted(seat, "a", 12)
    seat.read(page(10, 12), NOW)
    assert not any(isinstance(e, Save) for e in accepted(seat, "a", 12))


def test_that_a_restored_centre_gets_again_what_it_has_lost_under_new_numbers() -> None:
    seat = live_seat()
    for name, seq in (("a", 11), ("b", 12)):
        perform(seat, Close(case=CASE if name == "a" else OTHER), name)
        accepted(seat, name, seq)
    seat.read(page(10, 12), NOW)
    effects = seat.hear(beat(head=5, epoch=2, high_n=1), NOW)
    assert ResetCache(2) in effects
    assert Fetch(0) in effects
    assert sent(seat.read(page(0, 5, epoch=2), NOW)) == [(2, "b")]
    assert seat.hear(beat(head=12, epoch=1), NOW) == []


def test_that_reserved_numbers_are_taken_once_and_the_next_block_follows() -> None:
    seat = live_seat()
    seat.hear(beat(blocks=(NumberBlock("20260714", 9, 10),)), NOW)
    seat.hear(beat(blocks=(NumberBlock("20260714", 9, 10),)), NOW)
    assert seat.numbers_left == 2
    taken = [seat.take_number()[0] for _ in range(3)]
    assert taken == ["202607140009", "202607140010", None]


@pytest.mark.parametrize(
    ("age_ms", "lamp"), [(0, Lamp.LIVE), (5_001, Lamp.LATE), (LAMP_LATE_MS + 1, Lamp.OFFLINE)]
)
def test_that_the_lamp_shows_the_age_of_the_last_heartbeat(age_ms: int, lamp: Lamp) -> None:
    assert live_seat().status(NOW + age_ms).lamp is lamp


def test_that_coming_back_counts_what_is_left_to_send() -> None:
    seat = live_seat()
    seat.lose(NOW)
    for index in range(3):
        perform(seat, AddNote(case=f"20260714{index:04d}", note=str(index), text="x"), str(index))
    assert seat.status(NOW).lamp is Lamp.OFFLINE
    seat.hear(beat(), NOW)
    accepted(seat, "0", 11)
    status = seat.status(NOW)
    assert (status.lamp, status.done, status.total) == (Lamp.RESYNCING, 1, 3)


def test_that_a_row_comes_down_as_a_change_of_that_row_only() -> None:
    entry = Entry(11, CommandId("x"), "case", CASE, 4, Op.DEL)
    effects = live_seat().read(page(10, 11, 11, entry), NOW)
    assert any(getattr(e, "keys", None) == frozenset({Key("case", CASE)}) for e in effects)
