"""What a seat makes of a wrong clock, an old copy of its own file, a new day and weeks of finished work."""

from __future__ import annotations

from casework.commands.close import Close
from casework.commands.dispatch import Dispatch
from casework.facts import NumberBlock
from casework.ids import CommandId, SeatId
from casework.limits import DISPATCH_UNDO_MS
from casework.sync.messages import Accepted, Answer
from casework.sync.seat import BLOCKS_KEPT, Memory, SeatSide
from casework.sync.status import Lamp, OutboxState
from tests.casework.sync.test_seat_side import CASE, NOW, OTHER, accepted, beat, live_seat, perform, sent

DAY = 86_400_000
TODAY, YESTERDAY = "20260714", "20260713"


def dispatch() -> Dispatch:
    return Dispatch(case=CASE, unit="u", opinion="x")


def test_that_an_undo_window_lasts_as_long_though_the_clock_was_a_day_ahead() -> None:
    seat = live_seat()
    perform(seat, dispatch(), "a", NOW + DAY)
    seat.correct(-DAY, NOW)
    assert sent(seat.wake(NOW + DISPATCH_UNDO_MS - 1)) == []
    assert sent(seat.wake(NOW + DISPATCH_UNDO_MS)) == [(1, "a")]


def test_that_an_undo_window_is_not_lost_though_the_clock_was_a_day_behind() -> None:
    seat = live_seat()
    perform(seat, dispatch(), "a", NOW - DAY)
    assert sent(seat.correct(DAY, NOW)) == []
    assert sent(seat.wake(NOW + DISPATCH_UNDO_MS)) == [(1, "a")]


def test_that_numbers_already_used_at_the_centre_are_not_used_again() -> None:
    seat = SeatSide(Memory(SeatId("s"), 1, 10, next_n=3))
    seat.hear(beat(high_n=7), NOW)
    assert sent(perform(seat, Close(case=CASE), "a")) == [(8, "a")]


def test_that_a_number_answered_with_anothers_receipt_is_given_up_and_the_command_sent_under_a_new_one() -> (
    None
):
    seat = live_seat()
    perform(seat, Close(case=CASE), "a")
    others = Accepted(1, CommandId("older"), 4, ())
    assert sent(seat.answer(Answer(1, (others,), NOW), NOW)) == [(2, "a")]


def test_that_the_lamp_speaks_of_catching_up_only_for_what_waited_before_the_link_came_back() -> None:
    seat = SeatSide(Memory(SeatId("s"), 1, 10))
    perform(seat, Close(case=CASE), "a")
    seat.hear(beat(), NOW)
    assert seat.status(NOW).lamp is Lamp.RESYNCING
    accepted(seat, "a", 10)
    assert seat.status(NOW).lamp is Lamp.LIVE
    perform(seat, Close(case=OTHER), "b")
    assert seat.status(NOW).lamp is Lamp.LIVE


def test_that_a_number_of_today_is_preferred_and_yesterdays_are_a_reserve() -> None:
    seat = live_seat(blocks=(NumberBlock(YESTERDAY, 3, 4), NumberBlock(TODAY, 1, 1)))
    assert seat.numbers_of(TODAY) == 1
    taken = [seat.take_number(TODAY)[0] for _ in range(4)]
    assert taken == [TODAY + "0001", YESTERDAY + "0003", YESTERDAY + "0004", None]
    assert seat.numbers_of(TODAY) == 0


def test_that_unused_numbers_of_many_days_do_not_pile_up() -> None:
    seat = live_seat()
    for day in range(40):
        seat.hear(beat(blocks=(NumberBlock(f"202607{day:02d}", 1, 50),)), NOW)
    assert len(seat.blocks) == BLOCKS_KEPT + 1
    assert seat.numbers_of("20260739") == 50


def test_that_finished_work_is_sent_again_to_a_restored_centre_in_the_order_of_performing() -> None:
    seat = live_seat()
    for name, case in (("a", CASE), ("b", OTHER)):
        perform(seat, Close(case=case), name)
        accepted(seat, name, 9)
    assert {item.state for item in seat.items.values()} == {OutboxState.DONE}
    assert sent(seat.hear(beat(head=0, epoch=2, high_n=0), NOW)) == [(1, "a"), (2, "b")]
