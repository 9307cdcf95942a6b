"""Everything at rest under the map, by the names that layers use: base map, grids, duty faces, components.

A Ground never changes; new data is a new Ground. It may be asked from several threads at once: what is made on
demand is made at most a few times and kept. It does not draw and knows no colour.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import partial

import msgspec
import numpy as np

from app.cache.basemap import AREAS, EMPTY, NO_BASEMAP, Basemap, Sheet, make_sheet
from app.cache.overlay import LaidOver
from app.map.partition import Ints, Partition, centres, number_spots
from casework.entities.city import City
from casework.entities.duty_grid import DutyGrid
from casework.entities.work_grid import WorkGrid

TINTS = 4
AREA_NAMES = frozenset({"district", "street_area", "community"})


class Resting(msgspec.Struct, frozen=True, eq=False):
    """What a Ground is made from."""

    city: City
    base: Basemap
    components: LaidOver | None
    partition: Partition
    work_grids: tuple[WorkGrid, ...]
    duty_grids: tuple[DutyGrid, ...]
    unit_names: Mapping[str, str]


class Ground:
    """`sheet(of, duty)` is a source by its name; an unknown name is a layer of the base map, perhaps empty."""

    def __init__(self, resting: Resting) -> None:
        self.city = resting.city
        self.components = resting.components
        self.partition = resting.partition
        self._resting = resting
        self._made: dict[tuple[str, str], Sheet] = {}
        self._lock = threading.Lock()
        self._makers: Mapping[str, Callable[[str], Sheet]] = {
            "unit_grid": lambda _: self.partition.sheet,
            "unit_grid_edge": lambda _: self.partition.edges(),
            "unit_grid_number": lambda _: number_spots(self.partition),
            "work_grid_edge": lambda _: self._work_grid_edges(),
            "duty": self._duty_faces,
            "duty_edge": lambda duty: self.partition.borders(self._duty_owners(duty)),
            "duty_spot": self._duty_spots,
            **{f"{of}_spot": partial(self._area_spots, of) for of in AREA_NAMES},
            **{f"{of}_edge": partial(self._area_edges, of) for of in AREAS},
        }

    def with_components(self, components: LaidOver) -> Ground:
        """The same ground under other components; what was made on demand is shared."""
        other = Ground(msgspec.structs.replace(self._resting, components=components))
        other._made, other._lock = self._made, self._lock
        return other

    def sheet(self, of: str, duty: str = "") -> Sheet:
        """The features of a source; `duty` says of which duty layer, where that matters."""
        maker = self._makers.get(of)
        if maker is None:
            return self._resting.base.sheet(of)
        key = (of, duty if of.startswith("duty") else "")
        with self._lock:
            found = self._made.get(key)
        if found is None:
            found = maker(duty)
            with self._lock:
                found = self._made.setdefault(key, found)
        return found

    def spots(self, of: str, duty: str = "") -> Sheet:
        """Where the names of a source may be written: areas at their centre, everything else as it is."""
        return self.sheet(f"{of}_spot" if of in AREA_NAMES else of, duty)

    def _area_edges(self, of: str, _: str) -> Sheet:
        """The outlines of an area layer of the base map as lines that come back to where they began."""
        areas = self._resting.base.sheet(of)
        rings = [areas.of(k) for k in range(len(areas))]
        return make_sheet([np.vstack((ring, ring[:1])) for ring in rings], areas.names) if rings else EMPTY

    def _area_spots(self, of: str, _: str) -> Sheet:
        sheet = self._resting.base.sheet(of)
        return make_sheet(centres(sheet).reshape(-1, 1, 2), sheet.names)

    def _work_grid_edges(self) -> Sheet:
        members = {number: grid.grids for number, grid in enumerate(self._resting.work_grids)}
        return self.partition.borders(self.partition.owners(members))

    def _duty_of(self, duty: str) -> list[DutyGrid]:
        return [grid for grid in self._resting.duty_grids if grid.layer == duty]

    def _duty_owners(self, duty: str) -> Ints:
        members = {number: grid.grids for number, grid in enumerate(self._duty_of(duty))}
        return self.partition.owners(members)

    def _duty_faces(self, duty: str) -> Sheet:
        owner = self._duty_owners(duty)
        tints = tints_for(len(self._duty_of(duty)), self.partition.neighbours(owner))
        faces, whose = self.partition.unions(owner)
        return msgspec.structs.replace(
            faces, tint=np.array([tints[number] for number in whose], dtype=np.int64)
        )

    def _duty_spots(self, duty: str) -> Sheet:
        """The centre of every grid of a duty face, the one in its middle first: a name may stand in any of them."""
        spots: list[np.ndarray] = []
        names: list[str] = []
        for face in self._duty_of(duty):
            numbers = [
                self.partition.number_of[code] for code in face.grids if code in self.partition.number_of
            ]
            if not numbers:
                continue
            centres = self.partition.centre[numbers]
            distance = ((centres - centres.mean(axis=0)) ** 2).sum(axis=1)
            spots += [centres[k].reshape(1, 2) for k in np.argsort(distance, kind="stable")]
            names += [self._resting.unit_names.get(face.unit) or face.name] * len(numbers)
        return make_sheet(spots, names) if spots else EMPTY


def tints_for(count: int, neighbours: set[tuple[int, int]]) -> list[int]:
    """A colour for each of `count` faces so that neighbours differ as far as four colours given in turn allow."""
    beside: dict[int, set[int]] = defaultdict(set)
    for one, other in neighbours:
        beside[one].add(other)
        beside[other].add(one)
    tints: list[int] = []
    for number in range(count):
        taken = [tints[other] for other in beside[number] if other < number]
        tints.append(min(range(TINTS), key=lambda tint: (taken.count(tint), (tint - number) % TINTS)))
    return tints


def empty_ground(city: City) -> Ground:
    """A ground with nothing on it, to show while the real one is read."""
    return Ground(Resting(city, NO_BASEMAP, None, Partition(()), (), (), {}))


def make_ground(
    city: City,
    base: Basemap,
    components: LaidOver | None,
    partition: Partition,
    work_grids: Sequence[WorkGrid],
    duty_grids: Sequence[DutyGrid],
    unit_names: Mapping[str, str],
) -> Ground:
    """A ground from rows and stores."""
    return Ground(
        Resting(city, base, components, partition, tuple(work_grids), tuple(duty_grids), dict(unit_names))
    )
