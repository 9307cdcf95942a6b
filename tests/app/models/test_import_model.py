"""The import at the seat, step by step, over real files that a real process looks into."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.importing import GoingUp, No
from app.models import import_words
from app.models.import_model import CHECK, FILE, PROFILE, ImportModel
from casework.sync.imports import ImportAsk, ProposeAsk, Said
from tests.app.fake_imports import OWN, FakeImports

LOOKING_MS = 120_000


@pytest.fixture
def line() -> FakeImports:
    return FakeImports()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "部件.csv"
    path.write_text("no,type\n1,井盖\n2,路灯\n", "utf-8")
    return path


@pytest.fixture
def model(qtbot: QtBot, line: FakeImports, tmp_path: Path) -> ImportModel:
    return ImportModel(line, tmp_path / "seat")


@pytest.fixture
def chosen(qtbot: QtBot, model: ImportModel, file: Path) -> ImportModel:
    """Kind and file are chosen."""
    model.set_kind("components")
    model.choose_file(str(file))
    assert model.is_looking()
    qtbot.waitUntil(lambda: not model.is_looking(), timeout=LOOKING_MS)
    model.go_to(PROFILE)
    return model


@pytest.fixture
def checked(chosen: ImportModel, line: FakeImports) -> ImportModel:
    chosen.choose_profile("covers")
    chosen.check()
    line.checked()
    return chosen


def test_that_a_file_is_looked_into_and_one_cannot_go_on_without_it(
    model: ImportModel, chosen: ImportModel
) -> None:
    looked = chosen.looked
    assert looked is not None and (looked.rows, looked.columns) == (2, ["no", "type"])
    assert chosen.step == PROFILE


def test_that_without_a_kind_or_a_file_one_stays(model: ImportModel, line: FakeImports) -> None:
    model.go_to(PROFILE)
    model.check()
    assert model.step == FILE and line.asked == []


def test_that_a_file_that_is_not_there_is_said(qtbot: QtBot, model: ImportModel, tmp_path: Path) -> None:
    model.set_kind("grids")
    model.choose_file(str(tmp_path / "none.csv"))
    qtbot.waitUntil(lambda: not model.is_looking(), timeout=LOOKING_MS)
    assert model.trouble == import_words.no("file_unreadable") and not model.is_file_ready()


def test_that_profiles_of_this_kind_are_offered_and_a_corrected_one_is_ones_own(
    chosen: ImportModel, line: FakeImports
) -> None:
    assert [one.name for one in chosen.offered()] == ["covers", "lamps"]
    chosen.choose_profile("lamps")
    chosen.check()
    asked = line.asked[-1]
    assert isinstance(asked, ImportAsk) and (asked.profile, asked.text) == ("lamps", "")
    line.checked()
    chosen.set_text(chosen.text + "# mine\n")
    assert chosen.profile == "" and chosen.report is None, "a report is about the profile it was made with"
    chosen.check()
    assert line.asked[-1].text.endswith("# mine\n")


def test_that_ones_own_text_is_kept_while_a_shipped_one_is_looked_at(chosen: ImportModel) -> None:
    chosen.set_text(OWN + "# mine\n")
    chosen.choose_profile("lamps")
    assert chosen.text != chosen.own
    chosen.choose_own()
    assert (chosen.profile, chosen.text) == ("", OWN + "# mine\n")


def test_that_a_proposal_becomes_the_text(chosen: ImportModel, line: FakeImports) -> None:
    chosen.propose()
    assert isinstance(line.asked[-1], ProposeAsk) and chosen.is_busy
    line.answer(line.told("checked", proposal=OWN))
    assert chosen.text == OWN and not chosen.is_busy and line.dropped == ["j1"]


def test_that_a_profile_is_opened_and_saved(chosen: ImportModel, tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(OWN, "utf-8")
    chosen.open_profile(str(own))
    chosen.save_profile(str(tmp_path / "again.toml"))
    assert (tmp_path / "again.toml").read_text("utf-8") == OWN
    own.write_bytes(b"\xff\xfe\x00")
    chosen.open_profile(str(own))
    assert chosen.trouble == import_words.no("not_a_text") and chosen.text == OWN
    chosen.save_profile(str(tmp_path / "no" / "such" / "folder.toml"))
    assert chosen.trouble == import_words.no("not_saved")


def test_that_what_is_told_on_the_way_is_kept_and_the_report_comes_before_anything_enters(
    chosen: ImportModel, line: FakeImports
) -> None:
    chosen.choose_profile("covers")
    chosen.check()
    line.tell(GoingUp(5, 10))
    assert chosen.going.done == 5 and not chosen.can_enter()
    line.tell(line.told("working", step="reading"))
    assert chosen.going is None and chosen.told is not None and chosen.told.step == "reading"
    line.checked()
    assert chosen.can_enter() and line.entered == []
    chosen.enter()
    chosen.enter()
    assert line.entered == ["j1"] and chosen.is_entering()
    line.end_entering()
    assert chosen.has_entered() and not chosen.can_enter()


def test_that_stopping_keeps_file_and_profile(chosen: ImportModel, line: FakeImports) -> None:
    chosen.choose_profile("covers")
    chosen.check()
    line.tell(line.told("working"))
    chosen.stop()
    assert (line.dropped, line.cancelled > 0, chosen.is_busy) == (["j1"], True, False)
    assert chosen.text == OWN and chosen.is_file_ready() and chosen.report is None


def test_that_nothing_can_be_entered_of_a_file_that_cannot_be_read(
    chosen: ImportModel, line: FakeImports
) -> None:
    chosen.choose_profile("covers")
    chosen.check()
    line.checked(outcome="unreadable", entered=0)
    assert not chosen.can_enter()
    chosen.enter()
    assert line.entered == []


@pytest.mark.parametrize(
    "code", ["unreachable", "not_administrator", "too_many_imports", "nobody knows this"]
)
def test_that_every_no_is_a_sentence_and_loses_nothing(
    chosen: ImportModel, line: FakeImports, code: str
) -> None:
    chosen.choose_profile("covers")
    chosen.check()
    line.answer(No(code))
    assert chosen.trouble and not chosen.is_busy and chosen.is_ready_to_check()


def test_that_a_check_that_the_centre_has_forgotten_has_to_be_made_again(
    checked: ImportModel, line: FakeImports
) -> None:
    checked.enter()
    line.answer(No("not_found"))
    assert checked.told is None and checked.report is None and not checked.is_busy


def test_that_a_no_while_entering_leaves_the_report_to_try_again(
    checked: ImportModel, line: FakeImports
) -> None:
    checked.enter()
    line.answer(No("unreachable"))
    assert checked.can_enter() and checked.trouble


def test_that_a_check_that_failed_says_why_in_the_centres_words(
    chosen: ImportModel, line: FakeImports
) -> None:
    chosen.choose_profile("covers")
    chosen.check()
    line.answer(line.told("failed", failure=Said("check_died", {}, "中止了", "it died")))
    assert chosen.trouble == "it died" and not chosen.can_enter()


def test_that_the_page_is_fetched_and_saved(qtbot: QtBot, checked: ImportModel, tmp_path: Path) -> None:
    with qtbot.waitSignal(checked.page_came) as came:
        checked.fetch_page()
    checked.save_page(str(tmp_path / "r.html"), came.args[0])
    assert (tmp_path / "r.html").read_bytes() == b"<html>report</html>"


def test_that_the_next_file_begins_anew_and_leaving_puts_the_check_away(
    checked: ImportModel, line: FakeImports
) -> None:
    assert checked.step == CHECK
    checked.begin_anew()
    assert (checked.step, checked.file, checked.looked, checked.told) == (FILE, "", None, None)
    assert line.dropped == ["j1"]


def test_that_places_and_sizes_are_told_as_people_say_them() -> None:
    assert import_words.place("line 17") == "line 17"
    assert "2023" in import_words.place("row 5 of sheet 2023")
    assert import_words.place("somewhere else") == "somewhere else"
    assert [import_words.size(count) for count in (12, 1_500, 2_400_000)] == ["12 B", "2 KB", "2.4 MB"]
