"""The rows for a screen: a read-only connection of its own, made and used in one thread.

Promises the present truth of cache.db at each call, never a row half-written; decodes a body once per version
where the caller keeps what it got. It writes nothing and lays nothing over: that is the session's part.
"""

from __future__ import annotations

import gc
import sqlite3
from collections.abc import Iterator
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

from app.cache.tables import TABLES
from casework.ids import Key
from casework.workflow import OPEN_STAGES

PART_ROWS = 250
OPEN = tuple(sorted(stage.value for stage in OPEN_STAGES))


class Kept(NamedTuple):
    """A row of the cache: its key, its struct and its confirmed version."""

    key: str
    row: Any
    ver: int


class RowReader:
    """Reads cache.db while the engine writes it. cache.db must exist: the engine makes it first."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=5.0)

    def close(self) -> None:
        self._db.close()

    def get(self, key: Key) -> Kept | None:
        """One row by its key."""
        table = TABLES[key.entity]
        found = self._db.execute(table.get, (key.key,)).fetchone()
        return Kept(key.key, table.decoder.decode(found[1]), found[0]) if found else None

    def where(self, entity: str, most: int = -1, **equals: Any) -> list[Kept]:
        """Rows by equality of indexed fields, in the order of their keys; without any, all of the entity.

        `most`: no more than so many of them, whichever come first.
        """
        table = TABLES[entity]
        statement, values = table.where(equals)
        if most >= 0:
            statement += f" LIMIT {most}"
        decode = table.decoder.decode
        # Thousands of new objects, none of them garbage: looking through them again and again doubles the time.
        is_collecting = gc.isenabled()
        gc.disable()
        try:
            found = [Kept(key, decode(body), ver) for key, ver, body in self._db.execute(statement, values)]
        finally:
            if is_collecting:
                gc.enable()
        found.sort(key=itemgetter(0))
        return found

    def open_cases(self, most: int = -1) -> list[Kept]:
        """Every case that is still in somebody's hands, or some of them."""
        return self.where("case", most, stage=OPEN)

    def newer_than(self, entity: str, seq: int, **equals: Any) -> Iterator[Any]:
        """Rows written behind an entry of the ledger, and those of these indexed fields whenever they were."""
        table = TABLES[entity]
        statement, values = table.where(equals)
        found = self._db.execute(f"{statement} OR seq > ?", [*values, seq])
        while part := found.fetchmany(PART_ROWS):
            yield from (table.decoder.decode(body) for _, _, body in part)

    def count(self, entity: str) -> int:
        """How many rows an entity has."""
        return int(self._db.execute(f"SELECT count(*) FROM {TABLES[entity].name}").fetchone()[0])

    def cursor(self) -> int:
        """Up to where the rows are true; a change of it means that something may look different."""
        found = self._db.execute("SELECT value FROM meta WHERE name = 'cursor'").fetchone()
        return int(found[0]) if found else 0
