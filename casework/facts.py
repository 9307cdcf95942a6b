"""What a rule may know besides the rows it reads: who acts, when, and under which catalogue and calendar."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from casework.catalogue.model import Catalogue
from casework.entities.city import City
from casework.ids import PersonId, SeatId, UnitId
from casework.workflow import Post


class Actor(msgspec.Struct, frozen=True):
    """Who performs: a person at a seat, with the posts held at that moment."""

    person: PersonId
    name: str
    seat: SeatId
    posts: frozenset[Post]
    unit: UnitId = UnitId("")


class NumberBlock(msgspec.Struct, frozen=True):
    """Case numbers `day` + `first`..`last` reserved for one seat, so that it can register without the network."""

    day: str  # yyyyMMdd in the city's zone
    first: int
    last: int

    def number(self, index: int) -> str:
        """The case number at `index`; four digits, more when a day needs more."""
        return f"{self.day}{index:04d}"

    def holds(self, number: str) -> bool:
        """Whether `number` is one of this block's."""
        head, tail = number[:8], number[8:]
        if head != self.day or not (tail.isascii() and tail.isdigit()):
            return False
        return self.first <= int(tail) <= self.last and number == self.number(int(tail))


class Facts(msgspec.Struct, frozen=True):
    """`now_ms` is the centre's time (at a seat: its estimate of it). `silent_seats` have not been heard for 60 s."""

    now_ms: int
    actor: Actor
    city: City
    catalogues: Mapping[str, Catalogue]
    blocks: tuple[NumberBlock, ...] = ()
    silent_seats: frozenset[SeatId] = frozenset()
