"""How long a new seat takes to a usable queue and to a whole city, and an old one for a day's changes.

The city is generated: its figures say how fast bytes and rows move, nothing about a real city's content. Without
--folder a store of the size of the largest city in the field is made for the run (1.6 M components, 42,000 unit
grids, 100,000 cases with reports and tasks); --folder takes a founded one. Centre and seat are two processes on one
machine, the seat the real engine. "After the bytes" counts from the last byte of a file on the line to the open
cases in memory, or to the components ready to be drawn. The peer gets the same rows as lines of JSON that are in
memory already, and puts them into SQLite one by one in one transaction, its indexes made at the end.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from app.cache.columns import ComponentStore
from app.cache.open_rows import CASES as CASES_READ
from app.cache.open_rows import decoded
from app.cache.overlay import LaidOver
from app.cache.reader import RowReader
from app.cache.rows_db import RowsDb, check_page
from app.link.client import CentreClient
from app.session import Session, sign_in
from bench.report import Measure, measure, run
from casework.catalogue.model import Kind
from casework.entities import ENTITIES, ENTITY_BY_NAME
from casework.entities.case import Case
from casework.entities.city import City
from casework.entities.person import Person
from casework.entities.report import Report
from casework.entities.task import Task, TaskState
from casework.entities.unit import Unit
from casework.entities.unit_grid import UnitGrid
from casework.ids import CaseId, CommandId, GridCode, PersonId, ReportId, TaskId, UnitId
from casework.rows_file import table_name
from casework.sync.messages import Entry, Op, Page
from casework.workflow import Post, Source, Stage
from server.centre import shipped_catalogues
from server.component_file import ComponentTable, FileFacts, write_components
from server.founding import NO_TERMS, Ground, found
from server.paths import Paths
from server.store.connection import open_writer
from server.store.writing import Put, Writing

COMPONENTS, GRIDS, CASES, UNITS, CLASSES = 1_600_000, 42_000, 100_000, 646, 124
EVENTS, PAGE = 10_000, 500
SIDE_MM = 100_000
ACROSS = 210
NOW_MS = 1_784_000_000_000
PERSON = PersonId("zhangmin")
TEXT = "市民反映该处雨水井盖破损下沉，过往车辆碾压异响，存在安全隐患，请派员到场核实并尽快修复。"
START_S, SYNC_S = 60.0, 300.0
GENERATED = "generated city"
PEER_CASES = "SELECT body FROM row WHERE entity = 'case'"


def grid_code(k: int) -> GridCode:
    return GridCode(f"4501{k // 2100 + 1:02d}{k // 700 % 3 + 1:03d}{k // 70 % 10 + 1:03d}{k % 70 + 1:03d}")


def rows_of_city() -> Iterator[tuple[str, msgspec.Struct]]:
    """Rows of the size and shape of a city's, all alike."""
    side = ACROSS * SIDE_MM
    yield "city", City("生成市", 4545, 0, 0, side, side)
    yield "person", Person(PERSON, "张敏", frozenset({Post.DISPATCHER, Post.ACCEPTOR}))
    for k in range(UNITS):
        yield "unit", Unit(UnitId(f"u{k:04d}"), f"第{k}责任单位")
    for k in range(GRIDS):
        x, y = k % ACROSS * SIDE_MM, k // ACROSS * SIDE_MM
        ring = (
            x,
            y,
            x + SIDE_MM,
            y,
            x + SIDE_MM,
            y + SIDE_MM,
            x + SIDE_MM // 2,
            y + SIDE_MM + 7,
            x,
            y + SIDE_MM,
        )
        yield "unit_grid", UnitGrid(grid_code(k), ring, 10_000, street="津头街道", community="凤岭社区")
    stages = [stage for stage in Stage if stage not in (Stage.CLOSED, Stage.VOIDED, Stage.NOT_FILED)]
    for k in range(CASES):
        yield from _rows_of_case(k, stages[k % len(stages)])


def _rows_of_case(k: int, stage: Stage) -> Iterator[tuple[str, msgspec.Struct]]:
    number = CaseId(f"202607{k // 10_000 + 1:02d}{k % 10_000:04d}")
    grid, at_ms = k * 17 % GRIDS, NOW_MS - k * 9_000
    x, y = grid % ACROSS * SIDE_MM + 40_000, grid // ACROSS * SIDE_MM + 30_000
    report, task, unit = ReportId(number + "-1"), TaskId(number + "-t1"), UnitId(f"u{k % UNITS:04d}")
    place = f"民族大道{k % 300}号门前人行道"
    yield (
        "report",
        Report(
            id=report,
            case=number,
            source=Source.HOTLINE,
            text=TEXT,
            place=place,
            x_mm=x,
            y_mm=y,
            grid=grid_code(grid),
            told_ms=at_ms,
            reporter="李** 138****0000",
        ),
    )
    yield (
        "case",
        Case(
            id=number,
            stage=stage,
            kind=Kind.COMPONENT,
            edition="2026",
            class_code="01003",
            x_mm=x,
            y_mm=y,
            place=place,
            grid=grid_code(grid),
            text=TEXT,
            source=Source.HOTLINE,
            report=report,
            registered_ms=at_ms,
            stage_ms=at_ms,
            unit=unit,
            task=task,
            round=1,
            stage_due_ms=at_ms + 7_200_000,
            due_ms=at_ms + 86_400_000,
        ),
    )
    for part in range(2):
        yield (
            "task",
            Task(
                id=TaskId(f"{number}-t{part + 1}"),
                case=number,
                unit=unit,
                is_lead=part == 0,
                state=TaskState.SENT,
                sent_ms=at_ms,
                due_ms=at_ms + 86_400_000,
            ),
        )


def write_files(folder: Path) -> None:
    """components.db of the full size, by the centre's own writer."""
    chance = np.random.default_rng(1)
    grids = np.sort(chance.integers(0, GRIDS, COMPONENTS))
    codes = [grid_code(k) for k in range(GRIDS)]
    table = ComponentTable(
        keys=[f"45010301{k % 100:02d}{k:07d}" for k in range(COMPONENTS)],
        class_codes=tuple(f"{k // 20 + 1:02d}{k % 20 + 1:03d}" for k in range(CLASSES)),
        class_of=chance.integers(0, CLASSES, COMPONENTS),
        x_mm=grids % ACROSS * SIDE_MM + chance.integers(0, SIDE_MM, COMPONENTS),
        y_mm=grids // ACROSS * SIDE_MM + chance.integers(0, SIDE_MM, COMPONENTS),
        grids=[codes[k] for k in grids.tolist()],
        owners=[f"u{k:04d}" for k in chance.integers(0, UNITS, COMPONENTS).tolist()],
        state=np.zeros(COMPONENTS, dtype=np.uint8),
        surveyed=["2026-03-01"] * COMPONENTS,
        uids=[""] * COMPONENTS,
    )
    write_components(folder / "components.db", table, FileFacts(4545, 1, True, 0))


def found_city(folder: Path) -> None:
    people = (Person(PERSON, "张敏", frozenset({Post.DISPATCHER, Post.ACCEPTOR})),)
    print("founding a city of the full size, this takes a minute or two", flush=True)
    found(folder, Ground(rows_of_city(), write_files, people), NOW_MS)


@contextmanager
def centre(folder: Path) -> Iterator[str]:
    """A served centre of its own process; its address."""
    command = [sys.executable, "-m", "server", "serve", str(folder), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            for line in process.stdout:
                if "listening" in line:
                    yield line.split()[-1]
                    break
        finally:
            process.terminate()
            process.wait(START_S)


class Watch:
    """When the last byte of each file came, and when it was ready."""

    def __init__(self) -> None:
        self.came_s: dict[str, float] = {}
        self.bytes: dict[str, int] = {}
        fetch = CentreClient.fetch

        async def watched(client: Any, snapshot: Any, *rest: Any) -> Any:
            said = await fetch(client, snapshot, *rest)
            self.came_s[snapshot.dataset] = time.perf_counter()
            self.bytes[snapshot.dataset] = snapshot.bytes
            return said

        CentreClient.fetch = watched  # type: ignore[method-assign,assignment]


def account_of(paths: Paths) -> tuple[str, str]:
    """The first demonstration account that sees the whole hall."""
    for line in paths.demo_accounts.read_text(encoding="utf-8").splitlines():
        person, password, _, posts = line.split("\t")[:4]
        if "dispatcher" in posts or "acceptor" in posts:
            return person, password
    raise SystemExit("no account of the hall in this folder")


def entered(folder: Path, url: str, paths: Paths) -> Session:
    said = sign_in(folder, url, *account_of(paths), shipped_catalogues())
    assert isinstance(said, Session), said
    return said


def read_queue(session: Session) -> tuple[float, int]:
    """The open cases as the queue reads them: when the first screen was there, and how many there are."""
    scan = session.scan()
    parts = scan.parts()
    first = next(parts)
    screen_s = time.perf_counter()
    names = {shown.row.id for part in (first, *parts) for shown in part}
    scan.close()
    return screen_s, len(names)


def first_sync(paths: Paths, folder: Path) -> list[Measure]:
    watch = Watch()
    with centre(paths.root) as url:
        began_s = time.perf_counter()
        session = entered(folder, url, paths)
        screen_s, cases = read_queue(session)
        usable_s = time.perf_counter()
        end_s = usable_s + SYNC_S
        while "components" not in watch.came_s or session.fetching():
            assert time.perf_counter() < end_s, "the components did not come"
            time.sleep(0.002)
        laid = LaidOver(ComponentStore.open(folder / "components.db"))
        whole_s = time.perf_counter()
        rows = sum(session._reader.count(entity.name) for entity in ENTITIES)
        session.close()
    mb = {name: size / 1e6 for name, size in watch.bytes.items()}
    print(
        f"{rows:,} rows in {mb['rows']:.0f} MB, {len(laid):,} components in {mb['components']:.0f} MB packed"
    )
    peer_usable_s = peer_rows(folder / "cache.db", folder / "peer-rows.db")
    peer_whole_s = peer_usable_s + peer_components(folder / "components.db", folder / "peer-components.db")
    laid.close()
    peer = f"sqlite3 {sqlite3.sqlite_version}, lines of JSON row by row, index at the end, one transaction"
    return [
        measure(f"rows shipped, {GENERATED}", rows, "rows", target=">= 400,000"),
        measure("open cases read", cases, "cases"),
        measure(
            "first screen of the queue after the last byte of the rows", screen_s - watch.came_s["rows"], "s"
        ),
        measure(
            "usable queue (all of it) after the last byte of the rows",
            usable_s - watch.came_s["rows"],
            "s",
            target="<= 2 s",
            peer=peer,
            peer_value=peer_usable_s,
        ),
        measure(
            "complete: components ready after their last byte",
            whole_s - watch.came_s["components"],
            "s",
            target="<= 3 s",
            peer=peer,
            peer_value=peer_whole_s,
        ),
        measure("log-in to usable queue, rows built at the centre meanwhile", usable_s - began_s, "s"),
        measure("log-in to everything there", whole_s - began_s, "s"),
    ]


def second_seat(paths: Paths, folder: Path) -> list[Measure]:
    """When the centre has built the files already."""
    with centre(paths.root) as url:
        began_s = time.perf_counter()
        session = entered(folder, url, paths)
        read_queue(session)
        usable_s = time.perf_counter() - began_s
        session.close()
    return [measure("log-in to usable queue, files built before", usable_s, "s")]


def peer_rows(cache: Path, target: Path) -> float:
    """The same rows row by row; the figure is without the reading of the lines."""
    source = sqlite3.connect(f"{cache.resolve().as_uri()}?mode=ro", uri=True)
    lines = [
        msgspec.json.encode((entity.name, key, ver, seq, msgspec.Raw(bytes(body))))
        for entity in ENTITIES
        for key, ver, seq, body in source.execute(
            f"SELECT key, ver, seq, body FROM {table_name(entity.name)}"
        )
    ]
    source.close()
    began_s = time.perf_counter()
    db = sqlite3.connect(target)
    db.execute("CREATE TABLE row(entity TEXT, key TEXT, ver INTEGER, seq INTEGER, stage TEXT, body BLOB)")
    for line in lines:
        entity, key, ver, seq, body = msgspec.json.decode(line)
        stage = body.get("stage", "")
        db.execute(
            "INSERT INTO row VALUES (?, ?, ?, ?, ?, ?)",
            (entity, key, ver, seq, stage, msgspec.json.encode(body)),
        )
    db.execute("CREATE UNIQUE INDEX row_key ON row(entity, key)")
    db.execute("CREATE INDEX row_stage ON row(entity, stage)")
    db.commit()
    cases = decoded(CASES_READ, [bytes(body) for (body,) in db.execute(PEER_CASES)])
    assert cases
    took_s = time.perf_counter() - began_s
    db.close()
    return took_s


def peer_components(components: Path, target: Path) -> float:
    source = sqlite3.connect(f"{components.resolve().as_uri()}?mode=ro", uri=True)
    names = ("key", "class_code", "x_mm", "y_mm", "grid", "owner", "state", "surveyed")
    found = source.execute(f"SELECT {', '.join(names)} FROM component")
    lines = [msgspec.json.encode(dict(zip(names, row, strict=True))) for row in found]
    source.close()
    began_s = time.perf_counter()
    db = sqlite3.connect(target)
    db.execute(f"CREATE TABLE component({', '.join(names)})")
    for line in lines:
        db.execute(
            "INSERT INTO component VALUES (?, ?, ?, ?, ?, ?, ?, ?)", tuple(msgspec.json.decode(line).values())
        )
    db.execute("CREATE UNIQUE INDEX component_key ON component(key)")
    db.commit()
    took_s = time.perf_counter() - began_s
    db.close()
    return took_s


def day_of_changes(cache: Path) -> list[Measure]:
    """A day's events into the whole cache, page by page as they come from the line."""
    reader = RowReader(cache)
    kept = reader.where("case")[:EVENTS]
    reader.close()
    encode = ENTITY_BY_NAME["case"].encode
    rows = RowsDb(cache)
    at = rows.cursor
    raw: list[bytes] = []
    turn = iter(enumerate(kept, at + 1))
    while batch := list(islice(turn, PAGE)):
        entries = tuple(
            Entry(
                seq,
                CommandId(f"c{seq}"),
                "case",
                each.key,
                each.ver + 1,
                Op.PUT,
                msgspec.Raw(encode(msgspec.structs.replace(each.row, stage=Stage.CHECKING, stage_ms=seq))),
            )
            for seq, each in batch
        )
        last = batch[-1][0]
        raw.append(msgspec.json.encode(Page(1, batch[0][0] - 1, last, at + len(kept), entries, NOW_MS)))
    began_s = time.perf_counter()
    for body in raw:
        page = msgspec.json.decode(body, type=Page)
        check_page(page)
        rows.commit(page)
    took_s = time.perf_counter() - began_s
    rows.close()
    return [measure(f"{len(kept):,} events applied to the cache", took_s, "s", target="<= 2 s")]


def back_after_a_day(paths: Paths, folder: Path) -> list[Measure]:
    """The same over the line: a seat that was away comes back, from its log-in to the head."""
    db = open_writer(paths.database)
    writing = Writing(db, NO_TERMS, NOW_MS)
    writing.begin(NOW_MS)
    decode = ENTITY_BY_NAME["case"].decode
    cases = [decode(body) for (body,) in db.execute("SELECT body FROM row_case LIMIT ?", (EVENTS,))]
    changed = (msgspec.structs.replace(case, stage_ms=case.stage_ms + 1) for case in cases)
    writing.deliver("bench", (Put("case", case) for case in changed))
    head = writing.seq
    writing.commit()
    db.close(True)
    with centre(paths.root) as url:
        began_s = time.perf_counter()
        session = entered(folder, url, paths)
        end_s = began_s + SYNC_S
        while session._reader.cursor() < head:
            assert time.perf_counter() < end_s, "it did not catch up"
            time.sleep(0.002)
        took_s = time.perf_counter() - began_s
        session.close()
    return [measure(f"{len(cases):,} events behind: log-in to the head, over the line", took_s, "s")]


def measure_all(arguments: argparse.Namespace) -> list[Measure]:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtCore import QCoreApplication

    application = QCoreApplication.instance() or QCoreApplication(["bench"])
    with tempfile.TemporaryDirectory(prefix="firstsync-", dir=arguments.scratch) as scratch:
        root = arguments.folder or Path(scratch) / "centre"
        if not Paths(root).database.is_file():
            found_city(root)
        paths = Paths(root)
        shutil.rmtree(paths.snapshots, ignore_errors=True)
        paths.snapshots.mkdir()
        seat = Path(scratch) / "seat"
        measures = first_sync(paths, seat)
        measures += second_seat(paths, Path(scratch) / "second")
        if arguments.folder is None:
            measures += back_after_a_day(paths, seat)
        shutil.copytree(seat, Path(scratch) / "copy")
        measures += day_of_changes(Path(scratch) / "copy" / "cache.db")
    del application
    return measures


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--folder", metavar="DIR", type=Path, help="a founded centre; it is not changed but for its files"
    )
    parser.add_argument("--scratch", metavar="DIR", help="where the seats lie, on the disk to be measured")


if __name__ == "__main__":
    raise SystemExit(run("firstsync", measure_all, add_arguments))
