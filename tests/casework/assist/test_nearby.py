from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from casework.assist.nearby import nearby
from casework.geo import Bearing
from casework.ids import CaseId
from casework.workflow import Stage
from tests.casework.assist.rows import X, Y, case

offsets = st.integers(-80_000, 80_000)


def test_that_the_nearest_open_cases_are_told_with_distance_and_direction() -> None:
    rows = [
        case(1),
        case(2, x_mm=X + 12_000, y_mm=Y + 12_000),
        case(3, x_mm=X - 46_000, class_code="06012"),
        case(4, x_mm=X + 50_000),
        case(5, x_mm=X + 50_001),
        case(6, y_mm=Y - 3_000, stage=Stage.CLOSED),
        case(7, x_mm=X + 36_000, y_mm=Y + 36_000),  # in the box, not in the circle
    ]
    found = nearby(rows, X, Y, but=CaseId("202607140001"), class_code="01003")
    assert [(near.case.id[-1], near.distance_mm, near.bearing, near.is_same_class) for near in found] == [
        ("2", 16_970, Bearing.NORTH_EAST, True),
        ("3", 46_000, Bearing.WEST, False),
        ("4", 50_000, Bearing.EAST, True),
    ]


def test_that_a_case_on_the_very_place_has_no_direction() -> None:
    (near,) = nearby([case(2)], X, Y)
    assert (near.distance_mm, near.bearing) == (0, None)


def test_that_equal_distances_are_ordered_by_number() -> None:
    rows = [case(3, x_mm=X + 9), case(2, x_mm=X - 9), case(4, y_mm=Y + 9)]
    assert [near.case.id[-1] for near in nearby(rows, X, Y)] == ["2", "3", "4"]


@given(st.lists(st.tuples(offsets, offsets), max_size=30), st.integers(0, 90_000), st.integers(1, 5))
def test_that_nothing_nearer_is_left_out(places: list[tuple[int, int]], radius_mm: int, most: int) -> None:
    rows = [case(number, x_mm=X + dx, y_mm=Y + dy) for number, (dx, dy) in enumerate(places)]
    found = nearby(rows, X, Y, radius_mm, most=most)
    within = sorted(dx * dx + dy * dy for dx, dy in places if dx * dx + dy * dy < (radius_mm + 1) ** 2)
    assert len(found) == min(most, len(within))
    told = [(near.case.x_mm - X) ** 2 + (near.case.y_mm - Y) ** 2 for near in found]
    assert [int(one**0.5) for one in told] == [int(one**0.5) for one in within[:most]]
