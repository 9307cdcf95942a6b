from __future__ import annotations

from app.commandbar.index import Entry, Group, Index, initials

ENTRIES = (
    Entry(Group.ACTION, "dispatch", "派遣", keys="Enter"),
    Entry(Group.QUEUE, "awaiting_dispatch", "待派遣"),
    Entry(Group.CASE, "202607140409", "店外经营", "金凯路 12 号", ("202607140409", "0409", "09005")),
    Entry(Group.CASE, "202607140423", "路缘石缺损", "金凯路 34 号", ("202607140423", "0423")),
    Entry(Group.CASE, "202607140430", "暴露垃圾", "重庆路 5 号", ("202607140430", "0430")),
    Entry(
        Group.GRID, "450103005006106", "450103 005 006 106", "津头街道", ("450103005006106", "106", "0106")
    ),
)


def ids(query: str) -> list[str]:
    return [entry.id for entry in Index(ENTRIES).search(query)]


def test_that_the_initials_of_a_road_and_a_house_number_find_a_case() -> None:
    assert ids("jkl 12") == ["202607140409"]


def test_that_every_reading_of_a_character_counts() -> None:
    assert {"cql", "zql"} <= set(initials("重庆路"))
    assert ids("cql") == ids("zql") == ["202607140430"]


def test_that_a_number_a_code_and_chinese_text_all_find_the_case() -> None:
    assert ids("0409") == ids("09005") == ids("店外") == ["202607140409"]


def test_that_a_scope_narrows_the_rest_of_the_query() -> None:
    assert ids("wg 0106") == ["450103005006106"]
    assert ids("aj jkl") == ["202607140409", "202607140423"]


def test_that_every_word_must_fit() -> None:
    assert ids("jkl 99") == []


def test_that_an_empty_query_finds_nothing() -> None:
    assert ids("  ") == []


def test_that_the_better_fit_comes_first_and_groups_stay_together() -> None:
    assert ids("pq")[0] == "dispatch"
    groups = [entry.group for entry in Index(ENTRIES).search("l")]
    assert groups == sorted(groups, key=groups.index)


def test_that_full_width_input_is_the_same_as_narrow() -> None:
    assert ids("ｊｋｌ　１２") == ids("jkl 12")
