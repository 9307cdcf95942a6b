"""Serving a founded folder: one process per folder, one socket, and a clean way to stop.

Promises: a second centre on the same folder is refused; a door open to other machines has TLS; stopping ends the
streams and finishes what is queued.
"""

from __future__ import annotations

import contextlib
import ipaddress
import os
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

import msgspec
import uvicorn
from litestar import Litestar

from server.centre import Centre, open_centre
from server.http.routes import create_app
from server.limits import KEEP_ALIVE_S
from server.paths import Paths
from server.resting import settle

STOP_S = 5
BACKLOG = 2048


class CannotServe(Exception):
    """The folder cannot be served; the text says why, for a person."""


class Door(msgspec.Struct, frozen=True):
    """Where the centre listens."""

    host: str = "127.0.0.1"
    port: int = 8390
    tls_cert: str = ""
    tls_key: str = ""

    @property
    def is_secure(self) -> bool:
        return bool(self.tls_cert and self.tls_key)


@contextlib.contextmanager
def serving_lock(path: Path) -> Iterator[None]:
    """Held while a centre serves the folder; the system lets go of it however the process ends."""
    file = path.open("a+b")
    try:
        if not _lock(file):
            raise CannotServe(f"another centre is already serving {path.parent}")
        yield
    finally:
        file.close()


def _lock(file: IO[bytes]) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def is_loopback(host: str) -> bool:
    """Whether nobody but this machine can reach `host`."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def bound_socket(door: Door) -> socket.socket:
    """A listening socket, or a clear word why there is none."""
    if not is_loopback(door.host) and not door.is_secure:
        raise CannotServe(
            f"{door.host} can be reached from other machines: give --tls-cert and --tls-key, or listen on 127.0.0.1"
        )
    for name in (door.tls_cert, door.tls_key):
        if name and not os.access(name, os.R_OK):
            raise CannotServe(f"cannot read {name}")
    family = socket.AF_INET6 if ":" in door.host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        if os.name != "nt":
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((door.host, door.port))
        made.listen(BACKLOG)
    except OSError as error:
        made.close()
        raise CannotServe(f"cannot listen on {door.host} port {door.port}: {error.strerror}") from error
    return made


def url_of(door: Door, sock: socket.socket) -> str:
    """What a seat is given to find the centre."""
    host = f"[{door.host}]" if ":" in door.host else door.host
    return f"{'https' if door.is_secure else 'http'}://{host}:{sock.getsockname()[1]}"


class CentreServer(uvicorn.Server):
    """Ends the streams before it waits for the connections to close: a stream ends in no other way."""

    def __init__(self, config: uvicorn.Config, app: Litestar, started: Callable[[], None]) -> None:
        super().__init__(config)
        self._app = app
        self._started = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        if self.started:
            self._started()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._stop_streams()
        await super().shutdown(sockets=sockets)

    def _stop_streams(self) -> None:
        centre = getattr(self._app.state, "centre", None)
        if isinstance(centre, Centre):
            centre.hub.stop()


def server_of(make_centre: Callable[[], Centre], door: Door, started: Callable[[], None]) -> CentreServer:
    """The web server around a centre."""
    app = create_app(make_centre)
    config = uvicorn.Config(
        app,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=STOP_S,
        access_log=False,
        log_config=None,
        server_header=False,
        ssl_certfile=door.tls_cert or None,
        ssl_keyfile=door.tls_key or None,
        lifespan="on",
    )
    return CentreServer(config, app, started)


def trickling(
    centre: Centre, url: str, door: Door, every_s: float, beside: contextlib.ExitStack
) -> Callable[[], None]:
    """Made-up reports while the centre serves; the call that begins them."""
    # Here, because a centre without them needs no generator.
    from server.intake import Intake, NoTrickle

    try:
        intake = Intake(centre, url, every_s, door.tls_cert)
    except NoTrickle as error:
        centre.close()
        raise CannotServe(str(error)) from error
    beside.callback(intake.stop)
    return intake.start


def serve(root: Path, door: Door, say: Callable[[str], None], trickle_s: float = 0) -> None:
    """Serve until told to stop. Raises CannotServe, server.store.NotOpenable."""
    paths = Paths(root)
    if not paths.database.is_file():
        raise CannotServe(f"{root} is not initialised: run `gridseat-centre init {root}` first")
    with serving_lock(paths.lock):
        settle(paths)
        sock = bound_socket(door)
        try:
            centre = open_centre(paths)
            centre.snapshots.tidy()
            centre.snapshots.prepare()
            url = url_of(door, sock)
            with contextlib.ExitStack() as beside:
                begin = trickling(centre, url, door, trickle_s, beside) if trickle_s > 0 else None

                def started() -> None:
                    say(f"listening {url}")
                    if begin:
                        begin()

                server_of(lambda: centre, door, started).run(sockets=[sock])
        finally:
            sock.close()
