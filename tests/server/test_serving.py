"""Founding and serving as an administrator meets them: clear words, nothing half-made, a lock, a log without names."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from casework.entities.city import City
from server.__main__ import main
from server.cities import empty_ground
from server.founding import UNFINISHED, CannotFound, Ground, found
from server.paths import Paths
from server.serving import CannotServe, Door, bound_socket, is_loopback, serve, serving_lock
from server.store import NotOpenable
from server.store.verify import verify
from tests.server.ground import PEOPLE, ZHANG, founded, opened, passwords, serving

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def process(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    started = subprocess.Popen(
        [sys.executable, "-m", "server", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    try:
        yield started
    finally:
        started.kill()
        started.communicate()


def url_said_by(started: subprocess.Popen[str]) -> str:
    assert started.stdout is not None
    word, url = started.stdout.readline().split()
    assert word == "listening"
    return url


def test_that_a_founded_folder_is_sound_and_keeps_its_secrets(tmp_path: Path) -> None:
    paths = founded(tmp_path / "centre")
    faults, entries = verify(paths.database)
    assert faults == []
    assert entries == 4 + len(PEOPLE) + 1
    assert stat.S_IMODE(paths.secrets.stat().st_mode) == 0o700
    for secret in (paths.grant_key, paths.admin_password, paths.demo_accounts, paths.database):
        assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert not (paths.root / UNFINISHED).exists()
    assert set(passwords(paths)) == {person.id for person in PEOPLE}


def test_that_a_founded_folder_is_never_founded_again(paths: Paths) -> None:
    before = paths.database.read_bytes()
    with pytest.raises(CannotFound, match="already initialised"):
        found(paths.root, empty_ground(), 0)
    assert paths.database.read_bytes() == before


def test_that_a_founding_that_breaks_leaves_nothing_and_can_be_repeated(tmp_path: Path) -> None:
    def full(_: Path) -> None:
        raise OSError(28, "No space left on device")

    root = tmp_path / "centre"
    with pytest.raises(CannotFound, match="No space left"):
        found(root, Ground([], full), 0)
    assert list(root.iterdir()) == []
    found(root, empty_ground(), 0)
    assert verify(Paths(root).database)[0] == []


def test_that_a_killed_founding_can_be_repeated(tmp_path: Path) -> None:
    half = tmp_path / UNFINISHED / "secrets"
    half.mkdir(parents=True)
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "old").write_text("x")
    found(tmp_path, empty_ground(), 0)
    assert not (tmp_path / "secrets" / "old").exists()
    assert verify(Paths(tmp_path).database)[0] == []


def test_that_the_empty_city_has_its_own_row_and_holidays() -> None:
    ((name, city),) = list(empty_ground().rows)
    assert name == "city"
    assert isinstance(city, City)
    assert "2026-10-01" in city.calendar.holidays


def test_that_only_one_centre_serves_a_folder(paths: Paths) -> None:
    second = serving_lock(paths.lock)
    with serving_lock(paths.lock), pytest.raises(CannotServe, match="another centre is already serving"):
        second.__enter__()
    with serving_lock(paths.lock):
        pass


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.0.7", "centre.example"])
def test_that_no_door_is_open_to_others_without_tls(host: str) -> None:
    assert not is_loopback(host)
    with pytest.raises(CannotServe, match="--tls-cert"):
        bound_socket(Door(host, 0))


def test_that_a_certificate_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(CannotServe, match="cannot read"):
        bound_socket(Door("127.0.0.1", 0, str(tmp_path / "no.pem"), str(tmp_path / "no.key")))


def test_that_a_port_in_use_is_said() -> None:
    said = pytest.raises(CannotServe, match=r"cannot listen on 127\.0\.0\.1 port")
    with socket.create_server(("127.0.0.1", 0)) as taken, said:
        bound_socket(Door("127.0.0.1", taken.getsockname()[1]))


def test_that_the_commands_say_what_is_wrong(
    paths: Paths, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nowhere = tmp_path / "nowhere"
    assert main(["serve", str(nowhere), "--port", "0"]) == 2
    assert f"gridseat-centre init {nowhere}" in capsys.readouterr().err
    assert not nowhere.exists()
    assert main(["init", str(paths.root), "--city", "empty"]) == 2
    assert "already initialised" in capsys.readouterr().err
    assert main(["init", str(tmp_path / "new"), "--city", "empty"]) == 0
    assert "one-time password" in capsys.readouterr().out
    assert main(["init", "/proc/nothing/here", "--city", "empty"]) == 2
    assert "cannot write" in capsys.readouterr().err


def test_that_a_damaged_store_is_refused_in_words(paths: Paths) -> None:
    paths.database.write_bytes(b"not a database " * 999)
    with pytest.raises(NotOpenable, match="damaged"), opened(paths):
        pass


def test_that_a_process_serves_says_where_and_stops_when_told(paths: Paths) -> None:
    with process("serve", str(paths.root), "--port", "0") as started:
        url = url_said_by(started)
        asked = {"person": ZHANG, "password": passwords(paths)[ZHANG], "seat": "seat-1"}
        welcome = httpx.post(url + "/v1/session", json=asked, timeout=30).json()
        headers = {"Authorization": f"Bearer {welcome['token']}"}
        with httpx.stream("GET", url + "/v1/changes?stream=1", headers=headers, timeout=30) as stream:
            lines = stream.iter_lines()
            assert next(lines)
            second = subprocess.run(
                [sys.executable, "-m", "server", "serve", str(paths.root), "--port", "0"],
                capture_output=True,
                text=True,
                cwd=ROOT,
                timeout=60,
            )
            assert (second.returncode, "already serving" in second.stderr) == (2, True)
            started.send_signal(signal.SIGTERM)
            for _ in lines:
                pass
        started.wait(30)
    assert not os.path.exists(f"{paths.database}-wal"), "the file is not whole by itself"
    assert verify(paths.database)[0] == []


def test_that_the_log_names_nobody_and_keeps_no_secret(paths: Paths) -> None:
    with process("serve", str(paths.root), "--port", "0") as started:
        url = url_said_by(started)
        for password in ("wrong-password-1", passwords(paths)[ZHANG]):
            asked = {"person": ZHANG, "password": password, "seat": "seat-1"}
            welcome = httpx.post(url + "/v1/session", json=asked, timeout=30).json()
        started.send_signal(signal.SIGTERM)
        started.wait(30)
    text = (paths.log / "centre.log").read_text(encoding="utf-8")
    events = [json.loads(line)["event"] for line in text.splitlines()]
    assert {"log_in_refused", "logged_in"} <= set(events)
    hidden = [
        "wrong-password-1",
        passwords(paths)[ZHANG],
        welcome["token"],
        welcome["grant"],
        "张晓岚",
        "zhang",
    ]
    assert [word for word in hidden if word in text] == []


def fill(ballast: Path) -> None:
    """Until not a byte more fits."""
    with ballast.open("wb", buffering=0) as file, pytest.raises(OSError):
        while True:
            file.write(bytes(4096))


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root mounts a tmpfs")
def test_that_a_really_full_disk_is_said_and_stops_nothing_for_good(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(small)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("this machine mounts no tmpfs")
    try:
        paths = founded(small / "centre")
        with serving(paths) as served:
            visitor = served.visitor()
            ballast = small / "ballast"
            beat = {"seat": visitor.seat, "numbers_left": None}
            assert visitor.post("/v1/beat", beat).status_code == 200
            fill(ballast)
            codes = set()
            for _ in range(200):
                answer = visitor.post("/v1/beat", {"seat": visitor.seat, "numbers_left": 0})
                if answer.status_code == 503:
                    codes.add(answer.json()["code"])
                    break
            assert codes == {"disk_full"}
            assert visitor.http.get("/v1/changes?after=0").status_code == 200
            ballast.unlink()
            assert visitor.post("/v1/beat", beat).status_code == 200
        fill(ballast)
        with pytest.raises(NotOpenable, match="the disk is full"):
            serve(paths.root, Door(port=0), print)
        assert main(["verify", str(paths.root)]) == 2
        assert "the disk is full" in capsys.readouterr().err
        ballast.unlink()
        assert verify(paths.database)[0] == []
    finally:
        subprocess.run(["umount", "-l", str(small)], check=False)
