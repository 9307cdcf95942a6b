"""The demonstration city as a whole: built in order, each part from the one before, from one seed.

Promises: the same size, seed and instant give the same city to the last bit; no clock is read. The city says of
itself that it is generated. `rows()` gives everything but the components, which are columns and a file of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

import msgspec
import numpy as np
import shapely

import gridseat_files
from casework.catalogue.model import Catalogue
from casework.clock.holidays import with_holidays
from casework.clock.model import Calendar, TimeLimit, TimeUnit
from casework.clock.working import local, zone_of
from casework.entities.case import Case
from casework.entities.city import City
from casework.entities.component import Component, ComponentState
from casework.entities.duty_grid import DutyGrid
from casework.entities.duty_layer import DutyLayer
from casework.entities.person import Person
from casework.entities.report import Report
from casework.entities.request import Request
from casework.entities.task import Task
from casework.entities.unit import Unit
from casework.entities.unit_grid import UnitGrid
from casework.entities.work_grid import WorkGrid
from casework.ids import ComponentId, GridCode, WorkGridId
from casework.workflow import Stage
from server.demo import (
    admin,
    basemap,
    buildings,
    cases,
    grids,
    ground,
    landmarks,
    lattice,
    params,
    patches,
    photos,
    places,
    rhythm,
    roads,
    spots,
    units,
)
from server.demo import component_rules as rules
from server.demo import components as things
from server.demo import people as crowd
from server.demo.admin import Areas
from server.demo.basemap import Feature
from server.demo.components import Components
from server.demo.grids import Partition
from server.demo.journeys import Life, Seed, Stagehand
from server.garbage import without_collecting

EPSG = 4545  # CGCS2000 / 3-degree Gauss-Kruger CM 108E
ORIGIN_MM = (533_000_000, 2_524_000_000)  # the middle of town: x east, y north
STATES = tuple(ComponentState)
PART = 5_000  # lives performed in one go
VERIFY_LIMIT = TimeLimit(2, TimeUnit.HOUR)  # project default for this city


class Size(msgspec.Struct, frozen=True):
    """How large a city is. Counts of 0: as many as its ground asks for."""

    reach_m: float
    river_m: float
    span: cases.Span
    grids: int = 0
    components: int = 0
    counts: admin.Counts = admin.Counts()
    is_metropolis: bool = False  # more districts, names, units and classes


SIZES: Mapping[str, Size] = MappingProxyType(
    {
        "small": Size(3340.0, 240.0, cases.Span(20_000, 480)),
        "tiny": Size(1000.0, 200.0, cases.Span(900, 130)),  # for tests: the same rules on a few streets
        "full": Size(  # as large as the largest city in the field
            12_900.0,
            420.0,
            cases.Span(100_000, 12_000, days=29),
            grids=42_000,
            components=1_600_000,
            counts=admin.Counts(streets=125, works=106),
            is_metropolis=True,
        ),
        "mini": Size(  # for tests: the rules of a very large city on a few streets
            1500.0,
            220.0,
            cases.Span(1_200, 150, days=20),
            grids=560,
            components=24_000,
            counts=admin.Counts(streets=22, works=21),
            is_metropolis=True,
        ),
    }
)


class DemoCity(msgspec.Struct, frozen=True):
    """All rows of a generated city; components as columns, the base map as features, both local to `origin_mm`."""

    city: City
    units: tuple[Unit, ...]
    people: tuple[Person, ...]
    unit_grids: tuple[UnitGrid, ...]
    work_grids: tuple[WorkGrid, ...]
    duty_layers: tuple[DutyLayer, ...]
    duty_grids: tuple[DutyGrid, ...]
    reports: tuple[Report, ...]
    cases: tuple[Case, ...]
    tasks: tuple[Task, ...]
    requests: tuple[Request, ...]
    components: Components
    base: tuple[Feature, ...]
    origin_mm: tuple[int, int]

    def rows(self) -> Iterator[tuple[str, msgspec.Struct]]:
        """(entity's name, row) in the order of ENTITIES, without components."""
        yield "city", self.city
        for name, rows in (
            ("unit", self.units),
            ("person", self.people),
            ("unit_grid", self.unit_grids),
            ("work_grid", self.work_grids),
            ("duty_layer", self.duty_layers),
            ("duty_grid", self.duty_grids),
            ("report", self.reports),
            ("case", self.cases),
            ("task", self.tasks),
            ("request", self.requests),
        ):
            for row in rows:
                yield name, row

    def component(self, position: int) -> Component:
        """The component at a position of the columns, as its row."""
        it = self.components
        return Component(
            id=ComponentId(it.keys[position]),
            class_code=it.classes[int(it.class_of[position])],
            x_mm=self.origin_mm[0] + int(it.x_mm[position]),
            y_mm=self.origin_mm[1] + int(it.y_mm[position]),
            grid=self.unit_grids[int(it.cell[position])].code,
            owner=self.units[int(it.owner[position])].id,
            state=STATES[int(it.state[position])],
            surveyed=str(np.datetime64(int(it.day[position]), "D")),
        )


class Scene(msgspec.Struct, frozen=True):
    """What the base map is drawn from; nothing else needs it."""

    land: ground.Ground
    net: roads.Network
    marks: tuple[landmarks.Landmark, ...]


class Laid(msgspec.Struct, frozen=True):
    """A city without its cases: everything that does not depend on the hour. `stock` is what cases stand on."""

    size: str
    seed: int
    city: City
    stock: cases.Land
    crew: crowd.Crew
    unit_grids: tuple[UnitGrid, ...]
    work_grids: tuple[WorkGrid, ...]
    duty_layers: tuple[DutyLayer, ...]
    duty_grids: tuple[DutyGrid, ...]
    scene: Scene | None

    def rows(self) -> Iterator[tuple[str, msgspec.Struct]]:
        """(entity's name, row) in the order of ENTITIES."""
        yield "city", self.city
        for name, rows in (
            ("unit", self.stock.body.rows),
            ("person", self.crew.rows),
            ("unit_grid", self.unit_grids),
            ("work_grid", self.work_grids),
            ("duty_layer", self.duty_layers),
            ("duty_grid", self.duty_grids),
        ):
            for row in rows:
                yield name, row


def streams(seed: int) -> list[np.random.Generator]:
    """One stream per part, so that a change in one does not move all the others."""
    return np.random.default_rng(seed).spawn(10)


def lay(size: str, seed: int, as_of_ms: int) -> Laid:
    """The ground, the units and the people of a city, surveyed by the day of `as_of_ms`."""
    scale, stream = SIZES[size], streams(seed)
    names, plan = names_of(size), params.unit_plan()
    if scale.is_metropolis:
        plan = params.metropolis_units()
    frame = lattice.build(stream[0], scale.reach_m, scale.river_m)
    cut = patches.cut(stream[0], frame, patches.uses(stream[0], frame, scale.reach_m))
    part = grids.partition(cut, scale.grids)
    net = roads.network(stream[0], cut.strands, frame, names)
    middle = shapely.get_coordinates(shapely.centroid(part.cells))
    areas = admin.areas(stream[1], part, cut.patches, frame, middle, names, scale.counts)
    land = ground.ground(stream[2], frame, part, cut.patches, names)
    marks = landmarks.landmarks(stream[4], part, land, cut.patches, middle, names)
    body = units.units(plan, areas, names)
    layers, duty_grids, layer_units = units.duty(stream[5], plan, body, areas, part.use.astype(np.int64))
    crew = crowd.people(stream[6], names, areas.works, body.rows)
    city = _city(names.city, part)
    today = local(zone_of(city.calendar), as_of_ms).date().toordinal() - 719163
    standing = rules.METROPOLIS if scale.is_metropolis else rules.PLAIN
    parts = things.components(
        stream[7], net, part, land, areas, body, layer_units, middle, today, standing, scale.components
    )
    stock = cases.Land(
        part=part,
        areas=areas,
        parts=parts,
        body=body,
        layer_units=layer_units,
        pools=spots.pools(stream[8], net, things.ruler(net), part, land, marks, middle),
        book=places.gazetteer(
            [road.name for road in net.roads], net.lines, [(m.name, m.x_mm, m.y_mm) for m in marks]
        ),
        origin=ORIGIN_MM,
    )
    return Laid(
        size=size,
        seed=seed,
        city=city,
        stock=stock,
        crew=crew,
        unit_grids=_unit_grids(part, areas, today),
        work_grids=_work_grids(areas),
        duty_layers=layers,
        duty_grids=duty_grids,
        scene=Scene(land, net, marks),
    )


def names_of(size: str) -> params.Names:
    """The names a city of that size has."""
    return params.metropolis_names() if SIZES[size].is_metropolis else params.names()


def base_of(laid: Laid) -> tuple[Feature, ...]:
    """The base map's features, the houses with them."""
    scene, stock = laid.scene, laid.stock
    assert scene is not None
    houses = buildings.buildings(streams(laid.seed)[3], stock.part, scene.land, scene.net)
    names = names_of(laid.size)
    return basemap.features(stock.part, scene.land, scene.net, stock.areas, houses, scene.marks, names)


def seeds_of(laid: Laid, as_of_ms: int, catalogues: Mapping[str, Catalogue]) -> tuple[list[Seed], list[str]]:
    """The lives to be performed so that the city stands as it does at `as_of_ms`, and the numbers of their cases."""
    life, names, span = streams(laid.seed)[8].spawn(1)[0], names_of(laid.size), SIZES[laid.size].span
    catalogue, city = catalogues[cases.EDITION], laid.city
    made = cases.seeds(life, params.matters(), names, catalogue, laid.stock, city, as_of_ms, span)
    return made, cases.numbers(made, rhythm.pace(city, as_of_ms))


def stagehand(laid: Laid, catalogues: Mapping[str, Catalogue], part: int) -> Stagehand:
    """Who performs the lives of one part; every part has a stream of its own, so that they may go side by side."""
    rng = np.random.default_rng([laid.seed, part])
    units_of, sayings = laid.stock.body.rows, params.matters().sayings
    return Stagehand(rng, laid.city, catalogues, laid.crew, units_of, laid.unit_grids, sayings)


def generate(size: str, seed: int, as_of_ms: int, catalogues: Mapping[str, Catalogue]) -> DemoCity:
    """The city of that size and seed as it stands at `as_of_ms`."""
    laid = lay(size, seed, as_of_ms)
    made, given = seeds_of(laid, as_of_ms, catalogues)
    lives: list[Life] = []
    with without_collecting():
        for part, (these, numbers) in enumerate(parts_of(made, given)):
            hand = stagehand(laid, catalogues, part)
            pairs = zip(these, numbers, strict=True)
            lives += [photos.pictured(hand.perform(one, number), as_of_ms) for one, number in pairs]
    return DemoCity(
        city=laid.city,
        units=laid.stock.body.rows,
        people=laid.crew.rows,
        unit_grids=laid.unit_grids,
        work_grids=laid.work_grids,
        duty_layers=laid.duty_layers,
        duty_grids=laid.duty_grids,
        reports=tuple(life.report for life in lives),
        cases=tuple(life.case for life in lives),
        tasks=tuple(task for life in lives for task in life.tasks),
        requests=tuple(request for life in lives for request in life.requests),
        components=laid.stock.parts,
        base=base_of(laid),
        origin_mm=ORIGIN_MM,
    )


def parts_of(made: list[Seed], given: list[str]) -> Iterator[tuple[list[Seed], list[str]]]:
    """Lives and their numbers in parts of one size."""
    for first in range(0, len(made), PART):
        yield made[first : first + PART], given[first : first + PART]


def _city(name: str, part: Partition) -> City:
    west, south, east, north = (int(edge) for edge in shapely.bounds(part.city))
    table = gridseat_files.find("resources/catalogue/holidays_cn.csv").read_bytes()
    plain = City(name, EPSG, 0, 0, 0, 0)
    return msgspec.structs.replace(
        plain,
        west_mm=ORIGIN_MM[0] + west,
        south_mm=ORIGIN_MM[1] + south,
        east_mm=ORIGIN_MM[0] + east,
        north_mm=ORIGIN_MM[1] + north,
        calendar=with_holidays(Calendar(), table),
        is_generated=True,
        stage_limits={Stage.VERIFYING: VERIFY_LIMIT, **plain.stage_limits},
    )


def _unit_grids(part: Partition, areas: Areas, today: int) -> tuple[UnitGrid, ...]:
    """Rows in the order of the cells; rings counter-clockwise without the repeated end."""
    points, of = shapely.get_coordinates(shapely.get_exterior_ring(part.cells), return_index=True)
    whole = np.rint(points).astype(np.int64) + np.array(ORIGIN_MM)
    ends = np.concatenate([[0], np.cumsum(np.bincount(of))])
    area = np.rint(shapely.area(part.cells) / grids.M2).astype(np.int64)
    started = str(np.datetime64(today - 900, "D"))
    return tuple(
        UnitGrid(
            code=GridCode(areas.codes[k]),
            ring_mm=tuple(whole[ends[k] : ends[k + 1] - 1].ravel().tolist()),
            area_m2=int(area[k]),
            work_grid=WorkGridId(areas.works[int(areas.work[k])][0]),
            area_type=areas.area_type[k],
            street=areas.streets[int(areas.street[k])].name,
            community=areas.communities[int(areas.community[k])][1],
            started=started,
        )
        for k in range(len(part.cells))
    )


def _work_grids(areas: Areas) -> tuple[WorkGrid, ...]:
    codes = areas.codes
    return tuple(
        WorkGrid(WorkGridId(ident), name, tuple(sorted(GridCode(codes[int(k)]) for k in inside)))
        for (ident, name), inside in zip(
            areas.works, admin.members(areas.work, len(areas.works)), strict=True
        )
    )
