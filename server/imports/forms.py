"""Forms of dates and times, in the directives of strptime that files need, read as a whole and strictly.

`%m` takes one digit or two, but two where it stands against another directive, so that 2011111 is no day. `%p` knows
上午 and 下午 too. A directive that is not here is a fault of the profile.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

Longs = NDArray[np.int64]
NONE = int(np.iinfo(np.int64).min)
MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
LONG_MONTHS = "january february march april may june july august september october november december".split()
PARTS = {
    "Y": r"\d{4}", "y": r"\d{2}", "m": r"\d{1,2}", "d": r"\d{1,2}", "H": r"\d{1,2}", "I": r"\d{1,2}",
    "M": r"\d{1,2}", "S": r"\d{1,2}", "f": r"\d{1,9}", "p": r"am|pm|a\.m\.|p\.m\.|上午|下午",
    "b": "|".join(MONTHS), "B": "|".join(LONG_MONTHS), "z": r"Z|[+-]\d{2}:?\d{2}(?::?\d{2})?|[+-]\d{2}",
}  # fmt: skip
FIXED = {"Y": 4, "y": 2, "m": 2, "d": 2, "H": 2, "M": 2, "S": 2}
DIGITAL = frozenset("YymdHIMSf")
OF_TIME = frozenset("HIMSfp")
LIMITS = {"m": (1, 12), "d": (1, 31), "H": (0, 23), "I": (1, 12), "M": (0, 59), "S": (0, 60)}
SECOND_MS, MINUTE_MS, HOUR_MS, DAY_MS = 1_000, 60_000, 3_600_000, 86_400_000


class UnknownForm(ValueError):
    """A form with a directive that is not read, or without a day."""


class Form(msgspec.Struct, frozen=True):
    """A form, ready to be tried on values."""

    pattern: re.Pattern[str]
    parts: tuple[str, ...]
    # Where every part has digits in fixed places: how many, and what stands before, between and after them.
    widths: dict[str, int] = {}
    between: tuple[str, ...] = ()

    @property
    def has_time(self) -> bool:
        return not OF_TIME.isdisjoint(self.parts)

    @property
    def has_zone(self) -> bool:
        return "z" in self.parts


@lru_cache(maxsize=256)
def form_of(text: str) -> Form:
    """The form that is written so; raises UnknownForm."""
    pieces = re.findall(r"%.?|\s+|[^%\s]+", text)
    parts: list[str] = []
    out: list[str] = []
    for index, piece in enumerate(pieces):
        if not piece.startswith("%"):
            out.append(r"\s+" if piece.isspace() else re.escape(piece))
            continue
        if piece == "%%":
            out.append("%")
            continue
        if piece[1:] not in PARTS or piece[1:] in parts:
            raise UnknownForm(piece)
        told = PARTS[piece[1:]]
        follows, before = pieces[index + 1 : index + 2], pieces[max(0, index - 1) : index]
        if {one[1:] for one in (*follows, *before) if one.startswith("%")} & DIGITAL:
            told = told.replace(r"\d{1,2}", r"\d{2}")
        parts.append(piece[1:])
        out.append(f"({told})")
    if not {"Y", "y"} & set(parts):
        raise UnknownForm(text)
    pattern = re.compile("".join(out), re.IGNORECASE | re.ASCII)
    if not set(parts) <= set(FIXED):
        return Form(pattern, tuple(parts))
    between = tuple(one.replace("%%", "%") for one in re.split(r"%[YymdHMS]", text))
    return Form(pattern, tuple(parts), {part: FIXED[part] for part in parts}, between)


def read_form(values: Sequence[str], form: Form) -> Longs:
    """Milliseconds since 1970 of the wall clock (of UTC, where the form has a zone); NONE where it does not fit."""
    if not form.widths:
        return _one_by_one(values, form)
    out = _all_at_once(values, form)
    left = np.flatnonzero(out == NONE)
    if len(left):
        out[left] = _one_by_one([values[int(index)] for index in left], form)
    return out


def _all_at_once(values: Sequence[str], form: Form) -> Longs:
    """Values that are digits in fixed places, as most files have them, by columns of bytes."""
    width = sum(form.widths.values()) + len("".join(form.between))
    out = np.full(len(values), NONE, dtype=np.int64)
    lengths = np.fromiter(map(len, values), dtype=np.int64, count=len(values))
    at = np.flatnonzero(lengths == width)
    if not len(at):
        return out
    written = np.array(values, dtype=object)[at].astype(f"U{width}")
    digits = written.view(np.uint32).reshape(len(at), width).astype(np.int64) - ord("0")
    ok = np.ones(len(at), dtype=bool)
    numbers: dict[str, Longs] = {}
    place = 0
    for part, literal in zip((*form.parts, ""), form.between, strict=True):
        for char in literal:
            ok &= digits[:, place] == ord(char) - ord("0")
            place += 1
        if part:
            block = digits[:, place : place + form.widths[part]]
            ok &= ((block >= 0) & (block <= 9)).all(axis=1)
            numbers[part] = block @ (10 ** np.arange(form.widths[part] - 1, -1, -1))
            place += form.widths[part]
    out[at[ok]] = _stamps({part: column[ok] for part, column in numbers.items()}, int(ok.sum()))
    return out


def _one_by_one(values: Sequence[str], form: Form) -> Longs:
    found = [form.pattern.fullmatch(value) for value in values]
    out = np.full(len(found), NONE, dtype=np.int64)
    at = [index for index, one in enumerate(found) if one is not None]
    if not at:
        return out
    columns = dict(
        zip(form.parts, zip(*(found[index].groups() for index in at), strict=True), strict=True)  # type: ignore[union-attr]
    )
    numbers = {part: _numbers(part, column) for part, column in columns.items()}
    out[at] = _stamps(numbers, len(at))
    return out


def _stamps(numbers: dict[str, Longs], count: int) -> Longs:
    """NONE where the numbers are no day or no time of day."""
    ok = np.ones(count, dtype=bool)
    for part, (low, high) in LIMITS.items():
        if part in numbers:
            ok &= (numbers[part] >= low) & (numbers[part] <= high)
    days, is_day = _days(numbers, count)
    ok &= is_day
    return np.where(ok, days * DAY_MS + _of_day(numbers) - numbers.get("z", np.int64(0)), NONE)


def _numbers(part: str, column: tuple[str, ...]) -> Longs:
    match part:
        case "b" | "B":
            names = MONTHS if part == "b" else LONG_MONTHS
            told = [names.index(one.lower()) + 1 for one in column]
        case "p":
            told = [int(one.lower().startswith(("p", "下"))) for one in column]
        case "f":
            told = [int(one.ljust(3, "0")[:3]) for one in column]
        case "z":
            told = [_zone_ms(one) for one in column]
        case _:
            told = list(map(int, column))
    return np.array(told, dtype=np.int64)


def _zone_ms(text: str) -> int:
    if text in "Zz":
        return 0
    digits = text[1:].replace(":", "").ljust(6, "0")
    size = int(digits[:2]) * HOUR_MS + int(digits[2:4]) * MINUTE_MS + int(digits[4:6]) * SECOND_MS
    return -size if text[0] == "-" else size


def _days(numbers: dict[str, Longs], count: int) -> tuple[Longs, NDArray[np.bool_]]:
    """Days since 1970, and which are days of the calendar."""
    one = np.ones(count, dtype=np.int64)
    if "Y" in numbers:
        year = numbers["Y"]
    else:
        # As strptime: 69 to 99 are of the last century.
        year = numbers["y"] + np.where(numbers["y"] >= 69, 1900, 2000)
    month = next((numbers[part] for part in ("m", "b", "B") if part in numbers), one)
    day = numbers.get("d", one)
    months = (year - 1970) * 12 + month - 1
    first = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    after = (months + 1).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    return first + day - 1, (day <= after - first) & (year >= 1)


def _of_day(numbers: dict[str, Longs]) -> Longs:
    zero = np.int64(0)
    hour: Any = numbers.get("H", zero)
    if "I" in numbers and "H" not in numbers:
        hour = numbers["I"] % 12 + 12 * numbers.get("p", zero)
    told: Longs = np.asarray(
        hour * HOUR_MS + numbers.get("M", zero) * MINUTE_MS + numbers.get("S", zero) * SECOND_MS
        + numbers.get("f", zero)
    )  # fmt: skip
    return told
