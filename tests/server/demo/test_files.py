"""components.db, base.db and the live trickle that reads them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import apsw
import msgspec
import numpy as np
import pytest

from casework.apply import apply, reads
from casework.catalogue.model import Catalogue
from casework.command import Writes
from casework.entities.component import ComponentState
from casework.facts import Actor, Facts, NumberBlock
from casework.ids import CaseId, Key, PersonId, SeatId
from casework.workflow import Post, Source
from server.component_file import FileFacts, read_components
from server.demo.city import DemoCity
from server.demo.files import component_table, write_base, write_components
from server.demo.trickle import CityView, city_view, next_report, pause_s


@pytest.fixture(scope="module")
def folder(tiny: DemoCity, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("centre")
    write_components(tiny, home / "components.db")
    write_base(tiny, home / "base.db")
    return home


@pytest.fixture(scope="module")
def view(tiny: DemoCity, folder: Path, catalogues: Mapping[str, Catalogue]) -> CityView:
    rng = np.random.default_rng(1)
    files = folder / "base.db", folder / "components.db"
    return city_view(rng, *files, tiny.unit_grids, tiny.city, catalogues["2026"])


def read(path: Path, sql: str) -> list[tuple]:
    db = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
    rows = db.execute(sql).fetchall()
    db.close()
    return rows


def test_that_the_component_file_says_the_same_in_rows_and_columns(tiny: DemoCity, folder: Path) -> None:
    path = folder / "components.db"
    meta = dict(read(path, "SELECT name, value FROM meta"))
    assert meta["schema"] == "1" and meta["epsg"] == "4545" and meta["is_generated"] == "1"
    rows = read(path, "SELECT rowid, key, class_code, x_mm, y_mm, state FROM component ORDER BY rowid")
    assert len(rows) == int(meta["count"]) == len(tiny.components.keys)
    columns = {name: np.frombuffer(body, dtype) for name, dtype, body in read(path, "SELECT * FROM columns")}
    assert columns["x_off_mm"].dtype == np.dtype("<i4") and columns["class_idx"].dtype == np.dtype("<u2")
    x = columns["x_off_mm"].astype(np.int64) + int(meta["origin_x_mm"])
    y = columns["y_off_mm"].astype(np.int64) + int(meta["origin_y_mm"])
    assert [row[3] for row in rows] == x.tolist() and [row[4] for row in rows] == y.tolist()
    codes = dict(read(path, "SELECT idx, code FROM class"))
    assert [row[2] for row in rows] == [codes[k] for k in columns["class_idx"].tolist()]
    states = list(ComponentState)
    assert [row[5] for row in rows] == [states[k] for k in columns["state_idx"].tolist()]
    assert [row[0] for row in rows] == list(range(1, len(rows) + 1))


def test_that_what_is_written_is_read(tiny: DemoCity, folder: Path) -> None:
    table, facts = read_components(folder / "components.db")
    wanted = component_table(tiny.components, tiny.unit_grids, tiny.units)
    assert facts == FileFacts(4545, 1, True, 0)
    assert table.class_codes == wanted.class_codes
    for name in ("keys", "grids", "owners", "surveyed", "uids"):
        assert list(getattr(table, name)) == list(getattr(wanted, name))
    for name in ("class_of", "x_mm", "y_mm", "state"):
        assert np.array_equal(getattr(table, name), getattr(wanted, name))


def test_that_neighbours_in_the_file_are_neighbours_in_the_city(folder: Path) -> None:
    rows = np.array(read(folder / "components.db", "SELECT x_mm, y_mm FROM component ORDER BY rowid"))
    step_m = np.hypot(*np.diff(rows, axis=0).T) / 1000
    assert np.median(step_m) < 30


def test_that_the_base_map_can_be_read_back(tiny: DemoCity, folder: Path) -> None:
    rows = read(folder / "base.db", "SELECT layer, name, width_mm, body FROM feature ORDER BY id")
    assert len(rows) == len(tiny.base)
    for (layer, name, width, body), one in zip(rows, tiny.base, strict=True):
        assert (layer, name, width) == (one.layer, one.name, one.width_mm)
        assert np.array_equal(np.frombuffer(body, "<i4").reshape(-1, 2), one.points)


def test_that_a_broken_write_leaves_no_file(tiny: DemoCity, tmp_path: Path) -> None:
    broken = msgspec.structs.replace(
        tiny, components=msgspec.structs.replace(tiny.components, keys=("1", "1", "2"))
    )
    with pytest.raises((ValueError, apsw.Error)):
        write_components(broken, tmp_path / "components.db")
    assert list(tmp_path.iterdir()) == []


def test_that_the_trickles_reports_are_accepted_by_the_rules(
    tiny: DemoCity, view: CityView, catalogues: Mapping[str, Catalogue], as_of_ms: int
) -> None:
    rng = np.random.default_rng(2)
    intake = Actor(PersonId("intake"), "热线对接", SeatId("intake"), frozenset({Post.INTAKE}))
    facts = Facts(as_of_ms, intake, tiny.city, catalogues, (NumberBlock("20260714", 9000, 9999),))
    world = {Key("unit_grid", grid.code): grid for grid in tiny.unit_grids}
    kinds = set()
    for number in range(9000, 9300):
        told = next_report(rng, view, as_of_ms)
        command = msgspec.structs.replace(told, case=CaseId(f"20260714{number}"))
        rows = {key: world.get(key) for key in reads(command)}
        assert isinstance(apply(rows, command, facts), Writes)
        assert command.source is not Source.SUPERVISOR and command.told_ms < as_of_ms
        kinds.add(command.class_code)
    assert len(kinds) > 40


def test_that_the_trickles_components_exist(tiny: DemoCity, view: CityView, as_of_ms: int) -> None:
    rng = np.random.default_rng(3)
    keys = set(tiny.components.keys)
    told = [next_report(rng, view, as_of_ms) for _ in range(300)]
    named = [one.component for one in told if one.component]
    assert named and set(named) <= keys


def test_that_pauses_average_what_was_asked() -> None:
    rng = np.random.default_rng(4)
    spans = [pause_s(rng, 60) for _ in range(4000)]
    assert 50 < np.mean(spans) < 65 and min(spans) >= 2.0
