"""A person of the hall, of a unit, or a patrol supervisor, with the posts held."""

from __future__ import annotations

import msgspec

from casework.entity import CITY_CHANNEL, Entity, district_channel, unit_channel
from casework.ids import PersonId, UnitId, WorkGridId
from casework.workflow import Post


class Person(msgspec.Struct, frozen=True, omit_defaults=True):
    """`id` is the log-in name. `channels` are further channels granted besides those of the posts."""

    id: PersonId
    name: str
    posts: frozenset[Post]
    unit: UnitId = UnitId("")
    work_grid: WorkGridId = WorkGridId("")
    district: str = ""
    is_active: bool = True


def granted_channels(row: Person) -> tuple[str, ...]:
    """What a person may see: unit operators their unit, district posts their district, the rest the city."""
    if row.posts <= {Post.UNIT_OPERATOR} and row.unit:
        return ("everybody", unit_channel(row.unit))
    if row.district:
        return ("everybody", district_channel(row.district))
    return (CITY_CHANNEL, "everybody")


ENTITY = Entity(
    "person",
    Person,
    key=lambda row: row.id,
    channels=lambda row: (CITY_CHANNEL, "everybody"),
    indexed=("unit", "work_grid"),
)
