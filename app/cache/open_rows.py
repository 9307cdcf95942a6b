"""Every open case of the cache, for a worker: read in parts by a reader of its own, decoded as far as a list needs.

Promises: made on any thread, used and closed on one; each part holds the rows as they are when it is read, the seat's
own pending commands laid over it as they were when the scan was made; the cases due first come in the first part, so
that a screen can be filled before the rest has come. A row may come twice. It keeps nothing and writes nothing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from app.cache.tables import SQLITE_VARIABLES
from casework.catalogue.model import Kind
from casework.clock.model import Pause, TimeLimit
from casework.entities.claim import Claim
from casework.entities.task import TaskState
from casework.ids import Key
from casework.sync.project import Projected
from casework.sync.status import Shown
from casework.workflow import OPEN_STAGES, Flag, Stage

PART_ROWS = 250  # decoded in one go: a few ms in which no other thread of Python runs
FIRST_ROWS = 500
OPEN = tuple(sorted(stage.value for stage in OPEN_STAGES))


class OpenCase(msgspec.Struct, frozen=True, kw_only=True):
    """A case as far as a queue or a mark on the map needs it; the names are those of `Case`."""

    id: str
    stage: Stage
    kind: Kind
    edition: str
    class_code: str
    x_mm: int
    y_mm: int
    place: str
    grid: str
    registered_ms: int
    stage_ms: int
    flags: frozenset[Flag] = frozenset()
    component: str = ""
    unit: str = ""
    task: str = ""
    limit: TimeLimit | None = None
    stage_due_ms: int = 0
    due_ms: int = 0
    clock_ms: int = 0
    pauses: tuple[Pause, ...] = ()

    @property
    def is_open(self) -> bool:
        """Still in somebody's hands."""
        return self.stage in OPEN_STAGES


class OpenTask(msgspec.Struct, frozen=True, kw_only=True):
    """A task as far as a queue needs it."""

    id: str
    case: str
    unit: str
    state: TaskState
    sent_ms: int
    receive_due_ms: int = 0


CASES: msgspec.json.Decoder[list[OpenCase]] = msgspec.json.Decoder(list[OpenCase])
TASKS: msgspec.json.Decoder[list[OpenTask]] = msgspec.json.Decoder(list[OpenTask])
CLAIMS: msgspec.json.Decoder[list[Claim]] = msgspec.json.Decoder(list[Claim])


def decoded(decoder: msgspec.json.Decoder[list[Any]], bodies: Iterable[bytes]) -> list[Any]:
    """Many bodies in one call: the way in and out of the decoder costs more than a short body."""
    return decoder.decode(b"[" + b",".join(bodies) + b"]")


class OpenScan:
    """One reading of everything that is open."""

    def __init__(self, path: Path, over: Mapping[Key, Projected]) -> None:
        self._path, self._over = path, over
        self._opened: sqlite3.Connection | None = None

    @property
    def _db(self) -> sqlite3.Connection:
        """Opened by whoever reads first: a connection belongs to one thread."""
        if self._opened is None:
            uri = f"{self._path.resolve().as_uri()}?mode=ro"
            self._opened = sqlite3.connect(uri, uri=True, timeout=5.0)
        return self._opened

    def close(self) -> None:
        """Nothing more is read."""
        if self._opened is not None:
            self._opened.close()
            self._opened = None

    def parts(self) -> Iterator[list[Shown]]:
        """The open cases; `row` has the fields of `OpenCase`."""
        marks = ", ".join("?" for _ in OPEN)
        table = f'FROM "case" WHERE stage IN ({marks})'
        first = f"SELECT ver, body {table} AND stage_due_ms > 0 ORDER BY stage_due_ms LIMIT {FIRST_ROWS}"
        yield self._shown(self._db.execute(first, OPEN).fetchall())
        cursor = self._db.execute(f"SELECT ver, body {table}", OPEN)
        while found := cursor.fetchmany(PART_ROWS):
            yield self._shown(found)
        laid = [each for key, each in self._over.items() if key.entity == "case" and each.is_changed]
        yield [
            Shown(each.row, self._version(each.row.id), each.pending)
            for each in laid
            if each.row is not None and each.row.is_open
        ]

    def _shown(self, found: list[tuple[int, bytes]]) -> list[Shown]:
        cases = decoded(CASES, [body for _, body in found])
        shown = []
        for (ver, _), case in zip(found, cases, strict=True):
            over = self._over.get(Key("case", case.id))
            if over is None:
                shown.append(Shown(case, ver))
            elif not over.is_changed:
                shown.append(Shown(case, ver, over.pending))
        return shown

    def _version(self, case: str) -> int:
        found = self._db.execute('SELECT ver FROM "case" WHERE key = ?', (case,)).fetchone()
        return int(found[0]) if found else 0

    def is_at_most(self, count: int) -> bool:
        """Whether there are no more open cases than this; looks no further than one beyond."""
        marks = ", ".join("?" for _ in OPEN)
        few = f'SELECT count(*) FROM (SELECT 1 FROM "case" WHERE stage IN ({marks}) LIMIT {count + 1})'
        return int(self._db.execute(few, OPEN).fetchone()[0]) <= count

    def count(self) -> int:
        """How many open cases the cache holds."""
        marks = ", ".join("?" for _ in OPEN)
        return int(
            self._db.execute(f'SELECT count(*) FROM "case" WHERE stage IN ({marks})', OPEN).fetchone()[0]
        )

    def tasks(self, ids: list[str]) -> dict[str, Any]:
        """These tasks by their ids."""
        found = {task.id: task for task in self._tasks("key IN ({0})", ids)}
        return self._laid("task", found, frozenset(ids), lambda task: task.id)

    def tasks_of_unit(self, cases: list[str], unit: str) -> dict[str, Any]:
        """By case, the last task each of these cases gave to a unit."""
        found = {task.id: task for task in self._tasks('"case" IN ({0}) AND unit = ?', cases, unit)}
        wanted = frozenset(cases)
        for key, each in self._over.items():
            if key.entity == "task" and each.is_changed:
                found.pop(key.key, None)
                if each.row is not None and each.row.case in wanted and each.row.unit == unit:
                    found[key.key] = each.row
        last: dict[str, Any] = {}
        for task in sorted(found.values(), key=lambda task: task.sent_ms):
            last[task.case] = task
        return last

    def _tasks(self, test: str, names: list[str], *more: str) -> list[OpenTask]:
        tasks: list[OpenTask] = []
        for at in range(0, len(names), SQLITE_VARIABLES):
            some = names[at : at + SQLITE_VARIABLES]
            asked = f"SELECT body FROM task WHERE {test.format(', '.join('?' for _ in some))}"
            tasks += decoded(TASKS, [body for (body,) in self._db.execute(asked, (*some, *more))])
        return tasks

    def claims(self) -> dict[str, Any]:
        """Who has what in hand, by case."""
        claims = decoded(CLAIMS, [body for (body,) in self._db.execute("SELECT body FROM claim")])
        return self._laid("claim", {claim.case: claim for claim in claims}, None, lambda claim: claim.case)

    def _laid(
        self, entity: str, found: dict[str, Any], wanted: frozenset[str] | None, name: Any
    ) -> dict[str, Any]:
        for key, each in self._over.items():
            if key.entity != entity or not each.is_changed or (wanted is not None and key.key not in wanted):
                continue
            if each.row is None:
                found.pop(key.key, None)
            else:
                found[name(each.row)] = each.row
        return found
