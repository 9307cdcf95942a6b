"""Record that the check failed: back to the same unit as rework, for one or more of five reasons.

F6 says no, as it does to a report; Ctrl+1..5 in the card choose the reason at once.
"""

from __future__ import annotations

from app.actions._action import QT_TRANSLATE_NOOP, Action, Ask, Context, is_lawful_now, why_not_decided
from casework.commands import check
from casework.commands.check import FailReason
from casework.limits import OPINION_CHARS


def command(context: Context) -> check.Check | None:
    if context.case is None or not context.reasons:
        return None
    reasons = tuple(reason for reason in FailReason if reason in context.reasons)
    return check.Check(case=context.case.id, failed_for=reasons, opinion=context.text("opinion"))


ACTION = Action(
    id="check_fail",
    title=QT_TRANSLATE_NOOP("Action", "Rework"),
    key="F6",
    available=lambda context: is_lawful_now(context, check.RULE),
    why_disabled=why_not_decided,
    command=command,
    asks=(
        Ask("reason", QT_TRANSLATE_NOOP("Action", "Reason"), choices=tuple(FailReason), takes_many=True),
        Ask("opinion", QT_TRANSLATE_NOOP("Action", "Opinion"), is_required=False, limit_chars=OPINION_CHARS),
    ),
)
