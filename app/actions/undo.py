"""Take back the last thing that has not left this seat yet."""

from __future__ import annotations

from app.actions._action import QT_TRANSLATE_NOOP, Action, Context, Does, Place, Why


def why_disabled(context: Context) -> Why | None:
    return None if context.undoable else Why.NOTHING_TO_UNDO


ACTION = Action(
    id="undo",
    title=QT_TRANSLATE_NOOP("Action", "Undo"),
    key="Ctrl+Z",
    available=lambda context: True,
    why_disabled=why_disabled,
    target=lambda context: context.undoable,
    does=Does.UNDO,
    places=(Place.FOOT_END,),
)
