"""POST and DELETE /v1/session: coming in and going out; POST /v1/password: a new password for oneself."""

from __future__ import annotations

import asyncio
import ipaddress

import msgspec
import structlog
from litestar import Response, delete, post

from casework.entities.person import Person
from casework.ids import PersonId
from casework.sync.messages import LogIn, Welcome
from server.auth import hash_password, is_password, new_token, token_hash
from server.centre import Centre
from server.http.faults import AnyRequest, Fault
from server.http.visitor import answer, centre_of, channels_of, check_protocol, visitor_of
from server.limits import ID_CHARS, LOG_INS_AT_ONCE, PASSWORD_CHARS, SESSION_MS
from server.store import CENTRE_SEAT, Account, Session, channel_name

_LOG = structlog.get_logger("http")
MUST_CHANGE_HEADER = "GridSeat-Must-Change-Password"
PASSWORD_LEAST = 10


class NewPassword(msgspec.Struct, frozen=True):
    """A person changes the own password."""

    password: str
    new_password: str


class Gate:
    """How many passwords are looked at at once: each takes a core for a moment."""

    def __init__(self) -> None:
        self.slots = asyncio.Semaphore(LOG_INS_AT_ONCE)


async def checked_account(centre: Centre, gate: Gate, person: str, password: str, host: str) -> Account:
    """The account whose password it is; the same answer and the same work whatever was wrong."""
    async with gate.slots:
        # Asked inside the gate, so that many at once do not slip past the delay together.
        wait_ms = centre.patience.wait_ms(person)
        if wait_ms:
            raise Fault(429, "too_many_attempts", wait_ms=wait_ms)
        account = await centre.store.account(PersonId(person))
        is_right = await asyncio.to_thread(is_password, account, password)
        if account is None or not is_right or (account.is_loopback_only and not is_loopback(host)):
            centre.patience.failed(person)
            _LOG.warning("log_in_refused")
            raise Fault(401, "wrong_password")
        centre.patience.succeeded(person)
        return account


def is_loopback(host: str) -> bool:
    """Whether an address is this machine's own."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def host_of(request: AnyRequest) -> str:
    return request.client.host if request.client else ""


def gate_of(request: AnyRequest) -> Gate:
    gate: Gate = request.app.state.gate
    return gate


@post("/v1/session")
async def log_in(request: AnyRequest) -> Response[bytes]:
    asked = msgspec.json.decode(await request.body(), type=LogIn)
    check_protocol(asked.protocol)
    centre = centre_of(request)
    if not 0 < len(asked.seat) <= ID_CHARS or asked.seat == CENTRE_SEAT:
        raise Fault(400, "bad_message", place="seat")
    if len(asked.person) > ID_CHARS or len(asked.password) > PASSWORD_CHARS:
        raise Fault(401, "wrong_password")
    account = await checked_account(centre, gate_of(request), asked.person, asked.password, host_of(request))
    person = centre.store.person(asked.person)
    if person is None or not person.is_active:
        raise Fault(401, "wrong_password")
    token, high_n = await enter(centre, person, asked)
    now_ms = centre.clock()
    welcome = Welcome(
        token=token,
        grant=centre.grants.sign(person.id, asked.seat, now_ms),
        epoch=centre.store.epoch,
        head=centre.store.head,
        high_n=high_n,
        person=person.id,
        channels=tuple(sorted(channels_of(person))),
        centre_ms=now_ms,
        key=centre.signing.public,
    )
    said = answer(welcome, 201)
    if account.must_change:
        said.headers[MUST_CHANGE_HEADER] = "1"
    return said


async def enter(centre: Centre, person: Person, asked: LogIn) -> tuple[str, int]:
    """A new session's token and the highest number of its seat."""
    token = new_token()
    session = Session(
        token_hash(token),
        person.id,
        asked.seat,
        channel_name(channels_of(person)),
        centre.clock() + SESSION_MS,
    )
    high_n = await centre.store.enter(session)
    _LOG.info("logged_in", seat=asked.seat)
    return token, high_n


@delete("/v1/session", status_code=204)
async def log_out(request: AnyRequest) -> None:
    visitor = visitor_of(request)
    centre = centre_of(request)
    await centre.store.leave(visitor.session.token_hash)
    centre.hub.presence.forget(visitor.seat)
    _LOG.info("logged_out", seat=visitor.seat)


@post("/v1/password", status_code=204)
async def change_password(request: AnyRequest) -> None:
    visitor = visitor_of(request)
    asked = msgspec.json.decode(await request.body(), type=NewPassword)
    if not PASSWORD_LEAST <= len(asked.new_password) <= PASSWORD_CHARS:
        raise Fault(422, "password_length", least=PASSWORD_LEAST, most=PASSWORD_CHARS)
    centre = centre_of(request)
    account = await checked_account(
        centre, gate_of(request), visitor.person.id, asked.password, host_of(request)
    )
    digest = await asyncio.to_thread(hash_password, asked.new_password)
    await centre.store.set_account(Account(account.person, digest, False, account.is_loopback_only))
