from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.models.report_draft import DRAFT_KEY, decode
from app.widgets import theme
from app.widgets.report_form import ReportForm
from casework.commands.register import Register
from casework.sync.seat import OutboxFull
from casework.sync.status import OutboxState
from tests.app.chinese import PartsTranslator
from tests.app.fake_session import FakeSession
from tests.app.widgets.hands import commit, compose, press, settle, show

WORDS = "烧烤店桌椅摆上人行道"


@pytest.fixture
def chinese(qapp: QApplication) -> Iterator[PartsTranslator]:
    translator = PartsTranslator()
    qapp.installTranslator(translator)
    theme.apply(qapp, "light")
    yield translator
    qapp.removeTranslator(translator)


class Desk:
    """A form in a window, as the seat has it: over something else."""

    def __init__(self, qtbot: QtBot, session: FakeSession | None = None) -> None:
        self.session = session or FakeSession("lijing", "03")
        self.session._numbers = 5
        self.window = QWidget()
        inside = QVBoxLayout(self.window)
        inside.setContentsMargins(0, 0, 0, 0)
        self.form = ReportForm(self.session)
        inside.addWidget(self.form)
        inside.addStretch(1)
        show(qtbot, self.window, 1400, 700)
        self.form.begin()
        settle()
        case = self.session.open_cases()[9].row
        self.point = (case.x_mm + 3_000, case.y_mm + 2_000)
        self.form.map_centre = lambda: self.point

    def press(self, *caps: str) -> None:
        for cap in caps:
            press(self.form, cap)

    def type(self, letters: str) -> None:
        target = QApplication.focusWidget()
        assert target is not None
        QTest.keyClicks(target, letters)
        settle()

    def registered(self) -> list[Register]:
        return [line.command for line in self.session.outbox() if isinstance(line.command, Register)]

    def fill(self) -> None:
        self.type("jkl12")
        self.press("Enter")
        self.type("dwjy")
        self.press("Enter", "Enter")
        commit(WORDS)


@pytest.fixture
def desk(qtbot: QtBot, chinese: PartsTranslator) -> Desk:
    return Desk(qtbot)


def test_that_a_report_is_registered_by_keys_alone(desk: Desk, qtbot: QtBot) -> None:
    desk.session.cut()
    desk.fill()
    with qtbot.waitSignal(desk.form.submitted) as submitted:
        desk.press("Ctrl+Enter")
    (made,) = desk.registered()
    assert submitted.args == [made.case]
    assert (made.place, made.class_code, made.text) == ("金凯路 12 号", "09005", WORDS)
    assert made.condition.startswith("09005-")
    grid = desk.session.row("unit_grid", made.grid)
    assert grid is not None
    assert desk.session.draft(DRAFT_KEY) is None
    # The next caller finds an empty form.
    assert desk.form.draft().is_empty


@pytest.mark.parametrize("typed", ["dwjy", "09005", "店外"])
def test_that_a_class_is_found_by_initials_digits_or_chinese(desk: Desk, typed: str) -> None:
    desk.form.class_field.field.setFocus()
    if typed.isascii():
        desk.type(typed)
    else:
        commit(typed)
    assert desk.form.class_field.picks()[0].title.endswith("店外经营")
    desk.press("Enter")
    assert desk.form.draft().class_code == "09005"
    assert not desk.form.class_field.is_open()


def test_that_letters_still_being_composed_choose_nothing(desk: Desk) -> None:
    desk.form.class_field.field.setFocus()
    compose("dian wai")
    assert not desk.form.class_field.is_open()
    assert desk.form.draft().class_code == ""


def test_that_ctrl_digits_take_another_of_the_list(desk: Desk) -> None:
    desk.form.class_field.field.setFocus()
    commit("井盖")
    picks = desk.form.class_field.picks()
    assert len(picks) > 2
    desk.press("Ctrl+3")
    assert desk.form.draft().class_code == picks[2].key.partition(":")[2]


def test_that_a_place_is_the_maps_middle_by_f3_and_a_click_by_mouse(desk: Desk) -> None:
    commit("小区南门")
    desk.press("F3")
    draft = desk.form.draft()
    assert draft.place == "小区南门" and draft.grid
    assert (draft.x_mm, draft.y_mm) == desk.point
    desk.form.put_point(desk.point[0] + 110_000, desk.point[1])
    assert desk.form.draft().grid != draft.grid


def test_that_a_place_outside_the_city_is_said_at_the_field(desk: Desk) -> None:
    commit("外地")
    desk.form.put_point(1, 1)
    assert desk.form.place.fault.isVisible()
    desk.press("Ctrl+Enter")
    assert desk.registered() == []
    assert QApplication.focusWidget() is desk.form.place.field


def test_that_what_is_wrong_is_said_at_each_field_and_nothing_is_lost(desk: Desk) -> None:
    commit("小区南门")
    desk.press("Ctrl+Enter")
    form = desk.form
    for fault in (form.place.fault, form.class_field.fault, form.text_fault):
        assert fault.isVisible() and fault.text()
    assert form.place.field.property("fault") == "true"
    assert form.place.text() == "小区南门"
    assert desk.session.numbers_left() == 5  # a faulty report uses up no number
    form.text.setFocus()
    commit(WORDS)
    assert not form.text_fault.isVisible()


def test_that_esc_closes_the_list_first_and_then_keeps_the_draft(desk: Desk, qtbot: QtBot) -> None:
    desk.type("jkl")
    assert desk.form.place.is_open()
    desk.press("Esc")
    assert not desk.form.place.is_open() and desk.form.isVisible()
    with qtbot.waitSignal(desk.form.closed):
        desk.press("Esc")
    kept = decode(desk.session.draft(DRAFT_KEY))
    assert kept is not None and kept.place == "jkl"


def test_that_a_draft_is_on_disk_within_a_second_and_survives_the_form(desk: Desk, qtbot: QtBot) -> None:
    desk.session.cut()
    desk.fill()
    qtbot.waitUntil(lambda: WORDS in (desk.session.draft(DRAFT_KEY) or ""), timeout=1000)
    # The seat was killed: only what is on its disk is there for the next one.
    again = Desk(qtbot, desk.session)
    assert again.form.text.toPlainText() == WORDS
    assert again.form.place.text() == "金凯路 12 号"
    assert again.form.class_field.text() == "09005 店外经营"
    again.press("Ctrl+Enter")
    assert [made.text for made in again.registered()] == [WORDS]
    assert again.session.draft(DRAFT_KEY) is None


def test_that_a_plain_number_is_never_kept(desk: Desk, qtbot: QtBot) -> None:
    desk.session.cut()
    desk.fill()
    desk.form.reporter.setFocus()
    commit("韦明 13812342076")
    desk.form.flush()
    assert "13812342076" not in (desk.session.draft(DRAFT_KEY) or "")
    desk.press("Tab")
    assert desk.form.reporter.text() == "韦** 138****2076"
    desk.press("Ctrl+Enter")
    assert desk.registered()[0].reporter == "韦** 138****2076"


def test_that_without_a_number_it_stays_a_draft_and_says_why(desk: Desk) -> None:
    desk.fill()
    desk.session._numbers = 0
    desk.press("Ctrl+Enter")
    assert desk.registered() == []
    assert desk.form.step.why.text()
    assert desk.form.text.toPlainText() == WORDS


def test_that_a_full_outbox_keeps_the_report(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(command: object) -> str:
        raise OutboxFull

    desk.fill()
    monkeypatch.setattr(desk.session, "perform", full)
    desk.press("Ctrl+Enter")
    assert desk.form.step.why.text()
    assert WORDS in (desk.session.draft(DRAFT_KEY) or "")


def test_that_a_click_on_the_map_shows_what_is_open_near_by(desk: Desk) -> None:
    desk.form.put_point(*desk.point)
    assert desk.form.near.accessibleName()
    assert "300" in desk.form.near_head.text()
    # A place without words takes those of the nearest case.
    assert desk.form.draft().place


def test_that_keys_of_the_case_behind_do_not_reach_it(desk: Desk) -> None:
    for key in ("F6", "F8", "F10"):
        assert desk.form.press(key)
    assert desk.session.outbox() == ()


def test_that_only_text_fields_speak_with_the_input_method(desk: Desk) -> None:
    for widget in desk.form.findChildren(QWidget):
        if widget.testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled):
            assert isinstance(widget, QLineEdit | QPlainTextEdit) or isinstance(
                widget.parent(), QPlainTextEdit
            ), widget


def test_that_markup_in_a_report_is_only_text(desk: Desk) -> None:
    desk.session.cut()
    desk.fill()
    desk.form.text.setFocus()
    commit("<script>alert(1)</script>")
    desk.press("Ctrl+Enter")
    assert desk.registered()[0].text == WORDS + "<script>alert(1)</script>"
    assert desk.session.outbox()[0].state is OutboxState.WAITING


def test_that_every_word_of_the_form_is_in_chinese(desk: Desk, chinese: PartsTranslator) -> None:
    chinese.missing.clear()
    form = ReportForm(desk.session)
    desk.window.layout().addWidget(form)
    form.begin()
    form.submit()
    form.put_point(*desk.point)
    form.grab()
    assert {pair for pair in chinese.missing if not pair[0].startswith("Q")} == set()
