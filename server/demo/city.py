"""The demonstration city as a whole: built in order, each part from the one before, from one seed.

Promises: the same size, seed and instant give the same city to the last bit; no clock is read. The city says of
itself that it is generated. `rows()` gives everything but the components, which are columns and a file of their own.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
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
from server.demo import components as things
from server.demo import people as crowd
from server.demo.admin import Areas
from server.demo.basemap import Feature
from server.demo.components import Components
from server.demo.grids import Partition
from server.demo.journeys import Stagehand

EPSG = 4545  # CGCS2000 / 3-degree Gauss-Kruger CM 108E
ORIGIN_MM = (533_000_000, 2_524_000_000)  # the middle of town: x east, y north
STATES = tuple(ComponentState)
VERIFY_LIMIT = TimeLimit(2, TimeUnit.HOUR)  # project default for this city


class Size(msgspec.Struct, frozen=True):
    """How large a city is: radius, width of the river, cases in all and open ones."""

    reach_m: float
    river_m: float
    cases: int
    open_cases: int


SIZES: Mapping[str, Size] = MappingProxyType(
    {
        "small": Size(3340.0, 240.0, 20_000, 480),
        "tiny": Size(1000.0, 200.0, 900, 130),  # for tests: the same rules on a few streets
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


def generate(size: str, seed: int, as_of_ms: int, catalogues: Mapping[str, Catalogue]) -> DemoCity:
    """The city of that size and seed as it stands at `as_of_ms`."""
    scale = SIZES[size]
    names = params.names()
    # One stream per part, so that a change in one does not move all the others.
    streams = iter(np.random.default_rng(seed).spawn(10))
    net_of = next(streams)
    frame = lattice.build(net_of, scale.reach_m, scale.river_m)
    cut = patches.cut(net_of, frame, patches.uses(net_of, frame, scale.reach_m))
    part = grids.partition(cut)
    net = roads.network(net_of, cut.strands, frame, names)
    middle = shapely.get_coordinates(shapely.centroid(part.cells))
    areas = admin.areas(next(streams), part, cut.patches, frame, middle, names)
    land = ground.ground(next(streams), frame, part, cut.patches, names)
    houses = buildings.buildings(next(streams), part, land, net)
    marks = landmarks.landmarks(next(streams), part, land, cut.patches, middle, names)
    body = units.units(params.unit_plan(), areas, names)
    layers, duty_grids, layer_units = units.duty(
        next(streams), params.unit_plan(), body, areas, part.use.astype(np.int64)
    )
    crew = crowd.people(next(streams), names, areas.works, body.rows)
    city = _city(names.city, part, as_of_ms)
    today = local(zone_of(city.calendar), as_of_ms).date().toordinal() - 719163
    parts = things.components(next(streams), net, part, land, areas, body, layer_units, middle, today)
    unit_grids = _unit_grids(part, areas, today)
    life = next(streams)
    stock = cases.Land(
        part=part,
        areas=areas,
        parts=parts,
        body=body,
        layer_units=layer_units,
        pools=spots.pools(life, net, things.ruler(net), part, land, marks, middle),
        book=places.gazetteer(
            [road.name for road in net.roads], net.lines, [(m.name, m.x_mm, m.y_mm) for m in marks]
        ),
        origin=ORIGIN_MM,
    )
    plan = params.matters()
    counts = (scale.cases, scale.open_cases)
    made = cases.seeds(life, plan, names, catalogues[cases.EDITION], stock, city, as_of_ms, counts)
    hand = Stagehand(next(streams), city, catalogues, crew, body.rows, unit_grids, plan.sayings)
    given = cases.numbers(made, rhythm.pace(city, as_of_ms))
    with _without_collecting():
        lives = [
            photos.pictured(hand.perform(seed_of, number), as_of_ms)
            for seed_of, number in zip(made, given, strict=True)
        ]
    return DemoCity(
        city=city,
        units=body.rows,
        people=crew.rows,
        unit_grids=unit_grids,
        work_grids=_work_grids(areas),
        duty_layers=layers,
        duty_grids=duty_grids,
        reports=tuple(life.report for life in lives),
        cases=tuple(life.case for life in lives),
        tasks=tuple(task for life in lives for task in life.tasks),
        requests=tuple(request for life in lives for request in life.requests),
        components=parts,
        base=basemap.features(part, land, net, areas, houses, marks, names),
        origin_mm=ORIGIN_MM,
    )


@contextmanager
def _without_collecting() -> Iterator[None]:
    """A million small rows and not one cycle among them: looking for garbage would take a sixth of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _city(name: str, part: Partition, as_of_ms: int) -> City:
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
