"""Finding by words what archive.db does not hold: open cases, and those that changed since it was built.

All texts lie folded in one long string, the newest first, and are looked through as they are: for the hundred
thousand open cases of a large city that takes milliseconds and is always true. Promises: complete, newest first, kept
up to date case by case; the rules for a word are those of the archive. One thread puts and drops, any may search. It
keeps no row: what is shown of a hit is read from the cache's present truth.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from heapq import merge
from itertools import accumulate, islice
from typing import NamedTuple

import msgspec

from app.cache.archive import NUMBER_CHARS, PAGE, Found, Hit
from casework.entities.case import Case
from casework.text.fold import Folding

RECENT = 256  # changes laid beside before everything is joined anew
START, PART, END = "\x1e", "\x1f", "\n"  # no folded word holds them
Age = tuple[int, str]  # registered, key: the order of hits, the newest first


class _Kept(NamedTuple):
    """A case as it is looked for: place and text, and its numbers, each ended."""

    age: Age
    told: str
    numbers: str


class _Block(msgspec.Struct, frozen=True):
    """Cases in falling order, as two long strings: the part of slot k is from starts[k] to starts[k + 1]."""

    ages: tuple[Age, ...]
    told: str
    told_starts: tuple[int, ...]
    numbers: str
    number_starts: tuple[int, ...]
    slot_of: dict[str, int]

    def kept(self, slot: int) -> _Kept:
        told = self.told[self.told_starts[slot] : self.told_starts[slot + 1]]
        numbers = self.numbers[self.number_starts[slot] : self.number_starts[slot + 1]]
        return _Kept(self.ages[slot], told, numbers)


EMPTY = _Block((), "", (0,), "", (0,), {})


class OpenText:
    """`row_of` gives the present row of a case, or None; it is called in the thread that searches."""

    def __init__(self, folding: Folding) -> None:
        self._folding = folding
        # Both at once in one attribute: a searching thread sees them belonging together.
        self._state: tuple[_Block, dict[str, _Kept | None]] = (EMPTY, {})

    def __len__(self) -> int:
        block, recent = self._state
        own = sum(1 for key in recent if key in block.slot_of)
        return len(block.ages) - own + sum(1 for kept in recent.values() if kept)

    def __contains__(self, key: str) -> bool:
        block, recent = self._state
        return recent[key] is not None if key in recent else key in block.slot_of

    def load(self, rows: Iterable[Case]) -> None:
        """These, in place of everything before."""
        self._state = (_block([self._kept(row) for row in rows]), {})

    def put(self, row: Case) -> None:
        """A case that is new, or says something else now."""
        self._lay(row.id, self._kept(row))

    def drop(self, key: str) -> None:
        """A case that is no longer the seat's."""
        if key in self:
            self._lay(key, None)

    def find(
        self, word: str, row_of: Callable[[str], Case | None], most: int = PAGE, before: Age | None = None
    ) -> Found:
        """The newest cases of the word, or the newest before an age (registered_ms, key)."""
        folded = self._folding.fold(word)
        if not folded or most < 1:
            return Found((), False)
        keys = list(islice(self._matching(folded, word.strip(), before), most + 1))
        rows = ((key, row_of(key)) for key in keys[:most])
        return Found(tuple(self._hit(row, folded) for _, row in rows if row), len(keys) > most)

    def count_up_to(self, word: str, cap: int) -> int:
        """How many cases the word has, counted no further than `cap`."""
        folded = self._folding.fold(word)
        return sum(1 for _ in islice(self._matching(folded, word.strip(), None), cap)) if folded else 0

    def _kept(self, row: Case) -> _Kept:
        fold = self._folding.fold
        told = fold(row.place) + PART + fold(row.text) + END
        return _Kept((row.registered_ms, row.id), told, START + fold(row.id) + PART + fold(row.uid) + END)

    def _lay(self, key: str, kept: _Kept | None) -> None:
        block, recent = self._state
        recent = {**recent, key: kept}
        if len(recent) > RECENT:
            others = [block.kept(slot) for slot, age in enumerate(block.ages) if age[1] not in recent]
            block, recent = _block([*others, *(kept for kept in recent.values() if kept)]), {}
        self._state = (block, recent)

    def _matching(self, folded: str, word: str, before: Age | None) -> Iterator[str]:
        """Keys of cases with the word, the newest first."""
        block, recent = self._state
        numbers = _numbers_asked(folded, word)
        late = sorted(
            kept.age
            for kept in recent.values()
            if kept and (folded in kept.told or any(asked in kept.numbers for asked in numbers))
        )
        first = 0
        if before is not None:
            first = _behind(block.ages, before)
            late = [age for age in late if age < before]
        found = [_slots(block.numbers, block.number_starts, asked, first) for asked in numbers]
        last = -1
        for slot in merge(_slots(block.told, block.told_starts, folded, first), *found):
            age = block.ages[slot]
            if slot == last or age[1] in recent:
                continue
            last = slot
            while late and late[-1] > age:
                yield late.pop()[1]
            yield age[1]
        while late:
            yield late.pop()[1]

    def _hit(self, row: Case, folded: str) -> Hit:
        return Hit(
            key=row.id,
            x_mm=row.x_mm,
            y_mm=row.y_mm,
            registered_ms=row.registered_ms,
            kind=row.kind.value,
            edition=row.edition,
            class_code=row.class_code,
            stage=row.stage.value,
            unit=row.unit,
            grid=row.grid,
            closed_ms=row.closed_ms,
            place=row.place,
            text=row.text,
            in_place=self._folding.locate(row.place, folded),
            in_text=self._folding.locate(row.text, folded),
        )


def _block(kept: Iterable[_Kept]) -> _Block:
    """Later ones of a key count."""
    by_key = {one.age[1]: one for one in kept}
    ordered = sorted(by_key.values(), reverse=True)
    return _Block(
        ages=tuple(one.age for one in ordered),
        told="".join([one.told for one in ordered]),
        told_starts=(0, *accumulate(len(one.told) for one in ordered)),
        numbers="".join([one.numbers for one in ordered]),
        number_starts=(0, *accumulate(len(one.numbers) for one in ordered)),
        slot_of={one.age[1]: slot for slot, one in enumerate(ordered)},
    )


def _behind(ages: tuple[Age, ...], before: Age) -> int:
    """The first place in the falling order that is older than `before`."""
    low, high = 0, len(ages)
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if ages[middle] < before else (middle + 1, high)
    return low


def _numbers_asked(folded: str, word: str) -> list[str]:
    """What a case's numbers must hold for the word to be one of them: the beginning of the first, or the second."""
    if not word or not word.isascii():
        return []
    asked = [PART + folded.strip() + END]
    if len(word) >= NUMBER_CHARS and word.isalnum():
        asked.append(START + folded.strip())
    return asked


def _slots(joined: str, starts: tuple[int, ...], asked: str, first: int) -> Iterator[int]:
    """Slots whose part holds what is asked, from a slot on, each once."""
    at = starts[first]
    while (at := joined.find(asked, at)) >= 0:
        slot = bisect_right(starts, at) - 1
        yield slot
        at = starts[slot + 1]
