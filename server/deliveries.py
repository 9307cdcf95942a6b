"""Files from outside while the centre serves: they come up in pieces, are checked in a process apart, and are entered.

Promises: a file is checked by one process at a time, which is ended when it takes too long or is no longer wanted; what
is entered is what was checked, or nothing; whoever asks twice has it entered once. Only the one who had a file checked
sees it. What was checked lives until it is put away, for a day at most, and not over a restart: it is checked again.
"""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import os
import secrets
import shutil
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Literal

import msgspec
import structlog

from casework.ids import PersonId
from casework.sync.imports import (
    CHECK,
    CHECKED,
    ENTERED,
    ENTERING,
    FAILED,
    NAME_CHARS,
    NONE,
    PROPOSE,
    RESTING,
    WAITING,
    WORKING,
    ImportAsk,
    ImportTold,
    ProfileTold,
    ProposeAsk,
    Said,
    State,
)
from server import resting
from server.apart import PAGE, REPORT, WRONG, Done, Task, said, work_apart
from server.blobs import Blobs
from server.limits import (
    IMPORT_BYTES,
    IMPORT_CHECK_S,
    IMPORT_FILES_BYTES,
    IMPORT_KEPT_MS,
    IMPORTS_KEPT,
    IMPORTS_WAITING,
)
from server.parcels import Spooled, head_of, parcel_in
from server.paths import Paths
from server.store import Store, Unavailable
from server.store.writing import MovedOn

_LOG = structlog.get_logger("imports")
LOOK_S = 0.1  # how soon a cancelled check ends


class TooMany(Exception):
    """Too many files wait to be checked."""


class NoFile(Exception):
    """The file has not come up, or has been put away."""


class NotReady(Exception):
    """Nothing can be entered: not checked, or nothing of it may enter."""


class Job(msgspec.Struct, kw_only=True):
    """One file on its way. Changed by one thread at a time, under the lock."""

    id: str
    task: Literal["check", "propose"]
    person: PersonId
    name: str
    sha256: str
    folder: Path
    file: Path
    ask: ImportAsk | ProposeAsk
    state: State = WAITING  # type: ignore[assignment]
    step: str = ""
    since_ms: int = 0
    at_ms: int = 0
    profile: str = ""
    is_again: bool = False
    is_cancelled: bool = False
    outcome: str = ""
    proposal: str = ""
    failure: Said | None = None


class Deliveries:
    """Of one centre. Its calls are for the event loop; what blocks runs in workers."""

    def __init__(
        self, paths: Paths, store: Store, clock: Callable[[], int], after: Callable[[], None]
    ) -> None:
        """`after` is called when something has entered."""
        self._paths = paths
        self._store = store
        self._clock = clock
        self._after = after
        self._folder = paths.imports / "jobs"
        self.files = Blobs(paths.imports / "files", IMPORT_BYTES)
        self._jobs: dict[str, Job] = {}
        self._lock = threading.Lock()
        self._worker = ThreadPoolExecutor(1, "imports")
        self._entering: set[asyncio.Task[None]] = set()
        self._last_ms = 0
        self._is_closed = False
        if self._folder.is_dir():  # of an earlier run: nobody can ask for them any more
            shutil.rmtree(self._folder, ignore_errors=True)

    # -- asked by the doors

    def profiles(self) -> tuple[ProfileTold, ...]:
        """Those that come with the program. It blocks."""
        from server.imports.profile import load_profile, shipped_profiles

        told = []
        for name, path in shipped_profiles().items():
            body = path.read_bytes()
            profile = load_profile(body, name)
            told.append(ProfileTold(name, profile.name, profile.kind.value, body.decode()))
        return tuple(told)

    def begin(self, person: PersonId, ask: ImportAsk | ProposeAsk) -> Job:
        """A file to be checked, or to be proposed a profile for. It blocks. Raises NoFile, TooMany, Unavailable."""
        source = self.files.path(ask.sha256)
        if source is None:
            raise NoFile
        self._make_room()
        id_ = secrets.token_hex(12)
        folder = self._folder / id_
        try:
            (folder / "file").mkdir(parents=True)
            file = folder / "file" / lawful_name(ask.name)
            _same_file(source, file)
        except OSError as error:
            shutil.rmtree(folder, ignore_errors=True)
            raise Unavailable("disk_error", str(error)) from error
        job = Job(
            id=id_,
            task=CHECK if isinstance(ask, ImportAsk) else PROPOSE,  # type: ignore[arg-type]
            person=person,
            name=ask.name,
            sha256=ask.sha256,
            folder=folder,
            file=file,
            ask=ask,
        )
        with self._lock:
            self._jobs[id_] = job
        self._queue(job)
        return job

    def job(self, id_: str, person: PersonId) -> Job | None:
        """A job of this person."""
        with self._lock:
            job = self._jobs.get(id_)
        return job if job and job.person == person and not job.is_cancelled else None

    def told(self, job: Job) -> ImportTold:
        """What is said of it. It reads the report: it blocks."""
        with self._lock:
            state, step, since_ms = job.state, job.step, job.since_ms
            waiting = [one.id for one in self._jobs.values() if one.state == WAITING]
            before = waiting.index(job.id) if job.id in waiting else 0
            before += any(one.state == WORKING for one in self._jobs.values()) if state == WAITING else 0
            failure, is_again = job.failure, job.is_again
        report = NONE
        if state in (CHECKED, ENTERED) and job.task == CHECK:
            with contextlib.suppress(FileNotFoundError):  # put away meanwhile
                report = msgspec.Raw((job.folder / REPORT).read_bytes().strip())
        return ImportTold(
            id=job.id, task=job.task, state=state, name=job.name, sha256=job.sha256,
            kind=str(job.ask.kind), profile=job.profile, step=step, since_ms=since_ms, before=before,
            is_again=is_again, proposal=job.proposal, failure=failure, report=report,
        )  # fmt: skip

    @staticmethod
    def page(job: Job) -> Path | None:
        """The report as a page of its own, when there is one."""
        path = job.folder / PAGE
        return path if job.state in (CHECKED, ENTERED) and path.is_file() else None

    def enter(self, job: Job) -> None:
        """Begin to enter what was checked; it goes on whoever goes away. Raises NotReady."""
        with self._lock:
            if job.state in (ENTERING, ENTERED):
                return
            if job.task != CHECK or job.state != CHECKED or job.outcome != "pending":
                raise NotReady
            job.state, job.step, job.since_ms, job.failure = ENTERING, "", self._clock(), None  # type: ignore[assignment]
        task = asyncio.create_task(self._entered(job), name="entering")
        self._entering.add(task)
        task.add_done_callback(self._entering.discard)

    def drop(self, job: Job) -> bool:
        """Put away, or stop; False while it is being entered."""
        with self._lock:
            if job.state == ENTERING:
                return False
            job.is_cancelled = True
            is_working = job.state == WORKING
            self._jobs.pop(job.id, None)
        if not is_working:  # else the worker clears up when the process has ended
            self._clear(job)
        return True

    # -- the centre's own

    async def keep_tidy(self, every_s: float) -> None:
        """What is older than a day goes."""
        while True:
            await asyncio.to_thread(self.tidy)
            await asyncio.sleep(every_s)

    def tidy(self) -> None:
        """Files and jobs that nobody has come back for."""
        now_ms = self._clock()
        with self._lock:
            old = [
                job
                for job in self._jobs.values()
                if job.state in RESTING and job.since_ms + IMPORT_KEPT_MS < now_ms
            ]
        for job in old:
            self.drop(job)
        kept_bytes = 0
        for path, status in sorted(self._uploads(), key=lambda one: -one[1].st_mtime):
            kept_bytes += status.st_size
            if status.st_mtime * 1000 + IMPORT_KEPT_MS < now_ms or kept_bytes > IMPORT_FILES_BYTES:
                path.unlink(missing_ok=True)

    async def stop(self) -> None:
        """What is being entered is finished; nothing else is waited for."""
        self._is_closed = True
        if self._entering:
            await asyncio.gather(*self._entering, return_exceptions=True)

    def close(self) -> None:
        """Ends the checking process."""
        self._is_closed = True
        self._worker.shutdown(cancel_futures=True)

    # -- inside

    def _uploads(self) -> list[tuple[Path, os.stat_result]]:
        found = []
        for path in (self._paths.imports / "files").glob("*/*"):
            with contextlib.suppress(OSError):
                found.append((path, path.stat()))
        return found

    def _make_room(self) -> None:
        with self._lock:
            waiting = sum(job.state == WAITING for job in self._jobs.values())
            resting_ones = [job for job in self._jobs.values() if job.state in RESTING]
        if waiting >= IMPORTS_WAITING or self._is_closed:
            raise TooMany
        for job in sorted(resting_ones, key=lambda job: job.since_ms)[: len(resting_ones) - IMPORTS_KEPT + 1]:
            self.drop(job)

    def _queue(self, job: Job) -> None:
        with contextlib.suppress(RuntimeError):  # the centre is being closed
            self._worker.submit(self._work, job)

    def _clear(self, job: Job) -> None:
        """Nothing of it stays, except what has entered: a file of that may still wait for its place."""
        if job.state != ENTERED:
            self._clear_beside(job)
        shutil.rmtree(job.folder, ignore_errors=True)

    def _clear_beside(self, job: Job) -> None:
        if job.at_ms:
            for folder in (self._paths.root, self._paths.archive):
                for path in folder.glob(f"*{resting.MARK}{job.at_ms}-*"):
                    path.unlink(missing_ok=True)

    # -- checking; on the worker's thread

    def _work(self, job: Job) -> None:
        with self._lock:
            if job.is_cancelled or self._is_closed:
                return
            self._last_ms = max(self._clock(), self._last_ms + 1)
            job.at_ms = job.since_ms = self._last_ms  # names what is written beside: each its own
            job.state, job.step = WORKING, "starting"  # type: ignore[assignment]
        try:
            done = self._apart(job)
        except Exception as error:
            _LOG.exception("check_failed", id=job.id)
            done = _ended(type(error).__name__)
        if done is None:
            self._clear(job)
            return
        if done.failure is not None:
            self._clear_beside(job)
        with self._lock:
            job.step, job.since_ms = "", self._clock()
            job.profile, job.outcome, job.proposal = done.profile, done.outcome, done.proposal
            job.failure = done.failure
            job.state = FAILED if done.failure else CHECKED  # type: ignore[assignment]
        _LOG.info("import_checked", id=job.id, task=job.task, state=job.state, outcome=job.outcome)
        if self._is_gone(job):
            self._clear(job)

    def _is_gone(self, job: Job) -> bool:
        with self._lock:
            return job.id not in self._jobs

    def _apart(self, job: Job) -> Done | None:
        """What the process says; None where it is no longer wanted."""
        spawn = multiprocessing.get_context("spawn")
        ear, mouth = spawn.Pipe(duplex=False)
        process = spawn.Process(target=work_apart, args=(self._task(job), mouth), daemon=True)
        process.start()
        mouth.close()
        end_ms = job.at_ms + IMPORT_CHECK_S * 1000
        try:
            while True:
                if job.is_cancelled or self._is_closed:
                    return None
                if self._clock() > end_ms:
                    return _too_long()
                if not ear.poll(LOOK_S):
                    continue
                try:
                    heard = ear.recv()
                except EOFError:
                    process.join(5)
                    return _ended(f"exit {process.exitcode}")
                if not isinstance(heard, str):
                    process.join(5)
                    return heard  # type: ignore[no-any-return]
                with self._lock:
                    job.step, job.since_ms = heard, self._clock()
        finally:
            if process.is_alive():
                process.kill()
            process.join(5)
            ear.close()

    def _task(self, job: Job) -> Task:
        asked: dict[str, Any] = msgspec.structs.asdict(job.ask)
        wanted = {name: str(asked.get(name, "")) for name in ("kind", "profile", "text", "layer", "member")}
        return Task(
            task=job.task, root=self._paths.root, folder=job.folder, file=job.file, name=job.name,
            person=job.person, at_ms=job.at_ms, **wanted,
        )  # fmt: skip

    # -- entering; on the event loop

    async def _entered(self, job: Job) -> None:
        try:
            told = await self._take_in(job)
        except MovedOn as moved:
            _LOG.info("import_moved_on", id=job.id, key=str(moved.key))
            await asyncio.to_thread(self._clear_beside, job)
            with self._lock:
                job.state, job.is_again, job.outcome = WAITING, True, ""  # type: ignore[assignment]
            self._queue(job)
            return
        except Exception as error:
            if not isinstance(error, Unavailable | OSError):
                _LOG.exception("import_broke", id=job.id)
            failure = said("entering_failed", why=error)
            with self._lock:
                job.state, job.failure, job.since_ms = CHECKED, failure, self._clock()  # type: ignore[assignment]
            return
        try:
            await asyncio.to_thread(_tell_outcome, job.folder, told)
        except OSError:
            _LOG.exception("report_not_written", id=job.id)  # it has entered all the same
        with self._lock:
            job.state, job.outcome, job.since_ms = ENTERED, told["outcome"], self._clock()  # type: ignore[assignment]
        _LOG.info("import_entered", id=job.id, entries=told.get("entries", 0))
        self._after()

    async def _take_in(self, job: Job) -> dict[str, Any]:
        """What the report says in the end. Raises MovedOn, Unavailable, OSError; then nothing has entered."""
        head = await asyncio.to_thread(head_of, job.folder)
        if head.is_nothing_new:
            return {"outcome": "nothing_new"}
        entries = await self._store.take_in(parcel_in(job.folder, head))
        await asyncio.to_thread(self._take_places, head)
        return {
            "outcome": "entered",
            "entered_at": self._clock(),
            "delivery": head.delivery.id,
            "entries": entries,
            "content": head.delivery.content,
        }

    def _take_places(self, head: Spooled) -> None:
        for name in head.written:
            try:
                resting.take_place(self._paths.root / name, head.delivery.id)
            except OSError:
                # The ledger has it: the next start of the centre puts the file into its place.
                _LOG.exception("resting_file_waits", name=name)


def lawful_name(name: str) -> str:
    """What a file may be called here: no path, nothing a system would obey."""
    last = name.replace("\\", "/").rpartition("/")[2]
    bare = "".join(char if char.isprintable() and char not in '<>:"|?*' else "_" for char in last)
    bare = bare.strip(" .") or "file"
    stem, dot, suffix = bare.rpartition(".")
    if not dot:
        return bare[:NAME_CHARS]
    return f"{_short(stem, 150)}.{suffix[:10]}"


def _short(text: str, most_bytes: int) -> str:
    return text.encode()[:most_bytes].decode(errors="ignore")


def _same_file(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def _tell_outcome(folder: Path, told: dict[str, Any]) -> None:
    """The report and its page once more, with what became of it."""
    from server.imports.page import page_of
    from server.imports.report import write_durably, write_report

    report = msgspec.json.decode((folder / REPORT).read_bytes()) | told
    write_report(folder / REPORT, report)
    write_durably(folder / PAGE, page_of(report, (folder / WRONG).read_text("utf-8")).encode())


def _ended(why: str) -> Done:
    return Done(failure=said("check_died", why=why))


def _too_long() -> Done:
    return Done(failure=said("check_too_long", limit_s=IMPORT_CHECK_S))
