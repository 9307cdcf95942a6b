from __future__ import annotations

import shapely
from hypothesis import assume, given
from hypothesis import strategies as st

from casework.geo import (
    Bearing,
    Box,
    Point,
    area_m2,
    bearing,
    box_around,
    box_of,
    centroid,
    distance_mm,
    is_counter_clockwise,
    is_inside,
    is_within,
    label_point,
    twice_area_mm2,
)

X, Y = 523_400_123, 2_522_600_456  # a corner somewhere in the demonstration city's plane
SQUARE = (X, Y, X + 100_000, Y, X + 100_000, Y + 100_000, X, Y + 100_000)
# A horseshoe, open to the north: its centre of gravity lies outside.
SHOE = (0, 0, 90, 0, 90, 90, 60, 90, 60, 30, 30, 30, 30, 90, 0, 90)

metres = st.integers(-20, 20)
places = st.tuples(metres, metres)


def test_that_a_hectare_is_a_hectare() -> None:
    assert area_m2(SQUARE) == 10_000
    assert is_counter_clockwise(SQUARE)
    assert not is_counter_clockwise(SQUARE[6:] + SQUARE[4:6] + SQUARE[2:4] + SQUARE[:2])
    assert box_of(SQUARE) == Box(X, Y, X + 100_000, Y + 100_000)
    assert centroid(SQUARE) == Point(X + 50_000, Y + 50_000)


def test_that_inside_and_outside_are_told_apart_to_the_millimetre() -> None:
    assert is_inside(SQUARE, X + 1, Y + 1)
    assert is_inside(SQUARE, X + 99_999, Y + 99_999)
    assert not is_inside(SQUARE, X - 1, Y + 1)
    assert not is_inside(SQUARE, X + 100_001, Y + 1)
    assert not is_inside(SQUARE, X + 1, Y + 100_001)


@given(places, st.integers(-20, 20))
def test_that_a_point_on_shared_borders_lies_in_exactly_one_cell(corner: tuple[int, int], shift: int) -> None:
    """Four cells around one inner corner that lies anywhere, on a rectangle whose points are all tried."""
    (cx, cy), west, east, south, north = corner, -30, 30, -30, 30
    mx = shift
    cells = [
        (west, south, mx, south, cx, cy, west, cy),
        (mx, south, east, south, east, cy, cx, cy),
        (cx, cy, east, cy, east, north, mx, north),
        (west, cy, cx, cy, mx, north, west, north),
    ]
    for x in range(west + 1, east, 7):
        for y in range(south + 1, north, 7):
            assert sum(is_inside(cell, x, y) for cell in cells) == 1
    for x, y in ((cx, cy), (mx, south + 1), ((west + cx) // 2, cy), ((cx + east) // 2, cy)):
        assert sum(is_inside(cell, x, y) for cell in cells) == 1


@given(st.lists(places, min_size=3, max_size=9, unique=True), places)
def test_that_areas_and_insides_agree_with_an_independent_judge(
    points: list[tuple[int, int]], place: tuple[int, int]
) -> None:
    polygon = shapely.Polygon(points)
    assume(polygon.is_valid and polygon.area > 0)
    ring = tuple(value for point in points for value in point)
    assert abs(twice_area_mm2(ring)) == round(2 * polygon.area)
    middle, judged = centroid(ring), polygon.centroid
    assert abs(middle.x_mm - judged.x) <= 0.5001
    assert abs(middle.y_mm - judged.y) <= 0.5001
    if not polygon.boundary.intersects(shapely.Point(place)):
        assert is_inside(ring, *place) == polygon.contains(shapely.Point(place))


def test_that_a_bent_cell_gets_its_label_inside() -> None:
    middle = centroid(SHOE)
    assert not is_inside(SHOE, middle.x_mm, middle.y_mm)
    label = label_point(SHOE)
    assert is_inside(SHOE, label.x_mm, label.y_mm)
    assert label_point(SQUARE) == centroid(SQUARE)


def test_that_a_flat_ring_has_a_middle() -> None:
    assert area_m2((0, 0, 10, 10)) == 0
    assert centroid((0, 0, 10, 10, 20, 20)) == Point(10, 10)


def test_that_directions_are_those_of_the_compass() -> None:
    around = [(0, 9), (9, 9), (9, 0), (9, -9), (0, -9), (-9, -9), (-9, 0), (-9, 9)]
    assert [bearing(X, Y, X + x, Y + y) for x, y in around] == list(Bearing)
    assert bearing(0, 0, 10, 100) is Bearing.NORTH
    assert bearing(0, 0, -10, 100) is Bearing.NORTH
    assert bearing(0, 0, 45, 100) is Bearing.NORTH_EAST
    assert bearing(X, Y, X, Y) is None


def test_that_distances_are_whole_and_boxes_hold_their_circle() -> None:
    assert distance_mm(X, Y, X + 3_000, Y + 4_000) == 5_000
    assert distance_mm(0, 0, 1, 1) == 1
    box = box_around(X, Y, 50_000)
    assert box.holds(X + 50_000, Y)
    assert not box.holds(X + 50_001, Y)


def test_that_an_area_of_several_rings_holds_its_parts_and_not_its_hole() -> None:
    frame, hole, apart = (0, 0, 9, 0, 9, 9, 0, 9), (3, 3, 3, 6, 6, 6, 6, 3), (20, 0, 29, 0, 29, 9, 20, 9)
    rings = (frame, hole, apart)
    assert [is_within(rings, x, 4) for x in (1, 4, 7, 15, 25)] == [True, False, True, False, True]
