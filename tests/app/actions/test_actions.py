from __future__ import annotations

import itertools
import re

import msgspec
import pytest

from app.actions import ACTION_BY_ID, ACTIONS, Context, Does, Place, Why, available, for_key
from casework.catalogue.model import Kind
from casework.commands import RULE_BY_KIND, rule_of
from casework.commands.check import FailReason
from casework.commands.dispatch import Dispatch
from casework.commands.not_file import NotFiledReason
from casework.entities.case import Case
from casework.entities.claim import Claim
from casework.entities.task import Task, TaskState
from casework.facts import Actor
from casework.refusal import RefusalCode, refuse
from casework.sync.status import OutboxLine, OutboxState
from casework.workflow import Flag, Post, Source, Stage

CASE = Case(
    id="202607140001",
    stage=Stage.AWAITING_DISPATCH,
    kind=Kind.EVENT,
    edition="2026",
    class_code="01003",
    x_mm=1,
    y_mm=2,
    place="金湖路",
    grid="450103005006057",
    text="井盖缺失",
    source=Source.HOTLINE,
    report="202607140001-1",
    registered_ms=1,
    stage_ms=1,
    unit="u-1",
    task="202607140001-1",
)
ALL = Actor("chen", "陈", "07", frozenset(Post), "u-1")
LAWFUL_KEY = re.compile(
    r"^((Ctrl|Alt|Shift)\+)?(F([1-9]|1[0-2])|Enter|Space|Esc|Left|Right|Up|Down)$|^(Ctrl|Alt)\+[0-9]$"
)


def context(stage: Stage = Stage.AWAITING_DISPATCH, actor: Actor = ALL, **more: object) -> Context:
    changes = {"case": msgspec.structs.replace(CASE, stage=stage), "new_id": "n-1", **more}
    return Context(actor=actor, **changes)  # type: ignore[arg-type]


def task(state: TaskState) -> Task:
    return Task(id="202607140001-1", case=CASE.id, unit="u-1", is_lead=True, state=state, sent_ms=1, due_ms=9)


def test_that_every_action_has_its_own_id_and_a_lawful_key() -> None:
    assert len(ACTION_BY_ID) == len(ACTIONS)
    for action in ACTIONS:
        keys = [key for key in (action.key, action.also_key) if key]
        # Ctrl+Z is the one letter the console standard names; it is held with Ctrl, so no input method takes it.
        assert keys and all(LAWFUL_KEY.match(key) or key == "Ctrl+Z" for key in keys), action.id


def test_that_a_step_of_the_case_is_offered_in_its_card_and_in_the_foot() -> None:
    steps = [action for action in ACTIONS if action.accepts]
    assert steps and all(action.places == (Place.CARD, Place.FOOT) for action in steps)


def test_that_a_key_stands_for_one_action_at_every_stage() -> None:
    tasks = [None, *(task(state) for state in TaskState)]
    claims = [None, Claim(CASE.id, "07", "chen", "陈", 1), Claim(CASE.id, "08", "li", "李", 1)]
    for stage, own, claim in itertools.product(Stage, tasks, claims):
        here = context(stage, task=own, claim=claim)
        keys = [key for action in available(here) for key in (action.key, action.also_key) if key]
        assert len(keys) == len(set(keys)), (stage, own, claim, sorted(keys))


def test_that_enter_leads_a_case_from_its_registration_to_its_close() -> None:
    stages = (
        (Stage.REGISTERED, None, "file_case"),
        (Stage.AWAITING_FILING, None, "file_case"),
        (Stage.AWAITING_DISPATCH, None, "dispatch"),
        (Stage.HANDLING, task(TaskState.SENT), "receive"),
        (Stage.HANDLING, task(TaskState.RECEIVED), "finish"),
        (Stage.AWAITING_CHECK, None, "send_check"),
        (Stage.CHECKING, None, "check_pass"),
        (Stage.AWAITING_CLOSE, None, "close"),
    )
    for stage, own, expected in stages:
        action = for_key("Enter", context(stage, task=own))
        assert action is not None and action.id == expected


@pytest.mark.parametrize("stage", [Stage.CLOSED, Stage.NOT_FILED, Stage.VOIDED])
def test_that_nothing_is_decided_on_an_ended_case(stage: Stage) -> None:
    here = context(stage, task=task(TaskState.RECEIVED))
    assert not [action.id for action in available(here) if action.accepts or action.id == "check_fail"]


def test_that_an_action_is_there_only_for_posts_whose_rule_allows_it() -> None:
    for action, post in itertools.product(ACTIONS, Post):
        if not action.accepts:
            continue
        rule = RULE_BY_KIND[action.accepts]
        assert rule.move is not None
        own = task(TaskState.SENT if action.id != "finish" else TaskState.RECEIVED)
        here = context(min(rule.move.before), Actor("p", "n", "07", frozenset({post}), "u-1"), task=own)
        assert action.available(here) is (post in rule.posts), (action.id, post)


def test_that_a_case_in_other_hands_is_not_decided_and_says_so() -> None:
    here = context(claim=Claim(CASE.id, "08", "li", "李", 1), unit="u-2")
    assert ACTION_BY_ID["dispatch"].why_disabled(here) is Why.TAKEN
    mine = context(claim=Claim(CASE.id, "07", "chen", "陈", 1), unit="u-2")
    assert ACTION_BY_ID["dispatch"].why_disabled(mine) is None


def test_that_a_suspended_case_is_not_decided() -> None:
    held = msgspec.structs.replace(CASE, flags=frozenset({Flag.SUSPENDED}))
    assert ACTION_BY_ID["dispatch"].why_disabled(context(case=held, unit="u-2")) is Why.SUSPENDED


def test_that_a_dispatch_goes_to_the_chosen_unit_and_to_none_without_a_choice() -> None:
    dispatch = ACTION_BY_ID["dispatch"]
    assert dispatch.why_disabled(context()) is Why.NO_UNIT
    assert dispatch.command(context()) is None
    made = dispatch.command(context(unit="u-2", co_units=("u-2", "u-3")))
    assert made == Dispatch(case=CASE.id, unit="u-2", co_units=("u-3",))


def test_that_a_return_needs_the_wrong_evidence_and_the_reason_why() -> None:
    action = ACTION_BY_ID["return_task"]
    here = context(Stage.HANDLING, task=task(TaskState.RECEIVED))
    assert action.available(here)
    for typed in ({}, {"evidence": "图层"}, {"opinion": "不是本单位"}, {"evidence": "  ", "opinion": "是"}):
        some = msgspec.structs.replace(here, typed=typed)
        assert action.missing(some) and action.command(some) is None
    full = msgspec.structs.replace(here, typed={"evidence": " 图层 ", "opinion": "不是本单位"})
    assert not action.missing(full)
    made = action.command(full)
    assert made is not None and made.evidence == "图层"  # type: ignore[attr-defined]


def test_that_the_ninth_reason_not_to_file_needs_an_opinion() -> None:
    action = ACTION_BY_ID["not_file"]
    repeat = context(Stage.REGISTERED, reasons=(NotFiledReason.REPEAT,))
    other = context(Stage.REGISTERED, reasons=(NotFiledReason.OTHER,))
    assert action.command(repeat) is not None
    assert [ask.name for ask in action.missing(other)] == ["opinion"]
    assert action.command(other) is None


def test_that_failed_checks_carry_their_reasons_in_the_standard_order() -> None:
    here = context(Stage.CHECKING, reasons=(FailReason.OTHER_PLACE, FailReason.NO_PHOTO))
    made = ACTION_BY_ID["check_fail"].command(here)
    assert made is not None
    assert made.failed_for == (FailReason.NO_PHOTO, FailReason.OTHER_PLACE)  # type: ignore[attr-defined]


def refused(command: Dispatch) -> OutboxLine:
    return OutboxLine("c-1", command, OutboxState.REFUSED, None, 1, refusal=refuse(RefusalCode.STALE))


def test_that_a_refused_wish_is_sent_again_where_lawful_and_else_kept_as_a_note() -> None:
    line = refused(Dispatch(case=CASE.id, unit="u-2"))
    again = context(refused=line, kept_words="派给 二所")
    action = for_key("Ctrl+1", again)
    assert action is not None and action.id == "send_again"
    assert action.command(again) == line.command
    late = context(Stage.HANDLING, refused=line, kept_words="派给 二所")
    action = for_key("Ctrl+1", late)
    assert action is not None and action.id == "keep_as_note"
    note = action.command(late)
    assert note is not None and rule_of(note).kind == "add_note"


def test_that_only_a_hand_dismisses_and_only_what_was_refused() -> None:
    dismiss = ACTION_BY_ID["dismiss"]
    assert not dismiss.available(context())
    here = context(refused=refused(Dispatch(case=CASE.id, unit="u-2")))
    assert dismiss.does is Does.DISMISS
    assert dismiss.target(here) == "c-1"


def test_that_actions_are_pure() -> None:
    here = context(
        unit="u-2",
        condition="01003-1",
        typed={"text": "看过"},
        refused=refused(Dispatch(case=CASE.id, unit="u")),
    )
    before = msgspec.json.encode(here)
    for action in ACTIONS:
        first = (action.available(here), action.why_disabled(here), action.command(here))
        assert first == (action.available(here), action.why_disabled(here), action.command(here))
    assert msgspec.json.encode(here) == before
