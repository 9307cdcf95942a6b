"""Open cases of a file as rows: the case, its report and, where a unit has it in hand, the unit's task.

Promises: the same line of the file gives the same rows; a row that the hall has worked on since is told from one that
only deliveries have written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from casework.catalogue.model import Kind
from casework.clock.deadline import due
from casework.entities.case import Case, Step
from casework.entities.delivery import Delivery
from casework.entities.report import Report
from casework.entities.task import Task, TaskState
from casework.ids import CaseId, ComponentId, GridCode, ReportId, TaskId, UnitId
from casework.workflow import Source, Stage
from server.imports.checked import CHANGED, MADE
from server.imports.standing import Standing
from server.store import CENTRE_SEAT
from server.store.writing import Put

if TYPE_CHECKING:
    from server.imports.cases import Lives

DEED = "deliver"
SAME, DIFFERS, IN_HAND = range(3)
# What a file says of a case the hall has in hand, and must say again for its line to be nothing new.
FIXED = ("kind", "edition", "x_mm", "y_mm", "place", "text", "source", "registered_ms")


def case_of(lives: Lives, place: int, key: str, standing: Standing) -> Case:
    """The case as its line in the file has it, without a trace."""
    kind, code = lives.classes.classes[int(lives.classes.of[place])]
    opened_ms, due_ms = int(lives.opened_ms[place]), int(lives.due_ms[place])
    closed_ms, unit = int(lives.closed_ms[place]), UnitId(lives.units[place])
    condition_id = lives.conditions[place]
    condition = standing.catalogues[lives.classes.edition].condition(kind, code, condition_id)
    stage = _stage(lives.stages[place], unit, condition_id)
    grid = standing.unit_grids.get(lives.grids[place])
    filed = 0 if stage is Stage.REGISTERED else opened_ms
    at_ms = opened_ms if stage is not Stage.CLOSED else closed_ms
    sent = opened_ms if unit else 0
    return Case(
        id=CaseId(key),
        stage=stage,
        kind=Kind(kind),
        edition=lives.classes.edition,
        class_code=code,
        condition=condition_id,
        x_mm=int(lives.x_mm[place]),
        y_mm=int(lives.y_mm[place]),
        place=lives.places[place],
        grid=GridCode(lives.grids[place]),
        area_type=grid.row.area_type if grid else "A",
        component=ComponentId(lives.components[place]),
        text=lives.texts[place],
        source=Source(lives.sources[place]),
        report=ReportId(f"{key}-1"),
        registered_ms=opened_ms,
        stage_ms=at_ms,
        stage_due_ms=_stage_due_ms(stage, at_ms, due_ms, standing),
        unit=unit,
        task=TaskId(f"{key}-1") if unit else TaskId(""),
        round=1 if unit else 0,
        open_tasks=1 if unit and stage is Stage.HANDLING else 0,
        limit=condition.limit if condition else None,
        due_ms=due_ms,
        clock_ms=filed,
        filed_ms=filed,
        dispatched_ms=sent,
        received_ms=sent,
        finished_ms=closed_ms if unit else 0,
        closed_ms=closed_ms,
        uid=lives.uids[place],
    )


def _stage(ended: str, unit: str, condition: str) -> Stage:
    if ended:
        return Stage(ended)
    if unit:
        return Stage.HANDLING
    return Stage.AWAITING_DISPATCH if condition else Stage.REGISTERED


def _stage_due_ms(stage: Stage, at_ms: int, due_ms: int, standing: Standing) -> int:
    if stage is Stage.HANDLING:
        return due_ms
    limit = standing.city.stage_limits.get(stage)
    return due(standing.city.calendar, at_ms, limit).due_ms if limit else 0


def verdict(lives: Lives, place: int, here: Case, standing: Standing) -> int:
    """Whether the file says anything new of a case that is a row here, and whether it may."""
    told = case_of(lives, place, here.id, standing)
    if all(step.deed == DEED for step in here.trace):
        return SAME if msgspec.structs.replace(told, trace=here.trace) == here else DIFFERS
    is_same = all(getattr(told, name) == getattr(here, name) for name in FIXED)
    is_same = is_same and (told.is_open or not here.is_open)
    return SAME if is_same else IN_HAND


def puts(
    lives: Lives,
    keys: Any,
    fate: np.ndarray[Any, Any],
    is_free: np.ndarray[Any, Any],
    again: dict[str, int],
    standing: Standing,
) -> Callable[[Delivery], Iterator[Put]]:
    """The rows of the open cases that are new, and of those that are rows already and changed."""
    key_at = {place: key for key, place in again.items()}
    new = np.flatnonzero(is_free & (fate == MADE) & lives.is_open).tolist()
    changed = [place for place in np.flatnonzero(is_free & (fate == CHANGED)).tolist() if place in key_at]

    def made(delivery: Delivery) -> Iterator[Put]:
        step = Step(delivery.at_ms, DEED, delivery.person, delivery.file, CENTRE_SEAT)
        for place in new:
            case = case_of(lives, place, keys[place], standing)
            yield Put("case", msgspec.structs.replace(case, trace=(step,)), 0)
            yield from _beside(case)
        for place in changed:
            old = standing.cases[key_at[place]]
            case = case_of(lives, place, old.row.id, standing)
            yield Put("case", msgspec.structs.replace(case, trace=(*old.row.trace, step)), old.ver)
            yield from _beside(case)

    return made


def _beside(case: Case) -> Iterator[Put]:
    """What stands beside the case itself; a row that is so already makes no entry."""
    report = Report(
        id=case.report,
        case=case.id,
        source=case.source,
        text=case.text,
        place=case.place,
        x_mm=case.x_mm,
        y_mm=case.y_mm,
        grid=case.grid,
        told_ms=case.registered_ms,
        uid=case.uid,
    )
    yield Put("report", report)
    if case.task:
        is_done = case.stage is Stage.CLOSED
        yield Put(
            "task",
            Task(
                id=case.task,
                case=case.id,
                unit=case.unit,
                is_lead=True,
                state=TaskState.FINISHED if is_done else TaskState.RECEIVED,
                sent_ms=case.dispatched_ms,
                due_ms=case.due_ms,
                received_ms=case.received_ms,
                finished_ms=case.finished_ms,
            ),
        )
