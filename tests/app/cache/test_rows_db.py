"""cache.db on real SQLite: rows and cursor together, dropped when in doubt, readable while it is written."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import msgspec
import pytest

from app.cache import rows_db as module
from app.cache.disk import DiskFull
from app.cache.reader import RowReader
from app.cache.rows_db import Damaged, Record, RowsDb, check_page, is_sound
from app.cache.snapshot import UnreadableSnapshot, batches, count, facts_of
from app.cache.tables import TABLES, Table
from casework.catalogue.model import Kind
from casework.entities import ENTITIES
from casework.entities.case import Case
from casework.entities.component import Component
from casework.entities.note import Note
from casework.entity import Entity
from casework.ids import CaseId, CommandId, ComponentId, Key, PersonId, ReportId
from casework.rows_file import figures, schema_hash, wanted_indexes
from casework.sync.messages import Entry, Op, Page, WireError
from casework.workflow import Source, Stage
from tests.casework.build import GRID

ROOT = Path(__file__).resolve().parents[3]


def note(name: str, case: str = "202607140001", text: str = "x") -> Note:
    return Note(name, CaseId(case), PersonId("zhang"), "张", 5, text)


def new_case(case: str, stage: Stage) -> Case:
    return Case(
        id=CaseId(case),
        stage=stage,
        kind=Kind.EVENT,
        edition="2026",
        class_code="01003",
        x_mm=1,
        y_mm=2,
        place="金湖路口",
        grid=GRID,
        text="x",
        source=Source.HOTLINE,
        report=ReportId(case + "-1"),
        registered_ms=1,
        stage_ms=1,
    )


def put(seq: int, entity: str, key: str, row: Any, ver: int = 1) -> Entry:
    body = msgspec.Raw(msgspec.json.encode(row, order="sorted"))
    return Entry(seq, CommandId("c"), entity, key, ver, Op.PUT, body)


def gone(seq: int, entity: str, key: str, ver: int = 2) -> Entry:
    return Entry(seq, CommandId("c"), entity, key, ver, Op.DEL)


def page(prev: int, upto: int, *entries: Entry, head: int = 0) -> Page:
    return Page(1, prev, upto, head or upto, entries, 77)


def test_that_a_page_brings_rows_and_cursor_together(tmp_path: Path) -> None:
    rows = RowsDb(tmp_path / "cache.db")
    rows.commit(page(0, 2, put(1, "note", "n1", note("n1")), put(2, "note", "n2", note("n2"))))
    assert rows.get(Key("note", "n1")) == (note("n1"), 1)
    assert (rows.cursor, rows.as_of_ms) == (2, 77)
    rows.commit(page(2, 3, gone(3, "note", "n1"), head=9))
    assert rows.get(Key("note", "n1")) == (None, 0)
    assert (rows.cursor, rows.as_of_ms) == (3, 77)


def test_that_rows_are_there_after_a_restart(tmp_path: Path) -> None:
    first = RowsDb(tmp_path / "cache.db")
    first.reset(4)
    first.commit(page(0, 2, put(1, "note", "n1", note("n1"))))
    first.note(channels=("everybody", "city"))
    first.close()
    again = RowsDb(tmp_path / "cache.db")
    assert not again.was_rebuilt
    assert (again.epoch, again.cursor, again.channels) == (4, 2, ("city", "everybody"))
    assert again.get(Key("note", "n1"))[0] == note("n1")


def test_that_a_reset_leaves_no_row_and_the_cursor_at_the_start(tmp_path: Path) -> None:
    rows = RowsDb(tmp_path / "cache.db")
    rows.commit(page(0, 2, put(1, "note", "n1", note("n1"))))
    rows.reset(2)
    assert (rows.epoch, rows.cursor, rows.get(Key("note", "n1"))) == (2, 0, (None, 0))


def test_that_an_entity_of_a_newer_centre_is_passed_over(tmp_path: Path) -> None:
    rows = RowsDb(tmp_path / "cache.db")
    unknown = page(0, 1, put(1, "satellite", "s", note("s")))
    check_page(unknown)
    rows.commit(unknown)
    assert rows.cursor == 1


def test_that_a_row_that_does_not_decode_is_refused_before_anything_is_applied() -> None:
    wrong = Entry(1, CommandId("c"), "note", "n1", 1, Op.PUT, msgspec.Raw(b'{"id":7}'))
    with pytest.raises(WireError, match="note n1"):
        check_page(page(0, 1, wrong))


@pytest.mark.parametrize("harm", ["garbage", "middle", "empty", "foreign", "schema", "half"])
def test_that_a_cache_that_cannot_be_trusted_is_begun_anew(tmp_path: Path, harm: str) -> None:
    path = tmp_path / "cache.db"
    rows = RowsDb(path)
    rows.commit(
        page(0, 400, *(put(i, "note", f"n{i}", note(f"n{i}", text="y" * 300)) for i in range(1, 400)))
    )
    rows._db.conn.close()  # killed: a file that was closed well is looked through later
    spoil(path, harm)
    again = RowsDb(path)
    assert again.was_rebuilt
    assert (again.cursor, again.get(Key("note", "n1"))) == (0, (None, 0))
    again.commit(page(0, 1, put(1, "note", "n1", note("n1"))))
    again.close()
    assert not RowsDb(path).was_rebuilt


def test_that_a_file_that_was_closed_well_is_looked_through_when_there_is_time(tmp_path: Path) -> None:
    path = tmp_path / "cache.db"
    rows = RowsDb(path)
    rows.commit(
        page(0, 400, *(put(i, "note", f"n{i}", note(f"n{i}", text="y" * 300)) for i in range(1, 400)))
    )
    rows.close()
    assert is_sound(path)
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(size * 3 // 4)  # rows of notes; the tables' own pages lie in front
        file.write(b"\xa5" * (size // 4))
    again = RowsDb(path)
    assert not again.was_rebuilt, "not at the start"
    assert not is_sound(path)
    with pytest.raises(Damaged):
        for i in range(1, 400):
            again.get(Key("note", f"n{i}"))
    again.rebuild()
    assert (again.was_rebuilt, again.cursor, again.get(Key("note", "n1"))) == (True, 0, (None, 0))
    assert is_sound(path)


def spoil(path: Path, harm: str) -> None:
    if harm == "garbage":
        path.write_bytes(b"not a database at all" * 400)
    elif harm == "middle":
        body = bytearray(path.read_bytes())
        for start in range(8192, len(body) - 4096, 8192):
            body[start : start + 2000] = b"\xa5" * 2000
        path.write_bytes(bytes(body))
    elif harm == "empty":
        path.write_bytes(b"")
    else:
        db = sqlite3.connect(path)
        if harm == "foreign":
            db.execute("DROP TABLE meta")
        elif harm == "schema":
            db.execute("UPDATE meta SET value = 'another' WHERE name = 'schema'")
        else:
            db.execute("DELETE FROM meta WHERE name = 'schema'")
        db.commit()
        db.close()


def test_that_the_schema_hash_notices_one_field_more(monkeypatch: pytest.MonkeyPatch) -> None:
    class Longer(Note, frozen=True, omit_defaults=True):
        mood: str = ""

    before = schema_hash.__wrapped__()
    entities = tuple(
        Entity("note", Longer, e.key, e.channels, e.indexed) if e.name == "note" else e for e in ENTITIES
    )
    monkeypatch.setattr("casework.rows_file.ENTITIES", entities)
    assert schema_hash.__wrapped__() != before


def test_that_a_full_disk_is_said_and_a_page_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    rows = RowsDb(tmp_path / "cache.db")
    rows.commit(page(0, 1, put(1, "note", "n1", note("n1"))))
    used = rows._db.conn.execute("PRAGMA page_count").fetchone()[0]
    rows._db.conn.execute(f"PRAGMA max_page_count = {used + 2}")
    big = page(1, 90, *(put(i, "note", f"n{i}", note(f"n{i}", text="x" * 900)) for i in range(2, 90)))
    with pytest.raises(DiskFull):
        rows.commit(big)
    assert (rows.cursor, rows.get(Key("note", "n2"))) == (1, (None, 0))
    rows._db.conn.execute(f"PRAGMA max_page_count = {used + 10_000}")
    rows.commit(big)
    assert (rows.cursor, rows.get(Key("note", "n89"))[1]) == (90, 1)


class Cut(Exception):
    """The process ends here."""


class Guillotine:
    """A connection that ends everything before its statement number `left`."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self.left = -1

    def execute(self, statement: str, *values: Any) -> Any:
        if self.left == 0:
            raise Cut
        self.left -= 1
        return self._connection.execute(statement, *values)

    def executemany(self, statement: str, rows: Any) -> None:
        for values in rows:
            self.execute(statement, values)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


def test_that_between_any_two_statements_of_a_page_rows_and_cursor_agree(tmp_path: Path) -> None:
    for cut in range(1, 6):
        path = tmp_path / f"cache-{cut}.db"
        rows = RowsDb(path)
        rows.commit(page(0, 1, put(1, "note", "n1", note("n1"))))
        plain = rows._db.conn
        rows._db.conn = Guillotine(plain)
        rows._db.conn.left = cut
        with pytest.raises(Cut):
            rows.commit(page(1, 4, *(put(i, "note", f"n{i}", note(f"n{i}")) for i in range(2, 5))))
        plain.close()
        again = RowsDb(path)
        assert not again.was_rebuilt
        assert (again.cursor, again.get(Key("note", "n2"))) == (1, (None, 0))


WRITER = """
import sys
from pathlib import Path
from app.cache.rows_db import RowsDb
from tests.app.cache.test_rows_db import note, page, put
rows = RowsDb(Path(sys.argv[1]))
for number in range(1, 100000):
    at = rows.cursor
    rows.commit(page(at, at + 3, *(put(at + i, "note", f"n{at + i}", note(f"n{at + i}")) for i in (1, 2, 3))))
    print(at + 3, flush=True)
"""


def test_that_after_a_kill_the_rows_are_exactly_those_of_the_cursor(tmp_path: Path) -> None:
    chance = random.Random(7)
    path = tmp_path / "cache.db"
    cursor = 0
    for _ in range(3):
        with subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(WRITER), str(path)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        ) as writer:
            assert writer.stdout is not None
            for _ in range(chance.randrange(1, 40)):
                writer.stdout.readline()
            os.kill(writer.pid, signal.SIGKILL)
            writer.stdout.read()
        rows = RowsDb(path)
        assert not rows.was_rebuilt
        assert rows.cursor > cursor
        cursor = rows.cursor
        keys = {key for (key,) in rows._db.conn.execute("SELECT key FROM note")}
        assert keys == {f"n{number}" for number in range(1, cursor + 1)}
        rows.close()


class Steps:
    """Ends everything before step number `cut`."""

    def __init__(self, cut: int) -> None:
        self.left = cut

    def cutting(self, act: Any) -> Any:
        def stepped(*args: Any, **more: Any) -> Any:
            if self.left == 0:
                raise Cut
            self.left -= 1
            return act(*args, **more)

        return stepped


# -- snapshots


def snapshot(path: Path, records: list[Record]) -> Path:
    """A file of another version of the program: its tables have fewer columns."""
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE meta (name TEXT, value TEXT)")
    for entity in {record.entity for record in records}:
        db.execute(f"CREATE TABLE {entity} (key TEXT, ver INTEGER, seq INTEGER, body BLOB)")
    for r in records:
        db.execute(f"INSERT INTO {r.entity} VALUES (?, ?, ?, ?)", (r.key, r.ver, r.seq, r.body))
    db.commit()
    db.close()
    return path


def shipped(path: Path, *notes: str, epoch: int = 1, cursor: int = 40) -> Path:
    """A file in the seat's own layout, as the centre makes it."""
    made = RowsDb(path)
    made.commit(page(0, cursor, *(put(i, "note", name, note(name)) for i, name in enumerate(notes, 1))))
    made.close()
    db = sqlite3.connect(path)
    facts = figures(epoch, cursor, 88, ("everybody", "city"))
    db.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", facts.items())
    db.commit()
    db.execute("PRAGMA journal_mode = delete")
    db.close()
    return path


def test_that_a_file_of_this_layout_is_taken_over_whole(tmp_path: Path) -> None:
    path = tmp_path / "cache.db"
    rows = RowsDb(path)
    rows.commit(page(0, 3, put(1, "note", "old", note("old"))))
    reader, generation = RowReader(path), rows.generation
    new = shipped(tmp_path / "new.db", "n1", "n2")
    facts = facts_of(new)
    assert facts.fits(1, ("city", "everybody"))
    assert not facts.fits(2, ("city", "everybody"))
    assert not facts.fits(1, ("everybody",))
    rows.adopt(new)
    assert reader.get(Key("note", "old")), "who had it open goes on reading the old rows"
    assert not new.exists()
    assert (rows.epoch, rows.cursor, rows.as_of_ms, rows.channels) == (1, 40, 88, ("city", "everybody"))
    assert (rows.generation, rows.is_verified, rows.was_rebuilt) == (generation + 1, True, False)
    again = RowReader(path)
    assert (again.get(Key("note", "old")), again.count("note")) == (None, 2)
    rows.commit(page(40, 41, put(41, "note", "n3", note("n3"))))
    assert again.count("note") == 3
    reader.close()
    assert again.count("note") == 3, "the old file's end takes nothing of the new with it"
    rows.close()
    assert RowsDb(path).get(Key("note", "n3"))[1] == 1


def test_that_a_file_of_another_layout_does_not_fit(tmp_path: Path) -> None:
    new = shipped(tmp_path / "new.db", "n1")
    db = sqlite3.connect(new)
    db.execute("UPDATE meta SET value = 'another' WHERE name = 'schema'")
    db.commit()
    db.close()
    assert not facts_of(new).fits(1, ("city", "everybody"))
    assert [record.key for batch in batches(new) for record in batch] == ["n1"], "but its rows can be read"


def test_that_a_kill_while_a_file_is_taken_over_leaves_the_old_rows_or_the_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cut before each rename and each removal in turn; a last reader still has the old file open."""
    seen = set()
    for cut in range(6):
        folder = tmp_path / str(cut)
        folder.mkdir()
        path = folder / "cache.db"
        rows = RowsDb(path)
        rows.commit(page(0, 3, put(1, "note", "old", note("old"))))
        reader = RowReader(path)
        reader.get(Key("note", "old"))
        new = shipped(folder / "new.db", "n1")
        steps = Steps(cut)
        with monkeypatch.context() as patch:
            patch.setattr(module.os, "replace", steps.cutting(os.replace))
            patch.setattr(Path, "unlink", steps.cutting(Path.unlink))
            try:
                rows.adopt(new)
            except Cut:
                pass
            else:
                rows._db.conn.close()
        reader.close()
        again = RowsDb(path)
        assert not again.was_rebuilt
        state = (again.cursor, again.get(Key("note", "old"))[1], again.get(Key("note", "n1"))[1])
        assert state in {(3, 1, 0), (40, 0, 1)}
        seen.add(state)
        again.close()
    assert len(seen) == 2


def test_that_components_that_a_newer_file_has_are_let_go(tmp_path: Path) -> None:
    rows = RowsDb(tmp_path / "cache.db")
    made = [Component(ComponentId(f"4501030101{i:06d}"), "0101", i, i, GRID) for i in range(3)]
    rows.commit(page(0, 9, *(put(i + 5, "component", c.id, c) for i, c in enumerate(made))))
    assert rows.drop_covered(6) == 2
    assert [rows.get(Key("component", c.id))[1] for c in made] == [0, 0, 1]


def test_that_a_snapshot_replaces_all_rows_at_once(tmp_path: Path) -> None:
    rows = RowsDb(tmp_path / "cache.db")
    rows.commit(page(0, 3, put(1, "note", "old", note("old"))))
    reader = RowReader(tmp_path / "cache.db")
    records = [Record("note", f"n{i}", 2, i, msgspec.json.encode(note(f"n{i}"))) for i in range(1000)]
    records.append(Record("satellite", "s", 1, 1, b"{}"))
    path = snapshot(tmp_path / "snap.db", records)
    assert count(path) == 1001
    rows.begin_load()
    for batch in batches(path):
        rows.load(batch)
        assert reader.get(Key("note", "old")) is not None
    rows.finish_load(3, 500, 99)
    assert reader.get(Key("note", "old")) is None
    assert reader.count("note") == 1000
    assert (rows.epoch, rows.cursor, rows.as_of_ms) == (3, 500, 99)


def test_that_an_abandoned_load_leaves_the_rows_as_they_were(tmp_path: Path) -> None:
    rows = RowsDb(tmp_path / "cache.db")
    rows.commit(page(0, 3, put(1, "note", "old", note("old"))))
    rows.begin_load()
    rows.load([Record("note", "new", 1, 1, msgspec.json.encode(note("new")))])
    rows.abandon_load()
    assert rows.get(Key("note", "old"))[1] == 1
    assert (rows.cursor, rows.is_loading) == (3, False)


def test_that_a_reset_ends_a_load_under_way(tmp_path: Path) -> None:
    rows = RowsDb(tmp_path / "cache.db")
    generation = rows.generation
    rows.begin_load()
    rows.reset(5)
    assert (rows.epoch, rows.generation, rows.is_loading) == (5, generation + 1, False)


def test_that_a_file_that_is_no_snapshot_is_said_to_be_none(tmp_path: Path) -> None:
    path = tmp_path / "snap.db"
    path.write_bytes(b"SQLite format 3\0 but not really")
    with pytest.raises(UnreadableSnapshot):
        list(batches(path))
    with pytest.raises(UnreadableSnapshot):
        count(path)


# -- the reader


def filled(path: Path) -> RowReader:
    rows = RowsDb(path)
    stages = [Stage.REGISTERED, Stage.AWAITING_DISPATCH, Stage.CLOSED, Stage.REGISTERED]
    cases = [new_case(f"20260714000{i}", stage) for i, stage in enumerate(stages, 1)]
    rows.commit(page(0, 9, *(put(i, "case", case.id, case, ver=i) for i, case in enumerate(cases, 1))))
    return RowReader(path)


def test_that_rows_are_found_by_indexed_fields_in_the_order_of_their_keys(tmp_path: Path) -> None:
    reader = filled(tmp_path / "cache.db")
    found = reader.where("case", stage=Stage.REGISTERED)
    assert [(kept.key, kept.ver) for kept in found] == [("202607140001", 1), ("202607140004", 4)]
    both = reader.where("case", stage=(Stage.REGISTERED, Stage.CLOSED))
    assert [kept.key for kept in both] == ["202607140001", "202607140003", "202607140004"]
    assert sorted(kept.key for kept in reader.open_cases()) == [
        "202607140001",
        "202607140002",
        "202607140004",
    ]
    assert reader.count("case") == 4
    assert reader.cursor() == 9


def test_that_asking_for_a_field_without_an_index_is_an_error_not_a_slow_answer(tmp_path: Path) -> None:
    with pytest.raises(KeyError, match="not indexed"):
        filled(tmp_path / "cache.db").where("case", text="井盖")


def test_that_the_reader_cannot_write(tmp_path: Path) -> None:
    reader = filled(tmp_path / "cache.db")
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        reader._db.execute("DELETE FROM note")


def test_that_every_equality_is_answered_by_an_index(tmp_path: Path) -> None:
    RowsDb(tmp_path / "cache.db")
    db = sqlite3.connect(tmp_path / "cache.db")
    for entity in ENTITIES:
        for name in wanted_indexes(entity):
            statement, values = Table(entity).where({name: "x"})
            plan = " ".join(str(row[3]) for row in db.execute(f"EXPLAIN QUERY PLAN {statement}", values))
            assert "USING INDEX" in plan, f"{entity.name}.{name}: {plan}"
    assert set(TABLES) == {entity.name for entity in ENTITIES}
