"""The centre stage: a strip of tabs (map, photos, comparison) over one page at a time; F4 goes to the next.

A tab is there only when its page has something to show; the map always is.
"""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from app.look import tokens
from app.widgets.line import Caps, Gap, Item, Line, Stretch, Text

MAP = "map"


class Stage(QWidget):
    """Pages by name. `turned` says which one is shown."""

    turned = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tabs = Line(tokens.TAB_STRIP_PX, ground="bg1", rule="bottom")
        self.tabs.clicked.connect(self.turn_to)
        self.pages = QStackedWidget()
        self._names: list[str] = []
        self._titles: dict[str, str] = {}
        self._shown: dict[str, bool] = {}
        self._facts = ""
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.tabs)
        layout.addWidget(self.pages, 1)

    def add(self, name: str, title: str, page: QWidget, is_shown: bool = True) -> None:
        """Another page with its tab."""
        self._names.append(name)
        self._titles[name] = title
        self._shown[name] = is_shown
        self.pages.addWidget(page)
        self._lay()

    def set_tab(self, name: str, title: str, is_shown: bool = True) -> None:
        """A tab's words changed (photos 4), or it came or went."""
        self._titles[name] = title
        self._shown[name] = is_shown
        if not is_shown and self.page() == name:
            self.turn_to(MAP)
        self._lay()

    def set_facts(self, facts: str) -> None:
        """What stands at the right of the tabs."""
        self._facts = facts
        self._lay()

    def page(self) -> str:
        """The page shown."""
        return self._names[self.pages.currentIndex()] if self._names else ""

    def count(self) -> int:
        """How many pages are there to turn."""
        return sum(self._shown.values())

    def turn_to(self, name: str) -> None:
        """Shows a page."""
        if name not in self._names or not self._shown[name] or name == self.page():
            return
        self.pages.setCurrentIndex(self._names.index(name))
        self._lay()
        self.turned.emit(name)

    def turn(self) -> None:
        """F4: the next page that is there."""
        there = [name for name in self._names if self._shown[name]]
        self.turn_to(there[(there.index(self.page()) + 1) % len(there)])

    def _lay(self) -> None:
        there = [name for name in self._names if self._shown[name]]
        items: list[Item] = []
        for name in there:
            is_here = name == self.page()
            tone = "text1" if is_here else "text2"
            items += [Text(self._titles[name], tone, is_bold=is_here, name=name, is_current=is_here), Gap(22)]
        if len(there) > 1:
            items.append(Caps("F4"))
        if self._facts:
            items += [Stretch(), Text(self._facts, "text2", tokens.FONT_LABEL_PX)]
        self.tabs.show_items(items)
