from __future__ import annotations

import re

import pytest

from casework.catalogue.load import (
    EDITIONS,
    CatalogueError,
    choices,
    crosswalk,
    is_component_fault,
    is_local,
    load_catalogues,
    load_crosswalk,
)
from casework.catalogue.model import Kind
from casework.clock.model import TimeLimit, TimeUnit
from tests.casework.catalogue.tables import catalogues, shipped, small


def test_that_every_edition_has_the_numbers_of_its_standard() -> None:
    counts = {
        (edition, kind): sum(1 for other, _ in catalogues()[edition].classes if other is kind)
        for edition in EDITIONS
        for kind in Kind
    }
    assert counts == {
        ("2007", Kind.COMPONENT): 85,
        ("2007", Kind.EVENT): 54,
        ("2013", Kind.COMPONENT): 119,
        ("2013", Kind.EVENT): 78,
        ("2026", Kind.COMPONENT): 153,
        ("2026", Kind.EVENT): 250,
    }
    assert sum(map(is_component_fault, catalogues()["2026"].classes.values())) == 153


@pytest.mark.parametrize("edition", ["2013", "2026"])
def test_that_every_class_of_a_working_edition_has_conditions(edition: str) -> None:
    catalogue = catalogues()[edition]
    assert set(catalogue.conditions) == set(catalogue.classes)


def test_that_a_missing_cover_must_be_put_right_in_two_urgent_hours() -> None:
    for kind in Kind:
        first = catalogues()["2026"].conditions[kind, "01003"][0]
        assert (first.id, first.kind, first.class_code) == ("01003-1", kind, "01003")
        assert first.limit == TimeLimit(2, TimeUnit.URGENT_WORKING_HOUR)
        assert "缺失" in first.text_zh
    assert catalogues()["2013"].conditions[Kind.COMPONENT, "0103"][0].id == "0103-1"


@pytest.mark.parametrize(
    ("code", "number", "limit"),
    [
        ("06001", 1, TimeLimit(2, TimeUnit.DAY)),  # illegal structure going up
        ("06001", 2, TimeLimit(15, TimeUnit.WORKING_DAY)),  # finished
        ("06010", 1, TimeLimit(4, TimeUnit.WORKING_HOUR)),  # exposed refuse
        ("06012", 1, TimeLimit(2, TimeUnit.WORKING_HOUR)),  # dirty road
        ("06029", 1, TimeLimit(2, TimeUnit.URGENT_WORKING_HOUR)),  # open-air barbecue
        ("09001", 1, TimeLimit(2, TimeUnit.URGENT_WORKING_HOUR)),  # vendors
    ],
)
def test_that_limits_are_those_of_the_source_city(code: str, number: int, limit: TimeLimit) -> None:
    condition = catalogues()["2026"].condition(Kind.EVENT, code, f"{code}-{number}")
    assert condition is not None
    assert condition.limit == limit


def test_that_condition_ids_name_their_class_and_are_unique() -> None:
    for catalogue in catalogues().values():
        for (kind, code), conditions in catalogue.conditions.items():
            ids = [condition.id for condition in conditions]
            assert len(set(ids)) == len(ids)
            for condition in conditions:
                assert condition.id.startswith(code + "-")
                assert (condition.kind, condition.class_code) == (kind, code)
                assert 1 <= condition.limit.value <= 60


def test_that_nobodys_sentences_are_longer_than_a_card_shows() -> None:
    for catalogue in catalogues().values():
        for conditions in catalogue.conditions.values():
            for condition in conditions:
                assert len(condition.text_zh) <= 32
                assert len(condition.text_en) <= 90
                assert re.search("[\u4e00-\u9fff]", condition.text_zh)
                assert re.search("[\u4e00-\u9fff]", condition.closing_zh)


def test_that_the_crosswalk_goes_both_ways() -> None:
    walk = load_crosswalk(shipped)
    assert crosswalk(walk, "2013", Kind.EVENT, "0101", "2026") == "06001"
    assert crosswalk(walk, "2026", Kind.EVENT, "06001", "2013") == "0101"
    # Snow and fallen cables moved to another major; the 2007 edition had two majors the other way round.
    assert crosswalk(walk, "2013", Kind.EVENT, "0507", "2026") == "10001"
    assert crosswalk(walk, "2007", Kind.EVENT, "0407", "2013") == "0507"
    assert crosswalk(walk, "2013", Kind.EVENT, "0501", "2026") is None
    assert crosswalk(walk, "2026", Kind.COMPONENT, "01003", "2026") == "01003"
    for (edition, kind, code, other), there in walk.moves.items():
        assert walk.code(other, kind, there, edition) == code


def test_that_a_picker_is_offered_every_class_once() -> None:
    offered = [entry.code for entry in choices(catalogues()["2026"])]
    assert len(offered) == len(set(offered)) == 250


def test_that_local_codes_are_marked() -> None:
    assert is_local("2026", "06080")
    assert not is_local("2026", "06079")
    assert is_local("2013", "0197")
    assert is_local("2007", "2101")
    assert not is_local("2007", "0199")
    assert small()["2026"].classes[Kind.EVENT, "06080"].is_local


def test_that_conditions_follow_the_crosswalk_and_their_numbers() -> None:
    loaded = small()
    for edition, kind, code in (
        ("2013", Kind.COMPONENT, "0103"),
        ("2026", Kind.COMPONENT, "01003"),
        ("2026", Kind.EVENT, "01003"),
    ):
        assert [one.id for one in loaded[edition].conditions[kind, code]] == [f"{code}-1", f"{code}-2"]
    assert (Kind.EVENT, "06080") not in loaded["2026"].conditions
    assert loaded["2007"].classes == {}


FAULTS = [
    ("classes.csv", "2013,component,0103", "2020,component,0103", "line 3: unknown edition"),
    ("classes.csv", "2013,component,0103", "2013,thing,0103", "line 3: unknown kind"),
    ("classes.csv", "2013,component,0103", "2013,component,01003", "line 3: code '01003' is not 4 digits"),
    ("classes.csv", "2013,component,0103", "2013,component,01X3", "line 3: code '01X3' is not 4 digits"),
    ("classes.csv", "2013,component,0103", "2013,component,０１０３", "line 3: code"),
    ("classes.csv", "06080", "06001", "line 7: 2026 event 06001 is there twice"),
    ("classes.csv", "2026,event,01003", "2026,event,01004", "fault of no component"),
    ("classes.csv", "私搭乱建", "", "line 6: name_zh has 0 characters"),
    ("classes.csv", "私搭乱建", "长" * 61, "line 6: name_zh has 61 characters"),
    ("classes.csv", "name_zh", "name", "line 2: no column name_zh"),
    ("classes.csv", ",Local class", "", "line 7: 8 fields, 9 expected"),
    ("conditions.csv", "working_hour", "working_hours", "line 2: unknown unit 'working_hours'"),
    ("conditions.csv", "2,4,working_hour", "2,0,working_hour", "line 2: value '0' is not a number"),
    ("conditions.csv", "2,4,working_hour", "2,4.5,working_hour", "line 2: value '4.5' is not a number"),
    ("conditions.csv", "0103,1,2", "0103,2,2", "line 3: 2013 component 0103 has two conditions 2"),
    ("conditions.csv", "2026,event,06001", "2026,event,06002", "line 4: no event 06002 in 2026"),
    ("conditions.csv", "x,low", "x,sure", "line 4: unknown confidence 'sure'"),
    ("conditions.csv", "已拆除", "", "line 4: closing_zh has 0 characters"),
    ("conditions.csv", "2026,event,06001", "2026,component,01003", "gets conditions from two editions"),
    ("crosswalk.csv", "0103", "0104", "line 2: no component 0104 in 2013"),
    ("crosswalk.csv", "component,,0103,01003\n", "component,,0103,01003\nthing,,,\n", "line 3: unknown kind"),
]


@pytest.mark.parametrize(("table", "old", "new", "says"), FAULTS)
def test_that_a_planted_fault_is_named_with_its_place(table: str, old: str, new: str, says: str) -> None:
    with pytest.raises(CatalogueError, match=re.escape(says)) as caught:
        small(table, old, new)
    assert caught.value.table == table


def test_that_one_code_cannot_become_two() -> None:
    double = "component,,0103,01003\ncomponent,,0103,01003\n"
    assert small("crosswalk.csv", "component,,0103,01003\n", double)
    with pytest.raises(CatalogueError, match="no component 01009 in 2026"):
        small("crosswalk.csv", "component,,0103,01003\n", double.replace("01003", "01009", 1))

    def read(name: str) -> bytes:
        body = shipped(name)
        return body + b"event,,0101,06002\n" if name == "crosswalk.csv" else body

    with pytest.raises(CatalogueError, match="leads to two classes"):
        load_catalogues(read)


def test_that_bytes_of_another_encoding_are_refused() -> None:
    with pytest.raises(CatalogueError, match=r"classes.csv line 1: not UTF-8"):
        load_catalogues(lambda name: "编码".encode("gb18030"))
