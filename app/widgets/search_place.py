"""The search within the window: it takes the queue's place, its finds stand on the map, a find opens as a card.

It joins the panel, the map and the cards; looking for words is `SearchModel`'s business. Nothing it opens is changed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from app.models.search_model import Hit, SearchModel
from app.widgets.archived_card import ArchivedCard
from app.widgets.search_view import SearchPanel
from app.widgets.stage import MAP

if TYPE_CHECKING:
    from app.widgets.main_window import MainWindow
    from casework.text.fold import Folding

FOLLOW_MS = 120  # who holds the arrow key down does not drag the map through every find


class SearchPlace(QObject):
    """One per window."""

    def __init__(self, window: MainWindow, folding: Folding) -> None:
        super().__init__(window)
        self._window = window
        self._back: QWidget | None = None
        self.model = SearchModel(window.session, folding, self)
        self.panel = SearchPanel(self.model)
        self.card = ArchivedCard(window.session)
        self._follow = QTimer(self, singleShot=True, interval=FOLLOW_MS)
        self._follow.timeout.connect(self._look)
        self._here: Hit | None = None
        self.panel.pointed.connect(self._point)
        self.panel.found.connect(self._mark)
        self.panel.opened.connect(self._open)
        self.panel.closed.connect(self.close)
        self.card.closed.connect(self._put_card_away)

    def is_open(self) -> bool:
        """Whether the search stands in the queue's place."""
        return self.panel.isVisible()

    def is_typing(self) -> bool:
        """Whether the keyboard is in its field."""
        return self.is_open() and self.panel.field.hasFocus()

    def is_card_shown(self) -> bool:
        """Whether a case of the archive is being read."""
        return self._window.right.currentWidget() is self.card

    def open(self) -> None:
        """Ctrl+F: the field has the keyboard."""
        window = self._window
        if window.is_form_shown():
            window.show_form(False)
        if not self.is_open():
            self._back = QApplication.focusWidget()
        window.left.setCurrentWidget(self.panel)
        window.stage.turn_to(MAP)
        self.panel.begin()
        self._mark()

    def close(self) -> None:
        """The queue has its place again; the word is kept."""
        self._put_card_away()
        self._follow.stop()
        self._here = None
        self._window.map.show_found({})
        self._window.left.setCurrentWidget(self._window.panel)
        back = self._back if self._back is not None and self._back.isVisible() else self._window.panel.list
        back.setFocus()
        self._window.router.refresh()

    def press(self, cap: str) -> bool:
        """A key while the search is open; False where it is not the search's."""
        if not self.is_open():
            return False
        if cap == "Esc" and self.is_card_shown():
            self._put_card_away()
            return True
        return (cap == "Esc" or self.is_typing()) and self.panel.press(cap)

    def set_narrow(self, is_narrow: bool) -> None:
        """The small screen's widths."""
        self.card.set_narrow(is_narrow)

    def stop(self) -> None:
        """The window goes."""
        self.model.stop()

    # --- inside ---------------------------------------------------------------------------------------

    def _point(self, hit: Hit | None) -> None:
        self._here = hit
        self._follow.start()

    def _look(self) -> None:
        if self._here is not None and self.is_open():
            self._window.look_at(self._here.x_mm, self._here.y_mm)
        self._mark()

    def _mark(self) -> None:
        if self.is_open():
            spots = {hit.key: (hit.x_mm, hit.y_mm) for hit in self.model.finds()}
            self._window.map.show_found(spots, self._here.key if self._here is not None else "")

    def _open(self, hit: Hit) -> None:
        """A case this seat has the row of opens as any other; what lies in the archive is read there."""
        window = self._window
        if window.session.row("case", hit.key) is not None:
            window.open_case(hit.key)
        else:
            self.card.show_hit(hit)
            window.show_right(self.card)
            window.look_at(hit.x_mm, hit.y_mm)
        window.router.refresh()

    def _put_card_away(self) -> None:
        if self.is_card_shown():
            self._window.show_right(self._window.card)
