"""Finding closed cases of years by words, in archive.db. What the seat's own rows say is app.cache.open_text's part.

Promises: complete (every case whose place or text holds the word in folded writing, or whose number begins with it, or
whose number at its source it is), newest first, a page at a time; no sign of a word has a meaning of its own. It reads
only. An archive is used by one thread at a time; a search that is no longer wanted ends early.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import apsw
import msgspec

from app.cache.columns import UnreadableStore, open_resting, read_meta
from casework.text.fold import WINDOW, Folding, expression, pair_expressions

PAGE = 50
NUMBER_CHARS = 8  # from a whole day on (yyyyMMdd) a word may be the beginning of a case number
STEPS = 2_000  # of SQLite's machine between two looks whether the search is still wanted
CACHE_KIB = 16_384
# A word met often is among the newest cases and found there by its pairs after few looks; one that is not is rare
# enough to be gathered whole. (Asking the index for all pairs at once would walk through years of cases where they
# never meet.)
SLICE_ROWS, MOST_ROWS = 300, 8_000
ROUNDS = 3
LOOKS, WORTH = 30, 6  # after so many looks one in so many must have been worth it
LAST = (1 << 63) - 1

Span = tuple[int, int]


class NoLongerWanted(Exception):
    """The search was given up before its end."""


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """A case that was found. `in_place` and `in_text`: from where to where the word stands, None where it does not."""

    key: str
    x_mm: int
    y_mm: int
    registered_ms: int
    kind: str
    edition: str
    class_code: str
    stage: str
    unit: str
    grid: str
    closed_ms: int
    place: str
    text: str
    in_place: Span | None
    in_text: Span | None
    rowid: int = 0  # in the archive; 0 = one of the seat's own rows


class Found(msgspec.Struct, frozen=True):
    """One page. `next_rowid` is the `before_rowid` of the next one."""

    hits: tuple[Hit, ...]
    is_more: bool

    @property
    def next_rowid(self) -> int:
        return self.hits[-1].rowid if self.hits else 0


NOTHING = Found((), False)


class ArchiveSearch:
    """An open archive.db."""

    def __init__(self, db: apsw.Connection, meta: Mapping[str, str], folding: Folding) -> None:
        self.meta = meta
        self._db = db
        self._folding = folding
        classes = db.execute("SELECT idx, kind, edition, code FROM class")
        self._classes = {idx: (str(kind), str(edition), str(code)) for idx, kind, edition, code in classes}
        self._units = {idx: str(unit) for idx, unit in db.execute("SELECT idx, id FROM unit")}

    @classmethod
    def open(cls, path: Path, folding: Folding) -> ArchiveSearch:
        """Raises UnreadableStore with what is wrong."""
        db = open_resting(path)
        try:
            meta = read_meta(db, path)
            db.execute(f"PRAGMA cache_size = -{CACHE_KIB}").fetchall()
            db.execute("SELECT rowid FROM find WHERE find MATCH '\"a\"' LIMIT 1").fetchall()
            int(meta["count"]), int(meta["through_seq"])
            return cls(db, meta, folding)
        except (apsw.Error, KeyError, TypeError, ValueError) as problem:
            db.close()
            raise UnreadableStore(f"{path.name}: {problem}") from problem
        except UnreadableStore:
            db.close()
            raise

    def __len__(self) -> int:
        return int(self.meta["count"])

    @property
    def through_seq(self) -> int:
        """Closed cases of the ledger up to here are in it."""
        return int(self.meta["through_seq"])

    @property
    def is_generated(self) -> bool:
        """Whether cases in it were invented: speed on them is speed on invented text."""
        return self.meta.get("is_generated") == "1"

    def close(self) -> None:
        self._db.close(True)

    def interrupt(self) -> None:
        """End what another thread is searching for right now; it raises NoLongerWanted."""
        self._db.interrupt()

    def find(
        self,
        word: str,
        most: int = PAGE,
        before_rowid: int | None = None,
        is_wanted: Callable[[], bool] | None = None,
    ) -> Found:
        """The newest cases of the word, or the newest before a row. Raises NoLongerWanted, UnreadableStore."""
        folded = self._folding.fold(word)
        if not folded or most < 1:
            return NOTHING
        before = LAST if before_rowid is None else before_rowid
        with _Watched(self._db, is_wanted):
            rows = {row.rowid: row for row in self._numbered(word, before, most + 1)}
            rows |= {row.rowid: row for row in self._told(folded, before, most + 1)}
        newest = sorted(rows, reverse=True)[:most]
        return Found(tuple(self._hit(rows[rowid], folded) for rowid in newest), len(rows) > most)

    def count_up_to(self, word: str, cap: int, is_wanted: Callable[[], bool] | None = None) -> int:
        """How many cases the word has, counted no further than `cap`. Raises NoLongerWanted, UnreadableStore."""
        folded = self._folding.fold(word)
        if not folded or cap < 1:
            return 0
        with _Watched(self._db, is_wanted):
            found = {row.rowid for row in self._numbered(word, LAST, cap)}
            if not found and len(folded) <= WINDOW:
                wanted = "SELECT count(*) FROM (SELECT 1 FROM find WHERE find MATCH ? LIMIT ?)"
                return int(self._db.execute(wanted, (expression(folded), cap)).get)
            for row in self._candidates(expression(folded), LAST):
                if len(found) >= cap:
                    break
                if self._says(row, folded):
                    found.add(row.rowid)
            return min(len(found), cap)

    def _told(self, folded: str, before: int, most: int) -> list[_Row]:
        """The newest rows whose place or text says the word."""
        if 2 < len(folded) < WINDOW:
            found = self._lately_told(folded, before, most)
            if found:
                return found
        candidates = self._candidates(expression(folded), before)
        if len(folded) <= WINDOW:
            return list(islice(candidates, most))
        return list(islice((row for row in candidates if self._says(row, folded)), most))

    def _lately_told(self, folded: str, before: int, most: int) -> list[_Row]:
        """`most` such rows, if they are easily found among the newest ones, else none."""
        rows = SLICE_ROWS
        for _ in range(ROUNDS):
            common = self._lately_together(folded, before, rows, most)
            likely = len(common)
            if likely >= most:
                found = self._worth(sorted(common, reverse=True), folded, most)
                if found is None or len(found) == most:
                    return found or []
                likely = len(found)
            # As far back as it would take at this rate, and half as far again.
            rows = rows * most * 3 // (2 * max(likely, 1))
            if rows > MOST_ROWS:
                break
        return []

    def _worth(self, rowids: list[int], folded: str, most: int) -> list[_Row] | None:
        """Such rows among these, at most `most`; None where looking is not worth it."""
        found: list[_Row] = []
        for looks, rowid in enumerate(rowids, start=1):
            row = self._row(rowid)
            if self._says(row, folded):
                found.append(row)
                if len(found) == most:
                    break
            if looks >= LOOKS and len(found) * WORTH < looks:
                return None  # its pairs stand apart mostly
        return found

    def _lately_together(self, folded: str, before: int, rows: int, least: int) -> set[int]:
        """Which of the newest rows hold every pair of the word; fewer than `least` are not followed further."""
        end = min(before, len(self) + 1)
        common: set[str] | None = None
        for pair in pair_expressions(folded):
            said = self._db.execute(_LATELY, (pair, end - rows, end)).get
            here = set(str(said).split(",")) if said else set()
            common = here if common is None else common & here
            if len(common) < least:
                break
        return {int(rowid) for rowid in common or ()}

    def _row(self, rowid: int) -> _Row:
        (found,) = self._db.execute(f"{_PLAIN} WHERE a.rowid = ?", (rowid,))
        return _Row(*found)

    def _candidates(self, asked: str, before: int) -> Iterator[_Row]:
        """Rows the index names, the newest first."""
        return (_Row(*found) for found in self._db.execute(_TOLD, (asked, before)))

    def _says(self, row: _Row, folded: str) -> bool:
        """The index knows that every window is there, not that they stand together."""
        fold = self._folding.fold
        return folded in fold(row.text) or folded in fold(row.place)

    def _numbered(self, word: str, before: int, most: int) -> list[_Row]:
        """Rows of that number, the newest first."""
        word = word.strip()
        found: list[_Row] = []
        if not word or not word.isascii():
            return found
        if len(word) >= NUMBER_CHARS and word.isalnum():
            wanted = f"{_PLAIN} INDEXED BY archived_key WHERE a.key >= ? AND a.key < ?"
            found += self._rows(wanted, (word, word + "\x7f"), before, most)
        wanted = f"{_PLAIN} INDEXED BY archived_uid WHERE a.uid <> '' AND a.uid = ? COLLATE NOCASE"
        return found + self._rows(wanted, (word,), before, most)

    def _rows(self, wanted: str, values: tuple[str, ...], before: int, most: int) -> list[_Row]:
        rest = " AND a.rowid < ? ORDER BY a.rowid DESC LIMIT ?"
        return [_Row(*found) for found in self._db.execute(wanted + rest, (*values, before, most))]

    def _hit(self, row: _Row, folded: str) -> Hit:
        kind, edition, code = self._classes[row.class_idx]
        return Hit(
            key=row.key,
            x_mm=row.x_mm,
            y_mm=row.y_mm,
            registered_ms=row.registered_ms,
            kind=kind,
            edition=edition,
            class_code=code,
            stage=row.stage,
            unit=self._units[row.unit_idx],
            grid=row.grid,
            closed_ms=row.closed_ms,
            place=row.place,
            text=row.text,
            in_place=self._folding.locate(row.place, folded),
            in_text=self._folding.locate(row.text, folded),
            rowid=row.rowid,
        )


class _Row(NamedTuple):
    rowid: int
    key: str
    x_mm: int
    y_mm: int
    registered_ms: int
    class_idx: int
    unit_idx: int
    grid: str
    closed_ms: int
    stage: str
    place: str
    text: str


_NAMES = ", ".join(f"a.{name}" for name in _Row._fields)
_PLAIN = f"SELECT {_NAMES} FROM archived a"
# In one piece: thousands of rows one by one would take longer than finding them.
_LATELY = "SELECT group_concat(rowid) FROM find WHERE find MATCH ? AND rowid >= ? AND rowid < ?"
_TOLD = (
    f"SELECT {_NAMES} FROM find f CROSS JOIN archived a ON a.rowid = f.rowid"
    " WHERE f.find MATCH ? AND f.rowid < ? ORDER BY f.rowid DESC"
)


class _Watched:
    """While it lasts, SQLite asks now and then whether the search is still wanted; errors become ours."""

    def __init__(self, db: apsw.Connection, is_wanted: Callable[[], bool] | None) -> None:
        self._db = db
        self._is_wanted = is_wanted

    def __enter__(self) -> None:
        is_wanted = self._is_wanted
        if is_wanted is not None:
            self._db.set_progress_handler(lambda: not is_wanted(), STEPS)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _trace: object) -> None:
        if self._is_wanted is not None:
            self._db.set_progress_handler(None)
        if isinstance(error, apsw.InterruptError):
            raise NoLongerWanted from error
        if isinstance(error, apsw.Error):
            raise UnreadableStore(str(error)) from error
