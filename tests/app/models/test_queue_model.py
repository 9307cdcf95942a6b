from __future__ import annotations

import msgspec
import numpy as np
import pytest
from PySide6.QtCore import QAbstractItemModel, QItemSelectionModel, QModelIndex
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from app.models.queue_model import QueueModel
from app.models.queue_rows import QueueRows, RowFacts, build_part, ranges
from app.models.queue_soon import soon_from_ms
from app.models.queue_tally import Counts
from app.models.queues import QUEUE_BY_ID, QUEUES, Clock, home_queue, queues_for
from casework.clock.deadline import due
from casework.clock.model import Calendar, TimeLimit, TimeUnit
from casework.commands.claim import ClaimCase
from casework.commands.dispatch import Dispatch
from casework.entities.claim import Claim
from casework.entities.task import TaskState
from casework.ids import Key
from casework.workflow import Flag, Post, Stage
from tests.app.fake_city import HOUR, MINUTE, NOW_MS, case_row
from tests.app.fake_session import FakeSession

DISPATCHING = QUEUE_BY_ID["awaiting_dispatch"]


@pytest.fixture
def session(qapp: object) -> FakeSession:
    return FakeSession()


@pytest.fixture
def model(session: FakeSession, qtbot: QtBot) -> QueueModel:
    made = QueueModel(session)
    QAbstractItemModelTester(made, QAbstractItemModelTester.FailureReportingMode.Fatal, made)
    return made


def shown(model: QueueModel) -> list[str]:
    return [model.case_at(row) for row in range(model.rowCount())]


def marks(model: QueueModel) -> list[str]:
    return [line.mark for row in range(model.rowCount()) if (line := model.line(row))]


def test_that_a_dispatcher_begins_with_what_awaits_dispatch(model: QueueModel) -> None:
    assert model.queue() is DISPATCHING
    assert model.rowCount() == 30


def test_that_the_overdue_come_first_and_the_held_last(model: QueueModel) -> None:
    order = marks(model)
    assert order[:2] == ["triangle", "triangle"]
    assert order[2:5] == ["diamond"] * 3
    assert set(order[5:-1]) == {"ring"}
    assert order[-1] == "bars"


def test_that_rows_are_sorted_by_time_left(model: QueueModel, session: FakeSession) -> None:
    cases = [session.row("case", case).row for case in shown(model)]  # type: ignore[union-attr]
    due_ms = [case.stage_due_ms for case in cases if Flag.SUSPENDED not in case.flags]
    assert due_ms == sorted(due_ms)


def test_that_the_selection_stays_on_the_case_after_a_re_sort(
    model: QueueModel, session: FakeSession
) -> None:
    selection = QItemSelectionModel(model)
    chosen = model.case_at(3)
    selection.setCurrentIndex(model.index(3, 0), QItemSelectionModel.SelectionFlag.ClearAndSelect)
    case = session.row("case", model.case_at(20)).row  # type: ignore[union-attr]
    session.arrive(msgspec.structs.replace(case, stage_due_ms=NOW_MS - HOUR))
    model.flush()
    assert model.case_at(0) == case.id
    assert selection.currentIndex().row() == 4
    assert model.case_at(selection.currentIndex().row()) == chosen
    assert [model.case_at(i.row()) for i in selection.selectedIndexes()] == [chosen]


def test_that_many_changes_make_one_data_changed(model: QueueModel, session: FakeSession) -> None:
    heard: list[tuple[QModelIndex, QModelIndex]] = []
    model.dataChanged.connect(lambda top, bottom: heard.append((top, bottom)))
    for case in shown(model)[:10]:
        row = session.row("case", case).row  # type: ignore[union-attr]
        session.arrive(msgspec.structs.replace(row, place="别处"))
    assert heard == []
    model.flush()
    assert len(heard) == 1


def test_that_changes_are_shown_without_being_asked(
    model: QueueModel, session: FakeSession, qtbot: QtBot
) -> None:
    row = session.row("case", model.case_at(5)).row  # type: ignore[union-attr]
    with qtbot.waitSignal(model.dataChanged, timeout=5000):
        session.arrive(msgspec.structs.replace(row, place="别处"))
    assert model.line(5).place == "别处"  # type: ignore[union-attr]


def test_that_a_new_case_slides_into_its_place(model: QueueModel, session: FakeSession) -> None:
    fresh = case_row(99, Stage.AWAITING_DISPATCH, 8, "道路破损", "民族大道 1 号", (), NOW_MS)
    before = shown(model)
    session.arrive(fresh)
    model.flush()
    assert shown(model) == [*before[:6], fresh.id, *before[6:]]


def test_that_a_case_that_moved_on_leaves_the_queue(model: QueueModel, session: FakeSession) -> None:
    gone = model.case_at(4)
    row = session.row("case", gone).row  # type: ignore[union-attr]
    session.arrive(msgspec.structs.replace(row, stage=Stage.HANDLING))
    model.flush()
    assert gone not in shown(model)
    assert model.row_of(gone) == -1


def test_that_a_closed_case_is_forgotten(model: QueueModel, session: FakeSession) -> None:
    gone = model.case_at(4)
    row = session.row("case", gone).row  # type: ignore[union-attr]
    session.arrive(msgspec.structs.replace(row, stage=Stage.CLOSED))
    model.flush()
    assert gone not in {facts.id for facts in model.some_cases(1000)}


def test_that_a_slot_freed_and_used_again_is_another_case(model: QueueModel, session: FakeSession) -> None:
    gone = model.case_at(2)
    fresh = case_row(98, Stage.AWAITING_DISPATCH, 3, "道路破损", "民族大道 1 号", (), NOW_MS)
    row = session.row("case", gone).row  # type: ignore[union-attr]
    session.arrive(msgspec.structs.replace(row, stage=Stage.CLOSED), fresh)
    model.flush()
    assert fresh.id in shown(model)
    assert gone not in shown(model)
    assert len(set(shown(model))) == model.rowCount()


def test_that_unsent_work_stays_where_it_was_done_and_goes_last(
    model: QueueModel, session: FakeSession
) -> None:
    mine = model.case_at(3)
    session.perform(Dispatch(case=mine, unit="u-drain"))
    model.flush()
    row = model.row_of(mine)
    assert model.line(row).mark == "dashed_ring"  # type: ignore[union-attr]
    assert row >= model.rowCount() - 2
    session.advance(10_001)
    model.flush()
    assert model.row_of(mine) == -1


def test_that_taking_a_case_leaves_no_unsent_mark(model: QueueModel, session: FakeSession) -> None:
    session.cut()
    session.perform(ClaimCase(case=model.case_at(3)))
    model.flush()
    assert model.line(3).mark == "diamond"  # type: ignore[union-attr]


def test_that_a_refused_command_marks_its_case(model: QueueModel, session: FakeSession) -> None:
    mine = model.case_at(3)
    session.perform(Dispatch(case=mine, unit="u-drain"))
    row = session.row("case", mine).row  # type: ignore[union-attr]
    session.arrive(msgspec.structs.replace(row, stage=Stage.AWAITING_DISPATCH))
    session.perform(Dispatch(case=mine, unit="u-none"))
    session.advance(10_001)
    model.flush()
    line = model.line(model.row_of(mine)) if model.row_of(mine) >= 0 else None
    assert line is None or line.mark == "triangle"
    assert any(item.refusal for item in session.outbox())


def test_that_who_has_it_open_is_named_but_not_oneself(model: QueueModel, session: FakeSession) -> None:
    case = model.case_at(6)
    session.arrive(Claim(case, "11", "lijing", "李静", NOW_MS))
    model.flush()
    assert model.line(6).chip == "李静"  # type: ignore[union-attr]
    assert model.line(6).is_dim  # type: ignore[union-attr]
    session.arrive(Claim(case, session.seat, "zhangmin", "张敏", NOW_MS))
    model.flush()
    assert model.line(6).chip == ""  # type: ignore[union-attr]


def test_that_the_next_case_is_one_that_nobody_has(model: QueueModel, session: FakeSession) -> None:
    assert model.next_case() == model.case_at(0)
    session.arrive(Claim(model.case_at(0), "11", "lijing", "李静", NOW_MS))
    model.flush()
    assert model.next_case() == model.case_at(1)
    assert model.next_case(after=model.case_at(1)) == model.case_at(2)


def test_that_time_goes_on_without_reading_a_row(model: QueueModel, session: FakeSession) -> None:
    def read(*unused: object) -> None:
        raise AssertionError("a row was read")

    left = model.line(10).left  # type: ignore[union-attr]
    session._now_ms += 5 * MINUTE
    session.row = session.rows = session.open_cases = read  # type: ignore[method-assign,assignment]
    model.tick()
    assert model.line(10).left != left  # type: ignore[union-attr]


def test_that_counts_follow_the_clock(model: QueueModel, session: FakeSession) -> None:
    assert model.counts() == Counts(total=30, late=2, soon=3, fine=24, suspended=1)
    heard: list[int] = []
    model.counts_changed.connect(lambda: heard.append(1))
    session._now_ms += 10 * MINUTE
    model.tick()
    assert model.counts().late > 2
    assert heard


def test_that_an_overdue_queue_fills_as_time_passes(model: QueueModel, session: FakeSession) -> None:
    late = QUEUE_BY_ID["late_handling"]
    model.set_queue(late)
    before = model.rowCount()
    assert before == model.counts().late == 7
    session._now_ms += 30 * MINUTE
    model.tick()
    assert model.rowCount() > before


def test_that_every_open_case_of_the_hall_is_in_a_queue(model: QueueModel, session: FakeSession) -> None:
    held = sum(model.counts(queue).total for queue in model.queues if not queue.is_overdue)
    assert held == len(session.open_cases())


def test_that_a_unit_sees_its_own_tasks_only(qtbot: QtBot) -> None:
    session = FakeSession(person="nongxiaomei")
    model = QueueModel(session)
    assert [queue.id for queue in model.queues] == [
        "to_receive",
        "own_handling",
        "late_receive",
        "late_handling",
    ]
    assert model.queue().id == "to_receive"
    tasks = {shown.row.case: shown.row for shown in session.rows("task", unit="u-municipal")}
    assert shown(model)
    assert all(tasks[case].state is TaskState.SENT for case in shown(model))


def test_that_everything_anew_is_read_when_nothing_is_named(model: QueueModel, session: FakeSession) -> None:
    key = Key("case", model.case_at(0))
    session._rows[key] = msgspec.structs.replace(session._rows[key], place="别处")
    session.changed.emit(None)
    model.flush()
    assert model.line(0).place == "别处"  # type: ignore[union-attr]


def test_that_a_large_change_is_one_reset(model: QueueModel, session: FakeSession) -> None:
    heard: list[int] = []
    model.modelReset.connect(lambda: heard.append(1))
    new = [
        case_row(200 + i, Stage.AWAITING_DISPATCH, i % 29, "道路破损", "民族大道 1 号", (), NOW_MS)
        for i in range(400)
    ]
    session.arrive(*new)
    model.flush()
    assert heard == [1] or model.rowCount() == 430
    assert model.rowCount() == 430


def test_that_queues_are_seen_by_their_posts() -> None:
    assert home_queue(frozenset({Post.DUTY_LEADER})).id == "registered"
    assert all(queue.posts & {Post.DISPATCHER} for queue in queues_for(frozenset({Post.DISPATCHER})))
    assert len({queue.id for queue in QUEUES}) == len(QUEUES)


def test_that_four_fifths_of_a_working_limit_are_counted_in_working_time() -> None:
    calendar = Calendar()
    limit = TimeLimit(4, TimeUnit.WORKING_HOUR)
    start = NOW_MS + 3 * HOUR  # 17:20, forty minutes before the end of the shift
    end = due(calendar, start, limit).due_ms
    case = msgspec.structs.replace(
        case_row(1, Stage.HANDLING, 10, "道路破损", "一处", (), NOW_MS),
        clock_ms=start,
        due_ms=end,
        limit=limit,
    )
    # 40 min today and 2 h 32 min from 08:00 on are four fifths of four hours.
    assert (
        soon_from_ms(calendar, case)
        == due(calendar, start, TimeLimit(3, TimeUnit.WORKING_HOUR)).due_ms + 12 * MINUTE
    )


def test_that_columns_grow_and_slots_are_not_reused_before_recycling() -> None:
    rows = QueueRows(QUEUES, capacity=2)

    def put(number: int) -> str:
        case = case_row(number, Stage.AWAITING_DISPATCH, number % 28, "道路破损", "一处", (), NOW_MS)
        rows.put(build_part([RowFacts(case, None)], QUEUES, rows.classes, Calendar()))
        return case.id

    cases = [put(number) for number in range(9)]
    slot = rows.slot_of[cases[0]]
    rows.drop(cases[0])
    put(50)
    assert slot not in rows.slot_of.values()
    rows.recycle()
    put(51)
    assert slot in rows.slot_of.values()
    held = rows.due[:, list(rows.slot_of.values())].copy()
    rows.reserve(5000)
    assert len(rows.ids) == len(rows.places) == rows.due.shape[1] >= 5000
    assert rows.due.shape[0] == len(Clock)
    assert np.array_equal(rows.due[:, list(rows.slot_of.values())], held)
    put(52)
    assert len(set(rows.slot_of.values())) == len(rows.slot_of)
    assert [rows.ids[slot] for slot in rows.slot_of.values()] == list(rows.slot_of)


def test_that_positions_are_joined_to_runs() -> None:
    assert ranges(np.array([1, 2, 3, 7, 9, 10])) == [(1, 3), (7, 7), (9, 10)]
    assert ranges(np.array([], int)) == []


def test_that_the_model_is_a_table(model: QueueModel) -> None:
    assert isinstance(model, QAbstractItemModel)
    assert model.columnCount() == 5
