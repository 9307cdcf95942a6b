"""The cities a centre can be founded with."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec

import gridseat_files
from casework.clock.holidays import with_holidays
from casework.clock.model import Calendar
from casework.clock.working import zone_of
from casework.entities.city import City
from casework.entities.person import Person
from casework.workflow import Post
from server.blobs import Blobs
from server.centre import shipped_catalogues
from server.founding import CannotFound, Ground
from server.paths import Paths
from server.store import Unavailable

EMPTY = "empty"
SMALL = "small"
REPLAY = "replay"
FULL = "full"
CITIES = (SMALL, FULL, EMPTY, REPLAY)
GENERATED = (SMALL, FULL)
MM = 1000
CHINAS_ZONES = frozenset({"Asia/Shanghai", "Asia/Urumqi", "Asia/Chongqing", "Asia/Harbin", "PRC"})


class CityPlan(msgspec.Struct, frozen=True):
    """What an empty city is founded with: a profile's [city] says it, or these."""

    name: str = "未命名城市"
    epsg: int = 4545
    zone: str = "Asia/Shanghai"


def empty_ground(plan: CityPlan = CityPlan()) -> Ground:  # noqa: B008 - a frozen value
    """A city with nothing in it but its own row; everything else comes by import."""
    return Ground(rows=[("city", empty_city(plan))])


def empty_city(plan: CityPlan) -> City:
    """The row of a city of which nothing is known but its plan. Raises CannotFound."""
    calendar = Calendar(zone=plan.zone)
    try:
        zone_of(calendar)
    except (ValueError, OSError, KeyError) as error:
        raise CannotFound(f"there is no time zone {plan.zone!r}") from error
    if plan.zone in CHINAS_ZONES:
        calendar = with_holidays(
            calendar, gridseat_files.find("resources/catalogue/holidays_cn.csv").read_bytes()
        )
    west, south, east, north = area_of(plan.epsg)
    return City(plan.name, plan.epsg, west, south, east, north, calendar=calendar)


def area_of(epsg: int) -> tuple[int, int, int, int]:
    """West, south, east, north in mm of where the reference system is meant to be used: all that is known of a
    city's bounds before its grids come. Raises CannotFound where it is no plane in metres."""
    # Here, because a serving centre has no use for it.
    import pyproj
    from pyproj.exceptions import ProjError

    try:
        crs = pyproj.CRS.from_epsg(epsg)
        if not crs.is_projected or any(axis.unit_name != "metre" for axis in crs.axis_info):
            raise CannotFound(f"EPSG:{epsg} is no plane in metres")
        area = crs.area_of_use
        if area is None:
            raise CannotFound(f"EPSG:{epsg} does not say where it is used")
        into = pyproj.Transformer.from_crs(crs.geodetic_crs, crs, always_xy=True)
        bounds = into.transform_bounds(*area.bounds)
    except ProjError as error:
        raise CannotFound(f"EPSG:{epsg} is not known") from error
    if not all(math.isfinite(edge) for edge in bounds):
        raise CannotFound(f"EPSG:{epsg} cannot be reckoned with")
    west, south, east, north = (round(edge * MM) for edge in bounds)
    return west, south, east, north


def plan_of(profile: str) -> CityPlan:
    """The [city] of a profile, shipped or in a file. Raises CannotFound with what is wrong."""
    from server.imports.profile import ProfileFault, find_profile

    try:
        city = find_profile(profile).city
    except ProfileFault as fault:
        values = ", ".join(f"{name} {value}" for name, value in fault.values.items())
        raise CannotFound(f"the profile {profile} cannot be used: {fault.code} {values}".rstrip()) from fault
    if city is None:
        raise CannotFound(f"the profile {profile} has no [city]")
    return CityPlan(city.name, city.epsg, city.zone)


def kept_ground(
    size: str, seed: int, now_ms: int, archived: int, say: Callable[[str], None] = lambda line: None
) -> Ground:
    """A large demonstration city, or one with an archive: from the cache of such cities where it has been before."""
    from server.demo import kept, photos

    def put(paths: Paths) -> Sequence[Person]:
        write_blobs(photos.bodies(), paths.blobs)
        return kept.put_kept(paths, kept.Wanted(size, seed, archived), now_ms, say)

    return Ground(put=put)


def ground_of(city: str, seed: int, now_ms: int, profile: str = "") -> Ground:
    """What `init --city` asks for."""
    if city == EMPTY:
        return empty_ground(plan_of(profile) if profile else CityPlan())
    return generated_ground(city, seed, now_ms)


def replayed_ground(profile: str, file: Path) -> Ground:
    """The ground of a case file that is to be replayed. Raises CannotFound."""
    # Here, because a serving centre reads no files of others.
    from server.replay.feeding import CannotReplay
    from server.replay.playing import ground_of_file, profile_named

    try:
        return ground_of_file(file, profile_named(profile), shipped_catalogues())
    except CannotReplay as fault:
        raise CannotFound(str(fault)) from fault


def generated_ground(size: str, seed: int, now_ms: int) -> Ground:
    """A demonstration city as it stands now; whoever sits at a desk in it gets an account."""
    # Here, because a serving centre needs neither the generator nor its geometry.
    from server.demo import city, files, photos

    made = city.generate(size, seed, now_ms, shipped_catalogues())

    def write_files(folder: Path) -> None:
        files.write_components(made, Paths(folder).components)
        files.write_base(made, Paths(folder).base_map)
        write_blobs(photos.bodies(), Paths(folder).blobs)

    at_desks = tuple(person for person in made.people if person.posts - {Post.SUPERVISOR})
    return Ground(made.rows(), write_files, at_desks)


def write_blobs(bodies: Mapping[str, bytes], folder: Path) -> None:
    """Puts files where the centre serves them from. Raises CannotFound when the disk will not have them."""
    blobs = Blobs(folder)
    try:
        for sha256, body in bodies.items():
            blobs.put(sha256, 0, body, len(body))
    except Unavailable as error:
        raise CannotFound(f"cannot write the photos: {error}") from error
