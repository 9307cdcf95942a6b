"""Take the next case of the queue in hand: claims it for this seat."""

from __future__ import annotations

from app.actions._action import QT_TRANSLATE_NOOP, Action, Context, Why
from casework.commands.claim import ClaimCase


def why_disabled(context: Context) -> Why | None:
    return None if context.next_case else Why.QUEUE_EMPTY


def command(context: Context) -> ClaimCase | None:
    return ClaimCase(case=context.next_case) if context.next_case else None


ACTION = Action(
    id="take_next",
    title=QT_TRANSLATE_NOOP("Action", "Take next"),
    key="Space",
    available=lambda context: True,
    why_disabled=why_disabled,
    command=command,
    places=(),
)
