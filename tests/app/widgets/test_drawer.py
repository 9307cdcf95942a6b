from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.widgets import theme
from app.widgets.case_card import CaseCard
from app.widgets.drawer import ROW_PX, Drawer
from casework.commands.add_note import AddNote
from casework.commands.claim import ClaimCase
from casework.commands.dispatch import Dispatch
from casework.sync.status import OutboxLine, OutboxState, Waits
from casework.workflow import Stage
from tests.app.chinese import PartsTranslator
from tests.app.fake_session import FakeSession
from tests.app.models.test_drawer_model import case_at, refuse_a_dispatch, taken_by_another
from tests.app.widgets.hands import press, settle, show


@pytest.fixture
def chinese(qapp: QApplication) -> Iterator[PartsTranslator]:
    translator = PartsTranslator()
    qapp.installTranslator(translator)
    theme.apply(qapp, "light")
    yield translator
    qapp.removeTranslator(translator)


class Desk:
    def __init__(self, qtbot: QtBot) -> None:
        self.session = FakeSession("chenliqun", "11")
        self.card = CaseCard(self.session)
        qtbot.addWidget(self.card)
        self.drawer = Drawer(self.session, self.card.operations)
        show(qtbot, self.drawer)

    def press(self, *caps: str) -> None:
        for cap in caps:
            press(self.drawer, cap)

    def refused(self) -> list[OutboxLine]:
        return [line for line in self.session.outbox() if line.state is OutboxState.REFUSED]


@pytest.fixture
def desk(qtbot: QtBot, chinese: PartsTranslator) -> Desk:
    return Desk(qtbot)


def test_that_a_refused_command_stays_visible_until_a_hand_dismisses_it(desk: Desk) -> None:
    refuse_a_dispatch(desk.session)
    desk.press("Enter", "Up", "Down", "Esc", "Ctrl+3", "Space", "Ctrl+Z")
    desk.session.advance(3_600_000)
    desk.session.cut()
    desk.session.heal()
    desk.drawer.hide()
    desk.drawer.show()
    settle()
    assert len(desk.refused()) == 1 and len(desk.drawer.findChildren(type(desk.drawer._cards[0]))) == 1
    desk.press("Ctrl+2")
    assert desk.refused() == [] and desk.drawer._cards == []


def test_that_enter_looks_at_the_case_and_keeps_the_card(desk: Desk, qtbot: QtBot) -> None:
    case = refuse_a_dispatch(desk.session)
    with qtbot.waitSignal(desk.drawer.case_wanted) as wanted:
        desk.press("Enter")
    assert wanted.args == [case.id]
    assert len(desk.refused()) == 1


def test_that_what_can_no_longer_be_done_is_kept_as_a_note(desk: Desk) -> None:
    case = refuse_a_dispatch(desk.session)
    desk.press("Ctrl+1")
    notes = [shown.row.text for shown in desk.session.rows("note", case=case.id)]
    assert len(notes) == 1 and "青秀区市政管护所" in notes[0]
    assert desk.refused() == []


def test_that_what_is_lawful_again_is_sent_again(desk: Desk) -> None:
    case = refuse_a_dispatch(desk.session)
    back = desk.session.row("case", case.id)
    assert back is not None
    assert desk.drawer._cards[0].way_out == "转为批注"
    desk.session.arrive(msgspec.structs.replace(back.row, stage=Stage.AWAITING_DISPATCH))
    settle()
    # The button says what its key does now, not what it did when the card came.
    assert desk.drawer._cards[0].way_out == "再发一次"
    desk.press("Ctrl+1")
    assert [line.command for line in desk.session.outbox()] == [Dispatch(case=case.id, unit="u-municipal")]


def test_that_keys_reach_the_chosen_card_only(desk: Desk) -> None:
    session = desk.session
    cases = [case_at(session, Stage.AWAITING_DISPATCH, index) for index in (0, 1)]
    session.cut()
    for case in cases:
        session.perform(Dispatch(case=case.id, unit="u-municipal"))
    session.advance(11_000)
    for case in cases:
        taken_by_another(session, case)
    session.heal()
    settle()
    caps = [[button.keys for button in card._row.buttons()] for card in desk.drawer._cards]
    assert caps == [["Enter", "Ctrl+1", "Ctrl+2"], ["", "", ""]]
    desk.press("Down", "Ctrl+2")
    assert [line.command.case for line in desk.refused()] == [cases[0].id]  # type: ignore[attr-defined]


def test_that_ctrl_z_takes_back_the_latest_and_esc_closes(desk: Desk, qtbot: QtBot) -> None:
    for index in (0, 1):
        case = case_at(desk.session, Stage.AWAITING_DISPATCH, index)
        desk.session.perform(Dispatch(case=case.id, unit="u-municipal"))
    first = desk.session.outbox()[0].id
    desk.press("Ctrl+Z")
    assert [line.id for line in desk.session.outbox()] == [first]
    with qtbot.waitSignal(desk.drawer.closed):
        desk.press("Esc")


def test_that_the_head_counts_and_an_empty_drawer_says_what_it_is_for(desk: Desk) -> None:
    assert desk.drawer._empty.isVisible()
    desk.session.perform(Dispatch(case=case_at(desk.session, Stage.AWAITING_DISPATCH).id, unit="u-municipal"))
    settle()
    assert not desk.drawer._empty.isVisible()
    assert "未发 1" in desk.drawer._head.text() and "被拒 0" in desk.drawer._head.text()


def test_that_thousands_of_waiting_things_are_one_widget(desk: Desk) -> None:
    many = [
        OutboxLine(f"c-{index}", ClaimCase(case="209901010001"), OutboxState.WAITING, Waits.NETWORK, index)
        for index in range(5_000)
    ]
    desk.session._lines.extend(many)
    desk.session.outbox_changed.emit()
    settle()
    assert desk.drawer._unsent.height() == 5_000 * ROW_PX
    assert len(desk.drawer.findChildren(type(desk.drawer._unsent))) == 1


def test_that_a_citizens_markup_in_a_note_is_only_text(desk: Desk) -> None:
    case = case_at(desk.session, Stage.AWAITING_DISPATCH)
    desk.session.arrive(msgspec.structs.replace(case, stage=Stage.CLOSED))
    desk.session.perform(AddNote(case="209901010001", note="n", text="<b>看</b>"))
    settle()
    line = desk.refused()[0]
    assert "<b>看</b>" in desk.drawer.model.kept_words(line)


def test_that_every_word_of_the_drawer_is_in_chinese(desk: Desk, chinese: PartsTranslator) -> None:
    chinese.missing.clear()
    refuse_a_dispatch(desk.session)
    desk.session.cut()
    desk.session.perform(Dispatch(case=case_at(desk.session, Stage.AWAITING_DISPATCH, 2).id, unit="u-clean"))
    settle()
    desk.drawer.grab()
    assert {pair for pair in chinese.missing if not pair[0].startswith("Q")} == set()
