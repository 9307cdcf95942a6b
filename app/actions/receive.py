"""Sign for the task of one's own unit."""

from __future__ import annotations

from app.actions._action import QT_TRANSLATE_NOOP, Action, Context, is_lawful_now, why_not_decided
from casework.commands import receive
from casework.entities.task import TaskState


def available(context: Context) -> bool:
    task = context.task
    return is_lawful_now(context, receive.RULE) and task is not None and task.state is TaskState.SENT


def command(context: Context) -> receive.Receive | None:
    if context.case is None or context.task is None:
        return None
    return receive.Receive(case=context.case.id, task=context.task.id)


ACTION = Action(
    id="receive",
    title=QT_TRANSLATE_NOOP("Action", "Receive"),
    key="Enter",
    accepts=receive.RULE.kind,
    available=available,
    why_disabled=why_not_decided,
    command=command,
)
