from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from casework.text.fold import Folding
from server.archive.bulk import Cutter, windows_of
from server.archive.ship import shipped_folding
from tests.server.archive.small import generated

FOLDING: Folding = shipped_folding()
CUTTER = Cutter(FOLDING)
TEXTS = st.text(max_size=30) | st.text('路燈 井蓋\n\t%_"*ＡßİﬁÉe\u0301각ᄀ①\ud800\ue020𠀀', max_size=30)


def cut(pairs: list[tuple[str, str]]) -> list[list[str]]:
    return [made.split() for made in CUTTER.cut([one for one, _ in pairs], [other for _, other in pairs])]


@given(st.lists(st.tuples(TEXTS, TEXTS), max_size=6))
@example([("", "")])
@example([("e", "\u0301"), ("ᄀ", "ᅡ"), ("", "路")])
def test_that_many_at_once_are_cut_like_each_alone(pairs: list[tuple[str, str]]) -> None:
    assert cut(pairs) == [windows_of(FOLDING, *pair).split() for pair in pairs]


def test_that_plain_reports_are_cut_like_each_alone() -> None:
    made = generated(2000)
    pairs = list(zip(made.places, made.texts, strict=True))
    assert cut(pairs) == [windows_of(FOLDING, *pair).split() for pair in pairs]
