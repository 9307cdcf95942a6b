"""What makes a struct a synced entity: its name, key, channels and the fields worth an index.

Tables at the centre and at the seat are generated from these records (design decision 4), so a new entity is one file.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, get_type_hints

import msgspec

from casework.ids import Key

CITY_CHANNEL = "city"


def district_channel(code: str) -> str:
    """Channel of everything in a district; `code` is any code that starts with the district's six digits."""
    return "district:" + code[:6]


def unit_channel(unit: str) -> str:
    """Channel of what a responsible unit must see."""
    return "unit:" + unit


class Entity(msgspec.Struct, frozen=True):
    """One synced kind of row.

    `key(row)` names the row; `channels(row)` says which subscribers see it; `indexed` are the struct fields
    that become real columns (int -> INTEGER, anything else -> TEXT). `is_resting` entities change by survey, not
    by casework, and may be shipped as a prebuilt file.
    """

    name: str
    struct: type[msgspec.Struct]
    key: Callable[[Any], str]
    channels: Callable[[Any], tuple[str, ...]]
    indexed: tuple[str, ...] = ()
    is_resting: bool = False

    def encode(self, row: msgspec.Struct) -> bytes:
        """Canonical JSON: sorted keys, integers only. A ledger leaf hashes exactly these bytes."""
        return msgspec.json.encode(row, order="sorted")

    def decode(self, body: bytes) -> Any:
        """The struct; raises msgspec.ValidationError on a body of another shape."""
        return msgspec.json.decode(body, type=self.struct)

    def columns(self) -> tuple[tuple[str, str], ...]:
        """(name, SQL type) of each indexed field."""
        hints = get_type_hints(self.struct)
        return tuple((name, "INTEGER" if hints[name] in (int, bool) else "TEXT") for name in self.indexed)

    def values(self, row: msgspec.Struct) -> tuple[int | str, ...]:
        """The indexed fields of a row, in the order of `columns`."""
        raw = (getattr(row, name) for name in self.indexed)
        return tuple(int(value) if isinstance(value, int) else str(value) for value in raw)

    def row_key(self, row: msgspec.Struct) -> Key:
        return Key(self.name, self.key(row))
