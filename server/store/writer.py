"""The one thread that writes: it drains a queue of jobs into one transaction, commits, and then answers them all.

Promises: a job is answered only after its transaction is durable, or with Unavailable when it is not; after a
failed statement the file is closed and opened again (a handle is never trusted after an I/O error); a job that
breaks takes no other job with it.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable
from typing import Any, TypeVar

import apsw
import msgspec
import structlog

from server.limits import BATCH_JOBS, QUEUE_JOBS
from server.store import EpochChanged, Unavailable
from server.store.connection import refusal_of
from server.store.writing import MovedOn, Writing

_LOG = structlog.get_logger("store")
T = TypeVar("T")


class _Job(msgspec.Struct):
    work: Callable[[Writing], Any]
    future: asyncio.Future[Any]
    loop: asyncio.AbstractEventLoop
    result: Any = None
    error: BaseException | None = None


class _Broke(Exception):
    """A job raised what it may not; carries the job."""

    def __init__(self, job: _Job, error: Exception) -> None:
        super().__init__(str(error))
        self.job = job
        self.error = error


class Writer:
    """Owns the writing connection from its own thread. `reopen` gives a fresh view of the file."""

    def __init__(
        self,
        writing: Writing,
        reopen: Callable[[], Writing],
        close: Callable[[Writing], None],
        clock: Callable[[], int],
    ) -> None:
        self._writing: Writing | None = writing
        self._reopen = reopen
        self._close = close
        self._clock = clock
        self._queue: queue.Queue[_Job | None] = queue.Queue(QUEUE_JOBS)
        self._told: list[Callable[[], None]] = []
        self._is_stopping = False
        self.persons = writing.persons
        self.head: int = writing.seq
        self.epoch: int = writing.epoch
        self._thread = threading.Thread(target=self._run, name="store-writer", daemon=True)
        self._thread.start()

    def on_commit(self, told: Callable[[], None]) -> None:
        self._told.append(told)

    async def do(self, work: Callable[[Writing], T]) -> T:
        """Run a job in the next transaction; returns after it is durable."""
        loop = asyncio.get_running_loop()
        job = _Job(work, loop.create_future(), loop)
        if self._is_stopping:
            raise Unavailable("stopping")
        try:
            self._queue.put_nowait(job)
        except queue.Full:
            raise Unavailable("busy") from None
        result: T = await job.future
        return result

    def stop(self) -> None:
        """Finish what is queued, then close."""
        if not self._is_stopping:
            self._is_stopping = True
            self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        is_last = False
        while not is_last:
            jobs, is_last = self._gather()
            while jobs:
                jobs = self._commit_surely(jobs)
        late, _ = self._gather() if not self._queue.empty() else ([], True)
        self._fail(late, Unavailable("stopping"))
        if self._writing is not None:
            self._close(self._writing)

    def _gather(self) -> tuple[list[_Job], bool]:
        """Wait for a job and take everything else that waits, up to a batch."""
        first = self._queue.get()
        if first is None:
            return [], True
        jobs = [first]
        while len(jobs) < BATCH_JOBS:
            try:
                job = self._queue.get_nowait()
            except queue.Empty:
                break
            if job is None:
                return jobs, True
            jobs.append(job)
        return jobs, False

    def _commit_surely(self, jobs: list[_Job]) -> list[_Job]:
        """A bug of ours must not end the one thread that writes."""
        try:
            return self._commit(jobs)
        except Exception:
            _LOG.exception("writer_broke")
            self._discard()
            self._fail(jobs, Unavailable("store_error"))
            return []

    def _commit(self, jobs: list[_Job]) -> list[_Job]:
        """One transaction; returns the jobs that must be run again because another one broke it."""
        writing = self._opened()
        if isinstance(writing, Unavailable):
            self._fail(jobs, writing)
            return []
        try:
            writing.begin(self._clock())
            for job in jobs:
                self._do(writing, job)
            writing.commit()
        except _Broke as broke:
            if isinstance(broke.error, MovedOn):  # a delivery that was checked too early is no fault
                _LOG.info("delivery_refused", key=str(broke.error))
            else:
                _LOG.error("job_broke", exc_info=broke.error)
            self._discard()
            broke.job.error = broke.error
            _answer([broke.job])
            return [job for job in jobs if job is not broke.job]
        except apsw.Error as error:
            refused = refusal_of(error)
            _LOG.error("commit_failed", code=refused.code, detail=str(error), jobs=len(jobs))
            self._discard()
            self._fail(jobs, refused)
            return []
        is_new = writing.seq != self.head
        self.head, self.epoch, self.persons = writing.seq, writing.epoch, writing.persons
        _answer(jobs)
        if is_new:
            for told in self._told:
                told()
        return []

    def _do(self, writing: Writing, job: _Job) -> None:
        job.result, job.error = None, None
        try:
            job.result = job.work(writing)
        except EpochChanged as error:
            job.error = error
        except apsw.Error:
            raise
        except Exception as error:
            raise _Broke(job, error) from error

    def _opened(self) -> Writing | Unavailable:
        if self._writing is None:
            try:
                self._writing = self._reopen()
            except apsw.Error as error:
                return refusal_of(error)
            except Exception as error:
                return Unavailable("store_error", str(error))
            _LOG.info("store_reopened", head=self._writing.seq)
        return self._writing

    def _discard(self) -> None:
        """Give the handle up: what it remembers, and whether it can be trusted, is no longer known."""
        if self._writing is not None:
            writing, self._writing = self._writing, None
            self._close(writing)

    def _fail(self, jobs: list[_Job], error: Unavailable) -> None:
        for job in jobs:
            job.error = error
        _answer(jobs)


def _answer(jobs: list[_Job]) -> None:
    """Resolve the futures: one call per event loop, not one per job."""
    by_loop: dict[asyncio.AbstractEventLoop, list[_Job]] = {}
    for job in jobs:
        by_loop.setdefault(job.loop, []).append(job)
    for loop, some in by_loop.items():
        try:
            loop.call_soon_threadsafe(_resolve, some)
        except RuntimeError:
            # The loop is gone, and with it whoever asked; the work itself is stored.
            _LOG.info("nobody_waits", jobs=len(some))


def _resolve(jobs: list[_Job]) -> None:
    for job in jobs:
        if job.future.done():
            continue
        if job.error is not None:
            job.future.set_exception(job.error)
        else:
            job.future.set_result(job.result)
