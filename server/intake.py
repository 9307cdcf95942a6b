"""A machine account that sends reports of a demonstration city through the same door as every seat: POST /v1/commands.

It runs in a thread beside the centre and is to it one more HTTP client. It keeps no outbox: after a restart it goes
on behind the highest number the centre has from it. A report the centre cannot take now is sent again, the same.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterable

import httpx
import msgspec
import numpy as np
import structlog

from casework.entities import ENTITY_BY_NAME
from casework.entities.city import City
from casework.entities.unit_grid import UnitGrid
from casework.ids import CommandId, PersonId, SeatId
from casework.sync.messages import Accepted, Basis, Sent
from server.centre import Centre, wall_ms
from server.demo import trickle
from server.machine import MachineSeat, NotLetIn, SignedOut, trust_of
from server.paths import Paths
from server.store import VisibleRow

_LOG = structlog.get_logger("intake")
INTAKE = PersonId("intake")
SEAT = SeatId("intake")
AGAIN_S = 2.0
STOP_S = 20.0
CHANNELS = frozenset({"everybody"})


class NoTrickle(Exception):
    """This centre has nothing to make reports of; the text says what is missing."""


def password_of(paths: Paths, person: str) -> str:
    """A demonstration account's password."""
    if paths.demo_accounts.is_file():
        for line in paths.demo_accounts.read_text(encoding="utf-8").splitlines():
            name, password, *_ = line.split("\t")
            if name == person:
                return password
    raise NoTrickle("there is no demonstration account called intake")


def city_view(centre: Centre, rng: np.random.Generator) -> trickle.CityView:
    """What reports are made of, from what the centre has."""
    paths = centre.paths
    for path in (paths.base_map, paths.components):
        if not path.is_file():
            raise NoTrickle(f"{path.name} is not there: the trickle needs a demonstration city")

    def take(epoch: int, head: int, rows: Iterable[VisibleRow]) -> list[object]:
        found: list[object] = []
        for name, _, _, _, body in rows:
            if name in ("city", "unit_grid"):
                found.append(ENTITY_BY_NAME[name].decode(body))
            elif found and isinstance(found[-1], UnitGrid):
                break  # behind the grids come the cases, by the hundred thousand
        return found

    rows = centre.store.copy_rows(CHANNELS, take)
    (city,) = (row for row in rows if isinstance(row, City))
    grids = [row for row in rows if isinstance(row, UnitGrid)]
    return trickle.city_view(
        rng, paths.base_map, paths.components, grids, city, centre.catalogues[city.edition]
    )


class Intake:
    """The thread. `every_s` is the mean time between two reports."""

    def __init__(self, centre: Centre, url: str, every_s: float, tls_cert: str = "") -> None:
        self._centre = centre
        self._password = password_of(centre.paths, INTAKE)
        self._every_s = every_s
        self._rng = np.random.default_rng(secrets.randbits(64))
        self._view = city_view(centre, self._rng)
        self._seat = MachineSeat(url, SEAT, trust_of(tls_cert))
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="intake", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(STOP_S)
        self._seat.close()

    def _run(self) -> None:
        sent: Sent | None = None
        while not self._stopping.is_set():
            wait_s = AGAIN_S
            try:
                sent = sent or self._next()
                self._send(sent)
                sent = None
                wait_s = trickle.pause_s(self._rng, 3600.0 / self._every_s)
            except SignedOut:
                sent = None
                self._seat.leave()
            except (httpx.HTTPError, msgspec.DecodeError, NotLetIn) as error:
                _LOG.warning("intake_waits", reason=type(error).__name__)
            self._stopping.wait(wait_s)

    def _next(self) -> Sent:
        """One more report under the next number, by the latest log-in."""
        if not self._seat.is_in:
            self._seat.log_in(INTAKE, self._password)
        report = msgspec.structs.replace(
            trickle.next_report(self._rng, self._view, wall_ms()), case=self._seat.number()
        )
        n = self._seat.n + 1
        name = CommandId(f"{SEAT}-{self._seat.epoch}-{n}")
        return Sent(
            n, name, INTAKE, self._seat.grants[INTAKE], wall_ms(), Basis(), msgspec.to_builtins(report)
        )

    def _send(self, sent: Sent) -> None:
        verdict = self._seat.push((sent,))[0]
        if not isinstance(verdict, Accepted):
            # Refused: its number is used up. A gap: the centre was restored; the log-in tells where it is.
            self._seat.leave()
            _LOG.warning("report_not_taken", command=sent.id)
