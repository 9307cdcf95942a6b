from __future__ import annotations

import itertools
from collections.abc import Iterator

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from app.look.tokens import CARD_PX, QUEUE_NARROW_PX, QUEUE_PX, THEMES
from app.models.queues import QUEUE_BY_ID
from app.widgets import theme
from app.widgets.main_window import CASE_M_PX, MainWindow
from app.widgets.shortcuts import is_text_field
from casework.commands.dispatch import Dispatch
from casework.sync.status import OutboxState
from casework.workflow import Flag, Stage
from tests.app.chinese import PartsTranslator
from tests.app.fake_session import FakeSession
from tests.app.widgets.still_map import StillMap


@pytest.fixture
def chinese(qapp: QApplication) -> Iterator[PartsTranslator]:
    translator = PartsTranslator()
    qapp.installTranslator(translator)
    yield translator
    qapp.removeTranslator(translator)


class Desk:
    """A window, its session, and a hand that presses keys where the keyboard is."""

    def __init__(self, qtbot: QtBot, person: str = "zhangmin", seat: str = "07") -> None:
        self.session = FakeSession(person=person, seat=seat)
        self.map = StillMap()
        self.window = MainWindow(self.session, self.map)  # type: ignore[arg-type]
        qtbot.addWidget(self.window)
        self.window.resize(1920, 1080)
        self.window.show()
        self.window.activateWindow()
        qtbot.waitUntil(lambda: QApplication.activeWindow() is self.window, timeout=5000)
        self.settle()

    def press(self, cap: str) -> None:
        combination = QKeySequence(cap)[0]
        target = QApplication.focusWidget() or self.window
        QTest.keyClick(target, combination.key(), combination.keyboardModifiers())
        self.settle()

    def type(self, words: str) -> None:
        target = QApplication.focusWidget()
        assert target is not None
        QTest.keyClicks(target, words)
        self.settle()

    def settle(self) -> None:
        self.window.model.flush()
        for _ in range(3):
            QApplication.processEvents()

    def stage(self, case: str) -> Stage:
        shown = self.session.row("case", case)
        assert shown is not None
        return shown.row.stage


@pytest.fixture
def desk(qtbot: QtBot, chinese: PartsTranslator) -> Desk:
    return Desk(qtbot)


def test_that_space_takes_the_next_case_into_the_card(desk: Desk) -> None:
    first = desk.window.model.case_at(0)
    desk.press("Space")
    assert desk.window.card.case_id() == first
    claim = desk.session.row("claim", first)
    assert claim is not None and claim.row.seat == "07"
    assert desk.map.selected == first
    assert desk.session.looking_at == first


def test_that_space_again_takes_the_one_after_it(desk: Desk) -> None:
    first, second = desk.window.model.case_at(0), desk.window.model.case_at(1)
    desk.press("Space")
    desk.press("Space")
    assert desk.window.card.case_id() == second != first


def test_that_a_case_is_dispatched_by_two_keys(desk: Desk) -> None:
    desk.press("Space")
    case = desk.window.card.case_id()
    desk.press("Return")
    assert [line.command.case for line in desk.session.outbox()] == [case]
    desk.session.advance(10_001)
    assert desk.stage(case) is Stage.HANDLING


def test_that_a_candidate_is_chosen_by_ctrl_and_its_number(desk: Desk) -> None:
    desk.press("Space")
    second = desk.window.card.model.table.lines[1].key
    desk.press("Ctrl+2")
    desk.press("Return")
    command = desk.session.outbox()[0].command
    assert isinstance(command, Dispatch) and command.unit == second


def test_that_ctrl_z_takes_an_unsent_dispatch_back(desk: Desk) -> None:
    desk.press("Space")
    case = desk.window.card.case_id()
    desk.press("Return")
    assert desk.window.strip.text().count("未发 1") == 1
    desk.press("Ctrl+Z")
    assert desk.session.outbox() == ()
    assert desk.stage(case) is Stage.AWAITING_DISPATCH


def test_that_a_dispatched_case_stays_marked_as_unsent_and_the_card_keeps_it(desk: Desk) -> None:
    desk.press("Space")
    case = desk.window.card.case_id()
    desk.press("Return")
    line = desk.window.model.line(desk.window.model.row_of(case))
    assert line is not None and line.mark == "dashed_ring" and line.left == "待发"
    assert desk.window.card.case_id() == case


def test_that_another_seats_work_does_not_move_the_operator_to_another_case(desk: Desk) -> None:
    desk.press("Space")
    case = desk.window.card.case_id()
    row = desk.session.row("case", case).row  # type: ignore[union-attr]
    desk.session.arrive(msgspec.structs.replace(row, stage=Stage.HANDLING))
    desk.settle()
    assert desk.window.model.row_of(case) == -1
    assert desk.window.card.case_id() == case
    assert not desk.window.panel.list.currentIndex().isValid()


def test_that_f2_goes_through_the_queues_and_back(desk: Desk) -> None:
    queues = desk.window.model.queues
    here = queues.index(desk.window.model.queue())
    desk.press("F2")
    assert desk.window.model.queue() is queues[here + 1]
    desk.press("Shift+F2")
    assert desk.window.model.queue() is queues[here]


def test_that_space_in_a_watched_queue_goes_to_the_own_work(desk: Desk) -> None:
    desk.window.show_queue(QUEUE_BY_ID["handling"])
    desk.press("Space")
    assert desk.window.model.queue().id == "awaiting_dispatch"
    assert desk.window.card.case_id() == desk.window.model.case_at(0)


def test_that_f12_goes_to_the_first_alarm_and_takes_it_off(desk: Desk) -> None:
    first = desk.window.alarms.top()[0]
    desk.press("F12")
    assert desk.window.card.case_id() == first.case
    assert first not in desk.window.alarms.top()


def test_that_alarms_are_only_about_the_own_work(qtbot: QtBot, chinese: PartsTranslator) -> None:
    desk = Desk(qtbot, person="lijing", seat="03")
    assert desk.window.alarms.top() == ()
    overdue = list(Desk(qtbot).window.alarms.top())
    assert overdue and all(alarm.priority == "P2" for alarm in overdue)


def test_that_a_case_sent_back_by_its_unit_calls_the_dispatcher(desk: Desk) -> None:
    causes = {alarm.cause for alarm in desk.window.alarms.top()}
    returned = desk.window.model.flagged_cases(QUEUE_BY_ID["awaiting_dispatch"], Flag.RETURNED, 9)
    assert returned and "returned" in causes


def test_that_ctrl_k_finds_a_case_by_initials_and_enter_opens_it(desk: Desk) -> None:
    desk.press("Ctrl+K")
    desk.type("aj nhgy")
    assert desk.window.command_bar.is_open()
    assert [entry.id for entry in desk.window.command_bar.list.entries()]  # type: ignore[union-attr]
    desk.press("Return")
    assert not desk.window.command_bar.is_open()
    shown = desk.session.row("case", desk.window.card.case_id())
    assert shown is not None and shown.row.place.startswith("南湖公园")


def test_that_ctrl_and_a_number_take_the_others_of_the_list(desk: Desk) -> None:
    desk.press("Ctrl+K")
    desk.type("aj jhl")
    second = desk.window.command_bar.list.entries()[1].id  # type: ignore[union-attr]
    desk.press("Ctrl+2")
    assert desk.window.card.case_id() == second


def test_that_esc_closes_the_command_bar_and_gives_the_keyboard_back(desk: Desk) -> None:
    before = QApplication.focusWidget()
    desk.press("Ctrl+K")
    desk.type("jhl")
    desk.press("Esc")
    assert not desk.window.command_bar.is_open()
    assert QApplication.focusWidget() is before is desk.window.panel.list


def test_that_a_queue_and_a_grid_are_found_too(desk: Desk) -> None:
    desk.press("Ctrl+K")
    desk.type("dl dja")
    desk.press("Return")
    assert desk.window.model.queue().id == "awaiting_close"
    desk.press("Ctrl+K")
    desk.type("wg 057")
    desk.press("Return")
    ring = desk.session.row("unit_grid", "450103005006057").row.ring_mm  # type: ignore[union-attr]
    assert desk.map.centre is not None
    assert min(ring[0::2]) <= desk.map.centre[0] <= max(ring[0::2])


def test_that_space_and_enter_are_typed_where_text_is_typed(desk: Desk) -> None:
    desk.press("Ctrl+K")
    desk.type("a")
    desk.press("Space")
    desk.type("b")
    assert desk.window.command_bar.field.text() == "a b"
    assert desk.window.card.case_id() == ""


def test_that_f1_lists_every_key_of_the_context(desk: Desk) -> None:
    desk.press("Space")
    desk.press("F1")
    sheet = desk.window.router.sheet
    assert sheet.isVisible()
    listed = {hint.keys for hint in sheet.hints()}
    assert {"Enter", "Space", "F2", "F5", "F12", "Ctrl+Z", "Ctrl+K", "F1"} <= listed
    desk.press("Esc")
    assert not sheet.isVisible()


def test_that_the_drawer_opens_over_the_card_and_its_keys_reach_no_hidden_case(desk: Desk) -> None:
    desk.press("Space")
    desk.press("Ctrl+0")
    assert desk.window.is_drawer_shown()
    desk.press("Return")
    assert desk.session.outbox() == ()
    desk.press("Esc")
    assert not desk.window.is_drawer_shown()


def test_that_a_refused_dispatch_waits_in_the_strip_the_queue_and_the_drawer(desk: Desk) -> None:
    case = desk.window.model.case_at(5)
    desk.session.perform(Dispatch(case=case, unit="u-none"))
    desk.session.advance(10_001)
    desk.settle()
    assert desk.session.outbox()[0].state is OutboxState.REFUSED
    assert "被拒 1" in desk.window.strip.text()
    line = desk.window.model.line(desk.window.model.row_of(case))
    assert line is not None and line.mark == "triangle" and line.left == "被拒"
    desk.press("Ctrl+0")
    desk.press("Ctrl+2")
    assert desk.session.outbox() == ()


def test_that_the_report_form_keeps_its_draft_when_it_is_put_away(
    qtbot: QtBot, chinese: PartsTranslator
) -> None:
    desk = Desk(qtbot, person="lijing", seat="03")
    desk.press("F9")
    assert desk.window.is_form_shown()
    desk.type("jkl 12")
    desk.press("Esc")
    if desk.window.is_form_shown():  # the first Esc closed a list of places
        desk.press("Esc")
    assert not desk.window.is_form_shown()
    desk.press("F9")
    assert desk.window.form.draft().place == "jkl 12"


@pytest.mark.parametrize(("opens", "closes"), [("F9", "Esc"), ("Ctrl+0", "Esc"), ("Ctrl+0", "Ctrl+0")])
def test_that_the_keyboard_is_the_queues_again_when_what_lay_in_front_has_gone(
    qtbot: QtBot, chinese: PartsTranslator, opens: str, closes: str
) -> None:
    desk = Desk(qtbot, person="lijing", seat="03")
    desk.press(opens)
    assert QApplication.focusWidget() is not desk.window.panel.list
    desk.press(closes)
    assert QApplication.focusWidget() is desk.window.panel.list
    desk.press("Space")
    assert desk.window.card.case_id()


def test_that_a_half_written_note_has_the_keyboard_again_after_a_report(
    qtbot: QtBot, chinese: PartsTranslator
) -> None:
    desk = Desk(qtbot, person="lijing", seat="03")
    desk.press("Space")
    desk.press("Shift+F9")
    desk.type("abc")
    desk.press("F9")
    desk.press("Esc")
    desk.type("def")
    typing = QApplication.focusWidget()
    assert isinstance(typing, QPlainTextEdit)
    assert typing.toPlainText() == "abcdef"


def test_that_a_click_on_the_map_opens_the_case_without_moving_the_map(desk: Desk) -> None:
    case = desk.window.model.case_at(7)
    desk.map.case_clicked.emit(case)
    assert desk.window.card.case_id() == case
    assert desk.map.centre is None


def test_that_a_case_is_shown_in_the_middle_and_near_enough(desk: Desk) -> None:
    desk.map.centre_on(0, 0, 16.0)
    desk.press("Space")
    shown = desk.session.row("case", desk.window.card.case_id())
    assert shown is not None
    assert desk.map.centre == (shown.row.x_mm, shown.row.y_mm)
    assert desk.map.m_px == CASE_M_PX


@pytest.mark.parametrize("m_px", [0.25, 0.5, 1.0])
def test_that_a_map_that_is_near_already_keeps_its_scale(desk: Desk, m_px: float) -> None:
    desk.map.centre_on(0, 0, m_px)
    desk.press("Space")
    assert desk.map.centre != (0, 0)
    assert desk.map.m_px == m_px


def test_that_a_row_is_chosen_by_the_arrow_keys(desk: Desk) -> None:
    desk.press("Down")
    desk.press("Down")
    assert desk.window.card.case_id() == desk.window.model.case_at(1)


def test_that_a_parked_case_comes_back(desk: Desk) -> None:
    desk.press("Space")
    case = desk.window.card.case_id()
    desk.press("Alt+Left")
    assert desk.window.card.case_id() == ""
    desk.press("Alt+Left")
    assert desk.window.card.case_id() == case


def test_that_the_band_comes_with_the_loss_of_the_network_and_goes_with_its_return(desk: Desk) -> None:
    assert not desk.window.band.isVisible()
    desk.session.cut()
    desk.settle()
    assert desk.window.band.isVisible()
    assert "号段剩 47" in desk.window.band.text()
    assert "离线工作" in desk.window.strip.text() and "14:20:07" in desk.window.strip.text()
    desk.session.heal()
    desk.settle()
    assert not desk.window.band.isVisible()


def test_that_a_small_window_folds_the_rail_and_narrows_the_panels(desk: Desk) -> None:
    assert desk.window.rail.isVisible()
    assert desk.window.panel.width() == QUEUE_PX
    assert desk.window.right.width() == CARD_PX
    desk.window.resize(1366, 768)
    desk.settle()
    assert not desk.window.rail.isVisible()
    assert desk.window.panel.width() == QUEUE_NARROW_PX
    assert not desk.window.nearby.isVisible()
    assert desk.window.width() == 1366, "a panel needs more room than the window has"
    assert desk.window.height() == 768


def test_that_panels_meet_without_gaps_at_both_sizes(desk: Desk) -> None:
    for width, height in ((1920, 1080), (1366, 768)):
        desk.window.resize(width, height)
        desk.settle()
        parts: list[QWidget] = [desk.window.panel, desk.window.stage, desk.window.right]
        edges = [(w.mapTo(desk.window, w.rect().topLeft()).x(), w.width()) for w in parts]
        for (left, size), (right, _) in itertools.pairwise(edges):
            assert right - (left + size) == 1
        last, size = edges[-1]
        assert last + size == width


def test_that_no_widget_without_text_listens_to_the_input_method(desk: Desk) -> None:
    for shown in (False, True):
        desk.window.show_drawer(shown)
        desk.press("F1")
        listening = [
            widget
            for widget in desk.window.findChildren(QWidget)
            if widget.testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)
        ]
        inside = [w for w in listening if not is_text_field(w) and not is_text_field(w.parentWidget())]
        assert inside == []
        desk.press("Esc")


def test_that_no_key_of_the_window_is_a_bare_letter_or_swallowed_by_an_input_method(desk: Desk) -> None:
    for shortcut in desk.window.router.keys.shortcuts:
        name = shortcut.key().toString()
        held, _, key = name.rpartition("+")
        assert len(key) > 1 or held, name
        assert name not in ("Ctrl+Space", "Ctrl+.", "Ctrl+Shift") and not name.startswith("Ctrl+Shift"), name


def test_that_every_cap_of_the_console_is_unambiguous(desk: Desk) -> None:
    names = [shortcut.key().toString() for shortcut in desk.window.router.keys.shortcuts]
    assert len(names) == len(set(names))


def test_that_the_theme_changes_everywhere_at_once(desk: Desk) -> None:
    ground = THEMES["light"]["bg1"]
    desk.window.set_theme("light")
    desk.settle()
    picture = desk.window.grab().toImage()
    for widget in (desk.window.panel, desk.window.card):
        spot = widget.mapTo(desk.window, widget.rect().center())
        assert picture.pixelColor(spot.x(), widget.height() - 4).name().upper() in (
            ground.upper(),
            THEMES["light"]["bg2"].upper(),
        )
    assert desk.map.theme == "light"
    assert theme.current() == "light"
    desk.window.set_theme("dark")


def test_that_everything_on_the_screen_has_its_chinese(desk: Desk, chinese: PartsTranslator) -> None:
    desk.press("Space")
    desk.press("F1")
    desk.press("Esc")
    desk.press("Ctrl+K")
    desk.type("zzzz")
    desk.press("Esc")
    desk.session.cut()
    desk.settle()
    desk.window.grab()
    own = set(
        "MainWindow KeyRouter StatusStrip QueuePanel QueueList Rail CommandBar CommandList KeySheet ScreenKey "
        "OfflineBand Alarms Queue QueueModel Text Stage Lamp Step Tag".split()
    )
    assert {(context, source) for context, source in chinese.missing if context in own} == set()


def test_that_shift_f3_filters_the_queue_and_esc_goes_back_one_level_at_a_time(desk: Desk) -> None:
    panel, model = desk.window.panel, desk.window.model
    wanted = model.case_at(6)
    desk.press("Shift+F3")
    assert QApplication.focusWidget() is panel.filter.field
    desk.type(wanted[8:])
    assert model.row_of(wanted) >= 0 and model.rowCount() < 30
    desk.press("Down")
    assert QApplication.focusWidget() is panel.list
    desk.press("Space")
    assert desk.window.card.case_id() == model.case_at(0)
    desk.press("Esc")
    assert not panel.is_filter_open() and model.rowCount() == 30


def test_that_shift_f4_turns_the_sort_and_every_queue_keeps_its_own(desk: Desk) -> None:
    model = desk.window.model
    before = model.sort_by()
    desk.press("Shift+F4")
    chosen = model.sort_by()
    assert chosen is not before
    desk.press("F2")
    assert model.sort_by() is before
    desk.press("Shift+F2")
    assert model.sort_by() is chosen
