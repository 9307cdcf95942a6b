"""Decide that a report is not a case, for one of nine reasons."""

from __future__ import annotations

from app.actions._action import QT_TRANSLATE_NOOP, Action, Ask, Context, is_lawful_now, why_not_decided
from casework.commands import not_file
from casework.commands.not_file import NotFiledReason
from casework.limits import OPINION_CHARS


def command(context: Context) -> not_file.NotFile | None:
    if context.case is None or ACTION.missing(context):
        return None
    reason = NotFiledReason(context.reasons[0])
    return not_file.NotFile(case=context.case.id, reason=reason, opinion=context.text("opinion"))


ACTION = Action(
    id="not_file",
    title=QT_TRANSLATE_NOOP("Action", "Not a case"),
    key="F6",
    accepts=not_file.RULE.kind,
    available=lambda context: is_lawful_now(context, not_file.RULE),
    why_disabled=why_not_decided,
    command=command,
    asks=(
        Ask("reason", QT_TRANSLATE_NOOP("Action", "Reason"), choices=tuple(NotFiledReason)),
        Ask(
            "opinion",
            QT_TRANSLATE_NOOP("Action", "Opinion"),
            is_required=False,
            limit_chars=OPINION_CHARS,
            required_with=NotFiledReason.OTHER,
        ),
    ),
)
