"""A delivery that was checked in another process, laid down on disk until it is entered.

Rows are read again one after the other while they are written to the store, so that a delivery of any size takes the
centre no memory. It checks nothing: every row carries the version it was decided on, and the store refuses the whole
where one has moved on.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from casework.entities import ENTITY_BY_NAME
from casework.entities.delivery import Delivery
from server.store.writing import Parcel, Put

HEAD, ROWS = "parcel.json", "parcel.rows"
_LENGTH = struct.Struct("<I")


class Spooled(msgspec.Struct, frozen=True):
    """What stands before the rows. `written` are resting files, named from the centre's folder, that lie beside their
    place under the delivery's name."""

    delivery: Delivery
    deliveries: int
    numbers: dict[str, tuple[int, int]] = {}
    written: tuple[str, ...] = ()
    is_nothing_new: bool = False


def spool(folder: Path, head: Spooled, puts: Iterable[Put]) -> None:
    """Lay it down; the head last."""
    encode = msgspec.msgpack.Encoder().encode
    with (folder / ROWS).open("wb") as file:
        for put in puts:
            body = encode((put.entity, put.seen, ENTITY_BY_NAME[put.entity].encode(put.row)))
            file.write(_LENGTH.pack(len(body)) + body)
    (folder / HEAD).write_bytes(msgspec.json.encode(head))


def head_of(folder: Path) -> Spooled:
    """Raises OSError, msgspec.DecodeError."""
    return msgspec.json.decode((folder / HEAD).read_bytes(), type=Spooled)


def parcel_in(folder: Path, head: Spooled) -> Parcel:
    """What the store takes in."""
    return Parcel(head.delivery, _Puts(folder / ROWS), head.deliveries, head.numbers)


class _Puts:
    """Begins anew each time: the store runs a job again where another one of its transaction broke."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __iter__(self) -> Iterator[Put]:
        decode = msgspec.msgpack.Decoder(tuple[str, int | None, bytes]).decode
        with self._path.open("rb") as file:
            while length := file.read(_LENGTH.size):
                name, seen, body = decode(file.read(_LENGTH.unpack(length)[0]))
                yield Put(name, ENTITY_BY_NAME[name].decode(body), seen)
