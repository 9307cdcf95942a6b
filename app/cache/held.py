"""One program per seat's folder: two would take the same numbers. The system lets go however the program ends."""

from __future__ import annotations

import sys
from pathlib import Path


class FolderHeld(Exception):
    """Another seat already works in this folder."""


class Hold:
    """Held from its making until `release`."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._file = (folder / "seat.lock").open("a+b")
        try:
            if sys.platform == "win32":
                import msvcrt

                msvcrt.locking(self._file.fileno(), msvcrt.LK_NBLCK, 1)
            else:
                import fcntl

                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._file.close()
            raise FolderHeld(str(folder)) from error

    def release(self) -> None:
        """Harmless the second time."""
        self._file.close()
