"""The status strip: city, the honest lamp, what is unsent or refused, up to three alarms, seat, person, time.

The time is the centre's as this seat knows it. Clicks: 'lamp', 'outbox', 'alarm:0'..'alarm:2'.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from app.look import tokens
from app.models import text, words
from app.models.alarms import Alarm, Alarms
from app.widgets.line import Caps, Gap, Item, Line, Plate, Rule, Stretch, Symbol, Text, width_of
from casework.sync.status import Lamp, LinkStatus

if TYPE_CHECKING:
    from app.session import Session

LAMP_SHAPES = {
    Lamp.LIVE: "disc",
    Lamp.LATE: "half_disc",
    Lamp.OFFLINE: "ring_slash",
    Lamp.RESYNCING: "arc",
}
LAMP_PX = 13
WIDE_GAP = Gap(20)


def zone_of(session: Session) -> str:
    """The city's time zone."""
    city = session.city()
    return city.calendar.zone if city else text.DEFAULT_ZONE


class StatusStrip(Line):
    """Redrawn each second and whenever the link, the outbox or an alarm changes."""

    def __init__(self, session: Session, alarms: Alarms, parent: QWidget | None = None) -> None:
        super().__init__(tokens.STATUS_STRIP_PX, ground="bg2", rule="bottom", parent=parent)
        self._session = session
        self._alarms = alarms
        self._is_narrow = False
        session.status_changed.connect(lambda status: self.refresh())
        session.outbox_changed.connect(self.refresh)
        alarms.changed.connect(self.refresh)
        self._clock = QTimer(self, interval=1000)
        self._clock.timeout.connect(self.refresh)
        self._clock.start()
        self.refresh()

    def set_narrow(self, is_narrow: bool) -> None:
        """At 1366 the city's name and the long words go."""
        self._is_narrow = is_narrow
        self.refresh()

    def refresh(self) -> None:
        """Everything anew; cheap, and drawn only where it differs."""
        status = self._session.status()
        items: list[Item] = [Text("GridSeat", is_bold=True)]
        city = self._session.city()
        if city is not None and not self._is_narrow:
            items += [WIDE_GAP, Text(city.name, "text2")]
        items += [WIDE_GAP, *self._lamp(status), WIDE_GAP, Rule(), WIDE_GAP, *self._outbox(status), WIDE_GAP]
        right: list[Item] = [Rule(), Gap(16), *self._who(), WIDE_GAP, self._time()]
        room = self.width() - 2 * self.padding_px - sum(map(width_of, (*items, *right)))
        washes: dict[str, str] = {}
        for i, alarm in enumerate(self._alarms.top()):
            shown = self._alarm(i, alarm)
            room -= sum(map(width_of, shown))
            if room < 0:
                break  # never cut, never over one another: what has no room is in the queue
            items += shown
            if alarm.priority == "P1":
                washes[f"alarm:{i}"] = "alarm_wash"
        self.show_items([*items, Stretch(), *right], washes)

    @staticmethod
    def _alarm(number: int, alarm: Alarm) -> list[Item]:
        name = f"alarm:{number}"
        items: list[Item] = [Rule(), WIDE_GAP] if number == 0 else [Gap(32)]
        items += [Plate(alarm.priority, name), Gap(8, name), Text(alarm.words, name=name)]
        items += [Gap(8, name), Text(alarm.age, "text2", name=name)]
        return [*items, Gap(12, name), Caps("F12", name=name)] if number == 0 else items

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.refresh()

    def _lamp(self, status: LinkStatus) -> list[Item]:
        items: list[Item] = [Symbol(LAMP_SHAPES[status.lamp], LAMP_PX, name="lamp"), Gap(8, "lamp")]
        name = words.word(status.lamp)
        if status.lamp is Lamp.LIVE:
            age = text.short_duration(status.age_ms)
            return [
                *items,
                Text(self.tr("Centre"), name="lamp"),
                Gap(6),
                Text(f"{name} {age}", "text2", name="lamp"),
            ]
        if status.lamp is Lamp.LATE:
            age = text.short_duration(status.age_ms)
            return [
                *items,
                Text(self.tr("Centre"), name="lamp"),
                Gap(6),
                Text(f"{name} {age}", "warn_text", is_bold=True, name="lamp"),
            ]
        if status.lamp is Lamp.OFFLINE:
            since = self.tr("since {0}").format(text.clock_seconds(status.since_ms, zone_of(self._session)))
            shown = since if status.since_ms else ""
            return [*items, Text(name, is_bold=True, name="lamp"), Gap(6), Text(shown, "text2", name="lamp")]
        done = f"{status.done}/{status.total}"
        return [*items, Text(name, is_bold=True, name="lamp"), Gap(6), Text(done, "mine_text", name="lamp")]

    def _outbox(self, status: LinkStatus) -> list[Item]:
        items: list[Item] = []
        if status.waiting:
            items += [Symbol("dashed_ring", LAMP_PX, name="outbox"), Gap(8, "outbox")]
        tone = "text1" if status.waiting else "text2"
        items.append(Text(self.tr("Unsent {0}").format(status.waiting), tone, name="outbox"))
        if status.refused:
            refused = self.tr("Refused {0}").format(status.refused)
            items += [WIDE_GAP, Symbol("triangle", LAMP_PX, name="outbox"), Gap(8, "outbox")]
            items.append(Text(refused, "alarm_text", is_bold=True, name="outbox"))
        return items

    def _who(self) -> list[Item]:
        person, seat = self._session.person, self._session.seat
        if self._is_narrow:
            return [Text(f"{seat} {person.name}")]
        # One post where there are many: the strip names the person, the card names the right.
        post = words.posts(self._session.posts)
        return [Text(self.tr("Seat {0}").format(seat)), WIDE_GAP, Text(f"{person.name} {post}")]

    def _time(self) -> Item:
        now = text.clock_seconds(self._session.now_ms(), zone_of(self._session))
        return Text(now, size_px=tokens.FONT_SECTION_PX, is_bold=True)
