"""The component store against a plain search over all points."""

from __future__ import annotations

from pathlib import Path

import apsw
import numpy as np
import pytest

from app.cache.basemap import open_basemap
from app.cache.columns import ComponentStore, UnreadableStore
from tests.app.map.town import CLASSES, ORIGIN, make_town


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    town = make_town(tmp_path_factory.mktemp("town"), side=8)
    return town.components_path, town.base_path


@pytest.fixture(scope="module")
def store(paths: tuple[Path, Path]) -> ComponentStore:
    return ComponentStore.open(paths[0])


def test_that_a_box_holds_exactly_the_points_in_it(store: ComponentStore) -> None:
    chance = np.random.default_rng(7)
    low = np.array([store.x_mm.min(), store.y_mm.min()]) - 50_000
    high = np.array([store.x_mm.max(), store.y_mm.max()]) + 50_000
    for _ in range(200):
        corners = np.sort(chance.uniform(low, high, (2, 2)), axis=0)
        found = store.within(*corners[0], *corners[1])
        inside = (store.x_mm >= corners[0, 0]) & (store.x_mm <= corners[1, 0])
        inside &= (store.y_mm >= corners[0, 1]) & (store.y_mm <= corners[1, 1])
        assert sorted(found.tolist()) == np.flatnonzero(inside).tolist()


def test_that_the_nearest_is_the_nearest_and_never_beyond_the_radius(store: ComponentStore) -> None:
    chance = np.random.default_rng(8)
    seen = 0
    for _ in range(300):
        x = float(chance.uniform(store.x_mm.min(), store.x_mm.max()))
        y = float(chance.uniform(store.y_mm.min(), store.y_mm.max()))
        distance = np.hypot(store.x_mm - x, store.y_mm - y)
        found = store.nearest(x, y, 30_000)
        if distance.min() > 30_000:
            assert found is None
            continue
        seen += 1
        assert found is not None
        assert distance[found] == pytest.approx(distance.min())
    assert seen > 20


def test_that_columns_and_table_say_the_same_of_each_component(store: ComponentStore) -> None:
    for i in (0, 1, len(store) // 2, len(store) - 1):
        row = store.row(i)
        assert (row.x_mm, row.y_mm) == (store.x_mm[i], store.y_mm[i])
        assert row.class_code == store.class_of(i)
        assert row.state == store.state_of(i)
        assert store.key_of(i) == row.id
        assert store.find(row.id) == i
    assert store.find("no such key") is None
    with pytest.raises(IndexError):
        store.row(len(store))


def test_that_positions_beyond_32_bits_stay_whole(store: ComponentStore) -> None:
    assert store.y_mm.max() > 2**31
    assert abs(int(store.y_mm[0]) - ORIGIN[1]) < 2_000_000


def test_that_a_store_of_nothing_answers(tmp_path: Path, paths: tuple[Path, Path]) -> None:
    empty = copy(paths[0], tmp_path)
    with apsw.Connection(str(empty)) as db:
        db.execute(
            "DELETE FROM component; UPDATE columns SET body = x''; UPDATE meta SET value = '0' WHERE name = 'count'"
        )
    with_nothing = ComponentStore.open(empty)
    assert len(with_nothing) == 0
    assert with_nothing.nearest(0, 0, 1e12) is None


def copy(path: Path, folder: Path) -> Path:
    made = folder / "copy.db"
    made.write_bytes(path.read_bytes())
    return made


@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE meta SET value = '2' WHERE name = 'schema'",
        "UPDATE meta SET value = '12' WHERE name = 'count'",
        "DELETE FROM columns WHERE name = 'x_off_mm'",
        "DELETE FROM class WHERE idx = 0",
        f"DELETE FROM class WHERE idx = {len(CLASSES) - 1}",
        "DELETE FROM meta WHERE name = 'origin_x_mm'",
        "DROP TABLE columns",
    ],
)
def test_that_a_file_that_is_not_what_it_says_is_refused(
    tmp_path: Path, paths: tuple[Path, Path], harm: str
) -> None:
    harmed = copy(paths[0], tmp_path)
    with apsw.Connection(str(harmed)) as db:
        db.execute(harm)
    with pytest.raises(UnreadableStore):
        ComponentStore.open(harmed)


@pytest.mark.parametrize("open_it", [ComponentStore.open, open_basemap])
@pytest.mark.parametrize("body", [None, b"", b"not a database at all, but long enough to be looked at" * 40])
def test_that_a_missing_or_foreign_file_is_refused(tmp_path: Path, open_it, body: bytes | None) -> None:
    path = tmp_path / "x.db"
    if body is not None:
        path.write_bytes(body)
    with pytest.raises(UnreadableStore):
        open_it(path)


@pytest.mark.parametrize("open_it, which", [(ComponentStore.open, 0), (open_basemap, 1)])
def test_that_a_half_written_file_is_refused(
    tmp_path: Path, paths: tuple[Path, Path], open_it, which: int
) -> None:
    half = tmp_path / "half.db"
    half.write_bytes(paths[which].read_bytes()[: paths[which].stat().st_size // 2])
    with pytest.raises(UnreadableStore):
        open_it(half)


def test_that_reading_never_writes(paths: tuple[Path, Path]) -> None:
    before = [path.read_bytes() for path in paths]
    ComponentStore.open(paths[0]).close()
    open_basemap(paths[1])
    assert [path.read_bytes() for path in paths] == before
    assert not [path for path in paths[0].parent.iterdir() if path.suffix != ".db"]


def test_that_the_base_map_comes_as_sheets_in_metres(paths: tuple[Path, Path]) -> None:
    base = open_basemap(paths[1])
    roads = base.sheet("road")
    assert "民族大道" in roads.names
    assert roads.width_m.max() == 26
    assert len(base.sheet("no such layer")) == 0
    everything, counts = roads.vertices(np.arange(len(roads)))
    assert len(everything) == counts.sum()
    for number in range(len(roads)):
        line = roads.of(number)
        assert (line.min(axis=0) >= roads.box_m[number, :2]).all()
        assert (line.max(axis=0) <= roads.box_m[number, 2:]).all()
    assert abs(roads.xy_m[0, 1] - ORIGIN[1] / 1000) < 3_000


def test_that_every_area_runs_counter_clockwise(paths: tuple[Path, Path]) -> None:
    base = open_basemap(paths[1])
    for layer in ("land", "block", "building", "water"):
        sheet = base.sheet(layer)
        for number in range(len(sheet)):
            x, y = (sheet.of(number) - sheet.of(number)[0]).T
            assert np.dot(x, np.roll(y, -1)) - np.dot(np.roll(x, -1), y) > 0


def test_that_a_sheet_picks_what_touches_a_box_and_nothing_else(paths: tuple[Path, Path]) -> None:
    sheet = open_basemap(paths[1]).sheet("building")
    west, south = sheet.xy_m.mean(axis=0)
    picked = set(sheet.within(west, south, west + 150, south + 150).tolist())
    for number in range(len(sheet)):
        low, high = sheet.of(number).min(axis=0), sheet.of(number).max(axis=0)
        touches = high[0] >= west and low[0] <= west + 150 and high[1] >= south and low[1] <= south + 150
        assert (number in picked) == bool(touches)
