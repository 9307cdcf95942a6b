"""Without its data a test of real data is skipped, and the count is told; where data is asked for, it fails."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

ONE = "tests/real/test_shipped_profiles.py::test_that_every_borough_of_london_has_a_district"


@pytest.mark.parametrize(
    ("more", "code", "words"), [((), 0, "1 skipped"), (("--require-data",), 1, "1 error")]
)
def test_that_a_test_without_its_data_is_skipped_and_fails_where_data_is_asked_for(
    tmp_path: Path, more: tuple[str, ...], code: int, words: str
) -> None:
    environment = {**os.environ, "GRIDSEAT_REAL_DATA": str(tmp_path / "nowhere")}
    asked = [sys.executable, "-m", "pytest", "-q", ONE, *more]
    ran = subprocess.run(asked, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=100)
    assert ran.returncode == code, ran.stdout
    assert words in ran.stdout
    assert "no real data" in ran.stdout or "real data is absent" in ran.stdout
