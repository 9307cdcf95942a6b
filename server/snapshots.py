"""Prebuilt files a new seat fetches first: the rows of its channels, the base map, the components, the archive.

A file's name is the hash of its compressed bytes, so a download can be resumed and never mixes two versions; the
list of them is signed. Rows are built in a worker and used again until they lag too far behind the ledger (the
seat fetches the rest as changes); what is far behind is built anew beside, while the last one is given out. A seat
waits for the first rows of its channels and for small files only; larger ones it is told of when they are there.
Nothing here is precious: the folder may be emptied.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import hashlib
import multiprocessing
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import apsw
import msgspec
import structlog
import zstandard

from casework.rows_file import schema_hash
from casework.sync.messages import Manifest, Snapshot
from server.limits import (
    CHUNK_BYTES,
    SNAPSHOT_BEHIND,
    SNAPSHOT_BEHIND_SHARE,
    SNAPSHOT_WAIT_BYTES,
    SNAPSHOTS_KEPT,
)
from server.paths import Paths
from server.signing import SigningKey
from server.store import Store, Unavailable, channel_name
from server.store.connection import refusal_of

_LOG = structlog.get_logger("snapshots")
SCHEMA = 1
LEVEL = 3
THREADS = 2
ROWS, COMPONENTS, BASE, ARCHIVE = "rows", "components", "base", "archive"
PUBLIC_CHANNEL = "everybody"
INDEX = "index.json"


class Built(msgspec.Struct, frozen=True):
    """A snapshot on disk. `stamp` tells one state of its source from another; `count` is how many rows it has."""

    snapshot: Snapshot
    path: Path
    stamp: tuple[int, ...] = ()
    count: int = 0


class Listed(msgspec.Struct, frozen=True):
    """What is written down for the centre's next start."""

    schema: str
    epoch: int
    built: tuple[Built, ...]


def compress(source: Path, folder: Path) -> tuple[str, Path, int]:
    """Compress a file into `folder` under the hash of the result; returns hash, path and size."""
    part = folder / f"part-{os.getpid()}-{threading.get_ident()}-{source.name}"
    digest = hashlib.sha256()
    size = 0
    packer = zstandard.ZstdCompressor(level=LEVEL, threads=THREADS)
    with source.open("rb") as plain, part.open("wb") as packed:
        for chunk in packer.read_to_iter(plain, read_size=CHUNK_BYTES):
            digest.update(chunk)
            packed.write(chunk)
            size += len(chunk)
    name = digest.hexdigest()
    path = folder / f"{name}.zst"
    part.replace(path)
    return name, path, size


class Snapshots:
    """What there is to fetch. One worker builds what seats wait for, another what they do not."""

    def __init__(self, paths: Paths, store: Store, key: SigningKey, clock: Callable[[], int]) -> None:
        self._paths = paths
        self._store = store
        self._key = key
        self._clock = clock
        self._worker = ThreadPoolExecutor(1, "snapshots")
        self._beside = ThreadPoolExecutor(
            2, "snapshots-beside"
        )  # an archive takes minutes, the others seconds
        self._rows: dict[str, list[Built]] = {}  # by the channels' name, the newest last
        self._fixed: dict[str, Built] = {}  # by dataset, archives by dataset and channels
        self._under_way: set[str] = set()
        self._lock = threading.Lock()
        self._is_closed = False

    async def manifest(self, channels: frozenset[str]) -> Manifest:
        """Everything a seat of these channels needs; builds what it must wait for. Raises Unavailable."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._worker, self._manifest, channels)

    def find(self, sha256: str, channels: frozenset[str]) -> Built | None:
        """The file of that hash, if these channels may have it."""
        own = channel_name(channels)
        with self._lock:
            fixed = [one for one in self._fixed.values() if one.snapshot.channel in (PUBLIC_CHANNEL, own)]
            built = [*fixed, *self._rows.get(own, ())]
        return next((one for one in built if one.snapshot.sha256 == sha256 and one.path.is_file()), None)

    def close(self) -> None:
        self._is_closed = True
        with self._lock:
            is_archiving = any(name.startswith(ARCHIVE) for name in self._under_way)
        if is_archiving:  # in a process of its own, for minutes; the next start begins it again
            for child in multiprocessing.active_children():
                child.terminate()
        for pool in (self._worker, self._beside):
            pool.shutdown(cancel_futures=True)

    def tidy(self) -> None:
        """Take up what an earlier run built and still holds; remove the rest."""
        kept = self._recalled()
        names = {one.path.name for one in kept}
        for path in self._paths.snapshots.glob("*"):
            if path.name not in names and path.name != INDEX:
                with contextlib.suppress(OSError):
                    path.unlink()
        for one in kept:
            if one.snapshot.dataset == ROWS:
                self._rows[one.snapshot.channel] = [one]
            else:
                self._fixed[self._name(one.snapshot.dataset, one.snapshot.channel)] = one

    def prepare(self) -> None:
        """Begin what the first seats will want, where an earlier run has not left it; nobody waits for it."""
        with contextlib.suppress(OSError):
            self._paths.snapshots.mkdir(exist_ok=True)
        for dataset, source in ((BASE, self._paths.base_map), (COMPONENTS, self._paths.components)):
            if source.is_file() and not self._known(dataset, source):
                self._later(dataset, partial(self._made, dataset, source))
        for name, kept in list(self._rows.items()):
            lag, most = self._lag(kept[-1])
            if lag > most // 2:
                self._later(self._name(ROWS, name), partial(self._build_rows, frozenset(name.split("+"))))

    # -- inside; on a worker

    def _manifest(self, channels: frozenset[str]) -> Manifest:
        try:
            self._paths.snapshots.mkdir(exist_ok=True)
            rows = self._row_file(channels)
            others = [
                self._fixed_file(BASE, self._paths.base_map),
                self._fixed_file(COMPONENTS, self._paths.components),
                self._archive(channels),
            ]
        except OSError as error:
            is_full = error.errno in (errno.ENOSPC, errno.EDQUOT)
            raise Unavailable("disk_full" if is_full else "disk_error", str(error)) from error
        except apsw.Error as error:
            raise refusal_of(error) from error
        mine = {BASE, COMPONENTS, self._name(ARCHIVE, channel_name(channels))}
        with self._lock:
            pending = tuple(sorted(name.partition(" ")[0] for name in self._under_way & mine))
        found = tuple(one.snapshot for one in (rows, *others) if one)
        return self._key.sign(Manifest(self._store.epoch, found, pending))

    @staticmethod
    def _name(dataset: str, channel: str) -> str:
        return dataset if channel == PUBLIC_CHANNEL else f"{dataset} {channel}"

    def _later(self, name: str, build: Callable[[], object]) -> None:
        """Builds beside, once at a time; what fails is logged and asked for again with the next list."""
        with self._lock:
            if name in self._under_way or self._is_closed:
                return
            self._under_way.add(name)

        def work() -> None:
            try:
                build()
            except Exception:
                _LOG.exception("snapshot_failed", name=name)
            finally:
                with self._lock:
                    self._under_way.discard(name)

        try:
            self._beside.submit(work)
        except RuntimeError:  # closed meanwhile
            with self._lock:
                self._under_way.discard(name)

    def _fixed_file(self, dataset: str, source: Path) -> Built | None:
        """A file made at the founding or by an import, compressed once for everybody."""
        if not source.is_file():
            return None
        known = self._known(dataset, source)
        if known is None and source.stat().st_size <= SNAPSHOT_WAIT_BYTES:
            return self._made(dataset, source)
        if known is None:
            self._later(dataset, lambda: self._made(dataset, source))
            with self._lock:
                known = self._fixed.get(dataset)  # the one before, while the newer one is made
        return known if known and known.path.is_file() else None

    def _known(self, dataset: str, source: Path) -> Built | None:
        """What was made of the file as it is now."""
        with self._lock:
            known = self._fixed.get(dataset)
        is_same = known is not None and known.stamp == _stamp(source) and known.path.is_file()
        return known if is_same else None

    def _made(self, dataset: str, source: Path) -> Built:
        through_seq = components_seq(source) if dataset == COMPONENTS else 0
        known = self._known(dataset, source)
        return known or self._pack(dataset, source, _stamp(source), PUBLIC_CHANNEL, through_seq)

    def _archive(self, channels: frozenset[str]) -> Built | None:
        """The closed cases of these channels, where there is an archive; nobody ever waits for its making."""
        if not (self._paths.archive / "cases.db").is_file():
            return None
        # Here, because a centre without an archive needs none of it.
        from server.archive import ship

        channel = channel_name(channels)
        name = self._name(ARCHIVE, channel)
        ready = ship.ready(self._paths, channels)
        with self._lock:
            known = self._fixed.get(name)
        if ready and known and known.stamp == _stamp(ready.path) and known.path.is_file():
            return known

        def build() -> None:
            made = ready.path if ready else ship.build_apart(self._paths, channels)
            facts = ship.facts_of(made)
            self._pack(ARCHIVE, made, _stamp(made), channel, facts.through_seq if facts else 0)

        self._later(name, build)
        return known if known and known.path.is_file() else None

    def _pack(
        self,
        dataset: str,
        source: Path,
        stamp: tuple[int, ...],
        channel: str = PUBLIC_CHANNEL,
        through_seq: int = 0,
    ) -> Built:
        sha256, path, size = compress(source, self._paths.snapshots)
        built = Built(Snapshot(dataset, channel, through_seq, sha256, size, SCHEMA), path, stamp)
        with self._lock:
            self._fixed[self._name(dataset, channel)] = built
        self._write_index()
        return built

    def _row_file(self, channels: frozenset[str]) -> Built:
        """The last one where it will do; a seat never waits for a newer one that it could do without."""
        name = channel_name(channels)
        with self._lock:
            kept = self._rows.get(name, [])
        if kept and kept[-1].path.is_file():
            lag, most = self._lag(kept[-1])
            if 0 <= lag < most:
                if lag > most // 2:
                    self._later(self._name(ROWS, name), lambda: self._build_rows(channels))
                return kept[-1]
        return self._build_rows(channels)

    def _lag(self, rows: Built) -> tuple[int, int]:
        """How many entries rows are behind, and how many they may be."""
        most = max(SNAPSHOT_BEHIND, rows.count // SNAPSHOT_BEHIND_SHARE)
        return self._store.head - rows.snapshot.through_seq, most

    def _build_rows(self, channels: frozenset[str]) -> Built:
        name = channel_name(channels)
        hashed = hashlib.sha256(name.encode()).hexdigest()[:16]
        plain = self._paths.snapshots / f"rows-{hashed}-{threading.get_ident()}.db"
        with self._lock:
            components = self._fixed.get(COMPONENTS)
        covered = components.snapshot.through_seq if components else 0
        began_s = time.monotonic()
        try:
            _, head = self._store.ship_rows(plain, channels, covered)
            rows = rows_in(plain)
            bytes_plain = plain.stat().st_size
            sha256, path, size = compress(plain, self._paths.snapshots)
        finally:
            plain.unlink(missing_ok=True)
        built = Built(Snapshot(ROWS, name, head, sha256, size, SCHEMA), path, (), rows)
        _LOG.info("rows_built", rows=rows, plain=bytes_plain, packed=size, s=time.monotonic() - began_s)
        self._keep_rows(name, built)
        self._write_index()
        return built

    def _keep_rows(self, name: str, built: Built) -> None:
        with self._lock:
            before = self._rows.get(name, [])
            self._rows[name] = [*(old for old in before if old.path != built.path), built][-SNAPSHOTS_KEPT:]
            wanted = {one.path for some in self._rows.values() for one in some}
        for old in before:
            if old.path not in wanted:
                old.path.unlink(missing_ok=True)

    # -- over a restart

    def _write_index(self) -> None:
        """The newest of each; best effort: without it everything is built again."""
        with self._lock:
            newest = [some[-1] for some in self._rows.values() if some]
            listed = Listed(schema_hash(), self._store.epoch, (*newest, *self._fixed.values()))
        part = self._paths.snapshots / f"part-{INDEX}-{threading.get_ident()}"
        with contextlib.suppress(OSError):
            part.write_bytes(msgspec.json.encode(listed, enc_hook=str))
            part.replace(self._paths.snapshots / INDEX)

    def _recalled(self) -> list[Built]:
        """What the index names, where it is still of this ledger and this program."""
        try:
            body = (self._paths.snapshots / INDEX).read_bytes()
            listed = msgspec.json.decode(body, type=Listed, dec_hook=lambda kind, text: kind(text))
        except (OSError, msgspec.DecodeError):
            return []
        if (listed.schema, listed.epoch) != (schema_hash(), self._store.epoch):
            return []
        return [
            one
            for one in listed.built
            if one.path.parent == self._paths.snapshots
            and one.path.is_file()
            and one.path.stat().st_size == one.snapshot.bytes
            and one.snapshot.through_seq <= self._store.head
        ]


def _stamp(path: Path) -> tuple[int, ...]:
    """One state of a file."""
    status = path.stat()
    return (status.st_mtime_ns, status.st_size)


def rows_in(path: Path) -> int:
    """About how many rows a shipped file has: what its size is judged by."""
    db = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
    try:
        tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return sum(int(db.execute(f'SELECT count(*) FROM "{name}"').get) for name in tables)
    finally:
        db.close(True)


def components_seq(path: Path) -> int:
    """Up to which entry the components' own changes are in a components.db; 0 where it does not say."""
    db = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
    try:
        found = db.execute("SELECT value FROM meta WHERE name = 'through_seq'").get
        return int(found or 0)
    except (apsw.SQLError, apsw.NotADBError, apsw.CorruptError, ValueError):
        return 0
    finally:
        db.close(True)
