from __future__ import annotations

import msgspec
import pytest
from pytestqt.qtbot import QtBot

from app.models.card_model import CardModel
from app.models.card_view import ChoiceKind
from app.models.card_words import split_reasons
from casework.commands.add_note import AddNote
from casework.commands.dispatch import Dispatch
from casework.commands.not_file import NotFile, NotFiledReason
from casework.entities.case import Case
from casework.entities.claim import Claim
from casework.entities.component import Component, ComponentState
from casework.entities.task import Task
from casework.workflow import Stage
from tests.app.fake_session import FakeSession


def case_at(session: FakeSession, stage: Stage, index: int = 0) -> Case:
    return [shown.row for shown in session.open_cases() if shown.row.stage is stage][index]


@pytest.fixture
def session(qapp: object) -> FakeSession:
    return FakeSession("chenliqun", "01")


@pytest.fixture
def model(session: FakeSession, qtbot: QtBot) -> CardModel:
    return CardModel(session)


def test_that_without_a_case_there_is_no_view(model: CardModel) -> None:
    assert model.view() is None
    model.show_case("209901010001")
    assert model.view() is None


def test_that_a_case_to_dispatch_shows_candidates_with_their_figures(
    session: FakeSession, model: CardModel, qtbot: QtBot
) -> None:
    case = case_at(session, Stage.AWAITING_DISPATCH, 3)
    model.show_case(case.id)
    view = model.view()
    assert view is not None and view.choices.kind is ChoiceKind.UNITS
    assert len(view.choices.heads) == len(view.choices.lines[0].figures) == 4
    assert model.chosen() == (view.choices.lines[0].key,)
    assert view.choices.lines[0].title in view.next_step.sentence
    # The on-time rate needs all of a unit's tasks: it comes a little later, and until then it is unknown.
    keys = [line.key for line in view.choices.lines]
    at = keys.index("u-municipal")
    assert view.choices.lines[at].figures[2] == "—"
    qtbot.waitUntil(lambda: model.table.lines[at].figures[2] != "—", timeout=5000)


def test_that_a_choice_by_hand_outlives_a_better_proposal_and_ends_with_the_stage(
    session: FakeSession, model: CardModel
) -> None:
    case = case_at(session, Stage.AWAITING_DISPATCH, 3)
    model.show_case(case.id)
    second = model.table.lines[1].key
    model.choose((second,))
    assert model.view().next_step.sentence.endswith(model.table.lines[1].title)  # type: ignore[union-attr]
    session.arrive(msgspec.structs.replace(case, place="金湖路 又一处"))
    assert model.chosen() == (second,)
    session.arrive(msgspec.structs.replace(case, stage=Stage.AWAITING_CLOSE, unit="u-drain"))
    assert model.chosen() == ()


def test_that_a_proposed_dispatch_is_shown_at_once_as_waiting(session: FakeSession, model: CardModel) -> None:
    case = case_at(session, Stage.AWAITING_DISPATCH, 3)
    model.show_case(case.id)
    session.perform(Dispatch(case=case.id, unit="u-drain"))
    view = model.view()
    assert view is not None and "10" in view.pending
    session.advance(4000)
    assert "6" in model.pending()
    session.advance(7000)
    assert model.pending() == ""
    assert model.view().step == 4  # type: ignore[union-attr]


def test_that_another_seats_claim_is_named_and_the_own_is_not(session: FakeSession, model: CardModel) -> None:
    case = case_at(session, Stage.AWAITING_DISPATCH, 3)
    model.show_case(case.id)
    session.arrive(Claim(case.id, "08", "lijing", "李静", session.now_ms()))
    assert "李静" in model.view().held_by  # type: ignore[union-attr]
    session.arrive(Claim(case.id, "01", "chenliqun", "陈立群", session.now_ms()))
    assert model.view().held_by == ""  # type: ignore[union-attr]


def test_that_only_what_is_of_the_case_is_read_again(
    session: FakeSession, model: CardModel, qtbot: QtBot
) -> None:
    case, other = (case_at(session, Stage.AWAITING_DISPATCH, index) for index in (3, 4))
    model.show_case(case.id)
    with qtbot.assertNotEmitted(model.changed):
        session.arrive(msgspec.structs.replace(other, place="别处"))
    with qtbot.waitSignal(model.changed):
        session.arrive(msgspec.structs.replace(case, place="此处"))


def test_that_conditions_are_the_choice_before_filing(session: FakeSession, model: CardModel) -> None:
    case = case_at(session, Stage.AWAITING_FILING)
    model.show_case(case.id)
    assert model.table.kind is ChoiceKind.CONDITIONS
    assert model.chosen() and model.chosen()[0] in {line.key for line in model.table.lines}


def test_that_an_unlawful_step_is_not_proposed_but_says_who_has_it(qtbot: QtBot) -> None:
    session = FakeSession("lijing", "03")
    model = CardModel(session)
    model.show_case(case_at(session, Stage.AWAITING_DISPATCH).id)
    view = model.view()
    assert view is not None
    assert view.next_step.kind == ""
    assert "Dispatcher" in view.next_step.sentence


def test_that_the_component_its_state_and_its_owner_are_told(session: FakeSession, model: CardModel) -> None:
    case = case_at(session, Stage.AWAITING_DISPATCH, 3)
    cover = Component(
        "4501030100300441", "01003", case.x_mm, case.y_mm, case.grid, "u-drain", ComponentState.MISSING
    )
    session.arrive(cover, msgspec.structs.replace(case, component=cover.id))
    model.show_case(case.id)
    told = " ".join(f"{line.value} {line.tail}" for line in model.view().fields)  # type: ignore[union-attr]
    for words in (cover.id, "Missing", "市排水管护中心", "450103 005 006"):
        assert words in told
    # An owner is evidence: it is proposed first.
    assert model.chosen() == ("u-drain",)


def test_that_reason_codes_in_the_trace_are_put_to_words(session: FakeSession, model: CardModel) -> None:
    case = case_at(session, Stage.AWAITING_FILING)
    session.perform(NotFile(case=case.id, reason=NotFiledReason.REPEAT, opinion="与 0412 同一处"))
    model.show_case(case.id)
    line = model.view().trace[0]  # type: ignore[union-attr]
    assert "Repeat" in line.said and "与 0412 同一处" in line.said
    assert split_reasons("no_photo other_place 夜间 no_photo") == (
        ("no_photo", "other_place"),
        "夜间 no_photo",
    )


def test_that_notes_come_newest_first(session: FakeSession, model: CardModel) -> None:
    case = case_at(session, Stage.AWAITING_DISPATCH)
    model.show_case(case.id)
    session.perform(AddNote(case=case.id, note="n-1", text="一"))
    session.advance(60_000)
    session.perform(AddNote(case=case.id, note="n-2", text="二"))
    assert [line.said for line in model.view().notes] == ["二", "一"]  # type: ignore[union-attr]


def test_that_photos_are_those_of_the_report_and_of_the_work(session: FakeSession, model: CardModel) -> None:
    case = case_at(session, Stage.CHECKING)
    task: Task = session.row("task", case.task).row  # type: ignore[union-attr]
    session.arrive(
        msgspec.structs.replace(case, photos=("a" * 64,)), msgspec.structs.replace(task, photos=("b" * 64,))
    )
    model.show_case(case.id)
    assert [photo.sha256[0] for photo in model.view().photos] == ["a", "b"]  # type: ignore[union-attr]
