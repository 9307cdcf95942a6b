"""What stands against a row, and where: each row is refused once, for the first thing that was found.

Promises: whatever is refused is counted under a code and can be told with its place in the file and the values behind
it; a row that nothing stands against enters. It decides nothing itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from server.imports.sheets import Sheet

Flags = NDArray[np.bool_]
FREE = -1
SHOWN_CHARS = 120  # of a value in a report


class Refused(msgspec.Struct, frozen=True):
    """A row that does not enter."""

    row: int
    place: str
    code: str
    values: dict[str, str] = {}


class Ground(msgspec.Struct, frozen=True):
    """One thing that rows were refused for. A value is one text for all of them, or a column."""

    code: str
    values: Mapping[str, Any]


class Sieve:
    """Rows that are still free, and what stands against the others."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        self._ground = np.full(sheet.rows, FREE, dtype=np.int32)
        self._grounds: list[Ground] = []
        for row, torn in sheet.torn.items():
            self.refuse_row(row, torn.code, **torn.values)

    @property
    def is_free(self) -> Flags:
        """Rows that nothing stands against so far."""
        free: Flags = self._ground == FREE
        return free

    def refuse(self, against: Flags, code: str, /, **values: Any) -> None:
        """`against` is a mask over all rows; those that are refused already keep their reason."""
        new = against & (self._ground == FREE)
        if new.any():
            self._ground[new] = len(self._grounds)
            self._grounds.append(Ground(code, values))

    def refuse_row(self, row: int, code: str, /, **values: Any) -> None:
        """One row, with values of its own."""
        if self._ground[row] == FREE:
            self._ground[row] = len(self._grounds)
            self._grounds.append(Ground(code, values))

    def place(self, row: int) -> str:
        """Where in the file a row stands."""
        return self._sheet.place_of_row(row)

    @property
    def count(self) -> int:
        return int(np.count_nonzero(self._ground != FREE))

    def reasons(self) -> dict[str, int]:
        """How many rows were refused for what, the most frequent first."""
        counts: dict[str, int] = {}
        numbers, times = np.unique(self._ground[self._ground != FREE], return_counts=True)
        for number, count in zip(numbers.tolist(), times.tolist(), strict=True):
            code = self._grounds[number].code
            counts[code] = counts.get(code, 0) + count
        return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))

    def refusals(self, most: int) -> Iterator[Refused]:
        """The refused rows in the order of the file, no more than `most` of each code."""
        shown: dict[str, int] = {}
        for row in np.flatnonzero(self._ground != FREE).tolist():
            ground = self._grounds[int(self._ground[row])]
            shown[ground.code] = shown.get(ground.code, 0) + 1
            if shown[ground.code] <= most:
                values = {name: _told(value, row) for name, value in ground.values.items()}
                yield Refused(row, self._sheet.place_of_row(row), ground.code, values)


def _told(value: Any, row: int) -> str:
    text = str(value[row]) if isinstance(value, np.ndarray) else str(value)
    return text if len(text) <= SHOWN_CHARS else text[: SHOWN_CHARS - 1] + "…"
