"""What Ctrl+K can find, gathered from the session as entries of the command bar's index.

Grids do not change during a shift and are gathered once; cases, queues and actions at each opening.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QThreadPool

from app.commandbar.index import Entry, Group, Index, scope_of
from app.models import text, words
from app.models.places import GridFinder, finder_of
from app.models.queue_model import CaseFacts, QueueModel

if TYPE_CHECKING:
    from app.session import Session


MOST_CASES = 500  # that are found by every way to type; of the others, by their numbers
NUMBER_DIGITS = 3  # typed of a case number before it is looked for among all


class CaseIndex:
    """An index, and behind it all open cases and all cells of a large city by the end of their numbers."""

    def __init__(self, index: Index, model: QueueModel, places: GridFinder) -> None:
        self._index, self._model, self._places = index, model, places

    def search(self, query: str, limit: int = 9) -> list[Entry]:
        """The best entries; a case with just this number comes first."""
        found = self._index.search(query, limit)
        word = query.split()[-1] if query.split() else ""
        if len(word) < NUMBER_DIGITS or not (word.isascii() and word.isdecimal()):
            return found
        known = {entry.id for entry in found}
        scope = scope_of(query)
        numbered: list[Entry] = []
        if scope in (None, Group.CASE):
            numbered += [_case_entry(facts) for facts in self._model.numbered(word, limit)]
        if scope in (None, Group.GRID) and self._places.is_large():
            numbered += [_grid_entry(grid) for grid in self._places.by_digits(word, limit - len(numbered))]
        return [*(entry for entry in numbered if entry.id not in known), *found][:limit]


class Finder:
    """Builds the index; `actions` are (id, title, key) of what can be done now."""

    def __init__(self, session: Session, model: QueueModel) -> None:
        self._session = session
        self._model = model
        self._grids: tuple[Entry, ...] | None = None
        self._cases: dict[str, tuple[CaseFacts, Entry]] = {}

    def index(self, actions: Iterable[tuple[str, str, str]]) -> Index | CaseIndex:
        """Everything there is to find now."""
        entries = [Entry(Group.ACTION, id_, title, keys=key) for id_, title, key in actions]
        entries += [Entry(Group.QUEUE, queue.id, queue.name) for queue in self._model.queues]
        index = Index([*entries, *self._case_entries(), *self._grid_entries()])
        places = finder_of(self._session)
        if self._model.open_count() <= MOST_CASES and not places.is_large():
            return index
        return CaseIndex(index, self._model, places)

    def warm(self) -> None:
        """Reads the pinyin table and prepares what is at rest in another thread, while nobody waits for it."""
        entries = [*self._case_entries(), *self._grid_entries()]
        QThreadPool.globalInstance().start(lambda: Index(entries))

    def _case_entries(self) -> list[Entry]:
        """Those of cases that have not changed are kept."""
        fresh: dict[str, tuple[CaseFacts, Entry]] = {}
        for facts in self._model.some_cases(MOST_CASES):
            kept = self._cases.get(facts.id)
            fresh[facts.id] = kept if kept and kept[0] == facts else (facts, _case_entry(facts))
        self._cases = fresh
        return [entry for _, entry in fresh.values()]

    def _grid_entries(self) -> tuple[Entry, ...]:
        if finder_of(self._session).is_large():
            return ()  # by their numbers: 42,000 entries would take a tenth of a second at every key
        if not self._grids:
            self._grids = tuple(_grid_entry(shown.row) for shown in self._session.rows("unit_grid"))
        return self._grids


def _case_entry(facts: CaseFacts) -> Entry:
    number = text.short_number(facts.id)
    detail = text.facts(facts.place, words.word(facts.stage))
    codes = (facts.id, number, facts.class_code)
    return Entry(Group.CASE, facts.id, f"{number}{text.WIDE_SPACE}{facts.class_name}", detail, codes)


def _grid_entry(grid: object) -> Entry:
    code: str = grid.code  # type: ignore[attr-defined]
    where = text.facts(grid.street, grid.community)  # type: ignore[attr-defined]
    return Entry(Group.GRID, code, text.grid_code(code), where, (code, code[-3:], "0" + code[-3:]))
