"""Who has which case open: kept in memory, told to the hall, forgotten by itself.

It reduces collisions and is never a correctness device: nothing here is durable, and claims decide who works.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from casework.ids import CaseId, PersonId, SeatId
from server.limits import PRESENCE_MS


class Seen(msgspec.Struct, frozen=True):
    """`case` is what the seat has open, empty when it closed it or went away."""

    seat: SeatId
    person: PersonId
    name: str
    case: CaseId
    at_ms: int


class Present(msgspec.Struct, frozen=True):
    """The event `presence` of the stream: with `is_full` everybody there is, else only what changed."""

    is_full: bool
    seats: tuple[Seen, ...]


class Presence:
    """The centre's memory of open cases. `clock` gives ms; `changed` is called when there is something to tell."""

    def __init__(self, clock: Callable[[], int], changed: Callable[[], None]) -> None:
        self._clock = clock
        self._changed = changed
        self._seen: dict[SeatId, Seen] = {}
        self._pending: dict[SeatId, Seen] = {}

    def note(self, seat: SeatId, person: PersonId, name: str, case: CaseId) -> None:
        """The seat has this case open now; empty: none."""
        before = self._seen.get(seat)
        seen = Seen(seat, person, name, case, self._clock())
        if case:
            self._seen[seat] = seen
        else:
            self._seen.pop(seat, None)
        is_same = before is not None and (before.case, before.person) == (case, person)
        if not is_same and (before is not None or case):
            self._pending[seat] = seen
            self._changed()

    def hear(self, seat: SeatId) -> None:
        """The seat is there still: what it has open stays open."""
        seen = self._seen.get(seat)
        if seen is not None:
            self._seen[seat] = msgspec.structs.replace(seen, at_ms=self._clock())

    def forget(self, seat: SeatId) -> None:
        """The seat logged out."""
        before = self._seen.get(seat)
        if before is not None:
            self.note(seat, before.person, before.name, CaseId(""))

    def expire(self) -> None:
        """Seats that say nothing any more have nothing open."""
        limit = self._clock() - PRESENCE_MS
        for seen in [seen for seen in self._seen.values() if seen.at_ms < limit]:
            self.forget(seen.seat)

    def take_changes(self) -> Present | None:
        """What changed since the last call."""
        if not self._pending:
            return None
        changes = Present(False, tuple(self._pending.values()))
        self._pending.clear()
        return changes

    def everybody(self) -> Present:
        return Present(True, tuple(self._seen.values()))
