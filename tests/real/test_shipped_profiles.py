"""The profiles that come with the program: lawful by themselves, and knowing every value their file has."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from casework.catalogue.model import Kind
from server.centre import shipped_catalogues
from server.cities import CityPlan, empty_city
from server.imports.profile import FIELDS, Profile, find_profile, shipped_profiles
from tests.real import oracle

PROMISED = {
    "boston2011", "boston2022", "vancouver", "cambridge_lights", "cambridge_hydrants", "cambridge_poles",
    "cambridge_benches", "cambridge_barrels", "cambridge_signals", "cambridge_ramps", "london_grids",
    "chicago_precincts", "nanning_communities", "nanning_parcels", "nanning_buildings", "nanning_problems",
    "datav",
}  # fmt: skip
NAMES = sorted(shipped_profiles())
# Left out of the map on purpose, by the number of rows.
BOSTON_2011_LEFT_OUT = 8958
BOSTON_2022_LEFT_OUT = 280


@pytest.fixture(params=NAMES)
def shipped(request: pytest.FixtureRequest) -> Profile:
    return find_profile(request.param)


def test_that_every_promised_profile_is_shipped() -> None:
    assert set(NAMES) >= PROMISED


def test_that_a_shipped_profile_speaks_of_classes_that_the_catalogue_has(shipped: Profile) -> None:
    told = [*shipped.classes.map.values(), *filter(None, [shipped.classes.other])]
    if not told:
        assert shipped.kind == "grids"
        return
    catalogue = shipped_catalogues()[shipped.classes.edition]
    expected = {"components": Kind.COMPONENT, "cases": Kind.EVENT}[shipped.kind]
    for one in told:
        kind, code = one.split(":")
        assert Kind(kind) is expected
        assert (expected, code) in catalogue.classes, one


def test_that_a_city_can_be_founded_for_a_shipped_profile(shipped: Profile) -> None:
    city = empty_city(CityPlan(shipped.city.name, shipped.city.epsg, shipped.city.zone))
    assert city.west_mm < city.east_mm
    assert city.south_mm < city.north_mm


def test_that_a_shipped_profile_names_every_row_by_a_number_of_its_source(shipped: Profile) -> None:
    assert "uid" in shipped.fields
    assert set(shipped.fields) <= set(FIELDS[shipped.kind])


def test_that_made_districts_are_none_of_china(shipped: Profile) -> None:
    for code in filter(None, [shipped.codes.district, *shipped.codes.districts.values()]):
        assert len(code) == 6
        assert code.isdigit()
        assert code.startswith(("99", "4501"))


def test_that_every_type_of_boston_is_mapped_or_left_out_with_a_word(real_data: Path) -> None:
    spread = (
        ("boston2011", oracle.boston_2011(real_data), "type", 141, BOSTON_2011_LEFT_OUT),
        ("boston2022", oracle.boston_2022(real_data), "TYPE", 131, BOSTON_2022_LEFT_OUT),
    )
    for name, rows, column, types, left_out in spread:
        profile = find_profile(name)
        comments = _comments(name)
        counts = Counter(row[column] for row in rows)
        assert len(counts) == types
        unmapped = {one for one in counts if one not in profile.classes.map}
        assert unmapped <= comments
        assert not comments & set(profile.classes.map)
        assert sum(counts[one] for one in unmapped) == left_out


def test_that_every_other_value_a_profile_maps_is_all_there_is(real_data: Path) -> None:
    """Sources and states: nothing in the file is left to `other` by oversight."""
    boston, later = oracle.boston_2011(real_data), oracle.boston_2022(real_data)
    vancouver = [
        *oracle.vancouver(real_data / oracle.VANCOUVER_2023),
        *oracle.vancouver(real_data / oracle.VANCOUVER_2024),
    ]
    for name, rows, field in (
        ("boston2011", boston, "source"),
        ("boston2011", boston, "status"),
        ("boston2022", later, "source"),
        ("boston2022", later, "status"),
        ("vancouver", vancouver, "source"),
        ("vancouver", vancouver, "status"),
    ):
        told = find_profile(name).fields[field]
        assert {row[told.column] for row in rows} <= set(told.map), (name, field)
    hydrants = find_profile("cambridge_hydrants").fields["state"]
    found = oracle.features(oracle.cambridge(real_data, "cambridge_hydrants"))
    assert {one["properties"][hydrants.column] for one in found} == set(hydrants.map)


def test_that_what_nannings_layers_are_is_mapped_or_left_out_with_a_word(real_data: Path) -> None:
    profile, comments = find_profile("nanning_problems"), _comments("nanning_problems")
    layers = {path.stem for path in (real_data / oracle.NANNING).glob("*_*.geojson")} - {
        path.stem for path in (real_data / oracle.NANNING).glob("[bc]*.geojson")
    }
    assert len(layers) == 24
    assert {one for one in layers if one not in profile.classes.map} <= comments
    assert set(profile.classes.map) <= layers


def test_that_every_borough_of_london_has_a_district(real_data: Path) -> None:
    districts = find_profile("london_grids").codes.districts
    assert set(districts) == {path.stem for path in oracle.london(real_data)}
    assert len(set(districts.values())) == 33


def _comments(name: str) -> set[str]:
    """What the comments of a profile list: a type a line, or several between commas."""
    lines = shipped_profiles()[name].read_text(encoding="utf-8").splitlines()
    told = [line[1:].strip() for line in lines if line.startswith("#")]
    return {*told, *(one.strip() for line in told for one in line.split(","))}
