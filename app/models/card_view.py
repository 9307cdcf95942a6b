"""What the case card shows, as immutable values ready to be drawn: every word chosen, every number put to text.

`app.models.card_model` makes them, the card's widgets draw them. They know neither Qt nor a row of the cache.
"""

from __future__ import annotations

import enum

import msgspec


class Level(enum.StrEnum):
    """How a clock stands; the mark's shape says it too."""

    OK = "ok"
    WARN = "warn"
    ALARM = "alarm"
    HELD = "held"
    DONE = "done"


class ClockLine(msgspec.Struct, frozen=True):
    """One deadline: its name and span, what is left, until when, and the share of it used (1.0 = due)."""

    name: str
    span: str
    left: str
    until: str
    share: float
    level: Level


class ChoiceKind(enum.StrEnum):
    """What the rows under Ctrl+1..9 are."""

    NONE = ""
    UNITS = "units"
    CONDITIONS = "conditions"
    REASONS = "reasons"
    CHECKERS = "checkers"


class ChoiceLine(msgspec.Struct, frozen=True):
    """One row: two lines of text at the left, figures at the right under the table's heads."""

    key: str
    title: str
    evidence: str = ""
    figures: tuple[str, ...] = ()


class ChoiceTable(msgspec.Struct, frozen=True):
    """Rows to choose from. `heads` name the figures; `chosen` is what is proposed until a hand chooses."""

    kind: ChoiceKind = ChoiceKind.NONE
    title: str = ""
    heads: tuple[str, ...] = ()
    lines: tuple[ChoiceLine, ...] = ()
    chosen: tuple[str, ...] = ()
    takes_many: bool = False


class FieldLine(msgspec.Struct, frozen=True):
    """A labelled fact of the case; `tail` follows after a full-width space."""

    label: str
    value: str
    tail: str = ""


class TraceLine(msgspec.Struct, frozen=True):
    """One deed: when, what, who, and what was said."""

    time: str
    deed: str
    who: str
    said: str = ""


class Photo(msgspec.Struct, frozen=True):
    """A picture by its hash; `caption` stands over a small one, the rest over a large one."""

    sha256: str
    caption: str
    label: str = ""
    taken: str = ""
    place: str = ""


class StepLine(msgspec.Struct, frozen=True):
    """The proposed next step: the command's kind, the sentence, and the evidence for it."""

    kind: str = ""
    sentence: str = ""
    evidence: str = ""


class CardView(msgspec.Struct, frozen=True, kw_only=True):
    """The whole card. `held_by` names the other seat that has the case in hand; `pending` what has not left yet."""

    case: str
    title: str
    stage: str
    step: int
    line: tuple[str, ...]
    next_step: StepLine
    clocks: tuple[ClockLine, ...] = ()
    why: str = ""
    choices: ChoiceTable = ChoiceTable()
    text: str = ""
    fields: tuple[FieldLine, ...] = ()
    photos: tuple[Photo, ...] = ()
    trace: tuple[TraceLine, ...] = ()
    notes: tuple[TraceLine, ...] = ()
    held_by: str = ""
    pending: str = ""
