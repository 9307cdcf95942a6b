"""The first fetch: rows as one prebuilt file, then the components and the base map, each replaced whole.

Promises: the queue can be worked with as soon as the rows are in, whatever the size of the rest; an interrupted
download goes on where it stopped, also after a restart; a file appears under its name only when it is whole and
of its hash. Rows are loaded in short turns, so that the operator's deeds are not kept waiting. Where there is no
snapshot the caller fetches pages instead.
"""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import structlog
import zstandard

from app.cache import snapshot as rows_file
from app.cache.disk import DiskFailed, DiskFull
from app.link.client import CentreClient
from app.link.core import Core
from app.link.wire import Failure, Trouble
from casework.sync.messages import Snapshot, WireError

_LOG = structlog.get_logger("bootstrap")
SCHEMA = 1
DATASETS = ("components", "base")
ROWS_SHARE = 2  # of the progress shown: half for the download, half for the loading
TURN_S = 0.008


class Overtaken(Exception):
    """The rows were dropped while they were being loaded."""


class Bootstrap:
    """Fetches into the seat's folder; `incoming/` holds what is not whole yet."""

    def __init__(self, core: Core, client: CentreClient, folder: Path) -> None:
        self._core = core
        self._client = client
        self._folder = folder
        self._incoming = folder / "incoming"

    async def rows(self) -> Failure | None:
        """Replaces the cached rows by the newest snapshot; None when they are in."""
        found = await self._find("rows")
        if isinstance(found, Failure):
            return found
        self._core.note_fetching("rows", 0, found.bytes * ROWS_SHARE)
        try:
            plain = await self._unpacked(found)
            if isinstance(plain, Failure):
                return plain
            return await self._load(found, plain)
        finally:
            self._core.note_fetching("rows", 0, 0)

    async def dataset(self, name: str) -> Failure | None:
        """Fetches components or base map where the centre has another one; None when ours is the centre's."""
        found = await self._find(name)
        if isinstance(found, Failure):
            return found
        if self._core.seat_db.meta(f"dataset:{name}") == found.sha256 and self._path(name).exists():
            return None
        self._core.note_fetching(name, 0, found.bytes)
        try:
            plain = await self._unpacked(found)
            if isinstance(plain, Failure):
                return plain
            await asyncio.to_thread(os.replace, plain, self._path(name))
            self._core.seat_db.put_meta({f"dataset:{name}": found.sha256})
        except (OSError, DiskFull, DiskFailed) as error:
            return Failure(Trouble.DISK, type(error).__name__)
        finally:
            self._core.note_fetching(name, 0, 0)
        self._core.note_dataset(name)
        return None

    def _path(self, dataset: str) -> Path:
        return self._folder / f"{dataset}.db"

    async def _find(self, dataset: str) -> Snapshot | Failure:
        manifest = await self._client.manifest()
        if isinstance(manifest, Failure):
            return manifest
        if manifest.epoch != self._core.side.epoch:
            return Failure(Trouble.EPOCH, "the snapshot is of another epoch")
        for found in manifest.snapshots:
            if found.dataset == dataset and found.schema == SCHEMA and found.encoding == "zstd":
                return found
        return Failure(Trouble.NOT_FOUND, f"no {dataset}")

    async def _unpacked(self, found: Snapshot) -> Path | Failure:
        """The file, fetched, checked and unpacked."""
        packed = self._incoming / f"{found.sha256}.zst"
        try:
            await asyncio.to_thread(_clear, self._incoming, packed.name)
            share = ROWS_SHARE if found.dataset == "rows" else 1
            failure = await self._client.download(
                found,
                packed,
                lambda done: self._core.note_fetching(found.dataset, done, found.bytes * share),
            )
            if failure:
                return failure
            plain = self._incoming / f"{found.dataset}.db"
            await asyncio.to_thread(_unpack, packed, plain)
            await asyncio.to_thread(packed.unlink)
        except OSError as error:
            return Failure(Trouble.DISK, error.strerror or "")
        except zstandard.ZstdError:
            await asyncio.to_thread(packed.unlink, missing_ok=True)
            return Failure(Trouble.GARBAGE, f"{found.dataset} does not unpack")
        return plain

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
                share = found.bytes * (total + done) // max(1, total)
                self._core.note_fetching(
                    "rows", min(share, found.bytes * ROWS_SHARE - 1), found.bytes * ROWS_SHARE
                )
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


def _clear(folder: Path, wanted: str) -> None:
    """Only the download that is to be gone on with stays."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.iterdir():
        if path.name != wanted and path.suffix == ".zst" and path.stat().st_mtime_ns < _hours_ago_ns(folder):
            path.unlink()


def _hours_ago_ns(folder: Path) -> int:
    """A day before the folder was last touched: no clock is asked."""
    return folder.stat().st_mtime_ns - 86_400 * 10**9


def _unpack(packed: Path, plain: Path) -> None:
    with packed.open("rb") as source, plain.open("wb") as target:
        zstandard.ZstdDecompressor().copy_stream(source, target)
        target.flush()
        os.fsync(target.fileno())
    os.chmod(plain, 0o600)
