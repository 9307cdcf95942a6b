"""A profile proposed from a file: what its columns look like, written as TOML with comments for a person to correct."""

from __future__ import annotations

from pathlib import Path

from server.imports.limits import LIMITS, Limits


def propose(path: Path, kind: str = "", limits: Limits = LIMITS) -> str:
    """The text of a profile; raises Unreadable. What could not be told is left as a comment."""
    raise NotImplementedError
