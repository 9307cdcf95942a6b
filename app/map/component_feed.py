"""From the session to the map: components that have changed since the survey are laid over the file.

A little after they change, together, so that a delivery of thousands is one step. It reads rows and decides nothing.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer

from app.map.limits import COMPONENTS_MS
from app.map.view import MapView
from app.session import Session
from casework.entities.component import Component
from casework.ids import Key

ENTITY = "component"
DATASET = "components"


class ComponentFeed(QObject):
    """Keeps one map's components up to date with one session; lives as long as the view."""

    def __init__(self, session: Session, view: MapView) -> None:
        super().__init__(view)
        self._session, self._view = session, view
        self._keys: set[str] = set()
        self._is_everything = True
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(COMPONENTS_MS)
        self._soon.timeout.connect(self.read)
        session.changed.connect(self._on_changed)
        session.dataset_changed.connect(self._on_dataset)
        view.stopped.connect(self._soon.stop)
        self.read()

    def read(self) -> None:
        """Lays over what has changed, now."""
        laid: dict[str, Component | None] = {}
        if self._is_everything:
            laid.update(dict.fromkeys(self._view.changed_components()))
            laid.update({shown.row.id: shown.row for shown in self._session.rows(ENTITY)})
        else:
            for key in self._keys:
                shown = self._session.row(ENTITY, key)
                laid[key] = shown.row if shown is not None else None
        self._keys, self._is_everything = set(), False
        if laid:
            self._view.lay_components(laid)

    def _on_dataset(self, dataset: str) -> None:
        """A newer file has some of the changes: what was laid over the old one may be older than it."""
        if dataset == DATASET:
            self._is_everything = True
            self.read()

    def _on_changed(self, keys: frozenset[Key] | None) -> None:
        if keys is None:
            self._is_everything = True
        else:
            mine = {key.key for key in keys if key.entity == ENTITY}
            if not mine:
                return
            self._keys |= mine
        if not self._soon.isActive():
            self._soon.start()
