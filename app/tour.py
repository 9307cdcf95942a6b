"""A walk through the seat without a screen: real keys into the real window, pictures of what they bring, a verdict.

Promises: it answers 0 only if every step came to its end, the map shows something, every picture has colours, and
Chinese signs are drawn and not boxes. It uses the seat as an operator does; only the line is cut by hand, and a
colleague at another seat changes a case meanwhile, so that one thing is refused and one still waits.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtGui import QColor, QFont, QImage, QKeySequence, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.arguments import Asked
from app.map.selfcheck import SelfCheck, count_colours
from app.session import Session, sign_in
from app.start import Desk, Drill, catalogues
from app.widgets import theme
from casework.commands.dispatch import Dispatch
from casework.ids import CaseId
from casework.sync.status import Lamp, OutboxLine, OutboxState
from casework.workflow import Stage

STEP_S = 90.0
SETTLE_MS = 400
WORD_CHARS = 2  # of a place: a road has many cases
LARGE, SMALL = (1920, 1080), (1366, 768)
DISTRICT_M_PX, STREET_M_PX = 3.0, 0.4
LEAST_COLOURS = 24
COLLEAGUES_SEAT = "12"
SIGNS = "派遣督查井盖网格"


class Colleague(Protocol):
    """Somebody who may log in at another seat."""

    @property
    def person(self) -> str: ...

    @property
    def password(self) -> str: ...

    @property
    def posts(self) -> tuple[str, ...]: ...


class Lost(Exception):
    """A step did not come to its end; the text names it."""


def drill(asked: Asked, centre: str = "", colleagues: Sequence[Colleague] = ()) -> Drill | None:
    """The walk, where pictures were asked for without a screen."""
    if not (asked.is_headless and asked.shots):
        return None
    shots = asked.shots
    return lambda desk: Tour(desk, shots, centre, colleagues, is_surveyed=not asked.replay).run()


class Tour:
    """One walk."""

    def __init__(
        self,
        desk: Desk,
        shots: Path,
        centre: str,
        colleagues: Sequence[Colleague],
        is_surveyed: bool = True,
    ) -> None:
        """`is_surveyed`: the city has components and a base map."""
        assert desk.session and desk.window and desk.map
        self.session, self.window, self.map = desk.session, desk.window, desk.map
        self._theme = desk.theme
        self._shots = shots
        self._is_surveyed = is_surveyed
        self._centre = centre
        self._colleagues = [
            c for c in colleagues if "dispatcher" in c.posts and c.person != self.session.person.id
        ]
        self._colours: dict[str, int] = {}
        self._faults: list[str] = []
        self._is_ready = False
        desk.map.ready.connect(self._note_ready)

    def run(self) -> int:
        """Writes the pictures and answers the exit code."""
        self._shots.mkdir(parents=True, exist_ok=True)
        began_s = time.monotonic()
        try:
            self._see_queue()
            self._see_map()
            self._see_card()
            if self._colleagues:
                self._see_drawer()
            self._see_search()
            self._see_small()
        except Lost as lost:
            self._faults.append(f"did not come: {lost}")
            self._keep("lost")
        if not draws_chinese():
            self._faults.append("Chinese signs are drawn as boxes: install fonts-noto-cjk")
        poor = [name for name, count in self._colours.items() if count < LEAST_COLOURS]
        self._faults += [f"{name} is all but empty: {self._colours[name]} colours" for name in poor]
        print(
            json.dumps(
                {
                    "pictures": self._colours,
                    "faults": self._faults,
                    "folder": str(self._shots),
                    "took_s": round(time.monotonic() - began_s, 1),
                },
                ensure_ascii=False,
                indent=1,
            ),
            flush=True,
        )
        return 1 if self._faults else 0

    # -- the steps

    def _see_queue(self) -> None:
        self._until("a queue with cases", lambda: self.window.model.rowCount() > 0)
        if self._is_surveyed:
            self._until("the map's files", self._has_files)
        self._until("the map", lambda: self._is_ready)
        self.window.resize(*LARGE)
        self._take_dispatchable()
        self.window.set_theme("dark")
        self._look_at_map("01 dark")
        self._keep("01-main-dark")
        self.window.set_theme("light")
        self._look_at_map("02 light")
        self._keep("02-main-light")

    def _see_map(self) -> None:
        self.map.fit_city()
        self._look_at_map("city")
        self._keep("03-map-city")
        shown = self.session.row("case", self.window.card.case_id())
        case = shown.row if shown else self.session.open_cases(1)[0].row
        for name, m_px in (("04-map-district", DISTRICT_M_PX), ("05-map-street", STREET_M_PX)):
            self.map.centre_on(case.x_mm, case.y_mm, m_px)
            self._look_at_map(name)
            self._keep(name)

    def _see_card(self) -> None:
        self._press("Space")
        self._until("a case in the card", lambda: bool(self.window.card.case_id()))
        self._until("the claim", lambda: not self._of(self.window.card.case_id()))
        self._look_at_map("card")
        self._keep("06-card")

    def _see_drawer(self) -> None:
        """Two things done while the line is out; one of them a colleague has done meanwhile."""
        self.window.set_theme("dark")
        contested = self._take_dispatchable()
        self.session.cut(True)
        self._press("Enter")
        self._until("the dispatch in the drawer", lambda: bool(self._of(contested)))
        self._dispatch_elsewhere(contested)
        self._until("the offline band", lambda: self.session.status().lamp is Lamp.OFFLINE)
        self._settle()
        self._keep("07-offline")
        self.session.cut(False)
        self._until("the refusal", lambda: self._has(OutboxState.REFUSED))
        second = self._take_dispatchable()
        self.session.cut(True)
        self._press("Enter")
        self._until("the second dispatch", lambda: bool(self._of(second)))
        self._until("the offline band again", lambda: self.session.status().lamp is Lamp.OFFLINE)
        self.window.show_drawer(True)
        self._settle()
        self._keep("08-drawer-dark")
        self.window.set_theme("light")
        self._settle()
        self._keep("09-drawer-light")
        self.window.set_theme("dark")
        self.window.show_drawer(False)
        self.session.cut(False)
        self._until(
            "everything sent",
            lambda: not any(o.state is not OutboxState.REFUSED for o in self.session.outbox()),
        )

    def _see_search(self) -> None:
        """The first word of a case's place, and the third find of it."""
        shown = self.session.row("case", self.window.card.case_id())
        word = (shown.row.place if shown else "")[:WORD_CHARS]
        search = self.window.search
        self._press("Ctrl+F")
        search.panel.field.setText(word)
        self._until("what the search finds", lambda: bool(word) and search.model.rowCount() > 0)
        for _ in range(2):
            self._press("Down")
        self._look_at_map("search")
        self._keep("10-search-dark")
        self._press("Esc")

    def _see_small(self) -> None:
        self.window.resize(*SMALL)
        self._look_at_map("small")
        self._keep("11-small-dark")
        self.window.set_theme(self._theme)

    # -- what the steps need

    def _take_dispatchable(self) -> str:
        """The next case that waits for dispatch, in the card, claimed and known at the centre."""
        for _ in range(4):
            self._press("Space")
            self._settle()
            case = self.window.card.case_id()
            shown = self.session.row("case", case) if case else None
            if shown and shown.row.stage is Stage.AWAITING_DISPATCH:
                self._until("the claim", lambda: not self._of(self.window.card.case_id()))
                return case
        raise Lost("a case that waits for dispatch")

    def _dispatch_elsewhere(self, case: str) -> None:
        """A colleague at another seat was quicker."""
        colleague = self._colleagues[0]
        folder = self.session.folder.parent / "colleague"
        other = sign_in(
            folder, self._centre, colleague.person, colleague.password, catalogues(), COLLEAGUES_SEAT
        )
        if not isinstance(other, Session):
            raise Lost(f"the colleague's log-in: {other}")
        try:
            unit = next(shown.row.id for shown in other.rows("unit"))
            other.perform(Dispatch(case=CaseId(case), unit=unit, opinion="请尽快处置"))
            self._until("the colleague's dispatch", lambda: not other.outbox())
        finally:
            other.close()

    def _of(self, case: str) -> list[OutboxLine]:
        return [line for line in self.session.outbox() if getattr(line.command, "case", "") == case]

    def _has(self, state: OutboxState) -> bool:
        return any(line.state is state for line in self.session.outbox())

    def _has_files(self) -> bool:
        folder = self.session.folder
        return (folder / "base.db").exists() and (folder / "components.db").exists()

    def _note_ready(self) -> None:
        self._is_ready = True

    def _press(self, key: str) -> None:
        """A key as the window system would send it."""
        stroke = QKeySequence(key)[0] if key != "Enter" else QKeySequence("Return")[0]
        QTest.keyClick(QApplication.focusWidget() or self.window, stroke.key(), stroke.keyboardModifiers())
        self._spin(50)

    def _look_at_map(self, where: str) -> None:
        """Until the map says that what it shows can be a map."""
        said: list[SelfCheck] = []
        self._settle()
        self.map.self_check(said.append)
        self._until(f"the map's self-check at {where}", lambda: bool(said))
        if not said[0].is_good:
            self._faults.append(f"the map at {where}: {said[0].reason} ({said[0].colours} colours)")

    def _keep(self, name: str) -> None:
        image = self.window.grab().toImage()
        image.save(str(self._shots / f"{name}.png"))
        self._colours[name] = count_colours(image)

    def _settle(self) -> None:
        self._spin(SETTLE_MS)

    def _spin(self, ms: int) -> None:
        loop = QEventLoop()
        QTimer.singleShot(ms, loop.quit)
        loop.exec()

    def _until(self, what: str, holds: Callable[[], bool]) -> None:
        until_s = time.monotonic() + STEP_S
        while not holds():
            if time.monotonic() > until_s:
                raise Lost(what)
            self._spin(20)


def draws_chinese() -> bool:
    """Whether signs of the seat's own words look different from one another and from the box of an unknown sign."""
    pictures = {_drawn(sign) for sign in (*SIGNS, "\U0010fffe")}
    return len(pictures) == len(SIGNS) + 1


def _drawn(sign: str) -> bytes:
    image = QImage(48, 48, QImage.Format.Format_Grayscale8)
    image.fill(QColor("white"))
    painter = QPainter(image)
    font = QFont(theme.font())
    font.setPixelSize(32)
    painter.setFont(font)
    painter.drawText(image.rect(), Qt.AlignmentFlag.AlignCenter, sign)
    painter.end()
    return bytes(image.constBits())
