"""The real map at a working desk: it comes near to the case opened, and comes back when its process is killed."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.map.feed import MapFeed
from app.map.page import MapPage
from app.map.selfcheck import SelfCheck
from app.map.view import MapView
from app.session import Session
from app.widgets.main_window import COARSE_M_PX
from server.paths import Paths
from tests.app.link.hall import seated, until
from tests.e2e.desks import ComposingHands, Desk
from tests.e2e.journey import HALL
from tests.server.ground import Served

pytestmark = pytest.mark.usefixtures("qapp", "chinese")


class MappedDesk(Desk):
    """A desk with the real map, fed as the seat feeds it, and an input method that composes where it may."""

    def __init__(self, session: Session) -> None:
        self.view = MapView()
        self.is_ready = False
        self.view.ready.connect(self._note_ready)
        super().__init__(session, ComposingHands(), self.view)
        files = [session.folder / name for name in ("base.db", "components.db")]
        until(lambda: all(file.exists() for file in files), "the map's files")
        self.feed = MapFeed(session, self.view, session.folder)
        until(lambda: self.is_ready, "the map")

    def _note_ready(self) -> None:
        self.is_ready = True

    def renderer(self) -> int:
        """The process that draws the page."""
        page = self.view.findChild(MapPage)
        assert page is not None
        return int(page.renderProcessPid())

    def until_map_shows(self, case: str) -> None:
        """The case is in the middle, near enough to be read, and what is on the screen can be a map."""
        row = self.case(case)
        assert row is not None
        until(self.view.is_settled, "a settled map")
        looking = self.view.looking()
        assert looking is not None
        assert (looking.x_mm, looking.y_mm) == (row.x_mm, row.y_mm)
        assert looking.m_px <= COARSE_M_PX
        checks: list[SelfCheck] = []
        self.view.self_check(checks.append)
        until(lambda: bool(checks), "the map's own check")
        assert checks[0].is_good, checks[0]

    def take_next(self) -> str:
        before = self.window.card.case_id()
        self.press("Space")
        case = self.window.card.case_id()
        assert case not in ("", before), "Space takes a case"
        return case

    def close(self) -> None:
        self.view.stop()
        super().close()


@pytest.fixture
def hall(tmp_path: Path, city: Paths, city_served: Served) -> Iterator[MappedDesk]:
    with seated(tmp_path / "seat", city_served.url, city, HALL, "01") as session:
        made = MappedDesk(session)
        try:
            yield made
        finally:
            made.close()


def test_that_the_map_comes_near_to_the_case_taken_and_comes_back_after_its_process_was_killed(
    hall: MappedDesk, caplog: pytest.LogCaptureFixture
) -> None:
    until(lambda: hall.window.model.rowCount() > 1, "cases in the queue")
    looking = hall.view.looking()
    assert looking is not None
    assert looking.m_px > COARSE_M_PX, "the whole city first"
    hall.until_map_shows(hall.take_next())
    before = hall.renderer()
    os.kill(before, signal.SIGKILL)
    until(lambda: not hall.view.is_settled(), "the page to be gone")
    second = hall.take_next()
    until(lambda: hall.renderer() not in (0, before), "another process")
    hall.until_map_shows(second)
    hall.press("F9")
    hall.press("F3")
    draft = hall.window.form.draft()
    row = hall.case(second)
    assert row is not None
    assert (draft.x_mm, draft.y_mm) == (row.x_mm, row.y_mm), "F3 takes the middle of the map"
