"""Send a supervisor to see on site what a unit reports done."""

from __future__ import annotations

from app.actions._action import QT_TRANSLATE_NOOP, Action, Context, is_lawful_now, why_not_decided
from casework.commands import send_check


def command(context: Context) -> send_check.SendCheck | None:
    if context.case is None:
        return None
    return send_check.SendCheck(case=context.case.id, checker=context.checker)


ACTION = Action(
    id="send_check",
    title=QT_TRANSLATE_NOOP("Action", "Send check"),
    key="Enter",
    accepts=send_check.RULE.kind,
    available=lambda context: is_lawful_now(context, send_check.RULE),
    why_disabled=why_not_decided,
    command=command,
)
