"""Report the task of one's own unit done, and say what was done."""

from __future__ import annotations

from app.actions._action import QT_TRANSLATE_NOOP, Action, Ask, Context, is_lawful_now, why_not_decided
from casework.commands import finish
from casework.entities.task import TaskState
from casework.limits import OPINION_CHARS


def available(context: Context) -> bool:
    task = context.task
    return is_lawful_now(context, finish.RULE) and task is not None and task.state is TaskState.RECEIVED


def command(context: Context) -> finish.Finish | None:
    result = context.text("result")
    if context.case is None or context.task is None or not result:
        return None
    return finish.Finish(case=context.case.id, task=context.task.id, result=result)


ACTION = Action(
    id="finish",
    title=QT_TRANSLATE_NOOP("Action", "Report done"),
    key="Enter",
    accepts=finish.RULE.kind,
    available=available,
    why_disabled=why_not_decided,
    command=command,
    asks=(Ask("result", QT_TRANSLATE_NOOP("Action", "What was done"), limit_chars=OPINION_CHARS),),
)
