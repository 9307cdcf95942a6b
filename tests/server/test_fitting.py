"""A store founded before an entity, or before one of its indexed fields, serves it without a step of its own."""

from __future__ import annotations

from typing import Any

import apsw
import msgspec
import pytest

from casework.entities import ENTITIES
from casework.entity import Entity
from server.paths import Paths
from server.store import NotOpenable
from server.store.fitting import columns_in, columns_of, fit
from server.store.schema import table_of
from server.store.verify import verify
from tests.server.ground import Caller, opened, registered, run

HALL = frozenset({"city", "everybody"})


def older(paths: Paths, *statements: str) -> None:
    """The file as a program would have left it that did not know what this one knows."""
    db = apsw.Connection(str(paths.database))
    for statement in statements:
        db.execute(statement)
    db.close(True)


def seen(paths: Paths) -> list[tuple[str, str, int]]:
    def take(epoch: int, head: int, rows: Any) -> list[tuple[str, str, int]]:
        return [(entity, key, ver) for entity, key, ver, _, _ in rows]

    with opened(paths) as store:
        return store.copy_rows(HALL, take)


def test_that_a_new_store_fits_and_is_left_alone(paths: Paths) -> None:
    db = apsw.Connection(str(paths.database))
    assert fit(db) == ()
    db.close(True)


@pytest.mark.parametrize("entity", ENTITIES, ids=lambda entity: entity.name)
def test_that_a_store_founded_before_an_entity_serves_it(paths: Paths, entity: Entity) -> None:
    before = seen(paths)
    if any(name == entity.name for name, _, _ in before):
        pytest.skip("the small city has rows of it")
    older(paths, f"DROP TABLE {table_of(entity.name)}")
    assert verify(paths.database)[0] == []
    assert seen(paths) == before
    assert verify(paths.database)[0] == []


def test_that_a_field_indexed_later_gets_its_column_with_every_rows_value(paths: Paths) -> None:
    with opened(paths) as store:
        case = run(registered(store, Caller(paths)))
    older(paths, "DROP INDEX row_case_grid", 'ALTER TABLE row_case DROP COLUMN "grid"')
    assert verify(paths.database)[0] == []
    before = seen(paths)
    db = apsw.Connection(str(paths.database))
    (grid,) = db.execute("SELECT grid FROM row_case WHERE key = ?", (case,)).fetchall()[0]
    db.close(True)
    assert ("case", case, 1) in before
    assert grid
    assert verify(paths.database)[0] == []


def test_that_rows_of_another_shape_are_refused_and_kept(paths: Paths) -> None:
    older(paths, "DROP INDEX row_unit_parent", 'ALTER TABLE row_unit DROP COLUMN "parent"')
    older(paths, "UPDATE row_unit SET body = CAST('{}' AS BLOB)")
    db = apsw.Connection(str(paths.database))
    with pytest.raises(NotOpenable, match="unit"):
        fit(db)
    unit = next(entity for entity in ENTITIES if entity.name == "unit")
    assert columns_in(db, unit) != columns_of(unit)
    assert db.execute("SELECT count(*) FROM row_unit").get == 2
    db.close(True)


def test_that_bodies_versions_and_seqs_are_not_touched(paths: Paths) -> None:
    read = "SELECT key, ver, seq, body FROM row_person ORDER BY key"
    older(paths, "DROP INDEX row_person_unit", 'ALTER TABLE row_person DROP COLUMN "unit"')
    db = apsw.Connection(str(paths.database))
    before = db.execute(read).fetchall()
    assert fit(db) == ("person",)
    assert db.execute(read).fetchall() == before
    assert all(msgspec.json.decode(body) for *_, body in before)
    db.close(True)
