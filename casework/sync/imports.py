"""What a seat and a centre say about files from outside: hand one in, have it checked, enter what was checked.

Every sentence for a person comes in both languages, made by the centre from a code and its values. A report travels as
it stands on the centre's disk; nothing here reads or judges it.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from casework.entities.delivery import DeliveryKind

CHECK, PROPOSE = "check", "propose"
WAITING, WORKING, CHECKED, ENTERING, ENTERED, FAILED = (
    "waiting",
    "working",
    "checked",
    "entering",
    "entered",
    "failed",
)
State = Literal["waiting", "working", "checked", "entering", "entered", "failed"]
RESTING = frozenset({CHECKED, ENTERED, FAILED})  # nothing goes on by itself any more
PIECE_BYTES = 4_000_000  # a file goes up in pieces of this size
NAME_CHARS = 120
PROFILE_CHARS = 400_000
NONE = msgspec.Raw(b"null")


class Looked(msgspec.Struct, kw_only=True):
    """What a seat shows of a file before it is handed in.

    `path` is what goes up, with its hash and size; `code` says why there is no more.
    """

    name: str
    path: str
    bytes: int = 0
    sha256: str = ""
    format: str = ""
    encoding: str = ""
    layer: str = ""
    layers: list[str] = []
    rows: int = -1  # -1 = not known
    columns: list[str] = []
    first: list[list[str]] = []
    crs: str = ""
    geometry: str = ""
    packed: list[str] = []
    code: str = ""


class Said(msgspec.Struct, frozen=True):
    """A code, its values, and the sentence in both languages."""

    code: str
    values: dict[str, str] = {}
    zh: str = ""
    en: str = ""


class ImportAsk(msgspec.Struct, frozen=True):
    """A file that has gone up, to be checked by a profile: one that the centre ships, or the text of one's own."""

    kind: DeliveryKind
    name: str
    sha256: str
    profile: str = ""
    text: str = ""


class ProposeAsk(msgspec.Struct, frozen=True):
    """A file that has gone up, of which the centre shall propose a profile. Empty = found out."""

    name: str
    sha256: str
    kind: str = ""
    layer: str = ""
    member: str = ""


class ImportTold(msgspec.Struct, frozen=True):
    """How far it is. A proposal ends as "checked", with the text of a profile in `proposal`.

    `step` says what the checking process does, `since_ms` from when on, `before` how many wait before this one.
    `report` comes with "checked" and "entered"; `is_again`: the centre had moved on before it was entered,
    so that the file was checked a second time and somebody has to look at it again.
    """

    id: str
    task: Literal["check", "propose"]
    state: State
    name: str
    sha256: str
    kind: str = ""
    profile: str = ""
    step: str = ""
    since_ms: int = 0
    before: int = 0
    is_again: bool = False
    proposal: str = ""
    failure: Said | None = None
    report: msgspec.Raw = NONE


class ProfileTold(msgspec.Struct, frozen=True):
    """A profile that the centre ships."""

    name: str
    title: str
    kind: str
    text: str


class Profiles(msgspec.Struct, frozen=True):
    """All of them, by name."""

    profiles: tuple[ProfileTold, ...]
