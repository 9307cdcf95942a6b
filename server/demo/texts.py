"""Words of reports: put together from phrase tables, so that no two days read alike and nobody real is in them.

Promises: no full phone number, no name of a person; the filing condition chosen fits what the text says.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np

from casework.catalogue.model import Catalogue, Condition
from casework.workflow import Source
from server.demo.params import Matter, Matters

SLOT = re.compile(r"\{(\w+)\}")


def pick(rng: np.random.Generator, options: tuple[str, ...]) -> str:
    """One of them."""
    return options[int(rng.random() * len(options))]


def report_text(
    rng: np.random.Generator, plan: Matters, matter: Matter, name: str, source: Source
) -> tuple[str, str]:
    """What the report says, and the hint for its condition."""
    texts = plan.texts_of(matter)
    hint, body = texts[int(rng.random() * len(texts))]
    filled = SLOT.sub(_filler(rng, plan, name), body)
    opener = pick(rng, plan.sayings.openers[source])
    tail = pick(rng, plan.sayings.tails[source])
    return opener + filled + tail, hint


def _filler(rng: np.random.Generator, plan: Matters, name: str) -> Callable[[re.Match[str]], str]:
    def fill(found: re.Match[str]) -> str:
        slot = found.group(1)
        if slot == "n":
            return name
        if slot == "cm":
            return str(10 * int(rng.integers(3, 9)))
        if slot == "num":
            return str(10 * int(rng.integers(1, 7)))
        if slot == "small":
            return str(int(rng.integers(2, 9)))
        return pick(rng, plan.words[slot])

    return fill


def condition_of(rng: np.random.Generator, catalogue: Catalogue, matter: Matter, hint: str) -> Condition:
    """The condition one of the hint's words (parted by |) points at, else the first mostly."""
    conditions = catalogue.conditions[(matter.kind, matter.code)]
    if hint:
        for word in hint.split("|"):
            for condition in conditions:
                if word in condition.text_zh:
                    return condition
    weights = np.array([1.0 / (k + 1) for k in range(len(conditions))])
    return conditions[int(rng.choice(len(conditions), p=weights / weights.sum()))]
