"""Open the form for a new report, in a strip above the map."""

from __future__ import annotations

from app.actions._action import QT_TRANSLATE_NOOP, Action, Context, Does, Place
from casework.commands import register

PART = "report_form"


def available(context: Context) -> bool:
    return bool(register.RULE.posts & context.actor.posts)


ACTION = Action(
    id="new_report",
    title=QT_TRANSLATE_NOOP("Action", "New report"),
    key="F9",
    available=available,
    does=Does.OPEN,
    opens=PART,
    places=(Place.FOOT_END,),
)
