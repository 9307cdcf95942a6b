"""What a person has chosen at this seat: theme, language, the last centre and name. A file of JSON.

Promises: a damaged or foreign file is as if there were none; writing replaces it whole. No password is ever in it.
"""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

THEMES = ("dark", "light")
DENSITIES = ("compact", "standard", "wide")


class Settings(msgspec.Struct, frozen=True, omit_defaults=True):
    """ "" stands for "not chosen": the system's or the program's own is taken."""

    theme: str = ""
    language: str = ""
    density: str = ""
    centre: str = ""
    person: str = ""


def read(path: Path) -> Settings:
    """The settings, or none."""
    try:
        found = msgspec.json.decode(path.read_bytes(), type=Settings)
    except (OSError, msgspec.DecodeError):
        return Settings()
    theme = found.theme if found.theme in THEMES else ""
    density = found.density if found.density in DENSITIES else ""
    return msgspec.structs.replace(found, theme=theme, density=density)


def write(path: Path, settings: Settings) -> None:
    """Replaces the file; a disk that does not take it is no reason to stop working."""
    part = path.with_suffix(".part")
    try:
        part.write_bytes(msgspec.json.format(msgspec.json.encode(settings), indent=1) + b"\n")
        os.replace(part, path)
    except OSError:
        part.unlink(missing_ok=True)
