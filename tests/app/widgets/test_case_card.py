from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from app.actions import Why
from app.look.tokens import CARD_NARROW_PX, CARD_PX
from app.widgets import theme
from app.widgets.action_words import WHY
from app.widgets.case_card import CaseCard
from app.widgets.draft_field import SAVE_AFTER_MS, TextBox
from app.widgets.operations import draft_key
from app.widgets.plain import Paragraph, Plain, clean
from casework.commands.add_note import AddNote
from casework.commands.check import FailReason
from casework.commands.dispatch import Dispatch
from casework.commands.not_file import NotFiledReason
from casework.entities.case import Case
from casework.entities.claim import Claim
from casework.entities.task import TaskState
from casework.sync.seat import OutboxFull
from casework.workflow import Stage
from tests.app.chinese import PartsTranslator
from tests.app.fake_session import FakeSession
from tests.app.widgets.hands import commit, compose, press, settle, show

HOSTILE = '<b>井盖</b><img src="file:///etc/passwd"> &amp; \u202eeliforp\u202c\x07'


@pytest.fixture
def chinese(qapp: QApplication) -> Iterator[PartsTranslator]:
    translator = PartsTranslator()
    qapp.installTranslator(translator)
    theme.apply(qapp, "dark")
    yield translator
    qapp.removeTranslator(translator)


class Desk:
    """A session and its card on the screen."""

    def __init__(self, qtbot: QtBot, person: str = "chenliqun", seat: str = "01") -> None:
        self.session = FakeSession(person, seat)
        self.card = CaseCard(self.session)
        show(qtbot, self.card)
        self.card.setFocus()

    def open(self, stage: Stage, index: int = 0) -> Case:
        case = [shown.row for shown in self.session.open_cases() if shown.row.stage is stage][index]
        self.card.show_case(case.id)
        settle()
        return case

    def press(self, *caps: str) -> None:
        for cap in caps:
            press(self.card, cap)

    def performed(self) -> list[object]:
        return [line.command for line in self.session.outbox()]

    def stage(self, case: Case) -> Stage:
        shown = self.session.row("case", case.id)
        assert shown is not None
        return shown.row.stage


@pytest.fixture
def desk(qtbot: QtBot, chinese: PartsTranslator) -> Desk:
    return Desk(qtbot)


def test_that_a_report_is_filed_and_dispatched_by_enter_alone(desk: Desk) -> None:
    case = desk.open(Stage.AWAITING_FILING)
    desk.press("Enter")
    assert desk.stage(case) is Stage.AWAITING_DISPATCH
    desk.press("Enter")
    assert desk.stage(case) is Stage.HANDLING
    assert [type(command) for command in desk.performed()] == [
        Dispatch
    ]  # in its undo window; the other has left


def test_that_ctrl_digits_correct_the_proposal(desk: Desk) -> None:
    case = desk.open(Stage.AWAITING_DISPATCH, 3)
    second = desk.card.model.table.lines[1]
    desk.press("Ctrl+2")
    assert second.title in desk.card.next_step.sentence.text()
    desk.press("F8")
    assert desk.performed() == [Dispatch(case=case.id, unit=second.key)]


def test_that_a_dispatch_is_undone_within_its_window(desk: Desk) -> None:
    case = desk.open(Stage.AWAITING_DISPATCH, 3)
    desk.press("Enter")
    assert "10" in desk.card.next_step.sentence.text()
    desk.press("Ctrl+Z")
    assert desk.performed() == []
    assert desk.stage(case) is Stage.AWAITING_DISPATCH


def test_that_f6_asks_for_one_of_nine_reasons_in_the_card(desk: Desk) -> None:
    case = desk.open(Stage.AWAITING_FILING)
    desk.press("F6", "Ctrl+3", "Ctrl+Enter")
    assert desk.stage(case) is Stage.NOT_FILED
    step = desk.session.row("case", case.id).row.trace[-1]  # type: ignore[union-attr]
    assert step.opinion == NotFiledReason.REPEAT
    assert QApplication.activeModalWidget() is None


def test_that_without_a_reason_nothing_is_decided_and_the_field_says_so(desk: Desk) -> None:
    case = desk.open(Stage.AWAITING_FILING)
    desk.press("F6", "Ctrl+Enter")
    assert desk.card.is_asking()
    assert desk.card._ask is not None and desk.card._ask.reason_fault.text()
    desk.press("Ctrl+9", "Ctrl+Enter")
    assert desk.stage(case) is Stage.AWAITING_FILING
    field = desk.card._ask.fields["opinion"]
    assert field.fault.isVisible() and field.box.property("fault") == "true"
    commit("非本局职责")
    assert not field.fault.isVisible()
    desk.press("Ctrl+Enter")
    assert desk.stage(case) is Stage.NOT_FILED


def test_that_a_failed_check_is_two_keys(desk: Desk) -> None:
    case = desk.open(Stage.CHECKING)
    desk.press("Ctrl+3", "Ctrl+Enter")
    assert desk.stage(case) is Stage.HANDLING
    step = desk.session.row("case", case.id).row.trace[-1]  # type: ignore[union-attr]
    assert step.opinion == FailReason.OTHER_ANGLE


def test_that_a_unit_receives_finishes_and_says_what_was_done(qtbot: QtBot, chinese: PartsTranslator) -> None:
    desk = Desk(qtbot, "nongxiaomei", "31")
    tasks = [shown.row for shown in desk.session.rows("task") if shown.row.state is TaskState.SENT]
    desk.card.show_case(tasks[0].case)
    settle()
    desk.press("Enter", "Enter")
    assert desk.card.is_asking()
    compose("yi")
    commit("已更换井盖")
    desk.press("Enter")
    commit("现场已清理")
    desk.press("Ctrl+Enter")
    task = desk.session.row("task", tasks[0].id)
    assert task is not None and task.row.state is TaskState.FINISHED
    assert task.row.result == "已更换井盖\n现场已清理"


def test_that_a_unit_returns_a_task_only_with_the_wrong_evidence(
    qtbot: QtBot, chinese: PartsTranslator
) -> None:
    desk = Desk(qtbot, "nongxiaomei", "31")
    tasks = [shown.row for shown in desk.session.rows("task") if shown.row.state is TaskState.RECEIVED]
    desk.card.show_case(tasks[0].case)
    settle()
    desk.press("Shift+F8")
    desk.press("Ctrl+Enter")
    assert desk.card.is_asking()
    commit("责任图层")
    desk.press("Tab")
    commit("该段已移交市排水中心")
    desk.press("Ctrl+Enter")
    assert not desk.card.is_asking()
    shown = desk.session.row("case", tasks[0].case)
    assert shown is not None and shown.row.stage is Stage.AWAITING_DISPATCH


def test_that_a_half_written_text_is_on_disk_within_a_second_and_comes_back(desk: Desk, qtbot: QtBot) -> None:
    case = desk.open(Stage.AWAITING_DISPATCH)
    desk.press("Shift+F9")
    key = draft_key(case.id, "add_note", "text")
    commit("现场有积水")
    qtbot.waitUntil(lambda: desk.session.draft(key) == "现场有积水", timeout=1000)
    desk.press("Esc")
    assert not desk.card.is_asking()
    desk.open(Stage.AWAITING_DISPATCH, 1)
    desk.open(Stage.AWAITING_DISPATCH, 0)
    desk.press("Shift+F9")
    assert desk.card._ask is not None
    assert desk.card._ask.text() == {"text": "现场有积水"}
    desk.press("Ctrl+Enter")
    assert desk.session.draft(key) is None
    assert [shown.row.text for shown in desk.session.rows("note", case=case.id)] == ["现场有积水"]


def test_that_typing_without_a_pause_does_not_put_the_saving_off(desk: Desk) -> None:
    desk.open(Stage.AWAITING_DISPATCH)
    desk.press("Shift+F9")
    assert desk.card._ask is not None
    timer = desk.card._ask.fields["text"]._timer
    assert timer.interval() == SAVE_AFTER_MS < 1000
    commit("一")
    running = timer.timerId()
    commit("二")
    # A timer that is started anew has another id.
    assert timer.isActive() and timer.timerId() == running


def test_that_what_was_typed_comes_back_with_an_undo(desk: Desk) -> None:
    desk.session.cut()
    case = desk.open(Stage.AWAITING_FILING)
    desk.press("F6", "Ctrl+1")
    assert desk.card._ask is not None
    desk.card._ask.fields["opinion"].box.setFocus()
    commit("属铁路用地")
    desk.press("Ctrl+Enter", "Ctrl+Z")
    assert desk.stage(case) is Stage.AWAITING_FILING
    assert desk.session.draft(draft_key(case.id, "not_file", "opinion")) == "属铁路用地"


def test_that_an_undone_note_gives_its_words_back(desk: Desk) -> None:
    desk.session.cut()
    case = desk.open(Stage.AWAITING_FILING)
    desk.press("Shift+F9")
    commit("现场有积水")
    desk.press("Ctrl+Enter", "Ctrl+Z")
    assert desk.session.outbox() == ()
    assert desk.session.draft(draft_key(case.id, "add_note", "text")) == "现场有积水"


def test_that_a_full_outbox_loses_nothing_and_says_so(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(command: object) -> str:
        raise OutboxFull

    monkeypatch.setattr(desk.session, "perform", full)
    desk.open(Stage.AWAITING_DISPATCH)
    desk.press("Shift+F9")
    commit("记一笔")
    desk.press("Ctrl+Enter")
    assert desk.card.is_asking()
    assert desk.card._ask is not None and desk.card._ask.text() == {"text": "记一笔"}
    assert desk.card.next_step.why.isVisible()


def test_that_a_case_in_other_hands_says_whose_and_enter_does_nothing(desk: Desk) -> None:
    case = desk.open(Stage.AWAITING_DISPATCH, 3)
    desk.session.arrive(Claim(case.id, "08", "lijing", "李静", desk.session.now_ms()))
    assert "李静" in desk.card.next_step.why.text()
    desk.press("Enter")
    assert desk.performed() == []
    desk.press("Alt+Up", "Enter")
    assert desk.stage(case) is Stage.HANDLING


def test_that_a_composing_input_method_reaches_no_action(desk: Desk) -> None:
    case = desk.open(Stage.AWAITING_DISPATCH, 3)
    desk.press("Shift+F9")
    for letters in ("p", "pq", "paiqian"):
        compose(letters)
    assert desk.stage(case) is Stage.AWAITING_DISPATCH
    commit("派遣")
    assert desk.card._ask is not None and desk.card._ask.text() == {"text": "派遣"}
    # Letters outside a field do nothing either.
    desk.press("Esc", "d", "1", "Shift+D")
    assert desk.performed() == []


def test_that_only_text_fields_speak_with_the_input_method(desk: Desk) -> None:
    desk.open(Stage.AWAITING_DISPATCH)
    desk.press("Shift+F9")
    for widget in desk.card.findChildren(QWidget):
        if widget.testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled):
            box = widget if isinstance(widget, TextBox) else widget.parent()
            assert isinstance(box, TextBox), widget


def test_that_hostile_text_is_only_text(desk: Desk) -> None:
    case = desk.open(Stage.AWAITING_DISPATCH)
    hostile = msgspec.structs.replace(case, text=HOSTILE, place=HOSTILE)
    desk.session.arrive(hostile)
    desk.session.perform(AddNote(case=case.id, note="n-1", text=HOSTILE))
    settle()
    assert "<b>井盖</b>" in desk.card.text.text()
    assert "\u202e" not in desk.card.text.text() and "\x07" not in desk.card.text.text()
    assert "<img" in desk.card.notes.text()
    for label in desk.card.findChildren(QLabel):
        assert isinstance(label, Plain) and label.textFormat() is Qt.TextFormat.PlainText
    assert desk.card.grab().width() == CARD_PX


def test_that_an_endless_word_does_not_widen_the_card(desk: Desk) -> None:
    case = desk.open(Stage.AWAITING_DISPATCH)
    desk.session.arrive(msgspec.structs.replace(case, text="A" * 2000))
    settle()
    assert desk.card.width() == CARD_PX
    assert desk.card.text.width() <= CARD_PX
    assert desk.card.text.height() > 10 * 20


def test_that_the_card_is_narrow_on_a_small_screen(desk: Desk) -> None:
    desk.open(Stage.AWAITING_DISPATCH)
    desk.card.set_narrow(True)
    settle()
    assert desk.card.width() == CARD_NARROW_PX
    for button in desk.card.next_step.row.buttons():
        assert button.geometry().right() <= desk.card.next_step.row.width()


def test_that_exactly_one_button_is_filled_and_it_is_what_enter_does(desk: Desk) -> None:
    for stage in (Stage.AWAITING_FILING, Stage.AWAITING_DISPATCH, Stage.AWAITING_CHECK, Stage.CHECKING):
        desk.open(stage)
        filled = [button for button in desk.card.next_step.row.buttons() if button.is_primary]
        assert [button.keys for button in filled] == ["Enter"], stage


def test_that_every_reason_not_to_has_its_words(chinese: PartsTranslator) -> None:
    assert set(WHY) == set(Why)
    for source in WHY.values():
        assert chinese.translate("Why", source)


def test_that_every_word_of_the_card_is_in_chinese(desk: Desk, chinese: PartsTranslator) -> None:
    chinese.missing.clear()
    for stage in Stage:
        cases = [shown.row for shown in desk.session.rows("case") if shown.row.stage is stage]
        for case in cases[:3]:
            desk.card.show_case(case.id)
            desk.card.grab()
    ours = {(context, source) for context, source in chinese.missing if not context.startswith("Q")}
    assert ours == set()


def test_that_control_signs_are_taken_out_and_lines_stay() -> None:
    assert clean("一\n二\u200e\u2066三\u0007\t") == "一\n二三"


def test_that_a_paragraph_grows_with_its_text(qtbot: QtBot, chinese: PartsTranslator) -> None:
    short, long = Paragraph("一行"), Paragraph("很长的一段话" * 40)
    for paragraph in (short, long):
        qtbot.addWidget(paragraph)
    assert long.heightForWidth(300) > 4 * short.heightForWidth(300)
