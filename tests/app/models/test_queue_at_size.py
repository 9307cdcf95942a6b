from __future__ import annotations

import random

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.models import queue_model
from app.models.finder import Finder
from app.models.queue_find import Haystack, fill, folded_line, folded_lines, matches, words_of
from app.models.queue_model import QueueModel
from app.models.queue_order import SORTS, Copied, Sort, View, copied, key_of, moved, sorted_slots
from app.models.queue_rows import Classes, QueueRows, RowFacts, build_part, place_keys
from app.models.queue_soon import soon_from_all, soon_from_ms
from app.models.queues import QUEUE_BY_ID, QUEUES, Clock, queues_for
from casework.clock.model import Calendar, Shift, TimeLimit, TimeUnit
from casework.entities.case import Case
from casework.entities.claim import Claim
from casework.workflow import Flag, Post, Stage
from tests.app import fake_city
from tests.app.fake_city import DAY, HOUR, MINUTE, NOW_MS, case_row
from tests.app.fake_session import FakeSession

DISPATCHING = QUEUE_BY_ID["awaiting_dispatch"]
NAMES = ("道路破损", "暴露垃圾", "雨水井盖异常", "油烟污染")
ROADS = ("民族大道", "金湖路", "东葛路")


def made(number: int, chance: random.Random) -> Case:
    stage = chance.choice((Stage.AWAITING_DISPATCH,) * 3 + (Stage.HANDLING, Stage.REGISTERED))
    place = f"{chance.choice(ROADS)} {chance.randrange(40)} 号"
    case = case_row(number, stage, chance.randrange(28), chance.choice(NAMES), place, (), NOW_MS)
    flags = frozenset({Flag.SUSPENDED}) if chance.random() < 0.05 else case.flags
    due = NOW_MS + chance.randrange(-3 * HOUR, 40 * HOUR, MINUTE)
    return msgspec.structs.replace(case, stage_due_ms=due, flags=flags, registered_ms=NOW_MS - number)


def hall(count: int, seed: int = 1) -> FakeSession:
    chance = random.Random(seed)
    resting = [row for row in fake_city.rows(NOW_MS) if not isinstance(row, Case)]
    return FakeSession(rows=[*resting, *(made(number, chance) for number in range(count))])


@pytest.fixture
def in_pool(monkeypatch: pytest.MonkeyPatch) -> None:
    """What else only a large queue does."""
    monkeypatch.setattr(queue_model, "INLINE_ROWS", 0)
    monkeypatch.setattr(queue_model, "MOST_MOVED", 12)


def shown(model: QueueModel) -> list[str]:
    return [model.case_at(row) for row in range(model.rowCount())]


def expected(session: FakeSession, model: QueueModel, sort: Sort, query: str = "") -> list[str]:
    """The order said anew, the slow way, from the rows themselves."""
    keys = {
        Sort.LEFT: lambda case: case.stage_due_ms,
        Sort.CLASS: lambda case: ((case.edition, case.kind, case.class_code), case.stage_due_ms),
        Sort.PLACE: lambda case: tuple(place_keys([case.place])[:, 0].tolist()),
        Sort.REGISTERED: lambda case: -case.registered_ms,
    }
    cases = [shown.row for shown in session.open_cases() if shown.row.stage is Stage.AWAITING_DISPATCH]
    held = [case for case in cases if query.replace(" ", "") in case.place.replace(" ", "")]
    is_last = {case.id: 2 if Flag.SUSPENDED in case.flags else 0 for case in held}
    held.sort(key=lambda case: (is_last[case.id], keys[sort](case), int(case.id)))
    return [case.id for case in held]


def settled(model: QueueModel, qtbot: QtBot) -> None:
    model.flush()
    qtbot.waitUntil(model.is_settled, timeout=10_000)


def test_that_many_cases_are_read_in_the_pool_and_all_come(qtbot: QtBot) -> None:
    session = hall(1500)
    model = QueueModel(session)
    assert model.is_filling() and model.rowCount() == 0
    settled(model, qtbot)
    settled(model, qtbot)
    assert shown(model) == expected(session, model, Sort.LEFT)
    assert model.open_count() == 1500
    assert model.counts().total == model.rowCount()


def test_that_a_case_that_changed_while_all_were_read_is_not_put_back(qtbot: QtBot) -> None:
    session = hall(1500)
    model = QueueModel(session)
    cases = session.open_cases()
    for item in (cases[0], cases[700], cases[1499]):
        session.arrive(msgspec.structs.replace(item.row, stage=Stage.CLOSED))
    model.flush()
    settled(model, qtbot)
    settled(model, qtbot)
    assert model.open_count() == 1497
    assert shown(model) == expected(session, model, Sort.LEFT)


def test_that_figures_that_come_queue_by_queue_are_those_that_come_at_once(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, chance = hall(300), random.Random(4)
    at_once = QueueModel(session)
    settled(at_once, qtbot)
    monkeypatch.setattr(queue_model, "INLINE_ROWS", 0)
    one_by_one = QueueModel(session)
    for _ in range(4):
        for _ in range(30):
            session.arrive(made(chance.randrange(320), chance))
        for model in (at_once, one_by_one):
            settled(model, qtbot)
        for queue in one_by_one.queues:
            assert one_by_one.counts(queue) == at_once.counts(queue)
    assert one_by_one.counts().total == one_by_one.rowCount() > 0


@pytest.mark.usefixtures("in_pool")
def test_that_a_filter_expected_or_not_finds_the_same_while_rows_change(qtbot: QtBot) -> None:
    session, chance = hall(400), random.Random(6)
    model = QueueModel(session)
    settled(model, qtbot)
    model.expect_filter(True)
    for number, query in enumerate(("金湖", "", "民族大道1", "东葛路3", "金湖路", "", "大道")):
        for _ in range(chance.choice((3, 40))):
            session.arrive(made(chance.randrange(420), chance))
        model.flush()
        model.tick()  # the texts are on their way to being joined
        model.set_filter(query)
        settled(model, qtbot)
        settled(model, qtbot)
        if number == 4:
            model.expect_filter(False)
        assert shown(model) == expected(session, model, Sort.LEFT, query)


@pytest.mark.parametrize("seed", range(6))
def test_that_keys_joined_to_one_number_sort_as_they_do_apart(seed: int) -> None:
    chance = np.random.default_rng(seed)
    count = int(chance.integers(1, 3000))
    # Few alike and all alike, more bits together than one number has, and the largest numbers there are.
    sizes = (2**63 - 1, 1, 5, 2**64 - 1, 2**20)[seed % 3 :]
    keys = [chance.integers(0, size, count, np.uint64, endpoint=True) for size in sizes]
    keys.append(chance.permutation(count).astype(np.int64))
    slots = chance.permutation(count)
    assert np.array_equal(sorted_slots(Copied(slots, keys)), slots[np.lexsort(keys[::-1])])
    two = [keys[1 + seed % 2], keys[-1]]
    assert np.array_equal(sorted_slots(Copied(slots, two)), slots[np.lexsort(two[::-1])])


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.usefixtures("in_pool")
def test_that_every_sort_is_kept_while_rows_change(sort: Sort, qtbot: QtBot) -> None:
    session, chance = hall(400), random.Random(2)
    model = QueueModel(session)
    settled(model, qtbot)
    model.set_sort(sort)
    for number in range(12):
        for _ in range(chance.choice((1, 5, 20))):
            session.arrive(made(chance.randrange(420), chance))
        if number % 3:
            model.flush()
        else:
            settled(model, qtbot)
    settled(model, qtbot)
    settled(model, qtbot)
    assert shown(model) == expected(session, model, sort)


@pytest.mark.usefixtures("in_pool")
def test_that_a_filter_finds_class_place_and_number(qtbot: QtBot) -> None:
    session = hall(400)
    model = QueueModel(session)
    settled(model, qtbot)
    everything = shown(model)
    model.set_filter("金湖路1")
    settled(model, qtbot)
    assert shown(model) == expected(session, model, Sort.LEFT, "金湖路1")
    assert 0 < model.rowCount() < len(everything) == model.counts().total
    wanted = everything[7]
    for query in (wanted, wanted[8:]):
        model.set_filter(query)
        settled(model, qtbot)
        assert wanted in shown(model)
    line = model.line(0)
    assert line is not None
    model.set_filter(line.class_name[:3])
    settled(model, qtbot)
    classes = {each.class_name for row in range(model.rowCount()) if (each := model.line(row))}
    assert classes == {line.class_name}
    model.set_filter("")
    settled(model, qtbot)
    assert shown(model) == everything


@pytest.mark.usefixtures("in_pool")
def test_that_what_arrives_under_a_filter_is_shown_only_where_it_fits(qtbot: QtBot) -> None:
    session, chance = hall(300), random.Random(4)
    model = QueueModel(session)
    settled(model, qtbot)
    model.set_filter("东葛路")
    settled(model, qtbot)
    for _ in range(30):
        session.arrive(made(chance.randrange(330), chance))
        model.flush()
    settled(model, qtbot)
    assert shown(model) == expected(session, model, Sort.LEFT, "东葛路")


def test_that_a_sort_is_kept_for_its_queue_and_a_filter_ends_with_it(qtbot: QtBot) -> None:
    model = QueueModel(FakeSession())
    model.set_sort(Sort.PLACE)
    model.set_filter("金湖路")
    model.set_queue(QUEUE_BY_ID["handling"])
    assert model.sort_by() is Sort.LEFT and not model.is_filtered()
    model.set_queue(DISPATCHING)
    assert model.sort_by() is Sort.PLACE and not model.is_filtered()
    assert model.rowCount() == 30


def test_that_the_next_case_is_the_first_of_what_is_shown() -> None:
    session = FakeSession()
    model = QueueModel(session)
    model.set_sort(Sort.REGISTERED)
    assert model.next_case() == model.case_at(0)
    session.arrive(Claim(model.case_at(0), "11", "lijing", "李静", NOW_MS))
    model.flush()
    assert model.next_case() == model.case_at(1)


def test_that_a_second_that_passes_sorts_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    session = FakeSession()
    model = QueueModel(session)

    def sort(*unused: object) -> None:
        raise AssertionError("sorted")

    monkeypatch.setattr(model, "_reorder", sort)
    session._now_ms += HOUR
    model.tick()


def test_that_a_head_says_so_when_rows_are_sorted_by_what_no_column_shows() -> None:
    model = QueueModel(FakeSession())
    before = model.headerData(0, Qt.Orientation.Horizontal)
    model.set_sort(Sort.REGISTERED)
    assert model.headerData(0, Qt.Orientation.Horizontal) != before


# --- the same numbers as one by one -----------------------------------------------------------------

limits = st.builds(TimeLimit, st.integers(0, 60), st.sampled_from(list(TimeUnit)))
calendars = st.sampled_from(
    (
        Calendar(),
        Calendar(zone="America/New_York", shifts=(Shift(0, 1440),), rest_weekdays=()),
        Calendar(holidays=frozenset({"2026-01-01", "2026-01-02"}), workdays=frozenset({"2026-07-18"})),
        Calendar(shifts=()),
    )
)
times = st.integers(NOW_MS - 400 * DAY, NOW_MS + 400 * DAY)


@settings(max_examples=60)
@given(
    calendars,
    st.lists(st.tuples(times, st.one_of(st.just(0), times), st.none() | limits), min_size=9, max_size=30),
)
def test_that_soon_is_the_same_for_many_as_for_one(
    calendar: Calendar, given_: list[tuple[int, int, TimeLimit | None]]
) -> None:
    plain = case_row(1, Stage.HANDLING, 1, "道路破损", "一处", (), NOW_MS)
    cases = [
        msgspec.structs.replace(plain, clock_ms=start, due_ms=due, limit=limit)
        for start, due, limit in given_
    ]
    assert soon_from_all(calendar, cases).tolist() == [soon_from_ms(calendar, case) for case in cases]


def test_that_figures_kept_by_changes_are_those_of_a_count() -> None:
    chance = random.Random(6)
    queues = queues_for(frozenset({Post.DISPATCHER}))
    rows = QueueRows(queues, capacity=8)
    names: dict[int, str] = {}
    for step in range(300):
        number = chance.randrange(60)
        if number in names and chance.random() < 0.2:
            rows.drop(names.pop(number))
        else:
            case = made(number, chance)
            state = chance.random()
            facts = RowFacts(case, None, is_pending=state < 0.1, is_refused=state > 0.95)
            rows.put(build_part([facts], queues, rows.classes, Calendar()))
            names[number] = case.id
        if step % 7 == 0:
            rows.recycle()
        if step % 5 == 0:
            for queue in queues:
                counts = rows.counts(queue, NOW_MS)
                mask = (rows.member & rows.bit(queue)) != 0
                due = rows.due[queue.clock]
                if queue.is_overdue:
                    mask &= due < NOW_MS
                late = mask & (rows.group == 0) & (due < NOW_MS)
                soon = mask & (rows.group == 0) & ~late & (rows.soon[queue.clock] <= NOW_MS)
                assert counts.total == np.count_nonzero(mask)
                assert counts.late == np.count_nonzero(late)
                assert counts.soon == np.count_nonzero(soon)
                assert counts.suspended == np.count_nonzero(mask & (rows.group == 2))


@pytest.mark.parametrize("sort", SORTS)
def test_that_moving_the_changed_gives_the_order_of_a_sort(sort: Sort) -> None:
    chance = random.Random(7)
    queues = queues_for(frozenset({Post.DISPATCHER}))
    rows = QueueRows(queues)
    view = View(DISPATCHING, sort)

    def put(number: int) -> None:
        rows.put(build_part([RowFacts(made(number, chance), None)], queues, rows.classes, Calendar()))

    for number in range(200):
        put(number)
    order = sorted_slots(copied(rows, view, NOW_MS))
    rows.touched.clear()
    for _ in range(60):
        put(chance.randrange(210))
        touched, rows.touched = list(rows.touched), set()
        order = moved(order, touched, lambda slot: rows.is_in(slot, DISPATCHING, NOW_MS), key_of(rows, view))
        assert order.tolist() == sorted_slots(copied(rows, view, NOW_MS)).tolist()


def test_that_places_sort_by_road_and_then_by_house() -> None:
    places = ["金湖路 9 号", "金湖路 17 号", "东葛路 118 号", "", "金湖路"]
    order = np.lexsort(place_keys(places)[::-1])
    assert [places[i] for i in order] == ["", "东葛路 118 号", "金湖路", "金湖路 9 号", "金湖路 17 号"]


def test_that_a_text_is_found_in_its_own_line_only() -> None:
    haystack = Haystack()
    ids = [f"20260714{n:04d}" for n in range(1024)]
    places = [f"ＡＢ路 {n} 号" for n in range(1024)]
    fill(haystack, {0: (ids, places), 1: (ids[:2], ["号2", "路"])})
    assert np.flatnonzero(haystack.find("ab路77号", 1026)).tolist() == [77]
    assert np.flatnonzero(haystack.find("号2", 1026)).tolist() == [1024]
    assert not haystack.find("号号", 1026).any()
    number = np.array([int(case) for case in [*ids, *ids[:2]]])
    zeros = np.zeros(1026, np.int32)
    found = matches(haystack, words_of("路 202607140005"), number, zeros, [("类别", "01001")])
    assert np.flatnonzero(found).tolist() == [5]
    found = matches(haystack, words_of("01001 0007"), number, zeros, [("类别", "01001")])
    assert np.flatnonzero(found).tolist() == [7]


@given(st.lists(st.text(max_size=8), min_size=1, max_size=6))
def test_that_lines_folded_together_are_those_folded_one_by_one(places: list[str]) -> None:
    ids = [f"20260714{n:04d}" for n in range(len(places))]
    text = folded_lines(ids, places)
    assert text == "".join(f"{folded_line(case, place)}\n" for case, place in zip(ids, places, strict=True))


def test_that_classes_get_one_number_each_and_rank_in_the_catalogues_order() -> None:
    classes = Classes()
    case = made(1, random.Random(1))
    keys = [(case.edition, case.kind, code) for code in ("07001", "01003", "03002")]
    assert [classes.number(key) for key in (*keys, keys[0])] == [0, 1, 2, 0]
    assert classes.ranks().tolist() == [2, 0, 1]
    assert len(Clock) == 3 and len(QUEUES) > 3


def test_that_the_command_bar_finds_any_of_many_cases_by_its_number(qtbot: QtBot) -> None:
    session = hall(1500)
    model = QueueModel(session)
    settled(model, qtbot)
    index = Finder(session, model).index([])
    for item in session.open_cases()[::250]:
        number = item.row.id
        assert number in [entry.id for entry in index.search(number[8:])]
        assert [entry.id for entry in index.search(f"aj {number}")] == [number]
