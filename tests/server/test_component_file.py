"""components.db by itself: empty ones, doubled keys, ids at the source."""

from __future__ import annotations

from pathlib import Path

import apsw
import msgspec
import numpy as np
import pytest

from server.component_file import ComponentTable, FileFacts, read_components, write_components

FACTS = FileFacts(epsg=4545, grid_version=2, is_generated=False, through_seq=77)


def table(count: int) -> ComponentTable:
    return ComponentTable(
        keys=[f"4501030100100000{k}" for k in range(count)],
        class_codes=("01001", "01002"),
        class_of=np.arange(count, dtype=np.int64) % 2,
        x_mm=533_000_000 + np.arange(count, dtype=np.int64) * 1000,
        y_mm=2_524_000_000 - np.arange(count, dtype=np.int64),
        grids=["450103001001001"] * count,
        owners=["450100002"] * count,
        state=np.zeros(count, dtype=np.uint8),
        surveyed=["2026-03-01"] * count,
        uids=[f"at-source-{k}" for k in range(count)],
    )


@pytest.mark.parametrize("count", [0, 1, 7])
def test_that_a_file_gives_back_what_was_put_in(tmp_path: Path, count: int) -> None:
    write_components(tmp_path / "components.db", table(count), FACTS)
    read, facts = read_components(tmp_path / "components.db")
    assert facts == FACTS
    assert list(read.keys) == list(table(count).keys) and list(read.uids) == list(table(count).uids)
    assert np.array_equal(read.x_mm, table(count).x_mm) and np.array_equal(read.y_mm, table(count).y_mm)
    assert [path.name for path in tmp_path.iterdir()] == ["components.db"]


def test_that_a_doubled_key_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "components.db"
    write_components(path, table(3), FACTS)
    doubled = msgspec.structs.replace(table(2), keys=["1", "1"])
    with pytest.raises(apsw.ConstraintError):
        write_components(path, doubled, FACTS)
    assert len(read_components(path)[0].keys) == 3
    assert [one.name for one in tmp_path.iterdir()] == ["components.db"]


def test_that_columns_of_different_lengths_are_refused(tmp_path: Path) -> None:
    short = msgspec.structs.replace(table(3), owners=["450100002"])
    with pytest.raises(ValueError):
        write_components(tmp_path / "components.db", short, FACTS)
    assert list(tmp_path.iterdir()) == []


def test_that_components_on_two_continents_are_refused(tmp_path: Path) -> None:
    wide = msgspec.structs.replace(table(2), x_mm=np.array([0, 10_000_000_000], dtype=np.int64))
    with pytest.raises(ValueError, match="far apart"):
        write_components(tmp_path / "components.db", wide, FACTS)
