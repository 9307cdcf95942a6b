"""A request: what a unit asks of the centre about its task, such as to hand it back."""

from __future__ import annotations

import enum

import msgspec

from casework.entity import CITY_CHANNEL, Entity, unit_channel
from casework.ids import CaseId, RequestId, TaskId, UnitId


class RequestKind(enum.StrEnum):
    """What is asked for."""

    RETURN = "return"
    EXTENSION = "extension"
    SUSPENSION = "suspension"
    VOID = "void"


class RequestState(enum.StrEnum):
    """Where the request stands."""

    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"


class Request(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A return must say which evidence for the choice of unit is wrong."""

    id: RequestId
    case: CaseId
    task: TaskId
    unit: UnitId
    kind: RequestKind
    state: RequestState
    asked_ms: int
    evidence: str
    opinion: str = ""


ENTITY = Entity(
    "request",
    Request,
    key=lambda row: row.id,
    channels=lambda row: (CITY_CHANNEL, unit_channel(row.unit)),
    indexed=("case", "state"),
)
