"""What the centre has of a file's cases already: its rows, read by the same doors a new seat reads them by.

First the prebuilt rows of /v1/snapshots, then what changed since by /v1/changes, up to its head. Bodies stay bytes
until somebody asks for a field. Promises: what was acknowledged before `read` was called is in what it returns.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeVar

import apsw
import msgspec
import zstandard

from casework.entities.city import City
from casework.entities.person import Person
from casework.entities.unit import Unit
from casework.entities.unit_grid import UnitGrid
from casework.ids import CaseId, UnitId
from casework.limits import PAGE_ENTRIES
from casework.sync.messages import Op, Page, Snapshot
from casework.workflow import Stage
from server.machine import MachineSeat
from server.replay.course import Standing

WANTED = ("city", "unit", "unit_grid", "person", "case", "report", "task", "claim")
ROWS = "rows"
T = TypeVar("T", bound=msgspec.Struct)
Rows = dict[str, tuple[int, bytes]]  # key -> version, body


class _Listed(msgspec.Struct, frozen=True):
    """The part of the manifest that is needed here."""

    snapshots: tuple[Snapshot, ...]


class Numbered(msgspec.Struct, frozen=True):
    """The number at the source of any row that has one."""

    uid: str = ""


class Told(msgspec.Struct, frozen=True):
    """When a report was made."""

    case: CaseId
    told_ms: int
    uid: str = ""


class Ended(msgspec.Struct, frozen=True):
    """How far a case came."""

    stage: Stage
    uid: str = ""


class CentreRows(msgspec.Struct):
    """Rows by entity and key; `cursor` is the entry they are true for."""

    rows: dict[str, Rows]
    cursor: int

    def all(self, entity: str, type_: type[T]) -> Iterator[T]:
        decoder = msgspec.json.Decoder(type_)
        for _, body in self.rows[entity].values():
            yield decoder.decode(body)

    def city(self) -> City:
        return next(self.all("city", City))

    def units(self) -> list[Unit]:
        return list(self.all("unit", Unit))

    def persons(self) -> list[Person]:
        return list(self.all("person", Person))

    def grids(self) -> list[UnitGrid]:
        return list(self.all("unit_grid", UnitGrid))

    def standings(self) -> dict[str, tuple[int, Standing]]:
        """By the number at the source: version and standing of each case that has one."""
        numbered = msgspec.json.Decoder(Numbered)
        standing = msgspec.json.Decoder(Standing)
        found = {}
        for ver, body in self.rows["case"].values():
            uid = numbered.decode(body).uid
            if uid:
                found[uid] = (ver, standing.decode(body))
        return found

    def task_versions(self) -> dict[str, int]:
        return {key: ver for key, (ver, _) in self.rows["task"].items()}

    def unit_names(self) -> dict[str, UnitId]:
        """Units by what a file may call them: their id, their name."""
        named = {unit.name: unit.id for unit in self.units()}
        return named | {str(unit.id): unit.id for unit in self.units()}


def read(seat: MachineSeat) -> CentreRows:
    """Everything of `WANTED` as it is now. Raises what MachineSeat raises."""
    # A file that is being made anew is not waited for: what it lacks comes as changes.
    found = CentreRows({name: {} for name in WANTED}, 0)
    listed = seat.get("/v1/snapshots", _Listed)
    snapshot = next((one for one in listed.snapshots if one.dataset == ROWS), None)
    if snapshot is not None:
        found.cursor = snapshot.through_seq
        _take_file(found.rows, seat.download(f"/v1/snapshots/{snapshot.sha256}"))
    catch_up(seat, found)
    return found


def catch_up(seat: MachineSeat, found: CentreRows) -> None:
    """Changes since, up to the head."""
    while True:
        page = seat.get("/v1/changes", Page, after=found.cursor, limit=PAGE_ENTRIES, epoch=seat.epoch)
        for entry in page.entries:
            rows = found.rows.get(entry.entity)
            if rows is None:
                continue
            if entry.op is Op.PUT:
                rows[entry.key] = (entry.ver, bytes(entry.body))
            else:
                rows.pop(entry.key, None)
        found.cursor = page.next
        if page.is_last:
            return


def _take_file(rows: dict[str, Rows], packed: bytes) -> None:
    """The rows of a snapshot: one table of all of them, or one table per entity."""
    with tempfile.TemporaryDirectory(prefix="gridseat-replay-") as folder:
        path = Path(folder) / "rows.db"
        with path.open("wb") as plain:
            for piece in zstandard.ZstdDecompressor().read_to_iter(packed):
                plain.write(piece)
        db = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
        try:
            for entity, key, ver, body in _stored(db):
                rows[entity][key] = (ver, bytes(body))
        finally:
            db.close(True)


def _stored(db: apsw.Connection) -> Iterable[tuple[str, str, int, bytes]]:
    tables = {str(name) for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if "row" in tables:
        marks = ", ".join("?" * len(WANTED))
        yield from db.execute(f"SELECT entity, key, ver, body FROM row WHERE entity IN ({marks})", WANTED)
        return
    for entity in WANTED:
        if entity in tables:
            for key, ver, body in db.execute(f'SELECT key, ver, body FROM "{entity}"'):
                yield entity, str(key), int(str(ver)), bytes(body)
