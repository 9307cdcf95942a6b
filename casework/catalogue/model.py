"""Values of the catalogue: classes, filing conditions and their deadlines.

A deadline belongs to the filing condition, not to the class. A case stores the edition it was coded with.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping

import msgspec

from casework.clock.model import TimeLimit


class Kind(enum.StrEnum):
    """A fault of a component, or an event (2026: matter)."""

    COMPONENT = "component"
    EVENT = "event"


class ClassEntry(msgspec.Struct, frozen=True):
    """One minor class. `code` is text with its leading zeros; `major` its first two digits."""

    edition: str
    kind: Kind
    code: str
    name_zh: str
    name_en: str
    major: str
    major_zh: str
    major_en: str
    is_local: bool = False


class Condition(msgspec.Struct, frozen=True):
    """One filing condition of a class: `id` is the class code, a dash and a number (01003-1)."""

    id: str
    kind: Kind
    class_code: str
    text_zh: str
    text_en: str
    limit: TimeLimit
    closing_zh: str
    closing_en: str
    confidence: str


class Catalogue(msgspec.Struct, frozen=True):
    """One edition. Keys of `classes` and `conditions` are (kind, code), in the catalogue's order."""

    edition: str
    classes: Mapping[tuple[Kind, str], ClassEntry]
    conditions: Mapping[tuple[Kind, str], tuple[Condition, ...]]

    def condition(self, kind: Kind, code: str, condition_id: str) -> Condition | None:
        """The condition of that id within the class, or None."""
        return next((c for c in self.conditions.get((kind, code), ()) if c.id == condition_id), None)
