"""The hash chain over the ledger's entries.

    leaf = sha256(0x00 || line)      chain = sha256(0x01 || previous chain || leaf)

A line holds the command and the row it left, each as the stored bytes: nothing is encoded again to check it.
Promises: any changed, missing, doubled or swapped entry changes every later `chain`. It does not sign anything.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import msgspec

GENESIS = bytes(32)
_LEAF = b"\x00"
_LINK = b"\x01"
_SEPARATOR = b"\n"


class Line(msgspec.Struct, frozen=True):
    """One entry as it is hashed. `sent` is the envelope without its grant, `body` the row or None (it ended)."""

    seq: int
    command: str
    sent: bytes
    entity: str
    key: str
    ver: int
    op: str
    joined: tuple[str, ...]
    left: tuple[str, ...]
    at_ms: int
    body: bytes | None


_HEAD = msgspec.json.Encoder(order="sorted")


def canonical(line: Line) -> bytes:
    """Three lines of JSON: the entry's own fields, the command, the row. JSON holds no bare line feed, so the
    parts cannot run into each other."""
    head = [
        line.seq,
        line.command,
        line.entity,
        line.key,
        line.ver,
        line.op,
        line.joined,
        line.left,
        line.at_ms,
    ]
    return _SEPARATOR.join((_HEAD.encode(head), line.sent, line.body or b""))


def leaf_of(line: Line) -> bytes:
    """The hash of one entry."""
    return hashlib.sha256(_LEAF + canonical(line)).digest()


def link(previous: bytes, leaf: bytes) -> bytes:
    """The chain's value after `leaf`."""
    return hashlib.sha256(_LINK + previous + leaf).digest()


def chain_of(leaves: Iterable[bytes], start: bytes = GENESIS) -> bytes:
    """The chain's value after all of `leaves`."""
    for leaf in leaves:
        start = link(start, leaf)
    return start
