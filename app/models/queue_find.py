"""What a queue's filter looks through: number and place of every case as one folded text per thousand slots.

A text is searched by C's own search; where something was found is turned into slots by the places of the line ends.
Only blocks with changed rows are joined anew. Classes are looked at one by one, by words and by pinyin initials: there
are a few hundred. Used by one worker at a time; it reads no column, what changed is handed in.
"""

from __future__ import annotations

import re
import time
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from app.commandbar.index import fold, initials

BLOCK = 1024  # slots joined to one text
LINE, FIELD = "\n", "\x1f"
DAY_DIGITS = 8  # what a case number begins with; people say the rest
NUMBER_DIGITS = (12, 13, 14)  # a case number has
RARE = re.compile("[\t\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")  # blanks that are not folded to a plain one
REST_S = 0.0005  # between two pieces of work, so that the screen's thread has its turn
BLOCKS_AT_ONCE = 4
SHORT_REST_S = (
    0.00005  # long enough that the screen gets the interpreter, which it asks for after 5 ms at the latest
)
SEARCHED_AT_ONCE = 16  # blocks; half a ms
Changed = Mapping[int, tuple[list[str], list[str]]]  # by block: numbers and places


def words_of(query: str) -> tuple[str, ...]:
    """What must all be found; folded as the texts are."""
    return tuple(word for word in map(fold, unicodedata.normalize("NFKC", query).split()) if word)


@lru_cache(maxsize=4096)
def class_words(name: str, code: str) -> tuple[str, ...]:
    """The ways to type a class."""
    return (fold(name), code, *initials(name))


def fits_class(word: str, ways: Sequence[str]) -> bool:
    """Words may stand anywhere in a name; initials and digits begin it."""
    return word in ways[0] or any(way.startswith(word) for way in ways[1:])


def folded_line(case: str, place: str) -> str:
    """What one case is searched by, besides its class."""
    return f"{case[DAY_DIGITS:] or case}{FIELD}{fold(place)}"


def folded_lines(ids: Sequence[str], places: Sequence[str]) -> str:
    """`folded_line` of each, with line ends; folded together where no place has such signs of its own."""
    text = LINE.join(
        [f"{case[DAY_DIGITS:] or case}{FIELD}{place}" for case, place in zip(ids, places, strict=True)]
    )
    if text.count(LINE) + 1 != len(ids) or text.count(FIELD) != len(ids) or RARE.search(text):
        return LINE.join(map(folded_line, ids, places)) + LINE
    return unicodedata.normalize("NFKC", text).lower().replace(" ", "") + LINE


def fits(words: Sequence[str], case: str, place: str, name: str, code: str) -> bool:
    """Whether one case has every word in its number, its place or its class."""
    ways, line = class_words(name, code), folded_line(case, place)
    return all(fits_class(word, ways) or fits_line(word, case, line) for word in words)


def fits_line(word: str, case: str, line: str) -> bool:
    """Whether a word is found in a case's number or place."""
    return word in line or _is_beginning(word, case)


def _is_beginning(word: str, case: str) -> bool:
    return len(word) >= DAY_DIGITS and case.startswith(word)


class Haystack:
    """All slots' texts in blocks. What changed is noted on the screen's thread, the rest is one worker's at a time."""

    def __init__(self) -> None:
        self.stale: set[int] = set()  # blocks in which something has changed since they were joined
        self._texts: dict[int, str] = {}
        self._ends: dict[int, NDArray[np.int64]] = {}

    def note(self, slots: Iterable[int]) -> None:
        """These have changed."""
        self.stale.update(slot // BLOCK for slot in slots)

    def take_stale(self, ids: list[str], places: list[str]) -> Changed:
        """What is to be joined anew, for `fill`."""
        parts = {block: slice(block * BLOCK, (block + 1) * BLOCK) for block in self.stale}
        self.stale = set()
        return {block: (ids[part], places[part]) for block, part in parts.items()}

    def put(self, block: int, ids: Sequence[str], places: Sequence[str]) -> None:
        """Another state of a block's slots."""
        text = folded_lines(ids, places)
        self._texts[block] = text
        signs = np.frombuffer(text.encode("utf-32-le", "replace"), np.uint32)
        self._ends[block] = np.flatnonzero(signs == ord(LINE))

    def find(self, word: str, size: int) -> NDArray[np.bool_]:
        """For each slot whether the word is in its line."""
        found = np.zeros(size, np.bool_)
        for nth, (block, text) in enumerate(self._texts.items(), 1):
            if nth % SEARCHED_AT_ONCE == 0:
                time.sleep(SHORT_REST_S)
            hits = []
            at = text.find(word)
            while at >= 0:
                hits.append(at)
                # One hit in a line is enough.
                at = text.find(word, text.index(LINE, at))
            if hits:
                slots = block * BLOCK + np.searchsorted(self._ends[block], hits)
                found[slots[slots < size]] = True
        return found


def matches(
    haystack: Haystack,
    words: Sequence[str],
    number: NDArray[np.int64],
    class_of: NDArray[np.int32],
    classes: Sequence[tuple[str, str]],
) -> NDArray[np.bool_]:
    """For each slot whether every word is in its class, place or number. `classes`: name and code by number."""
    found = np.ones(len(number), np.bool_)
    for word in words:
        fits = np.array([fits_class(word, class_words(*each)) for each in classes] or [False], np.bool_)
        here = fits[class_of] | haystack.find(word, len(number))
        if word.isdecimal() and word.isascii() and len(word) >= DAY_DIGITS:
            for digits in NUMBER_DIGITS:
                if digits >= len(word):
                    here |= number // 10 ** (digits - len(word)) == int(word)
        found &= here
    return found


def fill(haystack: Haystack, changed: Changed) -> None:
    """Joins changed blocks anew, a little at a time."""
    for nth, (block, (ids, places)) in enumerate(changed.items(), 1):
        haystack.put(block, ids, places)
        if nth % BLOCKS_AT_ONCE == 0:
            time.sleep(REST_S)
