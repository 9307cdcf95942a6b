"""The city a case file founds: from its own ground, with people at desks and a hand for every post and unit."""

from __future__ import annotations

from pathlib import Path

import pytest

from casework.assist.duty import Matter, candidates
from casework.catalogue.model import Kind
from casework.entities.city import City
from casework.entities.unit_grid import UnitGrid
from casework.workflow import Post
from server.centre import shipped_catalogues
from server.cities import replayed_ground
from server.founding import CannotFound
from server.replay.playing import ground_of_file, profile_named
from tests.server.replay.made import PROFILE, Made, rows_of


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return Made(tmp_path_factory.mktemp("made"), rows_of(300))


def rows(made: Made) -> dict[str, list[object]]:
    found: dict[str, list[object]] = {}
    ground = ground_of_file(made.file, profile_named(str(made.profile)), shipped_catalogues())
    for name, row in ground.rows:
        found.setdefault(name, []).append(row)
    return found


def test_that_the_city_is_the_profiles_and_its_bounds_are_those_of_its_grids(made: Made) -> None:
    found = rows(made)
    (city,) = found["city"]
    assert isinstance(city, City)
    assert (city.name, city.epsg, city.calendar.zone, city.edition) == (
        "Madetown",
        4526,
        "Asia/Shanghai",
        "2026",
    )
    rings = [grid.ring_mm for grid in found["unit_grid"] if isinstance(grid, UnitGrid)]
    assert city.west_mm == min(ring[0] for ring in rings)
    assert city.north_mm == max(ring[5] for ring in rings)


def test_that_every_post_of_a_journey_and_every_unit_has_somebody_who_may_log_in(made: Made) -> None:
    found = rows(made)
    people = {person.id: person for person in found["person"]}  # type: ignore[attr-defined]
    assert {"zhangmin", "lijing", "intake", "hand-accept", "hand-lead", "hand-dispatch"} <= set(people)
    units = {unit.id for unit in found["unit"]}  # type: ignore[attr-defined]
    workers = [person for person in people.values() if Post.UNIT_OPERATOR in person.posts]
    assert {person.unit for person in workers} == units
    assert {unit.name for unit in found["unit"]} >= {"Roads, north", "（未注明）"}  # type: ignore[attr-defined]


def test_that_a_case_of_every_class_has_a_unit_proposed_for_it(made: Made) -> None:
    found = rows(made)
    for code in ("06001", "01037", "06012"):
        matter = Matter(
            kind=Kind.EVENT,
            edition="2026",
            class_code=code,
            grid=found["unit_grid"][0].code,  # type: ignore[attr-defined]
            x_mm=0,
            y_mm=0,
        )
        assert candidates(matter, found["duty_layer"], found["duty_grid"], found["unit"], {})  # type: ignore[arg-type]


def test_that_the_same_file_founds_the_same_city(made: Made) -> None:
    assert rows(made) == rows(made)


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ('name = "Madetown"', "", r"\[city\]"),
        ('x = "lon"', 'x = "nowhere"', "missing_column"),
        ('kind = "cases"', 'kind = "other"', "cannot be used"),
        ('pothole = "event:06001"\nlamp = "event:01037"\nrubbish = "event:06012"', "", "nothing to found"),
    ],
)
def test_that_what_is_wrong_with_a_profile_or_a_file_is_said(
    made: Made, tmp_path: Path, old: str, new: str, why: str
) -> None:
    assert old in PROFILE
    profile = tmp_path / "wrong.toml"
    profile.write_text(PROFILE.replace(old, new), encoding="utf-8")
    with pytest.raises(CannotFound, match=why):
        replayed_ground(str(profile), made.file)


def test_that_a_file_that_is_not_there_is_said(made: Made, tmp_path: Path) -> None:
    with pytest.raises(CannotFound, match="there is no file"):
        replayed_ground(str(made.profile), tmp_path / "none.csv")
