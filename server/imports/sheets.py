"""A file as columns of text: what reading gives, and what reading refuses.

Text stays text: an id of seventeen digits, a leading zero, a grid code of fifteen digits are what stands in the file.
A number of a file that has numbers is given as its text. Row k of a sheet is the k-th row of the file, also where its
geometry cannot be built; nothing is dropped here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

Column = NDArray[np.object_]  # of str
Shapes = NDArray[np.object_]  # of shapely geometries or None
Values = Mapping[str, str]


class Unreadable(Exception):
    """The file as a whole cannot be read; nothing of it enters. Codes are worded in server.imports.words."""

    def __init__(self, code: str, **values: object) -> None:
        self.code = code
        self.values: dict[str, str] = {name: str(value) for name, value in values.items()}
        told = ", ".join(f"{name} {value}" for name, value in self.values.items())
        super().__init__(f"{code} ({told})" if told else code)


class Remark(msgspec.Struct, frozen=True):
    """Something that had to be decided while reading, or that a person should know."""

    code: str
    values: dict[str, str] = {}


def remark(code: str, **values: object) -> Remark:
    """A remark; its values as text."""
    return Remark(code, {name: str(value) for name, value in values.items()})


class Header(msgspec.Struct, frozen=True):
    """A column as it is called here, and as the file calls it."""

    name: str  # unique: a second `x` is `x (2)`, one without a name is `column 7`
    found: str


class Sheet(msgspec.Struct, kw_only=True):
    """A file, read. Every column and `shapes` have `rows` elements."""

    columns: dict[str, Column]
    headers: tuple[Header, ...]
    rows: int
    # How a row is found again in the file: "line 17", "feature 12", "row 5 of 2023".
    place_kind: str  # line | row | feature | record
    place_numbers: NDArray[np.int64]
    place_sheet: str = ""
    shapes: Shapes | None = None
    broken: dict[int, str] = {}  # rows whose geometry cannot be built, and why
    torn: dict[int, Remark] = {}  # rows that are not what the header says: too few fields, too many, cut
    crs: str = ""  # as pyproj reads it; "" = the file does not say
    encoding: str = ""
    format: str = ""
    sha256: str = (
        ""  # of the file as handed in (of its parts, one after the other, for a shapefile in a folder)
    )
    size_bytes: int = 0
    member: str = ""  # read from inside a zip
    layer: str = ""  # layer, sheet or object; the file's own name where its format has none
    remarks: tuple[Remark, ...] = ()

    def place_of_row(self, row: int) -> str:
        """Where a person finds the row: "line 17", "feature 12", "row 5 of sheet 2023"."""
        told = f"{self.place_kind} {self.place_numbers[row]}"
        return f"{told} of sheet {self.place_sheet}" if self.place_sheet else told

    def column(self, name: str) -> Column:
        """A column by its name; the profile was checked against the headers, so it is there."""
        return self.columns[name]


def texts(values: Sequence[Any] | Column) -> Column:
    """A column of these texts."""
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column


def lawful_headers(found: Sequence[str]) -> tuple[tuple[Header, ...], list[Remark]]:
    """Unique names for what the file calls its columns, and what had to be renamed."""
    taken: set[str] = set(found)
    seen: set[str] = set()
    headers: list[Header] = []
    remarks: list[Remark] = []
    for index, raw in enumerate(found):
        name = raw.strip()
        if not name:
            name = f"column {index + 1}"
            remarks.append(remark("header_without_name", column=index + 1, name=name))
        if name in seen:
            again = 2
            while f"{name} ({again})" in seen or f"{name} ({again})" in taken:
                again += 1
            remarks.append(remark("duplicate_header", column=index + 1, found=raw, name=f"{name} ({again})"))
            name = f"{name} ({again})"
        seen.add(name)
        headers.append(Header(name, raw))
    return tuple(headers), remarks
