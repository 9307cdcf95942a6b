"""Record that the check on site found the work done."""

from __future__ import annotations

from app.actions._action import QT_TRANSLATE_NOOP, Action, Context, is_lawful_now, why_not_decided
from casework.commands import check


def command(context: Context) -> check.Check | None:
    if context.case is None:
        return None
    return check.Check(case=context.case.id, opinion=context.text("opinion"))


ACTION = Action(
    id="check_pass",
    title=QT_TRANSLATE_NOOP("Action", "Check passed"),
    key="Enter",
    accepts=check.RULE.kind,
    available=lambda context: is_lawful_now(context, check.RULE),
    why_disabled=why_not_decided,
    command=command,
)
