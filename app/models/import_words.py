"""Files from outside in words: what is under way, why something was not done. Codes in, text out."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from app.models import text, words
from casework.sync.imports import Said

CONTEXT = "Import"
NOS = {
    "unreachable": QT_TRANSLATE_NOOP("Import", "The centre cannot be reached"),
    "busy": QT_TRANSLATE_NOOP("Import", "The centre is busy, try again"),
    "not_administrator": QT_TRANSLATE_NOOP("Import", "Only an administrator may import"),
    "signed_out": QT_TRANSLATE_NOOP("Import", "The log-in no longer holds"),
    "not_found": QT_TRANSLATE_NOOP("Import", "The centre no longer has this check: check the file again"),
    "no_file": QT_TRANSLATE_NOOP("Import", "The centre no longer has the file: check it again"),
    "too_many_imports": QT_TRANSLATE_NOOP("Import", "Too many files wait to be checked, try again later"),
    "too_long": QT_TRANSLATE_NOOP("Import", "The file is larger than the centre takes"),
    "nothing_to_enter": QT_TRANSLATE_NOOP("Import", "Nothing of this file can enter"),
    "being_entered": QT_TRANSLATE_NOOP("Import", "It is being entered and can no longer be stopped"),
    "hash_mismatch": QT_TRANSLATE_NOOP("Import", "The file changed while it was sent: choose it again"),
    "file_unreadable": QT_TRANSLATE_NOOP("Import", "The file cannot be read"),
    "not_saved": QT_TRANSLATE_NOOP("Import", "It could not be saved there"),
    "not_a_text": QT_TRANSLATE_NOOP("Import", "This is no profile: a text in UTF-8 is needed"),
    "disk_full": QT_TRANSLATE_NOOP("Import", "The centre's disk is full"),
    "empty_file": QT_TRANSLATE_NOOP("Import", "The file is empty"),
    "only_zeros": QT_TRANSLATE_NOOP("Import", "The file begins with nothing but zero bytes"),
    "unknown_format": QT_TRANSLATE_NOOP(
        "Import", "This kind of file is not known here; the centre may know it"
    ),
    "cannot_look": QT_TRANSLATE_NOOP("Import", "It could not be looked into here; the centre will say more"),
}
FAILED = QT_TRANSLATE_NOOP("Import", "The centre could not do it")
STEPS = {
    "starting": QT_TRANSLATE_NOOP("Import", "The check begins"),
    "reading": QT_TRANSLATE_NOOP("Import", "The file is read"),
    "checking": QT_TRANSLATE_NOOP("Import", "Every row is checked"),
    "reporting": QT_TRANSLATE_NOOP("Import", "The report is written"),
    "preparing": QT_TRANSLATE_NOOP("Import", "What would enter is laid ready"),
}
OUTCOMES = {
    "pending": QT_TRANSLATE_NOOP("Import", "Checked. Nothing has entered yet"),
    "entered": QT_TRANSLATE_NOOP("Import", "Entered"),
    "nothing_new": QT_TRANSLATE_NOOP("Import", "Nothing new: nothing was written"),
    "unreadable": QT_TRANSLATE_NOOP("Import", "The file cannot be read as a whole: nothing of it can enter"),
}


def say(source: str) -> str:
    """In the seat's language."""
    return QCoreApplication.translate(CONTEXT, source)


def no(code: str) -> str:
    """Why it was not done."""
    return say(NOS.get(code, FAILED))


def step(name: str) -> str:
    """What the checking process does."""
    return say(STEPS[name]) if name in STEPS else ""


def outcome(name: str) -> str:
    """What a report came to."""
    return say(OUTCOMES[name]) if name in OUTCOMES else name


def language() -> str:
    """Which of the centre's two sentences is shown here."""
    return "zh" if words.is_chinese() else "en"


def sentence(told: Said | dict[str, Any]) -> str:
    """The centre's own sentence, in the seat's language."""
    if isinstance(told, Said):
        return told.zh if language() == "zh" else told.en
    return str(told.get(language(), told.get("code", "")))


PLACES = {
    "line": QT_TRANSLATE_NOOP("Import", "line {0}"),
    "row": QT_TRANSLATE_NOOP("Import", "row {0}"),
    "feature": QT_TRANSLATE_NOOP("Import", "feature {0}"),
    "record": QT_TRANSLATE_NOOP("Import", "record {0}"),
}


def place(told: str) -> str:
    """Where a row stands in its file: the report says "line 17" or "row 5 of sheet 2023"."""
    kind, _, rest = told.partition(" ")
    number, _, sheet = rest.partition(" of sheet ")
    if kind not in PLACES or not number.isdecimal():
        return told
    return text.facts(sheet, say(PLACES[kind]).format(number))


def size(count: int) -> str:
    """1.2 MB."""
    if count < 1_000_000:
        return f"{max(count, 1) / 1000:.0f} KB" if count >= 1000 else f"{count} B"
    return f"{count / 1_000_000:.1f} MB"


def rows(count: int) -> str:
    """24 981 rows; not known = empty."""
    return say("{0} rows").format(text.thousands(count)) if count >= 0 else ""
