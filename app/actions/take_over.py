"""A duty leader takes a case out of another seat's hands."""

from __future__ import annotations

from app.actions._action import QT_TRANSLATE_NOOP, Action, Context
from casework.commands.claim import ClaimCase
from casework.workflow import Post


def available(context: Context) -> bool:
    claim = context.claim
    return (
        claim is not None
        and claim.seat != context.actor.seat
        and Post.DUTY_LEADER in context.actor.posts
        and context.case is not None
        and context.case.is_open
    )


def command(context: Context) -> ClaimCase | None:
    return ClaimCase(case=context.case.id, is_takeover=True) if context.case is not None else None


ACTION = Action(
    id="take_over",
    title=QT_TRANSLATE_NOOP("Action", "Take over"),
    key="Alt+Up",
    available=available,
    command=command,
)
