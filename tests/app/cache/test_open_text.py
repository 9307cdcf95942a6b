from __future__ import annotations

import random

import msgspec
import pytest

from app.cache.open_text import RECENT, OpenText
from casework.entities.case import Case
from server.archive.ship import shipped_folding
from tests.server.archive.small import DAY_MS, case

FOLDING = shipped_folding()
WORDS = ("路灯", "井盖", "不亮", "松动", "门口", "桂A12", "，", "缺失")


class World:
    """The cases there are, and what is looked for in them beside it."""

    def __init__(self) -> None:
        self.rows: dict[str, Case] = {}
        self.open_text = OpenText(FOLDING)

    def put(self, row: Case) -> None:
        self.rows[row.id] = row
        self.open_text.put(row)

    def drop(self, key: str) -> None:
        self.rows.pop(key, None)
        self.open_text.drop(key)

    def plain(self, word: str) -> list[str]:
        asked = FOLDING.fold(word)
        hits = [
            row
            for row in self.rows.values()
            if asked in FOLDING.fold(row.place) or asked in FOLDING.fold(row.text)
        ]
        return [row.id for row in sorted(hits, key=lambda row: (row.registered_ms, row.id), reverse=True)]

    def found(self, word: str, most: int = 7) -> list[str]:
        keys: list[str] = []
        found = self.open_text.find(word, self.rows.get, most)
        while True:
            keys += [hit.key for hit in found.hits]
            if not found.is_more:
                return keys
            last = found.hits[-1]
            found = self.open_text.find(word, self.rows.get, most, (last.registered_ms, last.key))


def a_case(chance: random.Random, number: int) -> Case:
    text = "".join(chance.choice(WORDS) for _ in range(chance.randint(0, 4)))
    at_ms = chance.randrange(50) * DAY_MS
    return case(f"2026{number:08d}", text, registered_ms=at_ms, uid=f"Hot-{number}")


@pytest.mark.parametrize("seed", range(4))
def test_that_after_any_changes_every_word_has_its_cases_newest_first(seed: int) -> None:
    chance = random.Random(seed)
    world = World()
    world.rows = {row.id: row for row in (a_case(chance, number) for number in range(120))}
    world.open_text.load(world.rows.values())
    for _ in range(3 * RECENT):
        number = chance.randrange(160)
        if chance.random() < 0.3:
            world.drop(f"2026{number:08d}")
        else:
            world.put(a_case(chance, number))
        if chance.random() < 0.05:
            word = chance.choice(WORDS) + chance.choice(("", *WORDS))
            assert world.found(word) == world.plain(word)
            assert world.open_text.count_up_to(word, 10**6) == len(world.plain(word))
    assert len(world.open_text) == len(world.rows)
    for word in (*WORDS, "龘", "民族", "灯，", "大道 1 号"):
        assert world.found(word) == world.plain(word)


def test_that_a_number_finds_its_case() -> None:
    world = World()
    world.put(case("202611220001", "甲", uid="A-77"))
    world.put(case("202611220002", "乙"))
    world.open_text.load(list(world.rows.values()))
    world.put(case("202611230001", "202611220009 也提到"))
    assert world.found("202611220002") == ["202611220002"]
    assert world.found("20261122") == ["202611230001", "202611220002", "202611220001"]
    assert world.found("a-77") == ["202611220001"]
    assert world.found("2026112") == ["202611230001"]
    assert world.found("77") == []


def test_that_no_word_reaches_from_the_place_into_the_text() -> None:
    world = World()
    world.put(msgspec.structs.replace(case("1", "灯坏"), place="路"))
    assert world.found("路灯") == []
    assert world.found("路") == ["1"] == world.found("灯坏")


def test_that_a_hit_shows_the_present_row_and_where_the_word_is() -> None:
    world = World()
    world.put(case("1", "路燈壞了"))
    (hit,) = world.open_text.find("路灯", world.rows.get).hits
    assert hit.in_text == (0, 2)
    assert hit.in_place is None
    assert hit.rowid == 0


def test_that_it_knows_whom_it_covers() -> None:
    world = World()
    world.put(case("1", "甲"))
    assert "1" in world.open_text
    world.open_text.load(list(world.rows.values()))
    assert "1" in world.open_text
    world.drop("1")
    world.drop("1")
    assert "1" not in world.open_text
    assert len(world.open_text) == 0
