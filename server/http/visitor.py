"""Who asks: from the token of a request to the person, the seat and the channels they may see."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from litestar import Response

from casework.entities.person import Person, granted_channels
from casework.ids import SeatId
from casework.sync.messages import PROTOCOL, encode
from server.auth import token_hash
from server.centre import Centre
from server.http.faults import JSON, AnyRequest, Fault
from server.store import Session, channel_name

PROTOCOL_HEADER = "GridSeat-Protocol"


class Visitor(msgspec.Struct, frozen=True):
    """A person logged in at a seat."""

    session: Session
    person: Person
    channels: frozenset[str]

    @property
    def seat(self) -> SeatId:
        return self.session.seat


def centre_of(request: AnyRequest) -> Centre:
    centre: Centre = request.app.state.centre
    return centre


def check_protocol(spoken: int | str) -> None:
    """Refuses a seat of another protocol before anything of it is believed."""
    if str(spoken) != str(PROTOCOL):
        raise Fault(426, "upgrade", protocol=PROTOCOL)


def channels_of(person: Person) -> frozenset[str]:
    return frozenset(granted_channels(person))


def visitor_of(request: AnyRequest) -> Visitor:
    """The one who asks; raises Fault where the log-in does not hold."""
    check_protocol(request.headers.get(PROTOCOL_HEADER, PROTOCOL))
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    session = centre_of(request).store.session(token_hash(token)) if scheme.lower() == "bearer" else None
    if session is None:
        raise Fault(401, "signed_out")
    person = centre_of(request).store.person(session.person)
    if person is None or not person.is_active:
        raise Fault(401, "signed_out")
    channels = channels_of(person)
    if channel_name(channels) != session.channels:
        raise Fault(403, "channels_changed")
    return Visitor(session, person, channels)


def still_entitled(centre: Centre, visitor: Visitor) -> Callable[[], bool]:
    """Whether the log-in holds and sees what it saw when it began."""

    def is_entitled() -> bool:
        person = centre.store.person(visitor.session.person)
        return (
            centre.store.session(visitor.session.token_hash) is not None
            and person is not None
            and person.is_active
            and (person is visitor.person or channels_of(person) == visitor.channels)
        )

    return is_entitled


def whole(request: AnyRequest, name: str, default: int) -> int:
    """A whole number of the query."""
    text = request.query_params.get(name, "")
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise Fault(400, "bad_message", place=name)
    return int(text)


def answer(message: Any, status: int = 200) -> Response[bytes]:
    """A message as canonical JSON, never kept by anything on the way."""
    return Response(
        encode(message), status_code=status, media_type=JSON, headers={"Cache-Control": "no-store"}
    )
