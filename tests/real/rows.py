"""What a centre keeps after an import, read out of its own files by plain SQL."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from server.archive import cases as archive
from server.component_file import read_components
from server.paths import Paths


class Here(NamedTuple):
    """What the centre keeps of a case of a file."""

    class_code: str
    x_mm: int
    y_mm: int
    opened_ms: int
    due_ms: int
    closed_ms: int
    stage: str
    source: str
    place: str
    text: str

    @property
    def is_closed(self) -> bool:
        return self.stage == "closed"


EMPTY: dict[str, Any] = {name: 0 if name.endswith(("_ms", "_mm")) else "" for name in Here._fields}
NAMES = {"opened_ms": "registered_ms"}


def kept(folder: Path) -> Iterator[tuple[str, Here]]:
    """Cases by their number at the source: of the archive, and of the ledger's rows."""
    for row in archive.read(Paths(folder).archived_cases):
        told = dict(zip(archive.COLUMNS, row, strict=True))
        yield str(told["uid"]), _here(told)
    for told in rows_of(folder, "case"):
        if told.get("uid"):
            yield told["uid"], _here(told)


def _here(told: dict[str, Any]) -> Here:
    return Here(**{name: told.get(NAMES.get(name, name), EMPTY[name]) for name in Here._fields})


def rows_of(folder: Path, entity: str) -> Iterator[dict[str, Any]]:
    """The bodies of an entity's rows."""
    with sqlite3.connect(f"file:{Paths(folder).database}?mode=ro", uri=True) as db:
        for (body,) in db.execute(f"SELECT body FROM row_{entity}"):
            yield json.loads(body)


class Thing(NamedTuple):
    """What the centre keeps of a component."""

    id: str
    class_code: str
    x_mm: int
    y_mm: int
    grid: str
    state: str
    surveyed: str


def components(folder: Path) -> dict[str, Thing]:
    """Components by their number at the source: the resting file, and the newer rows over it."""
    found: dict[str, Thing] = {}
    path = Paths(folder).components
    if path.exists():
        table, _ = read_components(path)
        for k, uid in enumerate(table.uids):
            found[uid] = Thing(
                table.keys[k], table.class_codes[int(table.class_of[k])], int(table.x_mm[k]), int(table.y_mm[k]),
                table.grids[k], STATES[int(table.state[k])], table.surveyed[k],
            )  # fmt: skip
    for row in rows_of(folder, "component"):
        found[row["uid"]] = Thing(
            row["id"], row["class_code"], row["x_mm"], row["y_mm"], row["grid"], row.get("state", "intact"),
            row.get("surveyed", ""),
        )  # fmt: skip
    return found


STATES = ("intact", "broken", "missing", "abandoned", "removed")
