"""The centre's side: what becomes of a pushed command. No input or output: it reads through a `Ledger` view.

Promises: a number is consumed once (I2), a receipt answers every repetition (I1), `n + 1` is never applied before
`n` (I8), the channels of a row before and after decide who hears of it (I9).
"""

from __future__ import annotations

from typing import Any, Protocol

import msgspec

from casework.apply import apply, reads
from casework.command import Command, Writes
from casework.commands import rule_of
from casework.entities import ENTITY_BY_NAME
from casework.facts import Facts
from casework.ids import CommandId, Key, SeatId
from casework.refusal import Refusal, RefusalCode, refuse
from casework.sync.messages import (
    Accepted,
    Gap,
    Op,
    Refused,
    Sent,
    Verdict,
    Version,
    WireError,
    decode_command,
)


class Stored(msgspec.Struct, frozen=True):
    """A row as the ledger has it: version and canonical bytes."""

    ver: int
    body: bytes


class Ledger(Protocol):
    """What the centre's side must be able to read inside the transaction."""

    def high_n(self, seat: SeatId) -> int: ...

    def receipt(self, seat: SeatId, n: int) -> Verdict | None: ...

    def receipt_of(self, command: CommandId) -> Verdict | None: ...

    def stored(self, key: Key) -> Stored | None: ...


class Change(msgspec.Struct, frozen=True):
    """One row to write: `body` None ends it. `joined` are the channels that see it, `left` those that no longer do."""

    key: Key
    ver: int
    body: bytes | None
    joined: tuple[str, ...]
    left: tuple[str, ...]

    def op_for(self, channels: frozenset[str]) -> Op | None:
        """What a subscriber of `channels` is told, or None where it is none of theirs."""
        if self.body is not None and channels.intersection(self.joined):
            return Op.PUT
        return Op.DEL if channels.intersection(self.left) or channels.intersection(self.joined) else None


class Outcome(msgspec.Struct, frozen=True):
    """`changes` get the seqs after `head`, in this order; `is_new` is false where an old receipt answered."""

    verdict: Verdict
    changes: tuple[Change, ...] = ()
    is_new: bool = True


def accept(ledger: Ledger, seat: SeatId, sent: Sent, facts: Facts, head: int) -> Outcome:
    """Decide one pushed command. The caller writes changes, receipt and number in one transaction."""
    known = ledger.receipt(seat, sent.n)
    if known is not None:
        return Outcome(known, is_new=False)
    high_n = ledger.high_n(seat)
    if sent.n != high_n + 1:
        return Outcome(Gap(sent.n, high_n + 1), is_new=False)
    try:
        command = decode_command(sent.command)
    except WireError as error:
        return Outcome(Refused(sent.n, sent.id, refuse(RefusalCode.INVALID, place=error)))
    return decide(ledger, sent, command, facts, head)


def decide(ledger: Ledger, sent: Sent, command: Command, facts: Facts, head: int) -> Outcome:
    """Check the basis, run the rule, and turn its writes into changes."""
    rule = rule_of(command)
    subject = rule.subject(command)
    keys = {key: ledger.stored(key) for key in (*reads(command), subject)}
    refusal = None if rule.is_commutative else stale(ledger, sent, subject, keys[subject])
    result: Writes | Refusal = refusal or apply(decoded(keys), command, facts)
    if isinstance(result, Refusal):
        now = keys[subject]
        theirs = msgspec.Raw(now.body) if now else msgspec.Raw(b"null")
        return Outcome(Refused(sent.n, sent.id, result, theirs))
    changes = tuple(
        change_of(key, ledger.stored(key), row)
        for key, row in result.rows.items()
        if row is not None or ledger.stored(key) is not None
    )
    versions = tuple(Version(c.key.entity, c.key.key, c.ver) for c in changes)
    return Outcome(Accepted(sent.n, sent.id, head + len(changes), versions), changes)


def decoded(keys: dict[Key, Stored | None]) -> dict[Key, Any]:
    return {key: ENTITY_BY_NAME[key.entity].decode(row.body) if row else None for key, row in keys.items()}


def stale(ledger: Ledger, sent: Sent, subject: Key, now: Stored | None) -> Refusal | None:
    """Refuse what was performed on another version than the present one (design decision 2)."""
    ver = now.ver if now else 0
    seen = sent.basis.ver
    if sent.basis.after:
        before = ledger.receipt_of(sent.basis.after)
        if not isinstance(before, Accepted):
            return refuse(RefusalCode.PREDECESSOR_REFUSED, after=sent.basis.after)
        left_at = (v.ver for v in before.versions if Key(v.entity, v.key) == subject)
        seen = next(left_at, seen)
    return None if seen == ver else refuse(RefusalCode.STALE, seen=seen, now=ver)


def change_of(key: Key, before: Stored | None, row: Any) -> Change:
    """The change that leaves `row` at `key`; channels of the row before and after are both told."""
    entity = ENTITY_BY_NAME[key.entity]
    ver = (before.ver if before else 0) + 1
    old = frozenset(entity.channels(entity.decode(before.body))) if before else frozenset()
    if row is None:
        return Change(key, ver, None, (), tuple(sorted(old)))
    new = entity.channels(row)
    return Change(key, ver, entity.encode(row), new, tuple(sorted(old.difference(new))))
