"""Version 1: the outbox, the seat's own figures, drafts, and who may log in here without the network."""

from __future__ import annotations

STATEMENTS = (
    """CREATE TABLE outbox(
        id TEXT PRIMARY KEY,
        place INTEGER NOT NULL,     -- the order of performing
        state TEXT NOT NULL,
        n INTEGER NOT NULL,
        saved_ms INTEGER NOT NULL,
        item BLOB NOT NULL,         -- casework.sync.seat.Item as JSON
        mine BLOB                   -- what the command made of its row at this seat, as JSON
    )""",
    "CREATE INDEX outbox_state ON outbox(state, saved_ms)",
    "CREATE TABLE meta(name TEXT PRIMARY KEY, value TEXT NOT NULL)",
    "CREATE TABLE draft(key TEXT PRIMARY KEY, text TEXT NOT NULL, at_ms INTEGER NOT NULL)",
    """CREATE TABLE log_in(
        person TEXT PRIMARY KEY,
        salt BLOB NOT NULL,
        hash BLOB NOT NULL,         -- scrypt of the password
        record BLOB NOT NULL,       -- app.cache.seat_db.Grant as JSON
        at_ms INTEGER NOT NULL
    )""",
)
