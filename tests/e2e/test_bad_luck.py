"""What goes wrong around a working operator, as the operator sees it: said in words, nothing lost, and on it goes."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication

from app.link.core import Core
from app.models.report_draft import DRAFT_KEY
from casework.workflow import Stage
from server.paths import Paths
from tests.app.link.hall import Line, until
from tests.e2e.agreement import agree, at_the_centre
from tests.e2e.desks import Desk, Hands, desk
from tests.e2e.journey import CLASS_INITIALS, HALL, TOLD
from tests.server.ground import Served, passwords, serving

ROOT = Path(__file__).resolve().parents[2]
NOTE = "市民来电：已用围挡围住"
LETTER = TOLD * 80  # larger than a page of the file
pytestmark = pytest.mark.usefixtures("qapp", "chinese")


# -- at the door


def test_that_the_log_in_says_what_is_wrong_and_lets_in_by_keys_alone(
    tmp_path: Path, city: Paths, city_served: Served
) -> None:
    log_in(tmp_path, city, "first", city_served.url)
    log_in(tmp_path, city, "offline", city_served.url)


def log_in(folder: Path, city: Paths, kind: str, url: str) -> None:
    """One process: the log-in window, then the desk."""
    env = {**os.environ, "XDG_CONFIG_HOME": str(folder / "config"), "PYTHONPATH": str(ROOT)}
    words = [kind, str(folder / "seat"), HALL, passwords(city)[HALL], nobody_there(), url]
    command = [sys.executable, "-m", "tests.e2e.door_worker", *words]
    made = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert made.returncode == 0, made.stderr


def nobody_there() -> str:
    """An address of this machine where nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        return f"http://127.0.0.1:{door.getsockname()[1]}"


# -- the centre


def test_that_a_desk_works_on_while_its_centre_is_started_anew_and_nobody_logs_in_again(
    tmp_path: Path, city: Paths
) -> None:
    with contextlib.ExitStack() as first:
        served = first.enter_context(serving(city))
        line = Line(served.url)
        with desk(tmp_path / "seat", line.url, city, HALL, "01", Hands()) as hall:
            case = take_next(hall)
            first.close()
            hall.until_strip("离线工作")
            hall.press("Shift+F9")
            hall.type(NOTE)
            hall.press("Ctrl+Enter")
            hall.until_strip("未发 1")
            with serving(city) as again:
                line.retarget(again.url)
                hall.until_strip("未发 0")
                assert not hall.window.band.isVisible()
                assert hall.window.card.case_id() == case
                assert [shown.row.text for shown in hall.session.rows("note", case=case)] == [NOTE]
                agree(hall.session, city)
        line.close()


def take_next(hall: Desk) -> str:
    """Space: the first of the queue is in the card and its claim at the centre."""
    until(lambda: hall.window.model.rowCount() > 0, "cases in the queue")
    hall.press("Space")
    case = hall.window.card.case_id()
    assert case
    hall.until_sent()
    return case


# -- the seat's disk


def test_that_a_full_disk_is_said_and_what_is_typed_meanwhile_is_kept_and_goes_out(
    tmp_path: Path, city: Paths, city_served: Served
) -> None:
    with desk(tmp_path / "seat", city_served.url, city, HALL, "01", Hands()) as hall:
        until(hall.session.numbers_left, "case numbers")
        fill_disk(hall, is_full=True)
        hall.press("F9")
        hall.type(some_grid(hall))
        hall.press("Enter")
        hall.type(CLASS_INITIALS)
        hall.press("Enter", "Enter")
        QGuiApplication.clipboard().setText(LETTER)
        hall.press("Ctrl+V")
        until(lambda: "磁盘已满" in hall.window.band.text(), "the words about the disk")
        assert hall.window.band.isVisible()
        assert LETTER not in drafts(hall).get(DRAFT_KEY, "")
        assert hall.window.form.text.toPlainText() == LETTER
        hall.press("Ctrl+Enter")
        assert not hall.window.is_form_shown()
        case = hall.window.card.case_id()
        hall.until_strip("未发 1")
        assert "磁盘已满" in hall.window.band.text()
        assert LETTER in hall.window.card.text.text()
        assert ("case", case) not in at_the_centre(city, ("city",)), "nothing leaves before it is on the disk"
        fill_disk(hall, is_full=False)
        hall.until_strip("未发 0")
        assert not hall.window.band.isVisible()
        hall.until_stage(case, Stage.REGISTERED)
        agree(hall.session, city)


def some_grid(hall: Desk) -> str:
    """The last digits of a cell that no other has."""
    codes = [shown.row.code for shown in hall.session.rows("unit_grid")]
    return next(code[-4:] for code in codes if sum(other.endswith(code[-4:]) for other in codes) == 1)


def fill_disk(hall: Desk, *, is_full: bool) -> None:
    """SQLite's own limit on the seat's file, on the thread that writes it: no page more than there are now."""

    def limit(core: Core) -> None:
        found = core.seat_db.execute("PRAGMA page_count").fetchone()
        assert found
        more = 0 if is_full else 100_000
        core.seat_db.execute(f"PRAGMA max_page_count = {found[0] + more}").fetchall()

    hall.session._engine.call(limit)


def drafts(hall: Desk) -> dict[str, str]:
    """What lies on the disk."""
    return hall.session._engine.drafts()
