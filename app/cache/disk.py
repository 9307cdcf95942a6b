"""What can go wrong with a seat's own disk, as two exceptions that both files raise alike.

Whoever catches them keeps what could not be written and tries again: nothing is lost while the process lives.
"""

from __future__ import annotations

import os
from pathlib import Path


class DiskFull(Exception):
    """There is no room for what was to be written; nothing of it was written."""


class DiskFailed(Exception):
    """The disk answered with an error. The connection has been opened anew; what was to be written was not."""


def only_mine(path: Path) -> None:
    """Makes a file with mode 0600 where there is none yet, so that it is never wider open for a moment."""
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    os.chmod(path, 0o600)
