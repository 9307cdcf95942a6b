"""The entities' tables follow their records, in a store that was founded before the record too.

An entity or an indexed field that the file does not know yet gets its table or column when the store is opened, so
that neither needs a step of migration. Promises: one transaction or nothing; no body, version or seq is changed.
The ledger's own tables are not its business: they have their number (`SCHEMA`).
"""

from __future__ import annotations

from typing import Any

import apsw
import msgspec

from casework.entities import ENTITIES
from casework.entity import Entity
from server.store import NotOpenable
from server.store.schema import create_entity, table_of, upsert

Columns = list[tuple[str, str]]


def fit(connection: apsw.Connection) -> tuple[str, ...]:
    """Make the tables that differ from their records; answers their entities. Raises NotOpenable."""
    differing = [entity for entity in ENTITIES if columns_in(connection, entity) != columns_of(entity)]
    if not differing:
        return ()
    connection.execute("BEGIN IMMEDIATE")
    try:
        for entity in differing:
            _make(connection, entity)
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    return tuple(entity.name for entity in differing)


def columns_of(entity: Entity) -> Columns:
    """What the record asks for."""
    return [("key", "TEXT"), ("ver", "INTEGER"), ("seq", "INTEGER"), *entity.columns(), ("body", "BLOB")]


def columns_in(connection: apsw.Connection, entity: Entity) -> Columns:
    """What the file has; nothing where there is no table."""
    found = connection.execute("SELECT name, type FROM pragma_table_info(?)", (table_of(entity.name),))
    return [(str(name), str(kind)) for name, kind in found]


def _make(connection: apsw.Connection, entity: Entity) -> None:
    """The table anew from its own bodies: the columns say nothing that is not in them."""
    table = table_of(entity.name)
    kept: list[tuple[Any, ...]] = []
    if columns_in(connection, entity):
        kept = connection.execute(f"SELECT key, ver, seq, body FROM {table}").fetchall()
        connection.execute(f"DROP TABLE {table}")
    for statement in create_entity(entity):
        connection.execute(statement)
    try:
        rows = [(key, ver, seq, *entity.values(entity.decode(body)), body) for key, ver, seq, body in kept]
    except msgspec.DecodeError as error:
        raise NotOpenable(f"rows of {entity.name} are of another shape: {error}") from error
    connection.executemany(upsert(entity), rows)
