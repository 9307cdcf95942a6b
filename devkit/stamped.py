"""A folder of fetched files that is made when it is missing or made from something else, by one process at a time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from devkit.oneatatime import one_at_a_time
from devkit.places import VENV


def is_made(stamp: Path, wanted: str) -> bool:
    """Whether the folder's stamp is the wanted one."""
    try:
        return stamp.read_text(encoding="ascii") == wanted
    except OSError:
        return False


def ensure(stamp: Path, wanted: str, make: Callable[[], None]) -> None:
    """Makes the folder unless it is there; who comes meanwhile waits."""
    if is_made(stamp, wanted):
        return
    with one_at_a_time(VENV / f"{stamp.parent.name}.lock"):
        if not is_made(stamp, wanted):
            make()
