"""The embedded store's tables: one per entity, generated from its record, and the ledger's own.

A change of this schema is a new number in `SCHEMA` and a numbered step; there is none before the first release.
"""

from __future__ import annotations

from casework.entities import ENTITIES
from casework.entity import Entity

SCHEMA = 1

LEDGER = (
    """CREATE TABLE authority (
        epoch INTEGER NOT NULL, seq INTEGER NOT NULL, chain BLOB NOT NULL)""",
    """CREATE TABLE command (
        id TEXT PRIMARY KEY, seat TEXT NOT NULL, n INTEGER NOT NULL, first INTEGER NOT NULL,
        last INTEGER NOT NULL, sent BLOB NOT NULL) WITHOUT ROWID""",
    """CREATE TABLE log (
        seq INTEGER PRIMARY KEY, command TEXT NOT NULL, entity TEXT NOT NULL, key TEXT NOT NULL,
        ver INTEGER NOT NULL, op TEXT NOT NULL, body BLOB, joined TEXT NOT NULL, "left" TEXT NOT NULL,
        leaf BLOB NOT NULL, chain BLOB NOT NULL, at_ms INTEGER NOT NULL)""",
    """CREATE TABLE feed (
        channel TEXT NOT NULL, seq INTEGER NOT NULL, op TEXT NOT NULL,
        PRIMARY KEY (channel, seq)) WITHOUT ROWID""",
    """CREATE TABLE receipt (
        seat TEXT NOT NULL, n INTEGER NOT NULL, command TEXT UNIQUE, verdict BLOB NOT NULL,
        PRIMARY KEY (seat, n)) WITHOUT ROWID""",
    """CREATE TABLE seat (
        seat TEXT PRIMARY KEY, high_n INTEGER NOT NULL, heard_ms INTEGER NOT NULL,
        person TEXT NOT NULL) WITHOUT ROWID""",
    "CREATE TABLE number (day TEXT PRIMARY KEY, next INTEGER NOT NULL) WITHOUT ROWID",
    """CREATE TABLE block (
        seat TEXT NOT NULL, day TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
        PRIMARY KEY (day, first)) WITHOUT ROWID""",
    "CREATE INDEX block_seat ON block (seat)",
    """CREATE TABLE account (
        person TEXT PRIMARY KEY, hash TEXT NOT NULL, must_change INTEGER NOT NULL,
        is_loopback_only INTEGER NOT NULL) WITHOUT ROWID""",
    """CREATE TABLE session (
        token TEXT PRIMARY KEY, person TEXT NOT NULL, seat TEXT NOT NULL, channels TEXT NOT NULL,
        expires_ms INTEGER NOT NULL) WITHOUT ROWID""",
)


def table_of(entity: str) -> str:
    """Prefixed, because an entity may be called what SQL calls something else (case); columns are quoted."""
    return f"row_{entity}"


def create_entity(entity: Entity) -> tuple[str, ...]:
    """The table and the indexes of one entity."""
    table = table_of(entity.name)
    columns = "".join(f', "{name}" {kind} NOT NULL' for name, kind in entity.columns())
    indexes = tuple(f'CREATE INDEX {table}_{name} ON {table} ("{name}")' for name in entity.indexed)
    made = f"""CREATE TABLE {table} (
        key TEXT PRIMARY KEY, ver INTEGER NOT NULL, seq INTEGER NOT NULL{columns}, body BLOB NOT NULL)"""
    return (made, *indexes)


def upsert(entity: Entity) -> str:
    """The statement that leaves a row as it is now; values: key, ver, seq, the indexed fields, body."""
    return insert(entity).replace("INSERT", "INSERT OR REPLACE", 1)


def insert(entity: Entity) -> str:
    """The same for a row that is not there yet; it fails where it is."""
    names = ("key", "ver", "seq", *entity.indexed, "body")
    quoted = ", ".join(f'"{name}"' for name in names)
    places = ", ".join("?" * len(names))
    return f"INSERT INTO {table_of(entity.name)} ({quoted}) VALUES ({places})"


def statements() -> tuple[str, ...]:
    """Everything a new store needs, one statement per execute (a second one in a text may silently not run)."""
    made: list[str] = list(LEDGER)
    for entity in ENTITIES:
        made.extend(create_entity(entity))
    return (*made, f"PRAGMA user_version = {SCHEMA}")
