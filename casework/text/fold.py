"""Folded writing: the form in which texts and words are compared, and the windows an index is made of.

Promises: pure; Simplified and Traditional writing of a character, its wide, narrow and capital forms fold alike, and
folding what is folded changes nothing; a word is found by its windows wherever it stands in a text, whatever its
signs are. The table of characters is passed in (resources/text/ts_characters.txt). It knows no database.

A window is the six characters from a place on, fewer at the end: a word of up to six characters stands in a text
where a window begins with it. An index of windows that also keeps their first one and two characters as prefixes is
at the same time one of all characters and of all overlapping pairs.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

WINDOW = 6
# A window must reach the tokenizer whole: signs that part words there move to a private place, each to its own.
PRIVATE = 0xE000
PARTING = {sign: PRIVATE + sign for sign in range(128) if not chr(sign).isalnum()}
UNKNOWN = 0xFFFD


def characters_of(body: bytes) -> dict[int, int]:
    """OpenCC's table: a character, a tab, its counterparts; the first one counts. Chains are followed to their end."""
    first: dict[int, int] = {}
    for line in body.decode("utf-8").splitlines():
        character, _, others = line.partition("\t")
        counterpart = others.split(" ")[0].strip()
        if len(character) == 1 and len(counterpart) == 1 and character != counterpart:
            first[ord(character)] = ord(counterpart)
    return {character: _end(first, character) for character in first}


def _end(first: Mapping[int, int], character: int) -> int:
    seen = {character}
    while character in first and first[character] not in seen:
        character = first[character]
        seen.add(character)
    return character


class Folding:
    """Folds by one table of characters (Traditional to Simplified, as code points)."""

    def __init__(self, characters: Mapping[int, int]) -> None:
        self._table: dict[int, int] = dict(characters)
        # What no text of ours means: control signs part lines, halves of pairs and our own private places say nothing.
        self._table |= dict.fromkeys([*range(32), *range(127, 160)], ord(" "))
        self._table |= dict.fromkeys(range(PRIVATE, PRIVATE + 128), UNKNOWN)
        self._table |= dict.fromkeys(range(0xD800, 0xE000), UNKNOWN)

    @property
    def table(self) -> Mapping[int, int]:
        """What becomes of single characters after their wide and capital forms are gone."""
        return self._table

    def fold(self, text: str) -> str:
        """The text as it is compared."""
        if text.isascii() and text.isprintable():
            return text.lower()
        # Casing may leave a letter and its mark apart that belong together: hence twice.
        plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
        return plain.translate(self._table)

    def locate(self, text: str, folded_word: str) -> tuple[int, int] | None:
        """From where to where `text` itself says the word, the first time; None where it does not."""
        folded = self.fold(text)
        at = folded.find(folded_word)
        if at < 0 or not folded_word:
            return None
        end = at + len(folded_word)
        if len(folded) == len(text) and self.fold(text[at:end]) == folded_word:
            return at, end
        parts = _clusters(text)
        forms = [self.fold(part) for part in parts]
        if "".join(forms) != folded:
            return 0, len(text)  # marks that melt across clusters: the whole text is the place
        starts = _starts(parts)
        reach = _starts(forms)
        inside = [k for k in range(len(parts)) if reach[k + 1] > at and reach[k] < end]
        return starts[inside[0]], starts[inside[-1] + 1]


def _clusters(text: str) -> list[str]:
    """The text cut before every character that does not hang on the one before."""
    cut: list[str] = []
    for character in text:
        if cut and unicodedata.category(character) in ("Mn", "Mc", "Me"):
            cut[-1] += character
        else:
            cut.append(character)
    return cut


def _starts(parts: list[str]) -> list[int]:
    starts = [0]
    for part in parts:
        starts.append(starts[-1] + len(part))
    return starts


def bigrams(folded: str) -> list[str]:
    """Every overlapping pair of characters."""
    return [folded[k : k + 2] for k in range(len(folded) - 1)]


def windows(folded: str) -> str:
    """What the index is given for a text: its windows, parted by spaces."""
    safe = folded.translate(PARTING)
    return " ".join([safe[k : k + WINDOW] for k in range(len(safe))])


def expression(folded_word: str) -> str:
    """What the index is asked for a word: FTS5's own syntax, in which no sign of the word has a meaning.

    Up to `WINDOW` characters it is exact; of longer words it finds all texts that hold every window of the word.
    """
    safe = folded_word.translate(PARTING)
    if len(safe) < WINDOW:
        return f'"{safe}" *'
    held = dict.fromkeys(safe[k : k + WINDOW] for k in range(len(safe) - WINDOW + 1))
    return " ".join(f'"{window}"' for window in held)


def pair_expressions(folded_word: str) -> list[str]:
    """For every overlapping pair of the word, what finds the texts that hold it."""
    return [f'"{pair}" *' for pair in dict.fromkeys(bigrams(folded_word.translate(PARTING)))]
