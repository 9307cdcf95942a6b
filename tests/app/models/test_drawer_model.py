from __future__ import annotations

import msgspec
import pytest
from pytestqt.qtbot import QtBot

from app.models.drawer_model import DrawerModel
from casework.commands.claim import ClaimCase
from casework.commands.dispatch import Dispatch
from casework.commands.register import Register
from casework.commands.return_task import ReturnTask
from casework.entities.case import Case, Step
from casework.entities.claim import Claim
from casework.entities.task import TaskState
from casework.sync.status import OutboxLine, OutboxState, Waits
from casework.workflow import Post, Source, Stage
from tests.app.fake_city import class_code
from tests.app.fake_session import FakeSession


@pytest.fixture
def session(qapp: object) -> FakeSession:
    return FakeSession("chenliqun", "11")


@pytest.fixture
def model(session: FakeSession, qtbot: QtBot) -> DrawerModel:
    return DrawerModel(session)


def case_at(session: FakeSession, stage: Stage, index: int = 0) -> Case:
    return [shown.row for shown in session.open_cases() if shown.row.stage is stage][index]


def taken_by_another(session: FakeSession, case: Case) -> None:
    """Another seat dispatched it meanwhile."""
    deed = Step(
        session.now_ms() - 60_000, "dispatch", "weizhiqiang", "韦志强", "08", Post.DISPATCHER, unit="u-drain"
    )
    session.arrive(
        msgspec.structs.replace(case, stage=Stage.HANDLING, unit="u-drain", trace=(*case.trace, deed))
    )


def refuse_a_dispatch(session: FakeSession) -> Case:
    case = case_at(session, Stage.AWAITING_DISPATCH)
    session.cut()
    session.perform(Dispatch(case=case.id, unit="u-municipal"))
    session.advance(11_000)
    taken_by_another(session, case)
    session.heal()
    return case


def test_that_an_undo_window_counts_down(session: FakeSession, model: DrawerModel) -> None:
    session.perform(Dispatch(case=case_at(session, Stage.AWAITING_DISPATCH).id, unit="u-municipal"))
    (line,) = model.view().unsent
    assert line.undo_share == 1.0 and line.is_undoable
    session.advance(4_000)
    (line,) = model.view().unsent
    assert line.undo_share == pytest.approx(0.6) and "6" in line.why
    session.advance(7_000)
    assert model.view().unsent == ()


def test_that_a_line_says_what_it_waits_for(session: FakeSession, model: DrawerModel) -> None:
    session.cut()
    first = session.perform(
        Register(
            case="202607140477",
            source=Source.HOTLINE,
            kind=case_at(session, Stage.REGISTERED).kind,
            edition="2026",
            class_code=class_code("店外经营"),
            text="桌椅摆上人行道",
            place="金凯路 12 号",
            x_mm=1,
            y_mm=1,
            grid="450103005006001",
        )
    )
    assert "0477" in model.view().unsent[0].why
    waiting = OutboxLine(
        "c-2",
        ClaimCase(case="202607140477"),
        OutboxState.WAITING,
        Waits.PREDECESSOR,
        session.now_ms(),
        after=first,
        author="lijing",
    )
    session._lines.append(waiting)
    model.read()
    assert "0477" in model.view().unsent[1].why
    assert "李静" in model.view().unsent[1].why


def test_that_only_the_latest_line_carries_the_undo_key(session: FakeSession, model: DrawerModel) -> None:
    for index in range(3):
        session.perform(
            Dispatch(case=case_at(session, Stage.AWAITING_DISPATCH, index).id, unit="u-municipal")
        )
    assert [line.is_undoable for line in model.view().unsent] == [False, False, True]


def test_that_a_red_card_says_who_did_what_when_and_shows_both_sides(
    session: FakeSession, model: DrawerModel
) -> None:
    refuse_a_dispatch(session)
    (card,) = model.view().refused
    assert "韦志强" in card.sentence and "08" in card.sentence and "市排水管护中心" in card.sentence
    assert "青秀区市政管护所" in card.mine
    assert "市排水管护中心" in card.theirs


def test_that_a_lost_claim_names_the_other_seat(session: FakeSession, model: DrawerModel) -> None:
    case = case_at(session, Stage.AWAITING_DISPATCH)
    session.cut()
    session.perform(ClaimCase(case=case.id))
    session.arrive(Claim(case.id, "08", "lijing", "李静", session.now_ms()))
    session.heal()
    (card,) = model.view().refused
    assert "李静" in card.sentence and "08" in card.theirs


def test_that_a_refused_wish_can_be_kept_word_for_word(qtbot: QtBot) -> None:
    session = FakeSession("nongxiaomei", "31")
    model = DrawerModel(session)
    task = next(shown.row for shown in session.rows("task") if shown.row.state is TaskState.RECEIVED)
    session.cut()
    session.perform(ReturnTask(case=task.case, task=task.id, evidence="责任图层有误", opinion="已移交"))
    case = session.row("case", task.case)
    assert case is not None
    session.arrive(msgspec.structs.replace(case.row, stage=Stage.CHECKING))
    session.heal()
    line = model.line(session.outbox()[0].id)
    assert line is not None
    kept = model.kept_words(line)
    assert "责任图层有误" in kept and "已移交" in kept


def test_that_a_refusal_of_an_unknown_case_has_its_card_too(session: FakeSession, model: DrawerModel) -> None:
    session.perform(ClaimCase(case="209901010001"))
    (card,) = model.view().refused
    assert card.theirs and card.sentence
