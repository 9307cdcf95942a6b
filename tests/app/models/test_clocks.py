from __future__ import annotations

import msgspec
import pytest
from PySide6.QtCore import QCoreApplication

from app.models.card_view import Level
from app.models.clocks import clock_lines, level_of, why
from casework.clock.deadline import due
from casework.clock.model import Calendar, Pause, TimeLimit, TimeUnit
from casework.entities.case import Case
from casework.entities.task import Task, TaskState
from casework.workflow import Flag, Stage
from tests.app.fake_city import CITY, HOUR, MINUTE, NOW_MS, case_row

pytestmark = pytest.mark.usefixtures("qapp")


def handled(limit: TimeLimit, started_ms: int, **more: object) -> Case:
    case = case_row(0, Stage.HANDLING, 60, "道路破损", "金湖路", (), NOW_MS)
    ends = due(CITY.calendar, started_ms, limit).due_ms
    return msgspec.structs.replace(
        case, limit=limit, clock_ms=started_ms, due_ms=ends, stage_due_ms=ends, **more
    )


@pytest.mark.parametrize(
    ("permille", "level"),
    [(0, Level.OK), (799, Level.OK), (800, Level.WARN), (1000, Level.WARN), (1001, Level.ALARM)],
)
def test_that_the_marks_change_at_80_and_at_100_percent(permille: int, level: Level) -> None:
    assert level_of(permille) is level


def test_that_the_stage_and_the_whole_have_each_their_clock() -> None:
    case = case_row(0, Stage.CHECKING, 30, "道路破损", "金湖路", (), NOW_MS)
    stage, whole = clock_lines(case, CITY, None, NOW_MS)
    assert stage.level is Level.OK and 0.7 < stage.share < 0.8
    assert whole.until


def test_that_an_overdue_clock_is_an_alarm_and_its_bar_goes_on() -> None:
    case = handled(TimeLimit(2, TimeUnit.HOUR), NOW_MS - 3 * HOUR)
    (line,) = clock_lines(case, CITY, None, NOW_MS)
    assert line.level is Level.ALARM
    assert line.share == pytest.approx(1.5)


def test_that_a_suspended_case_stands_still_at_what_it_had_used() -> None:
    started = NOW_MS - 3 * HOUR
    pauses = (Pause(started + HOUR),)
    case = handled(TimeLimit(4, TimeUnit.HOUR), started, pauses=pauses, flags=frozenset({Flag.SUSPENDED}))
    (line,) = clock_lines(case, CITY, None, NOW_MS)
    assert line.level is Level.HELD
    assert line.share == pytest.approx(0.25)


def test_that_a_unit_sees_by_when_to_receive() -> None:
    case = handled(TimeLimit(4, TimeUnit.HOUR), NOW_MS)
    sent = Task(
        id="t",
        case=case.id,
        unit="u",
        is_lead=True,
        state=TaskState.SENT,
        sent_ms=NOW_MS - 27 * MINUTE,
        due_ms=case.due_ms,
        receive_due_ms=NOW_MS + 3 * MINUTE,
    )
    receive, _ = clock_lines(case, CITY, sent, NOW_MS)
    assert receive.level is Level.WARN
    taken = msgspec.structs.replace(sent, state=TaskState.RECEIVED)
    assert len(clock_lines(case, CITY, taken, NOW_MS)) == 1


def test_that_the_reasons_name_start_rule_area_calendar_and_pauses(qapp: QCoreApplication) -> None:
    limit = TimeLimit(3, TimeUnit.WORKING_DAY)
    case = handled(limit, NOW_MS, condition="07001-1", pauses=(Pause(NOW_MS + HOUR, NOW_MS + 2 * HOUR),))
    told = why(case, CITY, "road broken", NOW_MS)
    for words in ("14:20", "07001-1", "road broken", "Area A", "night", "paused"):
        assert words in told
    plain = why(handled(TimeLimit(2, TimeUnit.URGENT_WORKING_HOUR), NOW_MS), CITY, "", NOW_MS)
    assert "day and night" in plain and "no pause" in plain


def test_that_a_year_without_published_holidays_says_so() -> None:
    city = msgspec.structs.replace(CITY, calendar=Calendar(holidays=frozenset({"2025-01-01"})))
    told = why(handled(TimeLimit(1, TimeUnit.WORKING_DAY), NOW_MS), city, "", NOW_MS)
    assert "2026" in told
