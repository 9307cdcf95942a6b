"""The centre's truth: rows, ledger, receipts and feed in one transaction, behind one interface.

`Store` is what the rest of the centre knows; sqlite.py is the embedded backend, and one for PostgreSQL fits the
same interface. Promises of every backend: a verdict is returned only after it is durable, with its effect; a
command is applied once however often it is sent; `head` never goes back while the store is open.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

import msgspec

from casework.command import Command
from casework.entities.person import Person
from casework.ids import CommandId, PersonId, SeatId
from casework.sync.messages import Beat, Entry, Op, Page, Push, Sent, Verdict

if TYPE_CHECKING:
    from server.store.writing import Parcel

CENTRE_SEAT = SeatId("centre")
CENTRE_PERSON = PersonId("centre")

T = TypeVar("T")
VisibleRow = tuple[str, str, int, int, bytes]  # entity, key, ver, seq, body
Entitled = Callable[
    [SeatId, Sent, int], bool
]  # seat, command, now in ms: may it be carried out for its author?


class Unavailable(Exception):
    """Nothing was stored that was asked for; asking again later is safe. `code` says why."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code


class NotOpenable(Exception):
    """The store cannot be opened at all: not there, of another schema, or damaged."""


class EpochChanged(Exception):
    """The seat speaks of another epoch than the centre's."""

    def __init__(self, epoch: int, high_n: int) -> None:
        super().__init__(f"epoch is {epoch}")
        self.epoch = epoch
        self.high_n = high_n


class CursorAhead(Exception):
    """A seat has seen more than there is."""

    def __init__(self, head: int) -> None:
        super().__init__(f"head is {head}")
        self.head = head


class Logged(msgspec.Struct, frozen=True):
    """One entry of the ledger with the channels it concerns."""

    seq: int
    command: CommandId
    entity: str
    key: str
    ver: int
    body: bytes | None
    joined: tuple[str, ...]
    left: tuple[str, ...]
    at_ms: int

    def entry_for(self, channels: frozenset[str]) -> Entry | None:
        """What a subscriber of `channels` is told, or None where it is none of theirs."""
        if self.body is not None and not channels.isdisjoint(self.joined):
            return Entry(
                self.seq, self.command, self.entity, self.key, self.ver, Op.PUT, msgspec.Raw(self.body)
            )
        if channels.isdisjoint(self.left) and channels.isdisjoint(self.joined):
            return None
        return Entry(self.seq, self.command, self.entity, self.key, self.ver, Op.DEL)


class Account(msgspec.Struct, frozen=True):
    """A log-in. `is_loopback_only` holds for demonstration accounts."""

    person: PersonId
    hash: str
    must_change: bool = False
    is_loopback_only: bool = False


class Session(msgspec.Struct, frozen=True):
    """A log-in that holds. `token_hash` is all that is stored of the token; `channels` are those it began with."""

    token_hash: str
    person: PersonId
    seat: SeatId
    channels: str
    expires_ms: int


def channel_name(channels: Iterable[str]) -> str:
    """One name for a set of channels."""
    return "+".join(sorted(channels))


class Held(msgspec.Struct, frozen=True):
    """A claim as the lapse of claims needs it."""

    case: str
    seat: SeatId


class Store(Protocol):
    """One authority's ledger and everything that follows from it."""

    @property
    def epoch(self) -> int: ...

    @property
    def head(self) -> int: ...

    def on_commit(self, told: Callable[[], None]) -> None:
        """`told` is called after every commit that moved `head`, from any thread."""

    def person(self, person: PersonId) -> Person | None: ...

    def session(self, token_hash: str) -> Session | None: ...

    async def push(self, push: Push) -> tuple[Verdict, ...]:
        """One verdict per command; raises EpochChanged, Unavailable."""

    async def perform(self, command: Command) -> Verdict:
        """A command of the centre itself, through the same rules."""

    async def beat(self, seat: SeatId, person: PersonId, numbers_left: int | None) -> Beat:
        """Remember that the seat was heard, and reserve case numbers when it runs low (None: it needs none)."""

    async def enter(self, session: Session) -> int:
        """Store a session and its seat; answers the highest number the seat has used."""

    async def leave(self, token_hash: str) -> None: ...

    async def take_in(self, parcel: Parcel) -> int:
        """Enter a delivery, all of it or nothing; how many entries it made. Raises MovedOn, Unavailable."""

    async def set_account(self, account: Account) -> None: ...

    async def account(self, person: PersonId) -> Account | None: ...

    async def page(self, channels: frozenset[str], after: int, limit: int, until: int | None = None) -> Page:
        """Changes after `after`, filtered; at most `limit` entries and the rest of the last one's command."""

    async def tail(self, after: int, limit: int) -> Sequence[Logged]:
        """Entries after `after`, whole commands, unfiltered."""

    async def held_by_silent(self) -> Sequence[Held]:
        """Claims whose seat has been silent too long."""

    async def high_n(self, seat: SeatId) -> int:
        """The highest number of this seat that was consumed."""

    def copy_rows(self, channels: frozenset[str], take: Callable[[int, int, Iterable[VisibleRow]], T]) -> T:
        """Give `take` epoch, head and every row `channels` may see, all of one moment. It blocks."""

    def ship_rows(self, target: Path, channels: frozenset[str], components_seq: int = 0) -> tuple[int, int]:
        """Write every row `channels` may see, all of one moment, into a file as a seat keeps it; epoch and head.

        Components that changed up to `components_seq` are left out: components.db has them. It blocks.
        """

    def close(self) -> None: ...
