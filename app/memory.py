"""What processes hold in memory, as the system tells: for the end of a walk through the demonstration.

Promises: one line, or nothing where the system does not say (Windows). Read from /proc and nothing kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

PROC = Path("/proc")
WEB_ENGINE = "QtWebEngine"
MB = 1024  # of the KiB the system counts in


def line_of(running: Sequence[tuple[str, int]], proc: Path = PROC) -> str:
    """ "memory: centre 310 MB (peak 350), seat 01 520 MB (peak 540), renderer 180 MB (peak 200), ...": resident, pages
    shared between processes counted in each of them."""
    parts = []
    for name, pid in running:
        parts += _told(name, _status(proc / str(pid)))
        for child in _children(pid, proc):
            status = _status(child)
            if status.get("Name", "").startswith(WEB_ENGINE):
                above = _status(proc / status.get("PPid", ""))
                # The web engine splits its renderers off a process that waits for just that.
                is_renderer = above.get("Name", "").startswith(WEB_ENGINE) or b"=renderer" in _words(child)
                parts += _told(f"{'renderer' if is_renderer else 'web helper'} of {name}", status)
    return f"memory: {', '.join(parts)}" if parts else ""


def _told(name: str, status: dict[str, str]) -> list[str]:
    now, most = (status.get(field, "").split() for field in ("VmRSS", "VmHWM"))
    return [f"{name} {int(now[0]) // MB} MB (peak {int(most[0]) // MB})"] if now and most else []


def _children(pid: int, proc: Path) -> list[Path]:
    """All processes below one, near and far."""
    below: dict[str, list[Path]] = {}
    for place in proc.glob("[0-9]*"):
        below.setdefault(_status(place).get("PPid", ""), []).append(place)
    found: list[Path] = []
    turn = [str(pid)]
    while turn:
        for place in sorted(below.get(turn.pop(), [])):
            found.append(place)
            turn.append(place.name)
    return found


def _status(place: Path) -> dict[str, str]:
    try:
        lines = (place / "status").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return {}
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def _words(place: Path) -> bytes:
    try:
        return (place / "cmdline").read_bytes()
    except OSError:
        return b""
