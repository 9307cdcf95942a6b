"""The queues as data: what each holds, whose work it is, which clock runs in it, and what its rows show.

A queue is here once some command leads a case into it and out of it again; approvals, replies, disputes and
appeals join with their commands. `holds` is pure and looks at one case and the task that matters to the viewer:
for the hall the lead unit's task, for a unit's operator the task of their own unit.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from types import MappingProxyType

import msgspec
from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from casework.entities.case import Case
from casework.entities.task import Task, TaskState
from casework.workflow import Flag, Post, Stage


class Clock(enum.IntEnum):
    """Which deadline a queue counts down to; also the column of the model's arrays."""

    STAGE = 0
    HANDLING = 1
    RECEIVE = 2


class Column(enum.IntEnum):
    """What a row shows, from the left."""

    MARK = 0
    LEFT = 1
    CLASS = 2
    PLACE = 3
    TAG = 4


COLUMNS = tuple(Column)
HALL = frozenset(Post) - {Post.UNIT_OPERATOR, Post.INTAKE}
UNIT = frozenset({Post.UNIT_OPERATOR})


class QueueSpec(msgspec.Struct, frozen=True, kw_only=True):
    """One queue. `posts` may see it, `workers` take their next case from it; an overdue queue shows the late only."""

    id: str
    title: str
    holds: Callable[[Case, Task | None], bool]
    clock: Clock = Clock.STAGE
    posts: frozenset[Post] = HALL
    workers: frozenset[Post] = frozenset()
    columns: tuple[Column, ...] = COLUMNS
    is_overdue: bool = False

    @property
    def name(self) -> str:
        """Its name in the language of the seat."""
        return QCoreApplication.translate("Queue", self.title)


def at(*stages: Stage) -> Callable[[Case, Task | None], bool]:
    """Cases at one of these stages."""
    wanted = frozenset(stages)
    return lambda case, task: case.stage in wanted


def is_with_unit(state: TaskState) -> Callable[[Case, Task | None], bool]:
    """Cases being handled whose task is in this state."""
    return lambda case, task: case.stage is Stage.HANDLING and task is not None and task.state is state


def is_running(case: Case, task: Task | None) -> bool:
    """Being handled, and the clock is not stopped."""
    return case.stage is Stage.HANDLING and Flag.SUSPENDED not in case.flags


QUEUES: tuple[QueueSpec, ...] = (
    QueueSpec(
        id="registered",
        title=QT_TRANSLATE_NOOP("Queue", "Accept"),
        holds=at(Stage.REGISTERED),
        workers=frozenset({Post.ACCEPTOR, Post.DUTY_LEADER}),
    ),
    QueueSpec(
        id="verifying",
        title=QT_TRANSLATE_NOOP("Queue", "Verify"),
        holds=at(Stage.VERIFYING),
    ),
    QueueSpec(
        id="awaiting_filing",
        title=QT_TRANSLATE_NOOP("Queue", "File"),
        holds=at(Stage.AWAITING_FILING),
        workers=frozenset({Post.DUTY_LEADER}),
    ),
    QueueSpec(
        id="awaiting_dispatch",
        title=QT_TRANSLATE_NOOP("Queue", "Dispatch"),
        holds=at(Stage.AWAITING_DISPATCH),
        workers=frozenset({Post.DISPATCHER}),
    ),
    QueueSpec(
        id="handling",
        title=QT_TRANSLATE_NOOP("Queue", "Handling"),
        holds=at(Stage.HANDLING),
        clock=Clock.HANDLING,
    ),
    QueueSpec(
        id="awaiting_check",
        title=QT_TRANSLATE_NOOP("Queue", "Check"),
        holds=at(Stage.AWAITING_CHECK, Stage.CHECKING),
        workers=frozenset({Post.ACCEPTOR, Post.SUPERVISOR}),
    ),
    QueueSpec(
        id="awaiting_close",
        title=QT_TRANSLATE_NOOP("Queue", "Close"),
        holds=at(Stage.AWAITING_CLOSE),
        workers=frozenset({Post.DUTY_LEADER}),
    ),
    QueueSpec(
        id="to_receive",
        title=QT_TRANSLATE_NOOP("Queue", "Receive"),
        holds=is_with_unit(TaskState.SENT),
        clock=Clock.RECEIVE,
        posts=UNIT,
        workers=UNIT,
    ),
    QueueSpec(
        id="own_handling",
        title=QT_TRANSLATE_NOOP("Queue", "Handling"),
        holds=is_with_unit(TaskState.RECEIVED),
        clock=Clock.HANDLING,
        posts=UNIT,
        workers=UNIT,
    ),
    QueueSpec(
        id="late_receive",
        title=QT_TRANSLATE_NOOP("Queue", "Not taken"),
        holds=is_with_unit(TaskState.SENT),
        clock=Clock.RECEIVE,
        posts=HALL | UNIT,
        is_overdue=True,
    ),
    QueueSpec(
        id="late_handling",
        title=QT_TRANSLATE_NOOP("Queue", "Not done"),
        holds=is_running,
        clock=Clock.HANDLING,
        posts=HALL | UNIT,
        is_overdue=True,
    ),
)
QUEUE_BY_ID: MappingProxyType[str, QueueSpec] = MappingProxyType({queue.id: queue for queue in QUEUES})


def queues_for(posts: frozenset[Post]) -> tuple[QueueSpec, ...]:
    """The queues these posts may see, in the order of the rail."""
    return tuple(queue for queue in QUEUES if queue.posts & posts)


def home_queue(posts: frozenset[Post]) -> QueueSpec:
    """Where these posts begin: dispatching where they may dispatch, else the first queue they work."""
    seen = queues_for(posts) or QUEUES
    own = [queue for queue in seen if queue.workers & posts]
    preferred = QUEUE_BY_ID["awaiting_dispatch"]
    return preferred if preferred in own else (own or list(seen))[0]
