"""What the engine shows to the other threads: one immutable value, replaced whole, and notices that say which."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from types import MappingProxyType

import msgspec

from casework.ids import Key
from casework.sync.project import Projected
from casework.sync.status import LinkStatus, OutboxLine

NOTHING: Mapping[str, tuple[str, ...]] = MappingProxyType({})


class Coming(enum.StrEnum):
    """What is being done about a file of the centre."""

    WAITS = "waits"  # behind another one, or for the line
    COMES = "comes"
    IS_READ_IN = (
        "is_read_in"  # row by row, where it could not be taken over whole: `done` and `total` are rows
    )
    STOPPED = "stopped"  # by a person, until they want it again


class Fetching(msgspec.Struct, frozen=True):
    """How far a file from the centre has come: bytes as they are on the line."""

    dataset: str  # one of casework.sync.messages.DATASETS
    done: int
    total: int
    coming: Coming = Coming.COMES
    bytes_s: int = 0  # how quick the line has been in the last seconds, 0 where that is not known


class View(msgspec.Struct, frozen=True):
    """Read by the screens without asking the engine. `viewers` are names of other seats' people by case."""

    over: Mapping[Key, Projected] = MappingProxyType({})
    lines: tuple[OutboxLine, ...] = ()
    status: LinkStatus = LinkStatus()
    viewers: Mapping[str, tuple[str, ...]] = NOTHING
    fetching: tuple[Fetching, ...] = ()  # what is wanted and not there yet
    fetched_bytes: int = 0  # of the same errand, what has come already


class Notice(msgspec.Struct, frozen=True):
    """Which, never what: late or repeated notices are harmless. `keys` None: everything may look different."""

    keys: frozenset[Key] | None = frozenset()
    is_outbox: bool = False
    is_status: bool = False
    dataset: str = ""  # a file of this name has been replaced
    photo: str = ""  # this one has come
