"""The seat's real log-in in a process of its own, with keys alone: what goes wrong there, and how it is mended.

    door_worker KIND FOLDER USER PASSWORD DEAD_URL LIVE_URL

KIND is `first` (no centre, then a wrong password, then in) or `offline` (no centre, in by Ctrl+1). It ends with 0 when
everything was as it should be; else an assertion says what was not.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QLineEdit

from app.arguments import Asked
from app.settings import Settings
from app.start import Desk
from app.widgets.login import LogIn
from casework.sync.status import Lamp
from tests.app.link.hall import until
from tests.e2e.desks import Hands

WRONG = "not-the-password"
hands = Hands()


class Door:
    """The log-in window as a person sees it."""

    def __init__(self) -> None:
        self.window = until(lambda: QApplication.activeWindow(), "the log-in window")
        assert isinstance(self.window, LogIn), self.window

    def said(self) -> tuple[str, str]:
        """What it says is wrong, and what helps; waits while the centre is asked."""
        until(lambda: self.window.what.isVisible(), "an answer at the log-in")
        return self.window.what.text(), self.window.help.text()

    def field(self) -> str:
        """Which field has the keyboard."""
        focus = QApplication.focusWidget()
        return focus.accessibleName() if isinstance(focus, QLineEdit) else ""

    def refill(self, words: str) -> None:
        """Other words in the field that has the keyboard."""
        hands.press("Ctrl+A")
        hands.type(words)


def first(user: str, password: str, dead: str, live: str) -> None:
    door = Door()
    assert door.field() == "User", door.field()
    hands.type(user)
    hands.press("Tab")
    hands.type(password)
    hands.press("Enter")
    assert door.said() == ("The centre cannot be reached.", "Check the address and the network, then Enter.")
    assert door.field() == "Centre", door.field()
    assert door.window.password.text() == password, "what was typed stays"
    hands.press("Ctrl+1")
    assert not door.window.waiting.isVisible(), "who has never been here cannot work without the centre"
    door.refill(live)
    hands.press("Tab", "Tab")
    door.refill(WRONG)
    hands.press("Enter")
    until(lambda: "password" in door.said()[0], "the second answer")
    assert door.said() == ("Wrong name or password.", "Type the password again.")
    assert door.field() == "Password", door.field()
    assert (door.window.centre.text(), door.window.user.text()) == (live, user)
    assert door.window.password.text() == ""
    hands.type(password)
    hands.press("Enter")


def offline(user: str, password: str, dead: str, live: str) -> None:
    door = Door()
    hands.type(user)
    hands.press("Tab")
    hands.type(password)
    hands.press("Enter")
    assert door.said()[0] == "The centre cannot be reached."
    hands.press("Ctrl+1")


def inside(desk: Desk, lamp: Lamp) -> int:
    """The window stands, has cases, and takes the first by a key."""
    assert desk.window is not None
    assert desk.session is not None
    window, session = desk.window, desk.session
    until(lambda: session.status().lamp is lamp, f"the lamp {lamp}")
    until(lambda: QApplication.activeWindow() is window, "the keyboard in the window")
    until(lambda: window.model.rowCount() > 0, "cases in the queue")
    hands.press("Down")
    until(window.card.case_id, "a case in the card")
    return 0


def main(kind: str, folder: str, user: str, password: str, dead: str, live: str) -> int:
    walks: dict[str, tuple[Callable[[str, str, str, str], None], Lamp]] = {
        "first": (first, Lamp.LIVE),
        "offline": (offline, Lamp.OFFLINE),
    }
    walk, lamp = walks[kind]
    desk = Desk(Asked(data=Path(folder), language="en", size=(1366, 768)), Settings(centre=dead))
    wrong: list[str] = []

    def walked() -> None:
        try:
            walk(user, password, dead, live)
            until(lambda: desk.session is not None, "the way in")
        except AssertionError:
            wrong.append(traceback.format_exc())
            desk.application.quit()

    QTimer.singleShot(0, walked)
    try:
        code = desk.work(lambda made: inside(made, lamp))
    finally:
        desk.end()
    print(*wrong, sep="\n", file=sys.stderr)
    return 1 if wrong else code


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
