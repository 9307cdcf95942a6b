"""The rooms around the seat's root: arguments, settings, folders, the machine, the log, the demonstration's hall."""

from __future__ import annotations

import json
import os
import platform
import re
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest
import structlog
from PySide6.QtWidgets import QApplication

from app import arguments, demo_hall, logs, machine, memory, paths, replayed, settings
from app.demo_hall import Account, Centre, HallFault

ROOT = Path(__file__).resolve().parents[2]


# -- arguments


def test_that_the_command_line_is_read_as_a_value() -> None:
    words = "--centre http://c:1 --user u --password-file p --data d --theme light --lang en --size 1366x768"
    asked = arguments.read([*words.split(), "--headless", "--shots", "s", "--demo", "--seats", "3"])
    assert (asked.centre, asked.user, asked.theme, asked.language) == ("http://c:1", "u", "light", "en")
    assert (asked.size, asked.shots, asked.seats, asked.is_demo) == ((1366, 768), Path("s"), 3, True)


@pytest.mark.parametrize(
    "words",
    [
        "--city full",
        "--archive 5",
        "--demo --city huge",
        "--demo --archive many",
        "--demo --replay x --city full",
        "--demo --speed 5",
        "--demo --replay x --speed fast",
        "--size big",
        "--theme blue",
        "--seats 0",
        "--seats 99",
        "--headless",
        "--lang fr",
        "--no-such",
    ],
)
def test_that_a_wrong_word_is_said_and_ends_the_program(
    words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        arguments.read(words.split())
    assert ended.value.code == 2
    assert "gridseat" in capsys.readouterr().err


def test_that_a_replay_has_a_name_and_a_pace() -> None:
    assert arguments.read(["--demo"]).speed == ""
    asked = arguments.read(["--demo", "--replay", "boston2011", "--speed", "1440"])
    assert (asked.replay, asked.speed) == ("boston2011", "1440")


def test_that_recorded_cases_that_are_not_at_hand_are_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRIDSEAT_REAL_DATA", str(tmp_path))
    with pytest.raises(HallFault, match=r"boston2011 are not at hand: .*GRIDSEAT_REAL_DATA"):
        demo_hall.show_of(arguments.Asked(is_demo=True, replay="boston2011", data=tmp_path))
    with pytest.raises(HallFault, match="known are boston2011, vancouver"):
        demo_hall.show_of(arguments.Asked(is_demo=True, replay="atlantis", data=tmp_path))
    file = tmp_path / replayed.RECORDED["boston2011"].file
    file.parent.mkdir()
    file.touch()
    show = demo_hall.show_of(arguments.Asked(is_demo=True, replay="boston2011", data=tmp_path))
    assert (show.replay, show.trickle_s, show.is_ageing) == ("boston2011", 0, False)
    assert show.founding[-1] == str(file)


def test_that_help_is_answered_without_qt() -> None:
    code = (
        "import sys, app.__main__ as m\n"
        "try: m.main(['--help'])\n"
        "except SystemExit: pass\n"
        "assert not any(name.startswith('PySide6') for name in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, timeout=60, stdout=subprocess.DEVNULL)


# -- the machine


def test_that_a_missing_library_is_named_with_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "LIBRARIES", {"libnowhere.so.7": "libnowhere7"})
    monkeypatch.setattr(machine.sys, "platform", "linux")
    with pytest.raises(machine.Unsuitable, match=r"libnowhere\.so\.7(.|\n)*apt-get install .*libnowhere7"):
        machine.check(is_headless=True)


def test_that_an_old_system_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine.platform, "libc_ver", lambda: ("glibc", "2.31"))
    monkeypatch.setattr(machine.platform, "machine", lambda: "x86_64")
    monkeypatch.setattr(machine.sys, "platform", "linux")
    with pytest.raises(machine.Unsuitable, match=r"glibc 2\.34 or newer is needed, this system has 2\.31"):
        machine.check(is_headless=True)


def test_that_a_window_without_a_display_is_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine.sys, "platform", "linux")
    monkeypatch.setattr(machine, "WINDOW_LIBRARIES", {})
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(machine.Unsuitable, match="no display"):
        machine.check(is_headless=False)


def test_that_what_a_person_has_set_stays() -> None:
    environ = {"QT_QPA_PLATFORM": "xcb"}
    machine.set_environment(environ, is_headless=True)
    assert environ["QT_QPA_PLATFORM"] == "xcb"
    assert environ["QT_QUICK_BACKEND"] == "software"
    assert "--disable-gpu" in environ["QTWEBENGINE_CHROMIUM_FLAGS"]


# -- settings and folders


def test_that_settings_come_back_and_foreign_ones_are_none(tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    assert settings.read(file) == settings.Settings()
    chosen = settings.Settings(theme="light", language="en", centre="http://c", person="zhang")
    settings.write(file, chosen)
    assert settings.read(file) == chosen
    file.write_text('{"theme": "pink", "density": 7}', encoding="utf-8")
    assert settings.read(file) == settings.Settings()
    file.write_text('{"theme": "pink", "person": "li"}', encoding="utf-8")
    assert settings.read(file) == settings.Settings(person="li")
    file.write_bytes(b"\xff\xfe")
    assert settings.read(file) == settings.Settings()


def test_that_each_centre_has_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths.platformdirs, "user_data_dir", lambda *a, **k: str(tmp_path))
    one, other = paths.data_folder("https://A.example:8390"), paths.data_folder("https://b.example")
    assert one != other
    assert one.is_dir()
    assert one == paths.data_folder("https://a.example:8390/")
    assert paths.data_folder("https://x", tmp_path / "chosen") == tmp_path / "chosen"


# -- the log


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    import logging

    before = (sys.excepthook, logging.getLogger().handlers[:], structlog.get_config())
    logs.start_log(tmp_path)
    yield tmp_path
    sys.excepthook = before[0]
    for handler in logging.getLogger().handlers:
        handler.close()
    logging.getLogger().handlers[:] = before[1]
    structlog.configure(**before[2])


def test_that_log_lines_are_events_with_fields(log: Path) -> None:
    structlog.get_logger("x").info("rows_loaded", rows=7)
    (line,) = (log / "seat.log").read_text(encoding="utf-8").splitlines()
    said = json.loads(line)
    assert (said["event"], said["rows"], said["level"]) == ("rows_loaded", 7, "info")


def test_that_a_crash_names_the_commands_on_their_way(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    logs.note_commands(lambda: ("c-1", "c-2"))
    try:
        raise ZeroDivisionError
    except ZeroDivisionError as error:
        sys.excepthook(ZeroDivisionError, error, error.__traceback__)
    logs.note_commands(tuple)
    crash = (log / "crash.log").read_text(encoding="utf-8")
    assert "c-1, c-2" in crash
    assert "ZeroDivisionError" in crash
    assert '"c-1"' in (log / "seat.log").read_text(encoding="utf-8")
    assert "ZeroDivisionError; see the log" in capsys.readouterr().err


# -- the demonstration


def test_that_accounts_are_read_and_the_known_people_sit_first(tmp_path: Path) -> None:
    (tmp_path / "secrets").mkdir()
    lines = [
        "wei\tp1\t韦\tunit_operator",
        "luhaiyan\tp2\t陆\tdispatcher",
        "zhangmin\tp3\t张\tacceptor,dispatcher",
    ]
    lines += ["mo\tp4\t莫\tacceptor", ""]
    (tmp_path / "secrets" / "demo-accounts.txt").write_text("\n".join(lines), encoding="utf-8")
    accounts = demo_hall.read_accounts(tmp_path)
    assert accounts[2] == Account("zhangmin", "p3", "张", ("acceptor", "dispatcher"))
    assert [a.person for a in demo_hall.seats_of(accounts, 3)] == ["zhangmin", "luhaiyan", "mo"]
    with pytest.raises(HallFault, match="3 accounts for 4 seats"):
        demo_hall.seats_of(accounts, 4)


def test_that_a_centre_that_does_not_start_is_said_with_its_own_words(tmp_path: Path) -> None:
    with pytest.raises(HallFault, match="not initialised"):
        Centre(tmp_path / "nothing")


def test_that_a_city_that_cannot_be_made_is_said_with_its_own_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(HallFault, match="could not be made"):
        demo_hall.found_once(tmp_path / "file" / "centre")


def test_that_every_city_has_a_folder_and_words_of_its_own(tmp_path: Path) -> None:
    def shown(words: str) -> tuple[str, tuple[str, ...]]:
        show = demo_hall.show_of(arguments.read(["--demo", "--data", str(tmp_path), *words.split()]))
        return show.folder.relative_to(tmp_path).as_posix(), show.founding

    assert shown("") == (".", ("--city", "small"))
    assert shown("--city full") == ("full", ("--city", "full"))
    assert shown("--city full --archive 900") == ("full-900", ("--city", "full", "--archive", "900"))
    assert shown("--archive 5") == ("small-5", ("--city", "small", "--archive", "5"))


def test_that_a_city_of_an_earlier_shift_is_cleared_away_by_what_its_ledger_says(tmp_path: Path) -> None:
    for folder in ("centre", "seat-01", "full"):
        (tmp_path / folder).mkdir()
    db = apsw.Connection(str(tmp_path / "centre" / "centre.db"))
    db.execute("CREATE TABLE log (seq INTEGER PRIMARY KEY, at_ms INTEGER)")
    db.execute("INSERT INTO log VALUES (1, ?), (2, 1)", (int((time.time() - 3600) * 1000),))
    demo_hall.clear_if_old(tmp_path)
    assert (tmp_path / "centre").exists()
    db.execute("UPDATE log SET at_ms = at_ms - 28800000 WHERE seq = 1")
    db.close()
    demo_hall.clear_if_old(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["full"]


def test_that_memory_is_told_process_by_process() -> None:
    said = memory.line_of([("centre", os.getpid()), ("seat 01", 2**30)])
    if sys.platform == "linux":
        assert re.fullmatch(r"memory: centre \d+ MB \(peak \d+\).*", said) and "seat 01" not in said
    assert memory.line_of([("centre", os.getpid())], Path("/nowhere")) == ""


def test_that_the_password_is_for_its_owners_eyes_and_gone_afterwards(tmp_path: Path) -> None:
    with demo_hall.password_file(tmp_path, Account("z", "secret", "", ()), 1) as path:
        assert path.read_text() == "secret\n"
        assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    assert not path.exists()


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_that_the_self_check_says_what_the_seat_is_made_of() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "app", "--selfcheck"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    report = json.loads(done.stdout)
    assert done.returncode == 0, report["checks"]
    assert report["checks"]["map"]["is_good"]
    assert report["versions"]["qt"] == "6.11.3"


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_that_the_demonstration_walks_through_its_screens_without_a_screen(tmp_path: Path) -> None:
    words = ["--shots", str(tmp_path / "shots"), "--data", str(tmp_path / "demo"), "--lang", "zh_CN"]
    done = subprocess.run(
        [sys.executable, "-m", "app", "--demo", "--headless", "--seats", "2", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=580,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    pictures = sorted((tmp_path / "shots").glob("*.png"))
    assert len(pictures) >= 8
    assert json.loads(done.stdout[done.stdout.index("{") :])["faults"] == []


def test_that_a_seat_looks_for_garbage_on_the_screens_thread_only(qapp: QApplication) -> None:
    import gc

    from app import start

    was_on = gc.isenabled()
    threads: set[int] = set()

    def note(phase: str, info: dict[str, int]) -> None:
        threads.add(threading.get_ident())

    gc.collect()
    timer = start.collect_here(qapp)
    gc.callbacks.append(note)
    try:
        rings: list[list[object]] = []
        worker = threading.Thread(
            target=lambda: rings.extend([[n] for n in range(3 * start.GARBAGE_OBJECTS)])
        )
        worker.start()
        worker.join()
        assert threads == set(), "nothing is collected where the objects are made"
        timer.timeout.emit()
        assert threads == {threading.get_ident()}
    finally:
        gc.callbacks.remove(note)
        timer.stop()
        if was_on:
            gc.enable()


def test_that_memory_is_shared_by_threads_where_the_c_library_can_be_told() -> None:
    has_word = platform.libc_ver()[0] == "glibc"
    assert machine.share_memory() is has_word
