"""Close a case whose repair was checked."""

from __future__ import annotations

from app.actions._action import QT_TRANSLATE_NOOP, Action, Context, is_lawful_now, why_not_decided
from casework.commands import close


def command(context: Context) -> close.Close | None:
    if context.case is None:
        return None
    return close.Close(case=context.case.id, opinion=context.text("opinion"))


ACTION = Action(
    id="close",
    title=QT_TRANSLATE_NOOP("Action", "Close case"),
    key="Enter",
    accepts=close.RULE.kind,
    available=lambda context: is_lawful_now(context, close.RULE),
    why_disabled=why_not_decided,
    command=command,
)
