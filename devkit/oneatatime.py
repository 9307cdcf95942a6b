"""A lock between processes, so that two dev.py at once do not both build the environment.

Held by an open file: a killed process lets go by dying.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from devkit.places import IS_WINDOWS, say


def _try_lock(file: IO[str]) -> bool:
    try:
        if IS_WINDOWS:
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _wait_for_lock(file: IO[str]) -> None:
    if IS_WINDOWS:
        import msvcrt

        while True:
            try:
                # Gives up after ten seconds by itself.
                msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)  # type: ignore[attr-defined,unused-ignore]
                return
            except OSError:
                continue
    import fcntl

    fcntl.flock(file, fcntl.LOCK_EX)


@contextmanager
def one_at_a_time(path: Path) -> Iterator[None]:
    """Waits until no other process is inside a block with the same path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(os.fspath(path), "a+", encoding="ascii") as file:
        if not _try_lock(file):
            say("another dev.py is preparing the environment; waiting for it")
            _wait_for_lock(file)
        yield
