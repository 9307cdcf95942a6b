"""Every synced entity, in one explicit tuple. A new one is a file here and a line below."""

from __future__ import annotations

from types import MappingProxyType

from casework.entities import (
    case,
    city,
    claim,
    component,
    delivery,
    duty_grid,
    duty_layer,
    note,
    person,
    report,
    request,
    task,
    unit,
    unit_grid,
    work_grid,
)
from casework.entity import Entity

ENTITIES: tuple[Entity, ...] = (
    city.ENTITY,
    unit.ENTITY,
    person.ENTITY,
    unit_grid.ENTITY,
    work_grid.ENTITY,
    duty_layer.ENTITY,
    duty_grid.ENTITY,
    component.ENTITY,
    report.ENTITY,
    case.ENTITY,
    task.ENTITY,
    request.ENTITY,
    claim.ENTITY,
    note.ENTITY,
    delivery.ENTITY,
)
ENTITY_BY_NAME: MappingProxyType[str, Entity] = MappingProxyType({entity.name: entity for entity in ENTITIES})
