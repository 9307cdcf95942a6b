"""The composition root: makes the application, the session, the map and the window, and ends them in order.

The only file that knows everybody. Its order matters: `python -m app` looks at the machine before this module, and
with it Qt, is imported; the web engine is imported and the map's scheme registered before the application object
exists; and that object is never made with an empty list of arguments, which aborts the web engine.
"""

from __future__ import annotations

import gc
import signal
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec
from PySide6.QtCore import QEvent, QLibraryInfo, QLocale, QTimer, QTranslator
from PySide6.QtWebEngineCore import QWebEngineProfile  # noqa: F401 - before the application object
from PySide6.QtWidgets import QApplication

from app import logs, paths
from app import settings as settings_file
from app.arguments import Asked
from app.cache.disk import DiskFailed, DiskFull
from app.cache.held import FolderHeld
from app.cache.seat_db import NewerSeat, OldSqlite
from app.look.tokens import DEFAULT_THEME
from app.map.feed import MapFeed
from app.map.scheme import register_scheme
from app.map.view import MapView
from app.session import Session, SignIn
from app.settings import Settings
from app.widgets import theme
from app.widgets.log_in_again import LogInAgain
from app.widgets.login import LogIn
from app.widgets.main_window import MainWindow
from casework.catalogue.load import load_catalogues
from casework.catalogue.model import Catalogue
from casework.sync.status import Fault
from casework.text.fold import Folding, characters_of
from gridseat_files import find

EXIT_FAULT = 1
EAR_MS = 300
GARBAGE_MS = 1_000
GARBAGE_OBJECTS = 20_000  # new since the last look; fewer are not worth one
GARBAGE_LOOKS = 30  # looks at the young before one at everything


class CannotStart(Exception):
    """The seat does not start; the text says why, for a person."""


def run(asked: Asked, drill: Drill | None = None) -> int:
    """A seat from its log-in to its end. `drill` drives the finished window and answers the exit code."""
    chosen = settings_file.read(paths.settings_file())
    desk = Desk(asked, msgspec.structs.replace(chosen, centre=asked.centre or chosen.centre))
    try:
        return desk.work(drill)
    finally:
        desk.end()


Drill = Callable[["Desk"], int]


def catalogues() -> Mapping[str, Catalogue]:
    """Every edition, from the tables that ship."""
    return load_catalogues(lambda name: find(f"resources/catalogue/{name}").read_bytes())


def make_application(language: str) -> QApplication:
    """The one application object, in the person's language."""
    register_scheme()
    application = QApplication([sys.argv[0] or "gridseat"])
    application.setApplicationName("GridSeat")
    application.setQuitOnLastWindowClosed(False)
    speak(application, language)
    return application


def speak(application: QApplication, language: str) -> None:
    """Installs the translations; English needs none. A system that names no language gets the users' own."""
    locale = QLocale(language) if language else QLocale.system()
    if locale.language() == QLocale.Language.C:
        locale = QLocale("zh_CN")
    QLocale.setDefault(locale)
    if locale.language() != QLocale.Language.Chinese:
        return
    ours = QTranslator(application)
    try:
        is_there = ours.load(str(find("resources/i18n/zh_CN.qm")))
    except FileNotFoundError:
        is_there = False
    if is_there:
        application.installTranslator(ours)
    qts = QTranslator(application)
    if qts.load("qtbase_zh_CN", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
        application.installTranslator(qts)


class Desk:
    """Everything of one seat while it runs."""

    def __init__(self, asked: Asked, settings: Settings) -> None:
        self.asked = asked
        self.settings = settings
        self._catalogues = catalogues()
        self.application = make_application(asked.language or settings.language)
        self.theme = asked.theme or settings.theme or DEFAULT_THEME
        theme.apply(self.application, self.theme)
        self.door: SignIn | None = None
        self.session: Session | None = None
        self.window: MainWindow | None = None
        self.map: MapView | None = None
        self.feed: MapFeed | None = None
        self.log_in_again: LogInAgain | None = None
        self._fault = Fault.NONE
        self._garbage: QTimer | None = None

    def work(self, drill: Drill | None) -> int:
        """Log in, open the window, and go on until it is closed."""
        if not (self._log_in() if self.asked.user and self.asked.password_file else self._ask()):
            return EXIT_FAULT
        self.open_window()
        gc.collect()
        gc.freeze()
        self._garbage = collect_here(self.application)
        if drill:
            return drill(self)
        stop_on_signals(self.application)
        return self.application.exec()

    # -- log-in

    def _open_door(self, centre: str) -> SignIn:
        """The seat's files for a centre; raises CannotStart."""
        if self.asked.authority and not self.asked.authority.is_file():
            raise CannotStart(f"no certificate at {self.asked.authority}")
        folder = paths.data_folder(centre, self.asked.data)
        logs.start_log(paths.log_folder(folder))
        try:
            door = SignIn(folder, centre, self._catalogues, self.asked.seat, self.asked.authority)
        except (OldSqlite, NewerSeat, FolderHeld, DiskFull, DiskFailed, OSError) as error:
            raise CannotStart(reason(error, folder)) from error
        door.entered.connect(self._entered)
        self.door = door
        return door

    def _log_in(self) -> bool:
        """With what the command line says."""
        if not self.settings.centre:
            raise CannotStart("which centre? give --centre URL")
        door = self._open_door(self.settings.centre)
        door.refused.connect(self._refused)
        door.attempt(self.asked.user, self._given_password())
        self._make_map()  # while the centre is asked
        self.application.exec()
        if self.session is None:
            print(f"gridseat: the log-in was refused: {self._fault}", file=sys.stderr)
        return self.session is not None

    def _ask(self) -> bool:
        """By the log-in window; false where the person gave up."""
        window = LogIn(self.settings.centre, self.asked.user or self.settings.person)
        window.submitted.connect(lambda *typed: self._submitted(window, *typed))
        window.offline_wanted.connect(lambda: self._work_alone(window))
        window.ended.connect(self.application.quit)
        window.show()
        QTimer.singleShot(0, self._make_map)  # while the person types
        self.application.exec()
        window.hide()
        window.deleteLater()
        return self.session is not None

    def _submitted(self, window: LogIn, centre: str, person: str, password: str) -> None:
        if self.door is None or centre != self.settings.centre:
            if self.door is not None:
                self.door.give_up()
            self.settings = msgspec.structs.replace(self.settings, centre=centre)
            self._open_door(centre).refused.connect(lambda fault: self._say_why(window, fault))
        assert self.door is not None
        self.door.attempt(person, password, may_be_alone=False)

    def _say_why(self, window: LogIn, fault: Fault) -> None:
        assert self.door is not None
        window.set_offline_possible(self.door.knows(window.user.text().strip()))
        window.show_fault(fault)

    def _work_alone(self, window: LogIn) -> None:
        assert self.door is not None
        window.set_busy(True)
        self.door.attempt(window.user.text().strip(), window.password.text())

    def _given_password(self) -> str:
        assert self.asked.password_file is not None
        try:
            lines = self.asked.password_file.read_text(encoding="utf-8").splitlines()
        except OSError as error:
            raise CannotStart(f"cannot read {self.asked.password_file}: {error.strerror}") from error
        return lines[0] if lines else ""

    def _entered(self, session: Session) -> None:
        self.session = session
        self.application.quit()

    def _refused(self, fault: Fault) -> None:
        self._fault = fault
        self.application.quit()

    # -- the window

    def open_window(self) -> None:
        """Map, window and what connects them."""
        session = self.session
        assert session is not None
        self._make_map()
        assert self.map is not None
        self.window = MainWindow(session, self.map, self.theme, folding())
        self.feed = MapFeed(session, self.map, session.folder)
        self.log_in_again = LogInAgain(session, self.settings.centre, self.window)
        session.dataset_changed.connect(lambda _: self.feed.load() if self.feed else None)
        self.window.theme_changed.connect(self._keep_theme)
        self.window.closing.connect(self.application.quit)
        logs.note_commands(lambda: tuple(line.id for line in session.outbox()))
        self._place(self.window)
        self._keep(person=session.person.id)

    def _make_map(self) -> None:
        self.map = self.map or MapView()

    def _place(self, window: MainWindow) -> None:
        if self.asked.size:
            window.resize(*self.asked.size)
            window.show()
        elif self.asked.is_headless:
            window.resize(1920, 1080)
            window.show()
        else:
            window.showMaximized()

    def _keep_theme(self, name: str) -> None:
        self.theme = name
        self._keep(theme=name)

    def _keep(self, **changes: str) -> None:
        self.settings = msgspec.structs.replace(self.settings, **changes)
        if not self.asked.is_headless:
            settings_file.write(paths.settings_file(), self.settings)

    def end(self) -> None:
        """What is in memory goes to the disk first, then the window and the page."""
        if self.session is not None:
            self.session.close()
        elif self.door is not None:
            self.door.give_up()
        if self.map is not None:
            self.map.stop()
        if self.window is not None:
            self.window.close()
            self.window.deleteLater()
        # The page must be gone before its profile, and both before the application.
        for _ in range(3):
            self.application.sendPostedEvents(None, QEvent.Type.DeferredDelete)
            self.application.processEvents()


def folding() -> Folding:
    """How words are compared in a search, by the table the centre has built its archive with."""
    return Folding(characters_of(find("resources/text/ts_characters.txt").read_bytes()))


def collect_here(application: QApplication) -> QTimer:
    """Looks for garbage on the screens' thread only, and between key presses.

    Python would collect on whichever thread happens to make the next object; a widget that dies on the engine's
    thread takes the program with it.
    """
    gc.disable()
    timer = QTimer(application)
    looks = 0

    def look() -> None:
        nonlocal looks
        if gc.get_count()[0] < GARBAGE_OBJECTS:
            return
        looks += 1
        gc.collect(2 if looks % GARBAGE_LOOKS == 0 else 1)

    timer.timeout.connect(look)
    timer.start(GARBAGE_MS)
    return timer


def stop_on_signals(application: QApplication) -> None:
    """Ctrl+C and a polite end close the seat as its window does."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: application.quit())
    # Python hears of a signal only when it runs: Qt's loop gives it a turn now and then.
    ear = QTimer(application)
    ear.timeout.connect(lambda: None)
    ear.start(EAR_MS)


def reason(error: Exception, folder: Path) -> str:
    """A sentence about files that cannot be opened."""
    if isinstance(error, FolderHeld):
        return f"another seat is already running on {folder}"
    if isinstance(error, DiskFull):
        return f"the disk of {folder} is full"
    return f"{folder}: {error}"
