from __future__ import annotations

from pathlib import Path

import pytest

from casework.entities.component import ComponentState
from server.component_file import read_components
from server.imports import components
from server.store.verify import verify
from tests.server.imports.town import (
    COVER,
    LAMP,
    PARKS,
    SOUTH_M,
    WEST_M,
    WORKS,
    code_of,
    csv,
    entries,
    founded_town,
    profile,
    rows,
    run,
)

HEADER = ("no", "type", "x", "y", "owner", "seen")
GOOD = (
    ("a", "井盖", WEST_M + 10, SOUTH_M + 10, "", "2024-05-01"),
    ("b", "井盖", WEST_M + 110, SOUTH_M + 10, "园林所", ""),
    ("c", "路灯", WEST_M + 10, SOUTH_M + 210, "电力公司", "2024-05-02"),
)


def test_that_a_component_gets_its_grid_its_unit_and_a_lawful_id(tmp_path: Path) -> None:
    paths = founded_town(tmp_path / "centre")
    report = run(paths, "components", csv(tmp_path / "f.csv", HEADER, GOOD), profile(tmp_path, "components"))
    made = {row.uid: row for row in rows(paths, "component").values()}
    assert {uid: row.grid for uid, row in made.items()} == {
        "a": code_of(0, 0), "b": code_of(1, 0), "c": code_of(0, 2),
    }  # fmt: skip
    # The first by the duty layer, the second by the file, the third by the layer since its owner is no unit here.
    assert [made[uid].owner for uid in "abc"] == [WORKS, PARKS, PARKS]
    assert [made[uid].id for uid in "abc"] == [
        f"450103{COVER}000001", f"450103{COVER}000002", f"450103{LAMP}000001",
    ]  # fmt: skip
    assert made["a"].surveyed == "2024-05-01"
    assert (report["new"], report["outcome"]) == (3, "entered")
    assert "owner_no_unit" in {one["code"] for one in report["remarks"]}
    assert verify(paths.database)[0] == []


def test_that_the_same_file_again_enters_nothing_at_all(tmp_path: Path) -> None:
    paths = founded_town(tmp_path / "centre")
    file, words = csv(tmp_path / "f.csv", HEADER, GOOD), profile(tmp_path, "components")
    run(paths, "components", file, words)
    before = entries(paths)
    again = run(paths, "components", file, words)
    assert (again["unchanged"], again["outcome"]) == (3, "nothing_new")
    assert entries(paths) == before


def test_that_a_newer_file_changes_only_what_changed_and_leaves_alone_what_it_lacks(tmp_path: Path) -> None:
    paths = founded_town(tmp_path / "centre")
    words = profile(tmp_path, "components")
    run(paths, "components", csv(tmp_path / "f.csv", HEADER, GOOD), words)
    keys = {row.uid: key for key, row in rows(paths, "component").items()}
    moved = ("b", "井盖", WEST_M + 120, SOUTH_M + 10, "园林所", "")
    newer = (GOOD[0], moved, ("d", "井盖", WEST_M + 30, SOUTH_M + 30, "", ""))
    report = run(paths, "components", csv(tmp_path / "f.csv", HEADER, newer), words)
    assert [report[name] for name in ("new", "changed", "unchanged", "absent")] == [1, 1, 1, 1]
    now = {row.uid: row for row in rows(paths, "component").values()}
    assert now["b"].id == keys["b"] and now["b"].x_mm == (WEST_M + 120) * 1000
    assert now["d"].id == f"450103{COVER}000003"
    assert now["c"].state is ComponentState.INTACT
    assert verify(paths.database)[0] == []


def test_that_what_a_whole_file_lacks_is_marked_as_removed_and_comes_back_with_it(tmp_path: Path) -> None:
    paths = founded_town(tmp_path / "centre")
    words = profile(tmp_path, "components", ("[place]\ncrs", "[file]\nis_whole = true\n[place]\ncrs"))
    run(paths, "components", csv(tmp_path / "f.csv", HEADER, GOOD), words)
    report = run(paths, "components", csv(tmp_path / "f.csv", HEADER, GOOD[:2]), words)
    state = {row.uid: row.state for row in rows(paths, "component").values()}
    assert (report["removed"], report["absent"], state["c"]) == (1, 0, ComponentState.REMOVED)
    report = run(paths, "components", csv(tmp_path / "f.csv", HEADER, GOOD), words)
    state = {row.uid: row.state for row in rows(paths, "component").values()}
    assert (report["changed"], state["c"]) == (1, ComponentState.INTACT)


def test_that_a_whole_file_of_lamps_removes_no_cover(tmp_path: Path) -> None:
    paths = founded_town(tmp_path / "centre")
    run(paths, "components", csv(tmp_path / "f.csv", HEADER, GOOD), profile(tmp_path, "components"))
    lamps = profile(
        tmp_path,
        "components",
        ("[place]\ncrs", "[file]\nis_whole = true\n[place]\ncrs"),
        ('"井盖" = "component:01003", ', ""),
    )
    report = run(paths, "components", csv(tmp_path / "f.csv", HEADER, [GOOD[2]]), lamps)
    assert (report["removed"], report["absent"]) == (0, 0)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (("", "井盖", WEST_M + 10, SOUTH_M + 10, "", ""), "missing_id"),
        (("a" * 90, "井盖", WEST_M + 10, SOUTH_M + 10, "", ""), "too_long"),
        (("z", "喷泉", WEST_M + 10, SOUTH_M + 10, "", ""), "unknown_class"),
        (("z", "井盖", "", "", "", ""), "no_place"),
        (("z", "井盖", "here", SOUTH_M + 10, "", ""), "place_not_a_number"),
        (("z", "井盖", WEST_M + 900, SOUTH_M + 10, "", ""), "outside_city"),
        (("z", "井盖", WEST_M + 10, SOUTH_M + 10, "", "yesterday"), "bad_time"),
        (("a", "路灯", WEST_M + 10, SOUTH_M + 10, "", ""), "duplicate_id"),
    ],
)
def test_that_a_bad_row_is_refused_with_its_reason_and_place(
    tmp_path: Path, row: tuple[object, ...], reason: str
) -> None:
    paths = founded_town(tmp_path / "centre")
    file = csv(tmp_path / "f.csv", HEADER, (*GOOD, row))
    report = run(paths, "components", file, profile(tmp_path, "components"))
    assert report["reasons"] == {reason: 1}
    assert report["refusals"][0]["place"] == "line 5"
    assert len(rows(paths, "component")) == 3


def test_that_long_ids_are_checked_as_text_and_kept_to_the_last_digit(tmp_path: Path) -> None:
    paths = founded_town(tmp_path / "centre")
    words = profile(tmp_path, "components", ('uid = "no"', 'id = "no"'))
    near = (f"450103{COVER}123457", f"450103{COVER}123458")  # a float cannot tell them apart
    wrong = ("4.50103E+16", f"450103{COVER}12345", f"450103{LAMP}000009", near[0])
    told = [(one, "井盖", WEST_M + 10 + k, SOUTH_M + 10, "", "") for k, one in enumerate((*near, *wrong))]
    report = run(paths, "components", csv(tmp_path / "f.csv", HEADER, told), words)
    assert sorted(rows(paths, "component")) == sorted(near)
    assert report["reasons"] == {"bad_id": 2, "id_of_another_class": 1, "duplicate_id": 1}


def test_that_many_components_are_a_new_file_and_few_are_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(components, "DELTAS", 5)
    paths = founded_town(tmp_path / "centre")
    words = profile(tmp_path, "components")
    run(paths, "components", csv(tmp_path / "f.csv", HEADER, GOOD), words)
    many = [(f"m{k}", "井盖", WEST_M + 5 + k, SOUTH_M + 5, "", "") for k in range(20)]
    report = run(paths, "components", csv(tmp_path / "f.csv", HEADER, many), words)
    table, facts = read_components(paths.components)
    # All there are: the rows of before are in it, and it says up to which entry.
    assert len(table.keys) == 23 and sorted(table.uids)[:3] == ["a", "b", "c"]
    assert (len(rows(paths, "component")), report["entries"]) == (3, 1)
    assert facts.through_seq == entries(paths) - 1
    moved = [("m3", "井盖", WEST_M + 50, SOUTH_M + 50, "", ""), GOOD[0]]
    report = run(paths, "components", csv(tmp_path / "f.csv", HEADER, moved), words)
    assert (report["changed"], report["unchanged"], report["absent"]) == (1, 1, 21)
    assert {row.uid for row in rows(paths, "component").values()} == {"a", "b", "c", "m3"}
    assert verify(paths.database)[0] == []
