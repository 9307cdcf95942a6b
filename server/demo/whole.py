"""A large demonstration city put into a founded folder: files and store made side by side, as quickly as can be.

Promises: what is put there is what `server.demo.city` generates; the store is a ledger from its first entry on, as any
founding's. It makes no secrets and no accounts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from casework.catalogue.model import Catalogue
from casework.entities.person import Person
from casework.workflow import Post
from server.archive import cases as archive
from server.archive.made import CityView, archived_cases
from server.component_file import write_components as write_table
from server.demo import files
from server.demo.abreast import Play, aside, play_of, the_play
from server.demo.cases import EDITION
from server.demo.city import ORIGIN_MM, Laid, base_of, seeds_of
from server.demo.rhythm import DAY_MS
from server.founding import write_store
from server.paths import Paths


def at_desks(people: Sequence[Person]) -> tuple[Person, ...]:
    """Those who log in at a seat."""
    return tuple(person for person in people if person.posts - {Post.SUPERVISOR})


def put_city(
    paths: Paths, laid: Laid, catalogues: Mapping[str, Catalogue], as_of_ms: int, archived: int
) -> None:
    """Store and files of the city as it stands at `as_of_ms`; a file that is there already is left as it is."""
    made, given = seeds_of(laid, as_of_ms, catalogues)
    play = play_of(laid, catalogues, as_of_ms, made, given)
    with aside(play) as others:
        waiting = []
        if not paths.base_map.exists():
            waiting.append(others.begin(_write_base, paths.base_map))
        if not paths.components.exists():
            waiting.append(others.begin(_write_components, paths.components))
        if archived and not paths.archived_cases.exists():
            waiting.append(others.begin(_write_archive, paths.archived_cases, archived))
        write_store(paths.database, laid.rows(), others.rows(play), as_of_ms)
        for wait in waiting:
            wait()


def _write_base(path: Path) -> None:
    laid = the_play().laid
    files.write_features(path, laid.city, base_of(laid))


def _write_components(path: Path) -> None:
    laid = the_play().laid
    table = files.component_table(laid.stock.parts, laid.unit_grids, laid.stock.body.rows)
    write_table(path, table, files.facts_of(laid.city))


def _write_archive(path: Path, count: int) -> None:
    play = the_play()
    view = view_of(play.laid, play.catalogues[EDITION])
    made = archived_cases(view, count, play.laid.seed, play.as_of_ms, _own_days(play))
    archive.append(path, made, is_generated=True)


def _own_days(play: Play) -> int:
    """How many days back the city's own cases reach, and a few more for those told late in the evening."""
    first = min(number for _, given in play.parts for number in given)[:8]
    day: datetime = datetime.strptime(first, "%Y%m%d").replace(tzinfo=UTC)
    return int((play.as_of_ms - day.timestamp() * 1000) // DAY_MS) + 3


def view_of(laid: Laid, catalogue: Catalogue) -> CityView:
    """What archived cases stand on."""
    scene, origin = laid.scene, np.array(ORIGIN_MM, dtype=np.int64)
    assert scene is not None
    return CityView(
        city=laid.city,
        units=laid.stock.body.rows,
        unit_grids=laid.unit_grids,
        duty_layers=laid.duty_layers,
        duty_grids=laid.duty_grids,
        roads=[(road.name, road.line + origin) for road in scene.net.roads if road.name],
        marks=[(mark.name, mark.x_mm + ORIGIN_MM[0], mark.y_mm + ORIGIN_MM[1]) for mark in scene.marks],
        catalogue=catalogue,
    )
