"""The search of the whole window, by keys, over real files: the seat's rows and a small archive."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.cache.rows_db import Record, RowsDb
from app.widgets.main_window import MainWindow
from casework.entities import ENTITY_BY_NAME
from casework.ids import CommandId
from casework.sync.messages import Entry, Op, Page
from casework.workflow import Stage
from server.archive import cases, ship
from tests.app import fake_city
from tests.app.chinese import PartsTranslator
from tests.app.fake_session import ENTITY_OF, FakeSession
from tests.app.widgets import hands
from tests.app.widgets.still_map import StillMap
from tests.server.archive.small import CITY, paths_in, said, source_of

WORD = "金湖路"
OLD = ("2019 年金湖路雨水井盖缺失", "金湖路北口的旧案", "没有那个词")


@pytest.fixture(autouse=True)
def chinese(qapp: QApplication) -> Iterator[PartsTranslator]:
    translator = PartsTranslator()
    qapp.installTranslator(translator)
    yield translator
    qapp.removeTranslator(translator)


class Desk:
    """A window with rows and an archive in its folder."""

    def __init__(self, qtbot: QtBot, folder: Path, has_archive: bool = True) -> None:
        self.qtbot = qtbot
        self.session = FakeSession()
        self.session.folder = folder
        write_rows(folder / "cache.db")
        if has_archive:
            write_archive(folder)
        self.map = StillMap()
        self.window = MainWindow(self.session, self.map, folding=ship.shipped_folding())  # type: ignore[arg-type]
        hands.show(qtbot, self.window, 1920, 1080)
        self.window.model.flush()
        self.search = self.window.search

    def look_for(self, word: str) -> list[str]:
        """Types a word over what is in the field, and waits for what it finds."""
        hands.press(self.window, "Ctrl+F")
        hands.commit(word)
        model = self.search.model
        self.qtbot.waitUntil(lambda: model.word == word.strip() and not model.is_looking, timeout=10_000)
        hands.settle()
        return [hit.key for hit in model.finds()]


def write_rows(path: Path) -> None:
    rows = RowsDb(path)
    rows.begin_load()
    rows.load(
        Record(
            ENTITY_OF[type(row)].name, ENTITY_OF[type(row)].key(row), 1, 1, ENTITY_OF[type(row)].encode(row)
        )
        for row in fake_city.rows(fake_city.NOW_MS)
    )
    rows.finish_load(1, 1, fake_city.NOW_MS)
    rows.close()


def write_archive(folder: Path) -> None:
    paths = paths_in(folder / "centre")
    cases.append(source_of(paths), said(*OLD))
    (folder / "archive.db").write_bytes(ship.build(paths, CITY, [], 0).read_bytes())


@pytest.fixture
def desk(qtbot: QtBot, tmp_path: Path) -> Desk:
    return Desk(qtbot, tmp_path)


def own_cases() -> set[str]:
    rows = fake_city.rows(fake_city.NOW_MS)
    return {
        row.id
        for row in rows
        if isinstance(row, ENTITY_BY_NAME["case"].struct) and has_word(row) and row.is_open
    }


def has_word(row: object) -> bool:
    return WORD in row.place or WORD in row.text  # type: ignore[attr-defined]


def test_that_a_word_finds_open_cases_and_archived_ones_newest_first(desk: Desk) -> None:
    found = desk.look_for(WORD)
    hits = desk.search.model.finds()
    assert own_cases() <= set(found) and len(found) == len(own_cases()) + 2
    times = [hit.registered_ms for hit in hits]
    assert times == sorted(times, reverse=True)
    assert {hit.key for hit in hits if hit.rowid} == set(found) - own_cases()


def test_that_traditional_writing_finds_the_same(desk: Desk) -> None:
    assert desk.look_for("金湖路雨水井蓋") == desk.look_for("金湖路雨水井盖") != []


def test_that_arrows_move_through_the_finds_and_the_map_follows(desk: Desk) -> None:
    desk.look_for(WORD)
    hits = desk.search.model.finds()
    for number in (1, 2):
        hands.press(desk.window, "Down")
        want = hits[number]
        desk.qtbot.waitUntil(lambda want=want: desk.map.centre == (want.x_mm, want.y_mm), timeout=5000)
        assert desk.map.here == want.key
    assert set(desk.map.found) == {hit.key for hit in hits}
    assert desk.search.panel.field.hasFocus()


def test_that_enter_opens_an_open_case_in_its_card(desk: Desk) -> None:
    desk.look_for(WORD)
    hands.press(desk.window, "Enter")
    assert desk.window.card.case_id() == desk.search.model.finds()[0].key
    assert desk.search.is_open()


def test_that_an_archived_case_is_read_in_the_cards_place_and_esc_goes_back_level_by_level(
    desk: Desk,
) -> None:
    desk.look_for("旧案")
    hands.press(desk.window, "Enter")
    assert desk.search.is_card_shown()
    assert desk.window.right.currentWidget().case_id() == desk.search.model.finds()[0].key
    hands.press(desk.window, "Esc")
    assert not desk.search.is_card_shown() and desk.search.is_open()
    hands.press(desk.window, "Esc")
    assert not desk.search.is_open() and desk.window.panel.isVisible()
    assert desk.map.found == {}


def test_that_a_case_is_found_by_its_number(desk: Desk) -> None:
    first = desk.window.model.case_at(0)
    assert desk.look_for(first) == [first]


def test_that_a_case_that_came_while_the_search_was_open_is_found_too(desk: Desk) -> None:
    desk.look_for(WORD)
    fresh = fake_city.case_row(99, Stage.HANDLING, 1, "雨水井盖异常", "从未有过的地名", (), fake_city.NOW_MS)
    body = ENTITY_BY_NAME["case"].encode(fresh)
    rows = RowsDb(desk.session.folder / "cache.db")
    entry = Entry(2, CommandId("c"), "case", fresh.id, 1, Op.PUT, msgspec.Raw(body))
    rows.commit(Page(1, 1, 2, 2, (entry,), fake_city.NOW_MS))
    rows.close()
    desk.session.arrive(fresh)
    hands.settle()
    assert desk.look_for("从未有过") == [fresh.id]


def test_that_without_an_archive_the_own_rows_are_found_and_that_is_said(
    qtbot: QtBot, tmp_path: Path
) -> None:
    desk = Desk(qtbot, tmp_path, has_archive=False)
    assert set(desk.look_for(WORD)) == own_cases()
    assert "案卷库尚未到达" in desk.search.panel.foot.text()


def test_that_an_archive_that_arrives_meanwhile_is_searched(qtbot: QtBot, tmp_path: Path) -> None:
    desk = Desk(qtbot, tmp_path, has_archive=False)
    desk.look_for("旧案")
    assert desk.search.model.finds() == ()
    write_archive(tmp_path)
    desk.session.dataset_changed.emit("archive")
    desk.qtbot.waitUntil(lambda: len(desk.search.model.finds()) == 1, timeout=10_000)


def test_that_nothing_found_says_so_and_a_queue_chosen_in_the_rail_ends_the_search(desk: Desk) -> None:
    assert desk.look_for("绝无此词") == []
    assert QApplication.focusWidget() is desk.search.panel.field
    desk.window.show_queue(desk.window.model.queues[1])
    assert not desk.search.is_open()
