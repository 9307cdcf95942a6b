"""Where a seat's own files are: the user's data and settings folders, never the program's.

One folder per centre, so that a person who works for two cities has two seats. It creates the folders and decides
nothing about what lies in them.
"""

from __future__ import annotations

import re
from pathlib import Path

import platformdirs

APPLICATION = "gridseat"


def data_folder(centre: str, chosen: Path | None = None) -> Path:
    """The seat's data folder for a centre; `chosen` is what the command line says."""
    folder = chosen or _users() / "seats" / _name_of(centre)
    return _made(folder)


def demo_folder(chosen: Path | None = None) -> Path:
    """Where the demonstration city and its seats live."""
    return _made(chosen or _users() / "demo")


def settings_file() -> Path:
    """The person's settings."""
    folder = Path(platformdirs.user_config_dir(APPLICATION, appauthor=False))
    return _made(folder) / "settings.json"


def log_folder(data: Path) -> Path:
    """The logs lie with the data they are about."""
    return _made(data / "log")


def _users() -> Path:
    return Path(platformdirs.user_data_dir(APPLICATION, appauthor=False))


def _name_of(centre: str) -> str:
    """An address as a folder's name."""
    return re.sub(r"[^a-z0-9]+", "-", centre.lower().split("://")[-1]).strip("-") or "centre"


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder
