"""F11: there while a unit has the case in hand, whoever holds it; words are offered and not demanded."""

from __future__ import annotations

import msgspec

from app.actions import ACTION_BY_ID, Context, Why, available, for_key
from casework.commands.urge import Urge
from casework.entities.claim import Claim
from casework.workflow import OPEN_STAGES, Flag, Stage
from tests.app.actions.test_actions import CASE, context

ACTION = ACTION_BY_ID["urge"]


def handled(**more: object) -> Context:
    return context(Stage.HANDLING, **more)


def test_that_f11_urges_while_a_unit_handles_and_at_no_other_stage() -> None:
    assert for_key("F11", handled()) is ACTION
    assert [stage for stage in OPEN_STAGES if ACTION in available(context(stage))] == [Stage.HANDLING]


def test_that_words_are_offered_and_not_demanded() -> None:
    assert ACTION.missing(handled()) == ()
    assert ACTION.command(handled()) == Urge(case=CASE.id)
    assert ACTION.command(handled(typed={"opinion": " 今天 "})) == Urge(case=CASE.id, opinion="今天")


def test_that_a_case_in_other_hands_is_urged_and_a_suspended_one_is_not() -> None:
    assert ACTION.why_disabled(handled(claim=Claim(CASE.id, "08", "li", "李", 1))) is None
    held = msgspec.structs.replace(CASE, stage=Stage.HANDLING, flags=frozenset({Flag.SUSPENDED}))
    assert ACTION.why_disabled(handled(case=held)) is Why.SUSPENDED
