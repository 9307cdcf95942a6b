"""The seat's one window: strip, queue, stage, card and foot, and what passes between them.

It composes and connects. Keys become what they stand for in `app.widgets.key_router`; what a key does to a case is
the action's business, performed through the card's operations. Below 1600 px the rail folds into the queue's head.
Nothing typed is lost by closing a panel: forms keep their own drafts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.look import tokens
from app.map.view import MapView
from app.models import text
from app.models.alarms import Alarms
from app.models.finder import Finder
from app.models.queue_model import QueueModel
from app.models.queues import QueueSpec
from app.widgets import theme
from app.widgets.case_card import CaseCard
from app.widgets.command_bar import CommandBar
from app.widgets.drawer import Drawer
from app.widgets.fetch_line import FetchStrip
from app.widgets.foot import FootStrip
from app.widgets.import_place import ImportPlace
from app.widgets.key_router import KeyRouter
from app.widgets.nearby import NearbyStrip
from app.widgets.offline_band import OfflineBand
from app.widgets.photo_desk import PhotoDesk
from app.widgets.queue_view import QueuePanel
from app.widgets.rail import Rail
from app.widgets.report_form import ReportForm
from app.widgets.search_place import SearchPlace
from app.widgets.stage import MAP, Stage
from app.widgets.status_strip import StatusStrip
from casework.text.fold import Folding

if TYPE_CHECKING:
    from app.session import Session

NEAR_MM = 50_000
COARSE_M_PX, CASE_M_PX = 1.5, 0.9  # a map coarser than the first comes near enough to see a case's street
WARM_MS = 4000  # after the first cases are on the screen
NEARBY_FROM_PX = 900  # a lower window gives its height to the map


def line(parent: QWidget | None = None) -> QWidget:
    """The 1 px line where two panels meet."""
    made = QWidget(parent)
    made.setFixedWidth(tokens.BORDER_PX)
    made.setProperty("ground", "line")
    return made


class MainWindow(QWidget):
    """Made by `app.start` with a session and a map; `closing` comes once, before the window goes."""

    closing = Signal()
    theme_changed = Signal(str)
    density_changed = Signal(str)

    def __init__(
        self,
        session: Session,
        map_view: MapView,
        theme_name: str = tokens.DEFAULT_THEME,
        folding: Folding | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.session = session
        self.map = map_view
        self.model = QueueModel(session, self)
        self.alarms = Alarms(session, self.model, self)
        self.parked = ""
        self.density = tokens.DEFAULT_DENSITY
        self._is_narrow: bool | None = None
        self._lender: QWidget | None = None
        self._finder = Finder(session, self.model)
        self._make_parts()
        self.search = SearchPlace(self, folding or Folding({}))
        self._lay()
        self.imports = ImportPlace(self)
        self.router = KeyRouter(self)
        self._connect()
        self.setWindowTitle(f"GridSeat {session.seat} {session.person.name}")
        self.setMinimumSize(1280, 720)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        theme.apply(app, theme_name)
        map_view.set_theme(theme_name)
        self.router.refresh()
        QTimer.singleShot(WARM_MS, self, self._finder.warm)

    # --- what others call -----------------------------------------------------------------------------

    def open_case(self, case: str, is_to_be_shown_on_map: bool = True) -> None:
        """Puts a case into the card, marks it in the queue and on the map."""
        self.card.show_case(case)
        self.panel.list.choose(case)
        self.nearby.show_case(case)
        self.show_right(self.card)
        self.map.select(case or None)
        self.session.look(case)
        shown = self.session.row("case", case) if case else None
        self.stage.set_facts(self._near_facts(case))
        if shown is not None and is_to_be_shown_on_map:
            self.look_at(shown.row.x_mm, shown.row.y_mm)
        self.router.refresh()

    def look_at(self, x_mm: int, y_mm: int) -> None:
        """The place in the middle, near enough to be read; whoever has come nearer still stays there."""
        looking = self.map.looking()
        is_coarse = looking is None or looking.m_px > COARSE_M_PX
        self.map.centre_on(x_mm, y_mm, CASE_M_PX if is_coarse else None)

    def _near_facts(self, case: str) -> str:
        """How many open cases of the same class stand within the circle the map draws."""
        if not case:
            return ""
        same = self.model.same_class_near(case, NEAR_MM)
        return text.facts(
            self.tr("Circle of {0}").format(text.metres(NEAR_MM / 1000)),
            self.tr("same class open {0}").format(same),
        )

    def show_queue(self, queue: QueueSpec) -> None:
        """Another queue at the left; the card keeps its case."""
        if self.search.is_open():
            self.search.close()
        self.model.set_queue(queue)
        self.panel.refresh()
        self.panel.list.choose(self.card.case_id())
        self.rail.update()
        self.router.refresh()

    def set_theme(self, name: str) -> None:
        """'dark' or 'light', everywhere at once."""
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        theme.apply(app, name)
        self.map.set_theme(name)
        self.theme_changed.emit(name)

    def set_density(self, name: str) -> None:
        """'compact', 'standard' or 'wide' rows."""
        self.density = name
        self.panel.list.set_density(name)
        self.density_changed.emit(name)

    def show_drawer(self, is_shown: bool) -> None:
        """The drawer of unsent and refused things in the card's place."""
        self.show_right(self.drawer if is_shown else self.card)
        self.router.refresh()

    def is_drawer_shown(self) -> bool:
        """Whether the drawer is open."""
        return self.right.currentWidget() is self.drawer

    def show_form(self, is_shown: bool) -> None:
        """The form for a new report over the stage and the card; the case in hand waits behind it."""
        if is_shown and not self.is_form_shown():
            self._lend_keyboard()
        is_keyboard_free = not is_shown and self._has_keyboard(self.form)
        self.form.setVisible(is_shown)
        self.right.setVisible(not is_shown)
        self._right_line.setVisible(not is_shown)
        self.stage.tabs.setVisible(not is_shown)
        self._place_nearby()
        if is_shown:
            self.stage.turn_to(MAP)
            self.form.begin()
        elif is_keyboard_free:
            self._take_keyboard_back()
        self.router.refresh()

    def is_form_shown(self) -> bool:
        """Whether a report is being written."""
        return self.form.isVisible()

    # --- parts ----------------------------------------------------------------------------------------

    def _make_parts(self) -> None:
        session = self.session
        self.strip = StatusStrip(session, self.alarms)
        self.band = OfflineBand(session)
        self.rail = Rail(self.model)
        self.panel = QueuePanel(session, self.model)
        self.stage = Stage()
        self.stage.add(MAP, self.tr("Map"), self.map)
        self.photos = PhotoDesk(session, self)
        self.nearby = NearbyStrip(session, self.photos.store)
        self.form = ReportForm(session)
        self.card = CaseCard(session, self.photos.store)
        self.drawer = Drawer(session, self.card.operations)
        self.left = QStackedWidget()
        self.right = QStackedWidget()
        self.right.addWidget(self.card)
        self.right.addWidget(self.drawer)
        self.command_bar = CommandBar(lambda: self._finder.index(self.router.findable()))
        self.foot = FootStrip(self.command_bar)
        self.fetching = FetchStrip(session)
        self._rail_line, self._queue_line, self._right_line = line(), line(), line()

    def _lay(self) -> None:
        centre = QVBoxLayout()
        centre.addWidget(self.stage, 1)
        centre.addWidget(self.nearby)
        lower = QHBoxLayout()
        lower.addLayout(centre, 1)
        lower.addWidget(self._right_line)
        lower.addWidget(self.right)
        work = QVBoxLayout()
        work.addWidget(self.form)
        work.addLayout(lower, 1)
        middle = QHBoxLayout()
        for widget in (self.rail, self._rail_line, self.left, self._queue_line):
            middle.addWidget(widget)
        middle.addLayout(work, 1)
        self.left.addWidget(self.panel)
        self.left.addWidget(self.search.panel)
        self.right.addWidget(self.search.card)
        outside = QVBoxLayout(self)
        outside.addWidget(self.strip)
        outside.addWidget(self.band)
        outside.addLayout(middle, 1)
        outside.addWidget(self.fetching)
        outside.addWidget(self.foot)
        for layout in (centre, lower, work, middle, outside):
            layout.setContentsMargins(0, 0, 0, 0)
            layout.setSpacing(0)
        self.form.hide()

    def _connect(self) -> None:
        operations = self.card.operations
        operations.next_case = lambda: self.model.next_case(after=self.card.case_id()) or None
        operations.opened.connect(self._open_part)
        self.rail.chosen.connect(self.show_queue)
        self.panel.list.chosen.connect(self.open_case)
        self.panel.clicked.connect(self._on_head)
        self.strip.clicked.connect(self._on_strip)
        self.foot.clicked.connect(self.router.run)
        self.command_bar.chosen.connect(self.router.take_entry)
        self.map.case_clicked.connect(self._on_map_case)
        self.nearby.chosen.connect(self.open_case)
        self.photos.join(self.stage, self.card, self.nearby)
        self.drawer.closed.connect(lambda: self.show_drawer(False))
        self.drawer.case_wanted.connect(self.router.go_to_case)
        self.form.closed.connect(lambda: self.show_form(False))
        self.form.submitted.connect(self._on_registered)
        self.form.case_wanted.connect(self._leave_form_for)
        self.form.map_centre = self._map_centre
        self.map.place_clicked.connect(self._on_place)

    def _on_registered(self, number: str) -> None:
        self.show_form(False)
        self.open_case(number)

    def _leave_form_for(self, case: str) -> None:
        """A case beside the report: its draft waits until F9 is pressed again."""
        self.show_form(False)
        self.router.go_to_case(case)

    def _map_centre(self) -> tuple[int, int] | None:
        looking = self.map.looking()
        return (looking.x_mm, looking.y_mm) if looking is not None else None

    def _on_map_case(self, case: str) -> None:
        """A click on the map opens a case, unless a place is being picked."""
        if not self.is_form_shown():
            self.open_case(case, is_to_be_shown_on_map=False)

    def _on_place(self, x_mm: int, y_mm: int) -> None:
        if self.is_form_shown():
            self.form.put_point(x_mm, y_mm)

    def _open_part(self, part: str) -> None:
        if part == "drawer":
            self.show_drawer(not self.is_drawer_shown())
        elif part == "report_form":
            self.show_form(True)

    def _on_head(self, name: str) -> None:
        self.router.run({"take": "take_next", "filter": "filter"}.get(name, "next_queue"))

    def _on_strip(self, name: str) -> None:
        if name == "outbox":
            self.show_drawer(not self.is_drawer_shown())
        elif name.startswith("alarm:"):
            self.router.go_to_alarm(int(name[6:]))

    # --- size -----------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.set_narrow(self.width() < tokens.NARROW_BELOW_PX)
        self._place_nearby()
        self.command_bar.place()
        self.router.sheet.place()

    def set_narrow(self, is_narrow: bool) -> None:
        """The small screen's form: no rail, narrower panels, short words in the strip."""
        if is_narrow is self._is_narrow:
            return
        self._is_narrow = is_narrow
        self.rail.setVisible(not is_narrow)
        self._rail_line.setVisible(not is_narrow)
        self.left.setFixedWidth(tokens.QUEUE_NARROW_PX if is_narrow else tokens.QUEUE_PX)
        for part in (self.strip, self.panel, self.card, self.drawer, self.command_bar, self.search):
            part.set_narrow(is_narrow)
        self.show_right(self.right.currentWidget())

    def show_right(self, part: QWidget) -> None:
        """Card and drawer have their own widths; the drawer has the keyboard while it is there."""
        if part is self.drawer and not self.is_drawer_shown():
            self._lend_keyboard()
        is_keyboard_free = part is self.card and self._has_keyboard(self.drawer)
        self.right.setCurrentWidget(part)
        self.right.setFixedWidth(part.maximumWidth())
        self.imports.arrange()
        if is_keyboard_free:
            self._take_keyboard_back()

    def set_alone(self, is_alone: bool) -> None:
        """The stage has the room of the card and of the near cases too."""
        is_shown = not (is_alone or self.is_form_shown())
        self.right.setVisible(is_shown)
        self._right_line.setVisible(is_shown)
        self._place_nearby()

    def _place_nearby(self) -> None:
        is_high = self.height() >= NEARBY_FROM_PX
        self.nearby.setVisible(is_high and not self.is_form_shown() and not self.imports.is_shown())

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.panel.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.card.flush()
        self.form.flush()
        self.photos.stop()
        self.model.stop()
        self.search.stop()
        self.imports.stop()
        self.closing.emit()
        super().closeEvent(event)

    # --- whose keys -----------------------------------------------------------------------------------

    @staticmethod
    def _has_keyboard(part: QWidget) -> bool:
        focus = QApplication.focusWidget()
        return focus is not None and (focus is part or part.isAncestorOf(focus))

    def _lend_keyboard(self) -> None:
        """A part is about to come in front; whoever types now goes on typing when it has gone."""
        self._lender = QApplication.focusWidget()

    def _take_keyboard_back(self) -> None:
        """Left to itself Qt would go on to the next field, and Space and Enter would be text there."""
        lender, self._lender = self._lender, None
        is_there = lender is not None and shiboken6.isValid(lender) and lender.isVisible()
        to = lender if is_there and lender is not None else self.panel.list
        to.setFocus(Qt.FocusReason.OtherFocusReason)
