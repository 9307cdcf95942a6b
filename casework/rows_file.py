"""The file of rows as a seat keeps it and the centre ships it: tables, indexes and meta, generated from the entities.

One description for both sides, so that a seat can take a shipped file over whole instead of loading it row by
row. `schema_hash` is over all of it: a file under another hash is never taken over. It names statements and opens
nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import cache

import msgspec

from casework.entities import ENTITIES
from casework.entity import Entity

LAYOUT = 2  # raised when the shape of these tables changes for another reason than an entity
META = "CREATE TABLE meta(name TEXT PRIMARY KEY, value TEXT NOT NULL)"
PUT_META = "INSERT OR REPLACE INTO meta(name, value) VALUES(?, ?)"


def table_name(entity: str) -> str:
    """Quoted, because an entity may be called what SQL calls something else (case)."""
    return f'"{entity}"'


def column_names(entity: Entity) -> tuple[str, ...]:
    """Every column of an entity's table, in order, quoted."""
    return tuple(f'"{name}"' for name in ("key", "ver", "seq", *entity.indexed, "body"))


def wanted_indexes(entity: Entity) -> tuple[str, ...]:
    """Fields asked for by equality. A coordinate is only ever asked for within a box."""
    return tuple(name for name, _ in entity.columns() if not name.endswith("_mm"))


def create_table(entity: Entity) -> str:
    """The table of one entity."""
    columns = "".join(f', "{name}" {kind} NOT NULL' for name, kind in entity.columns())
    return (
        f"CREATE TABLE {table_name(entity.name)}(key TEXT PRIMARY KEY, ver INTEGER NOT NULL,"
        f" seq INTEGER NOT NULL{columns}, body BLOB NOT NULL)"
    )


def create_indexes(entity: Entity) -> tuple[str, ...]:
    """Its indexes; on a table that is filled at once they are made afterwards."""
    return tuple(
        f'CREATE INDEX "{entity.name}_{name}" ON {table_name(entity.name)}("{name}")'
        for name in wanted_indexes(entity)
    )


def figures(epoch: int, cursor: int, as_of_ms: int, channels: Iterable[str]) -> dict[str, str]:
    """The meta table of a file that is whole. `is_clean` 0: what the seat's disk makes of it is not known yet."""
    return {
        "epoch": str(epoch),
        "cursor": str(cursor),
        "as_of_ms": str(as_of_ms),
        "channels": channel_text(channels),
        "is_clean": "0",
        "schema": schema_hash(),
    }


def channel_text(channels: Iterable[str]) -> str:
    """A set of channels as the meta table says it."""
    return "\n".join(sorted(channels))


@cache
def schema_hash() -> str:
    """Over names, columns and the fields of every struct: a field more may change what a body decodes to."""
    parts = [str(LAYOUT), META]
    for entity in ENTITIES:
        fields = ((field.name, str(field.type)) for field in msgspec.structs.fields(entity.struct))
        parts.append(f"{create_table(entity)} {create_indexes(entity)} {sorted(fields)}")
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
