from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.text.fold import WINDOW, Folding, bigrams, characters_of, expression, pair_expressions, windows
from gridseat_files import find

FOLDING = Folding(characters_of(find("resources/text/ts_characters.txt").read_bytes()))
TEXTS = st.text(max_size=40) | st.text('路灯井蓋盖，%_"*- ＡａßİﬁéÉ①が', max_size=40)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("路燈壞了", "路灯坏了"),
        ("窨井蓋丟失", "窨井盖丢失"),
        ("ＡＢＣ１２３", "abc123"),
        ("Main STREET", "main street"),
        ("，：", ",:"),
        ("㎡", "m2"),
        ("e\u0301", "é"),
        ("第①組", "第1组"),
    ],
)
def test_that_two_writings_of_one_thing_fold_alike(one: str, other: str) -> None:
    assert FOLDING.fold(one) == FOLDING.fold(other)


def test_that_different_words_stay_different() -> None:
    assert FOLDING.fold("井盖") != FOLDING.fold("井架")


@given(TEXTS)
def test_that_folding_what_is_folded_changes_nothing(text: str) -> None:
    folded = FOLDING.fold(text)
    assert FOLDING.fold(folded) == folded


@given(TEXTS)
def test_that_a_normal_form_folds_like_what_it_came_from(text: str) -> None:
    assert FOLDING.fold(unicodedata.normalize("NFKC", text)) == FOLDING.fold(text)


@given(TEXTS)
def test_that_folded_text_can_be_stored_and_holds_no_sign_that_parts_lines(text: str) -> None:
    folded = FOLDING.fold(text)
    folded.encode("utf-8")
    assert not any(unicodedata.category(sign) in ("Cc", "Cs") for sign in folded)


def test_that_a_chain_of_characters_is_followed_and_a_ring_has_an_end() -> None:
    table = characters_of("甲\t乙\n乙\t丙 丁\n戊\t己\n己\t戊\n庚\t庚\n".encode())
    assert table[ord("甲")] == table[ord("乙")] == ord("丙")
    assert ord("庚") not in table
    assert table[ord("戊")] in (ord("戊"), ord("己"))


def test_that_a_word_is_shown_where_the_text_itself_writes_it() -> None:
    text = "ﬁ號：路燈Ａ壞了"
    assert FOLDING.locate(text, FOLDING.fold("路灯a坏")) == (3, 7)
    assert text[3:7] == "路燈Ａ壞"
    assert FOLDING.locate(text, "井盖") is None
    assert FOLDING.locate(text, "i") == (0, 1)


@given(TEXTS, st.integers(0, 39), st.integers(1, 6))
def test_that_every_piece_of_a_text_is_located(text: str, start: int, length: int) -> None:
    folded = FOLDING.fold(text)
    word = folded[start : start + length]
    if not word:
        return
    found = FOLDING.locate(text, word)
    assert found is not None
    assert word in FOLDING.fold(text[found[0] : found[1]]) or found == (0, len(text))


@given(TEXTS.map(FOLDING.fold), st.integers(0, 39), st.integers(1, 12))
def test_that_the_windows_of_a_text_hold_those_of_every_piece_of_it(
    text: str, start: int, length: int
) -> None:
    word = text[start : start + length]
    if not word:
        return
    asked = expression(word)
    held = windows(text).split(" ")
    pairs = [part[1:-3] for part in pair_expressions(word)]
    assert all(any(window.startswith(pair) for window in held) for pair in pairs)
    if asked.endswith("*"):
        assert any(window.startswith(asked[1:-3]) for window in held)
    else:
        assert {part[1:-1] for part in asked.split(" ")} <= set(held)


@given(TEXTS.map(FOLDING.fold))
def test_that_no_sign_of_a_word_means_anything_to_the_index(word: str) -> None:
    if not word:
        return
    for part in " ".join([expression(word), *pair_expressions(word)]).replace(" *", "").split(" "):
        inner = part[1:-1]
        assert part[0] == part[-1] == '"'
        assert all(sign.isalnum() or ord(sign) > 127 for sign in inner)


def test_that_bigrams_overlap() -> None:
    assert bigrams("路灯不亮") == ["路灯", "灯不", "不亮"]
    assert bigrams("路") == []


@given(TEXTS.map(FOLDING.fold), TEXTS.map(FOLDING.fold))
def test_that_a_short_word_begins_a_window_only_where_the_text_says_it(text: str, word: str) -> None:
    word = word[:WINDOW]
    if not word:
        return
    asked = expression(word).removesuffix(" *")[1:-1]
    assert any(window.startswith(asked) for window in windows(text).split(" ")) == (word in text)
