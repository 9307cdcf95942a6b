"""What the engine shows to the other threads: one immutable value, replaced whole, and notices that say which."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import msgspec

from casework.ids import Key
from casework.sync.project import Projected
from casework.sync.status import LinkStatus, OutboxLine

NOTHING: Mapping[str, tuple[str, ...]] = MappingProxyType({})


class Fetching(msgspec.Struct, frozen=True):
    """How far a file from the centre has come; `total` 0 where that is not known yet."""

    dataset: str  # "rows", "components", "base"
    done: int
    total: int


class View(msgspec.Struct, frozen=True):
    """Read by the screens without asking the engine. `viewers` are names of other seats' people by case."""

    over: Mapping[Key, Projected] = MappingProxyType({})
    lines: tuple[OutboxLine, ...] = ()
    status: LinkStatus = LinkStatus()
    viewers: Mapping[str, tuple[str, ...]] = NOTHING
    fetching: tuple[Fetching, ...] = ()


class Notice(msgspec.Struct, frozen=True):
    """Which, never what: late or repeated notices are harmless. `keys` None: everything may look different."""

    keys: frozenset[Key] | None = frozenset()
    is_outbox: bool = False
    is_status: bool = False
    dataset: str = ""  # a file of this name has been replaced
    photo: str = ""  # this one has come
