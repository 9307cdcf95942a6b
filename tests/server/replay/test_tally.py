"""The balance of a file and a centre."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from server.replay.tally import CentreCase, FileCase, table, tally

ZONE = ZoneInfo("America/New_York")
MONDAY_MS = 1_309_752_000_000  # 2011-07-04 00:00 in Boston


def file() -> list[FileCase]:
    return [
        FileCase("1", "lamp", MONDAY_MS - 1, True),
        FileCase("2", "lamp", MONDAY_MS, False),
        FileCase("3", "dog", MONDAY_MS, True, "unknown_class"),
    ]


def centre() -> dict[str, CentreCase]:
    return {"1": CentreCase(MONDAY_MS - 1, True), "2": CentreCase(MONDAY_MS, False)}


def test_that_both_sides_are_equal_where_each_row_is_there_or_refused() -> None:
    found = tally(file(), centre(), ZONE)
    assert found.is_equal
    assert [line.name for line in found.by_week] == ["2011-06-27", "2011-07-04"]
    assert found.reasons == {"unknown_class": 1}
    assert (found.total.file_open, found.total.file_closed) == (1, 2)
    assert (found.total.centre_open, found.total.centre_closed) == (1, 1)


def test_that_a_case_that_is_open_instead_of_closed_differs_in_its_type_and_week() -> None:
    found = tally(file(), centre() | {"1": CentreCase(MONDAY_MS - 1, False)}, ZONE)
    assert not found.is_equal
    assert [line.is_equal for line in found.by_week] == [False, True]


def test_that_a_case_told_in_another_week_differs() -> None:
    found = tally(file(), centre() | {"2": CentreCase(MONDAY_MS - 1, False)}, ZONE)
    assert [line.is_equal for line in found.by_week] == [False, False]
    assert found.total.is_equal and not found.is_equal


def test_that_a_missing_case_is_said() -> None:
    found = tally(file(), {"1": centre()["1"]}, ZONE)
    assert found.missing == 1 and not found.is_equal
    assert any("neither refused nor at the centre: 1" in line for line in table(found))


def test_that_a_case_of_another_file_is_counted_apart() -> None:
    found = tally(file(), centre() | {"9": CentreCase(0, True)}, ZONE)
    assert found.is_equal and found.strangers == 1
