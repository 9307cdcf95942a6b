"""Durable commands per second: at the store and over HTTP, each report one command, acknowledged after its commit.

The peers write the very same rows with Python's own sqlite3 (WAL, synchronous=FULL) and decide nothing: no rules,
no reads, no hashes, no receipts to look up. At the store the peer commits as many reports at once as our group
commits held on average; over HTTP it is a bare ASGI application on the same web server with the same group commit.
"""

from __future__ import annotations

import argparse
import asyncio
import queue
import socket
import sqlite3
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import apsw
import msgspec
import uvicorn

from bench.report import Measure, measure, quantile, run
from bench.wire import OPERATOR, Seat, Wire, founded, logged_in, numbers, process
from casework.entities import ENTITY_BY_NAME
from casework.sync.messages import Accepted, decode_push
from server.auth import GrantKey
from server.centre import shipped_catalogues, wall_ms
from server.limits import BATCH_JOBS, KEEP_ALIVE_S
from server.paths import Paths
from server.store.schema import statements, upsert
from server.store.sqlite import SqliteStore
from server.store.writing import Terms

AT_ONCE = (1, 32, 128)  # pushes under way at the same time
STORE_S = 4.0
HTTP_S = 6.0
HTTP_SEATS = 64
NUMBERS = 40_000  # reserved before a run, over all seats
Statement = tuple[str, tuple[Any, ...]]
Report = list[Statement]


class Rate(msgspec.Struct, frozen=True):
    """What one run gave."""

    per_s: float
    latencies_ms: list[float]
    batch: float = 0


# -- the store


def store_rate(folder: Path, seats: int) -> tuple[Rate, Report]:
    """Reports through the store itself, so many at once; and what one of them wrote."""
    paths = founded(folder / f"store-{seats}")
    grants = GrantKey.load(paths.grant_key)
    store = SqliteStore(paths.database, Terms(shipped_catalogues(), grants.entitles), wall_ms)
    try:
        rate = asyncio.run(drive_store(store, grants, seats))
    finally:
        store.close()
    return rate, recorded(paths)


async def drive_store(store: SqliteStore, grants: GrantKey, count: int) -> Rate:
    seats = [Seat(f"seat-{number}", grants) for number in range(count)]
    for seat in seats:
        for _ in range(numbers(NUMBERS, count)):
            seat.take((await store.beat(seat.name, OPERATOR, 0)).blocks)
    commits: list[None] = []
    store.on_commit(lambda: commits.append(None))
    latencies: list[float] = []
    began = time.perf_counter()

    async def work(seat: Seat) -> None:
        while time.perf_counter() - began < STORE_S:
            push = seat.register()
            start = time.perf_counter()
            (verdict,) = await store.push(push)
            latencies.append((time.perf_counter() - start) * 1000)
            assert isinstance(verdict, Accepted), verdict

    await asyncio.gather(*map(work, seats))
    took_s = time.perf_counter() - began
    return Rate(len(latencies) / took_s, latencies, len(latencies) / max(1, len(commits)))


def recorded(paths: Paths) -> Report:
    """What one report wrote, statement by statement, read out of the store it was written to."""
    db = apsw.Connection(str(paths.database), flags=apsw.SQLITE_OPEN_READONLY)
    command = db.execute("SELECT * FROM command WHERE id NOT LIKE 'genesis%' LIMIT 1").fetchall()[0]
    receipt = db.execute("SELECT * FROM receipt WHERE command = ?", (command[0],)).fetchall()[0]
    found: Report = [
        ("INSERT INTO command VALUES (?, ?, ?, ?, ?, ?)", command),
        ("INSERT INTO receipt VALUES (?, ?, ?, ?)", receipt),
    ]
    for log in db.execute("SELECT * FROM log WHERE command = ?", (command[0],)):
        entity = ENTITY_BY_NAME[str(log[2])]
        body = log[6]
        assert isinstance(body, bytes)
        found.append((f"INSERT INTO log VALUES ({', '.join('?' * 12)})", log))
        found.append((upsert(entity), (log[3], log[4], log[0], *entity.values(entity.decode(body)), body)))
        for told in db.execute("SELECT * FROM feed WHERE seq = ?", (log[0],)):
            found.append(("INSERT INTO feed VALUES (?, ?, ?)", told))
    db.close()
    return found


def numbered(report: Report, k: int) -> Iterator[Statement]:
    """The recorded statements as the `k`-th report's own: other ids, other seqs, the same bytes otherwise."""
    seqs: dict[object, int] = {}

    def seq(old: object) -> int:
        return seqs.setdefault(old, 10_000 + k * 2 + len(seqs))

    for sql, old in report:
        table = sql.split(" INTO ")[1].split(" ")[0]
        new = list(old)
        if table == "command":
            new[0], new[2] = f"peer-{k}", k
        elif table == "receipt":
            new[1], new[2] = k, f"peer-{k}"
        elif table == "log":
            new[0], new[1] = seq(old[0]), f"peer-{k}"
        elif table == "feed":
            new[1] = seq(old[1])
        else:
            new[0], new[2] = f"{old[0]}{k}", seq(old[2])
        yield sql, tuple(new)


class PlainWriter:
    """sqlite3 with the settings of ours and nothing but the inserts."""

    def __init__(self, path: Path, report: Report) -> None:
        self._report = report
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode = wal").fetchone()
        self._db.execute("PRAGMA synchronous = full")
        self._db.execute("PRAGMA cache_size = -65536")
        assert self._db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert self._db.execute("PRAGMA synchronous").fetchone() == (2,)
        for statement in statements():
            self._db.execute(statement)
        self._db.execute("INSERT INTO authority VALUES (1, 0, x'00')")
        self.done = 0

    def commit(self, count: int) -> None:
        """So many more reports, durable."""
        self._db.execute("BEGIN IMMEDIATE")
        for k in range(self.done, self.done + count):
            for sql, values in numbered(self._report, k):
                self._db.execute(sql, values)
        self.done += count
        self._db.execute("UPDATE authority SET seq = ?", (self.done,))
        self._db.execute("COMMIT")

    def close(self) -> None:
        self._db.close()


def peer_rate(folder: Path, report: Report, batch: int) -> float:
    writer = PlainWriter(folder / f"peer-{batch}-{time.monotonic_ns()}.db", report)
    began = time.perf_counter()
    while time.perf_counter() - began < STORE_S:
        writer.commit(batch)
    rate = writer.done / (time.perf_counter() - began)
    writer.close()
    return rate


# -- over HTTP


async def drive_http(port: int, seats: list[Seat], wires: list[Wire]) -> Rate:
    latencies: list[float] = []
    began = time.perf_counter()

    async def work(seat: Seat, wire: Wire) -> None:
        while time.perf_counter() - began < HTTP_S:
            push = seat.register()
            start = time.perf_counter()
            body = await wire.post("/v1/commands", push)
            latencies.append((time.perf_counter() - start) * 1000)
            assert b'"accepted"' in body, body

    await asyncio.gather(*(work(seat, wire) for seat, wire in zip(seats, wires, strict=True)))
    took_s = time.perf_counter() - began
    for wire in wires:
        wire.close()
    return Rate(len(latencies) / took_s, latencies)


async def drive_ours(paths: Paths, port: int) -> Rate:
    seats = [Seat(f"seat-{number}", GrantKey.load(paths.grant_key)) for number in range(HTTP_SEATS)]
    wires = [await logged_in(port, seat, paths) for seat in seats]
    return await drive_http(port, seats, wires)


async def drive_peer(paths: Paths, port: int) -> Rate:
    seats = [Seat(f"seat-{number}", GrantKey.load(paths.grant_key)) for number in range(HTTP_SEATS)]
    for seat in seats:
        seat.make_up_numbers()
    wires = [await Wire.open(port) for _ in seats]
    return await drive_http(port, seats, wires)


def http_rates(folder: Path, report: Report) -> tuple[Rate, Rate]:
    paths = founded(folder / "http")
    with process("-m", "server", "serve", str(paths.root), "--port", "0") as (_, port):
        ours = asyncio.run(drive_ours(paths, port))
    stored = folder / "report.msgpack"
    stored.write_bytes(msgspec.msgpack.encode(report))
    with process("-m", "bench.commands", "--serve-peer", str(stored)) as (_, port):
        peer = asyncio.run(drive_peer(paths, port))
    return ours, peer


def serve_peer(stored: Path) -> None:
    """A bare ASGI application: decode, write the rows in a group commit, answer."""
    report = [(sql, tuple(values)) for sql, values in msgspec.msgpack.decode(stored.read_bytes())]
    writer = PlainWriter(stored.with_suffix(".db"), report)
    jobs: queue.Queue[tuple[asyncio.AbstractEventLoop, asyncio.Future[None]]] = queue.Queue()

    def resolve(futures: list[asyncio.Future[None]]) -> None:
        for future in futures:
            future.set_result(None)

    def write() -> None:
        while True:
            batch = [jobs.get()]
            while len(batch) < BATCH_JOBS and not jobs.empty():
                batch.append(jobs.get())
            writer.commit(len(batch))
            batch[0][0].call_soon_threadsafe(resolve, [future for _, future in batch])

    async def app(scope: Any, receive: Callable[[], Any], send: Callable[[Any], Any]) -> None:
        if scope["type"] != "http":
            return
        push = decode_push((await receive())["body"])
        loop = asyncio.get_running_loop()
        future: asyncio.Future[None] = loop.create_future()
        jobs.put((loop, future))
        await future
        n, name = push.sent[0].n, push.sent[0].id
        body = b'{"epoch":1,"verdicts":[{"type":"accepted","n":%d,"id":"%b"}]}' % (n, name.encode())
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    threading.Thread(target=write, daemon=True).start()
    listening = socket.create_server(("127.0.0.1", 0), backlog=512)
    print(f"listening http://127.0.0.1:{listening.getsockname()[1]}", flush=True)
    config = uvicorn.Config(
        app, access_log=False, log_config=None, timeout_keep_alive=KEEP_ALIVE_S, lifespan="off"
    )
    uvicorn.Server(config).run(sockets=[listening])


# -- the table


def measure_all(arguments: argparse.Namespace) -> list[Measure]:
    peer = f"sqlite3 {sqlite3.sqlite_version}, WAL, FULL, same rows, no rules"
    found: list[Measure] = []
    report: Report = []
    with tempfile.TemporaryDirectory(dir=arguments.folder) as name:
        folder = Path(name)
        for seats in AT_ONCE:
            rate, report = store_rate(folder, seats)
            batch = max(1, round(rate.batch))
            plain = peer_rate(folder, report, batch)
            label = f"store, {seats} at once ({rate.batch:.1f} a commit)"
            found.append(
                measure(
                    f"durable commands, {label}",
                    rate.per_s,
                    "1/s",
                    target=">= 1000 1/s" if seats > 1 else None,
                    peer=f"{peer}, {batch} a commit",
                    peer_value=plain,
                )
            )
            found.append(measure(f"acknowledged, {label}, p99", quantile(rate.latencies_ms, 0.99), "ms"))
        ours, bare = http_rates(folder, report)
    named = f"bare ASGI on uvicorn {uvicorn.__version__}, {peer}"
    label = f"HTTP, {HTTP_SEATS} connections (Litestar {version('litestar')})"
    found.append(
        measure(
            f"durable commands, {label}",
            ours.per_s,
            "1/s",
            target=">= 600 1/s",
            peer=named,
            peer_value=bare.per_s,
        )
    )
    for share in (0.5, 0.99):
        found.append(
            measure(
                f"acknowledged, HTTP, p{share * 100:.0f}",
                quantile(ours.latencies_ms, share),
                "ms",
                peer=named,
                peer_value=quantile(bare.latencies_ms, share),
            )
        )
    return found


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--folder", type=Path, help="where the databases lie (default: the system's own)")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--serve-peer"]:
        serve_peer(Path(sys.argv[2]))
    else:
        sys.exit(run("commands", measure_all, add_arguments))
