"""The seat's side of the sync: messages and wishes in, effects out. No input or output, no clock of its own.

Promises
- a command gets its number when it leaves, dense per seat; until then it can be undone (design decision 2);
- later commands on the same case wait for an earlier one, others pass;
- after a loss of the link nothing leaves before the cursor has reached the head;
- a refused command stays until a person dismisses it (I7); an accepted one stays laid over the cache until the
  cursor has passed its entry, so that a case never flickers back;
- effects are performed in order, and any of them may be the last before a crash: what follows repeats harmlessly.

`now_ms` is always the seat's estimate of the centre's time.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from casework.command import Command
from casework.commands import rule_of
from casework.facts import NumberBlock
from casework.ids import CommandId, Key, PersonId, SeatId
from casework.limits import LAMP_LATE_MS, LAMP_LIVE_MS, OUTBOX_ITEMS, PUSH_COMMANDS
from casework.refusal import Refusal
from casework.sync.messages import Accepted, Answer, Basis, Beat, Gap, Page, Push, Refused, Sent, Verdict
from casework.sync.project import case_keys
from casework.sync.status import Fault, Lamp, LinkStatus, OutboxLine, OutboxState, Waits

RETRY_MS = 1_000  # after an answer that moved nothing
PENDING = frozenset({OutboxState.WAITING, OutboxState.RELEASED, OutboxState.ACCEPTED})
CLOSED = frozenset({OutboxState.DONE, OutboxState.UNDONE})
BLOCKS_KEPT = 8  # beyond this many, reserved numbers of days gone by are let go


class Item(msgspec.Struct, frozen=True, omit_defaults=True):
    """One command in the outbox. `order` is the order of performing; `theirs` the centre's row after a refusal."""

    id: CommandId
    order: int
    command: Command
    author: PersonId
    grant: str
    made_at_ms: int
    release_at_ms: int
    basis: Basis
    state: OutboxState = OutboxState.WAITING
    n: int = 0
    seq: int = 0
    refusal: Refusal | None = None
    theirs: bytes = b""

    @property
    def group(self) -> Key:
        """What later commands queue behind: the case it speaks of, else its own row."""
        return next(iter(case_keys(self.command)), rule_of(self.command).subject(self.command))


class Memory(msgspec.Struct, frozen=True):
    """What a seat finds on its disk when it starts: seat.db, and the cursor out of cache.db."""

    seat: SeatId
    epoch: int = 0
    cursor: int = 0
    next_n: int = 1
    items: tuple[Item, ...] = ()
    blocks: tuple[NumberBlock, ...] = ()


class Save(msgspec.Struct, frozen=True):
    """Write these items, the next number and the blocks to seat.db, durably, in one transaction."""

    items: tuple[Item, ...]
    next_n: int
    blocks: tuple[NumberBlock, ...]


class Commit(msgspec.Struct, frozen=True):
    """Write the page's rows and the new cursor to cache.db in one transaction."""

    page: Page


class ResetCache(msgspec.Struct, frozen=True):
    """Drop the cached rows; the cursor starts at 0 under the new epoch."""

    epoch: int


class Send(msgspec.Struct, frozen=True):
    push: Push


class Fetch(msgspec.Struct, frozen=True):
    """Ask for the changes after this seq."""

    after: int


class WakeAt(msgspec.Struct, frozen=True):
    at_ms: int


class Report(msgspec.Struct, frozen=True):
    """Tell the screens: these rows may look different now (None = all), the outbox or the link has changed."""

    keys: frozenset[Key] | None = frozenset()
    outbox_changed: bool = False


Effect = Save | Commit | ResetCache | Send | Fetch | WakeAt | Report


class OutboxFull(Exception):
    """The seat already holds as many unsent things as `limits.OUTBOX_ITEMS` allows."""


class SeatSide:
    """The state of one seat. Every method returns the effects to perform, in order."""

    def __init__(self, memory: Memory) -> None:
        self.seat = memory.seat
        self.epoch = memory.epoch
        self.cursor = memory.cursor
        self.head = memory.cursor
        ordered = sorted(memory.items, key=lambda i: i.order)
        # Weeks of work, looked through only on the day the centre is restored from an older copy; else `_live`.
        self.items: dict[str, Item] = {item.id: item for item in ordered}
        self._live: dict[str, Item] = {item.id: item for item in ordered if item.state not in CLOSED}
        self.blocks = memory.blocks
        self._next_n = memory.next_n
        self._order = max((item.order for item in memory.items), default=0)
        self._is_connected = False
        self._is_caught_up = False
        self._is_in_flight = False
        self._retry_at_ms = 0
        self._heard_ms = 0
        self._resync = (0, 0)  # cursor and head when the catching up began
        self._backlog = (0, 0)  # commands that waited then, and the last one's order

    # -- what the operator wishes

    def perform(
        self,
        command: Command,
        command_id: CommandId,
        author: PersonId,
        grant: str,
        seen_ver: int,
        now_ms: int,
    ) -> list[Effect]:
        """Take a command into the outbox. `seen_ver` is the confirmed version of its subject in the cache."""
        if sum(item.state in PENDING for item in self._live.values()) >= OUTBOX_ITEMS:
            raise OutboxFull
        rule = rule_of(command)
        self._order += 1
        item = Item(
            id=command_id,
            order=self._order,
            command=command,
            author=author,
            grant=grant,
            made_at_ms=now_ms,
            release_at_ms=now_ms + rule.undo_ms,
            basis=Basis(seen_ver),
        )
        if not rule.is_commutative:
            before = self._last_in_group(item.group)
            item = msgspec.structs.replace(
                item, basis=Basis(seen_ver, before.id if before else CommandId(""))
            )
        return [*self._save([item]), Report(touched([item]), outbox_changed=True), *self._pump(now_ms)]

    def undo(self, command_id: str, now_ms: int) -> list[Effect] | None:
        """Take a command back that has not left; None where it has, or where another one builds on it."""
        item = self.items.get(command_id)
        if item is None or item.state is not OutboxState.WAITING:
            return None
        if any(i.basis.after == item.id and i.state in PENDING for i in self._live.values()):
            return None
        gone = msgspec.structs.replace(item, state=OutboxState.UNDONE)
        return [*self._save([gone]), Report(touched([gone]), outbox_changed=True), *self._pump(now_ms)]

    def dismiss(self, command_id: str) -> list[Effect]:
        """A person has read the refusal."""
        item = self.items.get(command_id)
        if item is None or item.state is not OutboxState.REFUSED:
            return []
        done = msgspec.structs.replace(item, state=OutboxState.DONE)
        return [*self._save([done]), Report(touched([done]), outbox_changed=True)]

    def take_number(self, day: str = "") -> tuple[str | None, list[Effect]]:
        """The next reserved case number, one of `day` where there is one; None where the blocks are used up."""
        left = [block for block in self.blocks if block.first <= block.last]
        block = next((block for block in left if block.day == day), left[-1] if left else None)
        if block is None:
            return None, []
        rest = msgspec.structs.replace(block, first=block.first + 1)
        self.blocks = tuple(rest if each is block else each for each in self.blocks)
        return block.number(block.first), self._save([])

    def numbers_of(self, day: str) -> int:
        """How many reserved numbers of a day are left. The centre is told this, so that each day gets its own."""
        return sum(max(0, block.last - block.first + 1) for block in self.blocks if block.day == day)

    @property
    def is_connected(self) -> bool:
        """The centre has been heard, and not been lost since."""
        return self._is_connected

    @property
    def is_caught_up(self) -> bool:
        """The cursor has reached the head since the centre was heard: what waits may leave."""
        return self._is_caught_up

    @property
    def numbers_left(self) -> int:
        return sum(max(0, block.last - block.first + 1) for block in self.blocks)

    # -- what comes from the centre

    def hear(self, beat: Beat, now_ms: int) -> list[Effect]:
        """A heartbeat went all the way through the centre's store and back."""
        if beat.epoch < self.epoch:
            return []  # a straggler from before a restore
        effects: list[Effect] = []
        self._heard_ms = now_ms
        if beat.epoch > self.epoch:
            effects += self._begin_epoch(beat.epoch, beat.high_n)
        # Ahead of ours only where seat.db came back from an older copy: those numbers are taken.
        self._next_n = max(self._next_n, beat.high_n + 1)
        if beat.blocks:
            known = {(b.day, b.last) for b in self.blocks}
            left = tuple(b for b in self.blocks if b.first <= b.last)[-BLOCKS_KEPT:]
            self.blocks = (*left, *(b for b in beat.blocks if (b.day, b.last) not in known))
            effects += self._save([])
        if not self._is_connected:
            self._is_connected = True
            self._is_caught_up = False
            self._resync = (self.cursor, beat.head)
            self._backlog = (len(self._unsent()), self._order)
        self.head = max(self.head, beat.head)
        if not self._is_caught_up:
            self._is_caught_up = self.cursor >= beat.head
            effects += [] if self._is_caught_up else [Fetch(self.cursor)]
        return [*effects, Report(outbox_changed=bool(effects)), *self._pump(now_ms)]

    def read(self, page: Page, now_ms: int) -> list[Effect]:
        """A page of changes. Applied only where it begins at the cursor (I5); rows and cursor go in together."""
        if page.epoch != self.epoch:
            return []  # the next heartbeat brings the new epoch with the number to resend from
        if page.prev != self.cursor:
            return [] if page.next <= self.cursor else [Fetch(self.cursor)]
        self.cursor = page.next
        self.head = max(self.head, page.head)
        done = [
            msgspec.structs.replace(item, state=OutboxState.DONE)
            for item in self._live.values()
            if item.state is OutboxState.ACCEPTED and item.seq <= self.cursor
        ]
        effects: list[Effect] = [Commit(page)]
        effects += self._save(done) if done else []
        keys = frozenset(entry.row_key for entry in page.entries) | touched(done)
        effects.append(Report(keys, outbox_changed=bool(done)))
        if page.is_last:
            self._is_caught_up = self._is_connected
        else:
            effects.append(Fetch(self.cursor))
        return effects + self._pump(now_ms)

    def adopt(self, cursor: int, now_ms: int) -> list[Effect]:
        """A snapshot has replaced the cached rows: they are those of `cursor`."""
        self.cursor = cursor
        self.head = max(self.head, cursor)
        if cursor < self.head:
            return [Report(None), Fetch(cursor)]
        self._is_caught_up = self._is_connected
        return [Report(None), *self._pump(now_ms)]

    def answer(self, answer: Answer, now_ms: int) -> list[Effect]:
        """Verdicts on a push; doubled and late ones are harmless."""
        self._is_in_flight = False
        if answer.epoch != self.epoch:
            return []
        judged = (self._judged(verdict) or self._bumped(verdict) for verdict in answer.verdicts)
        changed = [item for item in judged if item]
        if not changed:
            self._retry_at_ms = now_ms + RETRY_MS
            return self._pump(now_ms)
        keys = touched(changed)
        return [*self._save(changed), Report(keys, outbox_changed=True), *self._pump(now_ms)]

    def lose(self, now_ms: int) -> list[Effect]:
        """The link failed: what is on its way is sent again once the centre has been heard and caught up with."""
        self._is_connected = self._is_caught_up = self._is_in_flight = False
        return [Report(outbox_changed=True)]

    def fail_push(self, now_ms: int) -> list[Effect]:
        """A push got no answer, though the link may be up: try again, it is safe."""
        self._is_in_flight = False
        self._retry_at_ms = now_ms + RETRY_MS
        return self._pump(now_ms)

    def correct(self, by_ms: int, now_ms: int) -> list[Effect]:
        """The estimate of the centre's time moved by `by_ms`: an undo window lasts as long as it did."""
        waiting = [
            msgspec.structs.replace(item, release_at_ms=item.release_at_ms + by_ms)
            for item in self._unsent()
            if item.state is OutboxState.WAITING
        ]
        self._retry_at_ms += by_ms if self._retry_at_ms else 0
        self._heard_ms += by_ms if self._heard_ms else 0
        return [*(self._save(waiting) if waiting else []), *self._pump(now_ms)]

    def wake(self, now_ms: int) -> list[Effect]:
        """An undo window has passed, or it is time to try again."""
        return self._pump(now_ms)

    # -- what the screens ask

    def pending(self) -> list[Item]:
        """The items laid over the cache, in the order they were performed."""
        return [
            item
            for item in self._live.values()
            if item.state in (OutboxState.WAITING, OutboxState.RELEASED)
            or (item.state is OutboxState.ACCEPTED and item.seq > self.cursor)
        ]

    def lines(self, now_ms: int) -> tuple[OutboxLine, ...]:
        """The drawer: what has not been acknowledged and what was refused, oldest first."""
        shown = (OutboxState.WAITING, OutboxState.RELEASED, OutboxState.REFUSED)
        return tuple(self._line(item, now_ms) for item in self._live.values() if item.state in shown)

    def status(self, now_ms: int, clock_offset_ms: int = 0, fault: Fault = Fault.NONE) -> LinkStatus:
        """The lamp and its figures."""
        age = max(0, now_ms - self._heard_ms) if self._heard_ms else now_ms
        unsent = self._unsent()
        began, head = self._resync
        backlog, last = self._backlog
        owed = sum(item.order <= last for item in unsent) if backlog else 0
        if self._is_caught_up and not owed:
            self._backlog = (0, 0)  # what comes later is work, not catching up
        if age > LAMP_LATE_MS or not self._is_connected:
            lamp = Lamp.OFFLINE
        elif not self._is_caught_up or owed:
            lamp = Lamp.RESYNCING
        else:
            lamp = Lamp.LIVE if age <= LAMP_LIVE_MS else Lamp.LATE
        if lamp is not Lamp.RESYNCING:
            done = total = 0
        elif not self._is_caught_up:
            done, total = self.cursor - began, max(head, self.head) - began
        else:
            done, total = max(0, backlog - owed), backlog
        return LinkStatus(
            lamp=lamp,
            heard_ms=self._heard_ms,
            age_ms=age,
            waiting=len(unsent),
            refused=sum(item.state is OutboxState.REFUSED for item in self._live.values()),
            done=done,
            total=total,
            clock_offset_ms=clock_offset_ms,
            fault=fault,
            numbers_left=self.numbers_left,
        )

    # -- inside

    def _save(self, items: Iterable[Item]) -> list[Effect]:
        items = tuple(items)
        for item in items:
            self.items[item.id] = item
            if item.state in CLOSED:
                self._live.pop(item.id, None)
            else:
                self._live[item.id] = item
        return [Save(items, self._next_n, self.blocks)]

    def _unsent(self) -> list[Item]:
        return [i for i in self._live.values() if i.state in (OutboxState.WAITING, OutboxState.RELEASED)]

    def _last_in_group(self, group: Key) -> Item | None:
        mine = (
            item
            for item in self._live.values()
            if item.state in PENDING and item.group == group and not rule_of(item.command).is_commutative
        )
        return max(mine, key=lambda item: item.order, default=None)

    def _judged(self, verdict: Verdict) -> Item | None:
        """The item as the verdict leaves it, or None where the verdict tells nothing new."""
        if not isinstance(verdict, (Accepted, Refused)):
            return None
        item = self.items.get(verdict.id)
        if item is None or item.state is not OutboxState.RELEASED:
            return None
        if isinstance(verdict, Refused):
            return msgspec.structs.replace(
                item, state=OutboxState.REFUSED, refusal=verdict.refusal, theirs=bytes(verdict.theirs)
            )
        state = OutboxState.ACCEPTED if verdict.seq > self.cursor else OutboxState.DONE
        return msgspec.structs.replace(item, state=state, seq=verdict.seq)

    def _bumped(self, verdict: Verdict) -> Item | None:
        """The item whose number another command had already used (seat.db came back from an older copy)."""
        if isinstance(verdict, Gap):
            return None
        item = next(
            (i for i in self._live.values() if i.state is OutboxState.RELEASED and i.n == verdict.n), None
        )
        if item is None or item.id == verdict.id:
            return None
        return msgspec.structs.replace(item, state=OutboxState.WAITING, n=0)

    def _begin_epoch(self, epoch: int, high_n: int) -> list[Effect]:
        """The centre was restored from an older copy: forget its rows, send again what it no longer knows (I10).

        Numbers count per epoch: what had been accepted or was on its way gets new ones, in the old order; what had
        been refused stays refused.
        """
        self.epoch = epoch
        self.cursor = self.head = 0
        self._is_caught_up = False
        self._next_n = high_n + 1
        lost = [
            msgspec.structs.replace(item, state=OutboxState.WAITING, n=0, seq=0)
            for item in self.items.values()
            if item.n > high_n and (item.seq or item.state is OutboxState.RELEASED)
        ]
        effects = self._save(lost)
        self._live = {id_: item for id_, item in self.items.items() if id_ in self._live}
        return [*effects, ResetCache(epoch), Report(None, outbox_changed=True)]

    def _pump(self, now_ms: int) -> list[Effect]:
        """Release what may leave, and send what is released."""
        wake_ms = 0
        released: list[Item] = []
        held: set[Key] = set()
        for item in self._unsent():
            if item.state is OutboxState.RELEASED or item.group in held:
                continue
            if item.release_at_ms > now_ms:
                wake_ms = min(wake_ms or item.release_at_ms, item.release_at_ms)
                held.add(item.group)
            elif self._is_caught_up:
                released.append(msgspec.structs.replace(item, state=OutboxState.RELEASED, n=self._next_n))
                self._next_n += 1
            else:
                held.add(item.group)
        effects: list[Effect] = []
        if released:
            effects += [*self._save(released), Report(touched(released), outbox_changed=True)]
        effects += self._push(now_ms)
        if self._retry_at_ms > now_ms and not self._is_in_flight:
            wake_ms = min(wake_ms or self._retry_at_ms, self._retry_at_ms)
        return [*effects, WakeAt(wake_ms)] if wake_ms else effects

    def _push(self, now_ms: int) -> list[Effect]:
        if self._is_in_flight or not self._is_caught_up or self._retry_at_ms > now_ms:
            return []
        out = sorted((i for i in self._live.values() if i.state is OutboxState.RELEASED), key=lambda i: i.n)
        if not out:
            return []
        self._is_in_flight = True
        sent = tuple(
            Sent(i.n, i.id, i.author, i.grant, i.made_at_ms, i.basis, msgspec.to_builtins(i.command))
            for i in out[:PUSH_COMMANDS]
        )
        return [Send(Push(self.epoch, self.seat, sent))]

    def _line(self, item: Item, now_ms: int) -> OutboxLine:
        theirs: Any = None
        if item.theirs and item.theirs != b"null":
            theirs = item.theirs
        return OutboxLine(
            id=item.id,
            command=item.command,
            state=item.state,
            waits=self._waits(item, now_ms),
            made_at_ms=item.made_at_ms,
            release_at_ms=item.release_at_ms,
            after=item.basis.after,
            author=item.author,
            refusal=item.refusal,
            theirs=theirs,
        )

    def _waits(self, item: Item, now_ms: int) -> Waits | None:
        if item.state is OutboxState.REFUSED:
            return None
        if item.release_at_ms > now_ms:
            return Waits.UNDO
        if not self._is_connected:
            return Waits.NETWORK
        if item.state is OutboxState.RELEASED:
            return Waits.ANSWER
        return Waits.PREDECESSOR if self._is_caught_up else Waits.CATCHING_UP


def touched(items: Iterable[Item]) -> frozenset[Key]:
    """The rows whose look an item may change: its subject and its case."""
    return frozenset(
        key
        for item in items
        for key in (rule_of(item.command).subject(item.command), *case_keys(item.command))
    )
