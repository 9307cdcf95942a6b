"""What a seat's screens may know of the link and of its own unsent things: immutable values, no sentence."""

from __future__ import annotations

import enum
from typing import Any

import msgspec

from casework.command import Command
from casework.refusal import Refusal


class Lamp(enum.StrEnum):
    """The honest connection lamp, by the age of the last end-to-end heartbeat."""

    LIVE = "live"
    LATE = "late"
    OFFLINE = "offline"
    RESYNCING = "resyncing"


class Fault(enum.StrEnum):
    """Why the link or the seat's disk does not do what it should; the seat keeps working where it can."""

    NONE = ""
    UNREACHABLE = "unreachable"
    WRONG_PASSWORD = "wrong_password"
    SIGNED_OUT = "signed_out"  # the session ended: log in again
    CENTRE_ERROR = "centre_error"
    UPGRADE = "upgrade"  # seat and centre speak different versions
    DISK_FULL = "disk_full"
    CACHE_REBUILT = "cache_rebuilt"
    UNSEALED = (
        "unsealed"  # the centre's files carry another signature than that of the centre this seat knows
    )


class LinkStatus(msgspec.Struct, frozen=True):
    """`heard_ms` is when the centre was last heard (seat's monotonic-corrected centre time), 0 = never.

    `done` of `total` counts what is being caught up with (changes to fetch, or commands to send).
    """

    lamp: Lamp = Lamp.OFFLINE
    heard_ms: int = 0
    age_ms: int = 0
    since_ms: int = 0  # since when the lamp is as it is, centre time
    waiting: int = 0  # commands not yet acknowledged
    refused: int = 0
    done: int = 0
    total: int = 0
    as_of_ms: int = 0  # the rows are those of this moment
    clock_offset_ms: int = 0  # centre minus seat
    fault: Fault = Fault.NONE
    numbers_left: int = 0


class OutboxState(enum.StrEnum):
    """A command's way out. Only WAITING can still be undone."""

    WAITING = "waiting"  # no number yet: undo window, held intent, or behind another
    RELEASED = "released"  # numbered, on its way
    ACCEPTED = "accepted"  # receipt stored, the change itself not yet come down
    REFUSED = "refused"  # stays visible until a person dismisses it
    DONE = "done"
    UNDONE = "undone"


class Waits(enum.StrEnum):
    """Why a waiting command waits."""

    UNDO = "undo"
    NETWORK = "network"
    PREDECESSOR = "predecessor"
    CATCHING_UP = "catching_up"
    ANSWER = "answer"  # released, no answer yet


class OutboxLine(msgspec.Struct, frozen=True):
    """One line of the drawer."""

    id: str
    command: Command
    state: OutboxState
    waits: Waits | None
    made_at_ms: int
    release_at_ms: int = 0
    after: str = ""
    author: str = ""
    refusal: Refusal | None = None
    mine: Any = None  # what the command would have made of its row, where that can be said
    theirs: Any = None  # the row as the centre has it


class Shown(msgspec.Struct, frozen=True):
    """A row as the seat shows it: the cache with the seat's own pending commands laid over it."""

    row: Any
    ver: int
    pending: tuple[str, ...] = ()
