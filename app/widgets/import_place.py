"""The import within the window: a page of the stage that the card gives way to. Administrators only.

It is made when it is first opened, so that no seat's start waits for it. What was chosen stays while other work is
done; F4 turns back to it. The centre refuses whoever may not import, whatever is shown here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt

from app.models.import_model import FILE, ImportModel
from app.widgets.foot import KeyHint
from app.widgets.import_page import FILE_KEY, ON_KEY, ImportPage
from app.widgets.stage import MAP
from casework.workflow import Post

if TYPE_CHECKING:
    from app.widgets.main_window import MainWindow

IMPORT = "import"


class ImportPlace(QObject):
    """One per window."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self.model: ImportModel | None = None
        self.page: ImportPage | None = None
        window.stage.turned.connect(lambda name: self.arrange())

    def may(self) -> bool:
        """Whether this person is offered it."""
        return Post.ADMINISTRATOR in self._window.session.posts

    def is_shown(self) -> bool:
        """Whether the import is what the stage shows."""
        window = self._window
        return self.page is not None and window.stage.page() == IMPORT and not window.is_form_shown()

    def open(self) -> None:
        """The page, as it was left."""
        window = self._window
        if not self.may():
            return
        if self.page is None:
            self.model = ImportModel(window.session.imports, window.session.folder, self)
            self.page = ImportPage(self.model)
            self.page.closed.connect(self.close)
            self.model.changed.connect(window.router.refresh)
            window.stage.add(IMPORT, self.tr("Import"), self.page, is_shown=False)
        if window.is_form_shown():
            window.show_form(False)
        if window.search.is_open():
            window.search.close()
        window.stage.set_tab(IMPORT, self.tr("Import"), True)
        window.stage.turn_to(IMPORT)
        self.page.setFocus(Qt.FocusReason.ShortcutFocusReason)
        window.router.refresh()

    def close(self) -> None:
        """Back to the map; the tab stays while there is something to come back to."""
        window, model = self._window, self.model
        is_empty = model is None or (model.step == FILE and not model.file)
        if is_empty:
            window.stage.set_tab(IMPORT, self.tr("Import"), False)
        window.stage.turn_to(MAP)
        window.panel.list.setFocus(Qt.FocusReason.OtherFocusReason)
        window.router.refresh()

    def press(self, cap: str) -> bool:
        """A key while it is shown."""
        return self.page is not None and self.page.press(cap)

    def arrange(self) -> None:
        """The card gives way while the import is shown; the drawer does not."""
        window = self._window
        is_alone = self.is_shown() and not window.is_drawer_shown()
        window.set_alone(is_alone)

    def hints(self) -> list[KeyHint]:
        """The keys of the page."""
        if self.page is None or self.model is None:
            return []
        hints = [KeyHint("", ON_KEY, self.page.on.text(), self.page.on.isEnabled())]
        if self.model.step == FILE:
            hints += [
                KeyHint("", "Ctrl+1…4", self.tr("What the rows are")),
                KeyHint("", FILE_KEY, self.tr("Choose the file")),
            ]
        return [*hints, KeyHint("", "Esc", self.page.back.text())]

    def stop(self) -> None:
        """Before the session goes."""
        if self.model is not None:
            self.model.end()
