"""Answers that are not what was asked for: a status, a code and the figures a sentence about it needs.

People's words for the codes live in the seat's translations; nothing of a stack or a path leaves the centre.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.types import ExceptionHandlersMap

from casework.sync.messages import WireError
from server.blobs import BlobFault
from server.store import CursorAhead, EpochChanged, Unavailable

_LOG = structlog.get_logger("http")
JSON = "application/json"
AnyRequest = Request[Any, Any, Any]
_CODES = {400: "bad_message", 404: "not_found", 405: "not_found", 413: "too_long"}
RETRY_S = 2


class Fault(Exception):
    """Answered as {code, values}."""

    def __init__(self, status: int, code: str, **values: str | int) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.values = values


class Wrong(msgspec.Struct, frozen=True):
    """The body of every answer that is not a success."""

    code: str
    values: Mapping[str, str | int] = {}


def wrong(status: int, code: str, **values: str | int) -> Response[bytes]:
    """An answer that says no."""
    headers = {"Retry-After": str(_retry_s(values))} if status in (429, 503) else {}
    body = msgspec.json.encode(Wrong(code, values), order="sorted")
    return Response(body, status_code=status, media_type=JSON, headers=headers)


def _retry_s(values: Mapping[str, str | int]) -> int:
    return -(-int(values.get("wait_ms", RETRY_S * 1000)) // 1000)


def _fault(_: AnyRequest, error: Fault) -> Response[bytes]:
    return wrong(error.status, error.code, **error.values)


def _unavailable(_: AnyRequest, error: Unavailable) -> Response[bytes]:
    return wrong(503, error.code)


def _epoch(_: AnyRequest, error: EpochChanged) -> Response[bytes]:
    return wrong(409, "epoch_changed", epoch=error.epoch, high_n=error.high_n)


def _ahead(_: AnyRequest, error: CursorAhead) -> Response[bytes]:
    return wrong(409, "cursor_ahead", head=error.head)


def _undecoded(_: AnyRequest, error: Exception) -> Response[bytes]:
    # Where in the message it went wrong, never what stood there.
    return wrong(400, "bad_message", place=str(error).rpartition(" - at ")[2][:200])


def _blob(_: AnyRequest, error: BlobFault) -> Response[bytes]:
    status = {"gap": 409, "too_long": 413}.get(error.code, 422)
    return wrong(status, error.code, offset=error.offset)


def _http(_: AnyRequest, error: HTTPException) -> Response[bytes]:
    return wrong(error.status_code, _CODES.get(error.status_code, "refused"))


def _bug(request: AnyRequest, error: Exception) -> Response[bytes]:
    _LOG.error("route_broke", route=request.url.path, exc_info=error)
    return wrong(500, "internal")


FAULTS: ExceptionHandlersMap = {
    Fault: _fault,
    Unavailable: _unavailable,
    EpochChanged: _epoch,
    CursorAhead: _ahead,
    WireError: _undecoded,
    msgspec.DecodeError: _undecoded,
    BlobFault: _blob,
    HTTPException: _http,
    Exception: _bug,
}
