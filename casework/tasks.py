"""What holds of a task before its unit may act on it: it is theirs, and of the case's present round."""

from __future__ import annotations

from casework.entities.case import Case
from casework.entities.task import Task
from casework.facts import Facts
from casework.refusal import Refusal, RefusalCode, refuse


def present_task(case: Case, task: Task | None, facts: Facts) -> Task | Refusal:
    """The task, or why the actor may not touch it."""
    if task is None:
        return refuse(RefusalCode.UNKNOWN_ROW, entity="task")
    is_of_round = task.id == case.task or task.id.startswith(case.task + ".")
    if task.case != case.id or not is_of_round or task.unit != facts.actor.unit:
        return refuse(RefusalCode.NOT_YOUR_TASK, task=task.id, unit=task.unit)
    return task
