"""Prebuilt files a new seat fetches first: the rows of its channels, the components, the base map.

A file's name is the hash of its compressed bytes, so a download can be resumed and never mixes two versions.
Rows are built when asked for, in a worker, and used again until they lag too far behind the ledger; the seat
fetches the rest as changes. Nothing here is precious: the folder may be emptied.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import hashlib
import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import apsw
import msgspec
import zstandard

from casework.sync.messages import Manifest, Snapshot
from server.limits import CHUNK_BYTES, SNAPSHOT_BEHIND, SNAPSHOTS_KEPT
from server.paths import Paths
from server.store import Store, Unavailable, VisibleRow, channel_name
from server.store.connection import refusal_of

SCHEMA = 1
LEVEL = 3
ROWS = "rows"
PUBLIC_CHANNEL = "everybody"


class Built(msgspec.Struct, frozen=True):
    """A snapshot on disk and whom it is for."""

    snapshot: Snapshot
    path: Path


def compress(source: Path, folder: Path) -> tuple[str, Path, int]:
    """Compress a file into `folder` under the hash of the result; returns hash, path and size."""
    part = folder / f"part-{os.getpid()}-{source.name}"
    digest = hashlib.sha256()
    size = 0
    with source.open("rb") as plain, part.open("wb") as packed:
        for chunk in zstandard.ZstdCompressor(level=LEVEL).read_to_iter(plain, read_size=CHUNK_BYTES):
            digest.update(chunk)
            packed.write(chunk)
            size += len(chunk)
    name = digest.hexdigest()
    path = folder / f"{name}.zst"
    part.replace(path)
    return name, path, size


def write_rows(
    path: Path, epoch: int, head: int, channels: frozenset[str], rows: Iterable[VisibleRow]
) -> None:
    """The rows as one SQLite file with its own key, ready to be read or copied by the seat."""
    path.unlink(missing_ok=True)
    db = apsw.Connection(str(path))
    try:
        for pragma in ("journal_mode = off", "synchronous = off"):
            db.execute(f"PRAGMA {pragma}").get  # noqa: B018 - the row must be stepped over
        db.execute("BEGIN")
        db.execute("CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID")
        db.execute(
            """CREATE TABLE row (entity TEXT NOT NULL, key TEXT NOT NULL, ver INTEGER NOT NULL,
            seq INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY (entity, key))"""
        )
        facts = {"schema": SCHEMA, "epoch": epoch, "through_seq": head, "channels": channel_name(channels)}
        db.executemany(
            "INSERT INTO meta VALUES (?, ?)", [(name, str(value)) for name, value in facts.items()]
        )
        db.executemany("INSERT INTO row VALUES (?, ?, ?, ?, ?)", rows)
        db.execute("COMMIT")
    finally:
        db.close(True)


class Snapshots:
    """What there is to fetch; one worker builds, so that a morning's log-ins share the work."""

    def __init__(self, paths: Paths, store: Store) -> None:
        self._paths = paths
        self._store = store
        self._worker = ThreadPoolExecutor(1, "snapshots")
        self._rows: dict[frozenset[str], list[Built]] = {}
        self._fixed: dict[str, tuple[tuple[int, int], Built]] = {}

    async def manifest(self, channels: frozenset[str]) -> Manifest:
        """Everything a seat of these channels needs; builds what is missing. Raises Unavailable."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._worker, self._manifest, channels)

    def find(self, sha256: str, channels: frozenset[str]) -> Built | None:
        """The file of that hash, if these channels may have it."""
        built = [*(built for _, built in self._fixed.values()), *self._rows.get(channels, ())]
        return next((one for one in built if one.snapshot.sha256 == sha256 and one.path.is_file()), None)

    def close(self) -> None:
        self._worker.shutdown(cancel_futures=True)

    def tidy(self) -> None:
        """Remove what an earlier run left: its hashes are not known any more."""
        for path in self._paths.snapshots.glob("*"):
            with contextlib.suppress(OSError):
                path.unlink()

    def _manifest(self, channels: frozenset[str]) -> Manifest:
        try:
            self._paths.snapshots.mkdir(exist_ok=True)
            built = [
                self._fixed_file("components", self._paths.components),
                self._fixed_file("base", self._paths.base_map),
                self._row_file(channels),
            ]
        except OSError as error:
            is_full = error.errno in (errno.ENOSPC, errno.EDQUOT)
            raise Unavailable("disk_full" if is_full else "disk_error", str(error)) from error
        except apsw.Error as error:
            raise refusal_of(error) from error
        return Manifest(self._store.epoch, tuple(one.snapshot for one in built if one))

    def _fixed_file(self, dataset: str, source: Path) -> Built | None:
        """A file made at the founding or by an import, compressed once."""
        if not source.is_file():
            return None
        status = source.stat()
        stamp = (status.st_mtime_ns, status.st_size)
        known = self._fixed.get(dataset)
        if known is None or known[0] != stamp or not known[1].path.is_file():
            sha256, path, size = compress(source, self._paths.snapshots)
            known = (stamp, Built(Snapshot(dataset, PUBLIC_CHANNEL, 0, sha256, size, SCHEMA), path))
            self._fixed[dataset] = known
        return known[1]

    def _row_file(self, channels: frozenset[str]) -> Built:
        kept = self._rows.get(channels, [])
        if kept and kept[-1].path.is_file() and self._is_fresh(kept[-1].snapshot):
            return kept[-1]
        built = self._build_rows(channels)
        now = [*(old for old in kept if old.path != built.path), built][-SNAPSHOTS_KEPT:]
        self._rows[channels] = now
        wanted = {one.path for some in self._rows.values() for one in some}
        for old in kept:
            if old.path not in wanted:
                old.path.unlink(missing_ok=True)
        return built

    def _is_fresh(self, snapshot: Snapshot) -> bool:
        return self._store.head - snapshot.through_seq < SNAPSHOT_BEHIND

    def _build_rows(self, channels: frozenset[str]) -> Built:
        named = hashlib.sha256(channel_name(channels).encode()).hexdigest()[:16]
        plain = self._paths.snapshots / f"rows-{named}.db"

        def take(epoch: int, head: int, rows: Iterable[VisibleRow]) -> int:
            write_rows(plain, epoch, head, channels, rows)
            return head

        try:
            head = self._store.copy_rows(channels, take)
            sha256, path, size = compress(plain, self._paths.snapshots)
        finally:
            plain.unlink(missing_ok=True)
        return Built(Snapshot(ROWS, channel_name(channels), head, sha256, size, SCHEMA), path)
