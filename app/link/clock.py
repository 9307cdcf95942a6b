"""The centre's time at a seat: measured by the heartbeat, carried on by a clock that nobody can set.

Promises: between two heartbeats it runs like the monotonic clock, whatever happens to the seat's own date; before
the first one it is the seat's date corrected by what was measured last time, and never earlier than the last time
known of the centre. Reading it is safe from any thread.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from statistics import median

SAMPLES = 9
SLOW_MS = (
    1_500  # a heartbeat that took longer says little about the time; used only while there is nothing better
)


def wall_ms() -> int:
    """The seat's own date."""
    return time.time_ns() // 1_000_000


def steady_ms() -> float:
    """Milliseconds that only ever go forward, through a suspended machine's sleep where the system tells it."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime_ns(time.CLOCK_BOOTTIME) / 1e6
    return time.monotonic_ns() / 1e6


class SeatClock:
    """`offset_ms` is the centre's time minus the seat's date at the start of the program."""

    def __init__(
        self,
        offset_ms: int = 0,
        floor_ms: int = 0,
        wall: Callable[[], int] = wall_ms,
        steady: Callable[[], float] = steady_ms,
    ) -> None:
        self._steady = steady
        self._began_wall_ms = wall()
        self._began_steady_ms = steady()
        self._samples: deque[float] = deque(maxlen=SAMPLES)
        self.offset_ms = max(offset_ms, floor_ms - self._began_wall_ms) if floor_ms else offset_ms

    def now_ms(self) -> int:
        """The centre's time as far as it is known."""
        return int(self._began_wall_ms + self._steady() - self._began_steady_ms) + self.offset_ms

    def steady_ms(self) -> float:
        """For spans; never a time of day."""
        return self._steady()

    @property
    def is_measured(self) -> bool:
        return bool(self._samples)

    def sample(self, centre_ms: int, sent_ms: float, received_ms: float) -> int:
        """A heartbeat's answer with `steady_ms` before and after; returns by how much the estimate moved."""
        if received_ms - sent_ms > SLOW_MS and self._samples:
            return 0
        middle_ms = (sent_ms + received_ms) / 2 - self._began_steady_ms
        self._samples.append(centre_ms - self._began_wall_ms - middle_ms)
        offset_ms = round(median(self._samples))
        moved_ms = offset_ms - self.offset_ms
        self.offset_ms = offset_ms
        return moved_ms
