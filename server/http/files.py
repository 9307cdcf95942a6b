"""GET /v1/snapshots, GET a snapshot or a blob with Range, PUT a blob in pieces."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import BinaryIO

import msgspec
from litestar import Response, get, head, put
from litestar.response import Stream

from server.blobs import Blobs
from server.http.faults import AnyRequest, Fault
from server.http.visitor import answer, centre_of, visitor_of
from server.limits import BLOB_BYTES, CHUNK_BYTES

OCTETS = "application/octet-stream"
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})\Z")
_CONTENT_RANGE = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18})\Z")
OFFSET_HEADER = "Upload-Offset"


class Received(msgspec.Struct, frozen=True):
    """How much of a blob is there."""

    offset: int
    is_whole: bool


class Span(msgspec.Struct, frozen=True):
    """Bytes `first` to `last`, both included, of `size`."""

    first: int
    last: int
    size: int
    is_part: bool


def asked_span(header: str, size: int) -> Span:
    """What a Range header asks for; anything but one lawful range of bytes is answered with the whole."""
    found = _RANGE.match(header)
    if not found or found.groups() == ("", ""):
        return Span(0, size - 1, size, False)
    first, last = found.groups()
    if not first:
        start, end = max(0, size - int(last)), size - 1
    else:
        start, end = int(first), min(int(last) if last else size - 1, size - 1)
    if start > end or start >= size:
        raise Fault(416, "range", size=size)
    return Span(start, end, size, True)


async def chunks(file: BinaryIO, span: Span) -> AsyncIterator[bytes]:
    left = span.last - span.first + 1
    try:
        await asyncio.to_thread(file.seek, span.first)
        while left > 0:
            chunk = await asyncio.to_thread(file.read, min(left, CHUNK_BYTES))
            if not chunk:
                return
            left -= len(chunk)
            yield chunk
    finally:
        file.close()


def send_file(request: AnyRequest, path: Path, sha256: str) -> Stream:
    """A file that never changes under its name, from where the other side wants it."""
    try:
        file = path.open("rb")
    except FileNotFoundError:
        raise Fault(404, "not_found") from None
    try:
        wanted = request.headers.get("Range", "") if is_same(request, sha256) else ""
        span = asked_span(wanted, path.stat().st_size)
    except BaseException:
        file.close()
        raise
    headers = {
        "Accept-Ranges": "bytes",
        "ETag": f'"{sha256}"',
        "Content-Length": str(span.last - span.first + 1),
        "Cache-Control": "private, immutable",
    }
    if span.is_part:
        headers["Content-Range"] = f"bytes {span.first}-{span.last}/{span.size}"
    status = 206 if span.is_part else 200
    return Stream(chunks(file, span), media_type=OCTETS, headers=headers, status_code=status)


def is_same(request: AnyRequest, sha256: str) -> bool:
    """A download is resumed only if it is of the same file."""
    return request.headers.get("If-Range", f'"{sha256}"').strip('"') == sha256


def named(request: AnyRequest) -> str:
    """The hash in the path."""
    return str(request.path_params["sha256"])


@get("/v1/snapshots")
async def manifest(request: AnyRequest) -> Response[bytes]:
    visitor = visitor_of(request)
    return answer(await centre_of(request).snapshots.manifest(visitor.channels))


@get("/v1/snapshots/{sha256:str}")
async def snapshot(request: AnyRequest) -> Stream:
    visitor = visitor_of(request)
    sha256 = named(request)
    found = centre_of(request).snapshots.find(sha256, visitor.channels)
    if found is None:
        raise Fault(404, "not_found")
    return send_file(request, found.path, sha256)


@get("/v1/blobs/{sha256:str}")
async def blob(request: AnyRequest) -> Stream:
    visitor_of(request)
    sha256 = named(request)
    path = centre_of(request).blobs.path(sha256)
    if path is None:
        raise Fault(404, "not_found")
    return send_file(request, path, sha256)


@head("/v1/blobs/{sha256:str}")
async def blob_offset(request: AnyRequest) -> Response[None]:
    visitor_of(request)
    return tell_offset(centre_of(request).blobs, named(request))


@put("/v1/blobs/{sha256:str}", request_max_body_size=BLOB_BYTES)
async def put_blob(request: AnyRequest) -> Response[bytes]:
    visitor_of(request)
    return await take_piece(request, centre_of(request).blobs, named(request))


def tell_offset(blobs: Blobs, sha256: str) -> Response[None]:
    """How much of it is there: 200 and its size, or 404 and where to go on."""
    path = blobs.path(sha256)
    offset = path.stat().st_size if path else blobs.offset(sha256)
    return Response(None, status_code=200 if path else 404, headers={OFFSET_HEADER: str(offset)})


async def take_piece(request: AnyRequest, blobs: Blobs, sha256: str) -> Response[bytes]:
    """Puts what a request carries where it belongs: 201 when the whole is there, else 202."""
    body = await request.body()
    offset, total = sent_span(request.headers.get("Content-Range", ""), len(body))
    is_whole = await asyncio.to_thread(blobs.put, sha256, offset, body, total)
    return answer(Received(total if is_whole else offset + len(body), is_whole), 201 if is_whole else 202)


def sent_span(header: str, length: int) -> tuple[int, int]:
    """Offset and total of what a put carries; without a Content-Range it is the whole."""
    if not header:
        return 0, length
    found = _CONTENT_RANGE.match(header)
    if not found:
        raise Fault(400, "bad_message", place="Content-Range")
    first, last, total = (int(part) for part in found.groups())
    if last - first + 1 != length:
        raise Fault(400, "bad_message", place="Content-Range")
    return first, total
