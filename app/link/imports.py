"""Files from outside on their way to the centre: up in pieces, checked there, entered there.

Promises: what fails for want of a connection is tried again for as long as somebody waits for it, a file goes on where
it stopped; what the centre will not do is an answer with its code (`No`). It reads the file that goes up and nothing
else, and decides nothing.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import msgspec

from app.link.client import CentreClient
from app.link.wire import Failure, Reply, Trouble, Wrong
from casework.sync.imports import PIECE_BYTES, RESTING, ImportAsk, ImportTold, Profiles, ProposeAsk
from casework.sync.messages import encode

T = TypeVar("T")
PIECE_S = 60.0
FILES = "/v1/imports/files/"
OFFSET = "Upload-Offset"
LOOK_S = 0.25  # how often a check is asked after
LOOK_MOST_S = 1.0
PAUSE_S = 1.0
PAUSE_MOST_S = 5.0
AGAIN = frozenset({Trouble.UNREACHABLE, Trouble.BUSY})


class No(msgspec.Struct, frozen=True):
    """Why it was not done: the centre's code and its values, or one of the seat's own."""

    code: str
    values: dict[str, str | int] = {}


class GoingUp(msgspec.Struct, frozen=True):
    """How much of a file is at the centre. `is_waiting`: the centre cannot be reached, it is tried again."""

    done: int
    total: int
    is_waiting: bool = False


class ImportLine:
    """The calls of one log-in; on the engine's thread."""

    def __init__(self, client: CentreClient) -> None:
        self._client = client

    async def profiles(self) -> Profiles | No:
        return await self._asked(Profiles, "GET", "/v1/profiles")

    async def put(self, path: Path, sha256: str, told: Callable[[GoingUp], None]) -> No | None:
        """The file, from where it stopped; None when it is all there."""
        try:
            with path.open("rb") as file:
                total = await asyncio.to_thread(lambda: path.stat().st_size)
                done = -1  # not known
                failures = 0
                while done < total:
                    told(GoingUp(max(done, 0), total, failures > 0))
                    if done < 0:
                        there = await self._offset(sha256, total)
                    else:
                        file.seek(done)
                        there = await self._piece(
                            sha256, await asyncio.to_thread(file.read, PIECE_BYTES), done, total
                        )
                    if isinstance(there, No):
                        return there
                    if isinstance(there, int):
                        done, failures = there, 0
                    else:
                        done, failures = -1, failures + 1
                        await _pause(failures, there)
                told(GoingUp(total, total))
        except OSError:
            return No("file_unreadable")
        return None

    async def begin(self, ask: ImportAsk | ProposeAsk) -> ImportTold | No:
        """A check, or a proposal."""
        door = "/v1/imports" if isinstance(ask, ImportAsk) else "/v1/profiles/propose"
        return await self._asked(ImportTold, "POST", door, encode(ask))

    async def enter(self, id_: str) -> ImportTold | No:
        return await self._asked(ImportTold, "POST", f"/v1/imports/{id_}/enter", b"")

    async def follow(self, id_: str, told: Callable[[ImportTold], None]) -> ImportTold | No:
        """Until nothing goes on by itself."""
        wait_s, failures = LOOK_S, 0
        while True:
            said = await self._sent("GET", f"/v1/imports/{id_}")
            if isinstance(said, Failure):
                if said.trouble not in AGAIN:
                    return No(said.trouble.value)
                failures += 1
                await _pause(failures, said)
                continue
            failures = 0
            found = _read(said, ImportTold)
            if isinstance(found, No) or found.state in RESTING:
                return found
            told(found)
            await asyncio.sleep(wait_s)
            wait_s = min(wait_s * 1.2, LOOK_MOST_S)

    async def drop(self, id_: str) -> None:
        """Best effort: the centre puts it away by itself after a day."""
        await self._sent("DELETE", f"/v1/imports/{id_}")

    async def page(self, id_: str) -> bytes | No:
        """The report as a page of its own."""
        said = await self._sent("GET", f"/v1/imports/{id_}/page", timeout_s=PIECE_S)
        if isinstance(said, Failure):
            return No(said.trouble.value)
        return said.body if said.status == 200 else _no(said)

    # -- inside

    async def _sent(
        self,
        method: str,
        path: str,
        content: bytes | None = None,
        headers: dict[str, str] | None = None,
        timeout_s: float = PIECE_S,
    ) -> Reply | Failure:
        said = await self._client.send(method, path, content, headers or {}, timeout_s)
        if isinstance(said, Reply) and said.status in (429, 503):
            return Failure(Trouble.BUSY, str(said.status), 1.0)
        return said

    async def _asked(self, expected: type[T], method: str, path: str, content: bytes | None = None) -> T | No:
        said = await self._client.send(method, path, content, {}, PIECE_S)
        return No(said.trouble.value) if isinstance(said, Failure) else _read(said, expected)

    async def _offset(self, sha256: str, total: int) -> int | No | Failure:
        said = await self._sent("HEAD", FILES + sha256)
        if isinstance(said, Failure):
            return said if said.trouble in AGAIN else No(said.trouble.value)
        if said.status == 200:
            return total
        if said.status != 404 or OFFSET.lower() not in said.headers:
            return No("not_administrator" if said.status == 403 else "signed_out")
        offset = int(said.headers[OFFSET.lower()])
        return offset if offset < total else 0  # a whole one would be there

    async def _piece(self, sha256: str, body: bytes, first: int, total: int) -> int | No | Failure:
        span = f"bytes {first}-{first + len(body) - 1}/{total}"
        said = await self._sent("PUT", FILES + sha256, body, {"Content-Range": span})
        if isinstance(said, Failure):
            return said if said.trouble in AGAIN else No(said.trouble.value)
        if said.status == 409:
            return Failure(Trouble.BUSY, "gap")  # asked anew how much is there
        return first + len(body) if said.status in (201, 202) else _no(said)


def _read(said: Reply, expected: type[T]) -> T | No:
    if not 200 <= said.status < 300:
        return _no(said)
    try:
        return msgspec.json.decode(said.body, type=expected)
    except msgspec.DecodeError:
        return No(Trouble.GARBAGE.value)


def _no(said: Reply) -> No:
    try:
        wrong = msgspec.json.decode(said.body, type=Wrong)
    except msgspec.DecodeError:
        wrong = Wrong()
    return No(wrong.code or Trouble.FAILED.value, wrong.values)


async def _pause(failures: int, failure: Failure) -> None:
    most_s = min(PAUSE_S * 2.0 ** min(failures - 1, 8), PAUSE_MOST_S)
    await asyncio.sleep(max(most_s * (0.5 + random.random() / 2), failure.wait_s))
