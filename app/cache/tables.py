"""The tables of cache.db, generated from the entities' records: one table each, indexed fields as real columns.

A table holds key, version, seq, the indexed fields and the canonical body; their shape is that of
`casework.rows_file`. A cache written under another one is dropped and fetched anew, never migrated.
"""

from __future__ import annotations

from typing import Any

import msgspec

from casework.entities import ENTITY_BY_NAME
from casework.entity import Entity
from casework.rows_file import column_names, table_name

SQLITE_VARIABLES = 500


class Table:
    """The statements of one entity, made once."""

    def __init__(self, entity: Entity) -> None:
        self.entity = entity
        self.columns = entity.columns()
        names = column_names(entity)
        self.name = table_name(entity.name)
        # Not INSERT OR REPLACE: that takes a row out of every index and puts it back, changed or not.
        changed = ", ".join(f"{name} = excluded.{name}" for name in names[1:])
        self.insert = (
            f"INSERT INTO {self.name}({', '.join(names)}) VALUES({', '.join('?' for _ in names)})"
            f" ON CONFLICT(key) DO UPDATE SET {changed}"
        )
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
