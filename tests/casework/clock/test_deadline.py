from __future__ import annotations

import pytest

from casework.clock.deadline import due, left_ms, used_ms, used_permille
from casework.clock.model import Calendar, Pause, Shift, TimeLimit, TimeUnit
from casework.clock.working import is_working, working_ms
from tests.casework.clock.moments import DAY, HOUR, MINUTE, at, chinese, ends, span, wall

ROUND = Calendar(shifts=(Shift(0, 1440),), rest_weekdays=())


@pytest.mark.parametrize(
    ("start", "limit", "end"),
    [
        # A missing cover: two hours, at night and on a Saturday too.
        ("2026-11-20 23:00", "2 urgent_working_hour", "2026-11-21 01:00"),
        ("2026-02-17 10:00", "2 urgent_working_hour", "2026-02-17 12:00"),
        # Exposed refuse, a broken cover: four working hours, lunch not counted.
        ("2026-11-18 10:00", "4 working_hour", "2026-11-18 16:00"),
        ("2026-11-18 16:30", "4 working_hour", "2026-11-19 10:30"),
        # Litter on the road: two working hours over a weekend.
        ("2026-11-20 17:00", "2 working_hour", "2026-11-23 09:00"),
        # A dirty surface, damaged fittings, a broken road: one, three, five working days.
        ("2026-11-18 10:00", "1 working_day", "2026-11-19 10:00"),
        ("2026-11-18 10:00", "3 working_day", "2026-11-23 10:00"),
        ("2026-11-18 10:00", "5 working_day", "2026-11-25 10:00"),
        # An illegal structure: two days while it goes up, fifteen working days once it stands.
        ("2026-11-20 10:00", "2 day", "2026-11-22 10:00"),
        ("2026-11-18 10:00", "15 working_day", "2026-12-09 10:00"),
        # The centre's own: ten minutes when urgent, thirty otherwise.
        ("2026-11-22 03:55", "10 minute", "2026-11-22 04:05"),
        ("2026-11-22 23:45", "30 minute", "2026-11-23 00:15"),
        ("2026-11-22 23:45", "24 hour", "2026-11-23 23:45"),
    ],
)
def test_that_the_fields_own_limits_end_where_the_worked_figures_say(
    start: str, limit: str, end: str
) -> None:
    assert ends(start, limit) == end


@pytest.mark.parametrize(
    ("start", "limit", "end"),
    [
        # The Saturday before the Spring Festival is worked, then nine days are not.
        ("2026-02-13 17:00", "2 working_hour", "2026-02-14 09:00"),
        ("2026-02-14 17:00", "2 working_hour", "2026-02-24 09:00"),
        # The week of the National Day: Thursday to Wednesday off; Sunday before, Saturday after worked.
        ("2026-09-30 16:00", "1 working_day", "2026-10-08 16:00"),
        ("2026-09-18 16:00", "1 working_day", "2026-09-20 16:00"),
        ("2026-10-09 16:00", "1 working_day", "2026-10-10 16:00"),
        # Year end: the first three days of 2026 are off, Sunday the fourth is worked.
        ("2025-12-31 17:00", "2 working_hour", "2026-01-04 09:00"),
        # Nobody has announced 2027: 1 January counts as the weekday it is.
        ("2026-12-31 17:00", "2 working_hour", "2027-01-01 09:00"),
    ],
)
def test_that_holidays_rest_and_make_up_days_work(start: str, limit: str, end: str) -> None:
    assert ends(start, limit) == end


@pytest.mark.parametrize(
    ("start", "limit", "end"),
    [
        # Used up at the end of a shift: then, not at the start of the next one.
        ("2026-11-18 08:00", "4 working_hour", "2026-11-18 12:00"),
        ("2026-11-18 08:00", "1 working_day", "2026-11-18 18:00"),
        # Started outside working time: counts from the next shift on.
        ("2026-11-18 12:30", "1 working_hour", "2026-11-18 15:00"),
        ("2026-11-21 09:00", "1 working_day", "2026-11-23 18:00"),
        ("2026-11-18 18:00", "4 working_hour", "2026-11-19 12:00"),
        ("2026-11-18 23:59", "0 working_hour", "2026-11-18 23:59"),
        ("2026-01-01 00:00", "0 working_day", "2026-01-01 00:00"),
    ],
)
def test_that_limits_meet_the_edges_of_shifts(start: str, limit: str, end: str) -> None:
    assert ends(start, limit) == end


def test_that_round_the_clock_shifts_make_a_working_day_a_day() -> None:
    assert ends("2026-10-01 13:37", "2 working_day", calendar=ROUND) == "2026-10-03 13:37"
    assert ends("2026-10-01 13:37", "24 working_hour", calendar=ROUND) == "2026-10-02 13:37"


def test_that_a_pause_across_the_weekend_costs_only_its_working_time() -> None:
    # Friday 16:00 to Monday 10:00: four working hours stood still.
    pause = ("2026-11-20 16:00", "2026-11-23 10:00")
    assert ends("2026-11-20 10:00", "1 working_day") == "2026-11-23 10:00"
    assert ends("2026-11-20 10:00", "1 working_day", pause) == "2026-11-23 16:00"
    assert ends("2026-11-20 10:00", "72 hour", pause) == "2026-11-26 04:00"


def test_that_a_pause_outside_working_time_costs_nothing() -> None:
    night = ("2026-11-18 19:00", "2026-11-19 07:00")
    assert ends("2026-11-18 16:30", "4 working_hour", night) == ends("2026-11-18 16:30", "4 working_hour")


def test_that_overlapping_pauses_count_once() -> None:
    one = ("2026-11-18 09:00", "2026-11-18 11:00")
    two = ("2026-11-18 10:00", "2026-11-18 12:00")
    assert ends("2026-11-18 08:00", "2 working_hour", one, two) == "2026-11-18 15:00"
    assert ends("2026-11-18 08:00", "2 working_hour", two, one, one) == "2026-11-18 15:00"


def test_that_pauses_before_the_start_or_backwards_are_ignored() -> None:
    before = ("2026-11-17 09:00", "2026-11-17 18:00")
    reaching_in = ("2026-11-18 07:00", "2026-11-18 09:00")
    backwards = ("2026-11-18 11:00", "2026-11-18 09:30")
    assert ends("2026-11-18 08:00", "2 working_hour", before, backwards) == "2026-11-18 10:00"
    assert ends("2026-11-18 08:00", "2 working_hour", reaching_in) == "2026-11-18 11:00"


def test_that_an_open_pause_leaves_no_deadline() -> None:
    deadline = due(chinese(), at("2026-11-18 08:00"), span("4 working_hour"), [Pause(at("2026-11-18 09:00"))])
    assert (deadline.due_ms, deadline.is_paused, deadline.is_endless) == (0, True, False)
    urgent = due(chinese(), at("2026-11-18 08:00"), span("4 hour"), [Pause(at("2026-11-18 09:00"))])
    assert (urgent.due_ms, urgent.is_paused) == (0, True)


def test_that_a_deadline_already_past_is_not_undone_by_a_later_pause() -> None:
    start, late = at("2026-11-18 08:00"), [Pause(at("2026-11-18 10:00"))]
    for limit in ("2 working_hour", "2 hour"):
        deadline = due(chinese(), start, span(limit), late)
        assert wall(deadline.due_ms) == "2026-11-18 10:00"
        assert not deadline.is_paused


def test_that_a_calendar_without_working_time_has_no_end_and_does_not_hang() -> None:
    for idle in (Calendar(shifts=()), Calendar(rest_weekdays=tuple(range(7)))):
        deadline = due(idle, at("2026-11-18 08:00"), span("1 working_hour"))
        assert (deadline.due_ms, deadline.is_endless, deadline.is_paused) == (0, True, False)
    absurd = due(chinese(), at("2026-11-18 08:00"), TimeLimit(10**9, TimeUnit.DAY))
    assert (absurd.due_ms, absurd.is_endless) == (0, True)


def test_that_odd_shift_tables_are_read_in_order_and_joined() -> None:
    odd = Calendar(
        shifts=(Shift(840, 1080), Shift(480, 600), Shift(600, 720), Shift(500, 560), Shift(900, 900))
    )
    assert ends("2026-11-18 10:00", "4 working_hour", calendar=odd) == "2026-11-18 16:00"


def test_that_daylight_saving_neither_gives_nor_takes_working_time() -> None:
    zone = "America/New_York"
    calendar = Calendar(zone=zone, shifts=(Shift(60, 240),), rest_weekdays=())
    # 8 March 2026: 02:00 becomes 03:00, so the shift from 01:00 to 04:00 has two hours.
    spring = due(calendar, at("2026-03-08 00:00", zone), span("2 working_hour"))
    assert wall(spring.due_ms, zone) == "2026-03-08 04:00"
    # 1 November 2026: 01:00 to 02:00 comes twice, so it has four.
    autumn = due(calendar, at("2026-11-01 00:00", zone), span("4 working_hour"))
    assert wall(autumn.due_ms, zone) == "2026-11-01 04:00"
    assert autumn.due_ms - at("2026-11-01 00:00", zone) == 6 * HOUR - HOUR


def test_that_a_calendar_day_keeps_the_wall_time_across_daylight_saving() -> None:
    zone = "America/New_York"
    calendar = Calendar(zone=zone)
    start = at("2026-03-07 10:00", zone)
    deadline = due(calendar, start, span("1 day"))
    assert wall(deadline.due_ms, zone) == "2026-03-08 10:00"
    assert deadline.due_ms - start == 23 * HOUR
    # 02:30 does not exist on 8 March: the deadline is the jump.
    assert wall(due(calendar, at("2026-03-07 02:30", zone), span("1 day")).due_ms, zone) == "2026-03-08 03:00"


def test_that_used_and_left_share_one_limit() -> None:
    start, now, limit = at("2026-11-18 10:00"), at("2026-11-18 15:00"), span("4 working_hour")
    assert used_ms(chinese(), start, now, limit) == 3 * HOUR
    assert used_permille(chinese(), start, now, limit) == 750
    assert left_ms(chinese(), start, now, limit) == HOUR
    assert used_permille(chinese(), start, at("2026-11-18 16:00"), limit) == 1000
    assert used_permille(chinese(), start, at("2026-11-18 17:00"), limit) == 1250
    assert left_ms(chinese(), start, at("2026-11-18 17:00"), limit) == -HOUR
    assert used_permille(chinese(), start, start - DAY, limit) == 0


def test_that_nothing_is_used_while_an_open_pause_stands() -> None:
    start, limit = at("2026-11-18 08:00"), span("4 working_hour")
    pauses = [Pause(at("2026-11-18 09:00"))]
    assert used_permille(chinese(), start, at("2026-11-18 17:00"), limit, pauses) == 250
    assert used_permille(chinese(), start, at("2027-06-18 17:00"), limit, pauses) == 250
    assert used_ms(chinese(), start, at("2026-11-18 12:00"), span("4 hour"), pauses) == HOUR


def test_that_a_limit_of_nothing_is_all_used() -> None:
    now = at("2026-11-18 08:00")
    assert used_permille(chinese(), now, now, span("0 hour")) == 1000
    assert used_permille(chinese(), now, now, span("-3 hour")) == 1000
    assert used_permille(chinese(), now, now - 1, span("0 hour")) == 0


def test_that_working_time_is_counted_between_any_two_instants() -> None:
    assert working_ms(chinese(), at("2026-11-20 17:00"), at("2026-11-23 09:00")) == 2 * HOUR
    assert working_ms(chinese(), at("2026-10-01 00:00"), at("2026-10-08 00:00")) == 0
    assert working_ms(chinese(), at("2026-11-23 09:00"), at("2026-11-20 17:00")) == 0
    assert is_working(chinese(), at("2026-11-20 17:59"))
    assert not is_working(chinese(), at("2026-11-20 18:00"))
    assert is_working(chinese(), at("2026-10-10 08:00"))
    assert not is_working(chinese(), at("2026-10-05 08:00"))


def test_that_milliseconds_are_kept() -> None:
    start = at("2026-11-18 11:59") + 59_999
    assert due(chinese(), start, span("1 working_hour")).due_ms == at("2026-11-18 15:00") - 1
    assert due(chinese(), start, span("1 day")).due_ms == start + DAY
    assert due(chinese(), start, span("1 minute")).due_ms == start + MINUTE


def test_that_a_limit_of_many_years_still_ends() -> None:
    start = at("2026-11-18 10:00")
    deadline = due(chinese(), start, span("2000 working_day"))
    assert working_ms(chinese(), start, deadline.due_ms) == deadline.limit_ms == 2000 * 8 * HOUR
    assert wall(deadline.due_ms) == "2034-07-19 10:00"
