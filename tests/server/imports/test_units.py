from __future__ import annotations

from pathlib import Path

from server.store.verify import verify
from tests.server.imports.town import csv, founded_town, profile, rows, run

HEADER = ("id", "name", "parent")


def test_that_a_tree_of_units_enters_and_its_parents_are_found_by_name(tmp_path: Path) -> None:
    paths = founded_town(tmp_path / "centre")
    told = [("u2", "排水队", "水务局"), ("u1", "水务局", ""), ("u3", "路灯班", "works")]
    report = run(paths, "units", csv(tmp_path / "f.csv", HEADER, told), profile(tmp_path, "units"))
    units = rows(paths, "unit")
    assert (report["new"], report["absent"]) == (3, 2)
    assert [units[key].parent for key in ("u1", "u2", "u3")] == ["", "u1", "works"]
    assert verify(paths.database)[0] == []


def test_that_circles_and_orphans_are_refused_with_all_that_lean_on_them(tmp_path: Path) -> None:
    paths = founded_town(tmp_path / "centre")
    told = [
        ("a", "甲", "b"), ("b", "乙", "a"), ("c", "丙", "a"), ("d", "丁", "nobody"), ("e", "戊", "d"),
        ("f", "己", "f"), ("g", "", ""), ("h", "庚", ""),
    ]  # fmt: skip
    report = run(paths, "units", csv(tmp_path / "f.csv", HEADER, told), profile(tmp_path, "units"))
    assert report["reasons"] == {"cycle": 3, "unknown_unit": 3, "name_missing": 1}
    assert rows(paths, "unit").keys() == {"works", "parks", "h"}


def test_that_a_changed_name_changes_one_unit_and_keeps_what_the_file_does_not_tell(tmp_path: Path) -> None:
    paths = founded_town(tmp_path / "centre")
    told = [("works", "市政养护所", ""), ("parks", "园林所", "")]
    report = run(paths, "units", csv(tmp_path / "f.csv", HEADER, told), profile(tmp_path, "units"))
    assert [report[name] for name in ("new", "changed", "unchanged")] == [0, 1, 1]
    works = rows(paths, "unit")["works"]
    assert (works.name, works.trade) == ("市政养护所", "municipal")
