"""An import at the seat: the file that was chosen, the profile, how far it is, and the centre's report.

Promises: the file is looked into by a process of its own; nothing enters before `enter`, which enters what the report
is about; stepping back keeps what was chosen, and stopping leaves nothing half done. Errors are sentences (`trouble`).
Used from the GUI's thread; it waits for nothing and draws nothing.
"""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from typing import Any, Protocol

import msgspec
from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, QTimer, Signal

from app.models import import_words
from casework.entities.delivery import DeliveryKind
from casework.sync.imports import (
    CHECKED,
    ENTERED,
    FAILED,
    NONE,
    PROFILE_CHARS,
    ImportAsk,
    ImportTold,
    Looked,
    ProfileTold,
    ProposeAsk,
)

FILE, PROFILE, CHECK = "file", "profile", "check"
OWN = "profile.toml"
LOOK_MS = 120_000
SCRATCH = "handed-in"


class Line(Protocol):
    """`app.importing.Imports`."""

    def profiles(self, done: Any) -> None: ...
    def check(self, path: Path, ask: Any, told: Any, done: Any) -> None: ...
    def enter(self, id_: str, told: Any, done: Any) -> None: ...
    def page(self, id_: str, done: Any) -> None: ...
    def drop(self, id_: str) -> None: ...
    def cancel(self) -> None: ...


class ImportModel(QObject):
    """One per window; what it shows is read from its fields after `changed`."""

    changed = Signal()
    page_came = Signal(bytes)

    def __init__(self, line: Line, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._line = line
        self._folder = folder / SCRATCH
        self._process: QProcess | None = None
        self._limit = QTimer(self, singleShot=True, interval=LOOK_MS)
        self._limit.timeout.connect(self._stop_looking)
        self.step = FILE
        self.kind = ""
        self.file = ""
        self.looked: Looked | None = None
        self.trouble = ""
        self.profiles: tuple[ProfileTold, ...] = ()
        self.profile = ""  # the name of a shipped one; "" = one's own text
        self.text = ""
        self.own = (
            ""  # what the person wrote, opened or had proposed; kept beside a shipped one that is looked at
        )
        self.going: Any = None  # GoingUp, while the file goes up
        self.told: ImportTold | None = None
        self.report: dict[str, Any] | None = None
        self.is_busy = False  # the centre does something for us

    # -- the file

    def set_kind(self, kind: str) -> None:
        """What the file's rows are."""
        if kind != self.kind:
            self.kind, self.profile, self.text, self.own = kind, "", "", ""
            self._forget_check()
            self.changed.emit()

    def choose_file(self, path: str) -> None:
        """Another file; it is looked into."""
        self._stop_looking()
        self._forget_check()
        self.file, self.looked, self.trouble = path, None, ""
        process = QProcess(self)
        around = QProcessEnvironment.systemEnvironment()
        around.insert("PYTHONPATH", str(Path(__file__).parents[2]))
        process.setProcessEnvironment(around)
        process.finished.connect(lambda *unused: self._on_looked(process))
        process.errorOccurred.connect(lambda *unused: self._on_looked(process))
        self._process = process
        process.start(sys.executable, ["-m", "app.files.look", path, str(self._folder)])
        self._limit.start()
        self.changed.emit()

    def is_looking(self) -> bool:
        """Whether the file is being looked into."""
        return self._process is not None

    def is_file_ready(self) -> bool:
        """Whether one may go on to the profile."""
        return bool(self.kind and self.looked and self.looked.sha256)

    def _on_looked(self, process: QProcess) -> None:
        if process is not self._process:
            return
        said = bytes(process.readAllStandardOutput().data())
        self._process = None
        self._limit.stop()
        process.deleteLater()
        try:
            self.looked = msgspec.json.decode(said, type=Looked)
        except msgspec.DecodeError:
            self.looked = None
        code = self.looked.code if self.looked else "cannot_look"
        self.trouble = import_words.no(code) if code else ""
        self.changed.emit()

    def _stop_looking(self) -> None:
        process, self._process = self._process, None
        self._limit.stop()
        if process is not None:
            process.kill()
            process.waitForFinished(2000)
            process.deleteLater()
            self.trouble = import_words.no("cannot_look")
            self.changed.emit()

    # -- the profile

    def go_to(self, step: str) -> None:
        """Another page of the import."""
        if step == PROFILE and not self.is_file_ready():
            return
        self.step, self.trouble = step, ""
        if step == PROFILE and not self.profiles:
            self._line.profiles(self._on_profiles)
        self.changed.emit()

    def offered(self) -> list[ProfileTold]:
        """Shipped profiles for files of this kind."""
        return [one for one in self.profiles if one.kind == self.kind]

    def choose_profile(self, name: str) -> None:
        """A shipped one."""
        found = next((one for one in self.profiles if one.name == name), None)
        if found is not None:
            self.profile, self.text, self.trouble = found.name, found.text, ""
            self._forget_check()
            self.changed.emit()

    def choose_own(self) -> None:
        """Back to the person's own text."""
        if self.own and self.text != self.own:
            self._take_text(self.own)

    def set_text(self, words: str) -> None:
        """The person has written in it; a shipped one becomes one's own."""
        if words != self.text:
            self.text = words[:PROFILE_CHARS]
            shipped = next((one for one in self.profiles if one.name == self.profile), None)
            was = self.profile
            if shipped is None or shipped.text != self.text:
                self.profile, self.own = "", self.text
            self._forget_check()
            if was != self.profile:
                self.changed.emit()

    def open_profile(self, path: str) -> None:
        """One's own, from a file."""
        try:
            words = Path(path).read_bytes()[: 4 * PROFILE_CHARS].decode()
        except OSError:
            self._fail("file_unreadable")
        except UnicodeDecodeError:
            self._fail("not_a_text")
        else:
            self._take_text(words)

    def save_profile(self, path: str) -> None:
        """What stands there, into a file of the person's."""
        self._save(path, self.text.encode())

    def propose(self) -> None:
        """The centre reads the file and writes a profile for it."""
        looked = self.looked
        if looked is None or self.is_busy:
            return
        self._begin()
        ask = ProposeAsk(looked.name, looked.sha256, self.kind)
        self._line.check(Path(looked.path), ask, self._on_told, self._on_proposed)

    def _on_profiles(self, said: Any) -> None:
        if hasattr(said, "profiles"):
            self.profiles = said.profiles
            offered = self.offered()
            if not self.text and len(offered) == 1:
                self.choose_profile(offered[0].name)
        else:
            self.trouble = import_words.no(said.code)
        self.changed.emit()

    def _on_proposed(self, said: Any) -> None:
        self._end()
        if not isinstance(said, ImportTold):
            self._fail(said.code)
            return
        self._line.drop(said.id)
        if said.failure is not None:
            self.trouble = import_words.sentence(said.failure)
            self.changed.emit()
        else:
            self._take_text(said.proposal)

    def _take_text(self, words: str) -> None:
        self.profile, self.text, self.own, self.trouble = "", words, words, ""
        self._forget_check()
        self.changed.emit()

    # -- the check

    def is_ready_to_check(self) -> bool:
        """Whether file, kind and profile are there."""
        return self.is_file_ready() and bool(self.text.strip()) and not self.is_busy

    def check(self) -> None:
        """The file goes up and is checked; nothing enters."""
        looked = self.looked
        if looked is None or not self.is_ready_to_check():
            return
        self.step = CHECK
        self._forget_check()
        self._begin()
        own = "" if self.profile else self.text
        ask = ImportAsk(DeliveryKind(self.kind), looked.name, looked.sha256, self.profile or OWN, own)
        self._line.check(Path(looked.path), ask, self._on_told, self._on_checked)

    def stop(self) -> None:
        """Whatever is under way is no longer wanted; what has gone up stays for the next time."""
        was_entering = self.is_entering()
        self._line.cancel()
        if self.told is not None and not was_entering:
            self._line.drop(self.told.id)
        self._end()
        self.told = self.report = None
        self.changed.emit()

    def is_entering(self) -> bool:
        """Whether it can no longer be stopped."""
        return self.told is not None and self.told.state == "entering"

    def can_enter(self) -> bool:
        """Whether the report on the screen is about something that may enter."""
        told, report = self.told, self.report
        is_checked = told is not None and told.state == CHECKED and not self.is_busy
        return is_checked and report is not None and report["outcome"] == "pending" and report["entered"] > 0

    def has_entered(self) -> bool:
        return self.told is not None and self.told.state == ENTERED

    def enter(self) -> None:
        """What the report says enters, in one go."""
        if not self.can_enter() or self.told is None:
            return
        self._begin()
        self.told = msgspec.structs.replace(self.told, state="entering")
        self._line.enter(self.told.id, self._on_told, self._on_checked)
        self.changed.emit()

    def fetch_page(self) -> None:
        """The report as a page: `page_came`."""
        if self.told is not None and self.report is not None:
            self._line.page(self.told.id, self._on_page)

    def save_page(self, path: str, body: bytes) -> None:
        """The page, where the person wants it."""
        self._save(path, body)

    def scratch(self, name: str) -> Path:
        """Where something may lie until the seat is left."""
        self._folder.mkdir(parents=True, exist_ok=True)
        return self._folder / name

    def begin_anew(self) -> None:
        """The next file; what was checked is put away."""
        self._forget_check()
        self.step, self.file, self.looked, self.trouble = FILE, "", None, ""
        self.changed.emit()

    def end(self) -> None:
        """Before the session goes."""
        self._stop_looking()
        if self.told is not None and not self.is_entering():
            self._line.drop(self.told.id)
        self._line.cancel()
        with contextlib.suppress(OSError):
            for path in self._folder.iterdir():
                path.unlink()

    def _on_told(self, said: Any) -> None:
        if isinstance(said, ImportTold):
            self.going, self.told = None, said
        else:
            self.going = said
        self.changed.emit()

    def _on_checked(self, said: Any) -> None:
        self._end()
        if not isinstance(said, ImportTold):
            if said.code == "not_found":
                self.told = self.report = None
            elif self.is_entering() and self.told is not None:
                self.told = msgspec.structs.replace(self.told, state=CHECKED)
            self._fail(said.code)
            return
        self.told = said
        self.report = msgspec.json.decode(said.report) if said.report != NONE else None
        self.trouble = import_words.sentence(said.failure) if said.failure is not None else ""
        if said.state == FAILED:
            self.report = None
        self.changed.emit()

    def _on_page(self, said: Any) -> None:
        if isinstance(said, bytes):
            self.page_came.emit(said)
        else:
            self._fail(said.code)

    # -- inside

    def _save(self, path: str, body: bytes) -> None:
        try:
            Path(path).write_bytes(body)
        except OSError:
            self._fail("not_saved")

    def _fail(self, code: str) -> None:
        self.trouble = import_words.no(code)
        self.changed.emit()

    def _begin(self) -> None:
        self.is_busy, self.trouble, self.going = True, "", None
        self.changed.emit()

    def _end(self) -> None:
        self.is_busy, self.going = False, None

    def _forget_check(self) -> None:
        if self.told is not None and not self.is_busy:
            self._line.drop(self.told.id)
        self.told = self.report = None
