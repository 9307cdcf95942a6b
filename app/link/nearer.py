"""Which way to the present is the shorter one: the changes page by page, or a prebuilt file and the few after it.

Both costs are estimated in seconds from figures that are known before anything is fetched. Pure.
"""

from __future__ import annotations

import msgspec

LEAST_BEHIND = 1_000  # entries; two pages are fetched before a list of files could be asked for
LINE_BYTES_S = 10_000_000  # a hall's 100 Mbit/s, until this seat has measured its own line
# Measured with bench/firstsync on the generated city of full size, two cores under load; rounded to the worse side.
ENTRY_BYTES = 1_000  # an entry in a page on the line
ENTRY_S = 0.00004  # an entry, from the centre's tables into the seat's (10,000 into the cache: 0.3 s)
PAGE_S = 0.01  # a page's way there and back
PAGE_ENTRIES = 500
FILE_S = 1.5  # list, adoption, and the screens read 100,000 cases anew
UNPACK_BYTES_S = 60_000_000  # packed bytes


class Choice(msgspec.Struct, frozen=True):
    """Both costs in seconds."""

    changes_s: float
    file_s: float

    @property
    def is_file_nearer(self) -> bool:
        return self.file_s < self.changes_s


def changes_s(entries: int, line_bytes_s: float) -> float:
    """What it takes to fetch and apply so many entries."""
    pages = -(-entries // PAGE_ENTRIES)
    return entries * (ENTRY_BYTES / line_bytes_s + ENTRY_S) + pages * PAGE_S


def choice(behind: int, lag: int, file_bytes: int, line_bytes_s: float) -> Choice:
    """`behind` entries to the head from here; `lag` from the file, which has `file_bytes` packed."""
    line = max(line_bytes_s, 1.0)
    file_s = FILE_S + max(file_bytes / line, file_bytes / UNPACK_BYTES_S) + changes_s(lag, line)
    return Choice(changes_s(behind, line), file_s)
