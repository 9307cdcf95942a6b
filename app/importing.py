"""Files from outside, between the engine and Qt: one thing at a time, told by calls on the GUI's thread.

Promises: nothing here waits for the network; after `cancel` nothing more is heard of what was under way; errors are
answers (`No`). It decides nothing, and knows no widget.
"""

from __future__ import annotations

import concurrent.futures
import contextlib
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal, Slot

from app.link.client import CentreClient
from app.link.engine import Engine, EngineStopped
from app.link.imports import GoingUp, ImportLine, No
from casework.sync.imports import ImportAsk, ImportTold, ProposeAsk

__all__ = ["GoingUp", "Imports", "No"]

Done = Callable[[Any], None]
OFFLINE = No("unreachable")


class Imports(QObject):
    """Of one session. `told` hears how far it is, `done` what came of it: the value or a No."""

    _back = Signal(int, object, object)

    def __init__(self, engine: Engine, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine = engine
        self._turn = 0
        self._under_way: concurrent.futures.Future[Any] | None = None
        self._back.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def profiles(self, done: Done) -> None:
        """Those that the centre ships."""
        self._aside(lambda line: line.profiles(), done)

    def check(self, path: Path, ask: ImportAsk | ProposeAsk, told: Done, done: Done) -> None:
        """The file goes up, and is checked (or a profile is proposed): GoingUp, then ImportTold, then the last one."""

        async def work(line: ImportLine, tell: Done) -> ImportTold | No:
            refused = await line.put(path, ask.sha256, tell)
            if refused is not None:
                return refused
            said = await line.begin(ask)
            if isinstance(said, No):
                return said
            tell(said)
            return await line.follow(said.id, tell)

        self._begin(work, told, done)

    def enter(self, id_: str, told: Done, done: Done) -> None:
        """What was checked enters."""

        async def work(line: ImportLine, tell: Done) -> ImportTold | No:
            said = await line.enter(id_)
            return said if isinstance(said, No) else await line.follow(id_, tell)

        self._begin(work, told, done)

    def page(self, id_: str, done: Done) -> None:
        """The report's page: its bytes."""
        self._aside(lambda line: line.page(id_), done)

    def drop(self, id_: str) -> None:
        """The centre may forget it."""
        self._aside(lambda line: line.drop(id_), lambda said: None)

    def cancel(self) -> None:
        """Nothing more is wanted of what is under way."""
        self._turn += 1
        under_way, self._under_way = self._under_way, None
        if under_way is not None:
            under_way.cancel()

    # -- inside

    def _begin(
        self, work: Callable[[ImportLine, Done], Coroutine[Any, Any, Any]], told: Done, done: Done
    ) -> None:
        self.cancel()
        turn = self._turn

        def tell(value: Any) -> None:
            with contextlib.suppress(RuntimeError):  # the window has gone
                self._back.emit(turn, told, value)

        self._under_way = self._submit(lambda line: work(line, tell), turn, done)

    def _aside(self, work: Callable[[ImportLine], Coroutine[Any, Any, Any]], done: Done) -> None:
        self._submit(work, -1, done)

    def _submit(
        self, work: Callable[[ImportLine], Coroutine[Any, Any, Any]], turn: int, done: Done
    ) -> concurrent.futures.Future[Any] | None:
        async def asked(client: CentreClient) -> Any:
            return await work(ImportLine(client))

        try:
            future = self._engine.ask_centre(asked)
        except EngineStopped:
            self._back.emit(turn, done, OFFLINE)
            return None
        future.add_done_callback(lambda said: self._over(turn, done, said))
        return future

    def _over(self, turn: int, done: Done, said: concurrent.futures.Future[Any]) -> None:
        if said.cancelled():
            return
        error = said.exception()
        if error is not None and not isinstance(error, Exception):
            return
        with contextlib.suppress(RuntimeError):
            self._back.emit(turn, done, error if error is not None else said.result())

    @Slot(int, object, object)
    def _deliver(self, turn: int, hear: Done, value: Any) -> None:
        if turn not in (-1, self._turn):
            return
        if isinstance(value, Exception):
            hear(No("failed"))
            raise value
        hear(value)
