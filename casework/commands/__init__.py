"""Every command, in one explicit tuple. A new one is a file here and a line below."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any, Union

from casework.command import Command, Rule
from casework.commands import (
    add_note,
    check,
    claim,
    close,
    dispatch,
    file_case,
    finish,
    not_file,
    receive,
    register,
    release,
    return_task,
    send_check,
    urge,
)

COMMANDS: tuple[Rule, ...] = (
    register.RULE,
    file_case.RULE,
    not_file.RULE,
    dispatch.RULE,
    receive.RULE,
    finish.RULE,
    return_task.RULE,
    send_check.RULE,
    check.RULE,
    close.RULE,
    urge.RULE,
    add_note.RULE,
    claim.RULE,
    release.RULE,
)
RULE_BY_STRUCT: MappingProxyType[type[Command], Rule] = MappingProxyType({r.struct: r for r in COMMANDS})
RULE_BY_KIND: MappingProxyType[str, Rule] = MappingProxyType({r.kind: r for r in COMMANDS})
ANY_COMMAND: Any = Union[tuple(r.struct for r in COMMANDS)]  # noqa: UP007 - built from the tuple, for decoding


def rule_of(command: Command) -> Rule:
    """The rule of a command; every command has one (a test holds the tuple complete)."""
    return RULE_BY_STRUCT[type(command)]
