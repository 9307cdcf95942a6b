"""Whether the centre ended where the file says: open and closed, by the file's own types and by week, side by side.

The file's side is counted from the file alone, the centre's from its own rows, joined by the number at the source.
Rows that did not come to the centre are counted as what they are: refused by the checks, or by the centre. Pure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

NO_WEEK = "—"


class FileCase(msgspec.Struct, frozen=True):
    """A row of the file: its type there, when it was opened, whether it ended closed; `refused` says why not here."""

    uid: str
    type: str
    opened_ms: int
    is_closed: bool
    refused: str = ""


class CentreCase(msgspec.Struct, frozen=True):
    """The same at the centre."""

    told_ms: int
    is_closed: bool


class Line(msgspec.Struct):
    """One type, or one week: what the file has, what of it was refused, what the centre has."""

    name: str
    file_open: int = 0
    file_closed: int = 0
    refused_open: int = 0
    refused_closed: int = 0
    centre_open: int = 0
    centre_closed: int = 0

    @property
    def is_equal(self) -> bool:
        return (self.file_open, self.file_closed) == (
            self.centre_open + self.refused_open,
            self.centre_closed + self.refused_closed,
        )


class Tally(msgspec.Struct, frozen=True):
    """`reasons` counts the refused by code; `missing` are rows neither refused nor at the centre."""

    by_type: tuple[Line, ...]
    by_week: tuple[Line, ...]
    total: Line
    reasons: Mapping[str, int]
    missing: int
    strangers: int  # cases of the centre with a number that no row of the file has

    @property
    def is_equal(self) -> bool:
        return not self.missing and all(line.is_equal for line in (*self.by_type, *self.by_week, self.total))


def week_of(at_ms: int, zone: ZoneInfo) -> str:
    """The Monday of the week an instant lies in, as yyyy-MM-dd in the city's zone."""
    if not at_ms:
        return NO_WEEK
    day = datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(zone).date()
    return (day - timedelta(days=day.weekday())).isoformat()


def tally(file: Iterable[FileCase], centre: Mapping[str, CentreCase], zone: ZoneInfo) -> Tally:
    """Both sides. The centre's weeks are those of what it was told, its types those of the row with the same number."""
    types: dict[str, Line] = {}
    weeks: dict[str, Line] = {}
    total = Line("")
    reasons: Counter[str] = Counter()
    missing = 0
    known = set()
    for case in file:
        lines = (_line(types, case.type), _line(weeks, week_of(case.opened_ms, zone)), total)
        there = None if case.refused else centre.get(case.uid)
        for line in lines:
            _count(line, case)
        if case.refused:
            reasons[case.refused] += 1
        elif there is None:
            missing += 1
        else:
            known.add(case.uid)
            for line in (lines[0], _line(weeks, week_of(there.told_ms, zone)), total):
                if there.is_closed:
                    line.centre_closed += 1
                else:
                    line.centre_open += 1
    by_type = sorted(types.values(), key=lambda line: (-line.file_open - line.file_closed, line.name))
    by_week = sorted(weeks.values(), key=lambda line: line.name)
    return Tally(tuple(by_type), tuple(by_week), total, dict(reasons), missing, len(centre.keys() - known))


def _line(lines: dict[str, Line], name: str) -> Line:
    return lines.setdefault(name, Line(name))


def _count(line: Line, case: FileCase) -> None:
    if case.is_closed:
        line.file_closed += 1
        line.refused_closed += bool(case.refused)
    else:
        line.file_open += 1
        line.refused_open += bool(case.refused)


HEAD = ("", "file open", "closed", "refused", "centre open", "closed", "")
WIDTHS = (44, 10, 8, 8, 12, 8, 9)


def table(tally: Tally) -> Iterator[str]:
    """The comparison in lines for a person; what differs says so."""
    for title, lines in (("by type", tally.by_type), ("by week of opening", tally.by_week)):
        yield _row((title, *HEAD[1:]))
        for line in lines:
            yield _row(_cells(line))
    yield _row(("all", *HEAD[1:]))
    yield _row(_cells(tally.total))
    for code, count in sorted(tally.reasons.items(), key=lambda item: (-item[1], item[0])):
        yield f"refused, {code}: {count:,}"
    if tally.missing:
        yield f"neither refused nor at the centre: {tally.missing:,}"
    if tally.strangers:
        yield f"at the centre under a number that is not in the file: {tally.strangers:,}"


def _cells(line: Line) -> tuple[str, ...]:
    refused = line.refused_open + line.refused_closed
    figures = (line.file_open, line.file_closed, refused, line.centre_open, line.centre_closed)
    return (line.name, *(f"{figure:,}" for figure in figures), "" if line.is_equal else "DIFFERS")


def _row(cells: Iterable[str]) -> str:
    first, *others = cells
    shown = first if len(first) <= WIDTHS[0] else first[: WIDTHS[0] - 1] + "…"
    row = shown.ljust(WIDTHS[0]) + "".join(
        cell.rjust(width) for cell, width in zip(others, WIDTHS[1:], strict=True)
    )
    return row.rstrip()
