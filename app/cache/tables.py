"""The tables of cache.db, generated from the entities' records: one table each, indexed fields as real columns.

A table holds key, version, seq, the indexed fields and the canonical body. `SCHEMA` is a hash over all of it:
a cache written under another one is dropped and fetched anew, never migrated.
"""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec

from casework.entities import ENTITIES, ENTITY_BY_NAME
from casework.entity import Entity

LAYOUT = 1  # raised when the shape of these tables changes for another reason than an entity
SQLITE_VARIABLES = 500


class Table:
    """The statements of one entity, made once."""

    def __init__(self, entity: Entity) -> None:
        self.entity = entity
        self.columns = entity.columns()
        names = ["key", "ver", "seq", *(name for name, _ in self.columns), "body"]
        listed = ", ".join(f'"{name}"' for name in names)
        marks = ", ".join("?" for _ in names)
        self.name = f'"{entity.name}"'
        self.insert = f"INSERT OR REPLACE INTO {self.name}({listed}) VALUES({marks})"
        self.delete = f"DELETE FROM {self.name} WHERE key = ?"
        self.get = f"SELECT ver, body FROM {self.name} WHERE key = ?"
        self.all = f"SELECT key, ver, body FROM {self.name}"
        self.decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(entity.struct)

    def record(self, key: str, ver: int, seq: int, body: bytes) -> tuple[Any, ...]:
        """The values of `insert`; raises msgspec.DecodeError on a body of another shape."""
        return (key, ver, seq, *self.entity.values(self.decoder.decode(body)), body)

    def where(self, equals: dict[str, Any]) -> tuple[str, list[Any]]:
        """SELECT key, ver, body by equality of indexed fields; a tuple or set of values means any of them."""
        known = dict(self.columns)
        tests: list[str] = []
        values: list[Any] = []
        for name, value in equals.items():
            if name not in known:
                raise KeyError(f"{self.entity.name}.{name} is not indexed")
            several = list(value) if isinstance(value, (tuple, set, frozenset, list)) else [value]
            if len(several) > SQLITE_VARIABLES:
                raise ValueError(f"more than {SQLITE_VARIABLES} values for {self.entity.name}.{name}")
            tests.append(f'"{name}" IN ({", ".join("?" for _ in several)})')
            values += [int(each) if isinstance(each, int) else str(each) for each in several]
        return f"{self.all} WHERE {' AND '.join(tests)}" if tests else self.all, values


TABLES: dict[str, Table] = {name: Table(entity) for name, entity in ENTITY_BY_NAME.items()}


def wanted_indexes(entity: Entity) -> tuple[str, ...]:
    """Fields asked for by equality. A coordinate is only ever asked for within a box."""
    return tuple(name for name, _ in entity.columns() if not name.endswith("_mm"))


def schema_hash() -> str:
    """Over names, columns and the fields of every struct: a field more may change what a body decodes to."""
    parts = [str(LAYOUT)]
    for entity in ENTITIES:
        fields = ((field.name, str(field.type)) for field in msgspec.structs.fields(entity.struct))
        parts.append(f"{entity.name} {entity.columns()} {wanted_indexes(entity)} {sorted(fields)}")
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
