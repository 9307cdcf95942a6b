"""The whole way of a case with an input method that composes whenever a widget lets it: no key is ever lost to it."""

from __future__ import annotations

from pathlib import Path

import pytest

from server.paths import Paths
from tests.app.link.hall import Line
from tests.e2e.desks import ComposingHands
from tests.e2e.journey import Journey
from tests.server.ground import Served

pytestmark = pytest.mark.usefixtures("qapp", "chinese")


def test_that_a_whole_case_is_worked_while_an_input_method_is_composing(
    tmp_path: Path, city: Paths, city_served: Served, city_line: Line
) -> None:
    hands = ComposingHands()
    Journey(tmp_path, city, city_served, city_line, hands).run()
    hands.assert_only_text_was_composed()
    assert {cap for cap, _ in hands.swallowed} == {"Enter", "Down"}, "the keys that belong to a field"
