from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.report import measure, quantile, run, table


def test_that_a_ratio_is_ours_divided_by_the_peers() -> None:
    assert measure("x", 3, "ms", peer="other 1.0", peer_value=2).ratio == 1.5
    assert measure("x", 3, "ms").ratio is None
    assert measure("x", 3, "ms", peer="broken", peer_value=0).ratio is None


def test_that_a_quantile_lies_between_its_neighbours() -> None:
    assert quantile([4, 1, 3, 2], 0.5) == 2.5
    assert quantile([7], 0.99) == 7
    with pytest.raises(ValueError):
        quantile([], 0.5)


def test_that_columns_line_up_with_chinese_in_them() -> None:
    lines = table([measure("井盖", 1, "ms"), measure("case", 1234.5, "ms")]).splitlines()
    assert lines[1].startswith("井盖    1")
    assert lines[2].startswith("case    1,23")


def test_that_figures_are_written_with_the_calibration_before_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "figures.json"
    one = measure("commands", 10, "1/s", target=">= 5 1/s", peer="sqlite3 3.40", peer_value=20)
    assert run("trial", lambda _arguments: [one], argv=["--json", str(file)]) == 0
    written = json.loads(file.read_text(encoding="utf-8"))
    assert [set(entry) for entry in written] == [
        {"metric", "value", "unit", "target", "peer", "peer_value", "ratio"}
    ] * len(written)
    assert [entry["metric"].partition(":")[2].strip().partition(":")[0] for entry in written][:3] == [
        "calibration"
    ] * 3
    assert written[-1]["ratio"] == 0.5
    assert "commands" in capsys.readouterr().out
