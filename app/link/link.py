"""The engine's tasks: log-in, heartbeat, changes, pushes, files, presence. One event loop, one core.

Promises: what fails for want of a connection is tried again for ever, with jitter; the centre may be restarted,
moved behind a bad line or answer nonsense, and the seat goes on by itself when it is back; the password is kept in
memory only. Every task ends when it is cancelled. It decides nothing: the core does.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncGenerator, Awaitable, Callable
from pathlib import Path
from typing import cast

import msgspec
import structlog

from app.cache.disk import DiskFailed, DiskFull
from app.cache.photos import PhotoCache
from app.cache.rows_db import is_sound
from app.cache.seat_db import Grant, hash_password
from app.link.bootstrap import Bootstrap
from app.link.client import CentreClient, StreamEnded
from app.link.core import Core
from app.link.photos import PhotoFetch
from app.link.wire import Failure, Present, Trouble
from casework.entities.person import Person
from casework.ids import Key
from casework.limits import LAMP_LATE_MS
from casework.sync.messages import Answer, Beat, Page, Push, Welcome, WireError
from casework.sync.status import Fault

_LOG = structlog.get_logger("link")
NO_FILE = frozenset({Trouble.NOT_FOUND, Trouble.GARBAGE, Trouble.UNSEALED})  # pages do as well
BROKEN_STREAMS = 3  # in a row, before the stream is given up for long polls
POLL_ROUNDS = 20  # long polls before the stream is tried again
POLL_WAIT_S = 20
DELIVERY = "delivery"
WRONG_PASSWORD_S = 60.0
PERSON_S = 120.0  # the own row comes with the first rows


class Pace(msgspec.Struct, frozen=True):
    """How often things are done; tests are quicker."""

    beat_s: float = 2.0
    tick_s: float = 1.0
    journal_s: float = 0.5
    retry_s: float = 0.5  # the first pause after a failure; doubled up to `retry_most_s`
    retry_most_s: float = 5.0
    stall_s: float = 3.0  # the centre is ahead this long and nothing comes: ask
    look_s: float = 30.0
    files_s: float = 600.0
    pending_s: float = 3.0  # the centre is still making a file: ask again
    inspect_s: float = 10.0
    late_ms: int = LAMP_LATE_MS  # not heard for this long: the link is lost


class Link:
    """The tasks of one log-in."""

    def __init__(
        self, core: Core, client: CentreClient, folder: Path, pace: Pace, photos: PhotoCache
    ) -> None:
        self._core = core
        self._client = client
        self._pace = pace
        self._boot = Bootstrap(core, client, folder)
        self._photos = PhotoFetch(core, client, photos, pace.retry_s, pace.retry_most_s)
        self._person = ""
        self._password = ""
        self._case = ""
        self._wants_fetch = asyncio.Event()
        self._wants_look = asyncio.Event()
        self._wants_beat = asyncio.Event()
        self._has_rows = asyncio.Event()
        self._is_booting = False
        self._goes_by_pages = False
        self._ahead_since_ms = 0.0
        self._stream: asyncio.Task[None] | None = None
        self._push: asyncio.Task[None] | None = None
        self._memory: asyncio.Task[None] | None = None
        self._wake: asyncio.TimerHandle | None = None
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def client(self) -> CentreClient:
        """For calls beside the daily traffic; the engine ends them before it ends the link."""
        return self._client

    # -- core.Asks

    def send(self, push: Push) -> None:
        self._push = asyncio.create_task(self._pushed(push), name="push")

    def fetch(self, after: int) -> None:
        self._wants_fetch.set()

    def wake(self, at_ms: int) -> None:
        if self._wake:
            self._wake.cancel()
        wait_s = max(0, at_ms - self._core.now_ms()) / 1000
        # A moment more: the clock counts whole milliseconds.
        self._wake = asyncio.get_running_loop().call_later(wait_s + 0.002, self._core.wake)

    # -- log-in

    async def sign_in(self, person: str, password: str, may_be_alone: bool) -> Person | Fault:
        """At the centre where it can be reached, else against what the last log-in left at this seat."""
        said = await self._client.log_in(person, password)
        if isinstance(said, Failure) and not may_be_alone:
            return said.fault
        if isinstance(said, Failure):
            return await self._sign_in_alone(person, password, said)
        self._person, self._password = person, password
        self._boot.pin(said.key)
        self._core.admit(said.channels)
        known = self._core.row(Key("person", person))[0]
        if known is None:
            known = await self._first_rows(said)
        if isinstance(known, Fault):
            await self._client.log_out()
            return known
        grant = Grant(known, said.grant, said.channels)
        self._begin(grant)
        self._memory = asyncio.create_task(self._remember(grant), name="remember")
        return cast(Person, known)

    async def _sign_in_alone(self, person: str, password: str, failure: Failure) -> Person | Fault:
        if failure.trouble is Trouble.WRONG_PASSWORD:
            return Fault.WRONG_PASSWORD
        if failure.trouble is Trouble.UPGRADE:
            return Fault.UPGRADE
        grant = self._core.seat_db.log_in(person, password)
        if grant is None:
            return Fault.WRONG_PASSWORD if self._core.seat_db.knows(person) else failure.fault
        if set(self._core.rows.channels) != set(grant.channels):
            return failure.fault  # the rows here are another's; without the centre there are no others
        self._person, self._password = person, password
        self._core.note_fault(failure.fault)
        self._begin(grant)
        return grant.person

    async def _first_rows(self, welcome: Welcome) -> Person | Fault:
        """A seat without rows does not know who has logged in: the rows come first."""
        sent_ms = self._core.clock.steady_ms()
        beat = await self._client.beat(None)
        if isinstance(beat, Failure):
            return beat.fault
        self._core.hear(beat, sent_ms, self._core.clock.steady_ms())
        try:
            async with asyncio.timeout(PERSON_S):
                failure, person = await self._fetch_rows(), None
                while failure is None:
                    person = self._core.row(Key("person", welcome.person))[0]
                    if person is not None or self._core.side.is_caught_up:
                        break
                    failure = await self._one_page()  # without a file the person may be on a later page
        except TimeoutError:
            return Fault.UNREACHABLE
        if failure:
            return failure.fault
        return person if isinstance(person, Person) else Fault.CENTRE_ERROR

    def _begin(self, grant: Grant) -> None:
        self._core.enter(grant)
        tasks = (
            self._beats,
            self._fetches,
            self._changes,
            self._files,
            self._photos.fetch_photos,
            self._looks,
            self._ticks,
            self._journal,
            self._inspect,
        )
        for task in tasks:
            self._tasks.append(asyncio.create_task(self._kept_up(task), name=task.__name__))

    async def stop(self) -> None:
        """Ends every task; the session at the centre too, where it can be reached."""
        tasks = [*self._tasks, *(task for task in (self._push, self._stream) if task)]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, *((self._memory,) if self._memory else ()), return_exceptions=True)
        if self._wake:
            self._wake.cancel()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(1.0):
                await self._client.log_out()
        await self._client.close()

    def renew_password(self, password: str) -> None:
        """The person has typed another one, after the centre no longer took the first."""
        self._password = password
        self._wants_beat.set()

    def cut(self, is_cut: bool) -> None:
        """A drill: the seat is alone until the line is given back."""
        self._client.is_cut = is_cut
        for task in (self._push, self._stream):
            if task and is_cut:
                task.cancel()
        self._wants_beat.set()

    def look(self, case: str) -> None:
        """The operator has this case open now; "" for none."""
        self._case = case
        self._wants_look.set()

    def stop_fetching(self, dataset: str) -> None:
        """A person does not want this file now."""
        self._boot.stop(dataset)

    def resume_fetching(self, dataset: str) -> None:
        """And now they do."""
        self._boot.resume(dataset)

    def want_photo(self, sha256: str) -> None:
        """Somebody looks for this photo."""
        self._photos.want(sha256)

    # -- the tasks

    async def _kept_up(self, task: Callable[[], Awaitable[None]]) -> None:
        """A bug in one task is logged and the task begun again: the others, and the operator, go on."""
        while True:
            try:
                await task()
                return
            except asyncio.CancelledError:
                raise
            except Exception:
                _LOG.exception("task_broke", task=getattr(task, "__name__", ""))
                await self._pause(3)

    async def _beats(self) -> None:
        failures = 0
        while True:
            failure = await self._beat()
            failures = failures + 1 if failure else 0
            if failure:
                self._missed(failure, failures)
            with contextlib.suppress(TimeoutError):
                wait_s = self._pace.beat_s if failures < 3 else self._jittered(failures)
                async with asyncio.timeout(max(wait_s, failure.wait_s if failure else 0.0)):
                    await self._wants_beat.wait()
            self._wants_beat.clear()

    async def _beat(self) -> Failure | None:
        if not self._client.has_token:
            failure = await self._sign_in_again()
            if failure:
                return failure
        sent_ms = self._core.clock.steady_ms()
        beat = await self._client.beat(self._core.numbers_to_tell())
        if isinstance(beat, Failure):
            return beat
        self._core.hear(beat, sent_ms, self._core.clock.steady_ms())
        self._watch(beat)
        return None

    def _missed(self, failure: Failure, failures: int) -> None:
        if failure.trouble in (Trouble.SIGNED_OUT, Trouble.CHANNELS_CHANGED):
            self._client.forget_token()
            if failures == 1:
                self._wants_beat.set()
                return
        if failure.fault is not self._core.link_fault:
            _LOG.info("beat_failed", trouble=failure.trouble, detail=failure.detail)
        self._core.note_fault(failure.fault)
        age_ms = self._core.side.status(self._core.now_ms()).age_ms
        if self._core.side.is_connected and age_ms > self._pace.late_ms:
            self._core.lose()
            self._goes_by_pages = False
            for task in (self._push, self._stream):
                if task:
                    task.cancel()

    async def _sign_in_again(self) -> Failure | None:
        """The session ended, or the seat began without the centre."""
        said = await self._client.log_in(self._person, self._password)
        if isinstance(said, Failure):
            if said.trouble is Trouble.WRONG_PASSWORD:
                with contextlib.suppress(DiskFull, DiskFailed):
                    self._core.seat_db.forget_log_in(self._person)
                # The centre lets an account wait longer with every wrong one.
                return msgspec.structs.replace(said, wait_s=WRONG_PASSWORD_S)
            return said
        self._boot.pin(said.key)
        self._core.admit(said.channels)
        before = self._core.grant
        assert before is not None
        person = self._core.row(Key("person", self._person))[0] or before.person
        grant = Grant(person, said.grant, said.channels)
        self._core.enter(grant)
        await self._remember(grant)
        _LOG.info("signed_in_again")
        return None

    async def _remember(self, grant: Grant) -> None:
        """For a start without the centre. The hash takes its time, and nobody has to wait for it."""
        hashed = await asyncio.to_thread(hash_password, self._password)
        with contextlib.suppress(DiskFull, DiskFailed):
            self._core.seat_db.remember_log_in(grant, hashed, self._core.now_ms())

    def _watch(self, beat: Beat) -> None:
        """The centre is ahead and the stream brings nothing: ask for it, and open the stream anew."""
        now_ms = self._core.clock.steady_ms()
        if beat.head <= self._core.side.cursor or not self._core.side.is_caught_up:
            self._ahead_since_ms = 0.0
        elif not self._ahead_since_ms:
            self._ahead_since_ms = now_ms
        elif now_ms - self._ahead_since_ms > self._pace.stall_s * 1000:
            self._ahead_since_ms = 0.0
            _LOG.info("stream_stalls")
            if self._stream:
                self._stream.cancel()
            self._wants_fetch.set()

    async def _fetches(self) -> None:
        """Pages until the cursor has reached the head; from far behind a snapshot first."""
        failures = 0
        while True:
            await self._wants_fetch.wait()
            self._wants_fetch.clear()
            if self._core.is_stuck or not self._client.has_token:
                await self._pause(2)
                self._wants_fetch.set()
                continue
            failure = await self._fetch_rows()
            failures = failures + 1 if failure else 0
            if failure:
                _LOG.info("fetch_failed", trouble=failure.trouble, detail=failure.detail)
                await self._pause(failures, failure)
                self._wants_fetch.set()

    async def _fetch_rows(self) -> Failure | None:
        side = self._core.side
        if side.cursor == 0 or await self._is_file_nearer():
            self._is_booting = True
            try:
                failure = await self._boot.rows()
            finally:
                self._is_booting = False
            if failure and failure.trouble not in NO_FILE:
                return failure
        failure = await self._one_page()
        if failure is None and side.is_caught_up:
            self._has_rows.set()
            self._goes_by_pages = False
        return failure

    async def _is_file_nearer(self) -> bool:
        """Asked once per backlog: whoever has begun with pages goes on with them."""
        side = self._core.side
        if not self._goes_by_pages and await self._boot.is_file_nearer(side.head - side.cursor):
            return True
        self._goes_by_pages = not side.is_caught_up
        return False

    async def _one_page(self, wait_s: int = 0) -> Failure | None:
        side = self._core.side
        page = await self._client.page(side.epoch, side.cursor, wait_s)
        return page if isinstance(page, Failure) else self._read(page)

    def _read(self, page: Page) -> Failure | None:
        try:
            self._core.read(page)
        except WireError as error:
            _LOG.error("page_refused", detail=str(error)[:200])
            return Failure(Trouble.UPGRADE, "a row does not decode")
        if any(entry.entity == DELIVERY for entry in page.entries):
            self._boot.wishes.set()  # the centre's files may be newer ones now
        return None

    async def _changes(self) -> None:
        """The stream, for as long as the seat has caught up."""
        broken = 0
        while True:
            if not self._core.side.is_caught_up or self._is_booting or self._core.is_stuck:
                await asyncio.sleep(self._pace.retry_s / 5)
                continue
            self._has_rows.set()
            self._stream = asyncio.create_task(self._follow(), name="stream")
            began_ms = self._core.clock.steady_ms()
            with contextlib.suppress(asyncio.CancelledError):
                await self._stream
            if asyncio.current_task() and cast("asyncio.Task[None]", asyncio.current_task()).cancelling():
                raise asyncio.CancelledError
            lasted_s = (self._core.clock.steady_ms() - began_ms) / 1000
            broken = 0 if lasted_s > self._pace.retry_most_s else broken + 1
            if broken >= BROKEN_STREAMS:
                broken = 0
                await self._polls()
            else:
                await self._pause(broken)

    async def _follow(self) -> None:
        side = self._core.side
        events = cast(
            "AsyncGenerator[Page | Present | None, None]", self._client.stream(side.epoch, side.cursor)
        )
        try:
            async for event in events:
                failure = None
                if isinstance(event, Page):
                    failure = self._read(event)
                elif isinstance(event, Present):
                    self._core.note_present(event)
                if failure or self._core.is_stuck or not side.is_caught_up:
                    return
        except StreamEnded as ended:
            self._ended(ended.failure)
        finally:
            await events.aclose()

    def _ended(self, failure: Failure) -> None:
        _LOG.info("stream_ended", trouble=failure.trouble, detail=failure.detail)
        if failure.trouble in (Trouble.SIGNED_OUT, Trouble.CHANNELS_CHANGED):
            self._client.forget_token()
        if failure.trouble is Trouble.AHEAD:
            self._core.start_over()
        self._wants_beat.set()

    async def _polls(self) -> None:
        """Where something on the way holds a stream back: questions that wait for an answer."""
        _LOG.info("polling")
        for _ in range(POLL_ROUNDS):
            if not self._core.side.is_caught_up or self._core.is_stuck:
                return
            failure = await self._one_page(POLL_WAIT_S)
            if failure:
                self._ended(failure)
                await self._pause(1, failure)
                return

    async def _pushed(self, push: Push) -> None:
        try:
            said = await self._client.push(push)
        except asyncio.CancelledError:
            self._core.fail_push()
            raise
        if isinstance(said, Answer):
            self._core.answer(said)
            return
        _LOG.info("push_failed", trouble=said.trouble, detail=said.detail, count=len(push.sent))
        if said.trouble in (Trouble.SIGNED_OUT, Trouble.CHANNELS_CHANGED):
            self._client.forget_token()
        self._wants_beat.set()
        await asyncio.sleep(max(said.wait_s, random.random() * self._pace.retry_s))
        self._core.fail_push()

    async def _files(self) -> None:
        """Base map, components, archive, after the rows; looked for again now and then."""
        await self._has_rows.wait()
        failures = 0
        while True:
            failure, is_pending = await self._boot.files()
            if failure and failure.trouble is Trouble.NOT_FOUND:
                failure = None
            failures = failures + 1 if failure else 0
            wait_s = self._pace.pending_s if is_pending else self._pace.files_s
            if failure:
                _LOG.info("files_failed", trouble=failure.trouble, detail=failure.detail)
                wait_s = max(self._jittered(failures), failure.wait_s)
                if failure.trouble is Trouble.UNSEALED:
                    wait_s = max(wait_s, self._pace.retry_most_s)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    await self._boot.wishes.wait()

    async def _looks(self) -> None:
        """Says which case is open: at once when it changes, and again before it is forgotten."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._pace.look_s):
                    await self._wants_look.wait()
            self._wants_look.clear()
            is_up = self._client.has_token and self._core.side.is_connected
            if is_up and await self._client.look(self._case):
                await self._pause(2)
                self._wants_look.set()

    async def _ticks(self) -> None:
        while True:
            await asyncio.sleep(self._pace.tick_s)
            self._core.tick()

    async def _journal(self) -> None:
        """What is being typed, twice a second."""
        while True:
            await asyncio.sleep(self._pace.journal_s)
            with contextlib.suppress(DiskFull, DiskFailed):
                self._core.flush_drafts()

    async def _inspect(self) -> None:
        """Looks through the whole cache once, when the operator has begun to work: a clean start did not."""
        await asyncio.sleep(self._pace.inspect_s)
        if self._core.rows.is_verified:
            return  # it was checked against its hash when it came
        if not await asyncio.to_thread(is_sound, self._core.rows.path):
            self._core.rebuild_rows()

    # -- pauses

    def _jittered(self, failures: int) -> float:
        most_s = min(self._pace.retry_s * float(2 ** min(max(0, failures - 1), 16)), self._pace.retry_most_s)
        return most_s * (0.5 + random.random() / 2)

    async def _pause(self, failures: int, failure: Failure | None = None) -> None:
        await asyncio.sleep(max(self._jittered(failures), failure.wait_s if failure else 0.0))
