"""The map as a widget: what the console calls, and what it hears back.

Clicks come back from the page as places; whether that is a case, a component or a grid is decided here. After a
reload or a crash of the page's process the map shows again what it showed. The keyboard stays with the console.
Coordinates at this door are millimetres of the city's plane.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import msgspec
import shiboken6
from PySide6.QtCore import QChildEvent, QCoreApplication, QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QResizeEvent
from PySide6.QtWebEngineWidgets import QWebEngineView
from PySide6.QtWidgets import QWidget

from app.look.tokens import DEFAULT_THEME, THEMES
from app.map.bridge import Bridge
from app.map.corners import Corners
from app.map.ground import Ground
from app.map.hit import hit
from app.map.layers import LAYERS, found
from app.map.layers.style import Layer, LiveMark
from app.map.limits import SELF_CHECK_MS
from app.map.loading import GroundLoader, Loaded, Sources
from app.map.messages import Camera, Clicked, Moved
from app.map.page import MapPage, OnlyOurs, make_profile
from app.map.plates import Plate
from app.map.scheme import PageScheme
from app.map.screen import Screen
from app.map.selfcheck import SelfCheck, judge
from app.map.tiles.factory import TileFactory
from app.map.tiles.picture import GROUND_TOKEN
from app.map.tiles.pyramid import RESOLUTIONS, fitting_level, nearest_level
from casework.entities.city import City
from casework.entities.component import Component
from casework.entities.duty_grid import DutyGrid
from casework.entities.duty_layer import DutyLayer, answering
from casework.entities.unit_grid import UnitGrid
from casework.entities.work_grid import WorkGrid

CASES = "case"
CLOSE_M_PX = 1.0  # a unit grid is about a hundred pixels wide
COARSE_M_PX = 2.0

log = logging.getLogger(__name__)


class CaseMark(msgspec.Struct, frozen=True):
    """One case on the map. `mark` is a symbol of `app.look.shapes` (ring, diamond, triangle, ring_tick, bars,
    dashed_ring, dot) or a kind of the layer; for `grid`, `class_code` and `topics` see `LiveMark`."""

    id: str
    x_mm: int
    y_mm: int
    mark: str
    grid: str = ""
    class_code: str = ""
    topics: tuple[str, ...] = ()
    is_selected: bool = False


class Looking(msgspec.Struct, frozen=True):
    """Where the map looks: its centre and its scale."""

    x_mm: int
    y_mm: int
    m_px: float


class MapView(QWidget):
    """See the module. `place_clicked` comes with every click, before what was found there."""

    case_clicked = Signal(str)
    mark_clicked = Signal(str, str)  # layer and key of a mark that is not a case
    component_clicked = Signal(str)
    grid_clicked = Signal(str)
    # Not int: Qt's int has 32 bits, and a northing in millimetres needs more.
    place_clicked = Signal(object, object)
    place_double_clicked = Signal(object, object)
    view_changed = Signal(object)  # Looking
    layer_switched = Signal(str, bool)  # by the operator
    ready = Signal()  # the city is on the screen, once per load
    trouble = Signal(str)  # the name of a file that could not be read
    page_lost = Signal()
    stopped = Signal()
    page_spoke = Signal(str)  # a complaint of the page; also in the log

    def __init__(self, parent: QWidget | None = None, layers: Sequence[Layer] = LAYERS) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._duty_layers: tuple[DutyLayer, ...] = ()
        self._selected = ""
        self._clicked_grid = ""
        self._as_of = ""
        self._awaited_serial = 0  # of the scene that makes the map ready
        self._changes: dict[str, Component] = {}  # components that are not as the file says
        self._is_lost = self._is_stopped = False
        self._unreadable: tuple[str, ...] = ()
        self._loader = GroundLoader(self)
        self._loader.loaded.connect(self._on_loaded)
        self._make_page(layers)
        self._corners = Corners(self, layers)
        self._corners.switched.connect(self._on_switched)
        self.ready.connect(self._look_once, Qt.ConnectionType.SingleShotConnection)
        self.set_theme(DEFAULT_THEME)

    def _make_page(self, layers: Sequence[Layer]) -> None:
        self._factory = TileFactory(self)
        self._bridge = Bridge(self)
        self.screen_state = Screen(layers, self._bridge, self._factory, self)
        self._interceptor = OnlyOurs(self)
        # The application's, not the view's: a profile must outlive its page.
        self._profile = make_profile(
            PageScheme(self._factory), self._interceptor, QCoreApplication.instance()
        )
        self._web = _Web(self)
        self._page = MapPage(self._profile, self._bridge, self._web)
        self._web.setPage(self._page)
        self._page.crashed.connect(self._on_crashed)
        self._page.lost.connect(self._on_lost)
        self._page.spoke.connect(self.page_spoke)
        state = self.screen_state
        state.clicked.connect(self._on_clicked)
        state.moved.connect(self._on_moved)
        state.drawn.connect(self._on_drawn)
        state.refused.connect(self._on_refused)
        self._page.start()

    # --- what lies under the marks --------------------------------------------------------------------

    def load(
        self,
        city: City,
        base_path: Path | None = None,
        components_path: Path | None = None,
        grids: Iterable[UnitGrid] = (),
        work_grids: Iterable[WorkGrid] = (),
        duty_layers: Iterable[DutyLayer] = (),
        duty_grids: Iterable[DutyGrid] = (),
        unit_names: Mapping[str, str] | None = None,
    ) -> None:
        """Reads the city in the background; `ready` comes when it is on the screen. May be called again."""
        if self._is_stopped:
            return
        self._duty_layers = tuple(duty_layers)
        self._awaited_serial = 0
        self.screen_state.set_city(city)
        if not any(layer.id == self.screen_state.scheme.duty for layer in self._duty_layers):
            self.screen_state.set_duty(self._duty_layers[0].id if self._duty_layers else "")
        self._loader.load(
            Sources(
                city,
                base_path,
                components_path,
                tuple(grids),
                tuple(work_grids),
                tuple(duty_grids),
                dict(unit_names or {}),
            )
        )
        self._show_boxes()
        self._show_notes()

    def lay_components(self, changes: Mapping[str, Component | None]) -> None:
        """These components have changed since the survey; None where the file counts again."""
        for key, row in changes.items():
            if row is None:
                self._changes.pop(key, None)
            else:
                self._changes[key] = row
        ground = self.screen_state.ground
        if ground is None or ground.components is None or self._is_stopped:
            return  # laid over when the file has been read
        before = ground.components
        after = before.with_changes(changes)
        spots = [*before.spots(changes), *after.spots(changes)]
        self.screen_state.set_components(after, spots)

    def changed_components(self) -> tuple[str, ...]:
        """Ids of the components that are laid over the file."""
        return tuple(self._changes)

    def set_duty_layer(self, layer_id: str) -> None:
        """Another duty layer; an empty id shows none."""
        self.screen_state.set_duty(layer_id)
        self._show_boxes()

    def set_layer_visible(self, name: str, is_visible: bool) -> None:
        """Shows or hides a layer by its name."""
        self.screen_state.set_hidden(name, not is_visible)
        self._show_boxes()

    def set_theme(self, theme: str) -> None:
        """Other colours: tiles, marks and plates."""
        if not self._is_stopped:
            self._page.setBackgroundColor(QColor(THEMES[theme][GROUND_TOKEN]))
        self.screen_state.set_theme(theme)
        self._corners.set_theme(theme)

    def set_as_of(self, text: str) -> None:
        """What the corner says of the data's age, ready for reading."""
        self._as_of = text
        self._show_notes()

    # --- marks ----------------------------------------------------------------------------------------

    def show_cases(self, marks: Iterable[CaseMark]) -> None:
        """Exactly these cases from now on; only what has changed is sent."""
        marks = list(marks)
        self.show_marks(CASES, {mark.id: _live(mark) for mark in marks})
        chosen = next((mark.id for mark in marks if mark.is_selected), None)
        if chosen is not None:
            self.select(chosen)

    def put_cases(self, marks: Iterable[CaseMark]) -> None:
        """These cases are new or look different; the others stay."""
        self.put_marks(CASES, {mark.id: _live(mark) for mark in marks})

    def remove_cases(self, ids: Iterable[str]) -> None:
        """These cases are no longer shown."""
        self.remove_marks(CASES, ids)

    def show_marks(self, layer: str, marks: Mapping[str, LiveMark]) -> None:
        """Exactly these marks on a live layer."""
        self.screen_state.boards[layer].show(marks)
        self._after_marks(layer)

    def put_marks(self, layer: str, marks: Mapping[str, LiveMark]) -> None:
        """These marks of a live layer are new or look different."""
        self.screen_state.boards[layer].put_all(marks.items())
        self._after_marks(layer)

    def remove_marks(self, layer: str, keys: Iterable[str]) -> None:
        """These marks are no longer shown."""
        for key in keys:
            self.screen_state.boards[layer].drop(key)
        self._after_marks(layer)

    def show_found(self, spots: Mapping[str, tuple[int, int]], here: str = "") -> None:
        """Exactly these finds of a search, by key; the one looked at stands out."""
        last = [key for key in spots if key != here] + [key for key in spots if key == here]
        self.show_marks(found.NAME, {key: found.spot(*spots[key], is_here=key == here) for key in last})

    def select(self, case_id: str | None) -> None:
        """Lights a case, its grid and the class of component it is about; it may also come later."""
        self._selected = case_id or ""
        self._clicked_grid = ""
        self._light()

    # --- looking --------------------------------------------------------------------------------------

    def centre_on(self, x_mm: int, y_mm: int, resolution_m: float | None = None) -> None:
        """Looks at a place, at the level nearest to the given metres per pixel. A lost map is tried again.

        Without one the scale stays, unless it is too coarse to see a grid: then the map comes close.
        """
        if self._is_lost:
            self.retry()
        camera = self.screen_state.camera
        m_px = camera.m_px if camera is not None and camera.m_px <= COARSE_M_PX else CLOSE_M_PX
        if resolution_m is not None:
            m_px = RESOLUTIONS[nearest_level(resolution_m)]
        self._go(Camera(x_mm / 1000, y_mm / 1000, m_px))

    def fit_city(self) -> None:
        """The whole city, as large as it goes."""
        pyramid = self.screen_state.pyramid
        if pyramid is None:
            return
        box = pyramid.bounds
        m_px = RESOLUTIONS[fitting_level(box, self.width(), self.height())]
        self._go(Camera((box.west + box.east) / 2, (box.south + box.north) / 2, m_px))

    def looking(self) -> Looking | None:
        """Where the map looks, once it does."""
        camera = self.screen_state.camera
        return None if camera is None else _looking(camera.x, camera.y, camera.m_px)

    # --- asking ---------------------------------------------------------------------------------------

    def grid_at(self, x_mm: int, y_mm: int) -> str:
        """The unit grid that holds a place, or an empty text."""
        ground = self.screen_state.ground
        return (ground.partition.grid_at(x_mm / 1000, y_mm / 1000) or "") if ground is not None else ""

    def component(self, key: str) -> Component | None:
        """A component by its id, as it is now."""
        store = self.screen_state.ground.components if self.screen_state.ground is not None else None
        at = store.find(key) if store is not None else None
        return store.row(at) if store is not None and at is not None else None

    def is_settled(self) -> bool:
        """Whether everything told to the page so far is on the screen."""
        state = self.screen_state
        is_sent = not any(board.has_changes for board in state.boards.values())
        return is_sent and state.serial > 0 and state.drawn_serial >= state.serial

    def retry(self) -> None:
        """Tries again after `page_lost`."""
        self._is_lost = False
        self._show_message()
        self.reload()

    def reload(self) -> None:
        """Loads the page anew; it is told everything again."""
        self.screen_state.forget_page()
        self._page.start()

    def plates(self) -> tuple[Plate, ...]:
        """What lies over the map's corners."""
        return self._corners.plates

    def self_check(self, done: Callable[[SelfCheck], None]) -> None:
        """Looks at what is on the screen once it is settled, and says whether that can be a map."""
        check = _Waiting(self, done)
        check.look()

    def stop(self) -> None:
        """Ends the background work and the page's process; called once by the owner before the view goes."""
        if self._is_stopped:
            return
        self._is_stopped = True
        self.stopped.emit()
        self.screen_state.forget_page()
        self._loader.stop()
        self._factory.stop()
        # At once: later, at the end of the program, the profile would go first and the engine would complain.
        shiboken6.delete(self._page)
        self._profile.deleteLater()
        ground = self.screen_state.ground
        if ground is not None and ground.components is not None:
            ground.components.close()

    # --- from Qt --------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The page fills the widget, the plates keep to their corners."""
        self._web.setGeometry(self.rect())
        self._show_boxes()

    def event(self, event: QEvent) -> bool:
        """Another screen may have other pixels; another language other words."""
        if event.type() in (QEvent.Type.DevicePixelRatioChange, QEvent.Type.Show):
            self.screen_state.set_ratio(self.devicePixelRatioF())
        elif event.type() == QEvent.Type.LanguageChange:
            self._show_boxes()
            self._show_notes()
            self._show_message()
        return super().event(event)

    # --- from the page --------------------------------------------------------------------------------

    def _on_clicked(self, click: Clicked) -> None:
        x_mm, y_mm = round(click.x * 1000), round(click.y * 1000)
        if click.is_double:
            self._go(Camera(click.x, click.y, click.m_px))
            self.place_double_clicked.emit(x_mm, y_mm)
            return
        self.place_clicked.emit(x_mm, y_mm)
        state = self.screen_state
        if state.ground is None:
            return
        found = hit(
            click.x, click.y, click.m_px, state.layers, state.boards.values(), state.ground, state.hidden
        )
        if found.layer == CASES:
            self.case_clicked.emit(found.key)
        elif found.layer in state.boards:
            self.mark_clicked.emit(found.layer, found.key)
        elif found.layer:
            self.component_clicked.emit(found.key)
        elif found.grid:
            self._clicked_grid = found.grid
            self._light()
            self.grid_clicked.emit(found.grid)

    def _on_moved(self, moved: Moved) -> None:
        self._corners.set_scale(moved.m_px)
        self.view_changed.emit(_looking(moved.x, moved.y, moved.m_px))

    def _on_drawn(self, serial: int) -> None:
        if 0 < self._awaited_serial <= serial:
            self._awaited_serial = 0
            self.ready.emit()

    def _on_loaded(self, loaded: Loaded) -> None:
        state = self.screen_state
        old = state.ground
        state.set_ground(self._with_changes(loaded.ground))
        if old is not None and old.components is not None:
            old.components.close()
        if state.camera is None:
            self.fit_city()
            state.send_scene()
        self._awaited_serial = max(state.serial, 1)
        self._unreadable = loaded.unreadable
        self._light()
        self._show_message()
        for name in loaded.unreadable:
            self.trouble.emit(name)

    def _with_changes(self, ground: Ground) -> Ground:
        if ground.components is None or not self._changes:
            return ground
        return ground.with_components(ground.components.with_changes(self._changes))

    def _on_crashed(self, count: int) -> None:
        self.screen_state.forget_page()

    def _on_lost(self) -> None:
        self._is_lost = True
        self._show_message()
        self.page_lost.emit()

    def _look_once(self) -> None:
        """Some versions of the web engine say they have painted and show nothing: the first map is looked at."""
        self.self_check(self._on_looked)

    def _on_looked(self, check: SelfCheck) -> None:
        log.info("map_self_check good=%s colours=%d reason=%s", check.is_good, check.colours, check.reason)
        if check.reason == "blank":
            self._on_lost()

    def _on_refused(self, version: int) -> None:
        self._on_lost()

    # --- own affairs ----------------------------------------------------------------------------------

    def _go(self, camera: Camera) -> None:
        state = self.screen_state
        is_first = state.camera is None
        state.go(camera)
        if is_first:
            state.send_scene()
        self._corners.set_scale(camera.m_px)

    def _after_marks(self, layer: str) -> None:
        if not self.screen_state.boards[layer].has_changes:
            return
        self.screen_state.marks_changed(layer)
        if layer == CASES and self._selected:
            self._light()

    def _light(self) -> None:
        state = self.screen_state
        mark = self._selected_mark()
        state.light(CASES, self._selected, self._clicked_grid)
        state.set_class(mark.class_code if mark is not None else "")
        duty = duty_for(mark.topics, self._duty_layers) if mark is not None else None
        if duty is not None:
            state.set_duty(duty.id)
        self._show_boxes()
        self._show_notes()

    def _on_switched(self, names: tuple[str, ...], is_on: bool) -> None:
        for name in names:
            self.screen_state.set_hidden(name, not is_on)
            self.layer_switched.emit(name, is_on)

    def _show_boxes(self) -> None:
        self._corners.show_boxes(self.screen_state.scheme, self._duty_layers)

    def _show_notes(self) -> None:
        state = self.screen_state
        if state.ground is not None:
            mark = self._selected_mark()
            grid = self._clicked_grid or (mark.grid if mark is not None else "")
            self._corners.show_notes(self._as_of, state.ground.city.epsg, grid)

    def _show_message(self) -> None:
        self._corners.show_message(is_lost=self._is_lost, unreadable=self._unreadable)

    def _selected_mark(self) -> LiveMark | None:
        board = self.screen_state.boards.get(CASES)
        return board.get(self._selected) if board is not None else None


class _Web(QWebEngineView):
    """The engine's widget without keyboard, input method, menu and drops."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.setAcceptDrops(False)
        self._refuse_keys(self)

    def childEvent(self, event: QChildEvent) -> None:
        """The engine makes its own widget inside, anew after each crash."""
        super().childEvent(event)
        child = event.child()
        if event.type() == QEvent.Type.ChildPolished and isinstance(child, QWidget):
            self._refuse_keys(child)

    def _refuse_keys(self, widget: QWidget) -> None:
        widget.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        widget.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)


class _Waiting(QObject):
    """One self-check: waits until the map is settled, or says that it came too late."""

    def __init__(self, view: MapView, done: Callable[[SelfCheck], None]) -> None:
        super().__init__(view)
        self._view, self._done = view, done
        self._limit = QTimer(self)
        self._limit.setSingleShot(True)
        self._limit.timeout.connect(lambda: self._end(SelfCheck(False, 0, "late")))
        self._limit.start(SELF_CHECK_MS)
        view.screen_state.drawn.connect(self.look)
        view.page_lost.connect(self._on_lost)

    def look(self) -> None:
        """Judges if it is time."""
        if self._view.is_settled():
            self._end(judge(self._view.grab().toImage()))

    def _on_lost(self) -> None:
        self._end(SelfCheck(False, 0, "lost"))

    def _end(self, check: SelfCheck) -> None:
        if self._limit.isActive() or check.reason == "late":
            self._limit.stop()
            self._view.screen_state.drawn.disconnect(self.look)
            self._view.page_lost.disconnect(self._on_lost)
            self.deleteLater()
            self._done(check)


def _live(mark: CaseMark) -> LiveMark:
    return LiveMark(mark.x_mm, mark.y_mm, mark.mark, mark.grid, mark.class_code, mark.topics)


def duty_for(topics: Iterable[str], duty_layers: Iterable[DutyLayer]) -> DutyLayer | None:
    """The duty layer that answers for the first topic anybody answers for."""
    layers = tuple(duty_layers)
    return next((layer for topic in topics for layer in answering(layers, topic)), None)


def _looking(x_m: float, y_m: float, m_px: float) -> Looking:
    return Looking(round(x_m * 1000), round(y_m * 1000), m_px)
