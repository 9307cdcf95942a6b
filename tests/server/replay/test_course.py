"""The recorded life of a case as steps."""

from __future__ import annotations

from typing import Any

import pytest

from casework.catalogue.model import Kind
from casework.commands import COMMANDS, rule_of
from casework.ids import CaseId, GridCode, TaskId, UnitId
from casework.workflow import OPEN_STAGES, Source, Stage
from server.limits import ID_CHARS
from server.replay.course import (
    DESK_MS,
    POST_OF,
    Life,
    Standing,
    Step,
    command_id,
    command_of,
    step_of,
    times_of,
)

OPENED_MS = 1_300_000_000_000


def life(**changes: Any) -> Life:
    values: dict[str, Any] = {
        "uid": "101000295613",
        "kind": Kind.EVENT,
        "edition": "2026",
        "class_code": "06001",
        "condition": "06001-1",
        "text": "words",
        "place": "place",
        "source": Source.HOTLINE,
        "x_mm": 1,
        "y_mm": 2,
        "grid": GridCode("990001001001001"),
        "unit": UnitId("990001001"),
        "opened_ms": OPENED_MS,
    }
    return Life(**{**values, **changes})


@pytest.mark.parametrize("span_ms", [0, 1, 7, 60_000, 3_600_000, 40 * DESK_MS])
def test_that_the_steps_of_a_closed_case_keep_their_order_between_its_two_recorded_instants(
    span_ms: int,
) -> None:
    times = times_of(life(closed_ms=OPENED_MS + span_ms))
    assert len(times) == len(POST_OF)
    assert (times[0], times[-1]) == (OPENED_MS, OPENED_MS + span_ms)
    assert list(times) == sorted(times)


def test_that_a_case_closed_before_it_was_opened_is_closed_when_it_is_opened() -> None:
    assert set(times_of(life(closed_ms=OPENED_MS - 5))) == {OPENED_MS}


def test_that_an_open_case_ends_with_its_units_signature() -> None:
    assert len(times_of(life())) == Step.RECEIVE + 1


def test_that_every_step_is_done_under_a_post_that_may_do_it() -> None:
    for step, post in POST_OF.items():
        rule = rule_of(command_of(life(), step, CaseId("202603020001"), TaskId("202603020001-1"), ""))
        assert rule in COMMANDS
        assert post in rule.posts


def test_that_the_steps_lead_through_every_stage_of_the_hall_to_its_end() -> None:
    stage = Stage.REGISTERED
    for step in list(POST_OF)[1:]:
        rule = rule_of(command_of(life(), step, CaseId("202603020001"), TaskId("202603020001-1"), ""))
        assert rule.move is not None
        assert stage in rule.move.before
        stage = rule.move.after or stage
    assert stage is Stage.CLOSED


def test_that_every_stage_has_a_next_step_or_is_an_end() -> None:
    for stage in Stage:
        is_done = step_of(Standing(CaseId("1"), stage)) is Step.DONE
        assert is_done == (stage not in OPEN_STAGES)


def test_that_a_task_that_was_signed_for_is_to_be_finished() -> None:
    assert step_of(Standing(CaseId("1"), Stage.HANDLING)) is Step.RECEIVE
    assert step_of(Standing(CaseId("1"), Stage.HANDLING, received_ms=5)) is Step.FINISH


@pytest.mark.parametrize("uid", ["1", "1 2", "x" * 80, "案" * 80])
def test_that_ids_of_commands_are_short_and_differ_by_case_step_and_turn(uid: str) -> None:
    ids = {
        command_id(name, step, turn)
        for name in (uid, uid[:-1] + "y")
        for step in POST_OF
        for turn in range(3)
    }
    assert len(ids) == 2 * len(POST_OF) * 3
    assert max(map(len, ids)) <= ID_CHARS
