"""JSON files: their bytes, and properties as columns of text.

Numbers are given as their text, so that an id of seventeen digits stays one. What is not JSON is refused with its line;
`NaN`, which several programs write, is read as nothing and remarked.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from server.imports.encoding import find_encoding
from server.imports.limits import Limits
from server.imports.profile import Source
from server.imports.sheets import Column, Header, Remark, Unreadable, lawful_headers, remark, texts

Wanted = TypeVar("Wanted")


class Written(str):
    """A number of the file, as it was written there; told apart from text only inside of lists and tables."""


def json_body(path: Path, source: Source, limits: Limits) -> tuple[bytes, str, list[Remark]]:
    """The file as UTF-8 JSON, its encoding, and what had to be decided."""
    size = path.stat().st_size
    if size > limits.text_bytes:
        raise Unreadable("too_large", bytes=size, limit=limits.text_bytes)
    encoding = find_encoding(path, source.encoding)
    body = path.read_bytes()
    if encoding.name not in ("utf-8", "utf-8-sig"):
        body = body.decode(encoding.name).encode()
    elif encoding.name == "utf-8-sig":
        body = body[3:]
    if (zero := body.find(b"\0")) >= 0:
        raise Unreadable("zero_bytes", line=body.count(b"\n", 0, zero) + 1)
    if body.count(b",") > limits.json_values:
        raise Unreadable("too_many_cells", limit=limits.json_values)
    remarks = list(encoding.remarks)
    if (b"NaN" in body or b"Infinity" in body) and not _is_json(body):
        body = _without_nan(body)
        remarks.append(remark("nan_in_json"))
    return body, encoding.name, remarks


def decoded(body: bytes, decoder: msgspec.json.Decoder[Wanted]) -> Wanted:
    """`body` by the decoder; what is not JSON at all is Unreadable, a wrong type stays a ValidationError."""
    try:
        return decoder.decode(body)
    except msgspec.ValidationError:
        raise
    except msgspec.DecodeError as error:
        raise _no_json(body, str(error)) from error
    except RecursionError as error:
        raise Unreadable("nested_too_deep") from error


def columns_of(
    rows: Sequence[Mapping[str, Any]], limits: Limits
) -> tuple[dict[str, Column], tuple[Header, ...], list[Remark]]:
    """The rows' properties as columns, in the order in which they first occur."""
    names = list(dict.fromkeys(rows[0])) if rows else []
    seen = set(names)
    for row in rows:
        if len(row) != len(seen) or not seen.issuperset(row):
            names.extend(name for name in row if name not in seen)
            seen.update(row)
            if len(names) > limits.columns:
                raise Unreadable("too_many_columns", columns=len(names), limit=limits.columns)
    headers, remarks = lawful_headers(names)
    columns = {header.name: texts(as_texts([row.get(header.found) for row in rows])) for header in headers}
    return columns, headers, remarks


def with_id(properties: dict[str, Any] | None, identity: Any) -> dict[str, Any]:
    """A feature's own id is a column too, unless its properties have one of that name."""
    told = properties or {}
    return told if identity is None or "id" in told else {"id": identity, **told}


def as_texts(values: list[Any]) -> list[str]:
    """Values of one column as text; a number as it was written."""
    kinds = set(map(type, values))
    if kinds <= {str}:
        return values
    if kinds <= {int, str, Written}:
        return list(map(str, values))
    return [_text(value) for value in values]


def _text(value: Any) -> str:
    if isinstance(value, str):
        return str(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    return msgspec.json.encode(_as_written(value)).decode()


def _as_written(value: Any) -> Any:
    if isinstance(value, Written):
        return msgspec.Raw(value.encode())
    if isinstance(value, dict):
        return {key: _as_written(one) for key, one in value.items()}
    return [_as_written(one) for one in value] if isinstance(value, list) else value


def _is_json(body: bytes) -> bool:
    try:
        msgspec.json.decode(body, type=msgspec.Raw)
    except (msgspec.DecodeError, RecursionError):
        return False
    return True


def _without_nan(body: bytes) -> bytes:
    nothing: Callable[[str], None] = lambda _: None  # noqa: E731
    try:
        return msgspec.json.encode(json.loads(body, parse_constant=nothing))
    except ValueError as error:
        raise _no_json(body, str(error)) from error
    except RecursionError as error:
        raise Unreadable("nested_too_deep") from error


def _no_json(body: bytes, why: str) -> Unreadable:
    """A file cut in the middle, or no JSON at all."""
    if "truncated" in why or not body.strip():
        return Unreadable("cut", format="JSON")
    found = re.search(r"\((?:byte|char) (\d+)\)", why)
    byte = int(found.group(1)) if found else 0
    return Unreadable("not_json", line=body.count(b"\n", 0, byte) + 1, why=why)
