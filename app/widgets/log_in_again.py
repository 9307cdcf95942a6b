"""Asks for the password again when it stops being right in the middle of the work, and lets the work go on behind.

Promises: nothing is closed and nothing unsent is touched; put away with Esc it stays away until the password has been
right once more. It does not log anybody else in: that is a new start of the seat.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from app.widgets.login import LogIn
from casework.sync.status import Fault, LinkStatus

if TYPE_CHECKING:
    from app.session import Session

ANSWER_MS = 5_000  # by then the centre has said whether the new password is right


class LogInAgain(QObject):
    """Follows the link's status; `window` is the question while it is open."""

    def __init__(self, session: Session, centre: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._centre = session, centre
        self._is_put_away = False
        self.window: LogIn | None = None
        session.status_changed.connect(self._on_status)

    def _on_status(self, status: LinkStatus) -> None:
        if status.fault is not Fault.WRONG_PASSWORD:
            self._is_put_away = False
            self._close()
        elif self.window is None and not self._is_put_away:
            self._ask()

    def _ask(self) -> None:
        window = LogIn(self._centre, self._session.person.id)
        window.fix_person()
        window.submitted.connect(lambda _centre, _user, password: self._try(password))
        window.ended.connect(self._put_away)
        self.window = window
        window.show()
        window.show_fault(Fault.WRONG_PASSWORD)

    def _try(self, password: str) -> None:
        self._session.renew_password(password)
        QTimer.singleShot(ANSWER_MS, self._say_if_wrong)

    def _say_if_wrong(self) -> None:
        if self.window is not None and self._session.status().fault is Fault.WRONG_PASSWORD:
            self.window.show_fault(Fault.WRONG_PASSWORD)

    def _put_away(self) -> None:
        self._is_put_away = True
        self._close()

    def _close(self) -> None:
        if self.window is not None:
            self.window.hide()
            self.window.deleteLater()
            self.window = None
