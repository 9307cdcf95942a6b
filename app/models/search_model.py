"""What a search finds, as a list: cases of the archive and of this seat's rows, the newest first, page by page.

Promises: the newest word counts, an older question is broken off; a case is listed once, as the rows say where they
have it; what is listed was found by the archive's own rule and by the same folding. Everything slow happens on one
thread of its own. It opens nothing and moves nothing: whoever shows it does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from app.cache.archive import Hit
from app.models import text, words
from app.models.search_desk import Answer, SearchDesk
from casework.catalogue.model import Kind
from casework.ids import Key
from casework.text.fold import Folding
from casework.workflow import OPEN_STAGES, Stage

if TYPE_CHECKING:
    from app.session import Session

LINE_ROLE = Qt.ItemDataRole.UserRole
FIND_ROLE = Qt.ItemDataRole.UserRole + 1
NO_INDEX = QModelIndex()
SNIPPET_CHARS = 14  # characters before the word that are kept of a long text


class SearchLine(msgspec.Struct, frozen=True):
    """One find as it is drawn; `span` is where the word stands in `words`, (0, 0) where it is elsewhere."""

    case: str
    mark: str
    title: str
    when: str
    stage: str
    words: str
    span: tuple[int, int]


class SearchModel(QAbstractListModel):
    """The finds of one word."""

    changed = Signal()  # the words about it: how many, still looking, what is missing

    def __init__(self, session: Session, folding: Folding, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._folding = folding
        self._word = ""
        self._folded = ""
        self._live: tuple[Hit, ...] = ()
        self._archived: list[Hit] = []
        self._shown: list[Hit] = []
        self._is_more = False
        self.is_looking = False
        self._desk = SearchDesk(session.folder, folding)
        self._desk.answered.connect(self._take, Qt.ConnectionType.QueuedConnection)
        session.changed.connect(self._follow)
        session.dataset_changed.connect(self._renew)

    # --- asking ---------------------------------------------------------------------------------------

    @property
    def word(self) -> str:
        """What is looked for."""
        return self._word

    @property
    def has_archive(self) -> bool:
        """Whether the closed cases of years are at this seat yet."""
        return self._desk.has_archive

    @property
    def is_more(self) -> bool:
        """Whether there are older finds than those listed."""
        return self._is_more

    def look_for(self, word: str) -> None:
        """Another word; "" for none."""
        word = word.strip()
        folded = self._folding.fold(word)
        is_same = folded == self._folded
        self._word, self._folded = word, folded
        if is_same:
            return
        self._desk.forget()
        self.is_looking = bool(folded)
        if folded:
            self._desk.ask(folded)
        else:
            self._show((), [], False)
        self.changed.emit()

    def warm(self) -> None:
        """Reads what a first search would have to wait for."""
        self._desk.warm()

    def stop(self) -> None:
        """Lets go of the files; the model is of no further use."""
        self._desk.stop()

    # --- what it shows --------------------------------------------------------------------------------

    def find_at(self, row: int) -> Hit | None:
        """The find in a row."""
        return self._shown[row] if 0 <= row < len(self._shown) else None

    def finds(self) -> tuple[Hit, ...]:
        """All that are listed."""
        return tuple(self._shown)

    def line(self, row: int) -> SearchLine | None:
        """A row ready to be drawn."""
        find = self.find_at(row)
        if find is None:
            return None
        city = self._session.city()
        zone = city.calendar.zone if city else text.DEFAULT_ZONE
        stage = Stage(find.stage)
        is_open = stage in OPEN_STAGES
        told, span = self._snippet(find)
        return SearchLine(
            case=find.key,
            mark="circle" if is_open else "ring_tick",
            title=words.class_name(self._session.catalogues, find.edition, Kind(find.kind), find.class_code),
            when=text.day(find.registered_ms, self._session.now_ms(), zone),
            stage=words.word(stage),
            words=told,
            span=span,
        )

    def _snippet(self, find: Hit) -> tuple[str, tuple[int, int]]:
        """Place and text in one line, begun late enough that the word is seen."""
        told = text.facts(find.place, find.text)
        if find.in_place is not None:
            span = find.in_place
        elif find.in_text is not None:
            before = len(told) - len(find.text)
            span = (find.in_text[0] + before, find.in_text[1] + before)
        else:
            return text.facts(find.key, told), (0, 0)  # found by its number
        cut = span[0] - SNIPPET_CHARS
        if cut <= SNIPPET_CHARS:
            return told, span
        return "…" + told[cut:], (span[0] - cut + 1, span[1] - cut + 1)

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._shown)

    def data(
        self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if not index.isValid():
            return None
        if role == FIND_ROLE:
            return self.find_at(index.row())
        line = self.line(index.row())
        if line is None or role == LINE_ROLE:
            return line
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return text.facts(line.case, line.title, line.when, line.stage, line.words)
        return line.case if role == Qt.ItemDataRole.ToolTipRole else None

    def canFetchMore(self, parent: QModelIndex | QPersistentModelIndex) -> bool:
        return not parent.isValid() and self._is_more and not self.is_looking

    def fetchMore(self, parent: QModelIndex | QPersistentModelIndex) -> None:
        """The next page of older ones."""
        if self.canFetchMore(parent):
            self.is_looking = True
            self._desk.ask(self._folded, self._archived[-1].rowid if self._archived else None)
            self.changed.emit()

    # --- answers --------------------------------------------------------------------------------------

    def _take(self, answer: Answer) -> None:
        if answer.word != self._folded:
            return
        self.is_looking = False
        if answer.before is None:
            self._show(answer.live, list(answer.archived), answer.is_more)
        else:
            self._show(self._live, [*self._archived, *answer.archived], answer.is_more)
        self.changed.emit()

    def _show(self, live: tuple[Hit, ...], archived: list[Hit], is_more: bool) -> None:
        """Both sources as one list. Older finds of the rows wait until the archive has been read as far."""
        self._live, self._archived, self._is_more = live, archived, is_more
        known = {find.key for find in live}
        since_ms = archived[-1].registered_ms if is_more and archived else 0
        both = [find for find in live if find.registered_ms >= since_ms]
        both += [find for find in archived if find.key not in known]
        both.sort(key=lambda find: (-find.registered_ms, find.key))
        grown = len(both) - len(self._shown)
        if grown > 0 and self._shown and both[: len(self._shown)] == self._shown:
            self.beginInsertRows(NO_INDEX, len(self._shown), len(both) - 1)
            self._shown = both
            self.endInsertRows()
        elif both != self._shown:
            self.beginResetModel()
            self._shown = both
            self.endResetModel()

    # --- keeping up -----------------------------------------------------------------------------------

    def _follow(self, keys: frozenset[Key] | None) -> None:
        """The rows have changed: what is looked through follows; the list stays as it was found."""
        if keys is None:
            self._desk.read_anew()
            return
        cases = [key.key for key in keys if key.entity == "case"]
        if cases:
            self._desk.put([(case, self._session.row("case", case)) for case in cases])

    def _renew(self, dataset: str) -> None:
        if dataset == "archive":
            self._desk.read_anew()
            if self._folded:
                self._desk.ask(self._folded)
            self.changed.emit()
