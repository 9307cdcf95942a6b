"""Which encoding a text file is in, strictly, and the first line that says it is another.

UTF-8 with or without its mark, UTF-16 with its mark, else GB18030 where the text looks like Chinese: much
Western text also decodes as GB18030, into characters nobody writes. What a profile states is only checked.
"""

from __future__ import annotations

import codecs
from pathlib import Path

import msgspec

from server.imports.sheets import Remark, Unreadable, remark

CHUNK_BYTES = 1 << 20
GB_SHARE = (
    0.8  # of double bytes that lie in the plain GB 2312 area; Chinese text has nearly all of them there
)
LATIN = "cp1252"


class Encoding(msgspec.Struct, frozen=True):
    """An encoding that the whole file decodes in."""

    name: str  # as Python knows it
    remarks: tuple[Remark, ...] = ()


def find_encoding(path: Path, stated: str = "") -> Encoding:
    """The file's encoding; raises Unreadable where nothing fits, naming the first line that does not."""
    with path.open("rb") as file:
        head = file.read(4)
    if stated:
        return _stated(path, stated, head)
    if head.startswith(codecs.BOM_UTF8):
        _strict(path, "utf-8")
        return Encoding("utf-8-sig", (remark("byte_order_mark", encoding="UTF-8"),))
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        _strict(path, "utf-16")
        return Encoding("utf-16", (remark("byte_order_mark", encoding="UTF-16"),))
    bad = first_bad_byte(path, "utf-8")
    if bad < 0:
        return Encoding("utf-8")
    _whole_to_the_end(path, "utf-8", bad)
    bad_gb = first_bad_byte(path, "gb18030")
    if (bad_gb < 0 or _is_last(path, bad_gb)) and _looks_chinese(path):
        _whole_to_the_end(path, "gb18030", bad_gb)
        return Encoding("gb18030", (remark("encoding_found", encoding="GB18030"),))
    raise Unreadable("encoding_unknown", line=line_of_byte(path, bad), tried="UTF-8, GB18030", maybe=LATIN)


def known_encoding(stated: str) -> str:
    """A name that a person writes, as Python calls it; "" = none. GBK and GB 2312 are parts of GB18030."""
    name = stated.strip().lower().replace("_", "-")
    if name in ("gbk", "gb2312", "gb-2312", "cp936", "936", "ansi 936", "ansi-936", "gb18030"):
        return "gb18030"
    try:
        info = codecs.lookup(name)
    except LookupError:
        return ""
    # Codecs that are no encodings of text (zip, hex, rot13), or run the text (unicode-escape, idna).
    odd = {"unicode-escape", "raw-unicode-escape", "idna", "punycode", "undefined", "mbcs", "oem"}
    return info.name if info._is_text_encoding and info.name.replace("_", "-") not in odd else ""


def first_bad_byte(path: Path, encoding: str) -> int:
    """Where the file stops being text of that encoding; -1 = it is."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    done = 0
    with path.open("rb") as file:
        while True:
            held = len(decoder.getstate()[0])
            chunk = file.read(CHUNK_BYTES)
            try:
                decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                return done - held + error.start
            if not chunk:
                return -1
            done += len(chunk)


def line_of_byte(path: Path, byte: int) -> int:
    """The physical line that a byte stands in, from 1."""
    line = 1
    with path.open("rb") as file:
        while byte > 0:
            chunk = file.read(min(CHUNK_BYTES, byte))
            if not chunk:
                break
            line += chunk.count(b"\n")
            byte -= len(chunk)
    return line


def _stated(path: Path, stated: str, head: bytes) -> Encoding:
    name = known_encoding(stated)
    if not name:
        raise Unreadable("no_such_encoding", encoding=stated)
    _strict(path, name)
    if name == "utf-8" and head.startswith(codecs.BOM_UTF8):
        return Encoding("utf-8-sig", (remark("byte_order_mark", encoding="UTF-8"),))
    return Encoding(name)


def _strict(path: Path, name: str) -> None:
    bad = first_bad_byte(path, name)
    _whole_to_the_end(path, name, bad)
    if bad >= 0:
        raise Unreadable("wrong_encoding", encoding=name, line=line_of_byte(path, bad))


def _is_last(path: Path, bad: int) -> bool:
    return path.stat().st_size - bad < 4


def _whole_to_the_end(path: Path, name: str, bad: int) -> None:
    """A file that ends in the middle of a character was cut there."""
    if bad < 0 or not _is_last(path, bad):
        return
    with path.open("rb") as file:
        file.seek(bad)
        rest = file.read()
    decoder = codecs.getincrementaldecoder(name)("strict")
    try:
        decoder.decode(rest)
    except UnicodeDecodeError:
        return
    raise Unreadable("cut", format="text", line=line_of_byte(path, bad))


def _looks_chinese(path: Path) -> bool:
    """Of the first double bytes, nearly all lie where GB 2312 has its characters."""
    with path.open("rb") as file:
        sample = file.read(4 * CHUNK_BYTES)
    text = sample.decode("gb18030", errors="ignore")
    written = [char.encode("gb18030") for char in text if char >= "\x80"][:20_000]
    plain = sum(len(pair) == 2 and pair[0] >= 0xA1 and pair[1] >= 0xA1 for pair in written)
    return bool(written) and plain >= GB_SHARE * len(written)
