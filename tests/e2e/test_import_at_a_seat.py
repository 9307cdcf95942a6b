"""An administrator at a real seat imports grids and components into a serving centre; another seat sees them."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.widgets.import_page import ImportPage
from casework.entities.person import Person
from casework.ids import PersonId
from casework.workflow import Post
from server.store.verify import verify
from tests.app.link.hall import lined, seated, until
from tests.e2e.desks import Desk, Hands, desk
from tests.server.ground import serving
from tests.server.imports import test_components, test_grids
from tests.server.imports.seat import CHEN
from tests.server.imports.town import PROFILES, csv, founded_town, geojson, profile, rows

pytestmark = pytest.mark.usefixtures("qapp", "chinese")
LI = Person(PersonId("li"), "李派遣", frozenset({Post.DISPATCHER}))
WAIT_S = 240.0


def hand_in(admin: Desk, kind_key: str, file: Path, own: Path) -> ImportPage:
    """Kind, file, profile, check: all by keys but the system's own dialog for files."""
    admin.press("Shift+F11", kind_key)
    page = admin.window.imports.page
    assert page is not None
    page.ask_file = lambda title, pattern: str(own if "toml" in pattern else file)
    admin.press("F3")
    until(page.model.is_file_ready, f"a look into {file.name}", WAIT_S)
    admin.press("Ctrl+Enter")
    until(lambda: page.model.profiles, "the centre's profiles", WAIT_S)
    admin.press("Ctrl+2")
    assert page.model.text == own.read_text("utf-8")
    admin.press("Ctrl+Enter")
    until(lambda: page.model.report is not None, f"a report of {file.name}", WAIT_S)
    assert page.model.can_enter(), page.model.report
    return page


def test_that_what_an_administrator_imports_is_seen_at_another_seat(tmp_path: Path) -> None:
    paths = founded_town(tmp_path / "centre", has_grids=False, people=(CHEN, LI))
    grids = geojson(tmp_path / "网格.geojson", test_grids.two_by_two())
    covers = csv(tmp_path / "部件.csv", test_components.HEADER, test_components.GOOD)
    with (
        serving(paths) as served,
        seated(tmp_path / "other", served.url, paths, "li", "08") as other,
        desk(tmp_path / "seat", served.url, paths, "chen", "09", Hands()) as admin,
    ):
        page = hand_in(admin, "Ctrl+2", grids, profile(tmp_path, "grids"))
        assert other.rows("unit_grid") == []
        admin.press("Ctrl+Enter")
        until(lambda: len(other.rows("unit_grid")) == 4, "four grids at the other seat", WAIT_S)
        until(page.model.has_entered, "the outcome", WAIT_S)
        admin.press("Ctrl+Enter")
        page = hand_in(admin, "Ctrl+1", covers, profile(tmp_path, "components"))
        assert page.model.report is not None and page.model.report["refused"] == 1
        admin.press("Ctrl+Enter")
        until(lambda: len(other.rows("component")) == 2, "two components at the other seat", WAIT_S)
        until(page.model.has_entered, "the outcome", WAIT_S)
        assert {shown.row.person for shown in other.rows("delivery")} == {"chen"}
    assert len(rows(paths, "component")) == 2
    assert verify(paths.database)[0] == []


def test_that_a_new_components_file_comes_to_the_other_seat_by_itself(tmp_path: Path) -> None:
    paths = founded_town(tmp_path / "centre", people=(CHEN, LI))
    lines = [(f"n{k}", "井盖", 533_000 + k % 290, 2_524_000 + k // 290, "", "") for k in range(21_000)]
    file = csv(tmp_path / "部件.csv", test_components.HEADER, lines)
    with (
        serving(paths) as served,
        seated(tmp_path / "other", served.url, paths, "li", "08") as other,
        desk(tmp_path / "seat", served.url, paths, "chen", "09", Hands()) as admin,
    ):
        came: list[str] = []
        other.dataset_changed.connect(came.append)
        hand_in(admin, "Ctrl+1", file, profile(tmp_path, "components"))
        admin.press("Ctrl+Enter")
        until(lambda: "components" in came, "components.db at the other seat", WAIT_S)
        assert (other.folder / "components.db").stat().st_size > 1_000_000


def test_that_a_file_goes_on_when_the_line_comes_back(tmp_path: Path) -> None:
    paths = founded_town(tmp_path / "centre", people=(CHEN, LI))
    file = csv(tmp_path / "部件.csv", test_components.HEADER, test_components.GOOD)
    own = tmp_path / "own.toml"
    own.write_text(PROFILES["components"], "utf-8")
    with (
        serving(paths) as served,
        lined(served.url) as line,
        desk(tmp_path / "seat", line.url, paths, "chen", "09", Hands()) as admin,
    ):
        admin.press("Shift+F11", "Ctrl+1")
        page = admin.window.imports.page
        assert page is not None
        page.ask_file = lambda title, pattern: str(own if "toml" in pattern else file)
        admin.press("F3")
        until(page.model.is_file_ready, "a look", WAIT_S)
        line.cut()
        admin.press("Ctrl+Enter", "Ctrl+2", "Ctrl+Enter")
        until(lambda: page.model.going is not None and page.model.going.is_waiting, "waiting is told", WAIT_S)
        line.mend()
        until(lambda: page.model.report is not None, "the report", WAIT_S)
        assert page.model.can_enter()


def test_that_leaving_the_seat_in_the_middle_of_a_check_leaves_nothing_behind(tmp_path: Path) -> None:
    paths = founded_town(tmp_path / "centre", people=(CHEN, LI))
    file = csv(tmp_path / "部件.csv", test_components.HEADER, test_components.GOOD)
    with serving(paths) as served:
        with desk(tmp_path / "seat", served.url, paths, "chen", "09", Hands()) as admin:
            admin.press("Shift+F11", "Ctrl+1")
            page = admin.window.imports.page
            assert page is not None
            page.ask_file = lambda title, pattern: str(file)
            admin.press("F3")
            until(page.model.is_file_ready, "a look", WAIT_S)
            page.model.set_text(PROFILES["components"])
            page.model.check()
            until(lambda: page.model.told is not None, "a check under way", WAIT_S)
        until(lambda: list((paths.imports / "jobs").iterdir()) == [], "the check put away", WAIT_S)
    assert rows(paths, "component") == {}
