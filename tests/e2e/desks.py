"""Real desks at a real centre: the seat's own window over a session, and hands that have nothing but a keyboard.

Every key goes to the window of the desk as the window system would send it; whether it reaches a shortcut, a field or
nothing is the seat's affair. Desks of one process share one keyboard, as two screens of one person would: whoever is
about to press turns to the desk first.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt
from PySide6.QtGui import QGuiApplication, QInputMethodEvent, QInputMethodQueryEvent, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from app.map.view import MapView
from app.session import Session
from app.widgets.drawer import Unsent
from app.widgets.main_window import MainWindow
from app.widgets.shortcuts import is_text_field
from casework.entities.case import Case
from casework.sync.status import OutboxState
from casework.workflow import Stage
from server.paths import Paths
from tests.app.link.hall import seated, until
from tests.app.widgets.still_map import StillMap

SIZE_PX = (1920, 1080)


class Hands:
    """A keyboard without an input method."""

    def press(self, *caps: str) -> None:
        """Keys by the names on their caps."""
        for cap in caps:
            combination = QKeySequence(cap.replace("Enter", "Return"))[0]
            window = QGuiApplication.focusWindow()
            assert window is not None, f"no window has the keyboard for {cap}"
            QTest.keyClick(window, combination.key(), combination.keyboardModifiers())
            settle()

    def type(self, words: str) -> None:
        """Text, sign by sign, as keys with their text."""
        for sign in words:
            window = QGuiApplication.focusWindow()
            assert window is not None, f"no window has the keyboard for {words}"
            key = Qt.Key.Key_unknown if ord(sign) > 0x7E else QTest.asciiToKey(ord(sign))
            QTest.sendKeyEvent(QTest.KeyAction.Click, window, key, sign, Qt.KeyboardModifier.NoModifier)
        settle()


class ComposingHands(Hands):
    """The same keyboard with an input method that is composing whenever it is allowed to.

    It stands between keyboard and window as real ones do: in a widget that takes text every plain key is its own while
    letters are composed, so that such a key has to be pressed again; a widget that takes none it never touches.
    """

    LETTERS = "pin'yin"

    def __init__(self) -> None:
        self.swallowed: list[tuple[str, QWidget | None]] = []  # key, and who had the keyboard

    def press(self, *caps: str) -> None:
        for cap in caps:
            field = self._taker()
            if field is not None:
                self._show(field, self.LETTERS)
                if not is_passed_on(cap):
                    self.swallowed.append((cap, QApplication.focusWidget()))
                    self._show(field, "")
            super().press(cap)
            if field is not None and field is self._taker():
                self._show(field, "")

    def type(self, words: str) -> None:
        """Composed piece by piece, then handed over whole."""
        field = self._taker()
        assert field is not None, "the input method is off where text is to be typed"
        for length in range(1, len(self.LETTERS) + 1):
            self._show(field, self.LETTERS[:length])
        event = QInputMethodEvent()
        event.setCommitString(words)
        QCoreApplication.sendEvent(field, event)
        settle()

    @staticmethod
    def _taker() -> QObject | None:
        """Whoever has the keyboard, where it lets an input method in."""
        target = QGuiApplication.focusObject()
        if target is None:
            return None
        asked = QInputMethodQueryEvent(Qt.InputMethodQuery.ImEnabled)
        QCoreApplication.sendEvent(target, asked)
        return target if asked.value(Qt.InputMethodQuery.ImEnabled) else None

    @staticmethod
    def _show(field: QObject, letters: str) -> None:
        QCoreApplication.sendEvent(field, QInputMethodEvent(letters, []))
        settle()

    def assert_only_text_was_composed(self) -> None:
        """Nothing but fields for text ever had the input method on."""
        wrong = [(cap, widget) for cap, widget in self.swallowed if not is_text_field(widget)]
        assert wrong == []


def is_passed_on(cap: str) -> bool:
    """Whether an input method that is composing leaves a key to the program: F keys and those held with Ctrl or Alt."""
    last = cap.rpartition("+")[2]
    return "Ctrl" in cap or "Alt" in cap or (last[:1] == "F" and last[1:].isdigit())


class Desk:
    """A person at a seat: window, session, and hands."""

    def __init__(self, session: Session, hands: Hands, map_view: MapView | None = None) -> None:
        """Without a map of its own it has one that stands still."""
        self.session = session
        self.hands = hands
        self.window = MainWindow(session, map_view or StillMap(), "dark")  # type: ignore[arg-type]
        self.window.resize(*SIZE_PX)
        self.window.show()

    # -- hands

    def turn(self) -> None:
        """The keyboard is this desk's from now on."""
        self.window.activateWindow()
        until(lambda: QApplication.activeWindow() is self.window, f"the keyboard at {self.session.seat}")

    def press(self, *caps: str) -> None:
        self.turn()
        self.hands.press(*caps)

    def type(self, words: str) -> None:
        self.turn()
        self.hands.type(words)

    def do(self, action: str, *caps: str) -> None:
        """Keys for an action as soon as the foot offers it."""

        def is_offered() -> bool:
            return any(hint.id == action and hint.is_enabled for hint in self.window.foot.hints())

        self.turn()
        until(is_offered, f"{action} in the foot of {self.session.seat}")
        self.hands.press(*caps)

    def take(self, case: str) -> None:
        """Space, as often as it takes for this case's turn to come."""
        until(lambda: self.window.model.row_of(case) >= 0, f"{case} in the queue of {self.session.seat}")
        for _ in range(self.window.model.rowCount()):
            self.press("Space")
            if self.window.card.case_id() == case:
                return
        raise AssertionError(f"Space does not come to {case}")

    def find(self, case: str) -> None:
        """Ctrl+K, the number, Enter: the case is in the card."""
        until(lambda: self.window.model.queue_of(case), f"{case} in a queue of {self.session.seat}")
        self.press("Ctrl+K")
        self.type(case)
        self.press("Enter")
        assert self.window.card.case_id() == case, "Ctrl+K brought another case"

    # -- eyes

    def case(self, case: str) -> Case | None:
        shown = self.session.row("case", case)
        return shown.row if shown is not None else None

    def stage(self, case: str) -> Stage | None:
        row = self.case(case)
        return row.stage if row is not None else None

    def step(self) -> str:
        """The sentence of the proposed next step."""
        return self.window.card.next_step.sentence.text()

    def why(self) -> str:
        """Why it cannot be done, where the card says so."""
        return self.window.card.next_step.why.text()

    def queue_mark(self, case: str) -> tuple[str, str]:
        """Mark and time of a case's row in the queue that is shown; empty where it has none."""
        self.window.model.flush()
        line = self.window.model.line(self.window.model.row_of(case))
        return (line.mark, line.left) if line is not None else ("", "")

    def drawer_text(self) -> str:
        """What the drawer says is unsent."""
        found = self.window.drawer.findChild(Unsent)
        return found.text() if isinstance(found, Unsent) and self.window.is_drawer_shown() else ""

    def refused(self) -> list[str]:
        """What the centre would not have, in words."""
        return [
            f"{line.command} {line.refusal}"
            for line in self.session.outbox()
            if line.state is OutboxState.REFUSED
        ]

    # -- waiting for what can be seen

    def until_stage(self, case: str, stage: Stage) -> None:
        """The case is there and nothing of this desk is pending on it."""

        def is_there() -> bool:
            assert self.refused() == []
            shown = self.session.row("case", case)
            return shown is not None and shown.row.stage is stage and not shown.pending

        until(is_there, f"{stage} at {self.session.seat}: {self.stage(case)}, {self.session.outbox()}")

    def until_strip(self, words: str) -> None:
        """The status strip says this."""
        until(lambda: words in self.window.strip.text(), f"{words} in the strip of {self.session.seat}")

    def until_sent(self) -> None:
        until(lambda: not self.session.outbox(), f"an empty outbox at {self.session.seat}")

    def close(self) -> None:
        self.window.close()
        self.window.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@contextlib.contextmanager
def desk(folder: Path, url: str, paths: Paths, person: str, seat: str, hands: Hands) -> Iterator[Desk]:
    """Somebody sits down; the window goes before the session does."""
    with seated(folder, url, paths, person, seat) as session:
        made = Desk(session, hands)
        try:
            yield made
        finally:
            made.close()


def settle() -> None:
    """Lets what was posted be done."""
    for _ in range(3):
        QApplication.processEvents()
