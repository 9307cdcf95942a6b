"""The centre's files at a seat: in stages, under a known key, stopped and gone on with, and the nearer way back."""

from __future__ import annotations

import random
import shutil
import threading
from pathlib import Path
from typing import Any

import msgspec
import pytest

from app.link import bootstrap as bootstrap_module
from app.link.errand import Errand
from app.link.nearer import Choice, choice
from app.link.view import Coming, Fetching
from app.session import Session
from casework.entities.component import Component
from casework.ids import ComponentId
from casework.sync.status import Fault
from server.component_file import ComponentTable, FileFacts, write_components
from server.paths import Paths
from server.signing import SigningKey
from server.store.writing import Put
from tests.app.link.hall import Line, report, seated, until
from tests.casework.build import GRID
from tests.server.ground import Served, run, serving

LARGE = 30_000  # a piece of this size on the line is of a large file
pytestmark = pytest.mark.usefixtures("qapp")


class Gate:
    """Lets so many bytes of a large file through, and the rest when it is opened."""

    def __init__(self, free: int = 1_000_000) -> None:
        self._free = free
        self._is_open = threading.Event()
        self.is_reached = threading.Event()

    def open(self) -> None:
        self._is_open.set()

    def __call__(self, piece: bytes) -> bytes | None:
        if len(piece) > LARGE:
            self._free -= len(piece)
            if self._free < 0:
                self.is_reached.set()
                if not self._is_open.wait(60):
                    return None
        return piece


def file_of(session: Session, dataset: str) -> Fetching | None:
    return next((one for one in session.fetching() if one.dataset == dataset), None)


def adopted(session: Session) -> bool:
    return session._engine.call(lambda core: core.rows.is_verified)


# -- in stages


def test_that_the_queue_is_there_while_a_slow_line_still_brings_the_components(
    tmp_path: Path, served: Served, paths: Paths, line: Line
) -> None:
    body = random.Random(5).randbytes(3_000_000)
    paths.components.write_bytes(body)
    gate = Gate()
    line.mangle = gate
    with seated(tmp_path / "a", line.url, paths, "zhang") as a:
        assert adopted(a)
        until(gate.is_reached.is_set, "the line's end")
        command = report(a)
        a.perform(command)
        until(lambda: command.case in {shown.row.id for shown in a.open_cases()}, "the own report")
        one = until(lambda: file_of(a, "components"), "components on their way")
        assert one.coming is Coming.COMES
        assert 0 < one.done < one.total
        assert not (a.folder / "components.db").exists()
        gate.open()
        until(lambda: (a.folder / "components.db").exists(), "the components")
        until(lambda: a.fetching() == (), "the end of it")
        assert (a.folder / "components.db").read_bytes() == body


def test_that_what_a_person_stops_stays_stopped_over_a_restart_and_goes_on_where_it_was(
    tmp_path: Path, served: Served, paths: Paths, line: Line
) -> None:
    body = random.Random(6).randbytes(3_000_000)
    paths.components.write_bytes(body)
    paths.base_map.write_bytes(b"base map")
    gate = Gate()
    line.mangle = gate
    with seated(tmp_path / "a", line.url, paths, "zhang") as a:
        until(gate.is_reached.is_set, "the line's end")
        a.stop_fetching("components")
        until(lambda: (one := file_of(a, "components")) and one.coming is Coming.STOPPED, "the stop")
        assert (a.folder / "base.db").exists()
    gate.open()
    line.mend()
    with seated(tmp_path / "a", line.url, paths, "zhang") as a:
        one = until(lambda: file_of(a, "components"), "the word about it")
        assert one.coming is Coming.STOPPED
        assert one.done > 100_000, "what had come is kept"
        assert not (a.folder / "components.db").exists()
        a.resume_fetching("components")
        until(lambda: (a.folder / "components.db").exists(), "the components")
        assert (a.folder / "components.db").read_bytes() == body


def test_that_rows_cannot_be_stopped(tmp_path: Path, served: Served, paths: Paths) -> None:
    with seated(tmp_path / "a", served.url, paths, "zhang") as a:
        a.stop_fetching("rows")
        assert a._engine.call(lambda core: core.seat_db.meta("stopped:rows")) == ""


# -- whose files


def test_that_files_under_another_key_are_refused_in_words_and_the_work_goes_on(
    tmp_path: Path, paths: Paths
) -> None:
    paths.components.write_bytes(b"of the centre that is known")
    with serving(paths) as served, seated(tmp_path / "a", served.url, paths, "zhang") as a:
        until(lambda: (a.folder / "components.db").exists(), "the components")
        assert a.status().fault is Fault.NONE
    key = paths.signing_key.read_bytes()
    paths.signing_key.unlink()
    SigningKey.load_or_make(paths.signing_key)
    paths.components.write_bytes(b"of somebody else")
    with serving(paths) as served, seated(tmp_path / "a", served.url, paths, "zhang") as a:
        until(lambda: a.status().fault is Fault.UNSEALED, "a word about it")
        command = report(a)
        a.perform(command)
        until(lambda: a.outbox() == (), "the report at the centre")
        assert (a.folder / "components.db").read_bytes() == b"of the centre that is known"
    paths.signing_key.write_bytes(key)
    with serving(paths) as served, seated(tmp_path / "a", served.url, paths, "zhang") as a:
        until(lambda: b"somebody" in (a.folder / "components.db").read_bytes(), "the known key's file")
        until(lambda: a.status().fault is Fault.NONE, "the word's end")


# -- the nearer way


def test_that_a_little_behind_goes_by_pages_and_far_behind_by_the_file() -> None:
    assert not choice(2_000, 100, 25_000_000, 10_000_000).is_file_nearer
    assert choice(300_000, 100, 25_000_000, 10_000_000).is_file_nearer


def test_that_a_poor_line_and_a_large_file_speak_for_pages() -> None:
    behind = 40_000
    assert choice(behind, 0, 25_000_000, 100_000_000).is_file_nearer
    assert not choice(behind, 0, 250_000_000, 1_000_000).is_file_nearer


def test_that_a_file_that_is_as_old_as_the_seat_is_no_way() -> None:
    assert not choice(300_000, 300_000, 1_000, 10_000_000).is_file_nearer


@pytest.mark.parametrize("is_nearer", [True, False])
def test_that_a_seat_that_was_away_takes_the_way_that_was_chosen_and_agrees_in_the_end(
    tmp_path: Path, served: Served, paths: Paths, monkeypatch: pytest.MonkeyPatch, is_nearer: bool
) -> None:
    asked: list[int] = []

    def chosen(behind: int, *rest: Any) -> Choice:
        asked.append(behind)
        return Choice(2.0, 1.0) if is_nearer else Choice(1.0, 2.0)

    monkeypatch.setattr(bootstrap_module, "LEAST_BEHIND", 3)
    monkeypatch.setattr(bootstrap_module, "choice", chosen)
    with seated(tmp_path / "a", served.url, paths, "zhang") as a:
        until(a.numbers_left, "case numbers")
    with seated(tmp_path / "b", served.url, paths, "li") as b:
        commands = [report(b) for _ in range(4)]
        for command in commands:
            b.perform(command)
        until(lambda: b.outbox() == (), "all at the centre")
        for name in served.centre.snapshots._rows:  # a newer file than the first one
            served.centre.snapshots._rows[name] = []
        with seated(tmp_path / "a", served.url, paths, "zhang") as a:
            until(lambda: all(a.row("case", command.case) for command in commands), "the reports")
            until(lambda: len(a.open_cases()) == len(b.open_cases()), "agreement")
            assert adopted(a) is is_nearer
            assert len(asked) == 1, "asked once, not with every page"


def test_that_a_session_reads_the_new_file_when_it_takes_the_place_of_the_old_one(
    tmp_path: Path, served: Served, paths: Paths
) -> None:
    with seated(tmp_path / "a", served.url, paths, "zhang") as a:
        heard: list[object] = []
        a.changed.connect(heard.append)
        command = report(a)
        a.perform(command)
        until(lambda: a.outbox() == (), "the report at the centre")
        for name in served.centre.snapshots._rows:
            served.centre.snapshots._rows[name] = []
        heard.clear()
        a._engine.call(lambda core: core.start_over())
        until(lambda: heard and a.row("case", command.case), "the rows anew")
        assert None in heard
        assert a.row("case", command.case).ver == 1  # type: ignore[union-attr]


def test_that_rows_of_another_version_of_the_program_are_read_in_one_by_one(
    tmp_path: Path, served: Served, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.cache.snapshot.schema_hash", lambda: "of another version")
    with seated(tmp_path / "a", served.url, paths, "zhang") as a:
        assert not adopted(a)
        assert a.person.id == "zhang"
        assert len(a.rows("unit")) == 2


# -- components that changed


def test_that_changes_that_a_newer_components_file_has_are_dropped_from_the_cache(
    tmp_path: Path, paths: Paths
) -> None:
    rows = [Component(ComponentId(f"4501030101{i:07d}"), "01003", i, i, GRID) for i in range(3)]
    with serving(paths) as served, seated(tmp_path / "a", served.url, paths, "zhang") as a:
        store: Any = served.centre.store
        puts = [Put("component", row) for row in rows]
        run(store._writer.do(lambda writing: writing.deliver("deliver", puts)))
        until(lambda: len(a.rows("component")) == 3, "the changes")
        head = store.head
    write_components(paths.components, table_of(rows), FileFacts(4545, 1, True, head - 1))
    with serving(paths) as served, seated(tmp_path / "a", served.url, paths, "zhang") as a:
        until(lambda: len(a.rows("component")) == 1, "only the one the file has not")
    shutil.rmtree(tmp_path / "a")
    with serving(paths) as served, seated(tmp_path / "a", served.url, paths, "zhang") as a:
        until(
            lambda: (a.folder / "components.db").exists() and len(a.rows("component")) == 1, "the same anew"
        )


def table_of(rows: list[Component]) -> ComponentTable:
    import numpy as np

    count = len(rows)
    return ComponentTable(
        keys=[row.id for row in rows],
        class_codes=("01003",),
        class_of=np.zeros(count, dtype=np.int64),
        x_mm=np.array([row.x_mm for row in rows]),
        y_mm=np.array([row.y_mm for row in rows]),
        grids=[row.grid for row in rows],
        owners=[""] * count,
        state=np.zeros(count, dtype=np.uint8),
        surveyed=[""] * count,
        uids=[""] * count,
    )


# -- figures


def test_that_an_errand_never_shrinks_while_it_is_under_way_and_ends_at_nothing() -> None:
    errand = Errand()
    errand.note("rows", 0, 100, Coming.COMES, 0)
    errand.note("components", 0, 900, Coming.WAITS, 0)
    errand.note("rows", 100, 100, Coming.COMES, 1000)
    errand.end("rows", has_come=True)
    assert errand.fetched_bytes == 100
    errand.note("components", 450, 900, Coming.COMES, 2000)
    assert sum(one.done for one in errand.shown(2000)) + errand.fetched_bytes == 550
    errand.end("components", has_come=True)
    assert (errand.fetched_bytes, errand.shown(2000)) == (0, ())


def test_that_the_rate_is_that_of_the_last_seconds() -> None:
    errand = Errand()
    errand.note("components", 0, 10**9, Coming.COMES, 0)
    for second in range(1, 11):
        errand.note("components", second * 1_000_000, 10**9, Coming.COMES, second * 1000)
    assert errand.rate(10_000) == pytest.approx(1_000_000, rel=0.3)
    assert errand.rate(60_000) == 0, "a line that stands still has no rate"


def test_that_a_file_found_half_there_is_no_speed() -> None:
    errand = Errand()
    errand.note("components", 0, 10**9, Coming.WAITS, 0)
    errand.note("components", 5 * 10**8, 10**9, Coming.COMES, 1)
    assert errand.rate(2) == 0
    assert msgspec.structs.replace(errand.shown(2)[0], bytes_s=0) == errand.shown(2)[0]
