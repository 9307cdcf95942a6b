"""A centre for the seeded world: the real `accept`, over rows kept in memory that survive a crash or do not."""

from __future__ import annotations

from typing import Any

import msgspec

from casework.entities import ENTITY_BY_NAME
from casework.facts import Actor, Facts, NumberBlock
from casework.ids import CommandId, Key, SeatId
from casework.sync.centre import Change, Stored, accept
from casework.sync.messages import Answer, Beat, Entry, Page, Push, Sent, Verdict
from tests.casework.build import CATALOGUES, CITY, seed_rows

PAGE = 5
BLOCK = 8


class Line(msgspec.Struct, frozen=True):
    """One entry of the ledger."""

    seq: int
    command: CommandId
    seat: str
    change: Change


class Disk:
    """Everything durable at the centre. `copy` is a backup."""

    def __init__(self) -> None:
        self.epoch = 1
        self.lines: list[Line] = []
        self.rows: dict[Key, Stored] = {}
        self.receipts: dict[tuple[str, int], Verdict] = {}
        self.by_command: dict[str, Verdict] = {}
        self.high: dict[str, int] = {}
        self.next_number = 1
        self.blocks: dict[str, tuple[NumberBlock, ...]] = {}

    def copy(self) -> Disk:
        twin = Disk()
        for name, value in vars(self).items():
            setattr(twin, name, value.copy() if hasattr(value, "copy") else value)
        return twin


class Centre:
    """One transaction per push; `Disk` is swapped whole at commit, so a crash leaves all of it or nothing."""

    def __init__(self) -> None:
        self.disk = Disk()
        for key, row in seed_rows().items():
            entity = ENTITY_BY_NAME[key.entity]
            change = Change(key, 1, entity.encode(row), entity.channels(row), ())
            self._write(CommandId("genesis"), "", change)

    # the Ledger view of casework.sync.centre
    def high_n(self, seat: SeatId) -> int:
        return self.disk.high.get(seat, 0)

    def receipt(self, seat: SeatId, n: int) -> Verdict | None:
        return self.disk.receipts.get((seat, n))

    def receipt_of(self, command: CommandId) -> Verdict | None:
        return self.disk.by_command.get(command)

    def stored(self, key: Key) -> Stored | None:
        return self.disk.rows.get(key)

    @property
    def head(self) -> int:
        return len(self.disk.lines)

    def push(self, push: Push, actors: dict[str, Actor], now_ms: int, crashes: str = "") -> Answer | None:
        """The answer, or None where the centre crashed `before` or `after` its commit."""
        if push.epoch != self.disk.epoch:
            return None
        kept, self.disk = self.disk, self.disk.copy()
        verdicts = tuple(self._take(push.seat, sent, actors[push.seat], now_ms) for sent in push.sent)
        if crashes == "before":
            self.disk = kept
        return None if crashes else Answer(self.disk.epoch, verdicts, now_ms)

    def _take(self, seat: SeatId, sent: Sent, actor: Actor, now_ms: int) -> Verdict:
        facts = Facts(now_ms, actor, CITY, CATALOGUES, self.disk.blocks.get(seat, ()))
        outcome = accept(self, seat, sent, facts, self.head)
        if outcome.is_new:
            for change in outcome.changes:
                self._write(sent.id, seat, change)
            self.disk.receipts[seat, sent.n] = outcome.verdict
            self.disk.by_command[sent.id] = outcome.verdict
            self.disk.high[seat] = sent.n
        return outcome.verdict

    def _write(self, command: CommandId, seat: str, change: Change) -> None:
        self.disk.lines.append(Line(self.head + 1, command, seat, change))
        if change.body is None:
            self.disk.rows.pop(change.key, None)
        else:
            self.disk.rows[change.key] = Stored(change.ver, change.body)

    def changes(self, after: int, channels: frozenset[str], now_ms: int) -> Page:
        """At most `PAGE` entries of the channels, and the rest of the last command's."""
        entries: list[Entry] = []
        upto = after
        for line in self.disk.lines[after:]:
            is_new_command = not entries or entries[-1].command != line.command
            if len(entries) >= PAGE and is_new_command:
                break
            upto = line.seq
            op = line.change.op_for(channels)
            if op is not None:
                entries.append(self._entry(line, op))
        return Page(self.disk.epoch, after, upto, self.head, tuple(entries), now_ms)

    def _entry(self, line: Line, op: Any) -> Entry:
        body = line.change.body if op == "put" else None
        key = line.change.key
        return Entry(
            line.seq, line.command, key.entity, key.key, line.change.ver, op, msgspec.Raw(body or b"null")
        )

    def beat(self, seat: SeatId, numbers_left: int, now_ms: int) -> Beat:
        if numbers_left < BLOCK // 2:
            first = self.disk.next_number
            block = NumberBlock("20260714", first, first + BLOCK - 1)
            self.disk.next_number += BLOCK
            self.disk.blocks[seat] = (*self.disk.blocks.get(seat, ()), block)
        blocks = self.disk.blocks.get(seat, ())[-1:]
        return Beat(self.disk.epoch, self.head, now_ms, self.high_n(seat), blocks)

    def restore(self, older: Disk) -> None:
        """Somebody put an older copy back; the epoch says so. Number blocks are kept apart and stay granted."""
        newer, self.disk = self.disk, older.copy()
        self.disk.epoch = newer.epoch + 1
        self.disk.next_number, self.disk.blocks = newer.next_number, newer.blocks
