"""The centre's HTTP doors as the seat sees them: calls that answer with a message or with a Failure, never raise.

Promises: every call ends in bounded time; a broken, garbled or half answer is a Failure that says which kind; a
download can be gone on with where it stopped. It holds the token and nothing else, retries nothing, and never
logs a body.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import httpx
import msgspec

from app.link.sse import EventReader, ServerEvent, TooLong
from app.link.wire import Beating, Failure, Opened, Present, Reply, Trouble, Wrong
from casework.limits import PAGE_ENTRIES, PHOTO_BYTES
from casework.sync.messages import (
    PROTOCOL,
    Answer,
    Beat,
    LogIn,
    Manifest,
    Page,
    Push,
    Snapshot,
    Welcome,
    encode,
)

T = TypeVar("T")
CONNECT_S = 3.0
BEAT_S = 4.0
CALL_S = 15.0
SNAPSHOT_S = 180.0  # the centre may have to build it
PHOTO_S = 60.0  # the largest one over a poor line
STREAM_SILENCE_S = 40.0  # the centre says something every 15 s
BODY_BYTES = 64 * 2**20
CHUNK_BYTES = 256 * 1024
CODES = {
    "wrong_password": Trouble.WRONG_PASSWORD,
    "signed_out": Trouble.SIGNED_OUT,
    "channels_changed": Trouble.CHANNELS_CHANGED,
    "epoch_changed": Trouble.EPOCH,
    "cursor_ahead": Trouble.AHEAD,
    "upgrade": Trouble.UPGRADE,
}
CUT = Failure(Trouble.UNREACHABLE, "the line is cut by hand")
STATUSES = {
    401: Trouble.SIGNED_OUT,
    404: Trouble.NOT_FOUND,
    410: Trouble.COMPACTED,
    426: Trouble.UPGRADE,
    429: Trouble.BUSY,
    503: Trouble.BUSY,
}


class StreamEnded(Exception):
    """The stream is over; `failure` says why."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.detail)
        self.failure = failure


class CentreClient:
    """One seat's connection to its centre. `address` is http(s)://host:port."""

    def __init__(self, address: str, seat: str, authority: Path | None = None) -> None:
        """`authority` is the certificate of the office's own authority, where there is one."""
        self._seat = seat
        self._token = ""
        self.is_cut = False  # for drills: as if the cable were out
        self._http = httpx.AsyncClient(
            base_url=address.rstrip("/"),
            timeout=httpx.Timeout(CALL_S, connect=CONNECT_S),
            limits=httpx.Limits(max_connections=12, keepalive_expiry=60.0),
            headers={"GridSeat-Protocol": str(PROTOCOL), "User-Agent": "gridseat"},
            verify=_trust(address, authority),
            # The centre stands in the office: a proxy of the environment would only be in the way.
            trust_env=False,
        )

    async def close(self) -> None:
        await self._http.aclose()

    @property
    def has_token(self) -> bool:
        return bool(self._token)

    def forget_token(self) -> None:
        self._token = ""

    # -- coming and going

    async def log_in(self, person: str, password: str) -> Welcome | Failure:
        """A new token; the next calls carry it."""
        asked = LogIn(person, password, self._seat)  # type: ignore[arg-type]
        said = await self._ask(Welcome, "POST", "/v1/session", body=asked, signed=False)
        if isinstance(said, Welcome):
            if said.protocol != PROTOCOL:
                return Failure(Trouble.UPGRADE, f"centre speaks {said.protocol}")
            self._token = said.token
        return said

    async def log_out(self) -> None:
        """Best effort: a centre that does not hear of it lets the session end by itself."""
        if self._token:
            await self._tell("DELETE", "/v1/session", timeout_s=BEAT_S)
            self._token = ""

    # -- the daily traffic

    async def beat(self, numbers_left: int | None) -> Beat | Failure:
        return await self._ask(
            Beat, "POST", "/v1/beat", body=Beating(self._seat, numbers_left), timeout_s=BEAT_S
        )

    async def push(self, push: Push) -> Answer | Failure:
        return await self._ask(Answer, "POST", "/v1/commands", body=push)

    async def page(self, epoch: int, after: int, wait_s: int = 0) -> Page | Failure:
        """The changes after a cursor; with `wait_s` the centre waits for something to say."""
        query = {"epoch": epoch, "after": after, "limit": PAGE_ENTRIES, "wait": wait_s}
        return await self._ask(Page, "GET", "/v1/changes", query=query, timeout_s=CALL_S + wait_s)

    async def look(self, case: str) -> Failure | None:
        """Tells the hall which case is open here."""
        return await self._tell("POST", "/v1/presence", body=Opened(self._seat, case), timeout_s=BEAT_S)

    async def manifest(self) -> Manifest | Failure:
        return await self._ask(Manifest, "GET", "/v1/snapshots", timeout_s=SNAPSHOT_S)

    async def stream(self, epoch: int, after: int) -> AsyncIterator[Page | Present | None]:
        """Pages and presence as they come, None for a sign of life; ends by raising StreamEnded."""
        if self.is_cut:
            raise StreamEnded(CUT)
        query = {"epoch": epoch, "after": after, "stream": 1}
        timeout = httpx.Timeout(STREAM_SILENCE_S, connect=CONNECT_S)
        try:
            async with self._http.stream(
                "GET", "/v1/changes", params=query, headers=self._signed(), timeout=timeout
            ) as answer:
                if answer.status_code != 200:
                    raise StreamEnded(_said_no(answer, await _bounded(answer)))
                reader = EventReader()
                async for piece in answer.aiter_bytes():
                    for event in reader.feed(piece):
                        yield _heard(event)
        except (httpx.HTTPError, httpx.StreamError) as error:
            raise StreamEnded(_broken(error)) from error
        except (TooLong, msgspec.DecodeError) as error:
            raise StreamEnded(Failure(Trouble.GARBAGE, _where(error))) from error
        raise StreamEnded(Failure(Trouble.UNREACHABLE, "the stream was closed"))

    # -- files

    async def photo(self, sha256: str) -> bytes | Failure:
        """A photo's bytes; the caller checks them."""
        return await self._call("GET", f"/v1/blobs/{sha256}", timeout_s=PHOTO_S, most_bytes=PHOTO_BYTES)

    async def fetch(
        self, snapshot: Snapshot, have: int, take: Callable[[int, bytes], Awaitable[None]]
    ) -> Failure | None:
        """A snapshot's bytes from `have` on, each piece with its place; from 0 again where the centre begins anew.

        None when the last one has come; nothing is checked here. What `take` raises goes through.
        """
        if self.is_cut:
            return CUT
        headers = self._signed()
        if have:
            headers |= {"Range": f"bytes={have}-", "If-Range": f'"{snapshot.sha256}"'}
        try:
            async with self._http.stream(
                "GET", f"/v1/snapshots/{snapshot.sha256}", headers=headers
            ) as answer:
                if answer.status_code not in (200, 206):
                    return _said_no(answer, await _bounded(answer))
                done = have if answer.status_code == 206 else 0
                async for piece in answer.aiter_raw(CHUNK_BYTES):
                    if done + len(piece) > snapshot.bytes:
                        return Failure(Trouble.GARBAGE, f"{snapshot.dataset} is longer than announced")
                    await take(done, piece)
                    done += len(piece)
        except (httpx.HTTPError, httpx.StreamError) as error:
            return _broken(error)
        return None if done == snapshot.bytes else Failure(Trouble.UNREACHABLE, "the download stopped short")

    # -- files from outside

    async def send(
        self, method: str, path: str, content: bytes | None, headers: dict[str, str], timeout_s: float
    ) -> Reply | Failure:
        """An answer whatever it says; a Failure where there is none."""
        if self.is_cut:
            return CUT
        if content is not None and "Content-Range" not in headers:
            headers = {**headers, "Content-Type": "application/json"}
        try:
            async with (
                asyncio.timeout(timeout_s),
                self._http.stream(
                    method, path, content=content, headers={**self._signed(), **headers}
                ) as answer,
            ):
                raw = await _bounded(answer)
                told = {name.lower(): value for name, value in answer.headers.items()}
                return Reply(answer.status_code, told, raw)
        except TimeoutError:
            return Failure(Trouble.UNREACHABLE, "no answer in time")
        except (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL) as error:
            return _broken(error)
        except TooLong as error:
            return Failure(Trouble.GARBAGE, _where(error))

    # -- inside

    def _signed(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._token}"} if self._token else {}

    async def _ask(self, expected: type[T], method: str, path: str, **how: Any) -> T | Failure:
        """The message that is expected, or a Failure."""
        raw = await self._call(method, path, **how)
        if isinstance(raw, Failure):
            return raw
        try:
            return msgspec.json.decode(raw, type=expected)
        except msgspec.DecodeError as error:
            return Failure(Trouble.GARBAGE, _where(error))

    async def _tell(self, method: str, path: str, **how: Any) -> Failure | None:
        """Nothing is expected in return."""
        raw = await self._call(method, path, **how)
        return raw if isinstance(raw, Failure) else None

    async def _call(
        self,
        method: str,
        path: str,
        *,
        body: Any = None,
        query: dict[str, Any] | None = None,
        timeout_s: float = CALL_S,
        signed: bool = True,
        most_bytes: int = BODY_BYTES,
    ) -> bytes | Failure:
        """The answer's bytes or a Failure, in `timeout_s` at most."""
        if self.is_cut:
            return CUT
        headers = self._signed() if signed else {}
        content = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            content = encode(body)
        try:
            async with (
                asyncio.timeout(timeout_s),
                self._http.stream(method, path, params=query, content=content, headers=headers) as answer,
            ):
                raw = await _bounded(answer, most_bytes)
                return raw if answer.is_success else _said_no(answer, raw)
        except TimeoutError:
            return Failure(Trouble.UNREACHABLE, "no answer in time")
        except (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL) as error:
            return _broken(error)
        except TooLong as error:
            return Failure(Trouble.GARBAGE, _where(error))


def _trust(address: str, authority: Path | None) -> ssl.SSLContext | bool:
    """Whom the seat believes: the office's own authority where one is given, and then nobody else."""
    if not address.startswith("https:"):
        return False  # nothing to check, and reading the system's authorities takes its time
    return ssl.create_default_context(cafile=str(authority)) if authority else True


async def _bounded(answer: httpx.Response, most_bytes: int = BODY_BYTES) -> bytes:
    parts: list[bytes] = []
    size = 0
    async for piece in answer.aiter_bytes():
        size += len(piece)
        if size > most_bytes:
            raise TooLong("the answer is too long")
        parts.append(piece)
    return b"".join(parts)


def _said_no(answer: httpx.Response, raw: bytes) -> Failure:
    try:
        wrong = msgspec.json.decode(raw, type=Wrong)
    except msgspec.DecodeError:
        wrong = Wrong()
    trouble = CODES.get(wrong.code) or STATUSES.get(answer.status_code, Trouble.FAILED)
    asked = answer.headers.get("Retry-After", "")
    wait_s = min(float(asked), 60.0) if asked.isascii() and asked.isdigit() else 0.0
    return Failure(trouble, f"{answer.status_code} {wrong.code}".strip(), wait_s)


def _broken(error: Exception) -> Failure:
    return Failure(Trouble.UNREACHABLE, type(error).__name__)


def _where(error: Exception) -> str:
    """The place of what does not decode; never the text that stood there."""
    return f"{type(error).__name__} {str(error).rpartition(' - at ')[2][:100]}"


_PAGE = msgspec.json.Decoder(Page)
_PRESENT = msgspec.json.Decoder(Present)


def _heard(event: ServerEvent) -> Page | Present | None:
    if not event.body:
        return None
    if event.name == "presence":
        return _PRESENT.decode(event.body)
    return _PAGE.decode(event.body) if not event.name else None
