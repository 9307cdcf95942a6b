"""Rows of a new city that come encoded: the same store as rows that are encoded on the way in."""

from __future__ import annotations

from pathlib import Path

import apsw
import pytest

from casework.entities import ENTITY_BY_NAME
from server.founding import CannotFound, write_store
from server.store.schema import table_of
from server.store.verify import verify
from server.store.writing import Fresh
from tests.casework.build import seed_rows

NOW_MS = 1_784_009_967_000


def split_rows() -> tuple[list, list[Fresh]]:
    """What is known decoded, and the rest encoded."""
    plain, fresh = [], []
    for key, row in seed_rows().items():
        entity = ENTITY_BY_NAME[key.entity]
        if key.entity in ("city", "person"):
            plain.append((key.entity, row))
        else:
            values = (entity.encode(row), entity.channels(row), entity.values(row))
            fresh.append(Fresh(entity.name, entity.key(row), *values))
    return plain, fresh


def rows_of(path: Path, entity: str) -> list[tuple]:
    db = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
    columns = ", ".join(f'"{name}"' for name in ("key", "ver", *ENTITY_BY_NAME[entity].indexed, "body"))
    found = db.execute(f"SELECT {columns} FROM {table_of(entity)} ORDER BY key").fetchall()
    db.close()
    return found


def test_that_rows_encoded_elsewhere_leave_the_same_store(tmp_path: Path) -> None:
    plain, fresh = split_rows()
    assert plain and fresh
    write_store(tmp_path / "whole.db", [(key.entity, row) for key, row in seed_rows().items()], (), NOW_MS)
    write_store(tmp_path / "parts.db", plain, fresh, NOW_MS)
    assert verify(tmp_path / "parts.db") == ([], len(plain) + len(fresh))
    for entity in ENTITY_BY_NAME:
        assert rows_of(tmp_path / "whole.db", entity) == rows_of(tmp_path / "parts.db", entity)


def test_that_a_row_that_comes_twice_is_refused(tmp_path: Path) -> None:
    plain, fresh = split_rows()
    with pytest.raises(CannotFound, match="two rows"):
        write_store(tmp_path / "parts.db", plain, [*fresh, fresh[0]], NOW_MS)
