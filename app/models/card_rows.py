"""The rows behind one case card, read once and kept as a value; everything shown is made from it.

Reads through the session only, by keys and indexed columns, so that a card costs a handful of look-ups.
"""

from __future__ import annotations

from typing import Any, Protocol

import msgspec

from casework.catalogue.model import Catalogue, Condition
from casework.entities.case import Case
from casework.entities.city import City
from casework.entities.claim import Claim
from casework.entities.component import Component
from casework.entities.note import Note
from casework.entities.person import Person
from casework.entities.report import Report
from casework.entities.request import Request
from casework.entities.task import Task
from casework.entities.unit_grid import UnitGrid
from casework.facts import Actor
from casework.sync.status import OutboxLine
from casework.workflow import Post


class Source(Protocol):
    """The part of the session a card reads."""

    catalogues: Any

    def row(self, entity: str, key: str) -> Any: ...
    def rows(self, entity: str, **equals: Any) -> list[Any]: ...
    def outbox(self) -> tuple[OutboxLine, ...]: ...
    def city(self) -> City | None: ...
    def actor(self) -> Actor: ...
    def now_ms(self) -> int: ...


class CardRows(msgspec.Struct, frozen=True, kw_only=True):
    """One case and what belongs to it, as the seat knows it now (its own pending commands laid over)."""

    case: Case
    city: City
    actor: Actor
    pending: tuple[OutboxLine, ...] = ()
    claim: Claim | None = None
    report: Report | None = None
    component: Component | None = None
    grid: UnitGrid | None = None
    tasks: tuple[Task, ...] = ()
    notes: tuple[Note, ...] = ()
    requests: tuple[Request, ...] = ()
    checkers: tuple[Person, ...] = ()
    conditions: tuple[Condition, ...] = ()
    units: dict[str, str] = {}

    @property
    def own_task(self) -> Task | None:
        """The task of the actor's unit in the present round."""
        case, unit = self.case, self.actor.unit
        for task in self.tasks:
            is_of_round = task.id == case.task or task.id.startswith(case.task + ".")
            if unit and task.unit == unit and is_of_round:
                return task
        return None

    @property
    def lead_task(self) -> Task | None:
        """The lead's task of the present round."""
        return next((task for task in self.tasks if task.id == self.case.task), None)

    def unit_name(self, unit: str) -> str:
        """A unit's name; its id where the row is not here."""
        return self.units.get(unit, unit)


def read_card(source: Source, case_id: str) -> CardRows | None:
    """Everything of one case; None where the seat has no such row (or no city yet)."""
    shown, city = source.row("case", case_id), source.city()
    if shown is None or city is None:
        return None
    case: Case = shown.row
    tasks = tuple(sorted(_rows(source, "task", case=case_id), key=lambda task: task.id))
    component = _row(source, "component", case.component) if case.component else None
    grid = _row(source, "unit_grid", case.grid)
    known = {case.unit, *(task.unit for task in tasks), *(step.unit for step in case.trace)}
    if component is not None:
        known.add(component.owner)
    return CardRows(
        case=case,
        city=city,
        actor=source.actor(),
        pending=tuple(line for line in source.outbox() if line.id in shown.pending),
        claim=_row(source, "claim", case_id),
        report=_row(source, "report", case.report),
        component=component,
        grid=grid,
        tasks=tasks,
        notes=tuple(sorted(_rows(source, "note", case=case_id), key=lambda note: -note.at_ms)),
        requests=tuple(_rows(source, "request", case=case_id)),
        checkers=_checkers(source, grid),
        conditions=_conditions(source.catalogues, case, case.class_code),
        units=_unit_names(source, known),
    )


def _row(source: Source, entity: str, key: str) -> Any:
    shown = source.row(entity, key) if key else None
    return shown.row if shown is not None else None


def _rows(source: Source, entity: str, **equals: Any) -> list[Any]:
    return [shown.row for shown in source.rows(entity, **equals)]


def _unit_names(source: Source, ids: set[Any]) -> dict[str, str]:
    rows = ((unit, _row(source, "unit", unit)) for unit in ids if unit)
    return {unit: row.name for unit, row in rows if row is not None}


def _checkers(source: Source, grid: UnitGrid | None) -> tuple[Person, ...]:
    """The supervisors who answer for the working grid the case lies in."""
    if grid is None or not grid.work_grid:
        return ()
    people = _rows(source, "person", work_grid=grid.work_grid)
    return tuple(person for person in people if Post.SUPERVISOR in person.posts and person.is_active)


def _conditions(catalogues: dict[str, Catalogue], case: Case, code: str) -> tuple[Condition, ...]:
    catalogue = catalogues.get(case.edition)
    return tuple(catalogue.conditions.get((case.kind, code), ())) if catalogue else ()
