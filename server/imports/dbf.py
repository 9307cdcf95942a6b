"""The table of a shapefile (dBASE), as text: a number is the digits that stand in it.

Decoding is strict; only a character that the width of its field cut in two is dropped and counted, because programs
write those every day. A record that is deleted there is no row.
"""

from __future__ import annotations

import struct
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from server.imports.encoding import known_encoding
from server.imports.limits import Limits
from server.imports.sheets import Column, Remark, Unreadable, remark, texts

# Language drivers that are met; others are told by the text itself.
DRIVERS = {
    0x4D: "gb18030", 0x7A: "gb18030", 0x4F: "cp950", 0x78: "cp950", 0x13: "cp932", 0x7B: "cp932",
    0x4E: "cp949", 0x79: "cp949", 0x01: "cp437", 0x02: "cp850", 0x03: "cp1252", 0x57: "cp1252",
    0xC8: "cp1250", 0xC9: "cp1251",
}  # fmt: skip
HEAD_BYTES = 32
END_OF_FIELDS = 0x0D
DELETED = ord("*")


class Table(msgspec.Struct, frozen=True):
    """Every record, deleted ones too."""

    names: list[str]
    columns: list[Column]
    is_deleted: NDArray[np.bool_]
    encoding: str
    remarks: tuple[Remark, ...]


class _Field(msgspec.Struct, frozen=True):
    name: bytes
    kind: str
    at: int
    width: int


def read_table(path: Path, stated: str, limits: Limits) -> Table:
    """The table; raises Unreadable."""
    body = path.read_bytes()
    count, start, width, fields = _head(body, limits)
    if count > limits.rows:
        raise Unreadable("too_many_rows", limit=limits.rows)
    if count * len(fields) > limits.cells:
        raise Unreadable("too_many_cells", limit=limits.cells)
    if len(body) < start + count * width:
        raise Unreadable("cut", format="DBF")
    records = np.frombuffer(body, dtype=np.uint8, count=count * width, offset=start).reshape(count, width)
    bodies = [_cells(records, field) for field in fields]
    encoding, found = _encoding(path, body[29], stated, bodies, fields)
    cut: list[int] = []
    columns = [_decoded(cells, field, encoding, cut) for cells, field in zip(bodies, fields, strict=True)]
    told = [*found, remark("characters_cut_in_two", cells=len(cut))] if cut else found
    names = [field.name.decode(encoding, errors="replace").strip() for field in fields]
    return Table(names, columns, records[:, 0] == DELETED, encoding, tuple(told))


def _head(body: bytes, limits: Limits) -> tuple[int, int, int, list[_Field]]:
    if len(body) < HEAD_BYTES:
        raise Unreadable("cut", format="DBF")
    count, start, width = struct.unpack("<IHH", body[4:12])
    fields: list[_Field] = []
    at, byte = 1, HEAD_BYTES
    while byte + HEAD_BYTES <= min(start, len(body)) and body[byte] != END_OF_FIELDS:
        raw = body[byte : byte + HEAD_BYTES]
        kind = chr(raw[11])
        size = struct.unpack("<H", raw[16:18])[0] if kind == "C" else raw[16]
        fields.append(_Field(raw[:11].split(b"\0")[0], kind, at, size))
        at, byte = at + size, byte + HEAD_BYTES
    if not fields or at > width or len(fields) > limits.columns:
        raise Unreadable("broken_table", format="DBF", fields=len(fields))
    return count, start, width, fields


def _cells(records: NDArray[np.uint8], field: _Field) -> list[bytes]:
    part = np.ascontiguousarray(records[:, field.at : field.at + field.width])
    if not field.width:
        return [b""] * len(records)
    told: list[bytes] = part.view(f"S{field.width}").ravel().tolist()
    return told


def _encoding(
    path: Path, driver: int, stated: str, bodies: list[list[bytes]], fields: list[_Field]
) -> tuple[str, list[Remark]]:
    """The profile's word, the .cpg beside it, the table's own mark, or what the text is."""
    from server.imports.formats import sibling

    if stated:
        if not (name := known_encoding(stated)):
            raise Unreadable("no_such_encoding", encoding=stated)
        return name, []
    page = sibling(path, ".cpg")
    told = page.read_bytes()[:64].decode("ascii", errors="ignore").strip() if page else ""
    if told:
        name = known_encoding(told if not told.isdigit() else f"cp{told}")
        return (name, []) if name else _guessed(bodies, fields, [remark("unknown_code_page", found=told)])
    if driver in DRIVERS:
        return DRIVERS[driver], [remark("encoding_found", encoding=DRIVERS[driver])]
    return _guessed(bodies, fields, [])


def _guessed(
    bodies: list[list[bytes]], fields: list[_Field], remarks: list[Remark]
) -> tuple[str, list[Remark]]:
    written = [
        cell for cells, field in zip(bodies, fields, strict=True) if field.kind == "C"
        for cell in cells if not cell.isascii()
    ]  # fmt: skip
    if not written:
        return "utf-8", remarks
    for name in ("utf-8", "gb18030"):
        if all(_decode(cell, name) is not None for cell in written):
            return name, [*remarks, remark("encoding_found", encoding=name)]
    raise Unreadable("encoding_unknown", line="-", tried="UTF-8, GB18030", maybe="cp1252")


def _decode(cell: bytes, encoding: str) -> tuple[str, bool] | None:
    """The text, and whether its last character was cut; None = it is none."""
    try:
        return cell.decode(encoding), False
    except UnicodeDecodeError as error:
        is_end = error.end >= len(cell) and len(cell) - error.start < 4
        if not is_end or not ("unexpected end" in error.reason or "incomplete" in error.reason):
            return None
        return cell[: error.start].decode(encoding), True


def _decoded(cells: list[bytes], field: _Field, encoding: str, cut: list[int]) -> Column:
    told: list[str] = []
    for index, cell in enumerate(cells):
        found = (cell.decode("ascii"), False) if cell.isascii() else _decode(cell, encoding)
        if found is None:
            raise Unreadable("wrong_encoding", encoding=encoding, line=index + 1)
        if found[1]:
            cut.append(index)
        text = found[0].rstrip(" \0") if field.kind == "C" else found[0].strip(" \0")
        # Stars fill a number that did not fit.
        told.append("" if field.kind in "NF" and text.strip("*") == "" else _day(text, field.kind))
    return texts(told)


def _day(text: str, kind: str) -> str:
    """A date field is eight digits, by the format itself."""
    if kind != "D" or len(text) != 8 or not text.isdigit() or text == "00000000":
        return text if kind != "D" else ""
    return f"{text[:4]}-{text[4:6]}-{text[6:]}"
