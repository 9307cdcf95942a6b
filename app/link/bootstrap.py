"""The files of the centre: the rows as one prebuilt file, then base map, components and archive, each replaced whole.

Promises: the queue can be worked with as soon as the rows are in, whatever the size of the rest; an interrupted
download goes on where it stopped, also after a restart; a file counts only when it is listed under the signature of
the centre this seat knows, whole and of its hash. Rows in this program's layout are taken over as they lie; others
are loaded in short turns, so that the operator's deeds are not kept waiting. Where there is no snapshot the caller
fetches pages instead. What a person has stopped stays stopped until they want it again.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Collection
from pathlib import Path

import structlog

from app.cache import snapshot as rows_file
from app.cache.disk import DiskFailed, DiskFull
from app.cache.seal import is_sealed
from app.link.client import CentreClient
from app.link.core import Core
from app.link.downloads import download
from app.link.nearer import LEAST_BEHIND, LINE_BYTES_S, choice
from app.link.view import Coming
from app.link.wire import Failure, Trouble
from casework.sync.messages import DATASETS, Manifest, Snapshot, WireError

_LOG = structlog.get_logger("bootstrap")
SCHEMA = 1
ROWS = "rows"
COMPONENTS = "components"
FILES = tuple(name for name in DATASETS if name != ROWS)
STOPPABLE = frozenset({COMPONENTS, "archive"})
TURN_S = 0.008
RATE_BYTES = 1_000_000  # from here on a download says something about the line
STOPPED, KEY, LINE = "stopped:", "centre_key", "line_bytes_s"  # names in seat.db's meta


class Overtaken(Exception):
    """The rows were dropped while they were being loaded."""


class Bootstrap:
    """Fetches into the seat's folder; `incoming/` holds what is not whole yet."""

    def __init__(self, core: Core, client: CentreClient, folder: Path) -> None:
        self._core = core
        self._client = client
        self._folder = folder
        self._incoming = folder / "incoming"
        self._current: tuple[str, asyncio.Task[Failure | None]] | None = None
        self.wishes = asyncio.Event()  # a person wants something else than before

    # -- whom the seat believes

    def pin(self, key: str) -> None:
        """The centre's key, from its first log-in here; another one later changes nothing."""
        if key and not self._core.seat_db.meta(KEY):
            with contextlib.suppress(DiskFull, DiskFailed):  # then the next log-in does it
                self._core.seat_db.put_meta({KEY: key})

    async def _manifest(self) -> Manifest | Failure:
        manifest = await self._client.manifest()
        if isinstance(manifest, Failure):
            return manifest
        if manifest.epoch != self._core.side.epoch:
            return Failure(Trouble.EPOCH, "the snapshot is of another epoch")
        is_known = await asyncio.to_thread(is_sealed, manifest, self._core.seat_db.meta(KEY))
        self._core.note_sealed(is_known)
        if not is_known:
            _LOG.error("files_refused", key=manifest.key)
            return Failure(Trouble.UNSEALED, "another key or a bad signature")
        return manifest

    async def _find(self, dataset: str) -> Snapshot | Failure:
        manifest = await self._manifest()
        if isinstance(manifest, Failure):
            return manifest
        return _listed(manifest, dataset) or Failure(Trouble.NOT_FOUND, f"no {dataset}")

    # -- rows

    async def is_file_nearer(self, behind: int) -> bool:
        """Whether the prebuilt rows are the quicker way to the present, for a seat so many entries behind."""
        if behind <= LEAST_BEHIND:
            return False
        found = await self._find(ROWS)
        if isinstance(found, Failure):
            return False
        head = self._core.side.head
        measured = self._core.seat_db.meta(LINE)
        line_bytes_s = float(measured) if measured.isdecimal() else LINE_BYTES_S
        chosen = choice(behind, max(0, head - found.through_seq), found.bytes, line_bytes_s)
        _LOG.info("far_behind", behind=behind, changes_s=chosen.changes_s, file_s=chosen.file_s)
        return chosen.is_file_nearer

    async def rows(self) -> Failure | None:
        """Replaces the cached rows by the newest snapshot; None when they are in."""
        found = await self._find(ROWS)
        if isinstance(found, Failure):
            return found
        self._core.note_fetching(ROWS, 0, found.bytes)
        has_come = False
        try:
            # Not made durable: after a loss of power the cache is looked through, and fetched again where in doubt.
            plain = await self._unpacked(found, is_durable=False)
            if isinstance(plain, Failure):
                return plain
            failure = await self._take_over(found, plain)
            has_come = failure is None
            return failure
        finally:
            self._core.end_fetching(ROWS, has_come)

    async def _take_over(self, found: Snapshot, plain: Path) -> Failure | None:
        """The file as it lies, where it is of this program's layout; else its rows."""
        rows = self._core.rows
        generation = rows.generation
        try:
            facts = await asyncio.to_thread(rows_file.facts_of, plain)
        except rows_file.UnreadableSnapshot:
            return await self._load(found, plain)
        if rows.generation != generation:
            return Failure(Trouble.EPOCH, "the rows were dropped meanwhile")
        is_same = facts.cursor == found.through_seq
        if is_same and facts.fits(self._core.side.epoch, rows.channels):
            try:
                self._core.adopt_file(plain, found.through_seq)
            except DiskFailed:
                _LOG.warning("rows_not_replaceable")
            else:
                _LOG.info("rows_adopted", through_seq=found.through_seq)
                return None
        return await self._load(found, plain)

    async def _load(self, found: Snapshot, plain: Path) -> Failure | None:
        rows = self._core.rows
        generation = rows.generation
        loop = asyncio.get_running_loop()
        try:
            total = await asyncio.to_thread(rows_file.count, plain)
            done = 0
            rows.begin_load()
            began_s = loop.time()
            for records in rows_file.batches(plain):
                if rows.generation != generation:
                    raise Overtaken
                rows.load(records)
                done += len(records)
                self._core.note_fetching(ROWS, done, total, Coming.IS_READ_IN)
                if loop.time() - began_s > TURN_S:
                    await asyncio.sleep(0)
                    began_s = loop.time()
            if rows.generation != generation:
                raise Overtaken
            rows.finish_load(self._core.side.epoch, found.through_seq, self._core.now_ms())
        except (rows_file.UnreadableSnapshot, WireError, ValueError) as error:
            rows.abandon_load()
            return Failure(Trouble.GARBAGE, type(error).__name__)
        except (DiskFull, DiskFailed) as error:
            rows.abandon_load()
            return Failure(Trouble.DISK, type(error).__name__)
        except Overtaken:
            return Failure(Trouble.EPOCH, "the rows were dropped meanwhile")
        except asyncio.CancelledError:
            rows.abandon_load()
            raise
        _LOG.info("rows_loaded", rows=done, through_seq=found.through_seq)
        await asyncio.to_thread(plain.unlink)
        self._core.adopt(found.through_seq)
        return None

    # -- the other files

    async def files(self) -> tuple[Failure | None, bool]:
        """Fetches every file of which the centre has another one; why one is missing, and whether more is coming."""
        self.wishes.clear()
        self._drop_covered()  # rows may have come anew since
        manifest = await self._manifest()
        if isinstance(manifest, Failure):
            return manifest, False
        wanted = [found for name in FILES if (found := _listed(manifest, name)) and not self._has(found)]
        self._announce(wanted)
        for found in wanted:
            if not self._is_stopped(found.dataset):
                failure = await self._dataset(found)
                if failure:
                    self._announce(wanted)  # they wait for the line now
                    return failure, False
        return None, bool(manifest.pending)

    def _announce(self, wanted: Collection[Snapshot]) -> None:
        """What is wanted is shown before the first byte of it, so that the whole never grows under way."""
        for name in {name for name in FILES if self._core.errand.get(name)} - {one.dataset for one in wanted}:
            self._core.end_fetching(name, has_come=False)
        for found in wanted:
            if self._has(found):
                continue
            have = _size(self._packed(found))
            coming = Coming.STOPPED if self._is_stopped(found.dataset) else Coming.WAITS
            self._core.note_fetching(found.dataset, min(have, found.bytes - 1), found.bytes, coming)

    async def _dataset(self, found: Snapshot) -> Failure | None:
        """One file, unless a person stops it on its way."""
        task = asyncio.create_task(self._replaced(found), name=f"file {found.dataset}")
        self._current = (found.dataset, task)
        try:
            return await task
        except asyncio.CancelledError:
            own = asyncio.current_task()
            if own is None or not own.cancelling():
                return None  # a person has stopped this one, the next one may come
            await asyncio.gather(task, return_exceptions=True)
            raise
        finally:
            self._current = None

    async def _replaced(self, found: Snapshot) -> Failure | None:
        name = found.dataset
        self._core.note_fetching(name, min(_size(self._packed(found)), found.bytes - 1), found.bytes)
        plain = await self._unpacked(found)
        if isinstance(plain, Failure):
            return plain
        try:
            await asyncio.to_thread(os.replace, plain, self._path(name))
            self._core.seat_db.put_meta(
                {f"dataset:{name}": found.sha256, f"seq:{name}": str(found.through_seq)}
            )
        except (OSError, DiskFull, DiskFailed) as error:
            return Failure(Trouble.DISK, type(error).__name__)
        self._drop_covered()
        self._core.end_fetching(name, has_come=True)
        self._core.note_dataset(name)
        return None

    def _drop_covered(self) -> None:
        """Changed components that the file has by now count no more."""
        self._core.drop_covered(int(self._core.seat_db.meta(f"seq:{COMPONENTS}") or 0))

    # -- what a person wishes

    def stop(self, dataset: str) -> None:
        """Not now: what has come of it is kept."""
        if dataset not in STOPPABLE or self._is_stopped(dataset):
            return
        self._core.seat_db.put_meta({STOPPED + dataset: "1"})
        one = self._core.errand.get(dataset)
        if one:
            self._core.note_fetching(dataset, one.done, one.total, Coming.STOPPED)
        if self._current and self._current[0] == dataset:
            self._current[1].cancel()

    def resume(self, dataset: str) -> None:
        """Go on with it."""
        if self._is_stopped(dataset):
            self._core.seat_db.put_meta({STOPPED + dataset: ""})
            one = self._core.errand.get(dataset)
            if one:
                self._core.note_fetching(dataset, one.done, one.total, Coming.WAITS)
            self.wishes.set()

    # -- inside

    def _is_stopped(self, dataset: str) -> bool:
        return bool(self._core.seat_db.meta(STOPPED + dataset))

    def _has(self, found: Snapshot) -> bool:
        is_same = self._core.seat_db.meta(f"dataset:{found.dataset}") == found.sha256
        return is_same and self._path(found.dataset).exists()

    def _path(self, dataset: str) -> Path:
        return self._folder / f"{dataset}.db"

    def _packed(self, found: Snapshot) -> Path:
        return self._incoming / f"{found.sha256}.zst"

    async def _unpacked(self, found: Snapshot, is_durable: bool = True) -> Path | Failure:
        """The file, fetched, checked and unpacked."""
        packed, plain = self._packed(found), self._incoming / f"{found.dataset}.db"
        loop = asyncio.get_running_loop()
        try:
            await asyncio.to_thread(_clear, self._incoming, packed.name)
        except OSError as error:
            return Failure(Trouble.DISK, error.strerror or "")
        began_s, first = loop.time(), -1

        def told(done: int) -> None:
            nonlocal first
            first = done if first < 0 else first
            # Never all of it before it has been checked: what is shown as there is there.
            self._core.note_fetching(found.dataset, min(done, found.bytes - 1), found.bytes)

        failure = await download(self._client, found, packed, plain, told, is_durable)
        if failure:
            return failure
        if found.bytes - first >= RATE_BYTES:
            rate = (found.bytes - first) / max(loop.time() - began_s, 0.001)
            with contextlib.suppress(DiskFull, DiskFailed):
                self._core.seat_db.put_meta({LINE: str(round(rate))})
        return plain


def _listed(manifest: Manifest, dataset: str) -> Snapshot | None:
    """The file of that name, where this program can read it."""
    return next(
        (
            found
            for found in manifest.snapshots
            if found.dataset == dataset and found.schema == SCHEMA and found.encoding == "zstd"
        ),
        None,
    )


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _clear(folder: Path, wanted: str) -> None:
    """Only the download that is to be gone on with stays."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.iterdir():
        if path.name != wanted and path.suffix == ".zst" and path.stat().st_mtime_ns < _hours_ago_ns(folder):
            path.unlink()


def _hours_ago_ns(folder: Path) -> int:
    """A day before the folder was last touched: no clock is asked."""
    return folder.stat().st_mtime_ns - 86_400 * 10**9
