"""The words of many reports at once: the phrase parts of the demonstration city, put together by column.

Promises: what server.demo.texts would say of one report, and beside it what makes a vocabulary of years: numbers of
poles and boxes, number plates, times of day, and how a case ended. No telephone number and no name of a person. A
number plate is made up and begins with a letter no town of the province carries.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import msgspec
import numpy as np
import numpy.typing as npt

from casework.catalogue.model import Catalogue, Condition, Kind
from server.demo.cases import SOURCES
from server.demo.params import Matter, Matters
from server.demo.texts import SLOT

Ints = npt.NDArray[np.int64]
Rng = np.random.Generator
RESULT_SHARE = 0.4
MORE_SHARE = 0.3
PLATE_SIGNS = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"
BOXES = ("LD", "GX", "JG", "YS", "DX", "HB", "XF", "GY")


class Phrase(msgspec.Struct, frozen=True):
    """One way to tell of a matter, with the conditions it points at and how likely each is."""

    index: int  # of the matter
    matter: Matter
    name: str
    pieces: tuple[str, ...]  # words and slots by turns, words first
    conditions: tuple[Condition, ...]
    chances: npt.NDArray[np.float64]
    weight: float


def phrases_of(plan: Matters, catalogue: Catalogue) -> list[Phrase]:
    """Every way to tell of every matter; a matter's weight is shared out among its ways."""
    found = []
    for index, matter in enumerate(plan.matters):
        key = (matter.kind, matter.code)
        ways = plan.texts_of(matter)
        for hint, body in ways:
            conditions, chances = _pointed_at(catalogue.conditions[key], hint)
            pieces = tuple(SLOT.split(body))
            name = catalogue.classes[key].name_zh
            found.append(Phrase(index, matter, name, pieces, conditions, chances, matter.weight / len(ways)))
    return found


def _pointed_at(
    conditions: tuple[Condition, ...], hint: str
) -> tuple[tuple[Condition, ...], npt.NDArray[np.float64]]:
    """The first condition one of the hint's words is in; without one all of them, the first mostly."""
    for word in hint.split("|") if hint else ():
        for condition in conditions:
            if word in condition.text_zh:
                return (condition,), np.ones(1)
    weights = np.array([1.0 / (k + 1) for k in range(len(conditions))])
    return conditions, weights / weights.sum()


def texts(
    rng: Rng,
    plan: Matters,
    phrases: Sequence[Phrase],
    phrase: Ints,
    sources: Ints,
    is_closed: npt.NDArray[np.bool_],
) -> list[str]:
    """What is kept of each case. `sources` counts in SOURCES."""
    count = len(phrase)
    openers = np.empty(count, dtype=object)
    tails = np.empty(count, dtype=object)
    for index, (source, _) in enumerate(SOURCES):
        mine = np.flatnonzero(sources == index)
        openers[mine] = _drawn(rng, plan.sayings.openers[source], len(mine))
        tails[mine] = _drawn(rng, plan.sayings.tails[source], len(mine))
    made = np.empty(count, dtype=object)
    order = np.argsort(phrase, kind="stable")
    ends = np.searchsorted(phrase[order], np.arange(len(phrases) + 1))
    for index, one in enumerate(phrases):
        mine = order[ends[index] : ends[index + 1]]
        if len(mine):
            columns = [openers[mine], *_filled(rng, plan, one, len(mine)), tails[mine]]
            columns += [_more(rng, one, len(mine)), _results(rng, plan, one, is_closed[mine])]
            made[mine] = ["".join(parts) for parts in zip(*columns, strict=True)]
    whole: list[str] = made.tolist()
    return whole


def _drawn(rng: Rng, options: Sequence[str], count: int) -> npt.NDArray[np.object_]:
    return np.array(options, dtype=object)[rng.integers(0, len(options), count)]


def _filled(rng: Rng, plan: Matters, one: Phrase, count: int) -> list[Sequence[str]]:
    """The words between the slots and what stands in each slot, by column."""
    columns: list[Sequence[str]] = []
    for place, piece in enumerate(one.pieces):
        if place % 2 == 0:
            columns.append([piece] * count)
        elif piece in NUMBERS:
            columns.append([str(number) for number in NUMBERS[piece](rng, count).tolist()])
        else:
            columns.append(
                [one.name] * count if piece == "n" else _drawn(rng, plan.words[piece], count).tolist()
            )
    return columns


NUMBERS: Mapping[str, Callable[[Rng, int], Ints]] = MappingProxyType(
    {
        "cm": lambda rng, count: 10 * rng.integers(3, 9, count),
        "num": lambda rng, count: 10 * rng.integers(1, 7, count),
        "small": lambda rng, count: rng.integers(2, 9, count),
    }
)


def _more(rng: Rng, one: Phrase, count: int) -> list[str]:
    """What some add: the number on a pole or a box, the plate of a vehicle, the time of day."""
    has = (rng.random(count) < MORE_SHARE).tolist()
    if one.matter.kind is Kind.COMPONENT:
        head = _drawn(rng, BOXES, count).tolist()
        number = rng.integers(1, 100_000, count).tolist()
        return [f"编号 {head[k]}-{number[k]:05d}。" if has[k] else "" for k in range(count)]
    if one.matter.by in ("traffic", "enforcement", "construction"):
        signs = np.array(list(PLATE_SIGNS))[rng.integers(0, len(PLATE_SIGNS), (count, 5))]
        plates = ["".join(row) for row in signs.tolist()]
        return [f"号牌桂Z{plates[k]}。" if has[k] else "" for k in range(count)]
    minute = rng.integers(6 * 60, 23 * 60, count).tolist()
    return [f"时间约 {minute[k] // 60}:{minute[k] % 60:02d}。" if has[k] else "" for k in range(count)]


def _results(rng: Rng, plan: Matters, one: Phrase, is_closed: npt.NDArray[np.bool_]) -> list[str]:
    """How some ended, in the words of the trade that answered."""
    finish = plan.sayings.finish
    said = _drawn(rng, finish.get(one.matter.by, finish["other"]), len(is_closed)).tolist()
    has = (is_closed & (rng.random(len(is_closed)) < RESULT_SHARE)).tolist()
    return [f"处置：{said[k]}。" if has[k] else "" for k in range(len(said))]
