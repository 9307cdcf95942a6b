"""The one rule of the program, in front of every command's own: who may, from which stage, and what follows.

reads(command) -> keys;   apply(rows, command, facts) -> Writes | Refusal
"""

from __future__ import annotations

from casework.command import Command, Rows, Rule, Writes
from casework.commands import rule_of
from casework.entities.case import Case
from casework.facts import Facts
from casework.ids import Key
from casework.refusal import Refusal, RefusalCode, refuse


def reads(command: Command) -> tuple[Key, ...]:
    """The rows `apply` needs; a row that does not exist is passed as None."""
    return rule_of(command).reads(command)


def apply(rows: Rows, command: Command, facts: Facts) -> Writes | Refusal:
    """What the command leaves behind, or why not. Total and deterministic; never changes what it is given."""
    rule = rule_of(command)
    if rule.posts and not rule.posts & facts.actor.posts:
        return refuse(RefusalCode.FORBIDDEN, deed=rule.kind, posts=" ".join(sorted(rule.posts)))
    return unlawful(rule, rows, command) or rule.apply(rows, command, facts)


def unlawful(rule: Rule, rows: Rows, command: Command) -> Refusal | None:
    """Why the command does not fit the case's stage, or None. Commands with a move always name their case."""
    if rule.move is None:
        return None
    key = Key("case", command.case)  # type: ignore[attr-defined]
    case = rows[key]
    if not isinstance(case, Case):
        return refuse(RefusalCode.UNKNOWN_ROW, entity="case", key=key.key)
    if case.stage not in rule.move.before:
        return refuse(RefusalCode.BAD_TRANSITION, stage=case.stage, deed=rule.kind)
    return None
