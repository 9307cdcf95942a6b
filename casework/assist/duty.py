"""Which unit answers for a case: candidates in order, each with the evidence for it and the load it carries.

Evidence counts, load only breaks ties: a unit does not become responsible by being idle. Promises: pure and
deterministic; every candidate is a known unit and has evidence. It proposes; the operator's word overrides it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

import msgspec

from casework.assist.evidence import Evidence, EvidenceCode
from casework.catalogue.model import Kind
from casework.clock.model import Calendar
from casework.clock.working import local, wall_instant, zone_of
from casework.entities.case import Case
from casework.entities.component import Component
from casework.entities.duty_grid import DutyGrid
from casework.entities.duty_layer import DutyLayer, answering
from casework.entities.unit import Unit
from casework.geo import distance_mm
from casework.ids import CaseId, ComponentId, GridCode, LayerId, UnitId
from casework.workflow import Stage

CANDIDATES = 9  # as many as Ctrl+1..9 can reach
PRECEDENT_MM = 50_000
RATE_DAYS = 30
DAY_MS = 86_400_000

# How much each kind of evidence weighs; project default. A precedent counts up to five times.
WEIGHTS: Mapping[EvidenceCode, int] = {
    EvidenceCode.OWNER: 50,
    EvidenceCode.LAYER: 40,
    EvidenceCode.PRECEDENT: 5,
    EvidenceCode.TRADE: 10,
    EvidenceCode.RETURNED: -100,
}
MOST_PRECEDENTS = 5


class Matter(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked about: a case, or a report that is still being typed."""

    kind: Kind
    edition: str
    class_code: str
    grid: GridCode
    x_mm: int
    y_mm: int
    case: CaseId = CaseId("")
    component: ComponentId = ComponentId("")
    owner: UnitId = UnitId("")
    returned_by: frozenset[UnitId] = frozenset()


class Load(msgspec.Struct, frozen=True):
    """What a unit carries. `on_time` of `due_ended` cases of the last 30 days were done in time."""

    open: int = 0
    due_today: int = 0
    on_time: int = 0
    due_ended: int = 0

    @property
    def on_time_permille(self) -> int | None:
        """None where nothing was due: unknown is not bad and not good."""
        return self.on_time * 1000 // self.due_ended if self.due_ended else None


class Precedent(msgspec.Struct, frozen=True):
    """A case a unit finished."""

    case: CaseId
    unit: UnitId
    kind: Kind
    class_code: str
    x_mm: int
    y_mm: int
    component: ComponentId = ComponentId("")


class Candidate(msgspec.Struct, frozen=True):
    """A unit to dispatch to; `evidence` in the order of its weight."""

    unit: UnitId
    name: str
    evidence: tuple[Evidence, ...]
    weight: int
    load: Load
    is_on_duty: bool


def matter_of(case: Case, component: Component | None = None) -> Matter:
    """The case as the resolver sees it; `component` is the case's own, where it names one."""
    return Matter(
        kind=case.kind,
        edition=case.edition,
        class_code=case.class_code,
        grid=case.grid,
        x_mm=case.x_mm,
        y_mm=case.y_mm,
        case=case.id,
        component=case.component,
        owner=component.owner if component is not None else UnitId(""),
        returned_by=frozenset(step.unit for step in case.trace if step.deed == "return_task" and step.unit),
    )


def topic_of(kind: Kind, edition: str, class_code: str) -> str:
    """How a duty layer names a class. A 2026 matter of a component's major is the component's."""
    is_fault = kind is Kind.EVENT and edition == "2026" and class_code[:2] <= "05"
    return f"{Kind.COMPONENT if is_fault else kind}:{class_code}"


def candidates(
    matter: Matter,
    layers: Iterable[DutyLayer],
    duty_grids: Iterable[DutyGrid],
    units: Iterable[Unit],
    loads: Mapping[UnitId, Load],
    precedents: Iterable[Precedent] = (),
    most: int = CANDIDATES,
) -> tuple[Candidate, ...]:
    """The units some evidence speaks for, the strongest first."""
    known = {unit.id: unit for unit in units}
    topic = topic_of(matter.kind, matter.edition, matter.class_code)
    asked = {layer.id: layer for layer in answering(layers, topic)}
    spoken: dict[UnitId, list[Evidence]] = {}
    for unit, evidence in (
        *_owner(matter),
        *_layers(matter, asked, duty_grids),
        *_precedents(matter, precedents),
        *_trades(matter, asked, known.values()),
    ):
        spoken.setdefault(unit, []).append(evidence)
    found = [
        _candidate(known[unit], _without_weaker(evidence), matter, loads.get(unit, Load()))
        for unit, evidence in spoken.items()
        if unit in known
    ]
    found.sort(key=lambda one: (-one.weight, not one.is_on_duty, one.load.open, one.unit))
    return tuple(found[:most])


Spoken = Iterable[tuple[UnitId, Evidence]]


def _owner(matter: Matter) -> Spoken:
    return ((matter.owner, Evidence(EvidenceCode.OWNER, matter.component)),) if matter.owner else ()


def _layers(matter: Matter, layers: Mapping[LayerId, DutyLayer], duty_grids: Iterable[DutyGrid]) -> Spoken:
    for duty in duty_grids:
        layer = layers.get(duty.layer)
        if layer is not None and matter.grid in duty.grids:
            yield duty.unit, Evidence(EvidenceCode.LAYER, layer.id, layer.name, layer.version)


def _precedents(matter: Matter, precedents: Iterable[Precedent]) -> Spoken:
    counts: dict[UnitId, int] = {}
    latest: dict[UnitId, CaseId] = {}
    for one in precedents:
        if one.case != matter.case and _is_alike(matter, one):
            counts[one.unit] = counts.get(one.unit, 0) + 1
            latest[one.unit] = max(latest.get(one.unit, one.case), one.case)
    return tuple(
        (unit, Evidence(EvidenceCode.PRECEDENT, latest[unit], number=count)) for unit, count in counts.items()
    )


def _is_alike(matter: Matter, one: Precedent) -> bool:
    if matter.component and matter.component == one.component:
        return True
    is_same = (matter.kind, matter.class_code) == (one.kind, one.class_code)
    return is_same and distance_mm(matter.x_mm, matter.y_mm, one.x_mm, one.y_mm) <= PRECEDENT_MM


def _trades(matter: Matter, layers: Mapping[LayerId, DutyLayer], units: Iterable[Unit]) -> Spoken:
    by_trade = {layer.trade: layer for layer in layers.values() if layer.trade}
    for unit in units:
        layer = by_trade.get(unit.trade)
        if layer is not None and unit.district in ("", matter.grid[:6]):
            yield unit.id, Evidence(EvidenceCode.TRADE, layer.id, unit.trade)


def _without_weaker(evidence: list[Evidence]) -> list[Evidence]:
    """The trade says nothing that a layer has not said already."""
    has_layer = any(one.code is EvidenceCode.LAYER for one in evidence)
    return [one for one in evidence if not (has_layer and one.code is EvidenceCode.TRADE)]


def _weight(evidence: Evidence) -> int:
    times = min(evidence.number, MOST_PRECEDENTS) if evidence.code is EvidenceCode.PRECEDENT else 1
    return WEIGHTS[evidence.code] * times


def _candidate(unit: Unit, evidence: list[Evidence], matter: Matter, load: Load) -> Candidate:
    if unit.id in matter.returned_by:
        evidence = [*evidence, Evidence(EvidenceCode.RETURNED)]
    ordered = sorted(evidence, key=lambda one: (-_weight(one), one.ref))
    return Candidate(unit.id, unit.name, tuple(ordered), sum(map(_weight, evidence)), load, unit.is_on_duty)


def precedents_of(cases: Iterable[Case]) -> tuple[Precedent, ...]:
    """What can be learned from cases whose unit reported them done; returned ones teach nothing."""
    return tuple(
        Precedent(case.id, case.unit, case.kind, case.class_code, case.x_mm, case.y_mm, case.component)
        for case in cases
        if case.unit and case.finished_ms
    )


def loads_of(cases: Iterable[Case], calendar: Calendar, now_ms: int) -> dict[UnitId, Load]:
    """Each unit's load from the cases it has or had.

    Counted as due in the last 30 days: what was finished in them, and what should have been and is not. Cases
    whose clock stands still are left out of that until it runs again.
    """
    zone = zone_of(calendar)
    today = local(zone, now_ms).date()
    midnight = datetime(today.year, today.month, today.day)
    day_start, day_end = wall_instant(zone, midnight), wall_instant(zone, midnight + timedelta(days=1))
    since_ms = now_ms - RATE_DAYS * DAY_MS
    counts: dict[UnitId, list[int]] = {}
    for case in cases:
        if not case.unit:
            continue
        count = counts.setdefault(case.unit, [0, 0, 0, 0])
        if case.stage is Stage.HANDLING:
            count[0] += 1
            count[1] += day_start <= case.due_ms < day_end
        if case.finished_ms > since_ms:
            count[2] += case.due_ms == 0 or case.finished_ms <= case.due_ms
            count[3] += 1
        elif case.stage is Stage.HANDLING and since_ms < case.due_ms < now_ms and not _is_still(case):
            count[3] += 1
    return {unit: Load(*count) for unit, count in counts.items()}


def _is_still(case: Case) -> bool:
    return any(pause.until_ms == 0 for pause in case.pauses)
