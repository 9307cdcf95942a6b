"""The one index behind Ctrl+K: actions, queues, open cases and grids by pinyin initials, code digits or Chinese.

Promises: every word of a query must fit an entry, in any of the three ways; the readings of a character with
several pronunciations all count (重庆 = cq and zq); the better fit comes first, ties keep the order of entry.
Pure apart from the pinyin table: it reads no row and opens nothing.
"""

from __future__ import annotations

import enum
import itertools
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache

import msgspec

KEPT_ENTRIES = 50_000  # entries kept ready between two openings of the bar
MOST_READINGS = 8  # spellings kept for one title
EXACT, CODE, INITIALS, TEXT, INSIDE = range(5)  # how well a word fits, best first


class Group(enum.StrEnum):
    """What an entry leads to; also the order in the list."""

    ACTION = "action"
    QUEUE = "queue"
    CASE = "case"
    GRID = "grid"
    CLASS = "class"  # in the pickers of forms only


# A first word that narrows the rest of the query: wg 0106.
SCOPES = {"wg": Group.GRID, "aj": Group.CASE, "dl": Group.QUEUE}
GROUPS = tuple(Group)


class Entry(msgspec.Struct, frozen=True):
    """One thing to find: what it is called, what stands beside it, and the codes it answers to."""

    group: Group
    id: str
    title: str
    detail: str = ""
    codes: tuple[str, ...] = ()
    keys: str = ""


def fold(text: str) -> str:
    """Lower case, full-width letters and digits made narrow, blanks taken out."""
    return "".join(unicodedata.normalize("NFKC", text).lower().split())


@cache
def readings(char: str) -> tuple[str, ...]:
    """The first letters a character may be typed by; itself when it is no Chinese character."""
    if not "\u3400" <= char <= "\u9fff":
        return (char,)
    # Here and not above: the table takes a third of a second that a start should not wait for.
    from pypinyin import Style, pinyin

    found = pinyin(char, style=Style.FIRST_LETTER, heteronym=True)[0]
    letters = dict.fromkeys(letter[:1] for letter in found if letter and letter[:1].isascii())
    return tuple(letters) or (char,)


def initials(text: str) -> tuple[str, ...]:
    """Every way to type a text by first letters, digits and Latin letters kept; at most `MOST_READINGS`."""
    parts = [readings(char) for char in fold(text) if char.isalnum()]
    return tuple("".join(way) for way in itertools.islice(itertools.product(*parts), MOST_READINGS))


class _Prepared(msgspec.Struct, frozen=True):
    entry: Entry
    text: str
    codes: tuple[str, ...]
    spelt: tuple[str, ...]  # initials of the title, then of the detail
    all: str  # everything above, to leave most entries out by one look


class Index:
    """The entries made ready for searching; build a new one when they change: what is the same is kept."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._prepared = [_prepare(entry) for entry in entries]

    def __len__(self) -> int:
        return len(self._prepared)

    def search(self, query: str, limit: int = 9) -> list[Entry]:
        """The best entries, grouped; an empty query finds nothing."""
        scope, tokens = _tokens(query)
        if not tokens:
            return []
        scored: list[tuple[int, int, int]] = []
        for i, prepared in enumerate(self._prepared):
            if scope is not None and prepared.entry.group is not scope:
                continue
            score = _score(prepared, tokens)
            if score is not None:
                scored.append((score, GROUPS.index(prepared.entry.group), i))
        best = sorted(scored)[:limit]
        # Groups stay together, the one with the best fit first.
        rank: dict[int, int] = {}
        for _, group, _ in best:
            rank.setdefault(group, len(rank))
        return [
            self._prepared[i].entry for _, group, i in sorted(best, key=lambda s: (rank[s[1]], s[0], s[2]))
        ]


@lru_cache(maxsize=KEPT_ENTRIES)
def _prepare(entry: Entry) -> _Prepared:
    title = initials(entry.title)
    whole = initials(entry.title + entry.detail)
    codes = tuple(fold(code) for code in entry.codes)
    words = fold(entry.title + entry.detail)
    spelt = tuple(dict.fromkeys((*title, *whole, *initials(entry.detail))))
    return _Prepared(entry, words, codes, spelt, "\n".join((words, *codes, *spelt)))


def _tokens(query: str) -> tuple[Group | None, list[str]]:
    tokens = [fold(word) for word in unicodedata.normalize("NFKC", query).split()]
    tokens = [token for token in tokens if token]
    if len(tokens) > 1 and tokens[0] in SCOPES:
        return SCOPES[tokens[0]], tokens[1:]
    return None, tokens


def scope_of(query: str) -> Group | None:
    """The group a query's first word asks for alone, as `Index.search` understands it."""
    return _tokens(query)[0]


def _score(prepared: _Prepared, tokens: list[str]) -> int | None:
    if any(token not in prepared.all for token in tokens):
        return None
    total = 0
    for token in tokens:
        fit = _fit(prepared, token)
        if fit is None:
            return None
        total += fit
    return total


def _fit(prepared: _Prepared, token: str) -> int | None:
    if token in prepared.codes:
        return EXACT
    if any(code.startswith(token) or code.endswith(token) for code in prepared.codes):
        return CODE
    if token in prepared.text:
        return TEXT if not prepared.text.startswith(token) else INITIALS
    if any(spelt.startswith(token) for spelt in prepared.spelt):
        return INITIALS
    if len(token) > 1 and any(token in spelt for spelt in prepared.spelt):
        return INSIDE
    return None
