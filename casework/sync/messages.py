"""What crosses between a seat and the centre: JSON over HTTP, or MessagePack where both ask for it.

Every message carries the epoch: it changes only when the centre is restored from an older copy.
"""

from __future__ import annotations

import enum
import hashlib
from typing import Any

import msgspec

from casework.commands import ANY_COMMAND
from casework.facts import NumberBlock
from casework.ids import CommandId, Key, PersonId, SeatId
from casework.refusal import Refusal

PROTOCOL = 1
DATASETS = ("rows", "base", "components", "archive")  # in the order in which a seat needs them


class Basis(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the operator saw: the row's confirmed version, or the own command it was performed on top of."""

    ver: int = 0
    after: CommandId = CommandId("")


class Sent(msgspec.Struct, frozen=True, omit_defaults=True):
    """A command with its number: dense per seat, given when it leaves. `grant` proves the author's log-in."""

    n: int
    id: CommandId
    author: PersonId
    grant: str
    made_at_ms: int
    basis: Basis
    command: Any  # a member of ANY_COMMAND; decoded by `decode_push`


class Push(msgspec.Struct, frozen=True):
    """Commands upwards, in the order of their numbers."""

    epoch: int
    seat: SeatId
    sent: tuple[Sent, ...]


class Version(msgspec.Struct, frozen=True):
    """The version a command left a row at."""

    entity: str
    key: str
    ver: int


class Accepted(msgspec.Struct, frozen=True, tag="accepted"):
    """The receipt: stored in the same transaction as the effect, and kept. `seq` is the command's last entry."""

    n: int
    id: CommandId
    seq: int
    versions: tuple[Version, ...]


class Refused(msgspec.Struct, frozen=True, tag="refused"):
    """The number is consumed all the same. `theirs` is the subject row as the centre has it, canonical JSON."""

    n: int
    id: CommandId
    refusal: Refusal
    theirs: msgspec.Raw = msgspec.Raw(b"null")


class Gap(msgspec.Struct, frozen=True, tag="gap"):
    """The centre has not had number `expect` yet: send from there."""

    n: int
    expect: int


Verdict = Accepted | Refused | Gap


class Answer(msgspec.Struct, frozen=True):
    """One verdict per command pushed, in the same order."""

    epoch: int
    verdicts: tuple[Verdict, ...]
    centre_ms: int


class Op(enum.StrEnum):
    """PUT: the row is thus. DEL: it ended, or left the channels of this seat."""

    PUT = "put"
    DEL = "del"


class Entry(msgspec.Struct, frozen=True, omit_defaults=True):
    """One row changed by one command. `body` is the stored bytes, never a re-encoding."""

    seq: int
    command: CommandId
    entity: str
    key: str
    ver: int
    op: Op
    body: msgspec.Raw = msgspec.Raw(b"null")

    @property
    def row_key(self) -> Key:
        return Key(self.entity, self.key)


class Page(msgspec.Struct, frozen=True):
    """Changes after `prev` up to `next`, filtered to the seat's channels; `head` is the newest there is.

    A command's entries are never split over two pages.
    """

    epoch: int
    prev: int
    next: int
    head: int
    entries: tuple[Entry, ...]
    centre_ms: int

    @property
    def is_last(self) -> bool:
        return self.next >= self.head


class Beat(msgspec.Struct, frozen=True):
    """The end-to-end heartbeat's answer: written through the centre's store, so it proves more than a socket."""

    epoch: int
    head: int
    centre_ms: int
    high_n: int  # the highest number of this seat the centre has consumed
    blocks: tuple[NumberBlock, ...] = ()  # newly reserved, when the seat said it was running low


class Welcome(msgspec.Struct, frozen=True):
    """Answer to a log-in. `channels` is what this person may see; `grant` signs the author's commands offline."""

    token: str
    grant: str
    epoch: int
    head: int
    high_n: int
    person: PersonId
    channels: tuple[str, ...]
    centre_ms: int
    protocol: int = PROTOCOL
    key: str = ""  # what the centre signs its files with: the suite's name, a colon, the public key


class LogIn(msgspec.Struct, frozen=True):
    """A log-in from a seat. `seat` was chosen by the seat once, and stays with its seat.db."""

    person: PersonId
    password: str
    seat: SeatId
    protocol: int = PROTOCOL


class Snapshot(msgspec.Struct, frozen=True):
    """One prebuilt file: rows of a channel set, components, base map, archive. Fetched by its hash, with Range."""

    dataset: str  # one of DATASETS
    channel: str
    through_seq: int
    sha256: str
    bytes: int  # compressed size
    schema: int
    encoding: str = "zstd"


class Manifest(msgspec.Struct, frozen=True):
    """What a new seat fetches first, signed with the centre's key.

    `pending` names datasets of which a newer file is being made: ask again soon. `key` is the id of the key with
    its suite; the signature is over `signed_bytes`.
    """

    epoch: int
    snapshots: tuple[Snapshot, ...]
    pending: tuple[str, ...] = ()
    key: str = ""
    signature: str = ""


class WireError(Exception):
    """The other side sent what does not decode; the text says where."""


_PUSH = msgspec.json.Decoder(Push)


def decode_command(raw: Any) -> Any:
    """A command from its plain form; raises WireError."""
    try:
        return msgspec.convert(raw, type=ANY_COMMAND)
    except msgspec.ValidationError as error:
        raise WireError(str(error)) from error


def decode_push(body: bytes) -> Push:
    """A push with its commands still plain: each is decoded by itself, so that a bad one never blocks the others."""
    try:
        return _PUSH.decode(body)
    except msgspec.DecodeError as error:
        raise WireError(str(error)) from error


def signed_bytes(manifest: Manifest) -> bytes:
    """What the signature of a manifest is over: all of it but the signature."""
    return b"gridseat manifest 1\n" + encode(msgspec.structs.replace(manifest, signature=""))


def key_id(key: str) -> str:
    """A short name of a public key: its suite and the beginning of its hash."""
    suite = key.partition(":")[0]
    return f"{suite}:{hashlib.sha256(key.encode()).hexdigest()[:16]}"


def encode(message: Any) -> bytes:
    """Canonical JSON of any message."""
    return msgspec.json.encode(message, order="sorted")
