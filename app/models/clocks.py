"""The clocks of a case put to words: what is left, until when, the share used, and why the deadline is what it is.

Shares follow the running time of the limit (pauses and nights stand still); what is left is by the wall, as the
queue shows it. The sentence of reasons comes from `casework.clock.explain`; nothing is reckoned here.
"""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from app.models import text, words
from app.models.card_view import ClockLine, Level
from casework.clock.deadline import due, used_permille
from casework.clock.explain import Part, Reason, explain
from casework.clock.model import TimeLimit
from casework.entities.case import Case
from casework.entities.city import City
from casework.entities.task import Task, TaskState
from casework.workflow import Flag, Stage

translate = QCoreApplication.translate

WARN_PERMILLE = 800
DUE_PERMILLE = 1000
FILED_STAGES = frozenset(
    {
        Stage.AWAITING_DISPATCH,
        Stage.HANDLING,
        Stage.AWAITING_CHECK,
        Stage.CHECKING,
        Stage.AWAITING_CLOSE,
        Stage.CLOSED,
    }
)


def level_of(permille: int) -> Level:
    """0-80 % in time, to 100 % look soon, above that act now."""
    if permille > DUE_PERMILLE:
        return Level.ALARM
    return Level.WARN if permille >= WARN_PERMILLE else Level.OK


def clock_lines(case: Case, city: City, task: Task | None, now_ms: int) -> tuple[ClockLine, ...]:
    """The present stage's clock, the unit's own to receive, and the whole's, where each applies."""
    lines = (
        _stage_clock(case, city, now_ms),
        _receive_clock(task, now_ms, city),
        _total_clock(case, city, now_ms),
    )
    return tuple(line for line in lines if line is not None)


def _stage_clock(case: Case, city: City, now_ms: int) -> ClockLine | None:
    limit = city.stage_limits.get(case.stage)
    if limit is None or not case.stage_due_ms or not case.is_open:
        return None
    name = translate("Clock", "{0} limit").format(translate("Step", words.STEPS[case.stage]))
    permille = used_permille(city.calendar, case.stage_ms, now_ms, limit)
    return _running(name, limit, case.stage_due_ms, permille, now_ms, city)


def _receive_clock(task: Task | None, now_ms: int, city: City) -> ClockLine | None:
    if task is None or task.state is not TaskState.SENT or not task.receive_due_ms:
        return None
    span_ms = max(task.receive_due_ms - task.sent_ms, 1)
    permille = (now_ms - task.sent_ms) * 1000 // span_ms
    line = _running(translate("Clock", "Receive limit"), None, task.receive_due_ms, permille, now_ms, city)
    return ClockLine(line.name, text.duration(span_ms), line.left, line.until, line.share, line.level)


def _total_clock(case: Case, city: City, now_ms: int) -> ClockLine | None:
    if case.limit is None or case.stage not in FILED_STAGES:
        return None
    name, span = translate("Clock", "Total limit"), words.limit(case.limit)
    if not case.clock_ms:
        return ClockLine(name, span, translate("Clock", "starts at dispatch"), "", 0.0, Level.OK)
    at_ms = now_ms if case.is_open else (case.finished_ms or case.closed_ms or now_ms)
    permille = used_permille(city.calendar, case.clock_ms, at_ms, case.limit, case.pauses)
    if not case.is_open:
        used = translate("Clock", "took {0}").format(text.duration(at_ms - case.clock_ms))
        level = Level.DONE if permille <= DUE_PERMILLE else Level.ALARM
        return ClockLine(name, span, used, "", permille / 1000, level)
    if Flag.SUSPENDED in case.flags or not case.due_ms:
        return ClockLine(name, span, translate("Clock", "stands still"), "", permille / 1000, Level.HELD)
    return _running(name, case.limit, case.due_ms, permille, now_ms, city)


def _running(
    name: str, limit: TimeLimit | None, due_ms: int, permille: int, now_ms: int, city: City
) -> ClockLine:
    left = text.left(due_ms - now_ms)
    if due_ms >= now_ms:
        left = translate("Clock", "{0} left").format(left)
    until = translate("Clock", "until {0}").format(text.when(due_ms, now_ms, city.calendar.zone))
    span = words.limit(limit) if limit else ""
    level = level_of(permille) if due_ms >= now_ms else Level.ALARM
    return ClockLine(name, span, left, until, permille / 1000, level)


def why(case: Case, city: City, condition_text: str, now_ms: int) -> str:
    """Start, rule, area, calendar and pauses, in the order in which a person tells them."""
    if case.limit is None:
        return ""
    rule = (
        translate("Clock", "Rule {0}: {1}").format(case.condition, condition_text) if case.condition else ""
    )
    area = translate("Clock", "Area {0}").format(case.area_type)
    if not case.clock_ms:
        start = translate("Clock", "The clock starts at dispatch")
        return _sentence((start, rule, area))
    deadline = due(city.calendar, case.clock_ms, case.limit, case.pauses)
    told = [_told(reason, city, now_ms) for reason in explain(city.calendar, deadline)]
    begun = (
        translate("Clock", "Filed {0}")
        if not city.starts_at_dispatch
        else translate("Clock", "Dispatched {0}")
    )
    start = begun.format(text.when(case.clock_ms, now_ms, city.calendar.zone))
    paused = () if deadline.pauses else (translate("Clock", "no pause"),)
    return _sentence((start, rule, area, *told, *paused))


def _told(reason: Reason, city: City, now_ms: int) -> str:
    count, span = reason.count, text.duration(reason.span_ms)
    match reason.part:
        case Part.ROUND_THE_CLOCK:
            return translate("Clock", "runs day and night")
        case Part.BREAK:
            return translate("Clock", "less {0} × break between shifts").format(count)
        case Part.NIGHT:
            return translate("Clock", "less {0} × night").format(count)
        case Part.REST_DAY:
            return translate("Clock", "less {0} × rest day").format(count)
        case Part.HOLIDAY:
            return translate("Clock", "less {0} × public holiday").format(count)
        case Part.MAKE_UP_DAY:
            return translate("Clock", "{0} × make-up working day counted").format(count)
        case Part.PAUSE if not reason.until_ms:
            since = text.when(reason.from_ms, now_ms, city.calendar.zone)
            return translate("Clock", "paused since {0}").format(since)
        case Part.PAUSE:
            return translate("Clock", "paused for {0}").format(span)
        case Part.HOLIDAYS_UNKNOWN:
            return translate("Clock", "holidays of {0} not published yet").format(count)
        case _:
            return ""


def _sentence(parts: tuple[str, ...]) -> str:
    told = [part for part in parts if part]
    return translate("Clock", ", ").join(told) + translate("Clock", ".") if told else ""
