"""The open cases near a place, put to words: how far, in which direction, where they stand, whose they are.

Found by `casework.assist.nearby` among the cases of the cells around; read again when cases change, but at most
once a second, whatever the traffic. It judges nothing: whether two are the same is for a person to say.
"""

from __future__ import annotations

from typing import Any

import msgspec
from PySide6.QtCore import QCoreApplication, QObject, QTimer, Signal

from app.models import text, words
from app.models.card_view import Level
from app.models.clocks import clock_lines
from app.models.places import finder_of
from casework.assist.nearby import NEAR_CASES, NEAR_MM, Near, nearby
from casework.entities.case import Case
from casework.entities.city import City
from casework.geo import Bearing
from casework.ids import CaseId
from casework.workflow import Flag, Stage

translate = QCoreApplication.translate

AGAIN_AFTER_MS = 1000
MARKS = {
    Level.OK: "ring",
    Level.WARN: "diamond",
    Level.ALARM: "triangle",
    Level.HELD: "bars",
    Level.DONE: "ring_tick",
}
NOT_FILED_YET = frozenset({Stage.REGISTERED, Stage.VERIFYING, Stage.AWAITING_FILING})
DONE_BY_UNIT = frozenset({Stage.AWAITING_CHECK, Stage.CHECKING, Stage.AWAITING_CLOSE})


class NearLine(msgspec.Struct, frozen=True):
    """One case near by. `way` is 12 米　东北; `state` 待核查　青秀区市政管护所; `time` 余 3 天."""

    case: str
    mark: str
    title: str
    number: str
    place: str
    way: str
    stage: str
    state: str
    time: str
    photo: str = ""
    is_same_class: bool = False


def bearing_word(bearing: Bearing | None) -> str:
    """东北; nothing for a case on the very place."""
    names = {
        Bearing.NORTH: translate("Bearing", "N"),
        Bearing.NORTH_EAST: translate("Bearing", "NE"),
        Bearing.EAST: translate("Bearing", "E"),
        Bearing.SOUTH_EAST: translate("Bearing", "SE"),
        Bearing.SOUTH: translate("Bearing", "S"),
        Bearing.SOUTH_WEST: translate("Bearing", "SW"),
        Bearing.WEST: translate("Bearing", "W"),
        Bearing.NORTH_WEST: translate("Bearing", "NW"),
    }
    return names[bearing] if bearing is not None else ""


def mark_of(case: Case, city: City, now_ms: int) -> str:
    """The case's mark: the field's own signs first, then the worst of its clocks."""
    if Flag.SUSPENDED in case.flags:
        return MARKS[Level.HELD]
    if case.stage in NOT_FILED_YET:
        return "dot"
    if case.stage in DONE_BY_UNIT:
        return MARKS[Level.DONE]
    levels = {line.level for line in clock_lines(case, city, None, now_ms)}
    return next((MARKS[level] for level in (Level.ALARM, Level.WARN) if level in levels), MARKS[Level.OK])


def near_lines(
    session: Any,
    x_mm: int,
    y_mm: int,
    but: str = "",
    class_code: str = "",
    radius_mm: int = NEAR_MM,
    most: int = NEAR_CASES,
) -> tuple[NearLine, ...]:
    """The nearest open cases in words."""
    city = session.city()
    if city is None:
        return ()
    cases = finder_of(session).cases_around(x_mm, y_mm, radius_mm)
    found = nearby(cases, x_mm, y_mm, radius_mm, CaseId(but), class_code, most)
    return tuple(_line(session, city, near) for near in found)


def _line(session: Any, city: City, near: Near) -> NearLine:
    case, now_ms, zone = near.case, session.now_ms(), city.calendar.zone
    unit = session.row("unit", case.unit) if case.unit else None
    told = translate("Nearby", "told {0}").format(text.when(case.registered_ms, now_ms, zone))
    due_ms = case.due_ms or case.stage_due_ms
    left = text.left(due_ms - now_ms) if due_ms else ""
    if due_ms >= now_ms and left:
        left = translate("Clock", "{0} left").format(left)
    return NearLine(
        case=case.id,
        mark=mark_of(case, city, now_ms),
        title=words.class_name(session.catalogues, case.edition, case.kind, case.class_code),
        number=text.short_number(case.id),
        place=case.place,
        way=text.facts(text.metres(near.distance_mm / 1000), bearing_word(near.bearing)),
        stage=words.word(case.stage),
        state=text.facts(words.word(case.stage), unit.row.name if unit is not None else ""),
        time=told if case.stage in DONE_BY_UNIT or not left else left,
        photo=case.photos[0] if case.photos else "",
        is_same_class=near.is_same_class,
    )


class NearbyModel(QObject):
    """What is near the case shown. `changed` when the lines are others."""

    changed = Signal()

    def __init__(self, session: Any, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._case = ""
        self._lines: tuple[NearLine, ...] = ()
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(AGAIN_AFTER_MS)
        self._soon.timeout.connect(self.read)
        session.changed.connect(self._on_changed)

    @property
    def lines(self) -> tuple[NearLine, ...]:
        """The cases near by, the nearest first."""
        return self._lines

    def show_case(self, case_id: str) -> None:
        """Looks around this case from now on; "" around none."""
        self._case = case_id
        self.read()

    def read(self) -> None:
        """Looks anew."""
        shown = self._session.row("case", self._case) if self._case else None
        lines: tuple[NearLine, ...] = ()
        if shown is not None:
            case = shown.row
            lines = near_lines(self._session, case.x_mm, case.y_mm, case.id, case.class_code)
        if lines != self._lines:
            self._lines = lines
            self.changed.emit()

    def _on_changed(self, keys: Any) -> None:
        if self._case and (keys is None or any(key.entity == "case" for key in keys)):
            if not self._soon.isActive():
                self._soon.start()
