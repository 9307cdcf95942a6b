"""What the centre's tests stand on: a small founded city, its people, a store or a server over it, seats that push."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import httpx
import msgspec

from casework.command import Command
from casework.commands.register import Register
from casework.entities.person import Person
from casework.facts import NumberBlock
from casework.ids import CommandId, PersonId, SeatId, UnitId
from casework.sync.messages import Accepted, Basis, Beat, LogIn, Push, Refused, Sent, Verdict, Welcome
from casework.workflow import Post
from server.auth import GrantKey
from server.centre import open_centre, shipped_catalogues, wall_ms
from server.founding import Ground, found
from server.paths import Paths
from server.serving import Door, bound_socket, server_of, url_of
from server.store.sqlite import SqliteStore
from server.store.writing import Terms
from tests.casework.build import HALL_POSTS, OTHER_UNIT, UNIT, register, seed_rows

T = TypeVar("T")
ZHANG, LI, WEI, HUANG = PersonId("zhang"), PersonId("li"), PersonId("wei"), PersonId("huang")
PEOPLE = (
    Person(ZHANG, "张晓岚", HALL_POSTS),
    Person(LI, "李建国", HALL_POSTS),
    Person(WEI, "韦师傅", frozenset({Post.UNIT_OPERATOR}), UNIT),
    Person(HUANG, "黄师傅", frozenset({Post.UNIT_OPERATOR}), OTHER_UNIT),
)


class Clock:
    """A clock the test moves."""

    def __init__(self) -> None:
        self.now_ms = wall_ms()

    def __call__(self) -> int:
        return self.now_ms


def founded(root: Path, now_ms: int | None = None) -> Paths:
    """A centre with one unit grid, two units and four people who may log in."""
    rows = [(key.entity, row) for key, row in seed_rows().items()]
    rows += [("person", person) for person in PEOPLE]
    found(root, Ground(rows, demo_accounts=PEOPLE), now_ms or wall_ms())
    return Paths(root)


def passwords(paths: Paths) -> dict[str, str]:
    """Person to password, as the founding wrote them."""
    lines = paths.demo_accounts.read_text(encoding="utf-8").splitlines()
    return {line.split("\t")[0]: line.split("\t")[1] for line in lines}


def run(work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(asyncio.wait_for(work, 60))


@contextmanager
def opened(paths: Paths, clock: Clock | None = None) -> Iterator[SqliteStore]:
    """The real store of a founded folder."""
    grants = GrantKey.load(paths.grant_key)
    store = SqliteStore(paths.database, Terms(shipped_catalogues(), grants.entitles), clock or wall_ms)
    try:
        yield store
    finally:
        store.close()


class Caller:
    """A seat without a screen: numbers its commands and signs them with its author's grant."""

    def __init__(self, paths: Paths, seat: str = "seat-1", person: PersonId = ZHANG) -> None:
        self.seat = SeatId(seat)
        self.person = person
        self.grant = GrantKey.load(paths.grant_key).sign(person, self.seat, wall_ms())
        self.n = 0
        self.blocks: list[NumberBlock] = []
        self._used = 0

    def sent(self, command: Command, n: int = 0, **more: Any) -> Sent:
        """The next command (or number `n`), on the version given by `basis`."""
        if not n:
            self.n += 1
        fields: dict[str, Any] = {
            "n": n or self.n,
            "id": CommandId(f"{self.seat}-{n or self.n}"),
            "author": self.person,
            "grant": self.grant,
            "made_at_ms": wall_ms(),
            "basis": Basis(),
            "command": msgspec.to_builtins(command),
        }
        return Sent(**{**fields, **more})

    def push(self, *sent: Sent, epoch: int = 1) -> Push:
        return Push(epoch, self.seat, sent)

    async def take_numbers(self, store: SqliteStore) -> None:
        beat = await store.beat(self.seat, self.person, 0)
        self.blocks.extend(beat.blocks)

    def next_case(self) -> str:
        block = self.blocks[self._used // 50]
        number = block.number(block.first + self._used % 50)
        self._used += 1
        return number

    def register(self, **changes: Any) -> Register:
        return register(self.next_case(), **changes)


async def registered(store: SqliteStore, caller: Caller, **changes: Any) -> str:
    """A case at the centre."""
    if not caller.blocks:
        await caller.take_numbers(store)
    command = caller.register(**changes)
    verdicts = await store.push(caller.push(caller.sent(command)))
    accepted(verdicts[0])
    return command.case


def accepted(verdict: Verdict) -> Accepted:
    assert isinstance(verdict, Accepted), verdict
    return verdict


def refused(verdict: Verdict) -> Refused:
    assert isinstance(verdict, Refused), verdict
    return verdict


def unit_id() -> UnitId:
    return UNIT


class Served:
    """A real centre over loopback, in a thread."""

    def __init__(self, paths: Paths, clock: Clock | None = None, door: Door | None = None) -> None:
        self.paths = paths
        door = door or Door(port=0)
        self._socket = bound_socket(door)
        self.url = url_of(door, self._socket)
        started = threading.Event()
        self.centre = open_centre(paths, clock or wall_ms)
        self._server = server_of(lambda: self.centre, door, started.set)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._socket]}, name="centre", daemon=True
        )
        self._thread.start()
        assert started.wait(30), "the centre did not start"

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(30)
        assert not self._thread.is_alive()
        self._socket.close()

    def visitor(self, person: PersonId = ZHANG, seat: str = "seat-1") -> Visitor:
        return Visitor(self, person, seat)


@contextmanager
def serving(paths: Paths, clock: Clock | None = None) -> Iterator[Served]:
    served = Served(paths, clock)
    try:
        yield served
    finally:
        served.stop()


class Visitor(Caller):
    """A seat that logged in over HTTP."""

    def __init__(self, served: Served, person: PersonId, seat: str) -> None:
        super().__init__(served.paths, seat, person)
        self.http = httpx.Client(base_url=served.url, timeout=30)
        answer = self.http.post(
            "/v1/session",
            content=msgspec.json.encode(LogIn(person, passwords(served.paths)[person], self.seat)),
        )
        assert answer.status_code == 201, answer.text
        self.welcome = msgspec.json.decode(answer.content, type=Welcome)
        self.grant = self.welcome.grant
        self.http.headers["Authorization"] = f"Bearer {self.welcome.token}"

    def post(self, path: str, message: Any) -> httpx.Response:
        return self.http.post(path, content=msgspec.json.encode(message))

    def beat(self, numbers_left: int | None = 0) -> Beat:
        answer = self.post("/v1/beat", {"seat": self.seat, "numbers_left": numbers_left})
        assert answer.status_code == 200, answer.text
        beat = msgspec.json.decode(answer.content, type=Beat)
        self.blocks.extend(beat.blocks)
        return beat
