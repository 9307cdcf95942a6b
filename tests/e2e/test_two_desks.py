"""A case from its report to its close at real desks, by keys alone, while one of them is cut off from the centre."""

from __future__ import annotations

from pathlib import Path

import pytest

from server.paths import Paths
from tests.app.link.hall import Line
from tests.e2e.desks import Hands
from tests.e2e.journey import Journey
from tests.server.ground import Served

pytestmark = pytest.mark.usefixtures("qapp", "chinese")


def test_that_a_case_goes_from_report_to_close_by_keys_alone_while_its_desk_is_cut_off(
    tmp_path: Path, city: Paths, city_served: Served, city_line: Line
) -> None:
    Journey(tmp_path, city, city_served, city_line, Hands()).run()
