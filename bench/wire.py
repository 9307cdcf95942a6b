"""What the centre's benchmarks share: a small founded city, seats with numbers, and an HTTP client that costs little.

The client is a few lines over asyncio streams on purpose: a full one would be measured instead of the centre.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec

from casework.catalogue.model import Kind
from casework.command import Command
from casework.commands.register import Register
from casework.entities.person import Person
from casework.entities.unit_grid import UnitGrid
from casework.facts import NumberBlock
from casework.ids import CaseId, CommandId, GridCode, PersonId, SeatId
from casework.limits import NUMBER_BLOCK
from casework.sync.messages import Basis, Beat, LogIn, Push, Sent, Welcome, encode
from casework.workflow import Post, Source
from server.auth import GrantKey
from server.centre import wall_ms
from server.cities import empty_ground
from server.founding import Ground, found
from server.paths import Paths

ROOT = Path(__file__).resolve().parent.parent
OPERATOR = PersonId("operator")
GRID = GridCode("450103005006057")
TEXT = "金湖路与民族大道交叉口东南角人行道上雨水井盖缺失，周围没有围挡，行人经过有危险。"


def founded(root: Path) -> Paths:
    """A centre with one grid and one operator."""
    person = Person(OPERATOR, "张晓岚", frozenset({Post.ACCEPTOR, Post.DUTY_LEADER, Post.DISPATCHER}))
    grid = UnitGrid(GRID, (0, 0, 9000, 0, 9000, 9000, 0, 9000), 81)
    rows = [*empty_ground().rows, ("person", person), ("unit_grid", grid)]
    found(root, Ground(rows, demo_accounts=(person,)), wall_ms())
    return Paths(root)


def password_of(paths: Paths) -> str:
    return paths.demo_accounts.read_text(encoding="utf-8").split("\t")[1]


def numbers(count: int, seats: int) -> int:
    """Blocks each seat takes so that all of them together hold `count` numbers."""
    return -(-count // (seats * NUMBER_BLOCK))


async def logged_in(port: int, seat: Seat, paths: Paths, count: int = 1_000) -> Wire:
    """A connection with a session, and `count` numbers for its seat."""
    wire = await Wire.open(port)
    asked = LogIn(OPERATOR, password_of(paths), seat.name)
    welcome = msgspec.json.decode(await wire.post("/v1/session", asked), type=Welcome)
    wire.token = welcome.token
    for _ in range(numbers(count, 1)):
        beat = await wire.post("/v1/beat", {"seat": seat.name, "numbers_left": 0})
        seat.take(msgspec.json.decode(beat, type=Beat).blocks)
    return wire


class Seat:
    """Numbers commands for one seat and signs them with its operator's grant."""

    def __init__(self, name: str, grants: GrantKey) -> None:
        self.name = SeatId(name)
        self.blocks: list[NumberBlock] = []
        self._grant = grants.sign(OPERATOR, self.name, wall_ms())
        self._n = 0
        self._numbers: Iterator[str] = iter(())

    def take(self, blocks: tuple[NumberBlock, ...]) -> None:
        self.blocks.extend(blocks)

    def make_up_numbers(self) -> None:
        """For a peer that reserves none."""
        self._numbers = (f"20260714{index:06d}" for index in itertools.count(1))

    def register(self) -> Push:
        """One report as a push of one command."""
        number = next(self._numbers, "")
        if not number:
            block = self.blocks.pop(0)
            self._numbers = (block.number(index) for index in range(block.first, block.last + 1))
            number = next(self._numbers)
        command = Register(
            case=CaseId(number),
            source=Source.HOTLINE,
            kind=Kind.COMPONENT,
            edition="2026",
            class_code="01003",
            text=TEXT,
            place="金湖路与民族大道交叉口",
            x_mm=1000,
            y_mm=1000,
            grid=GRID,
        )
        return self.push(command)

    def push(self, command: Command) -> Push:
        self._n += 1
        plain = msgspec.to_builtins(command)
        name = CommandId(f"{self.name}-{self._n}")
        sent = Sent(self._n, name, OPERATOR, self._grant, wall_ms(), Basis(), plain)
        return Push(1, self.name, (sent,))


class Wire:
    """One kept-alive connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, token: str = "") -> None:
        self._reader = reader
        self._writer = writer
        self.token = token

    @classmethod
    async def open(cls, port: int, token: str = "") -> Wire:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        return cls(reader, writer, token)

    async def post(self, path: str, message: object) -> bytes:
        """The answer's body; anything but a success raises."""
        body = encode(message)
        head = f"POST {path} HTTP/1.1\r\nHost: centre\r\nContent-Length: {len(body)}\r\n"
        if self.token:
            head += f"Authorization: Bearer {self.token}\r\n"
        self._writer.write(head.encode() + b"\r\n" + body)
        answer = await self._reader.readuntil(b"\r\n\r\n")
        length = 0
        for line in answer.split(b"\r\n")[1:]:
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        found = await self._reader.readexactly(length) if length else b""
        if not answer[9:12].startswith(b"2"):
            raise RuntimeError(f"{path}: {answer[:15]!r} {found[:200]!r}")
        return found

    def close(self) -> None:
        self._writer.close()


@contextlib.contextmanager
def process(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A server in a process of its own, and the port it says it listens on."""
    started = subprocess.Popen([sys.executable, *arguments], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    try:
        assert started.stdout is not None
        line = started.stdout.readline()
        if not line.startswith("listening "):
            raise RuntimeError(f"{arguments} did not start: {line!r}")
        yield started, int(line.rstrip().rpartition(":")[2])
    finally:
        # Nothing of it is kept, and a peer may not know how to end its streams.
        started.kill()
        started.wait(30)
