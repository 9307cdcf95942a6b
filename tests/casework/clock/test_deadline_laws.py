from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from casework.clock.deadline import WORKING_UNITS, due, limit_ms, used_ms, used_permille
from casework.clock.explain import SPANNING, explain
from casework.clock.model import Calendar, Pause, Shift, TimeLimit, TimeUnit
from tests.casework.clock.moments import DAY, HOUR, MINUTE, at, chinese

START, END = (
    at("2026-01-20 00:00"),
    at("2026-03-20 00:00"),
)  # holds the Spring Festival and both kinds of days

calendars = st.sampled_from(
    [
        chinese(),
        Calendar(),
        Calendar(shifts=(Shift(0, 1440),), rest_weekdays=()),
        Calendar(shifts=(Shift(510, 690), Shift(780, 1050), Shift(1140, 1200)), rest_weekdays=(6,)),
        Calendar(zone="America/New_York", shifts=(Shift(60, 240), Shift(600, 1200))),
        Calendar(zone="Australia/Lord_Howe", shifts=(Shift(0, 180),), rest_weekdays=(2,)),
    ]
)
limits = st.builds(TimeLimit, st.integers(0, 6), st.sampled_from(tuple(TimeUnit)))
minutes = st.integers(START // MINUTE, END // MINUTE).map(lambda m: m * MINUTE)


@st.composite
def pauses(draw: st.DrawFn) -> Pause:
    begin = draw(minutes)
    return Pause(begin, draw(st.sampled_from([0, begin + HOUR, begin + 9 * HOUR, begin + 3 * DAY])))


def is_open(calendar: Calendar, at_ms: int) -> bool:
    """Whether the minute that begins here is worked, by the letter of the calendar."""
    now = datetime.fromtimestamp(at_ms / 1000, ZoneInfo(calendar.zone))
    day = now.date().isoformat()
    rests = now.weekday() in calendar.rest_weekdays or day in calendar.holidays
    if rests and day not in calendar.workdays:
        return False
    minute = now.hour * 60 + now.minute
    return any(shift.start_min <= minute < shift.end_min for shift in calendar.shifts)


def simulated(calendar: Calendar, start_ms: int, limit: TimeLimit, stood: list[Pause]) -> int:
    """Minute by minute, knowing no tables: the end of the last minute needed, 0 while a pause is open."""
    left = limit_ms(calendar, start_ms, limit) // MINUTE
    now = start_ms
    while left:
        if any(p.from_ms <= now and p.until_ms == 0 for p in stood):
            return 0
        is_still = any(p.from_ms <= now < p.until_ms for p in stood)
        if not is_still and (limit.unit not in WORKING_UNITS or is_open(calendar, now)):
            left -= 1
        now += MINUTE
    return now


@settings(max_examples=120, deadline=None)
@given(calendars, minutes, limits, st.lists(pauses(), max_size=3))
def test_that_the_clock_agrees_with_counting_every_minute(
    calendar: Calendar, start_ms: int, limit: TimeLimit, stood: list[Pause]
) -> None:
    assert due(calendar, start_ms, limit, stood).due_ms == simulated(calendar, start_ms, limit, stood)


@given(calendars, st.integers(START, END), limits, st.lists(pauses(), max_size=3), st.integers(1, 40))
def test_that_a_longer_limit_is_never_due_earlier(
    calendar: Calendar, start_ms: int, limit: TimeLimit, stood: list[Pause], more: int
) -> None:
    longer = due(calendar, start_ms, TimeLimit(limit.value + more, limit.unit), stood)
    shorter = due(calendar, start_ms, limit, stood)
    assert longer.is_paused or start_ms <= shorter.due_ms < longer.due_ms


@given(calendars, st.integers(START, END), limits, st.lists(pauses(), max_size=3), pauses())
def test_that_one_more_pause_never_brings_the_deadline_nearer(
    calendar: Calendar, start_ms: int, limit: TimeLimit, stood: list[Pause], one_more: Pause
) -> None:
    before, after = due(calendar, start_ms, limit, stood), due(calendar, start_ms, limit, [*stood, one_more])
    assert after.is_paused or (not before.is_paused and before.due_ms <= after.due_ms)


@given(calendars, st.integers(START, END), limits, st.lists(pauses(), max_size=3))
def test_that_the_order_of_pauses_does_not_matter(
    calendar: Calendar, start_ms: int, limit: TimeLimit, stood: list[Pause]
) -> None:
    assert due(calendar, start_ms, limit, stood) == due(calendar, start_ms, limit, stood[::-1])


@given(calendars, st.integers(START, END), limits, st.lists(pauses(), max_size=3))
def test_that_at_the_deadline_exactly_the_whole_limit_is_used(
    calendar: Calendar, start_ms: int, limit: TimeLimit, stood: list[Pause]
) -> None:
    deadline = due(calendar, start_ms, limit, stood)
    assume(deadline.due_ms)
    assert used_ms(calendar, start_ms, deadline.due_ms, limit, stood) == deadline.limit_ms
    assert used_permille(calendar, start_ms, deadline.due_ms, limit, stood) == 1000
    if deadline.limit_ms:
        assert used_ms(calendar, start_ms, deadline.due_ms - 1, limit, stood) < deadline.limit_ms


@given(calendars, st.integers(START, END), limits, st.lists(pauses(), max_size=3))
def test_that_the_explanation_accounts_for_every_millisecond(
    calendar: Calendar, start_ms: int, limit: TimeLimit, stood: list[Pause]
) -> None:
    deadline = due(calendar, start_ms, limit, stood)
    assume(deadline.due_ms)
    told = sum(reason.span_ms for reason in explain(calendar, deadline) if reason.part in SPANNING)
    assert told == deadline.due_ms - start_ms
