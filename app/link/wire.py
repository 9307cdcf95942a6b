"""What crosses besides the messages of casework.sync: presence, and why a call to the centre failed."""

from __future__ import annotations

import enum

import msgspec

from casework.sync.status import Fault


class Trouble(enum.StrEnum):
    """Why there is no answer, as a value: nothing of the network is raised beyond the client."""

    UNREACHABLE = "unreachable"  # no connection, or it broke, or it stood still
    BUSY = "busy"  # the centre asks for patience
    WRONG_PASSWORD = "wrong_password"
    SIGNED_OUT = "signed_out"
    CHANNELS_CHANGED = "channels_changed"
    EPOCH = "epoch"  # the centre was restored
    AHEAD = "ahead"  # the cursor is beyond the centre's head: an old copy was put back by hand
    COMPACTED = "compacted"
    UPGRADE = "upgrade"
    NOT_FOUND = "not_found"
    GARBAGE = "garbage"  # an answer that does not decode
    FAILED = "failed"  # the centre says that it failed
    UNSEALED = "unsealed"  # files that are not signed with the key of this seat's centre
    DISK = "disk"  # the seat's own disk would not take what was fetched


FAULTS: dict[Trouble, Fault] = {
    Trouble.UNREACHABLE: Fault.UNREACHABLE,
    Trouble.BUSY: Fault.CENTRE_ERROR,
    Trouble.WRONG_PASSWORD: Fault.WRONG_PASSWORD,
    Trouble.SIGNED_OUT: Fault.SIGNED_OUT,
    Trouble.CHANNELS_CHANGED: Fault.SIGNED_OUT,
    Trouble.UPGRADE: Fault.UPGRADE,
    Trouble.UNSEALED: Fault.UNSEALED,
    Trouble.DISK: Fault.DISK_FULL,
}


class Failure(msgspec.Struct, frozen=True):
    """A call that brought nothing. `detail` is for the log only and holds no text of a case."""

    trouble: Trouble
    detail: str = ""
    wait_s: float = 0.0

    @property
    def fault(self) -> Fault:
        """What the screens are told."""
        return FAULTS.get(self.trouble, Fault.CENTRE_ERROR)


class Reply(msgspec.Struct, frozen=True):
    """An answer as it came, whatever its status; names of headers are in small letters."""

    status: int
    headers: dict[str, str]
    body: bytes


class Beating(msgspec.Struct, frozen=True):
    """`numbers_left` are reserved case numbers of today, None: this person registers nothing."""

    seat: str
    numbers_left: int | None


class Opened(msgspec.Struct, frozen=True):
    """Which case is open at this seat; "" for none."""

    seat: str
    case: str


class Seen(msgspec.Struct, frozen=True):
    """A seat has a case open; `case` is empty when it has closed it."""

    seat: str
    person: str
    name: str
    case: str
    at_ms: int


class Present(msgspec.Struct, frozen=True):
    """With `is_full` everybody there is, else only what changed."""

    is_full: bool
    seats: tuple[Seen, ...]


class Wrong(msgspec.Struct, frozen=True):
    """The body of every answer that is not a success."""

    code: str = ""
    values: dict[str, str | int] = {}
