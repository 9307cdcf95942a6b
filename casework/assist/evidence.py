"""What speaks for a proposal, or against it: codes and figures, never a sentence."""

from __future__ import annotations

import enum

import msgspec


class EvidenceCode(enum.StrEnum):
    """Kinds of evidence. In brackets: what `ref`, `name` and `number` say."""

    LAYER = "layer"  # the duty layer gives the place to the unit (layer, its name, its version)
    OWNER = "owner"  # the unit owns the component (component)
    PRECEDENT = "precedent"  # it handled the same there before (latest case, how many)
    TRADE = "trade"  # it only works in the trade of the layer (layer, trade)
    RETURNED = "returned"  # it handed this very case back
    CONDITION_GIVEN = "condition_given"  # chosen when the report was registered (condition)
    CONDITION_WORDS = "condition_words"  # the report speaks of it (condition, how many word pairs)
    CONDITION_FIRST = "condition_first"  # nothing speaks for any: the first of the class (condition)
    WORK_GRID = "work_grid"  # the supervisor patrols there (working grid)
    RESULT = "result"  # the unit reports it done (task)
    CHECKED = "checked"  # the check on site was passed


class Evidence(msgspec.Struct, frozen=True, omit_defaults=True):
    """One piece of it; what the fields mean is said with each code."""

    code: EvidenceCode
    ref: str = ""
    name: str = ""
    number: int = 0
