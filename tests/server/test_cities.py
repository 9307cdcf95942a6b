"""Cities a centre can be founded with: an empty one on any plane."""

from __future__ import annotations

import pytest

from casework.entities import ENTITY_BY_NAME
from server.cities import CityPlan, area_of, empty_city
from server.founding import CannotFound


def test_that_an_empty_city_lies_where_its_plane_is_used() -> None:
    boston = empty_city(CityPlan("Boston", 26986, "America/New_York"))
    assert boston.name == "Boston" and boston.calendar.zone == "America/New_York"
    state_house_mm = 236_000_000, 901_000_000
    assert boston.west_mm < state_house_mm[0] < boston.east_mm
    assert boston.south_mm < state_house_mm[1] < boston.north_mm
    assert boston.calendar.holidays == frozenset() and not boston.is_generated


def test_that_a_city_in_china_keeps_its_holidays_and_its_row_survives() -> None:
    city = empty_city(CityPlan())
    assert len(city.calendar.holidays) > 20
    entity = ENTITY_BY_NAME["city"]
    assert entity.decode(entity.encode(city)) == city


@pytest.mark.parametrize(("epsg", "why"), [(4326, "no plane"), (2249, "no plane"), (999_999, "not known")])
def test_that_what_is_no_plane_in_metres_is_refused(epsg: int, why: str) -> None:
    with pytest.raises(CannotFound, match=why):
        area_of(epsg)


def test_that_a_zone_nobody_knows_is_refused() -> None:
    with pytest.raises(CannotFound, match="time zone"):
        empty_city(CityPlan(zone="Mars/Olympus"))
