"""Work that would hold the screen up, done in the pool; what it says is heard on the thread of whoever sent it.

Promises: `hear` is called on the owner's thread, in order, and never after `stop` or after the owner has gone; a bug in
the work is raised there too, so that it reaches the log. The work decides itself when to look whether it is wanted.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Qt, QThreadPool, Signal

Say = Callable[[Any], bool]  # false: nobody listens any more


class PoolWork(QObject):
    """What one owner has done elsewhere."""

    _said = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._is_off = False
        self._said.connect(self._hear, Qt.ConnectionType.QueuedConnection)

    def send(self, work: Callable[[Say], None], hear: Callable[[Any], None]) -> None:
        """Begins; `work` gets what it says its results with."""

        def say(what: Any) -> bool:
            if self._is_off:
                return False
            try:
                self._said.emit(hear, what)
            except RuntimeError:  # the owner has gone
                return False
            return True

        def run() -> None:
            try:
                work(say)
            except Exception as error:
                say(_Broken(error))

        QThreadPool.globalInstance().start(run)

    def stop(self) -> None:
        """Nothing more is heard."""
        self._is_off = True

    def _hear(self, hear: Callable[[Any], None], what: Any) -> None:
        if self._is_off:
            return
        if isinstance(what, _Broken):
            raise what.error
        hear(what)


class _Broken:
    def __init__(self, error: Exception) -> None:
        self.error = error
