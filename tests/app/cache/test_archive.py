"""Finding by words against LIKE on the same texts, folded."""

from __future__ import annotations

import random
import threading
from pathlib import Path

import apsw
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.cache.archive import MOST_ROWS, PAGE, ArchiveSearch, Hit, NoLongerWanted
from app.cache.columns import UnreadableStore
from server.archive import cases, ship
from tests.server.archive.small import CITY, generated, paths_in, said, source_of

COUNT = 20_000
FOLDING = ship.shipped_folding()


class Peer:
    """LIKE over place and text, folded."""

    def __init__(self, path: Path) -> None:
        self.db = apsw.Connection(":memory:")
        self.db.execute("CREATE TABLE plain(rowid INTEGER PRIMARY KEY, key TEXT, said TEXT)")
        archive = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
        rows = archive.execute("SELECT rowid, key, place, text FROM archived")
        self.db.executemany(
            "INSERT INTO plain VALUES (?, ?, ?)",
            [(row, key, f"{FOLDING.fold(place)}\n{FOLDING.fold(text)}") for row, key, place, text in rows],
        )

    def keys(self, word: str) -> list[str]:
        """The newest first."""
        asked = FOLDING.fold(word)
        for sign in "\\%_":
            asked = asked.replace(sign, "\\" + sign)
        wanted = "SELECT key FROM plain WHERE said LIKE ? ESCAPE '\\' ORDER BY rowid DESC"
        return [str(key) for (key,) in self.db.execute(wanted, (f"%{asked}%",))]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    paths = paths_in(tmp_path_factory.mktemp("centre"))
    cases.append(source_of(paths), generated(COUNT), is_generated=True)
    hostile = [
        '100% 的 _下划线_ 和 "引号" \'OR 1=1 -- * NEAR(a b) a AND b',
        "民族大道 1 号|ＡＢＣ路燈壞了，①號井蓋",
        "混合 Main Street e\u0301cole İstanbul ß 각시 \U00020000字",
        "",
        "一",
    ]
    cases.append(source_of(paths), said(*hostile))
    return ship.build(paths, CITY, [], 0)


@pytest.fixture(scope="module")
def search(built: Path) -> ArchiveSearch:
    return ArchiveSearch.open(built, FOLDING)


@pytest.fixture(scope="module")
def peer(built: Path) -> Peer:
    return Peer(built)


def all_pages(search: ArchiveSearch, word: str, most: int = 400) -> list[str]:
    found = search.find(word, most)
    keys = [hit.key for hit in found.hits]
    while found.is_more:
        found = search.find(word, most, found.next_rowid)
        assert found.hits
        keys += [hit.key for hit in found.hits]
    return keys


def word_list() -> list[str]:
    """200 words of 2 to 6 characters: taken from texts, put together from their pieces, and never written at all."""
    chance = random.Random(5)
    made = generated(COUNT)
    words: dict[str, None] = {}
    while len(words) < 120:
        text = chance.choice(made.texts if chance.random() < 0.7 else made.places)
        length = chance.randint(2, 6)
        start = chance.randrange(max(1, len(text) - length))
        words.setdefault(text[start : start + length].strip())
    while len(words) < 170:
        one, other = (chance.choice(made.texts) for _ in range(2))
        cut = chance.randrange(1, 4)
        words.setdefault((one[3 : 3 + cut] + other[5 : 5 + chance.randint(1, 3)]).strip())
    rare = [chr(code) for code in range(0x9F00, 0x9FA0)]
    while len(words) < 200:
        words.setdefault("".join(chance.sample(rare, chance.randint(2, 6))))
    return [word for word in words if word]


def test_that_every_word_of_a_long_list_has_the_hits_of_like(search: ArchiveSearch, peer: Peer) -> None:
    words = word_list()
    wanted = {word: peer.keys(word) for word in words}
    assert sum(not keys for keys in wanted.values()) >= 30
    assert sum(0 < len(keys) < 10 for keys in wanted.values()) >= 10
    assert sum(len(keys) > 1000 for keys in wanted.values()) >= 10
    for word, keys in wanted.items():
        assert all_pages(search, word) == keys, word
        assert search.count_up_to(word, 10**9) == len(keys), word


@pytest.mark.parametrize(
    "word",
    [
        *(
            "%",
            "_",
            '"',
            "*",
            "'",
            "-",
            " ",
            ",",
            "，",
            "OR",
            "and",
            "NEAR(",
            "a b",
            "* NEAR",
            "100%",
            "_下划线_",
            "--",
        ),
        *("路", "一", "龘", "é", "istanbul", "ss", "1", "abc路灯", "각", "\U00020000字", "main street e"),
        *("处置：已", "日常巡查发", "人行道上有个路灯", "处置:已修复,恢复使用。"),
    ],
)
def test_that_signs_and_single_characters_are_taken_as_they_are(
    search: ArchiveSearch, peer: Peer, word: str
) -> None:
    keys = peer.keys(word)
    assert all_pages(search, word) == keys
    assert search.count_up_to(word, 10**9) == len(keys)


@settings(max_examples=150, deadline=None)
@given(
    st.text(min_size=1, max_size=7) | st.text("路灯井盖的口门，%_\"*'- a1０ÉéＡ号", min_size=1, max_size=7)
)
def test_that_hostile_words_have_the_hits_of_like(search: ArchiveSearch, peer: Peer, word: str) -> None:
    keys = peer.keys(word)
    assert [hit.key for hit in search.find(word).hits] == keys[:PAGE]
    assert search.count_up_to(word, 10**9) == len(keys)


def test_that_a_word_common_long_ago_and_gone_since_is_found(tmp_path: Path) -> None:
    paths = paths_in(tmp_path)
    pieces = ["门口电动车和非机动车道"] * (MOST_ROWS + 60)
    cases.append(source_of(paths), said(*["电动车道"] * 70, *pieces))
    search = ArchiveSearch.open(ship.build(paths, CITY, [], 0), FOLDING)
    assert all_pages(search, "电动车道", 50) == [f"2024{k:08d}" for k in range(70, 0, -1)]


@pytest.mark.parametrize("every", [2, 7, 40, 150])
def test_that_a_word_of_any_rate_is_found_newest_first(tmp_path: Path, every: int) -> None:
    texts = ["门口电动车道" if k % every == 0 else "门口电动车和非机动车道" for k in range(6000)]
    paths = paths_in(tmp_path)
    cases.append(source_of(paths), said(*texts))
    search = ArchiveSearch.open(ship.build(paths, CITY, [], 0), FOLDING)
    wanted = [f"2024{k + 1:08d}" for k in range(6000) if k % every == 0][::-1]
    assert all_pages(search, "电动车道", 50) == wanted


def test_that_either_writing_finds_the_other(search: ArchiveSearch, peer: Peer) -> None:
    assert (
        search.find("路燈").hits == tuple(hit for hit in search.find("路灯").hits)
        and search.find("路燈").hits
    )
    keys = {
        hit.key for word in ("abc路灯坏", "ABC路燈壞", "①号井盖", "1號井蓋") for hit in search.find(word).hits
    }
    assert keys == {"202400000002"}


def test_that_a_hit_says_where_the_word_stands(search: ArchiveSearch) -> None:
    (hit,) = search.find("abc路灯坏").hits
    assert hit.in_place is None
    assert hit.in_text is not None
    assert hit.text[slice(*hit.in_text)] == "ＡＢＣ路燈壞"
    street = search.find("民族大道").hits[0]
    assert street.in_place is not None
    assert street.place[slice(*street.in_place)] == "民族大道"


def test_that_a_number_finds_its_case_and_the_beginning_of_one_those_of_its_day(
    search: ArchiveSearch,
) -> None:
    key = generated(COUNT).keys[777]
    assert [hit.key for hit in search.find(key).hits] == [key]
    day = sorted((one for one in generated(COUNT).keys if one.startswith(key[:8])), reverse=True)
    assert all_pages(search, key[:8], 5) == day
    assert search.count_up_to(key[:8], 1000) == len(day)
    assert search.count_up_to(key[:8], 3) == 3
    assert [hit.key for hit in search.find("src-2").hits] == ["202400000002"]
    assert [hit.key for hit in search.find(" Src-2 ").hits] == ["202400000002"]


def test_that_nothing_is_found_for_nothing(search: ArchiveSearch) -> None:
    assert search.find("").hits == ()
    assert search.count_up_to("", 5) == 0
    assert search.find("路", 0).hits == ()


def test_that_a_count_ends_at_its_cap(search: ArchiveSearch) -> None:
    assert search.count_up_to("路", 7) == 7
    assert search.count_up_to("恢复使用。", 7) == 7
    assert search.count_up_to("已修复，恢复使用。", 7) == 7


def test_that_a_search_nobody_wants_any_more_ends_and_the_next_one_works(search: ArchiveSearch) -> None:
    for ask in (search.find, search.count_up_to):
        with pytest.raises(NoLongerWanted):
            ask("处置：已修复，恢复使用", 10**6, is_wanted=lambda: False)
    assert search.find("处置：已修复，恢复使用").is_more


def test_that_another_thread_can_interrupt(built: Path) -> None:
    search = ArchiveSearch.open(built, FOLDING)
    asked = threading.Event()

    def is_wanted() -> bool:
        asked.set()
        return True

    def stop() -> None:
        asked.wait(20)
        while thread.is_alive() and not ended.is_set():
            search.interrupt()

    ended = threading.Event()
    thread = threading.Thread(target=stop)
    thread.start()
    try:
        with pytest.raises(NoLongerWanted):
            for _ in range(200):
                search.count_up_to("处置：已修复，恢复使用", 10**6, is_wanted=is_wanted)
    finally:
        ended.set()
        thread.join(20)


def test_that_what_is_not_an_archive_is_refused_with_a_reason(tmp_path: Path, built: Path) -> None:
    with pytest.raises(UnreadableStore, match="not there"):
        ArchiveSearch.open(tmp_path / "none.db", FOLDING)
    (tmp_path / "half.db").write_bytes(built.read_bytes()[:5000])
    with pytest.raises(UnreadableStore):
        ArchiveSearch.open(tmp_path / "half.db", FOLDING)


def test_that_the_file_says_that_it_is_invented(search: ArchiveSearch) -> None:
    assert search.is_generated
    assert len(search) == COUNT + 5


def test_that_a_hit_carries_what_a_list_and_the_map_show(search: ArchiveSearch) -> None:
    made = generated(COUNT)
    hit: Hit = search.find(made.keys[5]).hits[0]
    assert (hit.x_mm, hit.y_mm, hit.registered_ms) == (made.x_mm[5], made.y_mm[5], made.registered_ms[5])
    assert (hit.kind, hit.class_code, hit.stage, hit.unit) == (
        *(made.kinds[5], made.class_codes[5], made.stages[5], made.units[5]),
    )
    assert (hit.place, hit.text) == (made.places[5], made.texts[5])
