"""A case's facts, trace, notes and pending things put to words for the card: functions of `CardRows` alone."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from app.models import text, words
from app.models.card_rows import CardRows
from app.models.card_view import FieldLine, TraceLine
from casework.catalogue.model import Condition
from casework.commands import rule_of
from casework.commands.check import FailReason
from casework.commands.not_file import NotFiledReason
from casework.entities.case import Step
from casework.sync.status import OutboxLine, Waits
from casework.workflow import Flag

translate = QCoreApplication.translate

REASONS: dict[str, NotFiledReason | FailReason] = {
    **{reason.value: reason for reason in NotFiledReason},
    **{reason.value: reason for reason in FailReason},
}
REASONED = {"not_file", "check"}
NOT_A_MARK = frozenset({Flag.REPLY_WANTED})


def condition_text(condition: Condition) -> str:
    """The words of a filing condition in the seat's language."""
    return condition.text_zh if words.is_chinese() else condition.text_en


def fields(rows: CardRows) -> tuple[FieldLine, ...]:
    """Grid, component, owner, source, reporter, unit, marks: those the case has."""
    case = rows.case
    area = translate("Card", "area {0}").format(case.area_type)
    lines = [FieldLine(translate("Card", "Unit grid"), text.grid_code(case.grid), area)]
    if case.component:
        state = words.word(rows.component.state) if rows.component else ""
        lines.append(FieldLine(translate("Card", "Component"), case.component, state))
    if rows.component and rows.component.owner:
        lines.append(FieldLine(translate("Card", "Owner"), rows.unit_name(rows.component.owner)))
    if case.unit:
        lines.append(FieldLine(translate("Card", "Unit"), rows.unit_name(case.unit), _round(rows)))
    wanted = words.word(Flag.REPLY_WANTED) if Flag.REPLY_WANTED in case.flags else ""
    lines.append(FieldLine(translate("Card", "Source"), words.word(case.source), wanted))
    if rows.report and rows.report.reporter:
        lines.append(FieldLine(translate("Card", "Reporter"), rows.report.reporter.replace(" ", "\u3000")))
    marks = [words.word(flag) for flag in Flag if flag in case.flags - NOT_A_MARK]
    if marks:
        lines.append(FieldLine(translate("Card", "Marks"), translate("Words", ", ").join(marks)))
    return tuple(lines)


def _round(rows: CardRows) -> str:
    case = rows.case
    told = []
    if case.returns:
        told.append(translate("Card", "returned {0} ×").format(case.returns))
    if case.reworks:
        told.append(translate("Card", "reworked {0} ×").format(case.reworks))
    return text.facts(*told)


def trace(rows: CardRows, now_ms: int) -> tuple[TraceLine, ...]:
    """What happened, newest first."""
    zone = rows.city.calendar.zone
    return tuple(_step(step, rows, now_ms, zone) for step in reversed(rows.case.trace))


def _step(step: Step, rows: CardRows, now_ms: int, zone: str) -> TraceLine:
    reasons, said = split_reasons(step.opinion) if step.deed in REASONED else ((), step.opinion)
    deed = words.deed(step.deed)
    if step.deed == "check":
        deed = translate("Card", "Check failed") if reasons else translate("Card", "Check passed")
    if step.unit:
        deed = text.facts(deed, rows.unit_name(step.unit))
    who = f"{words.word(step.post)} {step.name}" if step.post else step.name
    told = translate("Words", ", ").join(words.word(REASONS[code]) for code in reasons)
    return TraceLine(text.when(step.at_ms, now_ms, zone), deed, who, text.facts(told, said))


def split_reasons(opinion: str) -> tuple[tuple[str, ...], str]:
    """Reason codes stand in front of the words: ("no_photo",), "夜间看不清"."""
    codes: list[str] = []
    rest = opinion
    while rest:
        first, _, tail = rest.partition(" ")
        if first not in REASONS:
            break
        codes.append(first)
        rest = tail
    return tuple(codes), rest


def notes(rows: CardRows, now_ms: int) -> tuple[TraceLine, ...]:
    """Notes, newest first."""
    zone = rows.city.calendar.zone
    return tuple(
        TraceLine(text.when(note.at_ms, now_ms, zone), note.name, "", note.text) for note in rows.notes
    )


def waiting(line: OutboxLine, now_ms: int) -> str:
    """Why an unsent thing waits: 撤销还剩 6 秒, 等联网."""
    if line.waits is Waits.UNDO:
        left_s = max(0, -(-(line.release_at_ms - now_ms) // 1000))
        return translate("Card", "can be undone for {0} s").format(left_s)
    return words.word(line.waits) if line.waits else words.word(line.state)


def pending(rows: CardRows, now_ms: int) -> str:
    """What of this case has not left the seat yet, the latest one: 派遣 撤销还剩 6 秒."""
    decisions = [line for line in rows.pending if not rule_of(line.command).is_commutative]
    if not decisions:
        return ""
    return text.facts(words.deed(kind_of(decisions[-1])), waiting(decisions[-1], now_ms))


def held_by(name: str, seat: str, since: str) -> str:
    """Who has the case in hand at another seat."""
    return translate("Card", "{0} at seat {1} has it since {2}").format(name, seat, since)


def kind_of(line: OutboxLine) -> str:
    """The command's kind, as it is called on the wire."""
    return rule_of(line.command).kind
