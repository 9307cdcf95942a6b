"""Rows out of the embedded store into a file that a seat takes over whole.

The file has the layout of `casework.rows_file`. SQLite copies from one file into the other by itself, inside one
transaction, so the rows are those of one moment; who may see a row is read from the feed, where the row's last
change says which channels were told of it. The store goes on working meanwhile.
"""

from __future__ import annotations

from pathlib import Path

import apsw

from casework.entities import ENTITIES
from casework.entity import Entity
from casework.rows_file import (
    META,
    PUT_META,
    column_names,
    create_indexes,
    create_table,
    figures,
    table_name,
)
from server.store.reading import authority
from server.store.schema import table_of

CACHE_KIB = 131_072  # the indexes are made in memory
BUSY_MS = 10_000


def ship(
    database: Path, target: Path, channels: frozenset[str], as_of_ms: int, components_seq: int
) -> tuple[int, int]:
    """Writes `target`; answers epoch and head. Component rows up to `components_seq` lie in components.db already.

    Raises apsw.Error. It takes seconds for a large city: call it in a worker.
    """
    target.unlink(missing_ok=True)
    flags = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE | apsw.SQLITE_OPEN_URI
    db = apsw.Connection(str(target), flags=flags)
    try:
        db.set_busy_timeout(BUSY_MS)
        for pragma in ("journal_mode = off", "synchronous = off", f"cache_size = -{CACHE_KIB}"):
            db.execute(f"PRAGMA main.{pragma}").get  # noqa: B018 - the row must be stepped over
        db.execute("PRAGMA temp_store = memory")
        db.execute("ATTACH ? AS centre", (f"{database.resolve().as_uri()}?mode=ro",))
        db.execute("BEGIN")
        epoch, head = authority(db)
        db.execute(META)
        for entity in ENTITIES:
            _copy(db, entity, channels, components_seq if entity.name == "component" else 0)
        facts = figures(epoch, head, as_of_ms, channels)
        db.executemany(PUT_META, list(facts.items()))
        db.execute("COMMIT")
        return epoch, head
    finally:
        db.close(True)


def _copy(db: apsw.Connection, entity: Entity, channels: frozenset[str], after: int) -> None:
    """One entity's visible rows in the order of their keys, then its indexes."""
    db.execute(create_table(entity))
    names = ", ".join(column_names(entity))
    marks = ", ".join("?" for _ in channels)
    db.execute(
        f"INSERT INTO main.{table_name(entity.name)}({names}) SELECT {names} FROM centre.{table_of(entity.name)} r"
        f" WHERE r.seq > ? AND EXISTS (SELECT 1 FROM centre.feed f WHERE f.channel IN ({marks})"
        " AND f.seq = r.seq AND f.op = 'put') ORDER BY r.key",
        (after, *sorted(channels)),
    )
    for statement in create_indexes(entity):
        db.execute(statement)
