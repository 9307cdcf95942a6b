"""Disks that fail, jobs that break, people whose channels change, doors with TLS: what must hold all the same."""

from __future__ import annotations

import asyncio
import ipaddress
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import apsw
import httpx
import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from casework.commands.add_note import AddNote
from casework.commands.claim import ClaimCase
from casework.entities import ENTITY_BY_NAME
from casework.entities.person import Person
from casework.ids import CaseId, CommandId, Key
from casework.sync.centre import change_of
from casework.workflow import Post
from server.centre import open_centre
from server.http.faults import Fault
from server.http.sessions import Gate, checked_account, is_loopback
from server.lapse import lapse_once
from server.paths import Paths
from server.serving import Door, bound_socket, url_of
from server.store import CENTRE_SEAT, NotOpenable, Unavailable
from server.store.sqlite import SqliteStore
from server.store.verify import verify
from server.store.writing import Writing
from tests.server.ground import (
    PEOPLE,
    ZHANG,
    Caller,
    Clock,
    Served,
    accepted,
    opened,
    passwords,
    registered,
    run,
)


class FailingDisk:
    """A disk whose syncs fail while `is_failing`."""

    def __init__(self) -> None:
        self.is_failing = False
        self.failed = 0
        disk, plain = self, apsw.vfs_names()[0]

        class File(apsw.VFSFile):
            def xSync(self, flags: int) -> None:
                if disk.is_failing:
                    disk.failed += 1
                    raise apsw.IOError("planted")
                super().xSync(flags)

        class Vfs(apsw.VFS):
            def __init__(self) -> None:
                super().__init__("failing", plain, makedefault=True, iVersion=3, maxpathname=0)

            def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> apsw.VFSFile:
                return File(plain, name, flags)

        self._vfs = Vfs()

    def remove(self) -> None:
        if "failing" in apsw.vfs_names():
            self._vfs.unregister()


@pytest.fixture
def disk() -> Iterator[FailingDisk]:
    made = FailingDisk()
    yield made
    made.remove()


def note(case: str, name: str) -> AddNote:
    return AddNote(case=CaseId(case), note=name, text="已联系")


def test_that_nothing_is_acknowledged_that_could_not_be_synced(disk: FailingDisk, paths: Paths) -> None:
    caller = Caller(paths)

    async def work(store: SqliteStore) -> None:
        case = await registered(store, caller)
        sent = caller.sent(note(case, "a"))
        disk.is_failing = True
        for _ in range(3):
            with pytest.raises(Unavailable) as told:
                await store.push(caller.push(sent))
            assert told.value.code == "disk_error"
        assert disk.failed >= 3
        disk.is_failing = False
        accepted((await store.push(caller.push(sent)))[0])
        assert await store.push(caller.push(sent)) == await store.push(caller.push(sent))

    with opened(paths) as store:
        run(work(store))
    disk.remove()
    assert verify(paths.database)[0] == []


def test_that_a_job_that_breaks_takes_no_other_with_it(paths: Paths, store: SqliteStore) -> None:
    caller = Caller(paths)

    def broken(writing: Writing) -> None:
        writing.reserve(caller.seat)
        raise ZeroDivisionError

    async def work() -> None:
        await caller.take_numbers(store)
        pushes = [caller.push(caller.sent(caller.register())) for _ in range(3)]
        found = await asyncio.gather(
            store.push(pushes[0]),
            store._writer.do(broken),
            store.push(pushes[1]),
            store.push(pushes[2]),
            return_exceptions=True,
        )
        assert isinstance(found[1], ZeroDivisionError)
        for verdicts in (found[0], *found[2:]):
            assert isinstance(verdicts, tuple)
            accepted(verdicts[0])
        assert (await store.beat(caller.seat, caller.person, 0)).blocks[0].first == caller.blocks[0].last + 1

    run(work())
    assert verify(paths.database)[0] == []


def test_that_a_closed_store_refuses_and_does_not_hang(paths: Paths) -> None:
    with opened(paths) as store:
        pass
    with pytest.raises(Unavailable):
        run(store.beat(Caller(paths).seat, ZHANG, 0))


def test_that_the_centre_itself_releases_what_silent_seats_hold(paths: Paths) -> None:
    caller, clock = Caller(paths), Clock()

    async def work() -> None:
        centre = open_centre(paths, clock)
        try:
            assert isinstance(centre.store, SqliteStore)
            cases = [CaseId(await registered(centre.store, caller)) for _ in range(3)]
            claims = [caller.sent(ClaimCase(case=case)) for case in cases]
            for verdict in await centre.store.push(caller.push(*claims)):
                accepted(verdict)
            assert await lapse_once(centre) == 0
            clock.now_ms += 61_000
            assert await lapse_once(centre) == 3
            assert await lapse_once(centre) == 0
        finally:
            centre.close()

    run(work())
    assert verify(paths.database)[0] == []


def test_that_a_store_that_cannot_be_opened_is_said(paths: Paths) -> None:
    paths.database.unlink()
    paths.database.mkdir()
    with pytest.raises(NotOpenable):
        open_centre(paths)


def test_that_a_lost_secret_is_said(paths: Paths) -> None:
    paths.grant_key.unlink()
    with pytest.raises(NotOpenable, match=r"grant\.key"):
        open_centre(paths)


def moved_to_district(store: SqliteStore) -> None:
    """An administrator's change of a person, as the ledger will have it."""
    key = Key("person", ZHANG)
    person = msgspec.structs.replace(PEOPLE[0], district="450103")

    def work(writing: Writing) -> None:
        n = writing.high_n(CENTRE_SEAT) + 1
        change = change_of(key, writing.stored(key), person)
        writing.append(CommandId(f"test-{n}"), CENTRE_SEAT, n, b"{}", (change,))

    run(store._writer.do(work))


def test_that_new_channels_end_the_old_log_in(served: Served) -> None:
    visitor = served.visitor()
    assert visitor.http.get("/v1/changes?after=0").status_code == 200
    query = {"stream": 1, "after": visitor.welcome.head}
    with visitor.http.stream("GET", "/v1/changes", params=query) as stream:
        lines = stream.iter_lines()
        next(lines)
        assert isinstance(served.centre.store, SqliteStore)
        moved_to_district(served.centre.store)
        for _ in lines:
            pass  # ends by itself
    refused = visitor.http.get("/v1/changes?after=0")
    assert (refused.status_code, refused.json()["code"]) == (403, "channels_changed")
    again = served.visitor(seat="seat-2")
    assert again.welcome.channels == ("district:450103", "everybody")


def test_that_demonstration_accounts_work_on_this_machine_only(paths: Paths) -> None:
    assert [is_loopback(host) for host in ("127.0.0.1", "::1", "10.0.0.7", "fe80::1", "", "evil")] == [
        True,
        True,
        False,
        False,
        False,
        False,
    ]

    async def work() -> None:
        centre = open_centre(paths)
        try:
            password = passwords(paths)[ZHANG]
            assert (await checked_account(centre, Gate(), ZHANG, password, "127.0.0.1")).person == ZHANG
            with pytest.raises(Fault) as told:
                await checked_account(centre, Gate(), ZHANG, password, "10.0.0.7")
            assert (told.value.status, told.value.code) == (401, "wrong_password")
            admin = paths.admin_password.read_text(encoding="utf-8").split("\t")[1].strip()
            assert (await checked_account(centre, Gate(), "admin", admin, "10.0.0.7")).must_change
        finally:
            centre.close()

    run(work())


def certificate(folder: Path) -> tuple[str, str]:
    """A certificate for this machine that nobody signed, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "centre")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    cert, private = folder / "centre.pem", folder / "centre.key"
    cert.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return str(cert), str(private)


def test_that_a_door_with_tls_is_open_to_others_and_speaks_only_tls(paths: Paths, tmp_path: Path) -> None:
    cert, key = certificate(tmp_path)
    bound_socket(Door("0.0.0.0", 0, cert, key)).close()
    door = Door("127.0.0.1", 0, cert, key)
    served = Served(paths, door=door)
    try:
        assert served.url.startswith("https://127.0.0.1:")
        trusted = ssl.create_default_context(cafile=cert)
        assert httpx.get(served.url + "/v1/health", verify=trusted).status_code == 200
        with pytest.raises(httpx.HTTPError):
            httpx.get(served.url + "/v1/health")
        with pytest.raises(httpx.HTTPError):
            httpx.get(served.url.replace("https", "http") + "/v1/health")
    finally:
        served.stop()


def test_that_addresses_are_said_as_seats_need_them() -> None:
    door = Door("::1", 0)
    try:
        sock = bound_socket(door)
    except Exception:
        pytest.skip("no IPv6 here")
    assert url_of(door, sock) == f"http://[::1]:{sock.getsockname()[1]}"
    sock.close()


def test_that_a_person_who_left_is_signed_out(served: Served) -> None:
    visitor = served.visitor()
    key = Key("person", ZHANG)
    gone = msgspec.structs.replace(PEOPLE[0], is_active=False)
    assert ENTITY_BY_NAME["person"].struct is Person
    assert Post.ACCEPTOR in gone.posts

    def work(writing: Writing) -> None:
        n = writing.high_n(CENTRE_SEAT) + 1
        change = change_of(key, writing.stored(key), gone)
        writing.append(CommandId(f"test-{n}"), CENTRE_SEAT, n, b"{}", (change,))

    assert isinstance(served.centre.store, SqliteStore)
    run(served.centre.store._writer.do(work))
    assert visitor.http.get("/v1/changes").json()["code"] == "signed_out"
    asked = {"person": ZHANG, "password": passwords(served.paths)[ZHANG], "seat": "seat-1"}
    answer = httpx.post(served.url + "/v1/session", json=asked, timeout=30)
    assert answer.json()["code"] == "wrong_password"
