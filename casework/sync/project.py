"""The seat's own pending commands laid over its cache, by the very rule the centre decides with.

A seat that lacks a row, or whose command no longer fits, shows the command as pending and decides nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from casework.apply import apply, reads
from casework.command import Command, Writes
from casework.commands import rule_of
from casework.facts import Facts
from casework.ids import Key


class Pending(msgspec.Struct, frozen=True):
    """A command on its way, with the facts it was performed under."""

    id: str
    command: Command
    facts: Facts


class Projected(msgspec.Struct, frozen=True):
    """`row` is None where the row is not there or ends; `is_changed` is false where only the mark is new."""

    row: Any
    pending: tuple[str, ...]
    is_changed: bool


def project(stored: Callable[[Key], Any], pending: Iterable[Pending]) -> dict[Key, Projected]:
    """The rows that look different because of `pending`, in the order they were performed.

    stored  the struct of a key in the cache, or None
    """
    over: dict[Key, Projected] = {}

    def now(key: Key) -> Any:
        return over[key].row if key in over and over[key].is_changed else stored(key)

    for item in pending:
        rows = {key: now(key) for key in reads(item.command)}
        result = apply(rows, item.command, item.facts)
        if isinstance(result, Writes):
            changed = dict(result.rows)
        else:
            changed = {}
        marked = {*changed, rule_of(item.command).subject(item.command), *case_keys(item.command)}
        for key in marked:
            before = over.get(key)
            over[key] = Projected(
                row=changed[key] if key in changed else now(key),
                pending=(*(before.pending if before else ()), item.id),
                is_changed=key in changed or bool(before and before.is_changed),
            )
    return over


def case_keys(command: Command) -> tuple[Key, ...]:
    """The case a command speaks of, so that its row in the queue is marked whatever it writes."""
    case = getattr(command, "case", "")
    return (Key("case", case),) if case else ()
