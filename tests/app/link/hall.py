"""What the tests of the link stand on: a served centre, seats with quick habits, a line that can be broken, waiting.

Waiting is always for something that can be seen, bounded by a generous limit; nothing sleeps for a fixed time.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication

from app.link.link import Pace
from app.session import Session, sign_in
from casework.commands.register import Register
from server.centre import shipped_catalogues
from server.paths import Paths
from tests.casework.build import register
from tests.server.ground import passwords

QUICK = Pace(
    beat_s=0.1,
    tick_s=0.1,
    journal_s=0.1,
    retry_s=0.05,
    retry_most_s=0.4,
    stall_s=2.0,
    files_s=60.0,
    late_ms=800,
)
WAIT_S = 30.0
CATALOGUES = shipped_catalogues()


def until(holds: Callable[[], Any], what: str = "", wait_s: float = WAIT_S) -> Any:
    """The first true answer of `holds`; Qt's events go on meanwhile."""
    end_s = time.monotonic() + wait_s
    while True:
        if QCoreApplication.instance():
            QCoreApplication.processEvents()
        found = holds()
        if found:
            return found
        assert time.monotonic() < end_s, f"did not come: {what or holds}"
        time.sleep(0.005)


def seat(folder: Path, url: str, person: str, password: str, name: str = "", pace: Pace = QUICK) -> Session:
    """A session that must come about."""
    found = sign_in(folder, url, person, password, CATALOGUES, name, pace=pace)
    assert isinstance(found, Session), found
    return found


@contextlib.contextmanager
def seated(
    folder: Path, url: str, paths: Paths, person: str = "zhang", name: str = "", pace: Pace = QUICK
) -> Iterator[Session]:
    """A session that is closed at the end."""
    made = seat(folder, url, person, passwords(paths)[person], name, pace)
    try:
        yield made
    finally:
        made.close()


def report(session: Session, **changes: Any) -> Register:
    """A report under one of the seat's own numbers."""
    number = until(session.take_number, "a case number")
    return register(number, **changes)


class Line:
    """A userland TCP line between a seat and its centre that can be cut, stalled, and half-closed."""

    def __init__(self, url: str) -> None:
        host, _, port = url.removeprefix("http://").partition(":")
        self._target = (host, int(port))
        self._door = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._door.getsockname()[1]}"
        self._flows = threading.Event()
        self._flows.set()
        self.is_cut = False
        # What the centre's words become on their way down; None ends the connection.
        self.mangle: Callable[[bytes], bytes | None] = lambda piece: piece
        self.connections = 0
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._is_closed = False
        threading.Thread(target=self._serve, name="line", daemon=True).start()

    def retarget(self, url: str) -> None:
        """The centre has moved."""
        host, _, port = url.removeprefix("http://").partition(":")
        self._target = (host, int(port))

    def cut(self) -> None:
        """Every connection breaks; new ones are closed at once."""
        self.is_cut = True
        self._close_all()

    def mend(self) -> None:
        self.is_cut = False
        self.mangle = lambda piece: piece
        self._flows.set()

    def stall(self) -> None:
        """Connections stay open and nothing comes through, in either direction."""
        self._flows.clear()

    def half_close(self) -> None:
        """The centre's side says it has no more to say; the seat's side may go on talking to nobody."""
        with self._lock:
            for each in list(self._open):
                with contextlib.suppress(OSError):
                    each.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        self._is_closed = True
        self._door.close()
        self._flows.set()
        self._close_all()

    def _close_all(self) -> None:
        with self._lock:
            for each in self._open:
                with contextlib.suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)
                each.close()
            self._open.clear()

    def _serve(self) -> None:
        while not self._is_closed:
            try:
                near, _ = self._door.accept()
            except OSError:
                return
            if self.is_cut:
                near.close()
                continue
            try:
                far = socket.create_connection(self._target, timeout=5)
            except OSError:
                near.close()
                continue
            far.settimeout(None)
            self.connections += 1
            with self._lock:
                self._open |= {near, far}
            for source, sink, is_down in ((near, far, False), (far, near, True)):
                threading.Thread(target=self._pump, args=(source, sink, is_down), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket, is_down: bool) -> None:
        try:
            while piece := source.recv(65536):
                self._flows.wait()
                passed = self.mangle(piece) if is_down else piece
                if passed is None:
                    break
                sink.sendall(passed)
        except OSError:
            pass
        for each in (source, sink):
            with self._lock:
                self._open.discard(each)
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()


@contextlib.contextmanager
def lined(url: str) -> Iterator[Line]:
    line = Line(url)
    try:
        yield line
    finally:
        line.close()
