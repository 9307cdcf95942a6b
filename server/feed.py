"""Changes going down: one ring of encoded pages per channel set, any number of connections reading from it.

A connection holds only its cursor and waits for one shared event. Promises: pages of a stream follow each other
without gap or overlap, a command is never split, an empty page still moves the cursor. Who is further behind than
the ring reads from the store until it has caught up.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Sequence

import msgspec
import structlog

from casework.entity import CITY_CHANNEL
from casework.limits import PAGE_ENTRIES
from casework.sync.messages import Entry, Page, encode
from server.limits import HEARTBEAT_MS, IDLE_ADVANCE_MS, RING_BYTES, RING_IDLE_MS, RING_PAGES, TICK_MS
from server.presence import Presence
from server.store import Logged, Store, Unavailable

_LOG = structlog.get_logger("feed")
TAIL_ENTRIES = 1000
PRESENCE_EVENTS = 100
HEARTBEAT = b": \n\n"
FRAMES_AT_ONCE = 16


class Frame(msgspec.Struct, frozen=True):
    """One page, encoded once for everybody."""

    prev: int
    next: int
    event: bytes


def event_of(page: Page) -> bytes:
    """A page as a server-sent event."""
    return b"id: %d\ndata: %b\n\n" % (page.next, encode(page))


class Ring:
    """The newest pages of one channel set. `head` is where the next page begins."""

    def __init__(self, channels: frozenset[str], head: int, now_ms: int) -> None:
        self.channels = channels
        self.head = head
        self.seen = head  # entries up to here have been looked at
        self.used_ms = now_ms
        self.readers = 0
        self._moved_ms = now_ms
        self._frames: deque[Frame] = deque()
        self._by_prev: dict[int, Frame] = {}
        self._bytes = 0

    def take(self, logged: Sequence[Logged], epoch: int, now_ms: int) -> None:
        """New entries of the ledger, whole commands."""
        head = logged[-1].seq
        part: list[Entry] = []
        for index, one in enumerate(logged):
            entry = one.entry_for(self.channels)
            if entry is not None:
                part.append(entry)
            is_end = index + 1 == len(logged) or logged[index + 1].command != one.command
            if is_end and len(part) >= PAGE_ENTRIES:
                self._add(Page(epoch, self.head, one.seq, head, tuple(part), now_ms))
                part = []
        self.seen = head
        if part:
            self._add(Page(epoch, self.head, head, head, tuple(part), now_ms))

    def advance(self, epoch: int, now_ms: int) -> None:
        """Move the cursors over entries that are none of theirs, but not with every one of them."""
        if self.seen != self.head and now_ms - self._moved_ms >= IDLE_ADVANCE_MS:
            self._add(Page(epoch, self.head, self.seen, self.seen, (), now_ms))

    def after(self, cursor: int) -> list[Frame]:
        """The pages that follow `cursor` exactly."""
        found: list[Frame] = []
        while len(found) < FRAMES_AT_ONCE and (frame := self._by_prev.get(cursor)) is not None:
            found.append(frame)
            cursor = frame.next
        return found

    def _add(self, page: Page) -> None:
        frame = Frame(page.prev, page.next, event_of(page))
        self._frames.append(frame)
        self._by_prev[frame.prev] = frame
        self._bytes += len(frame.event)
        while len(self._frames) > RING_PAGES or (self._bytes > RING_BYTES and len(self._frames) > 1):
            oldest = self._frames.popleft()
            del self._by_prev[oldest.prev]
            self._bytes -= len(oldest.event)
        self.head = self.seen = page.next
        self._moved_ms = page.centre_ms


class Hub:
    """Follows the store's head and wakes whoever waits. `clock` gives ms UTC."""

    def __init__(self, store: Store, clock: Callable[[], int]) -> None:
        self._store = store
        self._clock = clock
        self.presence = Presence(clock, self.poke)
        self.is_stopping = False
        self._head = store.head
        self._rings: dict[frozenset[str], Ring] = {}
        self._news = asyncio.Event()
        self._poked = asyncio.Event()
        self._beats = 0
        self._present: deque[bytes] = deque(maxlen=PRESENCE_EVENTS)
        self._present_no = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._behind = False

    async def run(self) -> None:
        """Publish until stopped: at once after a quiet moment, at most once per tick under load."""
        self._loop = asyncio.get_running_loop()
        self._store.on_commit(self._committed)
        self._poked.set()
        beat_ms = self._clock()
        while not self.is_stopping:
            timeout_ms = IDLE_ADVANCE_MS if self._behind else HEARTBEAT_MS
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._poked.wait(), timeout_ms / 1000)
            self._poked.clear()
            try:
                is_new = await self._publish()
            except Unavailable as error:
                _LOG.warning("publish_failed", code=error.code)
                self._behind, is_new = True, False
            if self._clock() - beat_ms >= HEARTBEAT_MS or self._clock() < beat_ms:
                beat_ms = self._clock()
                self._beats += 1
                self._tidy(beat_ms)
                is_new = True
            if is_new:
                self._wake()
                await asyncio.sleep(TICK_MS / 1000)

    def poke(self) -> None:
        """There is something to tell (from the event loop's own thread)."""
        self._poked.set()

    def stop(self) -> None:
        """End every stream."""
        self.is_stopping = True
        self._poked.set()
        self._wake()

    async def follow(
        self, channels: frozenset[str], cursor: int, is_entitled: Callable[[], bool]
    ) -> AsyncIterator[bytes]:
        """Server-sent events from `cursor` on, until the log-in ends or the channels are others."""
        ring = self._ring(channels)
        ring.readers += 1
        is_hall = CITY_CHANNEL in channels
        present_no, beats = self._present_no, self._beats
        try:
            if is_hall:
                yield _presence_event(encode(self.presence.everybody()))
            while not self.is_stopping and is_entitled():
                news = self._news
                frames = ring.after(cursor)
                parts = [frame.event for frame in frames]
                if frames:
                    cursor = frames[-1].next
                elif cursor < ring.head:
                    page = await self._store.page(channels, cursor, PAGE_ENTRIES, ring.head)
                    parts, cursor = [event_of(page)], page.next
                if is_hall and present_no != self._present_no:
                    parts.extend(self._presence_since(present_no))
                    present_no = self._present_no
                if not parts and beats != self._beats:
                    parts.append(HEARTBEAT)
                beats = self._beats
                if parts:
                    yield b"".join(parts)
                else:
                    await news.wait()
        except Unavailable as error:
            # The seat comes back with its cursor; ending the stream is the honest answer.
            _LOG.warning("stream_ended", code=error.code)
        finally:
            ring.readers -= 1
            ring.used_ms = self._clock()

    async def page(self, channels: frozenset[str], after: int, limit: int, wait_ms: int) -> Page:
        """One page; with `wait_ms` it waits for something to say."""
        started_ms = self._clock()
        while True:
            news = self._news
            page = await self._store.page(channels, after, limit)
            waited_ms = self._clock() - started_ms
            has_moved = page.next > after and waited_ms >= IDLE_ADVANCE_MS
            if page.entries or has_moved or waited_ms >= wait_ms or self.is_stopping:
                return page
            left_ms = min(wait_ms - waited_ms, IDLE_ADVANCE_MS if page.next > after else wait_ms)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(news.wait(), left_ms / 1000)

    def _committed(self) -> None:
        """From the writer's thread."""
        assert self._loop is not None
        try:
            self._loop.call_soon_threadsafe(self._poked.set)
        except RuntimeError:
            _LOG.info("nobody_listens")

    async def _publish(self) -> bool:
        """Put what is new into every ring; true if somebody has something to read."""
        is_new = False
        now_ms = self._clock()
        while self._head < self._store.head:
            logged = await self._store.tail(self._head, TAIL_ENTRIES)
            if not logged:
                break
            for ring in self._rings.values():
                ring.take(logged, self._store.epoch, now_ms)
            self._head = logged[-1].seq
            is_new = True
        for ring in self._rings.values():
            before = ring.head
            ring.advance(self._store.epoch, now_ms)
            is_new = is_new or ring.head != before
        self._behind = any(ring.seen != ring.head for ring in self._rings.values())
        changes = self.presence.take_changes()
        if changes is not None:
            self._present.append(_presence_event(encode(changes)))
            self._present_no += 1
            is_new = True
        return is_new

    def _presence_since(self, number: int) -> Iterable[bytes]:
        missed = self._present_no - number
        if missed > len(self._present):
            return [_presence_event(encode(self.presence.everybody()))]
        return list(self._present)[-missed:]

    def _ring(self, channels: frozenset[str]) -> Ring:
        ring = self._rings.get(channels)
        if ring is None:
            ring = self._rings[channels] = Ring(channels, self._head, self._clock())
        return ring

    def _tidy(self, now_ms: int) -> None:
        self.presence.expire()
        for channels, ring in list(self._rings.items()):
            if not ring.readers and now_ms - ring.used_ms > RING_IDLE_MS:
                del self._rings[channels]

    def _wake(self) -> None:
        news, self._news = self._news, asyncio.Event()
        news.set()


def _presence_event(body: bytes) -> bytes:
    return b"event: presence\ndata: %b\n\n" % body
