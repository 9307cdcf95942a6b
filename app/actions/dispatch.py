"""Send the case to the unit chosen among the candidates. It can be taken back for ten seconds."""

from __future__ import annotations

from app.actions._action import QT_TRANSLATE_NOOP, Action, Context, Why, is_lawful_now, why_not_decided
from casework.commands import dispatch


def why_disabled(context: Context) -> Why | None:
    return why_not_decided(context) or (None if context.unit else Why.NO_UNIT)


def command(context: Context) -> dispatch.Dispatch | None:
    if context.case is None or not context.unit:
        return None
    return dispatch.Dispatch(
        case=context.case.id,
        unit=context.unit,
        co_units=tuple(unit for unit in context.co_units if unit != context.unit),
        opinion=context.text("opinion"),
    )


ACTION = Action(
    id="dispatch",
    title=QT_TRANSLATE_NOOP("Action", "Dispatch"),
    key="Enter",
    also_key="F8",
    accepts=dispatch.RULE.kind,
    available=lambda context: is_lawful_now(context, dispatch.RULE),
    why_disabled=why_disabled,
    command=command,
)
