"""The thin line above the foot while files come from the centre: how far, how quick, how long, and a way to stop it.

It is there only while something is on its way or was stopped by a person; nothing in it turns or blinks. Stopping and
going on is Shift+F5 or a click on its words; what has come is kept either way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from app.look import tokens
from app.models.fetch_words import FetchLine, dataset_name, fetch_line
from app.widgets import theme
from app.widgets.line import Caps, Gap, Item, Line, Stretch, Symbol, Text

if TYPE_CHECKING:
    from app.session import Session

KEY = "Shift+F5"
BAR_PX = 2
ACT = "fetching"
GAP = Gap(20)


class FetchStrip(Line):
    """Follows `session.status_changed`, which comes with every step of a download."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(tokens.OFFLINE_BAND_PX, ground="bg2", rule="top", parent=parent)
        self._session = session
        self._shown = FetchLine()
        session.status_changed.connect(lambda status: self.refresh())
        self.clicked.connect(lambda name: self.turn())
        self.refresh()

    def refresh(self) -> None:
        """Says what is so now, or goes."""
        found = fetch_line(self._session)
        self._shown = found or FetchLine()
        self.show_items(self._items_of(found) if found else [])
        self.setVisible(found is not None)
        self.update()

    def turn(self) -> None:
        """Stops what can be stopped, or goes on with what was."""
        if self._shown.can_stop:
            self._session.stop_fetching(self._shown.can_stop)
        elif self._shown.can_resume:
            self._session.resume_fetching(self._shown.can_resume)

    def _items_of(self, line: FetchLine) -> list[Item]:
        shape = "bars" if line.can_resume else "arc"
        items: list[Item] = [Symbol(shape, 13, "text2"), Gap(8), Text(line.words), GAP]
        items += [Text(line.figures, "text2"), Stretch()]
        if line.can_stop:
            items += self._act(self.tr("Stop {0}").format(dataset_name(line.can_stop)))
        elif line.can_resume:
            items += self._act(self.tr("Go on with {0}").format(dataset_name(line.can_resume)))
        return items

    @staticmethod
    def _act(words: str) -> list[Item]:
        return [Caps(KEY, name=ACT), Gap(7, ACT), Text(words, name=ACT)]

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        width = round(self.width() * min(max(self._shown.share, 0.0), 1.0))
        painter.fillRect(0, 0, width, BAR_PX, theme.ink("text3" if self._shown.can_resume else "text2"))
        painter.end()
