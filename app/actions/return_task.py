"""Hand the task back to the centre: which evidence for the choice of unit is wrong, and why."""

from __future__ import annotations

from app.actions._action import QT_TRANSLATE_NOOP, Action, Ask, Context, is_lawful_now, why_not_decided
from casework.commands import return_task
from casework.entities.task import TaskState
from casework.limits import OPINION_CHARS


def available(context: Context) -> bool:
    task = context.task
    is_open = task is not None and task.is_lead and task.state in (TaskState.SENT, TaskState.RECEIVED)
    return is_lawful_now(context, return_task.RULE) and is_open


def command(context: Context) -> return_task.ReturnTask | None:
    evidence, opinion = context.text("evidence"), context.text("opinion")
    if context.case is None or context.task is None or not evidence or not opinion:
        return None
    return return_task.ReturnTask(
        case=context.case.id, task=context.task.id, evidence=evidence, opinion=opinion
    )


ACTION = Action(
    id="return_task",
    title=QT_TRANSLATE_NOOP("Action", "Hand back"),
    key="Shift+F8",
    accepts=return_task.RULE.kind,
    available=available,
    why_disabled=why_not_decided,
    command=command,
    asks=(
        Ask("evidence", QT_TRANSLATE_NOOP("Action", "Wrong evidence"), limit_chars=OPINION_CHARS),
        Ask("opinion", QT_TRANSLATE_NOOP("Action", "Why"), limit_chars=OPINION_CHARS),
    ),
)
