"""A task: what one responsible unit must do for a case. One lead per round, and co-handlers where needed."""

from __future__ import annotations

import enum

import msgspec

from casework.entity import CITY_CHANNEL, Entity, unit_channel
from casework.ids import CaseId, TaskId, UnitId


class TaskState(enum.StrEnum):
    """A task's own state; the case's stage follows from the lead's."""

    SENT = "sent"
    RECEIVED = "received"
    FINISHED = "finished"
    RETURNED = "returned"


class Task(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`receive_due_ms` runs from the dispatch (first-receiver rule), `due_ms` is the case's handling deadline."""

    id: TaskId
    case: CaseId
    unit: UnitId
    is_lead: bool
    state: TaskState
    sent_ms: int
    due_ms: int
    receive_due_ms: int = 0
    received_ms: int = 0
    finished_ms: int = 0
    opinion: str = ""
    result: str = ""
    photos: tuple[str, ...] = ()


ENTITY = Entity(
    "task",
    Task,
    key=lambda row: row.id,
    channels=lambda row: (CITY_CHANNEL, unit_channel(row.unit)),
    indexed=("case", "unit", "state", "due_ms"),
)
