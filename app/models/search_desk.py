"""Where a search is done: one thread that has archive.db open and the texts of the other cases in its memory.

Promises: questions are answered in their order by the files as they are then; one that was followed by another is
broken off; a file that is missing or unreadable leaves the rest searchable. Answers come by a signal; no method waits.
"""

from __future__ import annotations

import contextlib
import logging
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import msgspec
from PySide6.QtCore import QObject, Signal

from app.cache.archive import PAGE, ArchiveSearch, Found, Hit, NoLongerWanted
from app.cache.columns import UnreadableStore
from app.cache.open_text import OpenText
from app.cache.reader import OPEN, RowReader
from casework.entities.case import Case
from casework.ids import Key
from casework.text.fold import Folding

_LOG = logging.getLogger(__name__)
LIVE_MOST = 2_000  # finds among the seat's own rows; whoever has more types another letter
READ_ROWS = 500


class Answer(msgspec.Struct, frozen=True):
    """What was found: the archive's page behind row `before`, and with the first page what the own rows say."""

    word: str
    before: int | None
    live: tuple[Hit, ...]
    archived: tuple[Hit, ...]
    is_more: bool


class SearchDesk(QObject):
    """One per model; `stop` ends its thread."""

    answered = Signal(object)  # Answer

    def __init__(self, folder: Path, folding: Folding) -> None:
        super().__init__()
        self._folder = folder
        self._folding = folding
        self._thread = ThreadPoolExecutor(1, "search")
        self._lock = threading.Lock()
        self._asked = 0  # the newest question
        self._is_stopped = False
        # The thread's own.
        self._archive: ArchiveSearch | None = None
        self._open: OpenText | None = None
        self._laid: dict[str, Case] = {}  # cases under the seat's own pending commands
        self.has_archive = (folder / "archive.db").is_file()

    def warm(self) -> None:
        """Opens and reads what the first question would have to wait for."""
        self._do(self._ready)

    def ask(self, folded: str, before: int | None = None) -> None:
        """A question; `before` asks the archive for the page behind a row."""
        self.forget()
        number = self._asked
        self._do(lambda: self._answer(number, folded, before))

    def forget(self) -> None:
        """No answer to an earlier question is wanted."""
        with self._lock:
            self._asked += 1

    def put(self, cases: Iterable[tuple[str, Any]]) -> None:
        """Cases as the seat shows them now (`Shown`, or None where there is none)."""
        found = [
            (case, shown.row, bool(shown.pending)) if shown else (case, None, False) for case, shown in cases
        ]
        self._do(lambda: self._put(found))

    def read_anew(self) -> None:
        """A file has been replaced: everything is opened and read again at the next question."""
        self.has_archive = (self._folder / "archive.db").is_file()
        self._do(self._let_go)

    def stop(self) -> None:
        """Breaks off what is under way, and lets go of the files."""
        if self._is_stopped:
            return
        self.forget()
        self._do(self._let_go)
        self._is_stopped = True
        self._thread.shutdown(wait=True)

    def _do(self, work: Callable[[], None]) -> None:
        if not self._is_stopped:
            self._thread.submit(self._surely, work)

    def _surely(self, work: Callable[[], None]) -> None:
        """A fault of one question ends neither the thread nor the seat."""
        try:
            work()
        except (sqlite3.DatabaseError, UnreadableStore, OSError) as problem:
            _LOG.info("a search waits: %s", type(problem).__name__)
            self._let_go()
        except Exception:
            _LOG.exception("a search broke")
            self._let_go()

    # --- in the thread --------------------------------------------------------------------------------

    def _answer(self, number: int, folded: str, before: int | None) -> None:
        if number != self._asked:
            return
        self._ready()
        archived = Found((), False)
        if self._archive is not None:
            try:
                archived = self._archive.find(folded, PAGE, before, lambda: number == self._asked)
            except NoLongerWanted:
                return
        live: tuple[Hit, ...] = ()
        if before is None and self._open is not None:
            with contextlib.closing(RowReader(self._folder / "cache.db")) as reader:
                live = self._open.find(folded, lambda key: self._row(reader, key), LIVE_MOST).hits
        if number == self._asked:
            self._say(Answer(folded, before, live, archived.hits, archived.is_more))

    def _row(self, reader: RowReader, key: str) -> Case | None:
        laid = self._laid.get(key)
        kept = None if laid else reader.get(Key("case", key))
        return laid or (kept.row if kept else None)

    def _say(self, answer: Answer) -> None:
        with contextlib.suppress(RuntimeError):  # the window has gone
            self.answered.emit(answer)

    def _ready(self) -> None:
        if self._archive is None and (self._folder / "archive.db").is_file():
            self._archive = self._opened_archive()
        if self._open is None and (self._folder / "cache.db").is_file():
            fresh = OpenText(self._folding)
            with contextlib.closing(RowReader(self._folder / "cache.db")) as reader:
                fresh.load(self._uncovered(reader))
            for row in self._laid.values():
                fresh.put(row)
            self._open = fresh

    def _opened_archive(self) -> ArchiveSearch | None:
        try:
            return ArchiveSearch.open(self._folder / "archive.db", self._folding)
        except UnreadableStore as problem:
            _LOG.info("the archive cannot be read: %s", problem)
            return None

    def _uncovered(self, reader: RowReader) -> Iterator[Case]:
        """Cases that archive.db does not hold, or holds as they were before."""
        through = self._archive.through_seq if self._archive is not None else -1
        return reader.newer_than("case", through, stage=OPEN)

    def _put(self, cases: list[tuple[str, Case | None, bool]]) -> None:
        for key, row, is_pending in cases:
            if row is not None and is_pending:
                self._laid[key] = row
            else:
                self._laid.pop(key, None)
            if self._open is not None and row is not None:
                self._open.put(row)
            elif self._open is not None:
                self._open.drop(key)

    def _let_go(self) -> None:
        if self._archive is not None:
            self._archive.close()
        self._archive, self._open = None, None
