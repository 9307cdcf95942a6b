"""Words around actions: titles, key caps as printed, and why one cannot be done now."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from app.actions import Action, Ask, Why
from app.models import words
from casework.commands.check import FailReason
from casework.commands.not_file import NotFiledReason

WHY: Mapping[Why, str] = MappingProxyType(
    {
        Why.NO_CASE: QT_TRANSLATE_NOOP("Why", "No case is open."),
        Why.TAKEN: QT_TRANSLATE_NOOP("Why", "Another seat has this case in hand."),
        Why.SUSPENDED: QT_TRANSLATE_NOOP("Why", "The case is suspended."),
        Why.NO_UNIT: QT_TRANSLATE_NOOP("Why", "Choose a unit first: Ctrl+1..9."),
        Why.NO_CONDITION: QT_TRANSLATE_NOOP("Why", "Choose a filing condition first: Ctrl+1..9."),
        Why.QUEUE_EMPTY: QT_TRANSLATE_NOOP("Why", "The queue is empty."),
        Why.NOTHING_TO_UNDO: QT_TRANSLATE_NOOP("Why", "Nothing is left that has not been sent."),
        Why.OUTBOX_FULL: QT_TRANSLATE_NOOP("Why", "Not done: too much is waiting to be sent already."),
        Why.DISK_FULL: QT_TRANSLATE_NOOP("Why", "Not done: the disk of this seat takes no more."),
    }
)
ARROWS = MappingProxyType({"Left": "←", "Right": "→", "Up": "↑", "Down": "↓"})


def title(action: Action) -> str:
    """The action's words in the seat's language."""
    return QCoreApplication.translate("Action", action.title)


def cap(key: str) -> str:
    """The key as printed on its cap: Alt+←."""
    return "+".join(ARROWS.get(part, part) for part in key.split("+"))


def why(code: Why | None) -> str:
    """Why not, as a sentence; "" where nothing stands in the way."""
    return QCoreApplication.translate("Why", WHY[code]) if code is not None else ""


def choices(asks: tuple[Ask, ...]) -> dict[str, str]:
    """The words of every code that may be chosen."""
    found = {}
    for code in (code for ask in asks for code in ask.choices):
        for kind in (NotFiledReason, FailReason):
            if code in set(kind):
                found[code] = words.word(kind(code))
    return found
