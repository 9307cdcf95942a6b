"""Every operator action, in one explicit tuple. A new one is a file here and a line below.

The order is the order of the key caps in the card and in the foot: the proposed step first.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

from app.actions import (
    add_note,
    check_fail,
    check_pass,
    close,
    dismiss,
    dispatch,
    drawer,
    file_case,
    finish,
    keep_as_note,
    new_report,
    not_file,
    receive,
    release,
    return_task,
    send_again,
    send_check,
    take_next,
    take_over,
    undo,
    urge,
)
from app.actions._action import Action, Ask, Context, Does, Place, Why

__all__ = [
    "ACTIONS",
    "ACTION_BY_ID",
    "Action",
    "Ask",
    "Context",
    "Does",
    "Place",
    "Why",
    "available",
    "for_key",
]

ACTIONS: tuple[Action, ...] = (
    file_case.ACTION,
    dispatch.ACTION,
    receive.ACTION,
    finish.ACTION,
    send_check.ACTION,
    check_pass.ACTION,
    close.ACTION,
    not_file.ACTION,
    check_fail.ACTION,
    return_task.ACTION,
    urge.ACTION,
    add_note.ACTION,
    release.ACTION,
    take_over.ACTION,
    take_next.ACTION,
    new_report.ACTION,
    undo.ACTION,
    drawer.ACTION,
    send_again.ACTION,
    keep_as_note.ACTION,
    dismiss.ACTION,
)
ACTION_BY_ID: MappingProxyType[str, Action] = MappingProxyType({action.id: action for action in ACTIONS})


def available(context: Context) -> Iterator[Action]:
    """The actions that are there in this context, disabled ones included."""
    return (action for action in ACTIONS if action.available(context))


def for_key(key: str, context: Context) -> Action | None:
    """The one action a key cap stands for in this context."""
    return next((action for action in available(context) if action.has_key(key)), None)
