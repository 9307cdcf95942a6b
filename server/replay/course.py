"""The recorded life of a case as the steps of the hall: which commands, in which order, when, and by whose hand.

Pure: values in, values out; times are the file's own. Promises: the steps of a case never change places; a case that
the file closes ends closed, one that it does not stays with its unit; whatever state the centre says a case is in,
`step_of` names the step that is due next.
"""

from __future__ import annotations

import enum
import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec

from casework.catalogue.model import Catalogue, Kind
from casework.command import Command
from casework.commands.check import Check
from casework.commands.close import Close
from casework.commands.dispatch import Dispatch
from casework.commands.file_case import FileCase
from casework.commands.finish import Finish
from casework.commands.receive import Receive
from casework.commands.register import Register
from casework.commands.send_check import SendCheck
from casework.entities.task import TaskState
from casework.ids import CaseId, CommandId, GridCode, TaskId, UnitId
from casework.workflow import Post, Source, Stage

HOUR_MS = 3_600_000
DESK_MS = 4 * HOUR_MS  # what a case waits at each desk of the hall, unless its whole life was short
SHARES = 8  # seven waits and something left over
UID_PART = 56  # of a number at the source that stands in a command's id as it is


class Step(enum.IntEnum):
    """The way of a case through the hall."""

    REGISTER = 0
    FILE = 1
    DISPATCH = 2
    RECEIVE = 3
    FINISH = 4
    SEND_CHECK = 5
    CHECK = 6
    CLOSE = 7
    DONE = 8


DEEDS = ("register", "file", "dispatch", "receive", "finish", "send", "check", "close")
POST_OF: Mapping[Step, Post] = {
    Step.REGISTER: Post.INTAKE,
    Step.FILE: Post.DUTY_LEADER,
    Step.DISPATCH: Post.DISPATCHER,
    Step.RECEIVE: Post.UNIT_OPERATOR,
    Step.FINISH: Post.UNIT_OPERATOR,
    Step.SEND_CHECK: Post.ACCEPTOR,
    Step.CHECK: Post.ACCEPTOR,
    Step.CLOSE: Post.DUTY_LEADER,
}
ON_TASK = frozenset({Step.RECEIVE, Step.FINISH})
_BY_STAGE = {
    Stage.REGISTERED: Step.FILE,
    Stage.VERIFYING: Step.FILE,
    Stage.AWAITING_FILING: Step.FILE,
    Stage.AWAITING_DISPATCH: Step.DISPATCH,
    Stage.AWAITING_CHECK: Step.SEND_CHECK,
    Stage.CHECKING: Step.CHECK,
    Stage.AWAITING_CLOSE: Step.CLOSE,
}


class Life(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the file that the checks let in: what was told, and what became of it. `closed_ms` 0 = still open."""

    uid: str
    kind: Kind
    edition: str
    class_code: str
    condition: str
    text: str
    place: str
    source: Source
    x_mm: int
    y_mm: int
    grid: GridCode
    unit: UnitId
    opened_ms: int
    closed_ms: int = 0


def times_of(life: Life) -> tuple[int, ...]:
    """When each step is due, in the file's time; a case that is still open ends with its unit's signature."""
    opened = life.opened_ms
    if not life.closed_ms:
        return tuple(opened + DESK_MS * k for k in range(4))
    closed = max(opened, life.closed_ms)
    wait = min(DESK_MS, (closed - opened) // SHARES)
    return (*(opened + wait * k for k in range(4)), *(closed - wait * k for k in (3, 2, 1, 0)))


def command_id(uid: str, step: Step, again: int = 0) -> CommandId:
    """Made of the case and the step, so that no step is ever done twice, whoever asks for it."""
    name = uid if len(uid) <= UID_PART and uid.isascii() else hashlib.sha256(uid.encode()).hexdigest()[:40]
    tail = f"-{again}" if again else ""
    return CommandId(f"replay-{name}-{DEEDS[step]}{tail}")


def command_of(life: Life, step: Step, case: CaseId, task: TaskId, when: str) -> Command:
    """The command of a step; `when` is the recorded instant in words."""
    match step:
        case Step.REGISTER:
            return register(life, case)
        case Step.FILE:
            return FileCase(case=case, class_code=life.class_code, condition=life.condition)
        case Step.DISPATCH:
            return Dispatch(case=case, unit=life.unit)
        case Step.RECEIVE:
            return Receive(case=case, task=task)
        case Step.FINISH:
            return Finish(case=case, task=task, result=f"按档案办结 {when}")
        case Step.SEND_CHECK:
            return SendCheck(case=case)
        case Step.CHECK:
            return Check(case=case)
        case Step.CLOSE:
            return Close(case=case, opinion=f"按档案结案 {when}")
        case _:
            raise ValueError(step)


def register(life: Life, case: CaseId) -> Register:
    """The report, told when the file says it was."""
    return Register(
        case=case,
        source=life.source,
        kind=life.kind,
        edition=life.edition,
        class_code=life.class_code,
        text=life.text,
        place=life.place,
        x_mm=life.x_mm,
        y_mm=life.y_mm,
        grid=life.grid,
        told_ms=life.opened_ms,
        uid=life.uid,
    )


class Standing(msgspec.Struct, frozen=True):
    """What of a case's row decides what comes next; reads any row of a case."""

    id: CaseId
    stage: Stage
    unit: UnitId = UnitId("")
    task: TaskId = TaskId("")
    received_ms: int = 0
    round: int = 0


class TaskStanding(msgspec.Struct, frozen=True):
    """The same of a task's row."""

    id: TaskId
    unit: UnitId
    state: TaskState


def step_of(standing: Standing) -> Step:
    """The step that is due next where a case stands thus; DONE where it has ended."""
    if standing.stage is Stage.HANDLING:
        return Step.FINISH if standing.received_ms else Step.RECEIVE
    return _BY_STAGE.get(standing.stage, Step.DONE)


def condition_for(catalogue: Catalogue, kind: Kind, code: str) -> str:
    """The filing condition a case of a class is filed under where the file names none: the catalogue's first."""
    conditions = catalogue.conditions.get((kind, code), ())
    return conditions[0].id if conditions else ""


def words_for(at_ms: int, zone: ZoneInfo) -> str:
    """An instant of the file as people of its city read it."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(zone).strftime("%Y-%m-%d %H:%M")
