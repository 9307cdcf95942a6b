"""Accept the report as a case, under the class and the filing condition that the card shows."""

from __future__ import annotations

from app.actions._action import QT_TRANSLATE_NOOP, Action, Context, Why, is_lawful_now, why_not_decided
from casework.commands import file_case


def why_disabled(context: Context) -> Why | None:
    return why_not_decided(context) or (None if context.condition else Why.NO_CONDITION)


def command(context: Context) -> file_case.FileCase | None:
    if context.case is None or not context.condition:
        return None
    return file_case.FileCase(
        case=context.case.id,
        class_code=context.class_code or context.case.class_code,
        condition=context.condition,
        opinion=context.text("opinion"),
    )


ACTION = Action(
    id="file_case",
    title=QT_TRANSLATE_NOOP("Action", "File"),
    key="Enter",
    accepts=file_case.RULE.kind,
    available=lambda context: is_lawful_now(context, file_case.RULE),
    why_disabled=why_disabled,
    command=command,
)
