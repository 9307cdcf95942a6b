from __future__ import annotations

from datetime import date, timedelta

import chinese_calendar
import pytest

from casework.clock.holidays import HolidayError, covered_until, with_holidays
from casework.clock.model import Calendar
from casework.clock.working import is_workday
from tests.casework.clock.moments import chinese

HEAD = b"date,kind,name_en,name_zh\n"


def test_that_every_day_of_three_years_agrees_with_the_published_calendar() -> None:
    day, wrong = date(2024, 1, 1), []
    while day < date(2027, 1, 1):
        if is_workday(chinese(), day) != chinese_calendar.is_workday(day):
            wrong.append(day)
        day += timedelta(days=1)
    assert wrong == []


def test_that_the_end_of_what_is_known_is_said() -> None:
    assert covered_until(chinese()) == "2026-12-31"
    assert covered_until(Calendar()) == ""


def test_that_a_table_adds_to_the_calendars_own_days() -> None:
    own = Calendar(holidays=frozenset({"2026-03-03"}))
    both = with_holidays(own, HEAD + "# 广西\n2026-03-04,workday,x,三月三\n".encode())
    assert both.holidays == {"2026-03-03"}
    assert both.workdays == {"2026-03-04"}


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (b"2026-02-30,holiday,x,x\n", "line 2: no date"),
        (b"2026-02-28,feast,x,x\n", "line 2: kind"),
        (b"2026-02-28,holiday,x,x\n2026-02-28,workday,x,x\n", "line 3: 2026-02-28 is there twice"),
    ],
)
def test_that_a_bad_line_is_named(line: bytes, says: str) -> None:
    with pytest.raises(HolidayError, match=says):
        with_holidays(Calendar(), HEAD + line)
