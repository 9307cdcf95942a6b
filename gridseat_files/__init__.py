"""Where the read-only files that ship are: resources/ and data/.

One function, three homes: a checkout (beside the packages), a wheel (inside this package) and a frozen build
(inside PyInstaller's folder). It promises a path that exists or says what is missing; it never writes, and it
knows nothing of a user's own folders.
"""

from __future__ import annotations

import sys
from pathlib import Path

__all__ = ["find"]


def _homes() -> list[Path]:
    here = Path(__file__).resolve().parent
    frozen = getattr(sys, "_MEIPASS", None)
    # A frozen build first: there __file__ may lie inside an archive.
    return [Path(frozen), here] if frozen else [here, here.parent]


def find(relative: str) -> Path:
    """The file or folder `relative`, e.g. "resources/web" or "data/README.md".

    Raises ValueError for a path outside resources/ and data/, FileNotFoundError where it did not ship.
    """
    parts = relative.replace("\\", "/").split("/")
    if parts[0] not in ("resources", "data") or ".." in parts:
        raise ValueError(f"not below resources/ or data/: {relative}")
    for home in _homes():
        path = home.joinpath(*parts)
        if path.exists():
            return path
    raise FileNotFoundError(f"{relative} did not ship; looked in {', '.join(str(home) for home in _homes())}")
