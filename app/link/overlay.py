"""The seat's own pending commands laid over its cache, made by the engine and read by the screens.

Promises: one command is laid at a time, by the centre's own rule; a rule that breaks on it marks the row as
pending and is logged with the command's id, so that no single command can hide the others. It keeps which rows
it has read, so that a page of other people's work costs nothing here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec
import structlog

from casework.apply import reads
from casework.catalogue.model import Catalogue
from casework.command import Command
from casework.commands import rule_of
from casework.commands.register import Register
from casework.entities.city import CITY_KEY, City
from casework.entities.person import Person
from casework.facts import Actor, Facts, NumberBlock
from casework.ids import Key, PersonId, SeatId
from casework.sync.project import Pending, Projected, case_keys, project
from casework.sync.seat import Item

_LOG = structlog.get_logger("overlay")
Stored = Callable[[Key], Any]
Over = Mapping[Key, Projected]


class Ground(msgspec.Struct, frozen=True):
    """What a rule needs besides rows. `person` is who has logged in; `stored` reads the cache."""

    stored: Stored
    catalogues: Mapping[str, Catalogue]
    seat: SeatId
    person: Person

    def city(self) -> City | None:
        city = self.stored(Key("city", CITY_KEY))
        return city if isinstance(city, City) else None

    def actor(self, author: PersonId) -> Actor:
        """Who performed: unsent things of a colleague who has logged off go out, and are shown, as that person's."""
        person = self.person if author == self.person.id else self.stored(Key("person", author))
        if not isinstance(person, Person):
            person = Person(author, "", frozenset())
        return Actor(person.id, person.name, self.seat, person.posts, person.unit)

    def facts(
        self, command: Command, author: PersonId, at_ms: int, blocks: tuple[NumberBlock, ...]
    ) -> Facts | None:
        """The facts of the moment of performing; None while the city's own row has not come."""
        city = self.city()
        if city is None:
            return None
        if isinstance(command, Register):
            # Its number has been taken out of the seat's block, and is the seat's all the same.
            blocks = (*blocks, own_block(command.case))
        return Facts(at_ms, self.actor(author), city, self.catalogues, blocks)


def own_block(number: str) -> NumberBlock:
    """The block of just this number; an empty one where it is no number."""
    tail = number[8:]
    index = int(tail) if tail.isascii() and tail.isdigit() else 0
    return NumberBlock(number[:8], index, index) if index else NumberBlock("", 1, 0)


class Overlay:
    """The rows that look different because of what this seat has not had confirmed yet."""

    def __init__(self) -> None:
        self.over: Over = {}
        self._ids: tuple[str, ...] = ()
        self._reads: frozenset[Key] = frozenset()

    def add(self, ground: Ground, item: Item, blocks: tuple[NumberBlock, ...]) -> frozenset[Key]:
        """One more command on top; returns the keys that look different now."""
        over, keys = lay(dict(self.over), ground, item, blocks)
        return self._replace(over, (*self._ids, item.id), self._reads | keys)

    def touches(self, ids: Iterable[str], keys: frozenset[Key] | None) -> bool:
        """Whether it has to be made anew: other commands are pending, or rows they rest on have changed."""
        return tuple(ids) != self._ids or keys is None or not self._reads.isdisjoint(keys)

    def make(self, ground: Ground, items: Iterable[Item], blocks: tuple[NumberBlock, ...]) -> frozenset[Key]:
        """Made anew from all that is pending; returns the keys that look different now."""
        over: dict[Key, Projected] = {}
        seen: set[Key] = set()
        ids: list[str] = []
        for item in items:
            over, keys = lay(over, ground, item, blocks)
            seen |= keys
            ids.append(item.id)
        return self._replace(over, tuple(ids), frozenset(seen))

    def _replace(
        self, over: dict[Key, Projected], ids: tuple[str, ...], seen: frozenset[Key]
    ) -> frozenset[Key]:
        before = self.over
        self.over, self._ids, self._reads = over, ids, seen
        return frozenset(key for key in before.keys() | over.keys() if before.get(key) != over.get(key))


def lay(
    over: dict[Key, Projected], ground: Ground, item: Item, blocks: tuple[NumberBlock, ...]
) -> tuple[dict[Key, Projected], set[Key]]:
    """`over` with one command on top, and the rows it rests on."""

    def now(key: Key) -> Any:
        return over[key].row if key in over and over[key].is_changed else ground.stored(key)

    keys = set(reads(item.command))
    try:
        facts = ground.facts(item.command, item.author, item.made_at_ms, blocks)
        if facts is None:
            new = marked(item.command, item.id, now)
        else:
            new = project(now, [Pending(item.id, item.command, facts)])
    except Exception:
        _LOG.exception("rule_broke", command=item.id)
        new = marked(item.command, item.id, now)
    for key, each in new.items():
        before = over.get(key)
        over[key] = Projected(
            row=each.row,
            pending=(*(before.pending if before else ()), item.id),
            is_changed=each.is_changed or bool(before and before.is_changed),
        )
    return over, keys | new.keys()


def marked(command: Command, command_id: str, now: Stored) -> dict[Key, Projected]:
    """The rows a command speaks of, marked as pending and left as they are."""
    keys = {rule_of(command).subject(command), *case_keys(command)}
    return {key: Projected(now(key), (command_id,), False) for key in keys}
