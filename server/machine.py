"""A seat without a desk: machine accounts come in by the door of every other seat, over HTTP.

One `MachineSeat` belongs to one thread. It keeps no outbox: after a restart it goes on behind the highest number the
centre has from it, and a push whose answer was lost is sent again, the same, and answered with the old verdicts.
Commands of several people may leave by one seat; each needs a log-in of its author there (`introduce`).
"""

from __future__ import annotations

import ssl
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

import httpx
import msgspec

from casework.ids import CaseId, PersonId, SeatId
from casework.sync.messages import Answer, Beat, LogIn, Push, Sent, Verdict, Welcome, encode

TIMEOUT_S = 20.0
T = TypeVar("T")


class SignedOut(Exception):
    """The session ended or the epoch changed: log in again."""


class NotLetIn(Exception):
    """The centre does not take this account's password."""


class MachineSeat:
    """Logs in, takes numbers, pushes. What goes wrong on the line is httpx.HTTPError, for the caller to try again."""

    def __init__(
        self, url: str, seat: SeatId, trust: ssl.SSLContext | bool = True, timeout_s: float = TIMEOUT_S
    ) -> None:
        self.seat = seat
        self.epoch = 0
        self.n = 0
        self.grants: dict[PersonId, str] = {}
        self._numbers: deque[str] = deque()
        self._http = httpx.Client(base_url=url, timeout=timeout_s, verify=trust, trust_env=False)

    def close(self) -> None:
        self._http.close()

    @property
    def is_in(self) -> bool:
        return "Authorization" in self._http.headers

    def leave(self) -> None:
        """Forget the session; the next `log_in` begins another."""
        self._http.headers.pop("Authorization", None)

    def log_in(self, person: PersonId, password: str) -> Welcome:
        """Everything is asked under this session from now on; numbers of an earlier one are not used any more."""
        welcome = self._welcome(person, password)
        self._http.headers["Authorization"] = f"Bearer {welcome.token}"
        self.grants[person] = welcome.grant
        self.epoch, self.n = welcome.epoch, welcome.high_n
        self._numbers.clear()
        return welcome

    def introduce(self, person: PersonId, password: str) -> None:
        """A log-in whose grant stays when its session has ended: this person's commands may leave here."""
        welcome = self._welcome(person, password)
        self.grants[person] = welcome.grant
        self._http.delete("/v1/session", headers={"Authorization": f"Bearer {welcome.token}"})

    def reserve(self, count: int) -> None:
        """Case numbers for that many reports."""
        while len(self._numbers) < count:
            beat = self.post("/v1/beat", {"seat": self.seat, "numbers_left": 0}, Beat)
            for block in beat.blocks:
                self._numbers.extend(block.number(index) for index in range(block.first, block.last + 1))

    def number(self) -> CaseId:
        """The next number of its block, and another block when that one is used up."""
        self.reserve(1)
        return CaseId(self._numbers.popleft())

    def push(self, sent: Sequence[Sent]) -> tuple[Verdict, ...]:
        """One verdict each. `n` moves when the answer is there."""
        verdicts = self.post("/v1/commands", Push(self.epoch, self.seat, tuple(sent)), Answer).verdicts
        self.n = sent[-1].n
        return verdicts

    def post(self, path: str, message: object, type_: type[T]) -> T:
        answer = self._http.post(path, content=encode(message))
        return msgspec.json.decode(self._heard(answer).content, type=type_)

    def get(self, path: str, type_: type[T], **query: str | int) -> T:
        answer = self._http.get(path, params=query)
        return msgspec.json.decode(self._heard(answer).content, type=type_)

    def download(self, path: str) -> bytes:
        return self._heard(self._http.get(path)).content

    def _heard(self, answer: httpx.Response) -> httpx.Response:
        if answer.status_code in (401, 403, 409):
            raise SignedOut
        answer.raise_for_status()
        return answer

    def _welcome(self, person: PersonId, password: str) -> Welcome:
        answer = self._http.post("/v1/session", content=encode(LogIn(person, password, self.seat)))
        if answer.status_code == 401:
            raise NotLetIn(str(person))
        answer.raise_for_status()
        return msgspec.json.decode(answer.content, type=Welcome)


def trust_of(tls_cert: str) -> ssl.SSLContext | bool:
    """A centre's own certificate is what is trusted; under which name it was issued does not matter on this machine."""
    if not tls_cert:
        return True
    context = ssl.create_default_context(cafile=str(Path(tls_cert)))
    context.check_hostname = False
    return context
