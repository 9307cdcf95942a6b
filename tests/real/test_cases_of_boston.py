"""Boston's cases entered into a city of their own ground, held against the files read by another road."""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyproj
import pytest

from server.__main__ import main
from server.imports.profile import find_profile
from tests.real import oracle
from tests.real.ground import Report, bring, founded
from tests.real.oracle import Row
from tests.real.rows import Here, kept

TO_PLANE = pyproj.Transformer.from_crs("EPSG:4326", "EPSG:26986", always_xy=True)


class Boston(NamedTuple):
    folder: Path
    report: Report
    rows: tuple[Row, ...]
    here: dict[str, Here]


@pytest.fixture(scope="module")
def boston(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Boston:
    """The second half of 2011, entered once for all tests of this module; they leave it as it is."""
    folder = tmp_path_factory.mktemp("boston") / "centre"
    file = real_data / oracle.BOSTON_2011
    asked = ["init", str(folder), "--city", "replay", "--profile", "boston2011", "--file", str(file)]
    assert main(asked) == 0
    report = bring("cases", file, folder, "boston2011")
    return Boston(folder, report, oracle.boston_2011(real_data), dict(kept(folder)))


def mapped(rows: tuple[Row, ...], column: str, profile: str) -> list[Row]:
    known = find_profile(profile).classes.map
    return [row for row in rows if row[column] in known]


def test_that_every_row_of_2011_is_accounted_for(boston: Boston) -> None:
    report = boston.report
    known = find_profile("boston2011").classes.map
    strange = [row for row in boston.rows if row["type"] not in known]
    assert report["rows"] == len(boston.rows) == 58_251
    assert report["reasons"] == {"unknown_class": len(strange)} == {"unknown_class": 8958}
    assert report["entered"] == report["new"] == len(boston.here) == 49_293


def test_that_a_refused_row_is_found_at_its_place_in_the_file(boston: Boston) -> None:
    assert boston.report["refusals"]
    for refusal in boston.report["refusals"]:
        kind, line = refusal["place"].split()
        assert kind == "line"
        assert boston.rows[int(line) - 2]["type"] == refusal["values"]["class"]


def test_that_open_and_closed_by_type_and_by_week_are_the_files_own(boston: Boston) -> None:
    classes = {one: code.partition(":")[2] for one, code in find_profile("boston2011").classes.map.items()}

    def week_of(at_ms: int) -> str:
        return dt.datetime.fromtimestamp(at_ms / 1000, oracle.BOSTON).strftime("%G-%V")

    file = Counter(
        (classes[row["type"]], week_of(oracle.boston_ms(row["open_dt"])), row["case_status"] == "Closed")
        for row in mapped(boston.rows, "type", "boston2011")
    )
    centre = Counter((one.class_code, week_of(one.opened_ms), one.is_closed) for one in boston.here.values())
    assert centre == file
    assert sum(count for (_, _, is_closed), count in file.items() if is_closed) == 48_619


def test_that_every_instant_of_2011_is_bostons_wall_clock(boston: Boston) -> None:
    for row in mapped(boston.rows, "type", "boston2011"):
        one = boston.here[row["case_enquiry_id"]]
        assert one.opened_ms == oracle.boston_ms(row["open_dt"])
        assert one.closed_ms == (oracle.boston_ms(row["closed_dt"]) if row["closed_dt"] else 0)
        if row["target_dt"]:
            assert one.due_ms == oracle.boston_ms(row["target_dt"])


def test_that_what_the_file_calls_overdue_is_past_its_deadline_here(boston: Boston) -> None:
    """The file's own column agrees in every row in which it says anything; where it is empty all were late."""
    said: Counter[tuple[str, bool]] = Counter()
    for row in mapped(boston.rows, "type", "boston2011"):
        one = boston.here[row["case_enquiry_id"]]
        if row["target_dt"] and one.is_closed:
            said[row["ontime"], one.closed_ms > one.due_ms] += 1
    assert set(said) == {("ONTIME", False), ("OVERDUE", True), ("", True)}
    silent = [row for row in boston.rows if not row["ontime"] and row["closed_dt"]]
    assert len(silent) == 157
    assert said["", True] == len(mapped(tuple(silent), "type", "boston2011"))
    assert any(
        one["code"] == "due_before_opened" and one["values"]["rows"] == "3"
        for one in boston.report["remarks"]
    )


def test_that_every_case_lies_where_the_file_says(boston: Boston) -> None:
    rows = mapped(boston.rows, "type", "boston2011")
    x, y = TO_PLANE.transform(
        [float(row["longitude"]) for row in rows], [float(row["latitude"]) for row in rows]
    )
    here = [boston.here[row["case_enquiry_id"]] for row in rows]
    off_mm = np.hypot(
        np.array(x) * 1000 - [one.x_mm for one in here], np.array(y) * 1000 - [one.y_mm for one in here]
    )
    assert off_mm.max() <= 1


def test_that_text_place_and_source_are_the_files_own(boston: Boston) -> None:
    sources = {
        "Constituent Call": "hotline", "Employee Generated": "supervisor", "Self Service": "citizen",
        "Citizens Connect App": "citizen", "Maximo Integration": "platform", "Twitter": "media",
    }  # fmt: skip
    for row in mapped(boston.rows, "type", "boston2011"):
        one = boston.here[row["case_enquiry_id"]]
        assert one.place == row["location"].strip()
        assert one.text == ". ".join(filter(None, (row["case_title"].strip(), row["closure_reason"].strip())))
        assert one.source == sources[row["source"]]


def test_that_the_same_file_again_changes_nothing(boston: Boston, real_data: Path) -> None:
    before = oracle.fingerprints(boston.folder)
    report = bring("cases", real_data / oracle.BOSTON_2011, boston.folder, "boston2011")
    assert (report["new"], report["changed"], report["unchanged"]) == (0, 0, 49_293)
    assert report["outcome"] == "nothing_new"
    assert oracle.fingerprints(boston.folder) == before


def test_that_a_newer_file_would_change_what_changed_in_it(
    boston: Boston, real_data: Path, tmp_path: Path
) -> None:
    rows = [dict(row) for row in boston.rows]
    known = find_profile("boston2011").classes.map
    closed = next(row for row in rows if row["case_status"] == "Closed" and row["type"] in known)
    still_open = next(row for row in rows if row["case_status"] == "Open" and row["type"] in known)
    gone = next(row for row in rows if row not in (closed, still_open) and row["type"] in known)
    closed["closure_reason"] += " Looked at again."
    still_open["case_title"] += " (again)"
    rows.remove(gone)
    rows.append({**closed, "case_enquiry_id": "101009999999"})
    newer = tmp_path / "newer.zip"
    with zipfile.ZipFile(newer, "w", zipfile.ZIP_DEFLATED) as packed:
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
        packed.writestr("newer.csv", text.getvalue())
    before = oracle.fingerprints(boston.folder)
    report = bring("cases", newer, boston.folder, "boston2011", "--dry-run")
    assert report["outcome"] == "dry_run"
    assert oracle.fingerprints(boston.folder) == before
    assert (report["new"], report["changed"], report["absent"]) == (1, 2, 1)
    assert report["unchanged"] == 49_293 - 2 - 1


def test_that_a_centre_with_entered_cases_verifies(boston: Boston) -> None:
    assert main(["verify", str(boston.folder)]) == 0


def test_that_the_sample_explains_its_doubled_headers_and_accounts_for_every_row(
    real_data: Path, tmp_path: Path
) -> None:
    """Into an empty city: it has no grids, and closed cases need none."""
    folder = founded(tmp_path / "centre", "boston2022")
    report = bring("cases", real_data / oracle.BOSTON_2022, folder, "boston2022")
    rows = oracle.boston_2022(real_data)
    placed = tuple(row for row in rows if row["LATITUDE"] and row["LONGITUDE"])
    lawful = mapped(placed, "TYPE", "boston2022")
    assert report["rows"] == len(rows) == 4995
    assert report["reasons"] == {
        "unknown_class": len(placed) - len(lawful),
        "no_place": len(rows) - len(placed),
    }
    assert report["reasons"]["no_place"] == 32
    assert [one["values"]["name"] for one in report["remarks"] if one["code"] == "duplicate_header"] == [
        "resolution_hours (2)",
        "resolution_days (2)",
    ]
    here = dict(kept(folder))
    assert here.keys() == {row["CASE_ENQUIRY_ID"] for row in lawful}
    late = Counter(
        (row["OnTime_Status"], here[row["CASE_ENQUIRY_ID"]].closed_ms > here[row["CASE_ENQUIRY_ID"]].due_ms)
        for row in lawful
        if row["TARGET_DT"]
    )
    # One row of 2016 has no word of its own; it was late.
    assert set(late) == {("ONTIME", False), ("OVERDUE", True), ("", True)}
    assert late["", True] == 1
