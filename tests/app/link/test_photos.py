"""Photos on demand: over a real centre and a line that breaks, and the list of wishes by itself."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Coroutine
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from app.cache.photos import PhotoCache
from app.link import client as client_module
from app.link import photos as photos_module
from app.link.photos import PhotoFetch
from app.link.wire import Failure, Trouble
from app.session import Session
from casework.limits import PHOTO_WISHES
from casework.sync.status import Lamp
from server.blobs import Blobs
from server.paths import Paths
from tests.app.link.hall import Line, seat, seated, until
from tests.server.ground import Served, passwords

BODY = b"a photo" * 3000
NAME = hashlib.sha256(BODY).hexdigest()


def stored(paths: Paths, body: bytes = BODY) -> str:
    """A photo at the centre."""
    sha256 = hashlib.sha256(body).hexdigest()
    Blobs(paths.blobs).put(sha256, 0, body, len(body))
    return sha256


def arrivals(session: Session) -> list[str]:
    came: list[str] = []
    session.photo_arrived.connect(came.append)
    return came


@pytest.mark.usefixtures("qapp")
class TestOverALine:
    @pytest.fixture(autouse=True)
    def quick_calls(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("BEAT_S", "CONNECT_S"):
            monkeypatch.setattr(client_module, name, 0.5)
        monkeypatch.setattr(client_module, "CALL_S", 1.5)
        monkeypatch.setattr(client_module, "PHOTO_S", 1.5)
        monkeypatch.setattr(photos_module, "ABSENT_MS", 100)

    def test_that_a_photo_comes_when_it_is_asked_for_and_stays(
        self, tmp_path: Path, served: Served, paths: Paths
    ) -> None:
        stored(paths)
        with seated(tmp_path / "a", served.url, paths) as a:
            came = arrivals(a)
            assert a.photo(NAME) is None
            until(lambda: came == [NAME], "the photo")
            assert a.photo(NAME) == BODY

    def test_that_a_photo_once_seen_is_there_without_the_centre(
        self, tmp_path: Path, served: Served, paths: Paths, line: Line
    ) -> None:
        stored(paths)
        with seated(tmp_path / "a", line.url, paths) as a:
            until(lambda: a.photo(NAME), "the photo")
        line.cut()
        again = seat(tmp_path / "a", line.url, "zhang", passwords(paths)["zhang"])
        try:
            assert again.status().lamp is Lamp.OFFLINE
            assert again.photo(NAME) == BODY
        finally:
            again.close()

    def test_that_what_was_wished_for_offline_comes_with_the_line(
        self, tmp_path: Path, served: Served, paths: Paths, line: Line
    ) -> None:
        stored(paths)
        with seated(tmp_path / "a", line.url, paths) as a:
            until(a.numbers_left, "the first beat")
            line.cut()
            until(lambda: a.status().lamp is Lamp.OFFLINE, "the offline lamp")
            came = arrivals(a)
            assert a.photo(NAME) is None
            line.mend()
            until(lambda: came == [NAME], "the photo")

    def test_that_a_photo_that_is_not_its_hash_is_never_shown_and_a_right_one_is_taken_later(
        self, tmp_path: Path, served: Served, paths: Paths
    ) -> None:
        stored(paths)
        path = paths.blobs / NAME[:2] / NAME
        path.write_bytes(BODY[:-1] + b"?")
        with seated(tmp_path / "a", served.url, paths) as a:
            good = stored(paths, b"another photo")
            came = arrivals(a)
            assert a.photo(NAME) is None
            assert a.photo(good) is None
            until(lambda: came == [good], "the other photo")
            assert a.photo(NAME) is None
            path.write_bytes(BODY)
            until(lambda: a.photo(NAME), "the photo")

    def test_that_one_the_centre_gets_later_comes_when_it_is_asked_for_again(
        self, tmp_path: Path, served: Served, paths: Paths
    ) -> None:
        with seated(tmp_path / "a", served.url, paths) as a:
            assert a.photo(NAME) is None
            stored(paths)
            until(lambda: a.photo(NAME) == BODY, "the photo")

    def test_that_a_line_that_mangles_does_not_spoil_the_cache(
        self, tmp_path: Path, served: Served, paths: Paths, line: Line
    ) -> None:
        stored(paths)
        with seated(tmp_path / "a", line.url, paths) as a:
            line.mangle = lambda piece: piece.replace(b"a photo", b"b photo")
            came = arrivals(a)
            until(lambda: a.photo(NAME) or _has_beaten(a), "a beat meanwhile")
            assert came == []
            line.mend()
            until(lambda: a.photo(NAME) == BODY, "the photo")

    @pytest.mark.parametrize("name", ["", "../../seat.db", "x" * 64, NAME.upper()])
    def test_that_a_hostile_name_asks_for_nothing(
        self, tmp_path: Path, served: Served, paths: Paths, name: str
    ) -> None:
        stored(paths)
        with seated(tmp_path / "a", served.url, paths) as a:
            assert a.photo(name) is None
            until(lambda: a.photo(NAME), "a right one")
            assert a.photo(name) is None


def _has_beaten(session: Session) -> bool:
    return session.status().lamp is Lamp.LIVE and session.status().age_ms < 50


# --- the list of wishes ---------------------------------------------------------------------------------------


class Centre:
    """Answers as scripted, and keeps what it was asked."""

    has_token = True

    def __init__(self, answer: Callable[[str], bytes | Failure]) -> None:
        self._answer = answer
        self.asked: list[str] = []
        self.at_once = 0
        self.most_at_once = 0

    async def photo(self, sha256: str) -> bytes | Failure:
        self.asked.append(sha256)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(0)
        self.at_once -= 1
        return self._answer(sha256)


class Desk:
    """What a fetch needs of the core."""

    def __init__(self) -> None:
        self.came: list[str] = []
        self.steady = 0.0
        self.side = SimpleNamespace(is_connected=True)
        self.clock = SimpleNamespace(steady_ms=lambda: self.steady)

    def note_photo(self, sha256: str) -> None:
        self.came.append(sha256)


def named(number: int) -> tuple[str, bytes]:
    body = f"photo {number}".encode()
    return hashlib.sha256(body).hexdigest(), body


PHOTOS = dict(named(number) for number in range(200))


def fetch_of(folder: Path, centre: Centre, desk: Desk) -> PhotoFetch:
    cache = PhotoCache(folder)
    core: Any = desk
    client: Any = centre
    return PhotoFetch(core, client, cache, 0.001, 0.01)


def play(fetch: PhotoFetch, act: Callable[[], Coroutine[Any, Any, None]]) -> None:
    async def both() -> None:
        going = asyncio.create_task(fetch.fetch_photos())
        try:
            async with asyncio.timeout(20):
                await act()
        finally:
            going.cancel()

    asyncio.run(both())


async def soon(holds: Callable[[], bool]) -> None:
    while not holds():  # noqa: ASYNC110 - it may be anything that can be seen
        await asyncio.sleep(0.001)


def test_that_a_wish_is_fetched_once_however_often_it_is_wished(tmp_path: Path) -> None:
    centre, desk = Centre(PHOTOS.__getitem__), Desk()
    fetch = fetch_of(tmp_path, centre, desk)
    [name, *_] = PHOTOS

    async def act() -> None:
        for _ in range(5):
            fetch.want(name)
        await soon(lambda: desk.came == [name])

    play(fetch, act)
    assert centre.asked == [name]


def test_that_the_newest_wish_comes_first_and_the_oldest_of_too_many_is_forgotten(tmp_path: Path) -> None:
    centre, desk = Centre(PHOTOS.__getitem__), Desk()
    fetch = fetch_of(tmp_path, centre, desk)
    names = list(PHOTOS)[: PHOTO_WISHES + 10]

    async def act() -> None:
        for name in names:
            fetch.want(name)
        await soon(lambda: len(desk.came) == PHOTO_WISHES)

    play(fetch, act)
    assert centre.asked == names[::-1][:PHOTO_WISHES]
    assert centre.most_at_once <= photos_module.AT_ONCE


@pytest.mark.parametrize("trouble", [Trouble.NOT_FOUND, Trouble.GARBAGE, Trouble.FAILED])
def test_that_what_is_not_there_is_asked_for_again_only_after_a_while(
    tmp_path: Path, trouble: Trouble
) -> None:
    centre, desk = Centre(lambda name: Failure(trouble)), Desk()
    fetch = fetch_of(tmp_path, centre, desk)
    absent, other, *_ = PHOTOS

    async def act() -> None:
        fetch.want(absent)
        await soon(lambda: not fetch._busy and centre.asked == [absent])
        fetch.want(absent)
        fetch.want(other)
        await soon(lambda: centre.asked == [absent, other] and not fetch._busy)
        desk.steady += photos_module.ABSENT_MS + 1
        fetch.want(absent)
        await soon(lambda: centre.asked == [absent, other, absent])

    play(fetch, act)
    assert desk.came == []


def test_that_an_unreachable_centre_is_tried_until_it_answers(tmp_path: Path) -> None:
    answers: list[bytes | Failure] = [Failure(Trouble.UNREACHABLE)] * 4
    centre = Centre(lambda name: answers.pop() if answers else PHOTOS[name])
    desk = Desk()
    fetch = fetch_of(tmp_path, centre, desk)
    [name, *_] = PHOTOS

    async def act() -> None:
        fetch.want(name)
        await soon(lambda: desk.came == [name])

    play(fetch, act)
    assert centre.asked == [name] * 5


def test_that_nothing_is_asked_while_the_link_is_lost(tmp_path: Path) -> None:
    centre, desk = Centre(PHOTOS.__getitem__), Desk()
    desk.side.is_connected = False
    fetch = fetch_of(tmp_path, centre, desk)
    [name, *_] = PHOTOS

    async def act() -> None:
        fetch.want(name)
        for _ in range(20):
            await asyncio.sleep(0.001)
        assert centre.asked == []
        desk.side.is_connected = True
        await soon(lambda: desk.came == [name])

    play(fetch, act)
