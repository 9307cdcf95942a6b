"""The band under the status strip while the seat is cut off, or while something else stands in its way.

It says what still works and how many reserved case numbers are left; it is not red, because the seat works on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from app.look import tokens
from app.models import words
from app.widgets.line import Gap, Item, Line, Stretch, Symbol, Text
from casework.sync.status import Fault, Lamp, LinkStatus

if TYPE_CHECKING:
    from app.session import Session

# Faults a person has to do something about; the others pass by themselves.
NEEDS_A_HAND = frozenset(
    {Fault.WRONG_PASSWORD, Fault.SIGNED_OUT, Fault.UPGRADE, Fault.DISK_FULL, Fault.UNSEALED}
)


class OfflineBand(Line):
    """Shown only when there is something to say."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(tokens.OFFLINE_BAND_PX, ground="held_wash", rule="bottom", parent=parent)
        self._session = session
        session.status_changed.connect(self.refresh)
        session.outbox_changed.connect(lambda: self.refresh(session.status()))
        self.refresh(session.status())

    def refresh(self, status: LinkStatus) -> None:
        """Says what is so now, or goes."""
        items: list[Item] = []
        if status.fault in NEEDS_A_HAND:
            self.ground = "alarm_wash" if status.fault is Fault.DISK_FULL else "held_wash"
            items = [Symbol("triangle", 13), Gap(8), Text(self._fault(status.fault))]
        elif status.lamp is Lamp.OFFLINE:
            self.ground = "held_wash"
            items = [Symbol("ring_slash", 13), Gap(8), Text(self._what_works())]
        if items:
            left = self.tr("Case numbers left: {0}").format(self._session.numbers_left())
            items += [Stretch(), Text(left)]
        self.show_items(items)
        self.setVisible(bool(items))

    def _what_works(self) -> str:
        return self.tr(
            "Working offline. Accepting, filing and verifying go on; dispatches, urges and closings are kept here and "
            "sent one by one when the network is back."
        )

    def _fault(self, fault: Fault) -> str:
        advice = {
            Fault.WRONG_PASSWORD: self.tr("Log in again; nothing is lost."),
            Fault.SIGNED_OUT: self.tr("Log in again; nothing is lost."),
            Fault.UPGRADE: self.tr("Ask the administrator for the new version; what is unsent stays here."),
            Fault.UNSEALED: self.tr(
                "They were not taken; work goes on with what is here. Tell the administrator."
            ),
            Fault.DISK_FULL: self.tr("Free some space: new work cannot be kept safe until then."),
        }
        return self.tr("{0}. {1}").format(words.word(fault), advice[fault])
