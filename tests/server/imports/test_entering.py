from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from casework.entities.delivery import DeliveryKind
from casework.entity import CITY_CHANNEL
from casework.ids import PersonId
from server import resting
from server.archive import cases as archive
from server.component_file import read_components
from server.imports import components, entering
from server.imports.checking import check
from server.imports.profile import load_profile
from server.imports.reading import read_sheet
from server.imports.report import Report
from server.imports.standing import read_standing
from server.paths import Paths
from server.serving import serving_lock
from server.store import NotOpenable
from server.store.sqlite import SqliteStore
from server.store.verify import verify
from server.store.writing import MovedOn, Terms
from tests.server.imports import test_cases, test_components
from tests.server.imports.town import CATALOGUES, LATER, csv, entries, founded_town, profile, rows, run


def case_files(folder: Path) -> tuple[Path, Path]:
    return csv(folder / "f.csv", test_cases.HEADER, test_cases.GOOD), profile(folder, "cases")


def everything(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_that_a_dry_run_leaves_every_byte_of_the_folder_as_it_was(tmp_path: Path) -> None:
    paths = founded_town(tmp_path / "centre")
    before = everything(paths.root)
    for kind, header, good in (
        ("cases", test_cases.HEADER, test_cases.GOOD),
        ("components", test_components.HEADER, test_components.GOOD),
    ):
        file = csv(tmp_path / "f.csv", header, good)
        report = run(paths, kind, file, profile(tmp_path, kind), is_dry_run=True)
        assert (report["new"], report["outcome"], report["dry_run"]) == (3, "dry_run", True)
        assert everything(paths.root) == before


def test_that_the_report_and_its_page_are_there_before_anything_enters(tmp_path: Path) -> None:
    paths = founded_town(tmp_path / "centre")
    seen: list[tuple[int, str]] = []

    def look(report: Report) -> None:
        told = msgspec.json.decode((tmp_path / "report.json").read_bytes())
        assert told == report and (tmp_path / "report.html").stat().st_size > 1000
        seen.append((entries(paths), told["outcome"]))

    before = entries(paths)
    run(paths, "cases", *case_files(tmp_path), before_entering=look)
    assert seen == [(before, "pending")]
    told = msgspec.json.decode((tmp_path / "report.json").read_bytes())
    assert told["outcome"] == "entered" and told["entered_at"] > told["checked_at"]


def test_that_a_delivery_stands_in_the_ledger_with_its_counts_and_its_content(tmp_path: Path) -> None:
    paths = founded_town(tmp_path / "centre")
    report = run(paths, "cases", *case_files(tmp_path))
    (row,) = rows(paths, "delivery").values()
    assert (row.id, row.rows, row.made, row.refused) == (report["delivery"], 3, 3, 0)
    assert (row.sha256, row.content) == (report["file"]["sha256"], report["content"])
    assert len(row.content) == 64 and row.person == PersonId("admin")


def test_that_a_folder_being_served_is_refused_with_a_clear_sentence(tmp_path: Path) -> None:
    paths = founded_town(tmp_path / "centre")
    before = entries(paths)
    with serving_lock(paths.lock):
        report = run(paths, "cases", *case_files(tmp_path))
    assert (report["outcome"], report["unreadable"]["code"]) == ("unreadable", "being_served")
    assert "import at a seat" in report["unreadable"]["en"] and entries(paths) == before


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "empty_file"),
        (b"no,type\n1,2\n", "missing_column"),
        (bytes(4096), "only_zeros"),
    ],
)
def test_that_a_file_that_cannot_be_read_is_reported_and_enters_nothing(
    tmp_path: Path, body: bytes, code: str
) -> None:
    paths = founded_town(tmp_path / "centre")
    before = entries(paths)
    file = tmp_path / "f.csv"
    file.write_bytes(body)
    report = run(paths, "cases", file, profile(tmp_path, "cases"))
    assert (report["outcome"], report["unreadable"]["code"], entries(paths)) == ("unreadable", code, before)


def test_that_a_profile_of_another_kind_is_refused(tmp_path: Path) -> None:
    paths = founded_town(tmp_path / "centre")
    file, _ = case_files(tmp_path)
    report = run(paths, "cases", file, profile(tmp_path, "components"))
    assert report["unreadable"]["code"] == "profile_of_another_kind"


@pytest.mark.parametrize("at", ["append", "durable", "take_in", "take_place"])
def test_that_a_process_killed_at_any_point_leaves_all_or_nothing(tmp_path: Path, at: str) -> None:
    paths = founded_town(tmp_path / "centre")
    file, words = case_files(tmp_path)
    script = f"""
import os, signal, sys
from pathlib import Path
from server import resting
from server.archive import cases
from server.store.writing import Writing
def killed(*_):
    os.kill(os.getpid(), signal.SIGKILL)
where = {{"append": cases, "durable": resting, "take_in": Writing, "take_place": resting}}[{at!r}]
setattr(where, {at!r}, killed)
from tests.server.imports.town import run
from server.paths import Paths
run(Paths(Path({str(paths.root)!r})), "cases", Path({str(file)!r}), Path({str(words)!r}))
"""
    ended = subprocess.run([sys.executable, "-c", script], cwd=Path(__file__).parents[3], timeout=60)
    assert ended.returncode == -signal.SIGKILL
    resting.settle(paths)
    is_there = bool(rows(paths, "delivery"))
    assert is_there == (at == "take_place")
    assert len(list(archive.read(paths.archived_cases))) == (1 if is_there else 0)
    assert len(rows(paths, "case")) == (2 if is_there else 0)
    assert not list(paths.root.rglob("*.delivery-*")) and verify(paths.database)[0] == []
    report = run(paths, "cases", file, words)
    assert report["outcome"] == ("nothing_new" if is_there else "entered")


def test_that_a_failed_transaction_leaves_no_file_beside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(components, "DELTAS", 1)
    paths = founded_town(tmp_path / "centre")
    file = csv(tmp_path / "f.csv", test_components.HEADER, test_components.GOOD)

    def late(_: Report) -> None:
        # Another delivery enters between the check and the entering.
        other = csv(tmp_path / "u.csv", ("id", "name", "parent"), [("u1", "路灯班", "")])
        standing = read_standing(paths, DeliveryKind.UNITS, CATALOGUES, next(LATER))
        words = load_profile(profile(tmp_path, "units").read_bytes(), "units")
        checked = check(read_sheet(other, words), words, standing)
        entering.enter_folder(
            checked,
            entering.delivery_of(checked, "u.csv", PersonId("admin"), next(LATER)),
            lambda: next(LATER),
        )

    report = run(paths, "components", file, profile(tmp_path, "components"), before_entering=late)
    assert (report["outcome"], report["failure"]["code"]) == ("failed", "moved_on")
    assert not paths.components.exists() and not list(paths.root.glob("*.delivery-*"))
    assert rows(paths, "component") == {} and "u1" in rows(paths, "unit")
    assert run(paths, "components", file, profile(tmp_path, "components"))["outcome"] == "entered"
    assert len(read_components(paths.components)[0].keys) == 3


def test_that_a_seat_that_follows_the_feed_gets_what_a_delivery_brings(tmp_path: Path) -> None:
    paths = founded_town(tmp_path / "centre")
    file, words = case_files(tmp_path)
    profile_read = load_profile(words.read_bytes(), "cases")
    standing = read_standing(paths, DeliveryKind.CASES, CATALOGUES, next(LATER))
    checked = check(read_sheet(file, profile_read), profile_read, standing)
    told: list[int] = []

    async def follow() -> set[tuple[str, str]]:
        store = SqliteStore(
            paths.database, Terms(CATALOGUES, lambda seat, sent, at_ms: False), lambda: next(LATER)
        )
        try:
            store.on_commit(lambda: told.append(store.head))
            before = store.head
            delivery = entering.delivery_of(checked, file.name, PersonId("admin"), next(LATER))
            entered = await entering.enter(store, checked, delivery)
            page = await store.page(frozenset({CITY_CHANNEL}), before, 500)
            assert (entered.entries, page.next) == (len(page.entries), store.head)
            return {(entry.entity, str(entry.key)) for entry in page.entries}
        finally:
            store.close()

    found = asyncio.run(follow())
    assert told and {entity for entity, _ in found} == {"case", "report", "task", "delivery"}
    assert {key for entity, key in found if entity == "case"} == set(rows(paths, "case"))


def test_that_a_delivery_decided_on_rows_that_moved_enters_nothing(tmp_path: Path) -> None:
    paths = founded_town(tmp_path / "centre")
    file, words = case_files(tmp_path)
    profile_read = load_profile(words.read_bytes(), "cases")
    standing = read_standing(paths, DeliveryKind.CASES, CATALOGUES, next(LATER))
    checked = check(read_sheet(file, profile_read), profile_read, standing)
    deliveries = [entering.delivery_of(checked, file.name, PersonId("admin"), next(LATER)) for _ in range(2)]
    entering.enter_folder(checked, deliveries[0], lambda: next(LATER))
    before = entries(paths)
    with pytest.raises(MovedOn):
        entering.enter_folder(checked, deliveries[1], lambda: next(LATER))
    assert entries(paths) == before and len(list(archive.read(paths.archived_cases))) == 1
    assert isinstance(paths, Paths) and os.path.exists(paths.archived_cases)


def test_that_a_folder_that_is_no_centre_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(NotOpenable, match="not initialised"):
        run(Paths(tmp_path / "empty"), "cases", *case_files(tmp_path))
    assert not list((tmp_path / "empty").iterdir())
