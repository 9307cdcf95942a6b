"""How far the files of the centre have come, told truthfully: bytes done of bytes wanted, and how quick the line is.

One errand is everything that was wanted from one idle moment to the next, so that the whole of it never shrinks
while it is under way. Times are the steady clock's. It fetches nothing.
"""

from __future__ import annotations

from collections import deque

from app.link.view import Coming, Fetching

WINDOW_MS = 4_000  # the rate is that of the last seconds


class Errand:
    """What is wanted and how far it is; used on the engine's thread."""

    def __init__(self) -> None:
        self._wanted: dict[str, Fetching] = {}
        self._marks: deque[tuple[float, int]] = deque()
        self.fetched_bytes = 0

    def note(self, dataset: str, done: int, total: int, coming: Coming, now_ms: float) -> None:
        """Where a file is."""
        before = self._wanted.get(dataset)
        self._wanted[dataset] = Fetching(dataset, done, total, coming)
        if coming is Coming.COMES:
            grown = done - before.done if before and before.coming is Coming.COMES else 0
            if grown > 0:
                self._marks.append((now_ms, grown))

    def end(self, dataset: str, has_come: bool) -> None:
        """It is there, or no longer wanted."""
        gone = self._wanted.pop(dataset, None)
        if gone is not None and has_come and gone.coming is not Coming.IS_READ_IN:
            self.fetched_bytes += gone.total
        if all(each.coming is Coming.STOPPED for each in self._wanted.values()):
            self.fetched_bytes = 0
            self._marks.clear()

    def get(self, dataset: str) -> Fetching | None:
        return self._wanted.get(dataset)

    def rate(self, now_ms: float) -> int:
        """Bytes a second over the last seconds."""
        while self._marks and self._marks[0][0] < now_ms - WINDOW_MS:
            self._marks.popleft()
        if len(self._marks) < 2:
            return 0
        span_ms = max(now_ms - self._marks[0][0], 1.0)
        # The first mark's bytes came before the span began.
        return round(sum(size for _, size in list(self._marks)[1:]) * 1000 / span_ms)

    def shown(self, now_ms: float) -> tuple[Fetching, ...]:
        """Everything that is wanted and not there, in the order in which it was asked for."""
        rate = self.rate(now_ms)
        return tuple(
            Fetching(one.dataset, one.done, one.total, one.coming, rate if one.coming is Coming.COMES else 0)
            for one in self._wanted.values()
        )
