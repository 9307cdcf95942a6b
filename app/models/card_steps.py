"""The next step put to words: what Enter would do with what is chosen now, and whom the case waits for otherwise.

Which step is proposed is `casework.assist.propose`'s word. The sentence names what is chosen in the card, so that a
correction by hand is read at once; the evidence is that of what is chosen.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication

from app.models import evidence, text, words
from app.models.card_rows import CardRows
from app.models.card_view import ChoiceKind, ChoiceLine, ChoiceTable, StepLine
from app.models.card_words import condition_text
from casework.assist.duty import Candidate
from casework.assist.propose import Proposal
from casework.clock.deadline import due
from casework.commands import check, close, dispatch, file_case, finish, receive, send_check
from casework.commands.check import FailReason
from casework.workflow import Flag, Stage

translate = QCoreApplication.translate

FILE, DISPATCH, SEND_CHECK = file_case.RULE.kind, dispatch.RULE.kind, send_check.RULE.kind
CHECK, CLOSE = check.RULE.kind, close.RULE.kind
RECEIVE, FINISH = receive.RULE.kind, finish.RULE.kind
UNKNOWN = "—"


def choices_for(rows: CardRows, proposal: Proposal | None, candidates: Sequence[Candidate]) -> ChoiceTable:
    """The rows under Ctrl+1..9 at this step, with what is proposed chosen."""
    if proposal is None or not proposal.is_mine:
        is_dispatch = proposal is not None and proposal.kind == DISPATCH
        return unit_choices(candidates, ()) if is_dispatch else ChoiceTable()
    if proposal.kind == FILE:
        return condition_choices(rows, proposal)
    if proposal.kind == DISPATCH:
        return unit_choices(candidates, (proposal.unit,) if proposal.unit else ())
    if proposal.kind == SEND_CHECK:
        return checker_choices(rows, proposal)
    return reason_choices() if proposal.kind == CHECK else ChoiceTable()


def unit_choices(candidates: Sequence[Candidate], chosen: tuple[str, ...]) -> ChoiceTable:
    """Unit, evidence, open load, due today, on-time rate of 30 days, on duty."""
    lines = tuple(
        ChoiceLine(
            one.unit,
            one.name,
            evidence.short(one.evidence),
            (
                text.thousands(one.load.open),
                text.thousands(one.load.due_today),
                _permille(one.load.on_time_permille),
                translate("NextStep", "on duty") if one.is_on_duty else translate("NextStep", "off duty"),
            ),
        )
        for one in candidates
    )
    heads = (
        translate("NextStep", "Open"),
        translate("NextStep", "Due today"),
        translate("NextStep", "In time %"),
        translate("NextStep", "Duty"),
    )
    return ChoiceTable(ChoiceKind.UNITS, translate("NextStep", "Candidate units"), heads, lines, chosen)


def _permille(value: int | None) -> str:
    return UNKNOWN if value is None else f"{value // 10}.{value % 10}"


def condition_choices(rows: CardRows, proposal: Proposal) -> ChoiceTable:
    """The filing conditions of the class, in the catalogue's order."""
    lines = tuple(
        ChoiceLine(condition.id, condition_text(condition), "", (words.limit(condition.limit),))
        for condition in rows.conditions
    )
    chosen = (proposal.condition,) if proposal.condition else ()
    title, head = translate("NextStep", "Filing condition"), translate("NextStep", "Limit")
    return ChoiceTable(ChoiceKind.CONDITIONS, title, (head,), lines, chosen)


def checker_choices(rows: CardRows, proposal: Proposal) -> ChoiceTable:
    """The supervisors of the working grid."""
    lines = tuple(ChoiceLine(person.id, person.name) for person in rows.checkers)
    chosen = (proposal.checker,) if proposal.checker else ()
    return ChoiceTable(ChoiceKind.CHECKERS, translate("NextStep", "Checked by"), (), lines, chosen)


def reason_choices() -> ChoiceTable:
    """The five reasons for rework, none of them chosen."""
    lines = tuple(ChoiceLine(reason.value, words.word(reason)) for reason in FailReason)
    title = translate("NextStep", "Reasons for rework")
    return ChoiceTable(ChoiceKind.REASONS, title, (), lines, takes_many=True)


def step_line(
    rows: CardRows,
    proposal: Proposal | None,
    candidates: Sequence[Candidate],
    chosen: tuple[str, ...],
    now_ms: int,
) -> StepLine:
    """The sentence and its evidence, for what is chosen now."""
    if proposal is None or not proposal.is_mine:
        return StepLine("", *_waiting(rows, proposal, now_ms))
    first = chosen[0] if chosen else ""
    match proposal.kind:
        case kind if kind == FILE:
            return _file(rows, proposal, first, now_ms)
        case kind if kind == DISPATCH:
            return _dispatch(candidates, first)
        case kind if kind == SEND_CHECK:
            return _send_check(rows, first, now_ms)
        case kind if kind == CHECK:
            return StepLine(kind, translate("NextStep", "Check passed, ready to close"), _done(rows, now_ms))
        case kind if kind == CLOSE:
            return StepLine(kind, translate("NextStep", "Close the case"), _checked(rows, now_ms))
        case _:
            return _unit_step(rows, proposal.kind, now_ms)


def _file(rows: CardRows, proposal: Proposal, condition_id: str, now_ms: int) -> StepLine:
    condition = next((one for one in rows.conditions if one.id == condition_id), None)
    if condition is None:
        return StepLine(
            FILE, translate("NextStep", "File the case"), translate("NextStep", "choose a condition")
        )
    sentence = translate("NextStep", "File as {0}").format(condition_text(condition))
    limit = translate("NextStep", "limit {0}").format(words.limit(condition.limit))
    until = ""
    if not rows.city.starts_at_dispatch:
        at_ms = due(rows.city.calendar, now_ms, condition.limit).due_ms
        at = text.when(at_ms, now_ms, rows.city.calendar.zone)
        until = translate("NextStep", "until {0} if filed now").format(at) if at_ms else ""
    is_proposed = condition.id == proposal.condition
    why = evidence.full(proposal.evidence) if is_proposed else translate("NextStep", "chosen by hand")
    return StepLine(FILE, sentence, _told(condition.id, limit, until, why))


def _dispatch(candidates: Sequence[Candidate], unit: str) -> StepLine:
    one = next((one for one in candidates if one.unit == unit), None)
    if one is None:
        return StepLine(DISPATCH, translate("NextStep", "Dispatch"), translate("NextStep", "choose a unit"))
    sentence = translate("NextStep", "Dispatch to {0}").format(one.name)
    return StepLine(DISPATCH, sentence, evidence.full(one.evidence))


def _send_check(rows: CardRows, checker: str, now_ms: int) -> StepLine:
    person = next((one for one in rows.checkers if one.id == checker), None)
    if person is None:
        return StepLine(SEND_CHECK, translate("NextStep", "Send for a check on site"), _done(rows, now_ms))
    patrols = translate("NextStep", "patrols working grid {0}").format(person.work_grid)
    sentence = translate("NextStep", "Send {0} to check").format(person.name)
    return StepLine(SEND_CHECK, sentence, _told(_done(rows, now_ms), patrols))


def _unit_step(rows: CardRows, kind: str, now_ms: int) -> StepLine:
    task, zone = rows.own_task, rows.city.calendar.zone
    due_ms = 0 if task is None else task.receive_due_ms if kind == RECEIVE else task.due_ms
    until = translate("NextStep", "by {0}").format(text.when(due_ms, now_ms, zone)) if due_ms else ""
    said = task.opinion if task is not None else ""
    sentence = (
        translate("NextStep", "Receive the task")
        if kind == RECEIVE
        else translate("NextStep", "Report the work done")
    )
    return StepLine(kind, sentence, _told(until, said))


def _done(rows: CardRows, now_ms: int) -> str:
    task = rows.lead_task
    if task is None or not task.finished_ms:
        return ""
    at = text.when(task.finished_ms, now_ms, rows.city.calendar.zone)
    told = translate("NextStep", "{0} reported it done {1}").format(rows.unit_name(task.unit), at)
    return _told(told, task.result)


def _checked(rows: CardRows, now_ms: int) -> str:
    last = next((step for step in reversed(rows.case.trace) if step.deed == CHECK), None)
    if last is None:
        return ""
    at = text.when(last.at_ms, now_ms, rows.city.calendar.zone)
    return translate("NextStep", "check passed {0}, {1}").format(at, last.name)


def _waiting(rows: CardRows, proposal: Proposal | None, now_ms: int) -> tuple[str, str]:
    """Whom or what the case waits for, where the next step is not the actor's."""
    case = rows.case
    if not case.is_open:
        at = text.when(case.closed_ms, now_ms, rows.city.calendar.zone) if case.closed_ms else ""
        return text.facts(words.word(case.stage), at), ""
    if Flag.SUSPENDED in case.flags:
        return words.word(Flag.SUSPENDED), translate("NextStep", "the clocks stand still until it is resumed")
    if case.stage is Stage.HANDLING:
        unit = rows.unit_name(case.unit)
        if proposal is not None and proposal.kind == RECEIVE:
            return translate("NextStep", "Waits for {0} to receive it").format(unit), ""
        return translate("NextStep", "{0} is at work").format(unit), ""
    if proposal is None:
        return words.word(case.stage), ""
    return translate("NextStep", "Waits for: {0}").format(words.posts(proposal.posts)), ""


def _told(*parts: str) -> str:
    return translate("Evidence", ", ").join(part for part in parts if part)
