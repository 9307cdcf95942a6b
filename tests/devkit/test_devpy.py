from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

import dev
from devkit import bundle, environment, oneatatime, system

ROOT = Path(__file__).resolve().parents[2]


def test_that_the_script_starts_without_any_installed_package() -> None:
    done = subprocess.run(
        [sys.executable, "-E", "-s", "-S", str(ROOT / "dev.py"), "help"],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert "python3 dev.py run" in done.stdout


def test_that_an_unknown_chore_is_answered_with_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    assert dev.main(["fly"]) == 2
    assert "python3 dev.py test" in capsys.readouterr().err


class Called:
    """Stands where a child process would be started, and keeps what it was asked."""

    def __init__(self) -> None:
        self.command: list[str] = []

    def __call__(self, command: list[str], more_env: dict[str, str] | None = None) -> int:
        self.command = command[1:]
        return 7


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> Called:
    call = Called()
    monkeypatch.setattr(dev, "inside", call)
    monkeypatch.setattr(dev, "prepare", lambda **_: None)
    return call


@pytest.mark.skipif(sys.platform != "linux", reason="a display is always there")
def test_that_run_goes_headless_where_there_is_no_display(
    called: Called, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    assert dev.main(["run", "--seats", "2"]) == 7
    assert called.command == ["-m", "app", "--demo", "--seats", "2", "--headless", "--shots", "shots"]


def test_that_run_keeps_what_was_asked(called: Called, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":7")
    dev.main(["run", "--size", "1366x768"])
    assert called.command == ["-m", "app", "--demo", "--size", "1366x768"]
    dev.main(["run", "--headless", "--shots=out"])
    assert called.command == ["-m", "app", "--demo", "--headless", "--shots=out"]


def test_that_all_takes_the_slow_tests_in(called: Called) -> None:
    assert dev.main(["test", "--all", "--require-data", "tests/repo"]) == 7
    assert called.command == ["-m", "pytest", "--require-data", "tests/repo", "-m", ""]


def test_that_an_unknown_benchmark_stops(called: Called) -> None:
    with pytest.raises(SystemExit) as stopped:
        dev.main(["bench", "no-such-thing"])
    assert stopped.value.code == 1


@pytest.mark.parametrize(
    ("words", "file", "rest"),
    [
        (["--json", "a.json", "--rounds", "3"], "a.json", ["--rounds", "3"]),
        (["--rounds", "3", "--json=a.json"], "a.json", ["--rounds", "3"]),
        (["--rounds", "3"], None, ["--rounds", "3"]),
    ],
)
def test_that_the_json_file_is_taken_from_the_words(
    words: list[str], file: str | None, rest: list[str]
) -> None:
    assert dev._take_json(words) == (file, rest)


def test_that_a_library_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    planted = {"libno-such-thing.so.9": "libno-such-thing9"}
    monkeypatch.setattr(system, "LIBRARIES", system.LIBRARIES | planted)
    assert system.missing_libraries() == list(planted)


def test_that_without_apt_the_packages_are_named_and_nothing_is_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(system.shutil, "which", lambda _name: None)
    with pytest.raises(SystemExit) as stopped:
        system.install(["libnss3"], "system libraries are missing: libnss3.so")
    assert stopped.value.code == 1
    assert "libnss3.so" in capsys.readouterr().err


def test_that_a_user_without_rights_is_given_the_one_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(system, "_apt_prefix", lambda: None)
    monkeypatch.setattr(system, "_is_known_to_apt", lambda name: name == "libasound2t64")
    monkeypatch.setattr(system.shutil, "which", lambda _name: "/usr/bin/apt-get")
    with pytest.raises(SystemExit):
        system.install(["libasound2", "libnss3"], "missing")
    assert "apt-get install -y --no-install-recommends libasound2t64 libnss3" in capsys.readouterr().err


def test_that_an_old_c_library_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(system.platform, "machine", lambda: "x86_64")
    monkeypatch.setattr(system.platform, "libc_ver", lambda: ("glibc", "2.31"))
    with pytest.raises(SystemExit):
        system.check_glibc()
    assert "glibc 2.31" in capsys.readouterr().err


def test_that_a_changed_lock_file_makes_the_environment_stale(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock, stamp = tmp_path / "requirements.lock", tmp_path / "stamp"
    lock.write_text("a==1\n")
    monkeypatch.setattr(environment, "LOCK", lock)
    monkeypatch.setattr(environment, "STAMP", stamp)
    monkeypatch.setattr(environment, "VENV_PYTHON", Path(sys.executable))
    assert not environment.is_ready()
    stamp.write_text(environment._wanted_stamp(), encoding="utf-8")
    assert environment.is_ready()
    lock.write_text("a==2\n")
    assert not environment.is_ready()


def test_that_addresses_leave_a_lock_file() -> None:
    locked = {
        "packages": {"ol": {"version": "10", "resolved": "http://x/", "funding": [{"url": "http://y/"}]}}
    }
    assert bundle._without_addresses(locked) == {"packages": {"ol": {"version": "10"}}}


def test_that_only_one_is_inside_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    order: list[str] = []
    entered = threading.Event()

    def second() -> None:
        entered.set()
        with oneatatime.one_at_a_time(path):
            order.append("second")

    with oneatatime.one_at_a_time(path):
        thread = threading.Thread(target=second)
        thread.start()
        assert entered.wait(10)
        order.append("first")
    thread.join(10)
    assert order == ["first", "second"]
