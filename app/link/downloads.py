"""One file on its way from the centre: kept, hashed and unpacked while it comes, gone on with where it stopped.

Promises: when the last byte has come little is left to be done; what is there at a break stays and is gone on with,
also after a restart; only a file that is whole and of its hash is handed over. It knows no dataset and shows nothing.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import zstandard

from app.link.client import CentreClient
from app.link.wire import Failure, Trouble
from casework.sync.messages import Snapshot

READ_BYTES = 4 * 2**20
BUFFER_BYTES = 8 * 2**20  # what may wait for the disk; beyond it the line waits
SYNC_BYTES = (
    32 * 2**20
)  # of a file that must outlive a loss of power: on the disk in steps, not all at the end


class _Broken(Exception):
    """What came is not what was announced."""


class Incoming:
    """The two files of one download. Every method blocks; one thread at a time."""

    def __init__(self, packed: Path, plain: Path, is_durable: bool) -> None:
        self._packed_path, self._plain_path = packed, plain
        self._is_durable = is_durable
        self._unsynced = 0
        self.size = 0
        self._packed = packed.open("a+b")
        self._plain = plain.open("wb")
        os.chmod(plain, 0o600)
        self._begin()

    def _begin(self) -> None:
        self._hash = hashlib.sha256()
        self._unpacker = zstandard.ZstdDecompressor().decompressobj()
        self.size = 0

    def take_up(self) -> int:
        """Reads what an earlier try has left; how much that is."""
        self._packed.seek(0)
        while piece := self._packed.read(READ_BYTES):
            self._digest(piece)
        return self.size

    def start_over(self) -> None:
        """What was there is of no use."""
        for file in (self._packed, self._plain):
            file.seek(0)
            file.truncate()
        self._begin()

    def feed(self, piece: bytes) -> None:
        """The next bytes. Raises OSError, ZstdError."""
        self._packed.write(piece)
        self._digest(piece)

    def _digest(self, piece: bytes) -> None:
        self._hash.update(piece)
        self.size += len(piece)
        plain = self._unpacker.decompress(piece)
        self._plain.write(plain)
        self._unsynced += len(plain)
        if self._is_durable and self._unsynced > SYNC_BYTES:
            self._sync()

    def _sync(self) -> None:
        self._plain.flush()
        os.fsync(self._plain.fileno())
        self._unsynced = 0

    def finish(self, sha256: str) -> bool:
        """Whether the file is whole and the one of that hash; the unpacked one is ready then."""
        if not self._unpacker.eof or self._hash.hexdigest() != sha256:
            return False
        if self._is_durable:
            self._sync()
        self.close()
        self._packed_path.unlink()
        return True

    def close(self) -> None:
        """Harmless the second time."""
        self._packed.close()
        self._plain.close()

    def drop(self) -> None:
        """Nothing of it is to be gone on with."""
        self.close()
        self._packed_path.unlink(missing_ok=True)
        self._plain_path.unlink(missing_ok=True)


async def download(
    client: CentreClient,
    snapshot: Snapshot,
    packed: Path,
    plain: Path,
    told: Callable[[int], None] | None = None,
    is_durable: bool = True,
) -> Failure | None:
    """A snapshot, unpacked into `plain`; None when it is there whole. Cancelled, it can be gone on with."""
    try:
        incoming = await asyncio.to_thread(Incoming, packed, plain, is_durable)
    except OSError as error:
        return Failure(Trouble.DISK, error.strerror or "")
    try:
        return await _download(client, snapshot, incoming, told)
    except OSError as error:
        return Failure(Trouble.DISK, error.strerror or "")
    except (zstandard.ZstdError, _Broken):
        await asyncio.to_thread(incoming.drop)
        return Failure(Trouble.GARBAGE, f"{snapshot.dataset} is not what its hash says")
    finally:
        incoming.close()


async def _download(
    client: CentreClient, snapshot: Snapshot, incoming: Incoming, told: Callable[[int], None] | None
) -> Failure | None:
    have = await asyncio.to_thread(incoming.take_up)
    if have > snapshot.bytes:
        raise _Broken
    if told:
        told(have)
    if have < snapshot.bytes:
        writing = _Writing(incoming)

        async def take(at: int, piece: bytes) -> None:
            if at == 0:
                await writing.start_over()
            await writing.take(piece)
            if told:
                told(at + len(piece))

        try:
            failure = await client.fetch(snapshot, have, take)
        finally:
            await writing.end()
        if failure:
            return failure
    if not await asyncio.to_thread(incoming.finish, snapshot.sha256):
        raise _Broken
    return None


class _Writing:
    """Pieces on their way to the worker, so that the line is not kept waiting by the disk nor the loop by either."""

    def __init__(self, incoming: Incoming) -> None:
        self._incoming = incoming
        self._waiting: list[bytes] = []
        self._size = 0
        self._work: asyncio.Future[None] | None = None

    async def take(self, piece: bytes) -> None:
        self._waiting.append(piece)
        self._size += len(piece)
        if self._work is not None and not self._work.done():
            if self._size < BUFFER_BYTES:
                return
            await asyncio.shield(self._work)
        self._write()

    def _write(self) -> None:
        if self._work is not None:
            self._work.result()  # what went wrong there is raised here
        pieces, self._waiting, self._size = b"".join(self._waiting), [], 0
        loop = asyncio.get_running_loop()
        self._work = loop.run_in_executor(None, self._incoming.feed, pieces)

    async def start_over(self) -> None:
        await self.end()
        if self._incoming.size:
            await asyncio.to_thread(self._incoming.start_over)

    async def end(self) -> None:
        """Everything that came is written, also when the download has been called off."""
        if self._work is not None:
            await asyncio.shield(self._work)
        if self._waiting:
            self._write()
            assert self._work is not None
            await asyncio.shield(self._work)
