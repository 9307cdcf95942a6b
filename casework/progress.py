"""How a case moves: its new stage, that stage's deadline, the step in its trace, and the end of its claim.

Shared by the commands of the journey, so that no command forgets one of the four.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from casework.clock.deadline import due
from casework.entities.case import Case, Step
from casework.facts import Facts
from casework.ids import CaseId, Key, UnitId
from casework.limits import TRACE_STEPS
from casework.workflow import Post, Stage


def case_key(case: CaseId) -> Key:
    return Key("case", case)


def claim_key(case: CaseId) -> Key:
    return Key("claim", case)


def stage_due_ms(stage: Stage, handling_due_ms: int, facts: Facts) -> int:
    """When the present stage must end; 0 where the stage has no limit. Handling ends with the case's own deadline."""
    if stage is Stage.HANDLING:
        return handling_due_ms
    limit = facts.city.stage_limits.get(stage)
    return due(facts.city.calendar, facts.now_ms, limit).due_ms if limit else 0


def acting_post(facts: Facts, allowed: Iterable[Post]) -> Post | None:
    """The post the actor performs under: the first of the allowed ones that is held."""
    return next((post for post in sorted(allowed) if post in facts.actor.posts), None)


def step(
    facts: Facts, deed: str, allowed: Iterable[Post], opinion: str = "", unit: UnitId = UnitId("")
) -> Step:
    """A line of the trace for what the actor just did."""
    actor = facts.actor
    return Step(
        facts.now_ms, deed, actor.person, actor.name, actor.seat, acting_post(facts, allowed), opinion, unit
    )


def advance(case: Case, stage: Stage, taken: Step, facts: Facts, **changes: Any) -> Case:
    """The case at its new stage, with the step appended and the stage's deadline set."""
    handling_due_ms = changes.get("due_ms", case.due_ms)
    return msgspec.structs.replace(
        case,
        stage=stage,
        stage_ms=facts.now_ms,
        stage_due_ms=stage_due_ms(stage, handling_due_ms, facts),
        trace=(*case.trace, taken)[-TRACE_STEPS:],
        **changes,
    )
