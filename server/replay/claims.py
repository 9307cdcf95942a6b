"""Which cases people have in hand just now: the changes feed, listened to beside the lanes.

A case that somebody at a desk has claimed is theirs: the replay's hands keep off it until the claim is gone. It is a
courtesy and no correctness device (a command on an older version is refused in any case), so it may lag.
"""

from __future__ import annotations

import threading

import httpx
import msgspec
import structlog

from casework.entities.claim import Claim
from casework.ids import CaseId, PersonId
from casework.limits import PAGE_ENTRIES
from casework.sync.messages import Op, Page
from server.machine import MachineSeat, NotLetIn, SignedOut
from server.replay.centre_rows import CentreRows

_LOG = structlog.get_logger("replay")
WAIT_S = 2
AGAIN_S = 2.0


class Claims:
    """A thread with a seat of its own. `holds` may be asked from any thread."""

    def __init__(self, seat: MachineSeat, person: PersonId, password: str, known: CentreRows) -> None:
        self._seat, self._person, self._password = seat, person, password
        self._cursor = known.cursor
        self._held = {claim.case for claim in known.all("claim", Claim)}
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="claims", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()

    def join(self) -> None:
        self._thread.join()
        self._seat.close()

    def holds(self, case: CaseId) -> bool:
        return case in self._held

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                if not self._seat.is_in:
                    self._seat.log_in(self._person, self._password)
                self._listen()
            except SignedOut:
                self._seat.leave()
            except (httpx.HTTPError, msgspec.DecodeError, NotLetIn) as error:
                _LOG.info("claims_wait", reason=type(error).__name__)
                self._stopping.wait(AGAIN_S)

    def _listen(self) -> None:
        asked = {"after": self._cursor, "wait": WAIT_S, "limit": PAGE_ENTRIES}
        page = self._seat.get("/v1/changes", Page, **asked)
        for entry in page.entries:
            if entry.entity != "claim":
                continue
            if entry.op is Op.PUT:
                self._held.add(CaseId(entry.key))
            else:
                self._held.discard(CaseId(entry.key))
        self._cursor = page.next
        if page.is_last and page.entries:
            # Changes go down in ticks; asking for each one by itself would only keep the centre busy.
            self._stopping.wait(0.5)
