"""A duty layer: one trade's map of who answers where. A city keeps seven to ten."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from casework.entity import Entity
from casework.ids import LayerId


class DutyLayer(msgspec.Struct, frozen=True, omit_defaults=True):
    """`answers_for` are beginnings of class codes, kind first: component:01 is a major, event:06010 one class."""

    id: LayerId
    name: str
    trade: str
    version: int
    answers_for: tuple[str, ...] = ()

    def grip(self, topic: str) -> int:
        """How closely the layer names a class such as event:06010; 0 where it does not answer for it."""
        return max((len(entry) for entry in self.answers_for if topic.startswith(entry)), default=0)


def answering(layers: Iterable[DutyLayer], topic: str) -> tuple[DutyLayer, ...]:
    """The layers that name the class most closely: one that names the class itself before one that names its major."""
    known = tuple(layers)
    closest = max((layer.grip(topic) for layer in known), default=0)
    return tuple(layer for layer in known if closest and layer.grip(topic) == closest)


ENTITY = Entity(
    "duty_layer", DutyLayer, key=lambda row: row.id, channels=lambda row: ("everybody",), is_resting=True
)
