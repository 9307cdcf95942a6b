from __future__ import annotations

import re

from PySide6.QtCore import QCoreApplication

from app.models import refusals
from casework.refusal import RefusalCode, refuse
from tests.app.chinese import PartsTranslator

NAMED = re.compile(r"\{\w+\}")


def test_that_every_refusal_has_its_sentence_in_both_languages(qapp: QCoreApplication) -> None:
    assert set(refusals.SENTENCES) == set(RefusalCode)
    translator = PartsTranslator()
    for code, source in refusals.SENTENCES.items():
        chinese = translator.translate(refusals.CONTEXT, source)
        assert chinese, code
        # Both languages name the same values.
        assert set(NAMED.findall(chinese)) == set(NAMED.findall(source)), code


def test_that_a_value_an_older_centre_does_not_send_is_a_question_mark(qapp: QCoreApplication) -> None:
    assert "?" in refusals.sentence(refuse(RefusalCode.ALREADY_CLAIMED, seat="11"))


def test_that_braces_in_a_value_are_only_text(qapp: QCoreApplication) -> None:
    told = refusals.sentence(refuse(RefusalCode.UNKNOWN_UNIT, unit="{stage.__class__}"))
    assert "{stage.__class__}" in told
