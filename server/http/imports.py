"""Files from outside, handed in at a seat: /v1/imports and /v1/profiles. Administrators only, whatever a seat shows.

A file goes up by its hash in pieces, apart from photos and with a limit of its own; then it is checked, looked at, and
entered. What can be said here is in casework.sync.imports; the work is that of server.deliveries.
"""

from __future__ import annotations

import asyncio

import msgspec
from litestar import Response, delete, get, head, post, put
from litestar.response import Stream

from casework.entities.delivery import DeliveryKind
from casework.sync.imports import PIECE_BYTES, PROFILE_CHARS, ImportAsk, Profiles, ProposeAsk
from casework.workflow import Post
from server.deliveries import Deliveries, Job, NoFile, NotReady, TooMany
from server.http.faults import AnyRequest, Fault
from server.http.files import named, send_file, take_piece, tell_offset
from server.http.visitor import Visitor, answer, centre_of, visitor_of

PIECE_LIMIT_BYTES = 4 * PIECE_BYTES
LONGEST_NAME = 1_000
KINDS = frozenset(kind.value for kind in DeliveryKind) | {""}  # "" = found out


def administrator_of(request: AnyRequest) -> Visitor:
    """The one who asks, where they may; the client's word for it does not count."""
    visitor = visitor_of(request)
    if Post.ADMINISTRATOR not in visitor.person.posts:
        raise Fault(403, "not_administrator")
    return visitor


def deliveries_of(request: AnyRequest) -> Deliveries:
    return centre_of(request).deliveries


def job_of(request: AnyRequest) -> Job:
    """The job in the path, where it is this person's."""
    visitor = administrator_of(request)
    job = deliveries_of(request).job(str(request.path_params["id"]), visitor.person.id)
    if job is None:
        raise Fault(404, "not_found")
    return job


async def told(request: AnyRequest, job: Job, status: int = 200) -> Response[bytes]:
    """How far the job is."""
    return answer(await asyncio.to_thread(deliveries_of(request).told, job), status)


# -- the file


@head("/v1/imports/files/{sha256:str}")
async def import_file_offset(request: AnyRequest) -> Response[None]:
    administrator_of(request)
    return tell_offset(deliveries_of(request).files, named(request))


@put("/v1/imports/files/{sha256:str}", request_max_body_size=PIECE_LIMIT_BYTES)
async def put_import_file(request: AnyRequest) -> Response[bytes]:
    administrator_of(request)
    return await take_piece(request, deliveries_of(request).files, named(request))


# -- checking and entering


async def begun(request: AnyRequest, ask: ImportAsk | ProposeAsk) -> Response[bytes]:
    visitor = administrator_of(request)
    if len(ask.name) > LONGEST_NAME:
        raise Fault(400, "bad_message", place="name")
    deliveries = deliveries_of(request)
    try:
        job = await asyncio.to_thread(deliveries.begin, visitor.person.id, ask)
    except NoFile:
        raise Fault(409, "no_file") from None
    except TooMany:
        raise Fault(429, "too_many_imports", wait_ms=5_000) from None
    return await told(request, job, 202)


@post("/v1/imports")
async def begin_import(request: AnyRequest) -> Response[bytes]:
    administrator_of(request)
    ask = msgspec.json.decode(await request.body(), type=ImportAsk)
    if len(ask.text) > PROFILE_CHARS:
        raise Fault(413, "too_long")
    if not ask.text and not ask.profile:
        raise Fault(400, "bad_message", place="profile")
    return await begun(request, ask)


@get("/v1/imports/{id:str}")
async def import_told(request: AnyRequest) -> Response[bytes]:
    return await told(request, job_of(request))


@get("/v1/imports/{id:str}/page")
async def import_page(request: AnyRequest) -> Stream:
    job = job_of(request)
    path = deliveries_of(request).page(job)
    if path is None:
        raise Fault(404, "not_found")
    return send_file(request, path, f"{job.id}-{job.at_ms}-{job.state}")


@post("/v1/imports/{id:str}/enter")
async def enter_import(request: AnyRequest) -> Response[bytes]:
    job = job_of(request)
    try:
        deliveries_of(request).enter(job)
    except NotReady:
        raise Fault(409, "nothing_to_enter") from None
    return await told(request, job, 202)


@delete("/v1/imports/{id:str}", status_code=204)
async def drop_import(request: AnyRequest) -> None:
    job = job_of(request)
    if not await asyncio.to_thread(deliveries_of(request).drop, job):
        raise Fault(409, "being_entered")


# -- profiles


@get("/v1/profiles")
async def profiles(request: AnyRequest) -> Response[bytes]:
    administrator_of(request)
    return answer(Profiles(await asyncio.to_thread(deliveries_of(request).profiles)))


@post("/v1/profiles/propose")
async def propose_profile(request: AnyRequest) -> Response[bytes]:
    administrator_of(request)
    ask = msgspec.json.decode(await request.body(), type=ProposeAsk)
    if ask.kind not in KINDS:
        raise Fault(400, "bad_message", place="kind")
    return await begun(request, ask)
