"""Commit to seat: how long until a committed change has arrived at every one of many streaming seats.

500 seats see everything (the worst case), 200 notes a second are committed. Counted is every (change, seat) pair,
from the centre's own time of the change to the arrival of the whole page in the client's process. The peer is a
bare ASGI application on the same web server with the same tick, made-up changes and no store behind them.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import uvicorn

from bench.report import Measure, measure, quantile, run
from bench.wire import Seat, Wire, founded, logged_in, process
from casework.commands.add_note import AddNote
from casework.ids import CaseId, CommandId
from casework.sync.messages import Entry, Op, Page
from server.auth import GrantKey
from server.centre import wall_ms
from server.feed import event_of
from server.limits import KEEP_ALIVE_S, TICK_MS
from server.paths import Paths

SEATS = 500
EVENTS_PER_S = 200
WARM_S = 3.0
LENGTH_S = 12.0
WRITERS = 8
TEXT = "已电话联系市政管护所值班室，答复三十分钟内到场。"


class Arrivals(asyncio.Protocol):
    """One seat's stream: notes when each page was whole. Only the first seat keeps the pages themselves."""

    def __init__(self, port: int, token: str, seen: list[tuple[int, int]], keeps: list[bytes] | None) -> None:
        self._request = (
            "GET /v1/changes?stream=1&after=0 HTTP/1.1\r\nHost: centre\r\n"
            f"Authorization: Bearer {token}\r\n\r\n"
        )
        self._seen = seen
        self._keeps = keeps
        self._rest = b""
        self.ended = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.write(self._request.encode())

    def data_received(self, data: bytes) -> None:
        rest = self._rest + data
        while (end := rest.find(b"\n\n")) >= 0:
            start = rest.rfind(b"id: ", 0, end)
            if start >= 0:
                stop = rest.index(b"\n", start)
                self._seen.append((int(rest[start + 4 : stop]), time.time_ns()))
                if self._keeps is not None:
                    self._keeps.append(rest[start:end])
            rest = rest[end + 2 :]
        self._rest = rest

    def connection_lost(self, error: Exception | None) -> None:
        self.ended = True


class Watch:
    """Many seats reading, and what they saw."""

    def __init__(self) -> None:
        self.seen: list[list[tuple[int, int]]] = []
        self.pages: list[bytes] = []
        self.streams: list[Arrivals] = []
        self.ended = 0
        self._transports: list[asyncio.BaseTransport] = []

    async def open(self, port: int, token: str) -> None:
        loop = asyncio.get_running_loop()
        for number in range(SEATS):
            seen: list[tuple[int, int]] = []
            keeps = self.pages if number == 0 else None

            def make(seen: list[tuple[int, int]] = seen, keeps: list[bytes] | None = keeps) -> Arrivals:
                return Arrivals(port, token, seen, keeps)

            transport, stream = await loop.create_connection(make, "127.0.0.1", port)
            self.seen.append(seen)
            self.streams.append(stream)
            self._transports.append(transport)

    def close(self) -> None:
        self.ended = sum(stream.ended for stream in self.streams)
        for transport in self._transports:
            transport.close()

    def latencies_ms(self, since_ms: int, until_ms: int) -> list[float]:
        """Every (change, seat) of the measured time."""
        made: dict[int, list[int]] = {}
        for event in self.pages:
            page = msgspec.json.decode(event[event.index(b"data: ") + 6 :], type=Page)
            times = [msgspec.json.decode(e.body, type=At).at_ms for e in page.entries if e.entity == "note"]
            made[page.next] = [at for at in times if since_ms <= at < until_ms]
        found: list[float] = []
        for seen in self.seen:
            for cursor, at_ns in seen:
                found.extend(at_ns / 1e6 - at for at in made.get(cursor, ()))
        return found

    def count_lost(self) -> int:
        """Streams that ended by themselves, or missed a page the first seat saw."""
        last = max(cursor for cursor, _ in self.seen[0])
        return self.ended + sum(not seen or seen[-1][0] < last for seen in self.seen)


class At(msgspec.Struct):
    """Of a note only when it was written."""

    at_ms: int


async def write_notes(paths: Paths, seats: Sequence[Seat], wires: Sequence[Wire]) -> list[float]:
    """So many notes a second over a few seats, each its own command; returns how long each acknowledgement took."""
    push = seats[0].register()
    case = CaseId(push.sent[0].command["case"])
    await wires[0].post("/v1/commands", push)
    acknowledged: list[float] = []
    began = time.perf_counter()
    numbers = itertools.count()

    async def work(seat: Seat, wire: Wire) -> None:
        while (number := next(numbers)) < EVENTS_PER_S * (WARM_S + LENGTH_S):
            await asyncio.sleep(max(0.0, began + number / EVENTS_PER_S - time.perf_counter()))
            note = AddNote(case=case, note=f"n{number}", text=TEXT)
            start = time.perf_counter()
            body = await wire.post("/v1/commands", seat.push(note))
            acknowledged.append((time.perf_counter() - start) * 1000)
            assert b'"accepted"' in body, body

    await asyncio.gather(*(work(seat, wire) for seat, wire in zip(seats, wires, strict=True)))
    return acknowledged


async def drive_ours(paths: Paths, port: int) -> tuple[Watch, list[float], tuple[int, int]]:
    seats = [Seat(f"seat-{number}", GrantKey.load(paths.grant_key)) for number in range(WRITERS)]
    wires = [await logged_in(port, seat, paths, 50) for seat in seats]
    watch = Watch()
    await watch.open(port, wires[0].token)
    began_ms = wall_ms()
    acknowledged = await write_notes(paths, seats, wires)
    await asyncio.sleep(1.0)
    watch.close()
    for wire in wires:
        wire.close()
    return watch, acknowledged, (began_ms + int(WARM_S * 1000), began_ms + int((WARM_S + LENGTH_S) * 1000))


async def drive_peer(port: int) -> tuple[Watch, tuple[int, int]]:
    watch = Watch()
    await watch.open(port, "")
    began_ms = wall_ms()
    await asyncio.sleep(WARM_S + LENGTH_S + 1.0)
    watch.close()
    return watch, (began_ms + int(WARM_S * 1000), began_ms + int((WARM_S + LENGTH_S) * 1000))


# -- the peer


class MadeUp:
    """Pages of made-up notes on the same tick, for whoever listens."""

    def __init__(self) -> None:
        self.event = b""
        self.news = asyncio.Event()

    async def run(self) -> None:
        seq = 0
        owed_ms = float(wall_ms())
        while True:
            await asyncio.sleep(TICK_MS / 1000)
            entries = []
            prev, now_ms = seq, wall_ms()
            while owed_ms + 1000 / EVENTS_PER_S <= now_ms:
                owed_ms += 1000 / EVENTS_PER_S
                seq += 1
                note = {"at_ms": int(owed_ms), "case": "202607140001", "id": f"n{seq}", "name": "张晓岚"}
                body = msgspec.json.encode({**note, "person": "operator", "text": TEXT})
                entries.append(
                    Entry(seq, CommandId(f"seat-{seq}"), "note", f"n{seq}", 1, Op.PUT, msgspec.Raw(body))
                )
            self.event = event_of(Page(1, prev, seq, seq, tuple(entries), now_ms))
            news, self.news = self.news, asyncio.Event()
            news.set()


def serve_peer() -> None:
    made_up: list[MadeUp] = []

    async def app(scope: Any, receive: Callable[[], Any], send: Callable[[Any], Any]) -> None:
        if scope["type"] == "lifespan":
            await receive()
            made_up.append(MadeUp())
            task = asyncio.create_task(made_up[0].run())
            await send({"type": "lifespan.startup.complete"})
            await receive()
            task.cancel()
            await send({"type": "lifespan.shutdown.complete"})
            return
        headers = [(b"content-type", b"text/event-stream")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        while True:
            await made_up[0].news.wait()
            await send({"type": "http.response.body", "body": made_up[0].event, "more_body": True})

    listening = socket.create_server(("127.0.0.1", 0), backlog=1024)
    print(f"listening http://127.0.0.1:{listening.getsockname()[1]}", flush=True)
    config = uvicorn.Config(
        app,
        access_log=False,
        log_config=None,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=1,
        lifespan="on",
    )
    uvicorn.Server(config).run(sockets=[listening])


# -- the table


def measure_all(arguments: argparse.Namespace) -> list[Measure]:
    with tempfile.TemporaryDirectory() as name:
        paths = founded(Path(name) / "centre")
        with process("-m", "server", "serve", str(paths.root), "--port", "0") as (_, port):
            ours, acknowledged, (since_ms, until_ms) = asyncio.run(drive_ours(paths, port))
        with process("-m", "bench.fanout", "--serve-peer") as (_, port):
            bare, (peer_since_ms, peer_until_ms) = asyncio.run(drive_peer(port))
    here = ours.latencies_ms(since_ms, until_ms)
    there = bare.latencies_ms(peer_since_ms, peer_until_ms)
    peer = f"bare ASGI SSE on uvicorn {uvicorn.__version__}, tick {TICK_MS} ms, no store"
    label = f"{SEATS} seats, {EVENTS_PER_S} changes/s"
    found = [
        measure(
            f"commit to seat, {label}, p{share * 100:.0f}",
            quantile(here, share),
            "ms",
            target="<= 1000 ms" if share > 0.9 else None,
            peer=peer,
            peer_value=quantile(there, share),
        )
        for share in (0.5, 0.99)
    ]
    found.append(measure("changes that arrived", len(here) / SEATS / LENGTH_S, "1/s and seat"))
    found.append(measure("streams that ended or fell behind", ours.count_lost(), "", target="0"))
    for share in (0.5, 0.99):
        found.append(
            measure(f"acknowledged meanwhile, p{share * 100:.0f}", quantile(acknowledged, share), "ms")
        )
    return found


if __name__ == "__main__":
    if sys.argv[1:2] == ["--serve-peer"]:
        serve_peer()
    else:
        sys.exit(run("fanout", measure_all))
