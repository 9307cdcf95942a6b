"""Photos and other files, by the hash of their bytes: put in pieces, checked, and only then there.

Promises: a blob that is there is whole, is what its name says, and is on disk. It does not look inside.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
from pathlib import Path

from server.limits import BLOB_BYTES, CHUNK_BYTES
from server.store import Unavailable

SHA256 = re.compile(r"[0-9a-f]{64}\Z")


class BlobFault(Exception):
    """The put was refused; `code` says why and `offset` where to go on."""

    def __init__(self, code: str, offset: int = 0) -> None:
        super().__init__(code)
        self.code = code
        self.offset = offset


class Blobs:
    """The folder of blobs. Its calls block: run them in a worker."""

    def __init__(self, folder: Path, most_bytes: int = BLOB_BYTES) -> None:
        self._folder = folder
        self._most_bytes = most_bytes

    def path(self, sha256: str) -> Path | None:
        """The whole blob, or None."""
        if not SHA256.match(sha256):
            return None
        path = self._folder / sha256[:2] / sha256
        return path if path.is_file() else None

    def offset(self, sha256: str) -> int:
        """How much of a blob that is not whole is there."""
        part = self._part(sha256)
        return part.stat().st_size if part.is_file() else 0

    def put(self, sha256: str, offset: int, body: bytes, total: int) -> bool:
        """Add bytes at `offset`; true when the blob is whole and on disk. Raises BlobFault, Unavailable."""
        if not SHA256.match(sha256) or offset < 0 or total < offset + len(body):
            raise BlobFault("bad_range")
        if total > self._most_bytes:
            raise BlobFault("too_long")
        if self.path(sha256) is not None:
            return True
        try:
            self._append(sha256, offset, body)
            return self._offset_is(sha256, total) and self._finish(sha256)
        except OSError as error:
            code = "disk_full" if error.errno in (errno.ENOSPC, errno.EDQUOT) else "disk_error"
            raise Unavailable(code, str(error)) from error

    def _part(self, sha256: str) -> Path:
        if not SHA256.match(sha256):
            raise BlobFault("bad_range")
        return self._folder / "part" / sha256

    def _offset_is(self, sha256: str, total: int) -> bool:
        return self.offset(sha256) == total

    def _append(self, sha256: str, offset: int, body: bytes) -> None:
        part = self._part(sha256)
        there = self.offset(sha256)
        if offset > there:
            raise BlobFault("gap", there)
        part.parent.mkdir(parents=True, exist_ok=True)
        # Bytes sent again overwrite themselves: the hash at the end decides.
        with part.open("r+b" if there else "wb") as file:
            file.seek(offset)
            file.write(body)
            file.truncate()
            file.flush()
            os.fsync(file.fileno())

    def _finish(self, sha256: str) -> bool:
        part = self._part(sha256)
        if digest(part) != sha256:
            part.unlink()
            raise BlobFault("hash_mismatch")
        path = self._folder / sha256[:2] / sha256
        path.parent.mkdir(exist_ok=True)
        part.replace(path)
        sync_folder(path.parent)
        return True


def digest(path: Path) -> str:
    """The hash of a file's bytes."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            found.update(chunk)
    return found.hexdigest()


def sync_folder(folder: Path) -> None:
    """Make a new name in `folder` durable, where the system can."""
    if os.name == "nt":
        return
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
