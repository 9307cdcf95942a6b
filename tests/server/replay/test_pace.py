"""The time pattern of a file, here: when a step of it is due."""

from __future__ import annotations

from pathlib import Path

import pytest

from server.replay.feeding import Feeding, pace_of
from server.replay.lane import Pace, course_of
from tests.server.replay.test_course import OPENED_MS, life

DAY_MS = 86_400_000


def test_that_a_day_of_the_file_is_a_minute_at_1440_times_its_pace() -> None:
    pace = Pace(1440.0, OPENED_MS, 100.0)
    assert pace.wait_s(OPENED_MS, 100.0) == 0
    assert pace.wait_s(OPENED_MS + DAY_MS, 100.0) == pytest.approx(60)
    assert pace.wait_s(OPENED_MS + DAY_MS, 130.0) == pytest.approx(30)


def test_that_everything_is_due_at_once_where_there_is_no_pace() -> None:
    assert Pace(0.0, OPENED_MS, 100.0).wait_s(OPENED_MS + DAY_MS, 0.0) == 0


def test_that_what_came_before_the_beginning_is_due_at_once() -> None:
    asked = Feeding("", Path(), speed=60, begin_ms=OPENED_MS + DAY_MS)
    pace = pace_of(asked, [course_of(life())])
    assert pace.begin_ms == OPENED_MS + DAY_MS
    assert pace.wait_s(OPENED_MS + DAY_MS // 2, pace.begin_s) < 0


def test_that_a_pace_taken_up_again_begins_with_the_next_report_and_not_with_an_old_case() -> None:
    old, new = course_of(life(closed_ms=OPENED_MS + 5)), course_of(life(opened_ms=OPENED_MS + DAY_MS))
    old.step = type(old.step)(3)
    asked = Feeding("", Path(), speed=60)
    assert pace_of(asked, [old, new]).begin_ms == OPENED_MS + DAY_MS


def test_that_nothing_is_fed_of_what_came_after_the_end() -> None:
    pace = Pace(0.0, OPENED_MS, 0.0, until_ms=OPENED_MS)
    assert not pace.is_over(OPENED_MS)
    assert pace.is_over(OPENED_MS + 1)
