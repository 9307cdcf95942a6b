"""POST /v1/commands, /v1/beat and /v1/presence, GET /v1/changes and /v1/health: the daily traffic of a seat."""

from __future__ import annotations

import msgspec
from litestar import Response, get, post
from litestar.response import Stream

from casework.ids import CaseId, SeatId
from casework.limits import PAGE_ENTRIES, PUSH_COMMANDS
from casework.sync.messages import PROTOCOL, Answer, decode_push
from server.http.faults import AnyRequest, Fault
from server.http.visitor import answer, centre_of, still_entitled, visitor_of, whole
from server.limits import ID_CHARS, WAIT_MAX_MS
from server.store import CursorAhead, EpochChanged

SSE = "text/event-stream"


class Beating(msgspec.Struct, frozen=True):
    """A seat says it is there. `numbers_left` are case numbers of today it still holds, None: it needs none."""

    seat: SeatId
    numbers_left: int | None = None


class Opened(msgspec.Struct, frozen=True):
    """A seat says which case it has open; empty: none."""

    seat: SeatId
    case: CaseId = CaseId("")


class Health(msgspec.Struct, frozen=True):
    """Said to anybody: that the centre serves, and from where its ledger goes on."""

    epoch: int
    head: int
    centre_ms: int
    protocol: int = PROTOCOL


@post("/v1/commands", status_code=200)
async def push_commands(request: AnyRequest) -> Response[bytes]:
    visitor = visitor_of(request)
    push = decode_push(await request.body())
    if push.seat != visitor.seat:
        raise Fault(403, "other_seat")
    if len(push.sent) > PUSH_COMMANDS:
        raise Fault(413, "too_many_commands", limit=PUSH_COMMANDS)
    centre = centre_of(request)
    verdicts = await centre.store.push(push)
    return answer(Answer(push.epoch, verdicts, centre.clock()))


@post("/v1/beat", status_code=200)
async def beat(request: AnyRequest) -> Response[bytes]:
    visitor = visitor_of(request)
    asked = msgspec.json.decode(await request.body(), type=Beating)
    if asked.seat != visitor.seat:
        raise Fault(403, "other_seat")
    centre = centre_of(request)
    centre.hub.presence.hear(visitor.seat)
    return answer(await centre.store.beat(visitor.seat, visitor.person.id, asked.numbers_left))


@post("/v1/presence", status_code=204)
async def open_case(request: AnyRequest) -> None:
    visitor = visitor_of(request)
    asked = msgspec.json.decode(await request.body(), type=Opened)
    if asked.seat != visitor.seat:
        raise Fault(403, "other_seat")
    if len(asked.case) > ID_CHARS:
        raise Fault(400, "bad_message", place="case")
    person = visitor.person
    centre_of(request).hub.presence.note(visitor.seat, person.id, person.name, asked.case)


@get("/v1/changes")
async def changes(request: AnyRequest) -> Response[bytes] | Stream:
    """One page, one page when there is something to say, or a stream of pages."""
    visitor = visitor_of(request)
    centre = centre_of(request)
    epoch = whole(request, "epoch", centre.store.epoch)
    if epoch != centre.store.epoch:
        raise EpochChanged(centre.store.epoch, await centre.store.high_n(visitor.seat))
    after = whole(request, "after", 0)
    if whole(request, "stream", 0):
        resumed = request.headers.get("Last-Event-ID", "")
        after = max(after, int(resumed)) if resumed.isdecimal() and len(resumed) <= 18 else after
        if after > centre.store.head:
            raise CursorAhead(centre.store.head)
        events = centre.hub.follow(visitor.channels, after, still_entitled(centre, visitor))
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return Stream(events, media_type=SSE, headers=headers)
    wait_ms = min(whole(request, "wait", 0) * 1000, WAIT_MAX_MS)
    limit = whole(request, "limit", PAGE_ENTRIES)
    return answer(await centre.hub.page(visitor.channels, after, limit, wait_ms))


@get("/v1/health")
async def health(request: AnyRequest) -> Response[bytes]:
    centre = centre_of(request)
    return answer(Health(centre.store.epoch, centre.store.head, centre.clock()))
