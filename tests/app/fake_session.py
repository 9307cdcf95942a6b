"""A real session without a centre and without files: the rules of casework over rows in memory.

It keeps the contract of `app.session.Session`: commands go to an outbox, are laid over the rows by
`casework.sync.project`, and are decided by `casework.apply` when their undo window is over and the line is
there. Time stands still until `advance`; `cut` and `heal` take the line away and give it back; `arrive` is
what another seat did. For tests and for looking at screens; nothing here is ever shipped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec
from PySide6.QtCore import QObject, Signal

from app.cache.open_rows import PART_ROWS
from app.link.view import Coming, Fetching
from casework.apply import apply, reads
from casework.command import Command, Writes
from casework.commands import rule_of
from casework.entities import ENTITY_BY_NAME
from casework.entities.city import City
from casework.entities.person import Person
from casework.facts import Actor, Facts, NumberBlock
from casework.ids import CaseId, Key, SeatId
from casework.sync.project import Pending, Projected, project
from casework.sync.status import Fault, Lamp, LinkStatus, OutboxLine, OutboxState, Shown, Waits
from tests.app import fake_city

ENTITY_OF = {entity.struct: entity for entity in ENTITY_BY_NAME.values()}
BLOCK = NumberBlock("20260714", 431, 480)


class FakeScan:
    """`app.cache.open_rows.OpenScan` over rows in memory."""

    def __init__(self, cases: list[Shown], tasks: dict[str, Any], claims: dict[str, Any]) -> None:
        self._cases, self._tasks, self._claims = cases, tasks, claims

    def close(self) -> None:
        pass

    def count(self) -> int:
        return len(self._cases)

    def is_at_most(self, count: int) -> bool:
        return len(self._cases) <= count

    def parts(self) -> Iterable[list[Shown]]:
        for at in range(0, len(self._cases), PART_ROWS):
            yield self._cases[at : at + PART_ROWS]

    def claims(self) -> dict[str, Any]:
        return self._claims

    def tasks(self, ids: list[str]) -> dict[str, Any]:
        return {id_: self._tasks[id_] for id_ in ids if id_ in self._tasks}

    def tasks_of_unit(self, cases: list[str], unit: str) -> dict[str, Any]:
        own = [task for task in self._tasks.values() if task.case in cases and task.unit == unit]
        return {task.case: task for task in sorted(own, key=lambda task: task.sent_ms)}


class FakeReader:
    """`app.cache.reader.RowReader` as far as a worker's questions go."""

    def __init__(self, session: FakeSession) -> None:
        self._session = session

    def where(self, entity: str, **equals: Any) -> list[Shown]:
        return self._session.rows(entity, **equals)


class FakeSession(QObject):
    """One seat of the invented city."""

    changed = Signal(object)
    status_changed = Signal(object)
    outbox_changed = Signal()
    dataset_changed = Signal(str)
    photo_arrived = Signal(str)

    def __init__(
        self,
        person: str = "zhangmin",
        seat: str = "07",
        now_ms: int = fake_city.NOW_MS,
        rows: Iterable[msgspec.Struct] | None = None,
    ) -> None:
        super().__init__()
        self._now_ms = now_ms
        self._rows: dict[Key, Any] = {}
        self._vers: dict[Key, int] = {}
        self._lines: list[OutboxLine] = []
        self._facts_of: dict[str, Facts] = {}
        self._over: dict[Key, Projected] = {}
        self._drafts: dict[str, str] = {}
        self._numbers = 47
        self._ids = 0
        self._cut_ms = 0
        self._is_password_wrong = False
        self.looking_at = ""
        self.files: tuple[Fetching, ...] = ()
        self.fetched = 0
        self.others: dict[str, tuple[str, ...]] = {}
        self.photos: dict[str, bytes] = {}  # what is at this seat
        self.asked_photos: list[str] = []
        for row in rows if rows is not None else fake_city.rows(now_ms):
            self._store(ENTITY_OF[type(row)].row_key(row), row)
        self.person: Person = self._rows[Key("person", person)]
        self.seat = SeatId(seat)
        self.folder = Path("no such folder")  # no files behind it; a test that needs some names another
        self.posts = self.person.posts
        self.catalogues = fake_city.catalogues()

    # --- the contract -------------------------------------------------------------------------------

    def perform(self, command: Command) -> str:
        rule = rule_of(command)
        line = OutboxLine(
            id=self.new_id(),
            command=command,
            state=OutboxState.WAITING,
            waits=Waits.UNDO if rule.undo_ms else Waits.NETWORK if self._cut_ms else None,
            made_at_ms=self._now_ms,
            release_at_ms=self._now_ms + rule.undo_ms,
            author=self.person.id,
        )
        self._lines.append(line)
        self._facts_of[line.id] = self._facts()
        self._settle(project_again=True)
        return line.id

    def undo(self, command_id: str) -> bool:
        for i, line in enumerate(self._lines):
            if line.id == command_id and line.state is OutboxState.WAITING:
                del self._lines[i]
                self._settle(project_again=True)
                return True
        return False

    def dismiss(self, command_id: str) -> None:
        self._lines = [line for line in self._lines if line.id != command_id]
        self._settle(project_again=True)

    def outbox(self) -> tuple[OutboxLine, ...]:
        return tuple(self._lines)

    def row(self, entity: str, key: str) -> Shown | None:
        return self._shown(Key(entity, key))

    def at_rest(self, names: Iterable[str], make: Callable[[Any], Any], take: Callable[[Any], None]) -> None:
        take(make({name: [shown.row for shown in self.rows(name)] for name in names}))

    def aside(self, read: Callable[[Any], Any], take: Callable[[Any], None]) -> None:
        take(read(FakeReader(self)))

    def rows(self, entity: str, **equals: Any) -> list[Shown]:
        keys = {key for key in (*self._rows, *self._over) if key.entity == entity}
        found = (self._shown(key) for key in sorted(keys))
        return [
            shown
            for shown in found
            if shown and all(getattr(shown.row, name) == value for name, value in equals.items())
        ]

    def open_cases(self, most: int = -1) -> list[Shown]:
        found = [shown for shown in self.rows("case") if shown.row.is_open]
        return found if most < 0 else found[:most]

    def scan(self) -> FakeScan:
        """All open cases in parts, as they are now; any thread."""
        cases = self.open_cases()
        tasks = {shown.row.id: shown.row for shown in self.rows("task")}
        claims = {shown.row.case: shown.row for shown in self.rows("claim")}
        return FakeScan(cases, tasks, claims)

    def doubt(self) -> None:
        raise AssertionError("rows in memory are never damaged")

    def now_ms(self) -> int:
        return self._now_ms

    def take_number(self) -> str | None:
        if not self._numbers:
            return None
        self._numbers -= 1
        return BLOCK.number(BLOCK.first + 49 - self._numbers)

    def numbers_left(self) -> int:
        return self._numbers

    def save_draft(self, key: str, text: str) -> None:
        self._drafts[key] = text

    def draft(self, key: str) -> str | None:
        return self._drafts.get(key)

    def drop_draft(self, key: str) -> None:
        self._drafts.pop(key, None)

    def city(self) -> City | None:
        return self._rows.get(Key("city", "city"))

    def actor(self) -> Actor:
        return Actor(self.person.id, self.person.name, self.seat, self.posts, self.person.unit)

    def _fault(self, is_cut: bool) -> Fault:
        if self._is_password_wrong:
            return Fault.WRONG_PASSWORD
        return Fault.UNREACHABLE if is_cut else Fault.NONE

    def refuse_password(self) -> None:
        """The centre no longer takes this person's password; the right one is now `secret`."""
        self._is_password_wrong = True
        self.status_changed.emit(self.status())

    def renew_password(self, password: str) -> None:
        self._is_password_wrong = password != "secret"
        self.status_changed.emit(self.status())

    def status(self) -> LinkStatus:
        is_cut = self._cut_ms > 0
        return LinkStatus(
            lamp=Lamp.OFFLINE if is_cut else Lamp.LIVE,
            heard_ms=self._cut_ms or self._now_ms - 400,
            age_ms=self._now_ms - self._cut_ms if is_cut else 400,
            since_ms=self._cut_ms,
            waiting=sum(line.state is not OutboxState.REFUSED for line in self._lines),
            refused=sum(line.state is OutboxState.REFUSED for line in self._lines),
            as_of_ms=self._cut_ms or self._now_ms,
            fault=self._fault(is_cut),
            numbers_left=self._numbers,
        )

    def viewers(self) -> Mapping[str, tuple[str, ...]]:
        return self.others

    def look(self, case: str) -> None:
        self.looking_at = case

    def fetching(self) -> tuple[Fetching, ...]:
        return self.files

    def fetched_bytes(self) -> int:
        return self.fetched

    def stop_fetching(self, dataset: str) -> None:
        self._turn_file(dataset, Coming.STOPPED)

    def resume_fetching(self, dataset: str) -> None:
        self._turn_file(dataset, Coming.WAITS)

    def _turn_file(self, dataset: str, coming: Coming) -> None:
        self.files = tuple(
            msgspec.structs.replace(one, coming=coming) if one.dataset == dataset else one
            for one in self.files
        )
        self.status_changed.emit(self.status())

    def fetch(self, *files: Fetching, fetched: int = 0) -> None:
        """So far have the centre's files come."""
        self.files, self.fetched = files, fetched
        self.status_changed.emit(self.status())

    def photo(self, sha256: str) -> bytes | None:
        self.asked_photos.append(sha256)
        return self.photos.get(sha256)

    def drafts(self) -> Mapping[str, str]:
        return dict(self._drafts)

    def new_id(self) -> str:
        self._ids += 1
        return f"c-{self.seat}-{self._ids:04d}"

    # --- what a test may do to it -------------------------------------------------------------------

    def advance(self, ms: int) -> None:
        """Lets time pass; what may leave leaves."""
        self._now_ms += ms
        self._settle()

    def cut(self) -> None:
        """Takes the line away."""
        self._cut_ms = self._now_ms
        self._settle()

    def heal(self) -> None:
        """Gives the line back."""
        self._cut_ms = 0
        self._settle()

    def arrive(self, *rows: msgspec.Struct, gone: Iterable[Key] = ()) -> None:
        """Rows another seat's work left behind."""
        keys = set(gone)
        for key in keys:
            self._rows.pop(key, None)
        for row in rows:
            key = ENTITY_OF[type(row)].row_key(row)
            self._store(key, row)
            keys.add(key)
        self._project()
        self.changed.emit(frozenset(keys))

    # --- inside -------------------------------------------------------------------------------------

    def _store(self, key: Key, row: Any) -> None:
        if row is None:
            self._rows.pop(key, None)
        else:
            self._rows[key] = row
        self._vers[key] = self._vers.get(key, 0) + 1

    def _shown(self, key: Key) -> Shown | None:
        over = self._over.get(key)
        row = over.row if over else self._rows.get(key)
        return None if row is None else Shown(row, self._vers.get(key, 0), over.pending if over else ())

    def _facts(self) -> Facts:
        return Facts(self._now_ms, self.actor(), self._rows[Key("city", "city")], self.catalogues, (BLOCK,))

    def _settle(self, project_again: bool = False) -> None:
        """Releases what may leave, lays the rest over the rows and says what changed."""
        before = frozenset(self._over)
        touched: set[Key] = set()
        for i, line in enumerate(self._lines):
            if line.state is OutboxState.WAITING:
                self._lines[i] = self._release(line, touched)
        self._lines = [line for line in self._lines if line.state is not OutboxState.DONE]
        self._project()
        self.changed.emit(before | frozenset(self._over) | frozenset(touched))
        self.outbox_changed.emit()
        self.status_changed.emit(self.status())

    def _release(self, line: OutboxLine, touched: set[Key]) -> OutboxLine:
        replace = msgspec.structs.replace
        if line.release_at_ms > self._now_ms:
            return line
        if self._cut_ms:
            return replace(line, waits=Waits.NETWORK)
        rows = {key: self._rows.get(key) for key in reads(line.command)}
        result = apply(rows, line.command, self._facts())
        if not isinstance(result, Writes):
            subject = rule_of(line.command).subject(line.command)
            return replace(
                line, state=OutboxState.REFUSED, waits=None, refusal=result, theirs=self._rows.get(subject)
            )
        for key, row in result.rows.items():
            self._store(key, row)
            touched.add(key)
        return replace(line, state=OutboxState.DONE, waits=None)

    def _project(self) -> None:
        waiting = [line for line in self._lines if line.state is OutboxState.WAITING]
        pending = [Pending(line.id, line.command, self._facts_of[line.id]) for line in waiting]
        self._over = project(self._rows.get, pending)


def case_key(case: str) -> Key:
    """The key of a case, for tests."""
    return Key("case", CaseId(case))
