"""The board of marks: batches add up to the present state, whatever happens in between."""

from __future__ import annotations

import random

import pytest

from app.map.layers import LAYER_BY_NAME
from app.map.layers.style import LiveMark
from app.map.limits import LIVE_MARKS
from app.map.live import EMPTY, Batch, MarkBoard

LAYER = LAYER_BY_NAME["case"]
NAMES = [glyph.name for glyph in LAYER.live.glyphs]


def lay(state: dict[int, tuple[float, float, int]], batch: Batch) -> None:
    for slot, x, y, kind in zip(batch.slots, batch.xs, batch.ys, batch.kinds, strict=True):
        state[slot] = (x, y, kind)


def seen(state: dict[int, tuple[float, float, int]]) -> list[tuple[float, float, int]]:
    return sorted(each for each in state.values() if each[2] != EMPTY)


@pytest.mark.parametrize("seed", range(20))
def test_that_the_page_sees_what_is_on_the_board(seed: int) -> None:
    chance = random.Random(seed)
    board, page, truth = MarkBoard(LAYER), {}, {}
    for _ in range(400):
        key = f"c{chance.randrange(60)}"
        deed = chance.random()
        if deed < 0.5:
            truth[key] = LiveMark(chance.randrange(10**9), chance.randrange(10**9), chance.choice(NAMES))
            board.put(key, truth[key])
        elif deed < 0.8:
            truth.pop(key, None)
            board.drop(key)
        elif deed < 0.95:
            batch = board.take_batch(chance.randint(1, 9))
            if batch is not None:
                lay(page, batch)
        else:  # the page was reloaded
            page.clear()
            lay(page, board.columns())
    while (batch := board.take_batch(7)) is not None:
        lay(page, batch)
    assert not board.has_changes
    assert seen(page) == sorted(
        (mark.x_mm / 1000, mark.y_mm / 1000, NAMES.index(mark.glyph)) for mark in truth.values()
    )
    assert len(board) == len(truth)


def test_that_showing_the_same_again_sends_nothing() -> None:
    board = MarkBoard(LAYER)
    marks = {f"c{k}": LiveMark(k, k, "soon") for k in range(100)}
    board.show(marks)
    assert board.take_batch(1000) is not None
    board.show(dict(marks))
    assert board.take_batch(1000) is None
    board.show({"c1": LiveMark(1, 1, "over")})
    batch = board.take_batch(1000)
    assert batch is not None
    assert len(batch.slots) == 100
    assert sum(kind != EMPTY for kind in batch.kinds) == 1


def test_that_a_glyph_may_be_called_by_its_shape() -> None:
    board = MarkBoard(LAYER)
    board.put("c", LiveMark(0, 0, "triangle"))
    assert board.columns().kinds == (NAMES.index("over"),)
    with pytest.raises(KeyError):
        board.put("d", LiveMark(0, 0, "no such glyph"))


def test_that_a_click_takes_the_nearest_and_of_those_in_one_place_the_topmost() -> None:
    board = MarkBoard(LAYER)
    board.put("far", LiveMark(9_000, 0, "over"))
    board.put("ring", LiveMark(0, 0, "in_time"))
    board.put("triangle", LiveMark(1_000, 0, "over"))
    board.put("gone", LiveMark(0, 0, "over"))
    board.drop("gone")
    assert board.near(0, 0, 1.0) == "triangle"
    assert board.near(8.0, 0, 1.0) == "far"
    assert board.near(0, 30, 1.0) is None
    assert board.near(0, 30, 4.0) is not None, "farther away the same click reaches more of the city"
    assert MarkBoard(LAYER).near(0, 0, 1.0) is None


def test_that_a_board_has_a_limit() -> None:
    board = MarkBoard(LAYER)
    for k in range(LIVE_MARKS + 5):
        board.put(str(k), LiveMark(k, k, "soon"))
    assert len(board) == LIVE_MARKS
    board.drop("0")
    board.put("late", LiveMark(1, 1, "soon"))
    assert board.get("late") is not None


def test_that_only_a_live_layer_has_a_board() -> None:
    with pytest.raises(ValueError, match="backdrop"):
        MarkBoard(LAYER_BY_NAME["backdrop"])
