"""The import's page in the whole window, by keys."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.importing import GoingUp, No
from app.widgets.main_window import MainWindow
from casework.workflow import Post
from tests.app.chinese import PartsTranslator
from tests.app.fake_imports import OWN, FakeImports
from tests.app.fake_session import FakeSession
from tests.app.widgets import hands
from tests.app.widgets.still_map import StillMap

LOOKING_MS = 120_000


@pytest.fixture(autouse=True)
def chinese(qapp: QApplication) -> Iterator[PartsTranslator]:
    translator = PartsTranslator()
    qapp.installTranslator(translator)
    yield translator
    qapp.removeTranslator(translator)
    assert translator.missing == set()


class Desk:
    """An administrator's window."""

    def __init__(
        self, qtbot: QtBot, folder: Path, post: Post = Post.ADMINISTRATOR, width_px: int = 1920
    ) -> None:
        self.qtbot, self.folder = qtbot, folder
        self.session = FakeSession()
        self.session.person = msgspec.structs.replace(self.session.person, posts=frozenset({post}))
        self.session.posts = self.session.person.posts
        self.session.folder = folder / "seat"
        self.line = FakeImports()
        self.session.imports = self.line  # type: ignore[attr-defined]
        self.window = MainWindow(self.session, StillMap())  # type: ignore[arg-type]
        hands.show(qtbot, self.window, width_px, 1080 if width_px > 1400 else 768)
        self.window.model.flush()

    @property
    def page(self):  # type: ignore[no-untyped-def]
        return self.window.imports.page

    def press(self, *caps: str) -> None:
        for cap in caps:
            hands.press(self.window, cap)

    def choose(self) -> None:
        """Components, and a file of them."""
        path = self.folder / "部件.csv"
        path.write_text("no,type\n1,井盖\n2,路灯\n", "utf-8")
        self.press("Shift+F11", "Ctrl+1")
        self.page.ask_file = lambda title, pattern: str(path)
        self.press("F3")
        self.qtbot.waitUntil(lambda: self.page.model.looked is not None, timeout=LOOKING_MS)
        hands.settle()

    def check(self) -> None:
        self.choose()
        self.press("Ctrl+Enter")
        self.page.model.choose_profile("covers")
        self.press("Ctrl+Enter")
        assert self.page.model.is_busy


@pytest.fixture
def desk(qtbot: QtBot, tmp_path: Path) -> Desk:
    return Desk(qtbot, tmp_path)


def test_that_only_an_administrator_is_offered_it(qtbot: QtBot, tmp_path: Path) -> None:
    desk = Desk(qtbot, tmp_path, Post.DISPATCHER)
    desk.press("Shift+F11")
    assert desk.page is None
    assert "import" not in {found[0] for found in desk.window.router.findable()}
    assert "import" not in {hint.id for hint in desk.window.router.hints(is_everything=True)}


def test_that_the_command_bar_and_the_key_sheet_lead_to_it(desk: Desk) -> None:
    assert ("import", "导入文件…", "Shift+F11") in desk.window.router.findable()
    assert "import" in {hint.id for hint in desk.window.router.hints(is_everything=True)}
    desk.window.router.run("import")
    assert desk.window.imports.is_shown() and not desk.window.right.isVisible()


def test_that_nothing_of_it_is_made_before_it_is_opened(desk: Desk) -> None:
    assert desk.page is None and desk.window.stage.count() == 1


@pytest.mark.parametrize("width_px", [1920, 1366])
def test_that_a_file_is_imported_by_keys_alone(qtbot: QtBot, tmp_path: Path, width_px: int) -> None:
    desk = Desk(qtbot, tmp_path, width_px=width_px)
    desk.choose()
    assert "2 行" in desk.page.files.facts.text() and desk.page.files.rows.item(0, 1).text() == "井盖"
    desk.press("Ctrl+Enter")
    assert desk.page.stack.currentWidget() is desk.page.profiles
    desk.page.model.choose_profile("covers")
    assert desk.page.profiles.editor.toPlainText() == OWN
    desk.press("Ctrl+Enter")
    desk.line.tell(GoingUp(500_000, 1_000_000))
    assert "正在传到中心" in desk.page.checks.outcome.text()
    desk.line.tell(desk.line.told("working", step="checking"))
    assert "正在逐行检查" in desk.page.checks.outcome.text()
    desk.line.checked()
    assert "尚未录入" in desk.page.checks.outcome.text() and desk.line.entered == []
    assert "拒绝 19" in desk.page.checks.figures.text()
    assert "第 8 行" in desk.page.checks.reasons.text() and "类别飞船" in desk.page.checks.reasons.text()
    assert "24" in desk.page.on.text() and desk.page.on.text().startswith("录入")
    desk.press("Ctrl+Enter")
    assert desk.line.entered == ["j1"]
    desk.line.end_entering()
    assert desk.page.checks.outcome.text() == "已录入"
    desk.press("Ctrl+Enter")
    assert desk.page.stack.currentWidget() is desk.page.files and desk.page.model.file == ""


def test_that_a_profile_is_taken_with_the_arrows_and_ones_own_text_stays_in_the_list(desk: Desk) -> None:
    desk.choose()
    desk.press("Ctrl+Enter")
    assert desk.page.model.text == ""
    desk.press("Down")
    assert desk.page.model.profile == "covers"
    desk.press("Down")
    assert desk.page.model.profile == "lamps"
    desk.page.profiles.editor.setFocus()
    desk.page.profiles.editor.moveCursor(QTextCursor.MoveOperation.End)
    hands.commit("# 我的\n")
    assert desk.page.model.profile == "" and desk.page.profiles.list.item(0).text() == "自己的文本"
    desk.page.profiles.list.setFocus()
    desk.press("Down")
    assert desk.page.model.profile == "covers"
    desk.press("Up")
    assert desk.page.model.text.endswith("# 我的\n")


def test_that_the_arrows_move_through_the_reasons_of_a_report(desk: Desk) -> None:
    desk.check()
    desk.line.checked()
    assert QApplication.focusWidget() is desk.page.checks.reasons
    desk.press("Down")
    assert desk.page.checks.reasons.currentItem().text(0).startswith("第 8 行")


def test_that_esc_goes_back_level_by_level_and_keeps_what_was_chosen(desk: Desk) -> None:
    desk.check()
    desk.line.checked()
    desk.press("Esc")
    assert desk.page.stack.currentWidget() is desk.page.profiles
    desk.press("Esc")
    assert desk.page.stack.currentWidget() is desk.page.files
    desk.press("Esc")
    assert not desk.window.imports.is_shown() and desk.window.right.isVisible()
    desk.press("Shift+F11")
    assert desk.page.model.text == OWN and desk.page.model.is_file_ready() and desk.line.entered == []


def test_that_esc_stops_a_check_and_not_an_entering(desk: Desk) -> None:
    desk.check()
    desk.line.tell(desk.line.told("working", step="reading"))
    assert desk.page.back.text() == "停止"
    desk.press("Esc")
    assert desk.line.dropped == ["j1"] and desk.page.stack.currentWidget() is desk.page.profiles
    desk.press("Ctrl+Enter")
    desk.line.checked()
    desk.press("Ctrl+Enter")
    before = desk.line.cancelled
    desk.press("Esc")
    assert desk.line.cancelled == before and desk.page.model.is_entering()


def test_that_a_report_made_again_says_so_and_is_not_entered_unasked(desk: Desk) -> None:
    desk.check()
    desk.line.checked()
    desk.press("Ctrl+Enter")
    told = desk.line.told("checked", report=desk.page.model.told.report, is_again=True)
    desk.line.answer(told)
    assert "重新检查" in desk.page.checks.about.text() and desk.line.entered == ["j1"]
    desk.press("Ctrl+Enter")
    assert desk.line.entered == ["j1", "j1"]


def test_that_a_no_of_the_centre_stands_on_the_page(desk: Desk) -> None:
    desk.check()
    desk.line.answer(No("not_administrator"))
    assert "只有管理员可以导入" in desk.page.trouble.text() and desk.page.trouble.isVisible()


def test_that_no_key_reaches_the_case_behind_it(desk: Desk) -> None:
    first = desk.window.model.case_at(0)
    desk.window.open_case(first)
    desk.press("Shift+F11", "Space", "F6", "F8", "Enter")
    assert desk.session.outbox() == () and desk.window.card.case_id() == first


def test_that_f4_turns_to_the_map_with_its_card_and_back(desk: Desk) -> None:
    desk.choose()
    desk.press("F4")
    assert not desk.window.imports.is_shown() and desk.window.right.isVisible()
    desk.press("F4")
    assert desk.window.imports.is_shown() and not desk.window.right.isVisible()


def test_that_the_report_form_has_its_place_also_from_the_import(desk: Desk) -> None:
    desk.choose()
    desk.window.show_form(True)
    assert desk.window.is_form_shown() and not desk.window.right.isVisible()
    desk.window.show_form(False)
    assert desk.window.right.isVisible()


def test_that_the_page_of_a_report_is_saved_where_the_person_wants_it(desk: Desk, tmp_path: Path) -> None:
    desk.check()
    desk.line.checked()
    desk.page.ask_target = lambda title, name: str(tmp_path / name)
    desk.press("Ctrl+2")
    assert (tmp_path / "report.html").read_bytes() == b"<html>report</html>"
