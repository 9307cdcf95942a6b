"""Photos on the seat's disk: whole, what they are called, within their bound, whatever happens to the disk."""

from __future__ import annotations

import hashlib
import os
import threading
from pathlib import Path

import pytest

from app.cache import photos as photos_module
from app.cache.disk import DiskFailed, DiskFull
from app.cache.photos import NotThatPhoto, PhotoCache

BOUND = 10_000


def body(number: int, size: int = 1000) -> bytes:
    return number.to_bytes(4, "big") * (size // 4)


def name(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def put(cache: PhotoCache, *numbers: int, size: int = 1000) -> list[str]:
    made = []
    for number in numbers:
        made.append(name(body(number, size)))
        cache.put(made[-1], body(number, size))
    return made


def on_disk(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


@pytest.fixture
def cache(tmp_path: Path) -> PhotoCache:
    return PhotoCache(tmp_path / "photos", BOUND)


def test_that_a_photo_is_kept_and_there_after_a_restart(tmp_path: Path, cache: PhotoCache) -> None:
    [sha256] = put(cache, 1)
    assert cache.get(sha256) == body(1)
    assert PhotoCache(tmp_path / "photos", BOUND).get(sha256) == body(1)


def test_that_bytes_that_are_not_their_name_are_refused(tmp_path: Path, cache: PhotoCache) -> None:
    with pytest.raises(NotThatPhoto):
        cache.put(name(b"another"), body(1))
    assert on_disk(tmp_path) == []


@pytest.mark.parametrize(
    "bad", ["", "../../seat.db", "A" * 64, "g" * 64, "a" * 63, "a" * 64 + "\n", "\0" * 64]
)
def test_that_what_cannot_be_a_name_touches_no_file(tmp_path: Path, cache: PhotoCache, bad: str) -> None:
    (tmp_path / "seat.db").write_bytes(b"precious")
    with pytest.raises(NotThatPhoto):
        cache.put(bad, b"x")
    assert cache.get(bad) is None
    assert not cache.has(bad)
    assert on_disk(tmp_path) == [tmp_path / "seat.db"]


def test_that_a_photo_spoilt_on_the_disk_is_not_given_and_goes(tmp_path: Path, cache: PhotoCache) -> None:
    [sha256] = put(cache, 1)
    [path] = on_disk(tmp_path)
    path.write_bytes(b"x" + body(1)[1:])
    assert cache.get(sha256) is None
    assert on_disk(tmp_path) == []
    assert cache.total_bytes() == 0
    put(cache, 1)
    assert cache.get(sha256) == body(1)


def test_that_the_bound_is_kept_and_the_longest_unused_go_first(tmp_path: Path, cache: PhotoCache) -> None:
    names = put(cache, *range(10))
    assert cache.get(names[0])  # looked at again
    newer = put(cache, 10, 11, 12)
    assert cache.total_bytes() <= BOUND
    assert sum(path.stat().st_size for path in on_disk(tmp_path)) == cache.total_bytes()
    assert [cache.has(each) for each in names] == [True, False, False, False, *[True] * 6]
    assert all(cache.has(each) for each in newer)


def test_that_the_order_of_use_survives_a_restart(tmp_path: Path, cache: PhotoCache) -> None:
    names = put(cache, *range(10))
    for age, each in enumerate([*names[1:], names[0]]):
        os.utime(tmp_path / "photos" / each[:2] / each, ns=(age * 10**9, age * 10**9))
    again = PhotoCache(tmp_path / "photos", BOUND)
    put(again, 10, 11)
    assert not again.has(names[1]) and not again.has(names[2])
    assert again.has(names[0])


def test_that_one_larger_than_everything_allowed_is_refused_and_pushes_nothing_out(cache: PhotoCache) -> None:
    names = put(cache, *range(5))
    with pytest.raises(NotThatPhoto):
        put(cache, 99, size=BOUND + 4)
    assert all(cache.has(each) for each in names)


def test_that_what_a_crash_left_half_written_is_swept_and_never_shown(tmp_path: Path) -> None:
    sha256 = name(body(1))
    half = tmp_path / "photos" / sha256[:2] / f"{sha256}.part"
    half.parent.mkdir(parents=True)
    half.write_bytes(body(1)[:100])
    cache = PhotoCache(tmp_path / "photos", BOUND)
    assert cache.get(sha256) is None
    put(cache, 2)
    assert not half.exists()


@pytest.mark.parametrize(("number", "wrong"), [(28, DiskFull), (5, DiskFailed)])
def test_that_a_disk_that_refuses_leaves_nothing_half(
    tmp_path: Path, cache: PhotoCache, monkeypatch: pytest.MonkeyPatch, number: int, wrong: type[Exception]
) -> None:
    def refuse(source: Path, target: Path) -> None:
        raise OSError(number, "refused")

    monkeypatch.setattr(photos_module.os, "replace", refuse)
    with pytest.raises(wrong):
        put(cache, 1)
    assert on_disk(tmp_path) == []
    assert cache.total_bytes() == 0


def test_that_several_threads_may_look_while_one_puts(cache: PhotoCache) -> None:
    names = [name(body(number)) for number in range(40)]
    seen: list[bool] = []

    def look() -> None:
        for _ in range(5):
            for number, each in enumerate(names):
                found = cache.get(each)
                seen.append(found is None or found == body(number))

    threads = [threading.Thread(target=look) for _ in range(3)]
    for thread in threads:
        thread.start()
    put(cache, *range(40))
    for thread in threads:
        thread.join()
    assert seen and all(seen)
    assert cache.total_bytes() <= BOUND


@pytest.mark.skipif(os.name == "nt", reason="modes are the system's own there")
def test_that_only_the_seats_user_may_read_them(tmp_path: Path, cache: PhotoCache) -> None:
    put(cache, 1)
    [path] = on_disk(tmp_path)
    assert path.stat().st_mode & 0o777 == 0o600
