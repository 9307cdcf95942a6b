from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication

from app.models import text, words
from casework.clock.model import TimeLimit, TimeUnit
from casework.workflow import Flag, Post, Stage
from tests.app.chinese import PartsTranslator
from tests.app.fake_city import NOW_MS

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR


@pytest.fixture
def chinese(qapp: QCoreApplication) -> Iterator[PartsTranslator]:
    translator = PartsTranslator()
    qapp.installTranslator(translator)
    yield translator
    qapp.removeTranslator(translator)


@pytest.mark.parametrize(
    ("ms", "said"),
    [
        (0, "0 分"),
        (59_999, "0 分"),
        (34 * MINUTE, "34 分"),
        (60 * MINUTE, "1 时"),
        (94 * MINUTE, "1 时 34 分"),
        (DAY, "1 天"),
        (52 * HOUR + 5 * MINUTE, "2 天 4 时"),
    ],
)
def test_that_durations_are_said_in_their_two_largest_units(
    chinese: PartsTranslator, ms: int, said: str
) -> None:
    assert text.duration(ms) == said


@pytest.mark.parametrize(
    ("ms", "said"),
    [(6 * MINUTE, "6 分"), (-6 * MINUTE, "超 6 分"), (-94 * MINUTE, "超 1 时 34 分"), (5 * DAY, "5 天")],
)
def test_that_time_left_says_when_it_is_over(chinese: PartsTranslator, ms: int, said: str) -> None:
    assert text.left(ms) == said


@pytest.mark.parametrize(
    ("ms", "said"),
    [(59 * MINUTE, "59 分"), (94 * MINUTE, "1 时"), (-94 * MINUTE, "超 1 时"), (-30 * HOUR, "超 1 天")],
)
def test_that_the_narrow_column_keeps_one_unit(chinese: PartsTranslator, ms: int, said: str) -> None:
    assert text.column_left(ms) == said


def test_that_other_days_are_named(chinese: PartsTranslator) -> None:
    assert text.when(NOW_MS, NOW_MS) == "14:20"
    assert text.when(NOW_MS - 22 * HOUR, NOW_MS) == "昨 16:20"
    assert text.when(NOW_MS + DAY, NOW_MS) == "明 14:20"
    assert text.when(NOW_MS - 2 * DAY, NOW_MS) == "7 月 12 日"
    assert text.when(NOW_MS - 400 * DAY, NOW_MS) == "2025 年 6 月 9 日"


def test_that_the_zone_is_the_citys(chinese: PartsTranslator) -> None:
    assert text.clock(NOW_MS, "Asia/Urumqi") == "12:20"


def test_that_codes_are_grouped_and_thousands_thin() -> None:
    assert text.grid_code("450103005006057") == "450103 005 006 057"
    assert text.grid_code("4501030050") == "4501030050"
    assert text.thousands(1240) == "1\u2009240"


def test_that_ages_of_a_second_have_a_tenth(chinese: PartsTranslator) -> None:
    assert (text.short_duration(400), text.short_duration(8_400)) == ("0.4 秒", "8 秒")


def test_that_english_is_spoken_without_a_translation(qapp: QCoreApplication) -> None:
    assert text.duration(94 * MINUTE) == "1 h 34 min"
    assert text.day(NOW_MS, NOW_MS) == "Jul 14"
    assert not words.is_chinese()


def test_that_every_value_of_an_enumeration_has_its_word(chinese: PartsTranslator) -> None:
    for kind, table in words.WORDS.items():
        for value in kind:
            assert value.value == "" or value in table, value
            if value.value:
                assert words.word(value)
    assert words.WORDS[Stage].keys() == set(Stage) == words.STEPS.keys()
    assert chinese.missing == set()


def test_that_a_stage_is_said_with_its_step(chinese: PartsTranslator) -> None:
    assert words.step(Stage.AWAITING_DISPATCH) == "派遣 3/7"
    assert words.limit(TimeLimit(2, TimeUnit.URGENT_WORKING_HOUR)) == "2 紧急工作时"
    assert words.posts({Post.DISPATCHER, Post.ACCEPTOR}) == "受理员、派遣员"


def test_that_one_tag_is_shown_the_weightiest(chinese: PartsTranslator) -> None:
    assert words.tag({Flag.URGED, Flag.SUPERVISED}) == "督"
    assert words.tag({Flag.SUSPENDED}) == ""
