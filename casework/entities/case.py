"""The case: one problem at one place, from its registration to its close."""

from __future__ import annotations

import msgspec

from casework.catalogue.model import Kind
from casework.clock.model import Pause, TimeLimit
from casework.entity import CITY_CHANNEL, Entity, district_channel, unit_channel
from casework.ids import CaseId, ComponentId, GridCode, PersonId, ReportId, SeatId, TaskId, UnitId
from casework.workflow import OPEN_STAGES, Flag, Post, Source, Stage


class Step(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of the case's trace (flow log). `deed` is the command's kind."""

    at_ms: int
    deed: str
    person: PersonId
    name: str
    seat: SeatId
    post: Post | None = None
    opinion: str = ""
    unit: UnitId = UnitId("")


class Case(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The row every queue shows. Positions in mm of the city's plane, instants in ms UTC, 0 = not yet.

    `stage_due_ms` ends the present stage, `due_ms` the handling as a whole; `limit` is the span behind `due_ms`.
    """

    id: CaseId
    stage: Stage
    kind: Kind
    edition: str
    class_code: str
    x_mm: int
    y_mm: int
    place: str
    grid: GridCode
    text: str
    source: Source
    report: ReportId
    registered_ms: int
    stage_ms: int
    flags: frozenset[Flag] = frozenset()
    condition: str = ""
    area_type: str = "A"
    component: ComponentId = ComponentId("")
    unit: UnitId = UnitId("")
    task: TaskId = TaskId("")
    round: int = 0  # dispatches and reworks so far; the present task ends with it
    open_tasks: int = 0  # tasks of this round not yet finished, co-handlers included
    limit: TimeLimit | None = None
    stage_due_ms: int = 0
    due_ms: int = 0
    clock_ms: int = 0  # when the handling clock started
    filed_ms: int = 0
    dispatched_ms: int = 0
    received_ms: int = 0
    finished_ms: int = 0
    checked_ms: int = 0
    closed_ms: int = 0
    pauses: tuple[Pause, ...] = ()
    returns: int = 0
    reworks: int = 0
    photos: tuple[str, ...] = ()  # sha256 of each blob
    uid: str = ""  # the number it has at its source: a system it came from, a file it was imported from
    trace: tuple[Step, ...] = ()

    @property
    def is_open(self) -> bool:
        """Still in somebody's hands."""
        return self.stage in OPEN_STAGES

    @property
    def district(self) -> str:
        """The six digits of the district."""
        return self.grid[:6]


def channels(row: Case) -> tuple[str, ...]:
    """The city, its district, and the unit that has it in hand."""
    units = (unit_channel(row.unit),) if row.unit else ()
    return (CITY_CHANNEL, district_channel(row.grid), *units)


ENTITY = Entity(
    "case",
    Case,
    key=lambda row: row.id,
    channels=channels,
    indexed=(
        "stage",
        "class_code",
        "unit",
        "grid",
        "x_mm",
        "y_mm",
        "stage_due_ms",
        "due_ms",
        "registered_ms",
        "uid",
    ),
)
