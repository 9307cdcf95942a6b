"""Send a refused command once more, on what the case has become, where that is still lawful."""

from __future__ import annotations

import msgspec

from app.actions._action import QT_TRANSLATE_NOOP, Action, Context, is_lawful_now, why_not_decided
from casework.command import Command
from casework.commands import rule_of


def available(context: Context) -> bool:
    """The command has a stage to start from and its actor a post for it; a claim is simply made anew."""
    line = context.refused
    if line is None or context.case is None:
        return False
    rule = rule_of(line.command)
    return context.case.is_open if rule.move is None else is_lawful_now(context, rule)


def command(context: Context) -> Command | None:
    # A command is a value: the same one, performed anew, gets an id and a base of its own.
    return msgspec.structs.replace(context.refused.command) if context.refused is not None else None


ACTION = Action(
    id="send_again",
    title=QT_TRANSLATE_NOOP("Action", "Send again"),
    key="Ctrl+1",
    available=available,
    why_disabled=why_not_decided,
    command=command,
    places=(),
)
