"""The engine's thread: one event loop, one core, and at most one person's link to the centre.

Promises: whatever another thread asks for is done on the engine's thread and answered in bounded time; the files are
opened before `Engine` returns, and what is wrong with them is raised there; `stop` writes down what is in memory.
It is the only thing of app.link that other threads may touch. `view`, `now_ms` and `fetching` are read without asking.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import threading
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from typing import Any, TypeVar

import structlog

from app.cache.photos import PhotoCache
from app.cache.rows_db import is_sound
from app.link.client import CentreClient
from app.link.core import Core
from app.link.link import Link, Pace
from app.link.view import Notice, View
from casework.catalogue.model import Catalogue
from casework.command import Command
from casework.entities.person import Person
from casework.ids import SeatId
from casework.sync.messages import Push
from casework.sync.status import Fault

_LOG = structlog.get_logger("engine")
T = TypeVar("T")
CALL_S = 30.0  # a disk that takes longer than this has failed
STOP_S = 10.0
LAST_WORDS_S = 1.0


class EngineStopped(Exception):
    """The engine has been stopped, or does not answer."""


class Engine:
    """Made and stopped by the composition root; `told` is called on the engine's thread."""

    def __init__(
        self,
        folder: Path,
        centre: str,
        catalogues: Mapping[str, Catalogue],
        told: Callable[[Notice], None],
        seat: str = "",
        authority: Path | None = None,
        pace: Pace | None = None,
    ) -> None:
        self._folder = folder
        self._centre = centre
        self._authority = authority
        self._pace = pace or Pace()
        self._photos = PhotoCache(folder / "photos")
        self._link: Link | None = None
        self._loop = asyncio.new_event_loop()
        self._loop.set_exception_handler(_log_bug)
        self._core: Core | None = None
        self._errands: set[asyncio.Task[Any]] = set()

        def make() -> Core:
            return Core(folder, catalogues, told, _Asking(self), seat)

        opened: concurrent.futures.Future[None] = concurrent.futures.Future()
        self._thread = threading.Thread(target=self._run, args=(make, opened), name="engine", daemon=True)
        self._thread.start()
        opened.result()

    # -- read from any thread

    @property
    def folder(self) -> Path:
        return self._folder

    @property
    def view(self) -> View:
        return self._whole_core().view

    @property
    def seat(self) -> SeatId:
        return self._whole_core().side.seat

    @property
    def person(self) -> Person | None:
        """Who has logged in, as the newest row says."""
        grant = self._whole_core().grant
        return grant.person if grant else None

    def now_ms(self) -> int:
        """The centre's time as far as it is known."""
        return self._whole_core().now_ms()

    # -- asked of the engine

    def sign_in(
        self, person: str, password: str, may_be_alone: bool = True
    ) -> concurrent.futures.Future[Person | Fault]:
        """Begins the work of this person; the link goes on by itself. `may_be_alone`: also without the centre."""
        return self._submit(self._signed_in(person, password, may_be_alone))

    def knows(self, person: str) -> bool:
        """Whether this person could work here without the centre."""
        return self.call(lambda core: core.seat_db.knows(person))

    def sign_off(self) -> None:
        """Ends it. What is unsent stays, and goes out under its author's name with the next log-in here."""
        self._submit(self._signed_off()).result(STOP_S)

    def perform(self, command: Command) -> str:
        """The command's id, when it is on the disk. Raises casework.sync.seat.OutboxFull."""
        return self.call(lambda core: core.perform(command))

    def undo(self, command_id: str) -> bool:
        return self.call(lambda core: core.undo(command_id))

    def dismiss(self, command_id: str) -> None:
        self.call(lambda core: core.dismiss(command_id))

    def take_number(self) -> str | None:
        return self.call(lambda core: core.take_number())

    def drafts(self) -> dict[str, str]:
        """What was being typed when the seat was last left."""
        return self.call(lambda core: core.seat_db.drafts())

    def put_draft(self, key: str, text: str | None) -> None:
        """On the disk within half a second; None drops it."""
        self.post(lambda core: core.put_draft(key, text))

    def look(self, case: str) -> None:
        """Which case is open here."""
        self.post(lambda _: self._link.look(case) if self._link else None)

    def photo(self, sha256: str) -> bytes | None:
        """A photo of this seat; read from the disk on the caller's thread."""
        return self._photos.get(sha256)

    def want_photo(self, sha256: str) -> None:
        """Fetch it when the centre can be reached; a notice says when it has come."""
        self.post(lambda _: self._link.want_photo(sha256) if self._link else None)

    def stop_fetching(self, dataset: str) -> None:
        """A person does not want this file now; kept over restarts."""
        self.post(lambda _: self._link.stop_fetching(dataset) if self._link else None)

    def resume_fetching(self, dataset: str) -> None:
        """Go on with it, where it stopped."""
        self.post(lambda _: self._link.resume_fetching(dataset) if self._link else None)

    def doubt_rows(self) -> None:
        """A reader has found the cache damaged."""
        self.post(lambda core: None if is_sound(core.rows.path) else core.rebuild_rows())

    def renew_password(self, password: str) -> None:
        """After Fault.WRONG_PASSWORD in the middle of the work."""
        self.post(lambda _: self._link.renew_password(password) if self._link else None)

    def cut(self, is_cut: bool) -> None:
        """A drill without the network, on this seat alone."""
        self.post(lambda _: self._link.cut(is_cut) if self._link else None)

    def ask_centre(
        self, work: Callable[[CentreClient], Coroutine[Any, Any, T]]
    ) -> concurrent.futures.Future[T]:
        """Calls beside the daily traffic, for as long as this log-in lasts. Raises EngineStopped."""
        return self._submit(self._asked(work))

    def call(self, act: Callable[[Core], T]) -> T:
        """Does something on the engine's thread and waits for it."""

        async def acted() -> T:
            return act(self._whole_core())

        try:
            return self._submit(acted()).result(CALL_S)
        except concurrent.futures.TimeoutError as error:
            raise EngineStopped("no answer") from error

    def post(self, act: Callable[[Core], object]) -> None:
        """Does something on the engine's thread, soon."""
        if not self._thread.is_alive():
            raise EngineStopped("stopped")
        self._loop.call_soon_threadsafe(act, self._whole_core())

    def stop(self) -> None:
        """Ends the thread; harmless the second time."""
        loop = self._loop
        if not self._thread.is_alive():
            return
        loop.call_soon_threadsafe(lambda: asyncio.ensure_future(self._stopped()))
        self._thread.join(STOP_S)
        if self._thread.is_alive():
            _LOG.error("engine_does_not_stop")

    # -- on the engine's thread

    def _run(self, make: Callable[[], Core], opened: concurrent.futures.Future[None]) -> None:
        loop = self._loop
        asyncio.set_event_loop(loop)
        try:
            try:
                self._core = make()
            except BaseException as error:
                # What is wrong with the files goes to whoever wants the engine.
                opened.set_exception(error)
                return
            opened.set_result(None)
            loop.run_forever()
            loop.run_until_complete(loop.shutdown_default_executor())
        finally:
            loop.close()

    async def _signed_in(self, person: str, password: str, may_be_alone: bool) -> Person | Fault:
        await self._signed_off()
        core = self._whole_core()
        client = CentreClient(self._centre, core.side.seat, self._authority)
        self._link = Link(core, client, self._folder, self._pace, self._photos)
        said = await self._link.sign_in(person, password, may_be_alone)
        if isinstance(said, Fault):
            link, self._link = self._link, None
            await link.stop()
        return said

    async def _asked(self, work: Callable[[CentreClient], Coroutine[Any, Any, T]]) -> T:
        if self._link is None:
            raise EngineStopped("nobody has logged in")
        task = asyncio.current_task()
        assert task is not None
        self._errands.add(task)
        try:
            return await work(self._link.client)
        finally:
            self._errands.discard(task)

    async def _signed_off(self) -> None:
        if self._errands:  # last words get a moment; whoever wanted the rest has gone
            await asyncio.wait(self._errands, timeout=LAST_WORDS_S)
        for errand in list(self._errands):
            errand.cancel()
        if self._errands:
            await asyncio.wait(self._errands)
        link, self._link = self._link, None
        if link:
            await link.stop()
            core = self._whole_core()
            core.lose()
            core.leave()

    async def _stopped(self) -> None:
        try:
            await self._signed_off()
            self._whole_core().close()
        finally:
            asyncio.get_running_loop().stop()

    def _submit(self, work: Coroutine[Any, Any, T]) -> concurrent.futures.Future[T]:
        if not self._thread.is_alive():
            work.close()
            raise EngineStopped("stopped")
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def _whole_core(self) -> Core:
        assert self._core is not None
        return self._core

    @property
    def link(self) -> Link | None:
        """Of the engine's own thread only."""
        return self._link


class _Asking:
    """What the core asks for while somebody has logged in; nothing is asked before."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def send(self, push: Push) -> None:
        if self._engine.link:
            self._engine.link.send(push)

    def fetch(self, after: int) -> None:
        if self._engine.link:
            self._engine.link.fetch(after)

    def wake(self, at_ms: int) -> None:
        if self._engine.link:
            self._engine.link.wake(at_ms)


def _log_bug(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    _LOG.error("engine_bug", what=context.get("message", ""), exc_info=context.get("exception"))
