"""People's sentences for a refusal: what the centre (or the seat's own rule) said no to, with its figures.

Every `RefusalCode` has one; a test holds that. The values a sentence names come from the refusal; a value that
an older centre does not send is shown as "?" rather than failing. Says nothing about what to do next: the
exits of the red card do that.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from casework.refusal import Refusal, RefusalCode

CONTEXT = "Refusal"

SENTENCES: Mapping[RefusalCode, str] = MappingProxyType(
    {
        RefusalCode.STALE: QT_TRANSLATE_NOOP("Refusal", "The case has changed since you saw it."),
        RefusalCode.BAD_TRANSITION: QT_TRANSLATE_NOOP(
            "Refusal", "The case is at another stage now: {stage}."
        ),
        RefusalCode.FORBIDDEN: QT_TRANSLATE_NOOP("Refusal", "Your posts do not allow this."),
        RefusalCode.EXISTS: QT_TRANSLATE_NOOP("Refusal", "This exists at the centre already."),
        RefusalCode.UNKNOWN_ROW: QT_TRANSLATE_NOOP("Refusal", "The centre has no such record."),
        RefusalCode.PREDECESSOR_REFUSED: QT_TRANSLATE_NOOP(
            "Refusal", "Your earlier step was refused, and this one rested on it."
        ),
        RefusalCode.NUMBER_NOT_GRANTED: QT_TRANSLATE_NOOP(
            "Refusal", "The number {case} is not reserved for this seat."
        ),
        RefusalCode.ALREADY_CLAIMED: QT_TRANSLATE_NOOP("Refusal", "{name} at seat {seat} took it first."),
        RefusalCode.NOT_CLAIMED: QT_TRANSLATE_NOOP("Refusal", "Nobody has this case in hand."),
        RefusalCode.UNKNOWN_CLASS: QT_TRANSLATE_NOOP(
            "Refusal", "The class {code} is not in the catalogue of {edition}."
        ),
        RefusalCode.UNKNOWN_CONDITION: QT_TRANSLATE_NOOP(
            "Refusal", "The filing condition {condition} is not in the catalogue."
        ),
        RefusalCode.UNKNOWN_UNIT: QT_TRANSLATE_NOOP("Refusal", "The centre does not know the unit {unit}."),
        RefusalCode.OUTSIDE_GRID: QT_TRANSLATE_NOOP("Refusal", "The place lies in no unit grid."),
        RefusalCode.OPINION_MISSING: QT_TRANSLATE_NOOP("Refusal", "An opinion has to be written."),
        RefusalCode.EVIDENCE_MISSING: QT_TRANSLATE_NOOP("Refusal", "Say which evidence is wrong."),
        RefusalCode.TEXT_MISSING: QT_TRANSLATE_NOOP("Refusal", "The text is missing."),
        RefusalCode.TOO_LONG: QT_TRANSLATE_NOOP("Refusal", "Longer than {limit} characters."),
        RefusalCode.NOT_YOUR_TASK: QT_TRANSLATE_NOOP("Refusal", "This task belongs to another unit."),
        RefusalCode.NOT_RECEIVED: QT_TRANSLATE_NOOP("Refusal", "The task has to be received first."),
        RefusalCode.ALREADY_RECEIVED: QT_TRANSLATE_NOOP("Refusal", "The task has been received already."),
        RefusalCode.INVALID: QT_TRANSLATE_NOOP(
            "Refusal", "Seat and centre are of different versions; nothing was changed."
        ),
    }
)


class _Known(dict[str, str]):
    """Values of a refusal; an absent one is shown as unknown."""

    def __missing__(self, name: str) -> str:
        return "?"


def sentence(refusal: Refusal, names: Mapping[str, str] | None = None) -> str:
    """The sentence in the language of the seat; `names` puts words in the place of ids and codes."""
    text = QCoreApplication.translate(CONTEXT, SENTENCES[refusal.code])
    return text.format_map(_Known({**refusal.values, **(names or {})}))
