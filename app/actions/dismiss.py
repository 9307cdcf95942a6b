"""Put a refused command away after having read why. Nothing but a hand does this."""

from __future__ import annotations

from app.actions._action import QT_TRANSLATE_NOOP, Action, Context, Does


def target(context: Context) -> str:
    return context.refused.id if context.refused is not None else ""


ACTION = Action(
    id="dismiss",
    title=QT_TRANSLATE_NOOP("Action", "Understood"),
    key="Ctrl+2",
    available=lambda context: context.refused is not None,
    target=target,
    does=Does.DISMISS,
    places=(),
)
