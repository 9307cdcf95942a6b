"""Every entity goes from the centre's store through the changes feed into a seat's cache, and ends there when it ends.

The example rows are made from the structs: a new entity is tried here without a line of its own.
"""

from __future__ import annotations

import shutil
import types
import typing
from pathlib import Path
from typing import Any

import msgspec
import pytest

from app.cache.rows_db import RowsDb
from casework.entities import ENTITIES
from casework.entity import Entity
from casework.ids import CommandId, Key
from casework.sync.centre import Change, Stored, change_of
from casework.sync.messages import Op
from server.founding import Ground, found
from server.paths import Paths
from server.store import CENTRE_SEAT
from server.store.sqlite import SqliteStore
from server.store.writing import Writing
from tests.casework.build import NOW_MS, seed_rows
from tests.server.ground import opened, run


def example(entity: Entity) -> msgspec.Struct:
    """A row with something in every field that has to be given."""
    hints = typing.get_type_hints(entity.struct)
    needed = [field.name for field in msgspec.structs.fields(entity.struct) if field.required]
    plain = {name: some(hints[name]) for name in needed}
    return msgspec.convert(plain, type=entity.struct)


def some(kind: Any) -> Any:
    """A value of a type, as JSON would bring it."""
    plain = getattr(kind, "__supertype__", kind)
    origin = typing.get_origin(plain) or plain
    if origin in (tuple, frozenset, list):
        return []
    if origin is dict:
        return {}
    if origin in (typing.Union, types.UnionType):
        return some(typing.get_args(plain)[0])
    if isinstance(plain, type) and issubclass(plain, str):
        return next(iter(plain)).value if hasattr(plain, "__members__") else "450103"
    return {int: 7, bool: True}[plain]


def store_change(store: SqliteStore, change: Change) -> None:
    """One change as a command of the centre's own would leave it: no command writes just any row."""

    def work(writing: Writing) -> None:
        name = CommandId(f"change-{writing.seq}")
        writing.append(name, CENTRE_SEAT, writing.high_n(CENTRE_SEAT) + 1, b'{"deed":"change"}', (change,))

    run(store._writer.do(work))


def stored(store: SqliteStore, key: Key) -> Stored | None:
    def work(writing: Writing) -> Stored | None:
        return writing.stored(key)

    return run(store._writer.do(work))


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Paths:
    """A founded folder; every test has its own copy."""
    root = tmp_path_factory.mktemp("centre") / "hall"
    found(root, Ground([(key.entity, row) for key, row in seed_rows().items()]), NOW_MS)
    return Paths(root)


@pytest.mark.parametrize("entity", ENTITIES, ids=lambda entity: entity.name)
def test_that_a_row_of_every_entity_reaches_a_seats_cache_and_leaves_it(
    tmp_path: Path, centre: Paths, entity: Entity
) -> None:
    row = example(entity)
    key = Key(entity.name, entity.key(row))
    seen_by = frozenset(entity.channels(row))
    assert seen_by, "a row that nobody sees"
    hall = Paths(Path(shutil.copytree(centre.root, tmp_path / "hall")))
    cache = RowsDb(tmp_path / "cache.db")
    with opened(hall) as store:
        before = store.head
        store_change(store, change_of(key, stored(store, key), row))
        page = run(store.page(seen_by, before, 100))
        assert [(entry.row_key, entry.op) for entry in page.entries] == [(key, Op.PUT)]
        cache.commit(page)
        assert cache.get(key)[0] == row
        store_change(store, change_of(key, stored(store, key), None))
        cache.commit(run(store.page(seen_by, cache.cursor, 100)))
        assert cache.get(key) == (None, 0)
    cache.close()
