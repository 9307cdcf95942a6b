"""Photos by the hash of their bytes, kept in the seat's folder for as long as there is room; the oldest go first.

Promises: what `get` gives is what its name says, whatever happened to the disk meanwhile; a file appears under its
name only when it is whole; all of them together stay within the bound. Nothing here is precious: the folder may be
thrown away. May be used from several threads. Does not fetch, and does not look inside.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import threading
from collections import OrderedDict
from pathlib import Path

from app.cache.disk import DiskFailed, DiskFull
from casework.limits import PHOTO_BYTES, PHOTO_CACHE_BYTES

_SHA256 = re.compile(r"[0-9a-f]{64}\Z")
_PART = ".part"


class NotThatPhoto(Exception):
    """The bytes are not what their name says, or too many."""


def is_name(sha256: str) -> bool:
    """Whether it can be a photo's name at all: rows come from elsewhere."""
    return bool(_SHA256.match(sha256))


class PhotoCache:
    """The folder of one seat."""

    def __init__(self, folder: Path, most_bytes: int = PHOTO_CACHE_BYTES) -> None:
        self._folder = folder
        self._most_bytes = most_bytes
        self._lock = threading.Lock()
        # Name -> bytes, the one longest unused first; read from the folder when it is first needed.
        self._sizes: OrderedDict[str, int] | None = None
        self._total = 0

    def get(self, sha256: str) -> bytes | None:
        """The photo, where it is here and whole."""
        if not is_name(sha256):
            return None
        path = self._path(sha256)
        try:
            if path.stat().st_size > PHOTO_BYTES:
                raise NotThatPhoto
            body = path.read_bytes()
            if hashlib.sha256(body).hexdigest() != sha256:
                raise NotThatPhoto
        except OSError:
            return None
        except NotThatPhoto:
            self._drop(sha256)
            return None
        self._use(sha256)
        return body

    def has(self, sha256: str) -> bool:
        """Whether there is a file of that name; `get` says whether it is whole."""
        return is_name(sha256) and self._path(sha256).is_file()

    def put(self, sha256: str, body: bytes) -> None:
        """Keeps a photo; raises NotThatPhoto, DiskFull, DiskFailed, and keeps nothing then."""
        if not is_name(sha256) or len(body) > min(PHOTO_BYTES, self._most_bytes):
            raise NotThatPhoto(sha256)
        if hashlib.sha256(body).hexdigest() != sha256:
            raise NotThatPhoto(sha256)
        with self._lock:
            try:
                self._write(self._path(sha256), body)
            except OSError as error:
                full = error.errno in (errno.ENOSPC, errno.EDQUOT)
                raise (DiskFull if full else DiskFailed)(error.strerror or "") from error
            self._note(sha256, len(body))
            self._make_room()

    def total_bytes(self) -> int:
        """How much is kept."""
        with self._lock:
            self._known()
            return self._total

    # -- inside

    def _path(self, sha256: str) -> Path:
        return self._folder / sha256[:2] / sha256

    def _write(self, path: Path, body: bytes) -> None:
        """Beside, then in place: a crash leaves a whole file or none. Not synced: a lost one is fetched again."""
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(path.name + _PART)
        try:
            handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(body)
            os.replace(part, path)
        except OSError:
            with contextlib.suppress(OSError):
                part.unlink()
            raise

    def _use(self, sha256: str) -> None:
        """It was looked at: it goes later than the others."""
        with contextlib.suppress(OSError):
            os.utime(self._path(sha256))
        with self._lock:
            if self._sizes is not None and sha256 in self._sizes:
                self._sizes.move_to_end(sha256)

    def _drop(self, sha256: str) -> None:
        with self._lock:
            with contextlib.suppress(OSError):
                self._path(sha256).unlink()
            self._total -= self._known().pop(sha256, 0)

    def _note(self, sha256: str, size: int) -> None:
        sizes = self._known()
        self._total += size - sizes.pop(sha256, 0)
        sizes[sha256] = size

    def _make_room(self) -> None:
        sizes = self._known()
        for sha256 in list(sizes)[:-1]:  # never the one just put
            if self._total <= self._most_bytes:
                return
            with contextlib.suppress(OSError):  # one that is being read may not go now on every system
                self._path(sha256).unlink(missing_ok=True)
                self._total -= sizes.pop(sha256)

    def _known(self) -> OrderedDict[str, int]:
        """What lies in the folder, the longest unused first. What a crash left half-written goes."""
        if self._sizes is None:
            found: list[tuple[int, str, int]] = []
            for path in self._folder.glob("*/*"):
                with contextlib.suppress(OSError):
                    if is_name(path.name):
                        stat = path.stat()
                        found.append((stat.st_mtime_ns, path.name, stat.st_size))
                    elif path.name.endswith(_PART):
                        path.unlink()
            self._sizes = OrderedDict((name, size) for _, name, size in sorted(found))
            self._total = sum(self._sizes.values())
        return self._sizes
