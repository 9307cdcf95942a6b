"""A sheet of an .xlsx workbook as columns of text.

A cell is what it holds: text as it is, a whole number with all its digits (and the zeros its format puts in front), a
day as a day. Formulas are never calculated: the value the last program left is taken and said; where there is none the
cell is empty, and that is said too. The packing and the XML are looked at before a library opens them.
"""

from __future__ import annotations

import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from xml.parsers import expat

import numpy as np

from server.imports.formats import check_growth, zip_members
from server.imports.limits import Limits
from server.imports.profile import Source
from server.imports.sheets import Remark, Sheet, Unreadable, lawful_headers, remark, texts

ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!"})
EXACT = 10**15  # beyond, Excel itself has put zeros for the last digits
FEED_BYTES = 65_536
FORMULA = re.compile(rb"<(\w+:)?f[ >/]")


class Seen:
    """What was noticed on the way through the cells, first place and count."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}
        self.first: dict[str, str] = {}

    def note(self, code: str, place: str) -> None:
        self.counts[code] = self.counts.get(code, 0) + 1
        self.first.setdefault(code, place)

    def remarks(self) -> list[Remark]:
        return [
            remark(code, cells=count, first=self.first[code]) for code, count in sorted(self.counts.items())
        ]


def read(path: Path, source: Source, limits: Limits) -> Sheet:
    """The sheet that is named, or the first; raises Unreadable."""
    import openpyxl

    has_formulas = _look_inside(path, limits)
    try:
        with warnings.catch_warnings():
            # Of styles and drawings that nobody reads here.
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
            try:
                page, remarks = _page(book, source.layer)
                seen = Seen()
                rows, numbers = _rows(page, seen, limits)
                if has_formulas:
                    _find_formulas(path, page.title, rows, numbers, seen)
            finally:
                book.close()
    except Unreadable:
        raise
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise Unreadable("cut", format="xlsx") from error
    except Exception as error:  # what a library makes of a broken workbook is any exception there is
        raise Unreadable("broken_workbook", why=f"{type(error).__name__}: {error}"[:200]) from error
    return _sheet(rows, numbers, page.title, [*remarks, *seen.remarks()], limits)


def _look_inside(path: Path, limits: Limits) -> bool:
    """Sizes, and no document types in the XML (entities are declared there); answers whether a formula is in it."""
    has_formulas = False
    try:
        with zipfile.ZipFile(path) as archive:
            infos = zip_members(archive, limits)
            for info in infos:
                check_growth(info, limits)
            whole = sum(info.file_size for info in infos)
            if whole > limits.workbook_bytes:
                raise Unreadable("zip_bomb", member=path.name, bytes=whole, packed=path.stat().st_size,
                                 limit=limits.workbook_bytes)  # fmt: skip
            for info in infos:
                if info.filename.endswith((".xml", ".rels")):
                    _refuse_doctype(archive, info)
                if info.filename.startswith("xl/worksheets/"):
                    has_formulas |= _holds_formula(archive, info)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise Unreadable("cut", format="xlsx") from error
    return has_formulas


class _Begun(Exception):
    """The root element: no document type can follow."""


def _refuse_doctype(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> None:
    parser = expat.ParserCreate()

    def doctype(*_: object) -> None:
        raise Unreadable("xml_entities", member=info.filename)

    def begun(*_: object) -> None:
        raise _Begun

    parser.StartDoctypeDeclHandler = doctype
    parser.StartElementHandler = begun
    try:
        with archive.open(info) as file:
            while chunk := file.read(FEED_BYTES):
                parser.Parse(chunk, False)
    except _Begun:
        return
    except expat.ExpatError as error:
        raise Unreadable("broken_workbook", why=f"{info.filename}: {error}") from error


def _holds_formula(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bool:
    tail = b""
    with archive.open(info) as file:
        while chunk := file.read(1 << 20):
            if FORMULA.search(tail + chunk):
                return True
            tail = chunk[-16:]
    return False


def _page(book: Any, wanted: str) -> tuple[Any, list[Remark]]:
    pages = {page.title: page for page in book.worksheets}
    if not pages:
        raise Unreadable("no_such_layer", layer=wanted, layers="")
    if wanted:
        if wanted not in pages:
            raise Unreadable("no_such_layer", layer=wanted, layers=", ".join(pages)[:500])
        return pages[wanted], []
    first = next((page for page in pages.values() if page.sheet_state == "visible"), book.worksheets[0])
    others = [title for title in pages if title != first.title]
    told = [remark("other_layers", taken=first.title, others=", ".join(others)[:500])] if others else []
    return first, told


def _rows(page: Any, seen: Seen, limits: Limits) -> tuple[list[list[str]], list[int]]:
    """Rows that hold anything, as text, and their numbers."""
    page.reset_dimensions()  # what a workbook says of its size is often wrong
    rows: list[list[str]] = []
    numbers: list[int] = []
    cells_read = 0
    for number, cells in enumerate(page.iter_rows(), start=1):
        if number > limits.rows:
            raise Unreadable("too_many_rows", limit=limits.rows)
        cells_read += len(cells)  # empty ones far to the right take their time too
        if cells_read > limits.cells:
            raise Unreadable("too_many_cells", limit=limits.cells)
        if not cells:
            continue
        told = ["" if cell.value is None else _text(cell, seen) for cell in cells]
        while told and not told[-1]:
            told.pop()
        if len(told) > limits.columns:
            raise Unreadable("too_many_columns", columns=len(told), limit=limits.columns)
        if told:
            rows.append(told)
            numbers.append(number)
    return rows, numbers


def _text(cell: Any, seen: Seen) -> str:
    value = cell.value
    if isinstance(value, str):
        if value in ERRORS:
            seen.note("formula_errors", cell.coordinate)
            return ""
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (datetime, date, time, timedelta)):
        return _moment(value, cell.number_format)
    if isinstance(value, (int, float)):
        return _number(value, cell, seen)
    return str(value)


def _number(value: float, cell: Any, seen: Seen) -> str:
    if isinstance(value, float):
        if not value.is_integer() or abs(value) >= 1e20:
            return repr(value)
        value = int(value)
    if abs(value) >= EXACT:
        seen.note("long_numbers", cell.coordinate)
    zeros = cell.number_format
    return str(value).zfill(len(zeros)) if value >= 0 and zeros.strip("0") == "" else str(value)


def _moment(value: datetime | date | time | timedelta, shown: str) -> str:
    if isinstance(value, datetime):
        if value.time() == time() and "h" not in shown.lower():
            return value.date().isoformat()
        return value.isoformat(sep=" ", timespec="milliseconds" if value.microsecond else "seconds")
    if isinstance(value, timedelta):
        return str(value)
    return value.isoformat()


def _find_formulas(path: Path, title: str, rows: list[list[str]], numbers: list[int], seen: Seen) -> None:
    """Which cells are formulas, and which of those were left without a value."""
    import openpyxl

    values = dict(zip(numbers, rows, strict=True))
    book = openpyxl.load_workbook(path, read_only=True, data_only=False, keep_links=False)
    try:
        page = book[title]
        page.reset_dimensions()
        for number, cells in enumerate(page.iter_rows(), start=1):
            for cell in _formulas(cells):
                seen.note("formulas", cell.coordinate)
                row = values.get(number, [])
                if cell.column > len(row) or not row[cell.column - 1]:
                    seen.note("formula_without_value", cell.coordinate)
    finally:
        book.close()


def _formulas(cells: Any) -> Iterator[Any]:
    return (cell for cell in cells if cell.data_type == "f")


def _sheet(
    rows: list[list[str]], numbers: list[int], title: str, remarks: list[Remark], limits: Limits
) -> Sheet:
    """The first row that looks like one is the header; a title above it is none."""
    if not rows:
        raise Unreadable("no_header", layer=title)
    first = 0
    if len(rows) > 1 and len([cell for cell in rows[0] if cell]) == 1 and len(rows[1]) > 1:
        remarks.append(remark("title_row", row=numbers[0], text="".join(rows[0])[:100]))
        first = 1
    body, places = rows[first + 1 :], numbers[first + 1 :]
    width = max([len(rows[first]), *map(len, body)])
    headers, renamed = lawful_headers(rows[first] + [""] * (width - len(rows[first])))
    full = [row + [""] * (width - len(row)) for row in body]
    columns = zip(*full, strict=True) if full else ((),) * width
    if not body:
        remarks.append(remark("no_rows"))
    return Sheet(
        columns={one.name: texts(column) for one, column in zip(headers, columns, strict=True)},
        headers=headers,
        rows=len(body),
        place_kind="row",
        place_numbers=np.array(places, dtype=np.int64),
        place_sheet=title,
        encoding="utf-8",
        layer=title,
        remarks=(*remarks, *renamed),
    )
