"""Snapshots and blobs over loopback, and the blobs' folder by itself."""

from __future__ import annotations

import errno
import hashlib
import io
import sqlite3
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import httpx
import msgspec
import numpy as np
import pytest
import zstandard

import server.snapshots as snapshots_module
from app.cache.rows_db import RowsDb
from app.cache.seal import is_sealed
from casework.entities import ENTITIES, ENTITY_BY_NAME
from casework.entities.component import Component
from casework.ids import ComponentId, PersonId
from casework.sync.messages import Manifest, Snapshot, encode
from server.archive.cases import ArchivedCases, append
from server.blobs import BlobFault, Blobs
from server.http.faults import Fault
from server.http.files import Span, asked_span
from server.limits import BLOB_BYTES
from server.paths import Paths
from server.signing import SigningKey
from server.store import NotOpenable, Unavailable, VisibleRow
from server.store.writing import Put
from tests.casework.build import GRID, UNIT
from tests.server.ground import WEI, ZHANG, Served, Visitor, opened, run, serving

BODY = bytes(range(256)) * 40
NAME = hashlib.sha256(BODY).hexdigest()


def manifest(visitor: Visitor) -> dict[str, Snapshot]:
    answer = visitor.http.get("/v1/snapshots")
    assert answer.status_code == 200, answer.text
    found = msgspec.json.decode(answer.content, type=Manifest)
    return {snapshot.dataset: snapshot for snapshot in found.snapshots}


def fetched(visitor: Visitor, snapshot: Snapshot) -> bytes:
    answer = visitor.http.get(f"/v1/snapshots/{snapshot.sha256}")
    assert answer.status_code == 200
    assert len(answer.content) == snapshot.bytes
    assert hashlib.sha256(answer.content).hexdigest() == snapshot.sha256
    return zstandard.ZstdDecompressor().stream_reader(io.BytesIO(answer.content)).read()


def rows_of(body: bytes, folder: Path) -> set[tuple[str, str]]:
    path = folder / "rows.db"
    path.write_bytes(body)
    db = sqlite3.connect(path)
    try:
        return {
            (entity.name, key)
            for entity in ENTITIES
            for (key,) in db.execute(f'SELECT key FROM "{entity.name}"')
        }
    finally:
        db.close()


def register(visitor: Visitor) -> str:
    visitor.beat()
    command = visitor.register()
    answer = visitor.http.post("/v1/commands", content=encode(visitor.push(visitor.sent(command))))
    assert answer.status_code == 200
    return command.case


def test_that_a_snapshot_holds_the_rows_of_the_seats_channels_and_no_others(
    served: Served, tmp_path: Path
) -> None:
    hall, unit = served.visitor(), served.visitor(WEI, "seat-u")
    case = register(hall)
    seen = manifest(hall)["rows"]
    assert (seen.channel, seen.through_seq) == ("city+everybody", hall.beat(99).head)
    assert ("case", case) in rows_of(fetched(hall, seen), tmp_path)
    hidden = manifest(unit)["rows"]
    rows = rows_of(fetched(unit, hidden), tmp_path)
    assert ("unit", UNIT) in rows
    assert {entity for entity, _ in rows} == {"city", "unit", "person", "unit_grid"}
    assert unit.http.get(f"/v1/snapshots/{seen.sha256}").status_code == 404


def test_that_a_snapshot_is_built_once_for_everybody(served: Served) -> None:
    hall = served.visitor()
    first = manifest(hall)["rows"]
    register(hall)
    assert manifest(hall)["rows"] == first
    assert manifest(served.visitor(seat="seat-2"))["rows"] == first


def test_that_components_and_base_map_are_shipped_as_they_lie(paths: Paths, served: Served) -> None:
    hall, unit = served.visitor(), served.visitor(WEI, "seat-u")
    assert set(manifest(hall)) == {"rows"}
    paths.components.write_bytes(BODY * 3)
    paths.base_map.write_bytes(BODY)
    found = manifest(hall)
    assert fetched(hall, found["components"]) == BODY * 3
    assert fetched(unit, manifest(unit)["base"]) == BODY
    assert manifest(hall) == found
    paths.components.write_bytes(BODY * 5)
    assert fetched(hall, manifest(hall)["components"]) == BODY * 5


def test_that_a_download_is_resumed_byte_by_byte(paths: Paths, served: Served) -> None:
    hall = served.visitor()
    snapshot = manifest(hall)["rows"]
    url = f"/v1/snapshots/{snapshot.sha256}"
    whole = hall.http.get(url).content
    parts = []
    for first, last in ((0, 99), (100, 299), (300, "")):
        answer = hall.http.get(url, headers={"Range": f"bytes={first}-{last}"})
        assert answer.status_code == 206
        end = last if last != "" else len(whole) - 1
        assert answer.headers["Content-Range"] == f"bytes {first}-{end}/{len(whole)}"
        parts.append(answer.content)
    assert b"".join(parts) == whole
    beyond = hall.http.get(url, headers={"Range": f"bytes={len(whole)}-"})
    assert (beyond.status_code, beyond.json()["values"]) == (416, {"size": len(whole)})
    other = hall.http.get(url, headers={"Range": "bytes=5-", "If-Range": '"another"'})
    assert (other.status_code, other.content) == (200, whole)


@pytest.mark.parametrize(
    ("header", "span"),
    [
        ("", (0, 9, False)),
        ("bytes=0-", (0, 9, True)),
        ("bytes=3-5", (3, 5, True)),
        ("bytes=3-99", (3, 9, True)),
        ("bytes=-4", (6, 9, True)),
        ("bytes=-40", (0, 9, True)),
        ("bytes=0-1,3-4", (0, 9, False)),
        ("bytes=-", (0, 9, False)),
        ("lines=1-2", (0, 9, False)),
    ],
)
def test_that_a_range_is_read_as_the_standard_says(header: str, span: tuple[int, int, bool]) -> None:
    assert asked_span(header, 10) == Span(span[0], span[1], 10, span[2])


@pytest.mark.parametrize("header", ["bytes=10-", "bytes=5-3", "bytes=-0"])
def test_that_a_range_without_bytes_is_refused(header: str) -> None:
    with pytest.raises(Fault):
        asked_span(header, 10)


def test_that_a_photo_is_put_in_pieces_and_is_there_when_it_is_whole(served: Served) -> None:
    visitor = served.visitor()
    url = f"/v1/blobs/{NAME}"

    def put(first: int, last: int) -> httpx.Response:
        return visitor.http.put(
            url,
            content=BODY[first : last + 1],
            headers={"Content-Range": f"bytes {first}-{last}/{len(BODY)}"},
        )

    gap = put(10, 19)
    assert (gap.status_code, gap.json()) == (409, {"code": "gap", "values": {"offset": 0}})
    assert put(0, 999).json() == {"is_whole": False, "offset": 1000}
    asked = visitor.http.head(url)
    assert (asked.status_code, asked.headers["Upload-Offset"]) == (404, "1000")
    assert visitor.http.get(url).status_code == 404
    assert put(500, 1999).json() == {"is_whole": False, "offset": 2000}
    done = put(2000, len(BODY) - 1)
    assert (done.status_code, done.json()["is_whole"]) == (201, True)
    assert visitor.http.get(url).content == BODY
    assert visitor.http.head(url).status_code == 200
    assert visitor.http.put(url, content=BODY).status_code == 201


def test_that_a_photo_is_what_its_name_says(served: Served) -> None:
    visitor = served.visitor()
    wrong = visitor.http.put(f"/v1/blobs/{NAME}", content=BODY + b"x")
    assert (wrong.status_code, wrong.json()["code"]) == (422, "hash_mismatch")
    assert visitor.http.head(f"/v1/blobs/{NAME}").headers["Upload-Offset"] == "0"
    for name in ("x", "..%2Fsecrets%2Fgrant.key", NAME.upper()):
        assert visitor.http.put(f"/v1/blobs/{name}", content=BODY).status_code in (404, 422)
        assert visitor.http.get(f"/v1/blobs/{name}").status_code == 404
    odd = {"Content-Range": "bytes 0-5/10240"}
    assert visitor.http.put(f"/v1/blobs/{NAME}", content=BODY, headers=odd).status_code == 400


def test_that_a_blob_too_long_is_refused_before_it_is_stored(tmp_path: Path) -> None:
    with pytest.raises(BlobFault) as told:
        Blobs(tmp_path).put(NAME, 0, BODY, BLOB_BYTES + 1)
    assert told.value.code == "too_long"
    assert list(tmp_path.iterdir()) == []


def test_that_a_full_disk_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "no space")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(Unavailable) as told:
        Blobs(tmp_path).put(NAME, 0, BODY, len(BODY))
    assert told.value.code == "disk_full"
    monkeypatch.undo()
    assert Blobs(tmp_path).put(NAME, 0, BODY, len(BODY))


# -- what a centre ships, and under whose name


def shipped_rows(body: bytes, path: Path) -> dict[str, list[tuple[object, ...]]]:
    path.write_bytes(body)
    db = sqlite3.connect(path)
    try:
        return {
            entity.name: db.execute(f'SELECT * FROM "{entity.name}" ORDER BY key').fetchall()
            for entity in ENTITIES
        }
    finally:
        db.close()


@pytest.mark.parametrize("person", [ZHANG, WEI])
def test_that_the_shipped_file_is_the_seats_own_and_says_every_row_its_channels_see(
    served: Served, tmp_path: Path, person: PersonId
) -> None:
    hall, visitor = served.visitor(), served.visitor(person, "seat-p")
    for _ in range(3):
        register(hall)
    found = manifest(visitor)["rows"]
    channels = frozenset(visitor.welcome.channels)

    def take(epoch: int, head: int, rows: Iterable[VisibleRow]) -> list[VisibleRow]:
        return sorted(rows)

    truth = served.centre.store.copy_rows(channels, take)
    made = shipped_rows(fetched(visitor, found), tmp_path / "cache.db")
    said = sorted((name, *row[:3], row[-1]) for name, rows in made.items() for row in rows)
    assert said == truth
    rows = RowsDb(tmp_path / "cache.db")
    assert not rows.was_rebuilt
    assert (rows.epoch, rows.cursor, set(rows.channels)) == (1, found.through_seq, channels)
    entity = ENTITY_BY_NAME["unit"]
    for row in made["unit"]:
        assert tuple(row[3:-1]) == entity.values(entity.decode(bytes(row[-1])))
    rows.close()


def test_that_changed_components_that_the_file_has_are_not_shipped_again(
    paths: Paths, tmp_path: Path
) -> None:
    rows = [Component(ComponentId(f"4501030101{i:07d}"), "01003", i, i, GRID) for i in range(3)]
    with opened(paths) as store:
        puts = [Put("component", row) for row in rows]
        run(store._writer.do(lambda writing: writing.deliver("deliver", puts)))
        for covered, left in ((0, 3), (store.head - 1, 1), (store.head, 0)):
            store.ship_rows(tmp_path / "rows.db", frozenset({"everybody"}), covered)
            db = sqlite3.connect(tmp_path / "rows.db")
            assert db.execute("SELECT count(*) FROM component").fetchone() == (left,)
            db.close()


def test_that_the_list_is_signed_with_the_key_a_seat_was_told(served: Served, paths: Paths) -> None:
    hall = served.visitor()
    found = msgspec.json.decode(hall.http.get("/v1/snapshots").content, type=Manifest)
    key = hall.welcome.key
    assert key.startswith("ed25519:")
    assert is_sealed(found, key)
    other = SigningKey(bytes(range(32))).public
    assert not is_sealed(found, other)
    for changed in ({"epoch": 2}, {"snapshots": ()}, {"pending": ("base",)}, {"signature": ""}, {"key": "x"}):
        assert not is_sealed(msgspec.structs.replace(found, **changed), key)
    assert not is_sealed(found, key.replace("ed25519", "sm2"))
    assert paths.signing_key.stat().st_mode & 0o077 == 0


def test_that_a_centre_without_a_key_makes_one_and_keeps_it(paths: Paths) -> None:
    paths.signing_key.unlink()
    first = SigningKey.load_or_make(paths.signing_key).public
    assert SigningKey.load_or_make(paths.signing_key).public == first
    assert paths.signing_key.stat().st_mode & 0o077 == 0
    paths.signing_key.write_bytes(b"short")
    with pytest.raises(NotOpenable):
        SigningKey.load_or_make(paths.signing_key)


def test_that_a_restarted_centre_gives_out_what_it_had_built(paths: Paths) -> None:
    paths.base_map.write_bytes(BODY)
    with serving(paths) as served:
        before = manifest(served.visitor())
    (paths.snapshots / "part-left-behind").write_bytes(b"?")
    with serving(paths) as served:
        served.centre.snapshots.tidy()
        assert manifest(served.visitor()) == before
        assert not (paths.snapshots / "part-left-behind").exists()
        assert fetched(served.visitor(), before["rows"])


def test_that_a_serving_centre_makes_large_files_before_anybody_asks(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshots_module, "SNAPSHOT_WAIT_BYTES", 10)
    paths.components.write_bytes(BODY)
    with serving(paths) as served:
        served.centre.snapshots.prepare()
        end_s = time.monotonic() + 30
        while "components" not in served.centre.snapshots._fixed:
            assert time.monotonic() < end_s
            time.sleep(0.01)
        assert set(manifest(served.visitor())) == {"rows", "components"}


def test_that_what_was_built_for_another_ledger_is_not_given_out(paths: Paths) -> None:
    with serving(paths) as served:
        visitor = served.visitor()
        register(visitor)
        before = manifest(visitor)["rows"]
    index = paths.snapshots / "index.json"
    index.write_bytes(index.read_bytes().replace(b'"epoch":1', b'"epoch":7'))
    with serving(paths) as served:
        served.centre.snapshots.tidy()
        assert not (paths.snapshots / f"{before.sha256}.zst").exists()


def test_that_a_seat_never_waits_for_newer_rows_it_can_do_without(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshots_module, "SNAPSHOT_BEHIND", 40)
    hall = served.visitor()
    first = manifest(hall)["rows"]
    may_build = threading.Event()
    ship = served.centre.store.ship_rows

    def slowly(*args: Any) -> tuple[int, int]:
        assert may_build.wait(30)
        return ship(*args)

    monkeypatch.setattr(served.centre.store, "ship_rows", slowly)
    while hall.beat().head - first.through_seq <= 20:
        register(hall)
    assert manifest(hall)["rows"] == first, "given out at once, the newer one is under way"
    may_build.set()
    end_s = time.monotonic() + 30
    while manifest(hall)["rows"] == first:
        assert time.monotonic() < end_s
        time.sleep(0.01)
    assert manifest(hall)["rows"].through_seq > first.through_seq


def test_that_a_large_file_is_listed_when_it_is_ready_and_said_to_be_on_its_way(
    served: Served, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshots_module, "SNAPSHOT_WAIT_BYTES", 10)
    may_build = threading.Event()
    pack = snapshots_module.compress

    def slowly(source: Path, folder: Path) -> tuple[str, Path, int]:
        assert source.name != "base.db" or may_build.wait(30)
        return pack(source, folder)

    monkeypatch.setattr(snapshots_module, "compress", slowly)
    paths.base_map.write_bytes(BODY)
    hall = served.visitor()
    found = msgspec.json.decode(hall.http.get("/v1/snapshots").content, type=Manifest)
    assert ([one.dataset for one in found.snapshots], found.pending) == (["rows"], ("base",))
    may_build.set()
    end_s = time.monotonic() + 30
    while "base" not in manifest(hall):
        assert time.monotonic() < end_s
        time.sleep(0.01)
    found = msgspec.json.decode(hall.http.get("/v1/snapshots").content, type=Manifest)
    assert ([one.dataset for one in found.snapshots], found.pending) == (["rows", "base"], ())


def test_that_an_archive_is_listed_when_it_is_made_and_is_of_the_channels_that_asked(
    served: Served, paths: Paths, tmp_path: Path
) -> None:
    closed = ArchivedCases(
        keys=["202501010001", "202501020001"],
        uids=["", ""],
        kinds=["component"] * 2,
        editions=["2026"] * 2,
        class_codes=["01003"] * 2,
        conditions=[""] * 2,
        units=[str(UNIT), "u-drainage"],
        grids=[GRID] * 2,
        x_mm=np.array([1, 2]),
        y_mm=np.array([1, 2]),
        registered_ms=np.array([10, 20]),
        due_ms=np.array([30, 30]),
        closed_ms=np.array([25, 25]),
        stages=["closed"] * 2,
        sources=["hotline"] * 2,
        places=["金湖路口", "东葛路"],
        texts=["井盖缺失", "井盖破损"],
    )
    paths.archive.mkdir(exist_ok=True)
    append(paths.archive / "cases.db", closed)
    hall, unit = served.visitor(), served.visitor(WEI, "seat-u")
    found = msgspec.json.decode(hall.http.get("/v1/snapshots").content, type=Manifest)
    assert ([one.dataset for one in found.snapshots], found.pending) == (["rows"], ("archive",))
    assert keys_of(hall, tmp_path) == {"202501010001", "202501020001"}
    assert keys_of(unit, tmp_path) == {"202501010001"}
    secret = manifest(hall)["archive"].sha256
    assert unit.http.get(f"/v1/snapshots/{secret}").status_code == 404


def keys_of(visitor: Visitor, folder: Path) -> set[str]:
    """Cases of the archive, when it has come."""
    end_s = time.monotonic() + 60
    while "archive" not in (found := manifest(visitor)):
        assert time.monotonic() < end_s
        time.sleep(0.05)
    path = folder / f"{visitor.seat}.db"
    path.write_bytes(fetched(visitor, found["archive"]))
    db = sqlite3.connect(path)
    try:
        return {key for (key,) in db.execute("SELECT key FROM archived")}
    finally:
        db.close()
