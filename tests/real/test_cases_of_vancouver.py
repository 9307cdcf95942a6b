"""Vancouver's two workbooks: rows without a place refused, cases of both entered once, days and offsets as meant."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import NamedTuple

import openpyxl
import pytest

from tests.real import oracle
from tests.real.ground import Report, bring, founded, lay_lattice
from tests.real.oracle import Row
from tests.real.rows import Here, kept

BOX = (-123.23, 49.19, -123.01, 49.32, 0.01)


class Vancouver(NamedTuple):
    folder: Path
    reports: tuple[Report, Report]
    rows: tuple[tuple[Row, ...], tuple[Row, ...]]
    here: dict[str, Here]


@pytest.fixture(scope="module")
def vancouver(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Vancouver:
    folder = founded(tmp_path_factory.mktemp("vancouver") / "centre", "vancouver")
    assert lay_lattice(folder, "991201", *BOX)["refused"] == 0
    files = real_data / oracle.VANCOUVER_2023, real_data / oracle.VANCOUVER_2024
    first, second = (bring("cases", file, folder, "vancouver") for file in files)
    rows = oracle.vancouver(files[0]), oracle.vancouver(files[1])
    return Vancouver(folder, (first, second), rows, dict(kept(folder)))


def placed(rows: tuple[Row, ...]) -> dict[str, Row]:
    """Rows with coordinates by when and where, which names a case here."""
    names = ("Service request open timestamp", "Latitude", "Longitude")
    found = [row for row in rows if row["Latitude"] and row["Longitude"]]
    told = {" ".join(row[name] for name in names): row for row in found}
    assert len(told) == len(found)
    return told


def test_that_every_row_of_both_workbooks_is_accounted_for(vancouver: Vancouver) -> None:
    for report, rows, count, without in zip(
        vancouver.reports, vancouver.rows, (7062, 4678), (1096, 840), strict=True
    ):
        assert report["rows"] == len(rows) == count
        assert report["reasons"] == {"no_place": without} == {"no_place": len(rows) - len(placed(rows))}
        assert report["file"]["format"] == "xlsx"
        assert report["file"]["layer"] == "Feuil1"
        for refusal in report["refusals"]:
            row = int(refusal["place"].removeprefix("row ").removesuffix(" of sheet Feuil1"))
            assert not rows[row - 2]["Latitude"]


def test_that_cases_of_both_workbooks_enter_once(vancouver: Vancouver) -> None:
    first, second = vancouver.reports
    of_2023, of_2024 = (placed(rows) for rows in vancouver.rows)
    both = of_2023.keys() & of_2024.keys()
    assert len(both) == second["unchanged"] == 230
    assert second["new"] == len(of_2024) - len(both)
    assert second["changed"] == 0
    assert second["absent"] == len(of_2023) - len(both)
    assert first["new"] == len(of_2023)
    assert vancouver.here.keys() == of_2023.keys() | of_2024.keys()


def test_that_an_offset_in_the_file_wins_and_a_bare_day_is_its_end_in_vancouver(vancouver: Vancouver) -> None:
    of_both = {**placed(vancouver.rows[0]), **placed(vancouver.rows[1])}
    for uid, row in of_both.items():
        one = vancouver.here[uid]
        opened = dt.datetime.fromisoformat(row["Service request open timestamp"])
        assert one.opened_ms == opened.timestamp() * 1000
        assert one.is_closed == (row["Status"] == "Close")
        day = row["Service request close date"]
        if day:
            closed = dt.datetime.fromtimestamp(one.closed_ms / 1000, oracle.VANCOUVER)
            assert closed.isoformat(timespec="milliseconds").startswith(f"{day}T23:59:59.000")
            assert one.closed_ms >= one.opened_ms
        else:
            assert one.closed_ms == 0


def test_that_a_newer_workbook_changes_only_its_changed_rows(
    vancouver: Vancouver, real_data: Path, tmp_path: Path
) -> None:
    file = real_data / oracle.VANCOUVER_2024
    again = bring("cases", file, vancouver.folder, "vancouver", "--dry-run")
    assert (again["new"], again["changed"]) == (0, 0)
    book = openpyxl.load_workbook(file)
    sheet = book.active
    heads = [cell.value for cell in sheet[1]]
    reason, x = heads.index("Closure reason") + 1, heads.index("Longitude") + 1
    status = heads.index("Status") + 1
    lines = range(2, sheet.max_row + 1)
    is_closed = [k for k in lines if sheet.cell(k, x).value and sheet.cell(k, status).value == "Close"]
    for row in is_closed[:3]:
        sheet.cell(row, reason).value = "Looked at again"
    book.save(tmp_path / "newer.xlsx")
    report = bring("cases", tmp_path / "newer.xlsx", vancouver.folder, "vancouver", "--dry-run")
    assert (report["new"], report["changed"]) == (0, 3)
    assert report["unchanged"] == again["unchanged"] - 3
