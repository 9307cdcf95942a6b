"""The city full: founded as a person founds it, counted, and sound."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path

import apsw
import numpy as np
import pytest
import shapely

from casework.entities import ENTITY_BY_NAME
from casework.workflow import OPEN_STAGES
from server.__main__ import main
from server.component_file import read_components
from server.paths import Paths
from server.store.verify import verify

DAY_MS = 24 * 3_600_000


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> Paths:
    root = tmp_path_factory.mktemp("full")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRIDSEAT_CACHE", str(root / "cache"))
        assert main(["init", str(root / "centre"), "--city", "full", "--archive", "1000"]) == 0
    return Paths(root / "centre")


def read(path: Path, sql: str) -> list[tuple]:
    db = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
    rows = db.execute(sql).fetchall()
    db.close()
    return rows


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_that_the_city_full_has_the_promised_size(paths: Paths) -> None:
    def count(entity: str) -> int:
        return int(read(paths.database, f"SELECT count(*) FROM row_{entity}")[0][0])

    assert count("unit_grid") == 42_000 and count("work_grid") == 106
    assert count("unit") == 646 and count("duty_layer") == 7
    assert len({key[:6] for (key,) in read(paths.database, "SELECT key FROM row_unit_grid")}) == 20
    stages = Counter(stage for (stage,) in read(paths.database, "SELECT stage FROM row_case"))
    assert sum(stages.values()) == 100_000
    assert sum(stages[stage] for stage in OPEN_STAGES) == 12_000
    table, facts = read_components(paths.components)
    assert len(table.keys) == len(set(table.keys)) == 1_600_000
    assert len(np.unique(table.class_of)) >= 120
    assert facts.is_generated
    assert len(read(paths.archived_cases, "SELECT key FROM archived")) == 1_000


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_that_its_grids_are_a_partition_and_hold_their_components(paths: Paths) -> None:
    entity = ENTITY_BY_NAME["unit_grid"]
    grids = [entity.decode(body) for (body,) in read(paths.database, "SELECT body FROM row_unit_grid")]
    cells = np.array([shapely.Polygon(np.array(grid.ring_mm).reshape(-1, 2)) for grid in grids], dtype=object)
    assert shapely.coverage_is_valid(cells) and shapely.is_valid(cells).all()
    assert shapely.coverage_union_all(cells).geom_type == "Polygon"
    table, _ = read_components(paths.components)
    index = {grid.code: k for k, grid in enumerate(grids)}
    some = np.arange(0, len(table.keys), 97)
    of = np.array([index[table.grids[k]] for k in some.tolist()])
    assert shapely.intersects_xy(cells[of], table.x_mm[some], table.y_mm[some]).all()


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_that_a_day_brings_some_thousand_cases_and_the_ledger_is_sound(paths: Paths) -> None:
    since = int(time.time() * 1000) - 28 * DAY_MS
    entity = ENTITY_BY_NAME["case"]
    bodies = read(paths.database, "SELECT body FROM row_case")
    lately = sum(entity.decode(body).registered_ms >= since for (body,) in bodies)
    assert 2_800 <= lately / 28 <= 4_200
    faults, entries = verify(paths.database)
    assert faults == [] and entries > 300_000
