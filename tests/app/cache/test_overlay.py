"""Changed components laid over the surveyed file, against a plain search over all of them."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from app.cache.columns import ComponentStore
from app.cache.overlay import LaidOver
from casework.entities.component import Component, ComponentState
from casework.ids import ComponentId
from tests.app.map.town import make_town

FAR_MM = 40_000_000


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> ComponentStore:
    return ComponentStore.open(make_town(tmp_path_factory.mktemp("town"), side=8).components_path)


@pytest.fixture
def laid(store: ComponentStore) -> LaidOver:
    return LaidOver(store)


def all_of(laid: LaidOver) -> dict[str, tuple[int, int]]:
    """Every component that stands somewhere, from the whole plane."""
    found = laid.within(-1e15, -1e15, 1e15, 1e15)
    x_mm, y_mm = laid.places(found)
    keys = [laid.key_of(int(at)) for at in found]
    assert len(set(keys)) == len(keys), "one component at two places"
    return dict(zip(keys, zip(x_mm.tolist(), y_mm.tolist(), strict=True), strict=True))


def test_that_without_changes_it_is_the_file(laid: LaidOver, store: ComponentStore) -> None:
    removed = int((store.state == list(ComponentState).index(ComponentState.REMOVED)).sum())
    assert len(all_of(laid)) == len(store) - removed == len(laid.shown())
    at = store.find(store.key_of(5))
    assert laid.find(store.key_of(5)) == at == 5
    assert laid.row(5) == store.row(5)


def test_that_a_moved_component_is_found_at_its_new_place_only(laid: LaidOver) -> None:
    old = laid.row(11)
    new = msgspec.structs.replace(old, x_mm=old.x_mm + FAR_MM)
    moved = laid.with_changes({old.id: new})
    assert all_of(moved)[old.id] == (new.x_mm, new.y_mm)
    assert len(all_of(moved)) == len(all_of(laid))
    there = moved.nearest(new.x_mm, new.y_mm, 10)
    assert there is not None
    assert (moved.key_of(there), moved.row(there), moved.find(old.id)) == (old.id, new, there)
    here = moved.nearest(old.x_mm, old.y_mm, 10)
    assert here is None or moved.key_of(here) != old.id
    assert moved.spots([old.id]) == [(new.x_mm, new.y_mm)]
    assert laid.find(old.id) == 11, "who draws with the old one goes on"
    again = moved.with_changes({old.id: None})
    assert all_of(again) == all_of(laid), "the file counts again"


def test_that_a_removed_one_is_nowhere_and_keeps_its_record(laid: LaidOver) -> None:
    old = laid.row(3)
    gone = laid.with_changes({old.id: msgspec.structs.replace(old, state=ComponentState.REMOVED)})
    assert old.id not in all_of(gone)
    at = gone.find(old.id)
    assert at is not None
    assert (gone.row(at).state, gone.state_of(at)) == (ComponentState.REMOVED, ComponentState.REMOVED)


def test_that_a_new_one_of_a_new_class_is_there(laid: LaidOver) -> None:
    old = laid.row(0)
    new = Component(ComponentId("45010309999000001"), "09999", old.x_mm + 5, old.y_mm, old.grid)
    more = laid.with_changes({new.id: new})
    assert len(all_of(more)) == len(all_of(laid)) + 1
    at = more.nearest(new.x_mm, new.y_mm, 1)
    assert at is not None
    assert (more.key_of(at), more.class_of(at)) == (new.id, "09999")
    assert more.class_codes[more.classes(np.array([at]))[0]] == "09999"
    assert more.class_of(0) == laid.class_of(0)


def test_that_a_box_holds_what_a_plain_search_finds_after_many_changes(laid: LaidOver) -> None:
    chance = np.random.default_rng(3)
    truth = all_of(laid)
    now = laid
    for _ in range(20):
        changes: dict[str, Component | None] = {}
        for at in chance.integers(0, len(laid), 9).tolist():
            row = laid.row(at)
            x_mm, y_mm = (int(v) for v in chance.integers(-300_000, 300_000, 2))
            row = msgspec.structs.replace(row, x_mm=row.x_mm + x_mm, y_mm=row.y_mm + y_mm)
            changes[row.id] = row
            truth[row.id] = (row.x_mm, row.y_mm)
        now = now.with_changes(changes)
    assert all_of(now) == truth
    xs, ys = np.array(list(truth.values())).T
    for _ in range(40):
        x0, x1 = np.sort(chance.uniform(xs.min(), xs.max(), 2))
        y0, y1 = np.sort(chance.uniform(ys.min(), ys.max(), 2))
        inside = {key for key, (x, y) in truth.items() if x0 <= x <= x1 and y0 <= y <= y1}
        assert {now.key_of(int(at)) for at in now.within(x0, y0, x1, y1)} == inside
