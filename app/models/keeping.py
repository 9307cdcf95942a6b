"""Performing a command where the seat itself may be unable to keep it: a full outbox or a full disk is an answer.

Whoever performs through `keep` loses nothing on such a day: what was typed is still in its field and its draft.
"""

from __future__ import annotations

import enum
from typing import Any

from app.cache.disk import DiskFailed, DiskFull
from casework.command import Command
from casework.sync.seat import OutboxFull


class NotKept(enum.StrEnum):
    """Why a command is not on this seat's disk."""

    OUTBOX_FULL = "outbox_full"
    DISK_FULL = "disk_full"


def keep(session: Any, command: Command) -> str | NotKept:
    """The command's id once it is durable, or why it is not (a `NotKept`; ids are plain text)."""
    try:
        return str(session.perform(command))
    except OutboxFull:
        return NotKept.OUTBOX_FULL
    except (DiskFull, DiskFailed):
        return NotKept.DISK_FULL
