from __future__ import annotations

from casework.clock.deadline import due
from casework.clock.explain import Part, Reason, explain
from casework.clock.model import Pause
from tests.casework.clock.moments import DAY, HOUR, at, chinese, span


def told(start: str, limit: str, *pauses: Pause) -> dict[Part, Reason]:
    reasons = explain(chinese(), due(chinese(), at(start), span(limit), pauses))
    assert len({reason.part for reason in reasons if reason.part is not Part.PAUSE}) == len(
        [reason for reason in reasons if reason.part is not Part.PAUSE]
    )
    return {reason.part: reason for reason in reasons}


def test_that_an_urgent_limit_is_told_as_running_round_the_clock() -> None:
    parts = told("2026-11-20 23:00", "2 urgent_working_hour")
    assert list(parts) == [Part.START, Part.LIMIT, Part.ROUND_THE_CLOCK, Part.RUNNING, Part.DUE]
    assert parts[Part.DUE].from_ms == at("2026-11-21 01:00")


def test_that_a_weekend_is_told_as_one_night_and_two_rest_days() -> None:
    parts = told("2026-11-20 17:00", "2 working_hour")
    assert parts[Part.NIGHT] == Reason(Part.NIGHT, 1, 14 * HOUR)
    assert parts[Part.REST_DAY] == Reason(Part.REST_DAY, 2, 2 * DAY)
    assert Part.BREAK not in parts
    assert Part.HOLIDAY not in parts


def test_that_the_holiday_week_and_its_make_up_day_are_told() -> None:
    parts = told("2026-09-30 16:00", "3 working_day")
    assert parts[Part.HOLIDAY] == Reason(Part.HOLIDAY, 7, 7 * DAY)
    assert parts[Part.MAKE_UP_DAY].count == 1
    assert parts[Part.DUE].from_ms == at("2026-10-10 16:00")
    assert Part.REST_DAY not in parts


def test_that_each_pause_is_told_with_the_time_it_took() -> None:
    pauses = (
        Pause(at("2026-11-20 11:00"), at("2026-11-20 12:30")),
        Pause(at("2026-11-20 16:00"), at("2026-11-23 10:00")),
        Pause(at("2026-12-20 16:00"), at("2026-12-23 10:00")),
    )
    deadline = due(chinese(), at("2026-11-20 10:00"), span("1 working_day"), pauses)
    reasons = [reason for reason in explain(chinese(), deadline) if reason.part is Part.PAUSE]
    assert [reason.span_ms for reason in reasons] == [HOUR, 4 * HOUR]
    assert reasons[1].from_ms == at("2026-11-20 16:00")
    assert reasons[1].until_ms == at("2026-11-23 10:00")


def test_that_an_open_pause_is_told_without_a_deadline() -> None:
    parts = told("2026-11-18 08:00", "4 working_hour", Pause(at("2026-11-18 09:00")))
    assert list(parts) == [Part.START, Part.LIMIT, Part.PAUSE]
    assert parts[Part.PAUSE].until_ms == 0


def test_that_a_year_without_known_holidays_is_told() -> None:
    assert told("2026-12-31 17:00", "2 working_hour")[Part.HOLIDAYS_UNKNOWN].count == 2027
    assert Part.HOLIDAYS_UNKNOWN not in told("2026-12-31 17:00", "2 hour")
    assert Part.HOLIDAYS_UNKNOWN not in told("2025-12-31 17:00", "2 working_hour")
