from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.text.mask import masked


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("联系人13800138000，请回电", "联系人138****8000，请回电"),
        ("电话 138-0013-8000", "电话 138******8000"),
        ("+86 13800138000", "+86 138****8000"),
        ("tel13800138000x", "tel138****8000x"),
        ("１３８００１３８０００", "１３８****８０００"),
        ("座机0771-5678901。", "座机0771******01。"),
        ("(010)62345678", "(010)******78"),
        ("身份证450103199001011234已登记", "身份证450103************已登记"),
        ("450103199001011 23X", "450103199001011 23X"),
        ("４５０１０３１９９００１０１１２３Ｘ", "４５０１０３************"),
        ("call 617-635-4500 now", "call 617*******00 now"),
    ],
)
def test_that_numbers_of_people_are_starred(text: str, wanted: str) -> None:
    assert masked(text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "案件 202611220001 已结案",
        "部件 45010301010100017 缺失",
        "网格 450103001005012",
        "民族大道 138 号 1300 米",
        "2026-11-22 10:30 桂A12345 车牌",
        "罚款 1234567 元",
        "",
    ],
)
def test_that_other_numbers_stay(text: str) -> None:
    assert masked(text) == text


@given(st.text("0123456789１３８ -()+X年路", max_size=60))
def test_that_masking_twice_is_masking_once_and_keeps_the_length(text: str) -> None:
    once = masked(text)
    assert masked(once) == once
    assert len(once) == len(text)
