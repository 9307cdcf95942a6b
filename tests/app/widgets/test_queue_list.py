from __future__ import annotations

import random
from collections.abc import Iterator

import msgspec
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.models import queue_model
from app.models.queue_model import QueueModel
from app.models.queue_order import Sort
from app.models.queues import QUEUE_BY_ID
from app.widgets.queue_view import QueuePanel
from casework.commands.dispatch import Dispatch
from casework.ids import CaseId
from casework.workflow import Stage
from tests.app.fake_session import FakeSession
from tests.app.models.test_queue_at_size import hall, made
from tests.app.widgets.hands import commit, compose, press, settle, show

HEIGHT_PX = 500


class Seat:
    """A queue panel over many cases, with what an operator does to it."""

    def __init__(self, qtbot: QtBot, count: int) -> None:
        self.qtbot = qtbot
        self.session = hall(count)
        self.model = QueueModel(self.session)
        self.panel = QueuePanel(self.session, self.model)
        show(qtbot, self.panel, 400, HEIGHT_PX)
        self.list = self.panel.list
        self.chosen: list[str] = []
        self.list.chosen.connect(self.chosen.append)
        self.settle()

    def settle(self) -> None:
        self.model.flush()
        self.qtbot.waitUntil(self.model.is_settled, timeout=10_000)
        settle()

    def seen(self) -> list[str]:
        return [self.model.case_at(row) for row in self.list.rows_on_screen()]

    def current(self) -> str:
        index = self.list.currentIndex()
        return self.model.case_at(index.row()) if index.isValid() else ""

    def click(self, case: str) -> None:
        y = self.list.y_of(case)
        assert y is not None
        point = QPoint(50, min(max(y + 5, 0), self.list.viewport().height() - 1))
        QTest.mouseClick(self.list.viewport(), Qt.MouseButton.LeftButton, pos=point)

    def decide(self, case: str) -> None:
        """What the operator at this very seat did."""
        unit = self.session.rows("unit")[0].row.id
        self.session.perform(Dispatch(case=CaseId(case), unit=unit))

    def others_work(self, chance: random.Random, most: int) -> None:
        """What other seats did: new cases, other deadlines, cases that went."""
        fresh = [made(chance.randrange(460), chance) for _ in range(chance.randrange(1, most))]
        gone = [
            item for item in chance.sample(self.session.open_cases(), 2) if item.row.id != self.list.case()
        ]
        closed = [msgspec.structs.replace(item.row, stage=Stage.CLOSED) for item in gone]
        self.session.arrive(*{case.id: case for case in [*fresh, *closed]}.values())


@pytest.fixture(params=["at once", "in the pool"])
def seat(request: pytest.FixtureRequest, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[Seat]:
    if request.param == "in the pool":
        monkeypatch.setattr(queue_model, "INLINE_ROWS", 0)
        monkeypatch.setattr(queue_model, "MOST_MOVED", 12)
    made_seat = Seat(qtbot, 400)
    yield made_seat
    made_seat.model.stop()


def anchored(seat: Seat, before: dict[str, int], top: int) -> bool:
    """Whether the row under the eye stands where it stood, as far as the list is long enough for it."""
    bar = seat.list.verticalScrollBar()
    chosen = seat.list.case()
    order = ([chosen] if chosen in before else []) + [case for case, y in before.items() if y >= 0]
    order += list(before)
    there = [case for case in order if seat.list.y_of(case) is not None]
    moved = {case: (seat.list.y_of(case) or 0) - before[case] for case in there}
    if (
        len(there) > 1
        and there[0] == chosen
        and abs(moved[chosen] - moved[there[1]]) > seat.list.viewport().height()
    ):
        there = there[1:]  # it has gone far away by itself
    kept = there[0] if there else None
    if kept is None or (top == 0 and kept != chosen):
        return kept is None or bar.value() == 0
    is_at_end = bar.value() in (0, bar.maximum())
    return seat.list.y_of(kept) == before[kept] or is_at_end


@pytest.mark.parametrize("seed", range(4))
def test_that_the_choice_is_the_case_and_its_row_stays_under_the_eye(seat: Seat, seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(60):
        deed = chance.random()
        if deed < 0.55:
            seat.settle()
            before = {case: seat.list.y_of(case) or 0 for case in seat.seen()}
            top, mine, heard = seat.list.verticalOffset(), seat.list.case(), len(seat.chosen)
            seat.others_work(chance, 6 if chance.random() < 0.7 else 60)
            seat.settle()
            seat.settle()
            assert seat.list.case() == mine and len(seat.chosen) == heard
            assert anchored(seat, before, top)
        elif deed < 0.7 and seat.seen():
            wanted = chance.choice(seat.seen())
            seat.click(wanted)
            assert seat.list.case() == wanted
        elif deed < 0.8:
            bar = seat.list.verticalScrollBar()
            bar.setValue(chance.randrange(bar.maximum() + 1))
        elif deed < 0.9:
            seat.model.set_sort(chance.choice(list(Sort)))
        elif deed < 0.95:
            seat.model.set_filter(chance.choice(("金湖路", "道路", "1", "", "")))
        else:
            seat.model.set_queue(QUEUE_BY_ID[chance.choice(("awaiting_dispatch", "registered"))])
        seat.settle()
        is_here = seat.model.row_of(seat.list.case()) >= 0
        assert seat.current() == (seat.list.case() if is_here else "")


def test_that_a_case_the_operator_has_decided_leaves_for_the_end_and_the_list_stays(seat: Seat) -> None:
    wanted = seat.seen()[2]
    seat.click(wanted)
    before, top = seat.seen(), seat.list.verticalOffset()
    seat.session.cut()
    seat.decide(wanted)
    seat.settle()
    assert seat.model.row_of(wanted) > 100
    assert seat.list.case() == wanted and seat.list.verticalOffset() == top
    assert seat.seen()[:6] == [case for case in before if case != wanted][:6]


def test_that_a_sort_keeps_the_case_in_hand_in_sight(seat: Seat) -> None:
    seat.click(seat.seen()[5])
    y = seat.list.y_of(seat.list.case())
    seat.model.set_sort(Sort.PLACE)
    seat.settle()
    row = seat.model.row_of(seat.list.case())
    is_at_the_top = row * 28 < (y or 0)
    assert is_at_the_top or seat.list.y_of(seat.list.case()) == y
    assert seat.list.case() in seat.seen()


def test_that_who_looks_at_the_top_goes_on_looking_at_the_top(seat: Seat) -> None:
    urgent = msgspec.structs.replace(
        made(455, random.Random(1)), stage=Stage.AWAITING_DISPATCH, flags=frozenset(), stage_due_ms=1
    )
    seat.session.arrive(urgent)
    seat.settle()
    assert seat.seen()[0] == urgent.id


def test_that_a_click_on_a_head_sorts_and_the_time_turns_to_the_newest(qtbot: QtBot) -> None:
    seat = Seat(qtbot, 40)

    def click(x: int) -> Sort:
        QTest.mouseClick(seat.panel.heads, Qt.MouseButton.LeftButton, pos=QPoint(x, 10))
        return seat.model.sort_by()

    assert [click(x) for x in (120, 240, 60, 60)] == [Sort.CLASS, Sort.PLACE, Sort.LEFT, Sort.REGISTERED]
    said = seat.panel.heads.accessibleName()
    assert click(60) is Sort.LEFT and seat.panel.heads.accessibleName() != said


def test_that_the_filter_counts_what_it_shows_and_esc_shows_all(qtbot: QtBot) -> None:
    session = FakeSession()
    model = QueueModel(session)
    panel = QueuePanel(session, model)
    show(qtbot, panel, 400, HEIGHT_PX)
    panel.list.setFocus()
    panel.filter.open()
    settle()
    assert QApplication.focusWidget() is panel.filter.field
    compose("jin'hu")
    assert model.rowCount() == 30
    commit("金湖路")
    assert 0 < model.rowCount() < 30
    assert panel.filter.count.text() == f"{model.rowCount()} of 30"
    press(panel, "Down")
    assert QApplication.focusWidget() is panel.list and model.is_filtered()
    panel.filter.open()
    press(panel, "Esc")
    assert model.rowCount() == 30 and not panel.is_filter_open()
    assert QApplication.focusWidget() is panel.list


def test_that_another_queue_ends_the_filter(qtbot: QtBot) -> None:
    seat = Seat(qtbot, 40)
    seat.panel.filter.open()
    commit("金湖路")
    press(seat.panel, "Enter")
    seat.model.set_queue(QUEUE_BY_ID["registered"])
    settle()
    assert not seat.panel.is_filter_open() and not seat.model.is_filtered()


def test_that_arrow_keys_move_by_rows_and_pages(qtbot: QtBot) -> None:
    seat = Seat(qtbot, 200)
    seat.list.setFocus()
    for cap, row in (("Down", 0), ("Down", 1), ("End", seat.model.rowCount() - 1), ("Up", -2), ("Home", 0)):
        press(seat.list, cap)
        wanted = row if row >= 0 else seat.model.rowCount() + row
        assert seat.current() == seat.list.case() == seat.model.case_at(wanted)
        assert seat.list.case() in seat.seen()
    press(seat.list, "PgDown")
    assert seat.model.row_of(seat.list.case()) > 8


def test_that_a_row_reads_its_facts_to_a_screen_reader(qtbot: QtBot) -> None:
    seat = Seat(qtbot, 40)
    read = QAccessible.queryAccessibleInterface(seat.list)
    assert read is not None and read.text(QAccessible.Text.Name)
    line = seat.model.line(3)
    assert line is not None
    rows = [read.child(number) for number in range(read.childCount())]
    said = [row.text(QAccessible.Text.Name) for row in rows if row is not None]
    assert any(line.place in each and line.class_name in each for each in said)
