"""Urging: marked and told, by those who may, while a unit has the case in hand; nothing else is touched."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from casework.commands.finish import Finish
from casework.commands.receive import Receive
from casework.commands.urge import Urge
from casework.limits import OPINION_CHARS
from casework.refusal import Refusal, RefusalCode
from casework.workflow import OPEN_STAGES, Flag, Post, Stage
from tests.casework.build import Desk, actor, unit_actor
from tests.casework.commands.test_journey import CASE, desk_at

URGE = Urge(case=CASE, opinion=" 请今天处置 ")


def code(desk: Desk, command: Urge, **who: Any) -> RefusalCode:
    result = desk.ask(command, actor(**who))
    assert isinstance(result, Refusal), result
    return result.code


def test_that_an_urged_case_is_marked_and_its_trace_says_who_and_what() -> None:
    desk = desk_at(Stage.HANDLING)
    before = desk.case()
    desk.do(URGE)
    after = desk.case()
    last = after.trace[-1]
    assert (last.deed, last.person, last.opinion, last.unit) == ("urge", "zhang", "请今天处置", before.unit)
    unmarked = msgspec.structs.replace(after, flags=before.flags, trace=before.trace)
    assert after.flags == before.flags | {Flag.URGED}
    assert unmarked == before


def test_that_urging_makes_no_decision_of_the_unit_stale() -> None:
    desk = desk_at(Stage.HANDLING)
    task = f"{CASE}-1"
    desk.do(Receive(case=CASE, task=task), unit_actor())
    desk.do(URGE)
    desk.do(URGE)
    written = desk.do(Finish(case=CASE, task=task, result="已恢复"), unit_actor())
    assert [step.deed for step in desk.case().trace][-3:] == ["urge", "urge", "finish"]
    assert Flag.URGED in desk.case().flags
    assert written.rows


@pytest.mark.parametrize(
    "stage", sorted(OPEN_STAGES - {Stage.HANDLING, Stage.VERIFYING, Stage.AWAITING_FILING})
)
def test_that_nobody_is_urged_where_no_unit_is_at_work(stage: Stage) -> None:
    assert code(desk_at(stage), URGE) is RefusalCode.BAD_TRANSITION


def test_that_a_unit_urges_nobody_and_that_words_have_an_end() -> None:
    desk = desk_at(Stage.HANDLING)
    assert code(desk, URGE, posts=frozenset({Post.UNIT_OPERATOR})) is RefusalCode.FORBIDDEN
    assert code(desk, Urge(case=CASE, opinion="急" * (OPINION_CHARS + 1))) is RefusalCode.TOO_LONG
