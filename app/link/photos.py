"""Photos on demand: a list of wishes, the newest first, fetched a few at a time while the centre can be reached.

Promises: a wish is fetched once, however often it is wished; what the centre has not got is not asked for again for a
while; without the centre the wishes wait, and the oldest of too many are forgotten (whoever shows the picture wishes
again). It decides nothing and shows nothing; it never holds up the rest of the link.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict

import structlog

from app.cache.disk import DiskFailed, DiskFull
from app.cache.photos import NotThatPhoto, PhotoCache, is_name
from app.link.client import CentreClient
from app.link.core import Core
from app.link.wire import Failure, Trouble
from casework.limits import PHOTO_WISHES

_LOG = structlog.get_logger("photos")
AT_ONCE = 3
ABSENT_MS = 15_000  # before something the centre has not got is asked for again
# What trying again at once cannot mend.
IN_VAIN = frozenset({Trouble.NOT_FOUND, Trouble.GARBAGE, Trouble.DISK, Trouble.FAILED})


class PhotoFetch:
    """The wishes of one log-in. Of the engine's thread only."""

    def __init__(
        self, core: Core, client: CentreClient, cache: PhotoCache, retry_s: float, retry_most_s: float
    ) -> None:
        self._core = core
        self._client = client
        self._cache = cache
        self._retry_s = retry_s
        self._retry_most_s = retry_most_s
        self._wishes: OrderedDict[str, None] = OrderedDict()  # the newest last
        self._busy: set[str] = set()
        self._absent: OrderedDict[str, float] = OrderedDict()  # until when it is not asked for
        self._wished = asyncio.Event()

    def want(self, sha256: str) -> None:
        """Fetch it, before whatever was wished earlier."""
        until_ms = self._absent.get(sha256, 0.0)
        if not is_name(sha256) or sha256 in self._busy or until_ms > self._core.clock.steady_ms():
            return
        self._wishes[sha256] = None
        self._wishes.move_to_end(sha256)
        if len(self._wishes) > PHOTO_WISHES:
            self._wishes.popitem(last=False)
        self._wished.set()

    async def fetch_photos(self) -> None:
        """Goes on until it is cancelled."""
        async with asyncio.TaskGroup() as group:
            for _ in range(AT_ONCE):
                group.create_task(self._fetch_on())

    async def _fetch_on(self) -> None:
        failures = 0
        while True:
            await self._wished.wait()
            if not self._wishes:
                self._wished.clear()
                continue
            if not self._client.has_token or not self._core.side.is_connected:
                await asyncio.sleep(self._retry_s)
                continue
            sha256, _ = self._wishes.popitem()
            if self._cache.has(sha256):  # wished again while a first try was waiting
                self._core.note_photo(sha256)
                continue
            failure = await self._fetch(sha256)
            if failure is None or failure.trouble in IN_VAIN:
                failures = 0
                continue
            failures += 1
            wait_s = min(self._retry_s * 2 ** min(failures, 8), self._retry_most_s)
            await asyncio.sleep(max(wait_s, failure.wait_s))
            self._wishes.setdefault(sha256, None)
            self._wished.set()

    async def _fetch(self, sha256: str) -> Failure | None:
        self._busy.add(sha256)
        try:
            found = await self._client.photo(sha256)
            if isinstance(found, Failure):
                failure: Failure | None = found
            else:
                failure = await asyncio.to_thread(self._keep, sha256, found)
        finally:
            self._busy.discard(sha256)
        if failure is None:
            self._core.note_photo(sha256)
            return None
        _LOG.info("photo_failed", trouble=failure.trouble, detail=failure.detail)
        if failure.trouble in IN_VAIN:
            self._absent[sha256] = self._core.clock.steady_ms() + ABSENT_MS
            self._absent.move_to_end(sha256)
            while len(self._absent) > PHOTO_WISHES:
                self._absent.popitem(last=False)
        return failure

    def _keep(self, sha256: str, body: bytes) -> Failure | None:
        """On a worker's thread."""
        try:
            self._cache.put(sha256, body)
        except NotThatPhoto:
            return Failure(Trouble.GARBAGE, "a photo is not what its hash says")
        except (DiskFull, DiskFailed) as error:
            return Failure(Trouble.DISK, type(error).__name__)
        return None
