"""Server-sent events out of bytes: lines end with LF only, so that no sign inside a text ends one.

Promises the events in order, whole, whatever the pieces they come in; an event that grows beyond its bound is an
error, not a memory leak. It does not reconnect.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

EVENT_BYTES = 64 * 2**20  # a page holds whole commands, so its size has no small bound


class TooLong(Exception):
    """An event beyond the bound: the other side is not a centre."""


class ServerEvent(msgspec.Struct, frozen=True):
    """`name` is "" for an unnamed one. A comment is an event without name and body: a sign of life."""

    name: str
    body: bytes


class EventReader:
    """Takes bytes, gives events."""

    def __init__(self) -> None:
        self._rest = b""
        self._name = ""
        self._parts: list[bytes] = []
        self._size = 0

    def feed(self, piece: bytes) -> Iterator[ServerEvent]:
        """The events that end within this piece."""
        lines = (self._rest + piece).split(b"\n")
        self._rest = lines.pop()
        if self._size + len(self._rest) > EVENT_BYTES:
            raise TooLong(f"more than {EVENT_BYTES} bytes in one event")
        for line in lines:
            event = self._line(line.removesuffix(b"\r"))
            if event is not None:
                yield event

    def _line(self, line: bytes) -> ServerEvent | None:
        if not line:
            return self._end()
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if not field:
            return ServerEvent("", b"")
        if field == b"event":
            self._name = value.decode("utf-8", "replace")
        elif field == b"data":
            self._parts.append(value)
            self._size += len(value)
        return None

    def _end(self) -> ServerEvent | None:
        event = ServerEvent(self._name, b"\n".join(self._parts)) if self._parts else None
        self._name, self._parts, self._size = "", [], 0
        return event
