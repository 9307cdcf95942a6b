"""A centre that answers nonsense, half an answer, errors or nothing: the seat says so, goes on, and loses nothing."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from app.link import client as client_module
from casework.sync.status import Fault, Lamp
from server.paths import Paths
from tests.app.link.hall import Line, report, seated, until
from tests.server.ground import Served

pytestmark = pytest.mark.usefixtures("qapp")
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@pytest.fixture(autouse=True)
def quick_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BEAT_S", "CONNECT_S"):
        monkeypatch.setattr(client_module, name, 0.5)
    monkeypatch.setattr(client_module, "CALL_S", 1.5)


def noise(piece: bytes) -> bytes:
    return random.Random(len(piece)).randbytes(len(piece))


def half(piece: bytes) -> bytes | None:
    return piece[: len(piece) // 2] if len(piece) > 40 else None


def broken(piece: bytes) -> bytes:
    body = b'{"code":"internal","values":{}}'
    return b"HTTP/1.1 500 Oh\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)


def busy(piece: bytes) -> bytes:
    return b"HTTP/1.1 503 Busy\r\nRetry-After: 0\r\nContent-Length: 2\r\n\r\n{}"


def page_of_a_hotel(piece: bytes) -> bytes:
    body = b"<html><body>Welcome to the guest network, please log in</body></html>"
    return b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)


def other_json(piece: bytes) -> bytes:
    return HEAD + b'Content-Length: 13\r\n\r\n{"epoch":"x"}'


def rows_of_nobody(piece: bytes) -> bytes:
    """Right in form, and a row in it that does not decode."""
    entry = b'{"seq":9999,"command":"c","entity":"case","key":"1","ver":1,"op":"put","body":{"id":1}}'
    body = b'{"epoch":1,"prev":0,"next":9999,"head":9999,"entries":[%b],"centre_ms":1}' % entry
    return HEAD + b"Content-Length: %d\r\n\r\n%b" % (len(body), body)


def endless(piece: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: " + b"x" * 100_000


@pytest.mark.parametrize(
    "harm", [noise, half, broken, busy, page_of_a_hotel, other_json, rows_of_nobody, endless]
)
def test_that_nonsense_from_the_centre_costs_nothing_and_ends_with_it(
    tmp_path: Path, served: Served, paths: Paths, line: Line, harm: Callable[[bytes], bytes | None]
) -> None:
    with (
        seated(tmp_path / "a", line.url, paths, "zhang") as a,
        seated(tmp_path / "b", served.url, paths, "li") as b,
    ):
        until(a.numbers_left, "case numbers")
        line.mangle = harm
        line._close_all()
        mine, theirs = report(a), report(b)
        a.perform(mine)
        b.perform(theirs)
        until(lambda: a.status().fault is not Fault.NONE, "a word about it")
        until(lambda: a.status().lamp is Lamp.OFFLINE, "the offline lamp")
        assert a.row("case", mine.case), "it works on"
        assert a.row("case", "1") is None
        line.mend()
        line._close_all()
        until(lambda: a.outbox() == () and a.row("case", theirs.case), "agreement")
        until(lambda: b.row("case", mine.case), "the report at the other seat")
        until(lambda: a.status().fault is Fault.NONE, "the word's end")


def test_that_a_line_that_breaks_all_the_time_still_lets_everything_through(
    tmp_path: Path, served: Served, paths: Paths, line: Line
) -> None:
    count = itertools.count()

    def moody(piece: bytes) -> bytes | None:
        return None if next(count) % 5 == 4 else piece

    with seated(tmp_path / "a", line.url, paths, "zhang") as a:
        until(a.numbers_left, "case numbers")
        line.mangle = moody
        commands = []
        for _ in range(10):
            commands.append(report(a))
            a.perform(commands[-1])
        until(lambda: a.outbox() == (), "all reports")
        line.mend()
    with seated(tmp_path / "b", served.url, paths, "li") as b:
        assert [b.row("case", command.case).ver for command in commands] == [1] * 10  # type: ignore[union-attr]
