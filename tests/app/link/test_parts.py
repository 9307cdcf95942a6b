"""The small parts of the link: events out of bytes, the clock, the first files, the client's bounds."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.link.client import CentreClient
from app.link.clock import SAMPLES, SeatClock
from app.link.downloads import download
from app.link.sse import EVENT_BYTES, EventReader, ServerEvent, TooLong
from app.link.wire import Failure, Trouble
from casework.sync.messages import Manifest, Snapshot
from server.paths import Paths
from tests.app.link.hall import Line, seated, until
from tests.server.ground import Served, passwords

DAY_MS = 86_400_000


# -- events


def test_that_events_come_whole_whatever_pieces_they_come_in() -> None:
    text = 'id: 7\ndata: {"a":"\u2028\x85\x0c 井盖"}\n\n: \n\nevent: presence\ndata: 1\ndata: 2\n\n'.encode()
    expected = [
        ServerEvent("", '{"a":"\u2028\x85\x0c 井盖"}'.encode()),
        ServerEvent("", b""),
        ServerEvent("presence", b"1\n2"),
    ]
    chance = random.Random(1)
    for _ in range(50):
        reader, found, rest = EventReader(), [], text
        while rest:
            size = chance.randrange(1, 12)
            found += list(reader.feed(rest[:size]))
            rest = rest[size:]
        assert found == expected


def test_that_lines_may_end_in_crlf_and_an_event_without_data_is_none() -> None:
    reader = EventReader()
    assert list(reader.feed(b"event: x\r\n\r\ndata: y\r\n\r\n")) == [ServerEvent("", b"y")]


def test_that_an_event_without_end_is_an_error_not_a_leak() -> None:
    reader = EventReader()
    with pytest.raises(TooLong):
        for _ in range(EVENT_BYTES // 2**20 + 2):
            list(reader.feed(b"x" * 2**20))


# -- the clock


class Times:
    """A date that can be set and a clock that cannot."""

    def __init__(self) -> None:
        self.wall, self.steady = 1_784_000_000_000, 5_000.0

    def pass_(self, ms: float) -> None:
        self.steady += ms
        self.wall += int(ms)


def clock_of(times: Times, **kept: int) -> SeatClock:
    return SeatClock(wall=lambda: times.wall, steady=lambda: times.steady, **kept)


def beat(times: Times, clock: SeatClock, ahead_ms: int, trip_ms: float = 20) -> int:
    sent = times.steady
    times.pass_(trip_ms / 2)
    centre = times.wall + ahead_ms
    times.pass_(trip_ms / 2)
    return clock.sample(centre, sent, times.steady)


def test_that_the_offset_is_measured_at_the_middle_of_the_round_trip() -> None:
    times = Times()
    clock = clock_of(times)
    assert beat(times, clock, DAY_MS, trip_ms=400) == DAY_MS
    assert clock.now_ms() == times.wall + DAY_MS


def test_that_a_date_set_in_the_middle_of_the_work_moves_nothing() -> None:
    times = Times()
    clock = clock_of(times)
    beat(times, clock, 0)
    before = clock.now_ms()
    times.wall -= DAY_MS
    times.steady += 1_000
    assert clock.now_ms() == before + 1_000


def test_that_one_late_answer_does_not_move_the_clock() -> None:
    times = Times()
    clock = clock_of(times)
    for _ in range(SAMPLES):
        beat(times, clock, 1_000)
    sent = times.steady
    times.pass_(1_200)  # all of it on the way back
    assert abs(clock.sample(times.wall + 1_000 - 1_190, sent, times.steady)) <= 1
    assert clock.sample(0, times.steady - 60_000, times.steady) == 0


def test_that_a_start_without_the_centre_goes_on_from_what_was_known() -> None:
    times = Times()
    assert clock_of(times, offset_ms=-DAY_MS).now_ms() == times.wall - DAY_MS
    last_ms = times.wall - DAY_MS
    times.wall -= 3 * DAY_MS  # the battery of the clock is empty
    assert clock_of(times, offset_ms=-DAY_MS, floor_ms=last_ms).now_ms() == last_ms


# -- files


@pytest.fixture
def client(served: Served, paths: Paths) -> Iterator[Callable[..., object]]:
    """Runs an act with a client that has logged in."""

    def run(act: Callable[[CentreClient], object], url: str = served.url) -> object:
        async def whole() -> object:
            made = CentreClient(url, "seat-x")
            try:
                assert not isinstance(await made.log_in("zhang", passwords(paths)["zhang"]), Failure)
                return await act(made)  # type: ignore[misc]
            finally:
                await made.close()

        return asyncio.run(whole())

    yield run


def test_that_a_broken_download_goes_on_where_it_stopped(
    tmp_path: Path, paths: Paths, line: Line, client: Callable[..., object]
) -> None:
    body = random.Random(3).randbytes(3_000_000)
    paths.components.write_bytes(body)
    target, plain = tmp_path / "components.zst", tmp_path / "components.db"

    async def fetch(made: CentreClient) -> object:
        manifest = await made.manifest()
        assert isinstance(manifest, Manifest)
        found = next(each for each in manifest.snapshots if each.dataset == "components")
        passed = 0

        def breaking(piece: bytes) -> bytes | None:
            nonlocal passed
            passed += len(piece)
            return None if passed > 1_000_000 else piece

        line.mangle = breaking
        first = await download(made, found, target, plain)
        assert isinstance(first, Failure)
        have = target.stat().st_size
        assert 0 < have < found.bytes
        line.mend()
        seen: list[int] = []
        assert await download(made, found, target, plain, seen.append) is None
        assert seen[0] == have, "it began where it had stopped"
        assert seen[1] > have
        return found

    assert isinstance(client(fetch, line.url), Snapshot)
    assert plain.read_bytes() == body
    assert not target.exists()


def test_that_a_download_that_is_not_its_hash_is_thrown_away(
    tmp_path: Path, paths: Paths, client: Callable[..., object]
) -> None:
    paths.components.write_bytes(b"x" * 5_000)
    target = tmp_path / "components.zst"

    async def fetch(made: CentreClient) -> object:
        manifest = await made.manifest()
        assert isinstance(manifest, Manifest)
        found = next(each for each in manifest.snapshots if each.dataset == "components")
        target.write_bytes(b"?" * found.bytes)
        return await download(made, found, target, tmp_path / "components.db")

    failure = client(fetch)
    assert isinstance(failure, Failure)
    assert failure.trouble is Trouble.GARBAGE
    assert not target.exists()


@pytest.mark.usefixtures("qapp")
def test_that_the_queue_can_be_used_before_the_large_files_have_come_and_newer_ones_replace_them(
    tmp_path: Path, served: Served, paths: Paths
) -> None:
    paths.components.write_bytes(b"components, first edition")
    paths.base_map.write_bytes(b"base map")
    with seated(tmp_path / "a", served.url, paths, "zhang") as a:
        assert a.city() is not None
        came: list[str] = []
        a.dataset_changed.connect(came.append)
        until(lambda: (a.folder / "components.db").exists(), "both files")
        assert (a.folder / "base.db").exists(), "the smaller one first"
        assert (a.folder / "components.db").read_bytes() == b"components, first edition"
    paths.components.write_bytes(b"components, second edition")
    with seated(tmp_path / "a", served.url, paths, "zhang") as a:
        until(lambda: b"second" in (a.folder / "components.db").read_bytes(), "the second edition")
        assert list((a.folder / "incoming").iterdir()) == []


# -- bounds


def test_that_a_centre_nobody_answers_at_is_a_failure_in_bounded_time() -> None:
    async def act() -> Failure:
        made = CentreClient("http://127.0.0.1:9", "s")
        try:
            said = await made.log_in("zhang", "x")
        finally:
            await made.close()
        assert isinstance(said, Failure)
        return said

    assert asyncio.run(asyncio.wait_for(act(), 10)).trouble is Trouble.UNREACHABLE


def test_that_no_proxy_of_the_environment_comes_between(
    monkeypatch: pytest.MonkeyPatch, served: Served
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")

    async def act() -> object:
        made = CentreClient(served.url, "s")
        try:
            return await made.log_in("zhang", "x")
        finally:
            await made.close()

    said = asyncio.run(act())
    assert isinstance(said, Failure)
    assert said.trouble is Trouble.WRONG_PASSWORD
