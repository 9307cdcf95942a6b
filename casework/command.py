"""The shape of every rule: what a command reads, and the pure function that applies it.

    reads(command) -> keys;   apply(rows, command, facts) -> Writes | Refusal

Run by the centre to decide, by the seat to show what is pending, and by the tests to check both.
It never reads a clock, a file or a random number: everything it needs is in `rows` and `facts`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from casework.facts import Facts
from casework.ids import Key
from casework.refusal import Refusal
from casework.workflow import Post, Stage

Rows = Mapping[Key, Any]  # the structs of the keys a command reads; None where there is no row


class Command(msgspec.Struct, frozen=True, kw_only=True, tag_field="deed"):
    """What an operator performs: only what was decided, never who or when (that is the envelope's)."""


class Writes(msgspec.Struct, frozen=True):
    """The rows a command leaves behind: whole new structs, or None for a row that ends."""

    rows: dict[Key, Any]


class Move(msgspec.Struct, frozen=True):
    """The stages a command may start from and the stage it leads to; None: it stays where it is."""

    before: frozenset[Stage]
    after: Stage | None = None


class Rule(msgspec.Struct, frozen=True):
    """Everything the program knows of one command.

    subject   the row whose version the command is based on
    posts     posts that may perform it; empty: anybody who sees the row
    move      stages it starts from and leads to
    is_commutative  true where the order with other commands does not matter, so no base version is checked
    undo_ms   how long it waits at the seat before it leaves
    """

    struct: type[Command]
    subject: Callable[[Any], Key]
    reads: Callable[[Any], tuple[Key, ...]]
    apply: Callable[[Rows, Any, Facts], Writes | Refusal]
    posts: frozenset[Post] = frozenset()
    move: Move | None = None
    is_commutative: bool = False
    undo_ms: int = 0

    @property
    def kind(self) -> str:
        """The command's name on the wire."""
        tag = self.struct.__struct_config__.tag
        assert isinstance(tag, str)
        return tag
