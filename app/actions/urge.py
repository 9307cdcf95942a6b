"""Urge the unit that has the case in hand: marked on the case and written into its trace, as often as is needed."""

from __future__ import annotations

from app.actions._action import QT_TRANSLATE_NOOP, Action, Ask, Context, Why, is_lawful_now
from casework.commands import urge
from casework.limits import OPINION_CHARS
from casework.workflow import Flag


def why_disabled(context: Context) -> Why | None:
    """A claim does not stand in the way: nothing is decided."""
    is_suspended = context.case is not None and Flag.SUSPENDED in context.case.flags
    return Why.SUSPENDED if is_suspended else None


def command(context: Context) -> urge.Urge | None:
    if context.case is None:
        return None
    return urge.Urge(case=context.case.id, opinion=context.text("opinion"))


ACTION = Action(
    id="urge",
    title=QT_TRANSLATE_NOOP("Action", "Urge"),
    key="F11",
    accepts=urge.RULE.kind,
    available=lambda context: is_lawful_now(context, urge.RULE),
    why_disabled=why_disabled,
    command=command,
    asks=(
        Ask("opinion", QT_TRANSLATE_NOOP("Action", "Opinion"), is_required=False, limit_chars=OPINION_CHARS),
    ),
)
