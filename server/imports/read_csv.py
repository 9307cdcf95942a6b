"""Comma-separated text (or whatever separates it), as columns.

A row is a record, not a line: a quoted field may run over several, and the row's place is the line it starts in. A
record that is not what the header says is torn and told by its row. Decoding is strict.
"""

from __future__ import annotations

import csv
from itertools import islice
from pathlib import Path
from typing import IO

import numpy as np

from server.imports.encoding import Encoding, find_encoding
from server.imports.limits import Limits
from server.imports.profile import Source
from server.imports.sheets import Remark, Sheet, Unreadable, lawful_headers, remark, texts

DELIMITERS = ",;\t|"
CHUNK_BYTES = 1 << 20


def read(path: Path, source: Source, limits: Limits) -> Sheet:
    """The file as a sheet; raises Unreadable."""
    size = path.stat().st_size
    look_at_bytes(
        path, limits, may_hold_zeros=source.encoding.lower().startswith("utf-16") or _is_utf16(path)
    )
    if size > limits.text_bytes:
        raise Unreadable("too_large", bytes=size, limit=limits.text_bytes)
    encoding = find_encoding(path, source.encoding)
    csv.field_size_limit(limits.cell_chars)
    with path.open(encoding=encoding.name, errors="strict", newline="") as file:
        delimiter = source.delimiter or _delimiter(file, limits)
        header, records, lines, torn = _records(file, delimiter, limits)
    if not header:
        raise Unreadable("no_header")
    headers, remarks = lawful_headers(header)
    records, lines = _without_blank(records, lines, torn, remarks)
    _fit(records, len(headers), lines, torn)
    columns = zip(*records, strict=True) if records else ((),) * len(headers)
    return Sheet(
        columns={one.name: texts(column) for one, column in zip(headers, columns, strict=True)},
        headers=headers,
        rows=len(records),
        place_kind="line",
        place_numbers=np.array(lines, dtype=np.int64),
        torn=torn,
        encoding=encoding.name,
        remarks=(*encoding.remarks, *remarks, *_tail(path, encoding, len(records))),
    )


def _is_utf16(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(2) in (b"\xff\xfe", b"\xfe\xff")


def look_at_bytes(path: Path, limits: Limits, may_hold_zeros: bool = False) -> None:
    """Refuse zero bytes and endless lines before anything is decoded into memory."""
    run = line = 0
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            if not may_hold_zeros and (zero := chunk.find(b"\0")) >= 0:
                raise Unreadable("zero_bytes", line=line + chunk.count(b"\n", 0, zero) + 1)
            end = b"\n" if b"\n" in chunk else b"\r"
            first = chunk.find(end)
            run += len(chunk) if first < 0 else first
            if run > limits.line_bytes:
                raise Unreadable("line_too_long", line=line + 1, limit=limits.line_bytes)
            if first >= 0:
                run = len(chunk) - chunk.rfind(end) - 1
            line += chunk.count(end)


def _delimiter(file: IO[str], limits: Limits) -> str:
    """What stands most often outside of quotes in the first line that says anything."""
    at = file.tell()
    first = next((line for line in islice(iter(file.readline, ""), 100) if line.strip()), "")
    file.seek(at)
    bare = "".join(first.split('"')[::2])
    return max(DELIMITERS, key=bare.count)


def _records(
    file: IO[str], delimiter: str, limits: Limits
) -> tuple[list[str], list[list[str]], list[int], dict[int, Remark]]:
    """Header, records, the line each one starts in, and what is wrong with some of them."""
    reader = csv.reader(file, delimiter=delimiter, strict=True)
    records: list[list[str]] = []
    lines: list[int] = []
    torn: dict[int, Remark] = {}
    header: list[str] = []
    at = cells = 0
    while True:
        try:
            for record in reader:
                start, at = at + 1, reader.line_num
                if header:
                    records.append(record)
                    lines.append(start)
                    cells += len(record)
                elif any(record):
                    header = record
                    if len(header) > limits.columns:
                        raise Unreadable("too_many_columns", columns=len(header), limit=limits.columns)
                if len(records) > limits.rows:
                    raise Unreadable("too_many_rows", limit=limits.rows)
                if cells > limits.cells:
                    raise Unreadable("too_many_cells", limit=limits.cells)
            return header, records, lines, torn
        except csv.Error as error:
            start, at = at + 1, reader.line_num
            if "field limit" in str(error) or not header:
                code = "cell_too_long" if "field limit" in str(error) else "header_torn"
                raise Unreadable(code, line=start, limit=limits.cell_chars) from error
            is_open = "unexpected end" in str(error)
            torn[len(records)] = remark("open_quote" if is_open else "stray_quote", line=start, to_line=at)
            records.append([])
            lines.append(start)


def _without_blank(
    records: list[list[str]], lines: list[int], torn: dict[int, Remark], remarks: list[Remark]
) -> tuple[list[list[str]], list[int]]:
    """Blank lines, and lines of nothing but separators, are no rows."""
    if not records:
        return records, lines
    keep = [index for index, record in enumerate(records) if any(record) or index in torn]
    if len(keep) == len(records):
        return records, lines
    remarks.append(remark("blank_rows", rows=len(records) - len(keep)))
    moved = {old: new for new, old in enumerate(keep)}
    told = {moved[old]: what for old, what in torn.items()}
    torn.clear()
    torn.update(told)
    return [records[index] for index in keep], [lines[index] for index in keep]


def _fit(records: list[list[str]], width: int, lines: list[int], torn: dict[int, Remark]) -> None:
    """Every record as wide as the header; what was too short or too long is told."""
    for index, record in enumerate(records):
        if len(record) == width:
            continue
        if index not in torn and (len(record) < width or any(record[width:])):
            code = "too_few_fields" if len(record) < width else "too_many_fields"
            torn[index] = remark(code, line=lines[index], fields=len(record), expected=width)
        records[index] = (record + [""] * width)[:width]


def _tail(path: Path, encoding: Encoding, rows: int) -> list[Remark]:
    """A file without an end to its last line may have been cut in the middle of it."""
    if not rows:
        return [remark("no_rows")]
    with path.open("rb") as file:
        file.seek(-1, 2)
        last = file.read(1)
    if last in b"\r\n\0" or encoding.name.startswith("utf-16"):
        return []
    return [remark("file_may_be_cut", rows=rows)]
