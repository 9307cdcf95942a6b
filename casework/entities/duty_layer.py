"""A duty layer: one trade's map of who answers where. A city keeps seven to ten."""

from __future__ import annotations

import msgspec

from casework.entity import Entity
from casework.ids import LayerId


class DutyLayer(msgspec.Struct, frozen=True, omit_defaults=True):
    """`majors` are the catalogue's major codes it answers for, kind first: component:01, event:06."""

    id: LayerId
    name: str
    trade: str
    version: int
    majors: tuple[str, ...] = ()


ENTITY = Entity(
    "duty_layer", DutyLayer, key=lambda row: row.id, channels=lambda row: ("everybody",), is_resting=True
)
