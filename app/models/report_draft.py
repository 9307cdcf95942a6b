"""A report while it is typed: its draft on disk, what is still wrong with it, and the command it becomes.

The draft is one value, kept as JSON under one key. A caller's name and number are masked before anything is kept
or sent: no plain number ever reaches a row, a log or a draft. Pure: knows neither a widget nor the session.
"""

from __future__ import annotations

import enum
import re
import unicodedata

import msgspec

from casework.catalogue.model import Catalogue, Kind
from casework.commands.register import Register
from casework.ids import CaseId, GridCode
from casework.limits import PLACE_CHARS, TEXT_CHARS
from casework.workflow import Source

DRAFT_KEY = "report/new"
REPORTER_CHARS = 60
# A number of seven or more digits, however it is grouped; the last sign of an identity number may be an X.
NUMBER = re.compile(r"\d(?:[ -]?\d){5,}(?:[ -]?[\dXx])")
CHINESE_NAME = re.compile(r"([\u4e00-\u9fff])[\u4e00-\u9fff]+")
LATIN_NAME = re.compile(r"\b([A-Za-z])[A-Za-z]+")


class ReportField(enum.StrEnum):
    """The fields of the form."""

    SOURCE = "source"
    REPORTER = "reporter"
    PLACE = "place"
    CLASS = "class"
    CONDITION = "condition"
    TEXT = "text"
    NUMBER = "number"  # the case number, which the seat takes from its block


class Fault(enum.StrEnum):
    """What is wrong with a field; the form has the words."""

    PLACE_MISSING = "place_missing"
    POINT_MISSING = "point_missing"
    OUTSIDE_GRID = "outside_grid"
    CLASS_MISSING = "class_missing"
    CONDITION_UNKNOWN = "condition_unknown"
    TEXT_MISSING = "text_missing"
    TOO_LONG = "too_long"
    NO_NUMBER = "no_number"
    OUTBOX_FULL = "outbox_full"
    DISK_FULL = "disk_full"


class ReportDraft(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is typed and chosen so far. `has_point` tells a place picked on the map from one that is only words."""

    source: Source = Source.HOTLINE
    reporter: str = ""
    is_reply_wanted: bool = False
    place: str = ""
    has_point: bool = False
    x_mm: int = 0
    y_mm: int = 0
    grid: str = ""
    kind: Kind = Kind.EVENT
    class_code: str = ""
    class_typed: str = ""
    condition: str = ""
    text: str = ""
    told_ms: int = 0

    @property
    def is_empty(self) -> bool:
        """Nothing typed or chosen that could be lost."""
        return self == ReportDraft(source=self.source, told_ms=self.told_ms)


def masked(typed: str) -> str:
    """韦** 138****2076: a surname, the first three and last four digits."""
    plain = unicodedata.normalize("NFKC", typed).strip()[:REPORTER_CHARS]
    hidden = NUMBER.sub(lambda found: _mask_number(found[0]), plain)
    hidden = CHINESE_NAME.sub(r"\1**", hidden)
    return LATIN_NAME.sub(r"\1**", hidden)


def _mask_number(number: str) -> str:
    digits = re.sub(r"[ -]", "", number)
    if len(digits) < 10:
        return f"{digits[:2]}***{digits[-2:]}"
    return f"{digits[:3]}****{digits[-4:]}"


def encode(draft: ReportDraft) -> str:
    """As kept on disk."""
    return msgspec.json.encode(draft).decode()


def decode(kept: str | None) -> ReportDraft | None:
    """A kept draft; None where there is none or another version wrote it in another shape."""
    if not kept:
        return None
    try:
        return msgspec.json.decode(kept, type=ReportDraft)
    except (msgspec.ValidationError, msgspec.DecodeError):
        return None


def faults(draft: ReportDraft, catalogue: Catalogue | None) -> dict[ReportField, Fault]:
    """What must be mended before it can be registered, in the order of the form."""
    found: dict[ReportField, Fault] = {}
    if not draft.place.strip():
        found[ReportField.PLACE] = Fault.PLACE_MISSING
    elif len(draft.place) > PLACE_CHARS:
        found[ReportField.PLACE] = Fault.TOO_LONG
    elif not draft.has_point:
        found[ReportField.PLACE] = Fault.POINT_MISSING
    elif not draft.grid:
        found[ReportField.PLACE] = Fault.OUTSIDE_GRID
    if catalogue is None or (draft.kind, draft.class_code) not in catalogue.classes:
        found[ReportField.CLASS] = Fault.CLASS_MISSING
    elif draft.condition and not catalogue.condition(draft.kind, draft.class_code, draft.condition):
        found[ReportField.CONDITION] = Fault.CONDITION_UNKNOWN
    if not draft.text.strip():
        found[ReportField.TEXT] = Fault.TEXT_MISSING
    elif len(draft.text) > TEXT_CHARS:
        found[ReportField.TEXT] = Fault.TOO_LONG
    return found


def command(draft: ReportDraft, number: str, edition: str) -> Register:
    """The command; call it only where `faults` finds nothing."""
    return Register(
        case=CaseId(number),
        source=draft.source,
        kind=draft.kind,
        edition=edition,
        class_code=draft.class_code,
        condition=draft.condition,
        text=draft.text.strip(),
        place=draft.place.strip(),
        x_mm=draft.x_mm,
        y_mm=draft.y_mm,
        grid=GridCode(draft.grid),
        reporter=masked(draft.reporter),
        told_ms=draft.told_ms,
        is_reply_wanted=draft.is_reply_wanted,
    )
