"""A seat for the seeded world: the real SeatSide, on a disk that keeps what was written before a crash."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from casework.commands import rule_of
from casework.entities import ENTITY_BY_NAME
from casework.facts import Actor, Facts
from casework.ids import CommandId, Key
from casework.sync.messages import Op, Page
from casework.sync.project import Pending, Projected, project
from casework.sync.seat import (
    Commit,
    Effect,
    Fetch,
    Item,
    Memory,
    Report,
    ResetCache,
    Save,
    SeatSide,
    Send,
    WakeAt,
)
from casework.sync.status import OutboxState
from tests.casework.build import CATALOGUES, CITY


class Crash(Exception):
    """The seat's process ended between two effects."""


class Seat:
    """`post(kind, message)` puts a message on the wire; `fails()` says whether the process dies before an effect."""

    def __init__(self, actor: Actor, channels: frozenset[str], post: Callable[[str, Any], None]) -> None:
        self.actor = actor
        self.channels = channels
        self.post = post
        self.fails: Callable[[], bool] = lambda: False
        self.items: dict[str, Item] = {}  # seat.db
        self.next_n = 1
        self.blocks: tuple[Any, ...] = ()
        self.rows: dict[Key, tuple[int, bytes]] = {}  # cache.db
        self.cursor = 0
        self.epoch = 0
        self.refused: set[str] = set()  # what the operator has been shown as refused
        self.dismissed: set[str] = set()
        self.wake_ms = 0
        self.start()

    def start(self) -> None:
        """The process starts: everything it knows comes from the disk."""
        items = tuple(item for item in self.items.values() if item.state is not OutboxState.UNDONE)
        memory = Memory(self.actor.seat, self.epoch, self.cursor, self.next_n, items, self.blocks)
        self.side = SeatSide(memory)
        self.wake_ms = 0

    def run(self, effects: list[Effect] | None) -> None:
        """Perform the effects in order; a crash loses the rest and all memory."""
        for effect in effects or ():
            if self.fails():
                raise Crash
            self.perform_effect(effect)

    def perform_effect(self, effect: Effect) -> None:
        match effect:
            case Save(items, next_n, blocks):
                self.items.update({item.id: item for item in items})
                self.next_n, self.blocks = next_n, blocks
                self.refused |= {i.id for i in items if i.state is OutboxState.REFUSED}
            case Commit(page):
                self.commit(page)
            case ResetCache(epoch):
                self.rows, self.cursor, self.epoch = {}, 0, epoch
            case Send(push):
                self.post("push", push)
            case Fetch(after):
                self.post("fetch", (self.epoch, after))
            case WakeAt(at_ms):
                self.wake_ms = at_ms
            case Report():
                pass

    def commit(self, page: Page) -> None:
        for entry in page.entries:
            if entry.op is Op.PUT:
                self.rows[entry.row_key] = (entry.ver, bytes(entry.body))
            else:
                self.rows.pop(entry.row_key, None)
        self.cursor = page.next

    # what the operator sees and does
    def stored(self, key: Key) -> Any:
        row = self.rows.get(key)
        return ENTITY_BY_NAME[key.entity].decode(row[1]) if row else None

    def facts(self, now_ms: int) -> Facts:
        return Facts(now_ms, self.actor, CITY, CATALOGUES, self.side_blocks())

    def side_blocks(self) -> tuple[Any, ...]:
        """Blocks with the numbers already taken put back: a pending registration holds one of them."""
        return tuple(type(b)(b.day, 1, b.last) for b in self.side.blocks)

    def overlay(self) -> dict[Key, Projected]:
        pending = (Pending(i.id, i.command, self.facts(i.made_at_ms)) for i in self.side.pending())
        return project(self.stored, pending)

    def cases(self) -> list[Any]:
        """Every case as the operator sees it, pending work included."""
        over = self.overlay()
        keys = {key for key in (*self.rows, *over) if key.entity == "case"}
        seen = (over[key].row if key in over and over[key].is_changed else self.stored(key) for key in keys)
        return sorted((case for case in seen if case is not None), key=lambda case: str(case.id))

    def perform(self, command: Any, command_id: str, now_ms: int) -> None:
        subject = rule_of(command).subject(command)
        seen_ver = self.rows[subject][0] if subject in self.rows else 0
        self.run(
            self.side.perform(command, CommandId(command_id), self.actor.person, "grant", seen_ver, now_ms)
        )
