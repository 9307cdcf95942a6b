from __future__ import annotations

import msgspec
import pytest

from app.models import report_draft
from app.models.report_draft import Fault, ReportDraft, ReportField, decode, encode, faults, masked
from casework.catalogue.model import Kind
from casework.limits import PLACE_CHARS, TEXT_CHARS
from casework.workflow import Source
from tests.app.fake_city import catalogues, class_code

CATALOGUE = catalogues()["2026"]
WHOLE = ReportDraft(
    reporter="韦明 13812342076",
    place="金凯路 12 号",
    has_point=True,
    x_mm=538_000_000,
    y_mm=2_522_000_000,
    grid="450103005006015",
    kind=Kind.EVENT,
    class_code=class_code("店外经营"),
    text="桌椅摆上人行道",
)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("韦明 13812342076", "韦** 138****2076"),
        ("韦明，138 1234 2076", "韦**,138****2076"),
        ("张三 0771-5530101", "张** 077****0101"),
        ("45010319900101123X", "450****123X"),
        ("１３８１２３４２０７６", "138****2076"),
        ("欧阳修", "欧**"),
        ("John Smith 13812342076", "J** S** 138****2076"),
        ("5530101", "55***01"),
        ("", ""),
    ],
)
def test_that_a_callers_name_and_number_are_masked(typed: str, kept: str) -> None:
    assert masked(typed) == kept
    assert masked(kept) == kept


def test_that_a_whole_report_has_no_fault_and_becomes_a_command_without_a_plain_number() -> None:
    assert faults(WHOLE, CATALOGUE) == {}
    made = report_draft.command(WHOLE, "202607140478", "2026")
    assert made.case == "202607140478"
    assert "13812342076" not in msgspec.json.encode(made).decode()


@pytest.mark.parametrize(
    ("changes", "field", "fault"),
    [
        ({"place": " "}, ReportField.PLACE, Fault.PLACE_MISSING),
        ({"place": "路" * (PLACE_CHARS + 1)}, ReportField.PLACE, Fault.TOO_LONG),
        ({"has_point": False}, ReportField.PLACE, Fault.POINT_MISSING),
        ({"grid": ""}, ReportField.PLACE, Fault.OUTSIDE_GRID),
        ({"class_code": "99999"}, ReportField.CLASS, Fault.CLASS_MISSING),
        ({"condition": "99999-1"}, ReportField.CONDITION, Fault.CONDITION_UNKNOWN),
        ({"text": "\n"}, ReportField.TEXT, Fault.TEXT_MISSING),
        ({"text": "字" * (TEXT_CHARS + 1)}, ReportField.TEXT, Fault.TOO_LONG),
    ],
)
def test_that_each_fault_is_said_at_its_own_field(
    changes: dict[str, object], field: ReportField, fault: Fault
) -> None:
    assert faults(msgspec.structs.replace(WHOLE, **changes), CATALOGUE) == {field: fault}


def test_that_a_draft_comes_back_as_it_was_and_a_foreign_one_is_let_go() -> None:
    assert decode(encode(WHOLE)) == WHOLE
    assert decode(None) is None
    assert decode("{") is None
    assert decode('{"source": "carrier pigeon"}') is None


def test_that_an_untouched_form_is_no_draft() -> None:
    assert ReportDraft(source=Source.MEDIA, told_ms=7).is_empty
    assert not ReportDraft(text="有").is_empty
