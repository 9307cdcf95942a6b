"""The cities a centre can be founded with."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import gridseat_files
from casework.clock.holidays import with_holidays
from casework.clock.model import Calendar
from casework.entities.city import City
from casework.workflow import Post
from server.blobs import Blobs
from server.centre import shipped_catalogues
from server.founding import CannotFound, Ground
from server.paths import Paths
from server.store import Unavailable

EMPTY = "empty"
SMALL = "small"
CITIES = (SMALL, EMPTY)


def empty_ground() -> Ground:
    """A city with nothing in it but its own row; everything else comes by import."""
    body = gridseat_files.find("resources/catalogue/holidays_cn.csv").read_bytes()
    city = City(
        name="未命名城市",
        epsg=4545,
        west_mm=500_000_000,
        south_mm=2_500_000_000,
        east_mm=560_000_000,
        north_mm=2_550_000_000,
        calendar=with_holidays(Calendar(), body),
    )
    return Ground(rows=[("city", city)])


def ground_of(city: str, seed: int, now_ms: int) -> Ground:
    """What `init --city` asks for."""
    return empty_ground() if city == EMPTY else generated_ground(city, seed, now_ms)


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
