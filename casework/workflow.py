"""Stages, flags, posts, and which stage may follow which, as one table.

A command moves a case only along `LAWFUL`; every command's own move is checked against it by a test.
Stages and steps follow the seven-step work flow of the field (GB/T 30428 series; CJJ/T 106-2010).
"""

from __future__ import annotations

import enum
from types import MappingProxyType


class Stage(enum.StrEnum):
    """Where a case stands. Urged, suspended, reworked and the like are flags, never stages."""

    REGISTERED = "registered"
    VERIFYING = "verifying"
    AWAITING_FILING = "awaiting_filing"
    AWAITING_DISPATCH = "awaiting_dispatch"
    HANDLING = "handling"
    AWAITING_CHECK = "awaiting_check"
    CHECKING = "checking"
    AWAITING_CLOSE = "awaiting_close"
    CLOSED = "closed"
    NOT_FILED = "not_filed"
    VOIDED = "voided"


class Flag(enum.StrEnum):
    """Marks on a case that do not change its stage."""

    SUSPENDED = "suspended"
    EXTENDED = "extended"
    REWORKED = "reworked"
    RETURNED = "returned"
    SUPERVISED = "supervised"
    URGED = "urged"
    SELF_HANDLED = "self_handled"
    FORCED = "forced"
    EXEMPT = "exempt"
    REPLY_WANTED = "reply_wanted"


class Post(enum.StrEnum):
    """Posts carry permissions; a person may hold several."""

    SUPERVISOR = "supervisor"  # patrols, verifies, checks
    ACCEPTOR = "acceptor"
    DUTY_LEADER = "duty_leader"
    DISPATCHER = "dispatcher"
    UNIT_OPERATOR = "unit_operator"  # works for a responsible unit
    URGER = "urger"
    EVALUATOR = "evaluator"
    LEADER = "leader"
    ADMINISTRATOR = "administrator"
    INTAKE = "intake"  # a machine account that registers reports


class Source(enum.StrEnum):
    """Where a report came from."""

    SUPERVISOR = "supervisor"
    HOTLINE = "hotline"
    CITIZEN = "citizen"
    VIDEO = "video"
    SENSOR = "sensor"
    MEDIA = "media"
    LEADER = "leader"
    PLATFORM = "platform"


OPEN_STAGES = frozenset(Stage) - {Stage.CLOSED, Stage.NOT_FILED, Stage.VOIDED}

LAWFUL: MappingProxyType[Stage, frozenset[Stage]] = MappingProxyType(
    {
        Stage.REGISTERED: frozenset(
            {Stage.VERIFYING, Stage.AWAITING_FILING, Stage.AWAITING_DISPATCH, Stage.NOT_FILED, Stage.VOIDED}
        ),
        Stage.VERIFYING: frozenset({Stage.AWAITING_FILING, Stage.NOT_FILED, Stage.VOIDED}),
        Stage.AWAITING_FILING: frozenset({Stage.AWAITING_DISPATCH, Stage.NOT_FILED, Stage.VOIDED}),
        Stage.AWAITING_DISPATCH: frozenset({Stage.HANDLING, Stage.VOIDED}),
        Stage.HANDLING: frozenset({Stage.AWAITING_CHECK, Stage.AWAITING_DISPATCH, Stage.VOIDED}),
        Stage.AWAITING_CHECK: frozenset({Stage.CHECKING, Stage.VOIDED}),
        Stage.CHECKING: frozenset({Stage.AWAITING_CLOSE, Stage.HANDLING, Stage.VOIDED}),
        Stage.AWAITING_CLOSE: frozenset({Stage.CLOSED, Stage.HANDLING, Stage.VOIDED}),
        Stage.CLOSED: frozenset(),
        Stage.NOT_FILED: frozenset(),
        Stage.VOIDED: frozenset(),
    }
)

# Which of the seven steps (collect, file, dispatch, handle, feedback, check and close, evaluate) a stage is in.
STEP: MappingProxyType[Stage, int] = MappingProxyType(
    {
        Stage.REGISTERED: 1,
        Stage.VERIFYING: 1,
        Stage.AWAITING_FILING: 2,
        Stage.AWAITING_DISPATCH: 3,
        Stage.HANDLING: 4,
        Stage.AWAITING_CHECK: 5,
        Stage.CHECKING: 6,
        Stage.AWAITING_CLOSE: 6,
        Stage.CLOSED: 7,
        Stage.NOT_FILED: 7,
        Stage.VOIDED: 7,
    }
)


def is_lawful(before: Stage, after: Stage) -> bool:
    """Whether a case may go from `before` to `after`; staying where it is is always lawful."""
    return before == after or after in LAWFUL[before]
