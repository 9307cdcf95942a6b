"""Put the case back: give up this seat's claim, so that another can take it."""

from __future__ import annotations

from app.actions._action import QT_TRANSLATE_NOOP, Action, Context, Place
from casework.commands.release import Release


def available(context: Context) -> bool:
    return context.claim is not None and context.claim.seat == context.actor.seat


def command(context: Context) -> Release | None:
    return Release(case=context.claim.case) if context.claim is not None else None


ACTION = Action(
    id="release",
    title=QT_TRANSLATE_NOOP("Action", "Put back"),
    key="Alt+Down",
    available=available,
    command=command,
    places=(Place.CARD,),
)
