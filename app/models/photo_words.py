"""A case's photos put to words: what each is, when and by whom it came, where it was taken. Functions of rows alone.

The time is the deed's the photo came with: the seat has nothing else that could be trusted.
"""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from app.models import text, words
from app.models.card_rows import CardRows
from app.models.card_view import Photo
from casework.entities.case import Case
from casework.workflow import Source

translate = QCoreApplication.translate


def photos(rows: CardRows, now_ms: int) -> tuple[Photo, ...]:
    """The report's pictures, then what the units sent, the newest work first."""
    zone, case = rows.city.calendar.zone, rows.case
    shown = list(_reported(case, now_ms, zone))
    for task in reversed(rows.tasks):
        at_ms = task.finished_ms or task.sent_ms
        caption = translate("Card", "Handled {0}").format(text.when(at_ms, now_ms, zone))
        taken = text.facts(_stamp(at_ms, zone), rows.unit_name(task.unit))
        label = translate("Photo", "Handled")
        shown += [Photo(sha256, caption, label, taken, case.place) for sha256 in task.photos]
    return tuple(shown)


def neighbour(case: Case, now_ms: int, zone: str) -> Photo | None:
    """The first picture of another case near by, named as such."""
    if not case.photos:
        return None
    told = text.when(case.registered_ms, now_ms, zone)
    return Photo(
        case.photos[0],
        translate("Photo", "Near by {0}").format(told),
        translate("Photo", "Near by"),
        text.facts(_stamp(case.registered_ms, zone), text.short_number(case.id)),
        case.place,
    )


def _reported(case: Case, now_ms: int, zone: str) -> tuple[Photo, ...]:
    caption = translate("Card", "Report {0}").format(text.when(case.registered_ms, now_ms, zone))
    who = words.word(case.source)
    if case.source is Source.SUPERVISOR and case.trace:  # who took it registered it
        first = case.trace[0]
        who = f"{words.word(first.post)} {first.name}" if first.post else first.name
    taken = text.facts(_stamp(case.registered_ms, zone), who)
    label = translate("Photo", "Report")
    return tuple(Photo(sha256, caption, label, taken, case.place) for sha256 in case.photos)


def _stamp(at_ms: int, zone: str) -> str:
    """2026-07-13 13:41:08, as cameras write it."""
    return text.moment(at_ms, zone).strftime("%Y-%m-%d %H:%M:%S")
