"""A profile proposed from a real file is lawful, reads that file, and has seen what is plain in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from server.imports.profile import load_profile
from server.imports.propose import propose
from server.imports.reading import read_sheet
from tests.real import oracle


@pytest.mark.parametrize(
    ("file", "kind", "rows", "told"),
    [
        (oracle.BOSTON_2022, "cases", 4995, {"opened": "OPEN_DT", "due": "TARGET_DT", "closed": "CLOSED_DT"}),
        (f"assets_cambridge/{oracle.CAMBRIDGE['cambridge_lights']}", "components", 6117, {"owner": "Owner"}),
        ("cov_london_oa/E09000004.json", "grids", 728, {}),
        (oracle.NANNING_DISTRICTS, "grids", 12, {"uid": "adcode"}),
    ],
)
def test_that_a_proposed_profile_reads_its_file(
    real_data: Path, file: str, kind: str, rows: int, told: dict[str, str]
) -> None:
    profile = load_profile(propose(real_data / file).encode(), file)
    assert profile.kind == kind
    assert read_sheet(real_data / file, profile).rows == rows
    assert {name: profile.fields[name].column for name in told} == told


def test_that_a_proposal_knows_datav_by_its_columns(real_data: Path) -> None:
    profile = load_profile(propose(real_data / oracle.NANNING_DISTRICTS).encode(), "datav")
    assert profile.place.crs == "GCJ-02"
