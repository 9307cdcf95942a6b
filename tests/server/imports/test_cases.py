from __future__ import annotations

from pathlib import Path

import pytest

from casework.entities.task import TaskState
from casework.workflow import Stage
from server.archive import cases as archive
from server.store.verify import verify
from tests.server.imports.town import (
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
from tests.server.imports.worked import worked_on

HEADER = ("no", "type", "x", "y", "text", "where", "opened", "due", "closed", "unit")
X, Y = WEST_M + 10, SOUTH_M + 10
DONE = ("h1", "垃圾", X, Y, "垃圾未清", "人民路1号", "2024-05-01 08:00", "", "2024-05-01 18:00", "市政所")
WITH = ("h2", "垃圾", X, Y, "垃圾成堆", "人民路2号", "2024-05-01 09:00", "2024-05-02 09:00", "", "市政所")
WITHOUT = ("h3", "噪声", X, Y, "施工噪声", "人民路3号", "2024-05-02 09:00", "", "", "")
GOOD = (DONE, WITH, WITHOUT)


def archived(paths: object) -> dict[str, tuple[object, ...]]:
    return {str(row[1]): row for row in archive.read(paths.archived_cases)}  # type: ignore[attr-defined]


def test_that_closed_cases_go_to_the_archive_and_open_ones_to_somebody(tmp_path: Path) -> None:
    paths = founded_town(tmp_path / "centre")
    report = run(paths, "cases", csv(tmp_path / "f.csv", HEADER, GOOD), profile(tmp_path, "cases"))
    assert (report["new"], report["outcome"]) == (3, "entered")
    (row,) = archived(paths).values()
    told = dict(zip(archive.COLUMNS, row, strict=True))
    assert (told["key"], told["uid"], told["unit"]) == ("202405010001", "h1", WORKS)
    assert (told["grid"], told["stage"], told["text"]) == (code_of(0, 0), "closed", "垃圾未清")
    open_ones = {case.uid: case for case in rows(paths, "case").values()}
    assert open_ones.keys() == {"h2", "h3"}
    with_unit, without = open_ones["h2"], open_ones["h3"]
    assert (with_unit.id, with_unit.stage, with_unit.unit) == ("202405010002", Stage.HANDLING, WORKS)
    assert with_unit.due_ms == with_unit.stage_due_ms == with_unit.registered_ms + 24 * 3_600_000
    assert without.stage in (Stage.REGISTERED, Stage.AWAITING_DISPATCH) and not without.unit
    (task,) = rows(paths, "task").values()
    assert (task.id, task.unit, task.state) == (with_unit.task, WORKS, TaskState.RECEIVED)
    assert {told.uid for told in rows(paths, "report").values()} == {"h2", "h3"}
    assert verify(paths.database)[0] == []


def test_that_the_same_cases_again_enter_nothing_at_all(tmp_path: Path) -> None:
    paths = founded_town(tmp_path / "centre")
    file, words = csv(tmp_path / "f.csv", HEADER, GOOD), profile(tmp_path, "cases")
    run(paths, "cases", file, words)
    before = entries(paths), archived(paths)
    again = run(paths, "cases", file, words)
    assert (again["unchanged"], again["outcome"]) == (3, "nothing_new")
    assert (entries(paths), archived(paths)) == before


def test_that_a_newer_file_closes_what_nobody_here_has_touched(tmp_path: Path) -> None:
    paths = founded_town(tmp_path / "centre")
    words = profile(tmp_path, "cases")
    run(paths, "cases", csv(tmp_path / "f.csv", HEADER, GOOD), words)
    closed = (*WITH[:8], "2024-05-03 10:00", "市政所")
    better = (*DONE[:4], "垃圾未清。已清运", *DONE[5:])
    report = run(paths, "cases", csv(tmp_path / "f.csv", HEADER, (better, closed)), words)
    assert [report[name] for name in ("new", "changed", "unchanged", "absent")] == [0, 2, 0, 1]
    case = next(one for one in rows(paths, "case").values() if one.uid == "h2")
    assert (case.stage, case.id, [step.deed for step in case.trace]) == (
        Stage.CLOSED, "202405010002", ["deliver", "deliver"],
    )  # fmt: skip
    assert rows(paths, "task")[case.task].state is TaskState.FINISHED
    assert archived(paths)["h1"][-1] == "垃圾未清。已清运"
    again = run(paths, "cases", csv(tmp_path / "f.csv", HEADER, (better, closed)), words)
    assert again["outcome"] == "nothing_new"
    assert verify(paths.database)[0] == []


def test_that_a_file_never_overrules_what_the_hall_has_done(tmp_path: Path) -> None:
    paths = founded_town(tmp_path / "centre")
    words = profile(tmp_path, "cases")
    run(paths, "cases", csv(tmp_path / "f.csv", HEADER, GOOD), words)
    worked_on(paths, "h3")
    before = rows(paths, "case")
    closed = (*WITHOUT[:8], "2024-05-03 10:00", "")
    reopened = (*DONE[:8], "", "市政所")
    run(paths, "cases", csv(tmp_path / "f.csv", HEADER, GOOD), words)
    report = run(paths, "cases", csv(tmp_path / "f.csv", HEADER, (reopened, WITH, closed)), words)
    assert report["reasons"] == {"closed_here": 1, "in_hand": 1}
    assert rows(paths, "case") == before
    assert report["outcome"] == "nothing_new"


def test_that_a_city_without_grids_takes_closed_cases_only(tmp_path: Path) -> None:
    paths = founded_town(tmp_path / "centre", has_grids=False)
    report = run(paths, "cases", csv(tmp_path / "f.csv", HEADER, GOOD), profile(tmp_path, "cases"))
    assert report["reasons"] == {"no_grid": 2}
    remarks = {one["code"]: one["values"] for one in report["remarks"]}
    assert remarks["archived_without_grid"] == {"rows": "1"} and remarks["unit_unknown"]["rows"] == "1"
    assert (archived(paths)["h1"][6], archived(paths)["h1"][7]) == ("", "")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"no": ""}, "missing_id"),
        ({"no": "h1"}, "duplicate_id"),
        ({"type": "喷泉"}, "unknown_class"),
        ({"text": ""}, "text_missing"),
        ({"text": "长" * 2001}, "too_long"),
        ({"where": "长" * 201}, "too_long"),
        ({"opened": ""}, "missing_time"),
        ({"opened": "last spring"}, "bad_time"),
        ({"closed": "2024-04-01 08:00"}, "time_order"),
        ({"opened": "2099-01-01 08:00"}, "time_in_the_future"),
        ({"x": X + 5000}, "outside_city"),
        ({"y": ""}, "no_place"),
    ],
)
def test_that_a_bad_case_is_refused_with_its_reason_and_place(
    tmp_path: Path, changes: dict[str, object], reason: str
) -> None:
    paths = founded_town(tmp_path / "centre")
    bad = dict(zip(HEADER, WITH, strict=True)) | {"no": "z"} | changes
    file = csv(tmp_path / "f.csv", HEADER, (*GOOD, tuple(bad.values())))
    report = run(paths, "cases", file, profile(tmp_path, "cases"))
    assert report["reasons"] == {reason: 1}
    assert report["refusals"][0]["place"] == "line 5"
    assert len(rows(paths, "case")) == 2


def test_that_numbers_follow_the_day_and_go_on_behind_what_is_there(tmp_path: Path) -> None:
    paths = founded_town(tmp_path / "centre")
    words = profile(tmp_path, "cases")
    late = ("b", *DONE[1:6], "2024-05-01 23:50", "", "2024-05-03 01:00", "")
    early = ("a", *DONE[1:6], "2024-05-01 00:10", "", "2024-05-03 01:00", "")
    run(paths, "cases", csv(tmp_path / "f.csv", HEADER, (late, early)), words)
    more = ("c", *DONE[1:6], "2024-05-01 12:00", "", "2024-05-03 01:00", "")
    run(paths, "cases", csv(tmp_path / "f.csv", HEADER, (more,)), words)
    keys = {uid: row[0] for uid, row in archived(paths).items()}
    assert keys == {"a": "202405010001", "b": "202405010002", "c": "202405010003"}


def test_that_a_lawful_number_is_kept_and_a_taken_one_refused(tmp_path: Path) -> None:
    paths = founded_town(tmp_path / "centre")
    words = profile(tmp_path, "cases", ('uid = "no"', 'uid = "no"\nnumber = "where"'))
    told = [
        (name, *DONE[1:5], number, *DONE[6:]) for name, number in (("a", "202405019999"), ("b", "2024050"))
    ]
    report = run(paths, "cases", csv(tmp_path / "f.csv", HEADER, told), words)
    assert (archived(paths)["a"][0], report["reasons"]) == ("202405019999", {"bad_id": 1})
    other = [("c", *DONE[1:5], "202405019999", *DONE[6:])]
    report = run(paths, "cases", csv(tmp_path / "f.csv", HEADER, other), words)
    assert report["reasons"] == {"number_taken": 1}
