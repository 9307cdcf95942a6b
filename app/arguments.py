"""The seat's command line, checked. It imports no Qt: `--help` and a wrong word are answered at once."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from pathlib import Path

import msgspec

LANGUAGES = ("zh_CN", "en")
THEMES = ("dark", "light")
CITIES = ("small", "full")
MOST_ARCHIVED = 5_000_000


class Asked(msgspec.Struct, frozen=True):
    """What was asked for. "" and None stand for what the settings or the person say."""

    centre: str = ""
    user: str = ""
    password_file: Path | None = None
    data: Path | None = None
    seat: str = ""
    authority: Path | None = None
    theme: str = ""
    language: str = ""
    size: tuple[int, int] | None = None
    is_headless: bool = False
    shots: Path | None = None
    is_selfcheck: bool = False
    is_demo: bool = False
    seats: int = 1
    city: str = ""
    archive: int = 0
    replay: str = ""
    speed: str = ""


def read(words: Sequence[str]) -> Asked:
    """The command line as a value; ends the program with a word about what is wrong."""
    parser = argparse.ArgumentParser(prog="gridseat", description="The operator's seat of GridSeat.")
    parser.add_argument("--centre", default="", metavar="URL", help="http(s)://host:port of the centre")
    parser.add_argument("--user", default="", metavar="NAME", help="log-in name")
    parser.add_argument(
        "--password-file",
        type=Path,
        metavar="FILE",
        help="the password in its first line; else it is asked for",
    )
    parser.add_argument("--data", type=Path, metavar="DIR", help="the seat's data folder")
    parser.add_argument(
        "--seat", default="", metavar="ID", help="name of a new seat; one that exists keeps its own"
    )
    parser.add_argument(
        "--authority", type=Path, metavar="FILE", help="certificate of the office's own authority, PEM"
    )
    parser.add_argument("--theme", default="", choices=("", *THEMES))
    parser.add_argument(
        "--lang", default="", choices=("", *LANGUAGES), help="the system's where none is given"
    )
    parser.add_argument(
        "--size", type=_size, metavar="WxH", help="the window's size in pixels, e.g. 1366x768"
    )
    parser.add_argument("--headless", action="store_true", help="without a screen")
    parser.add_argument(
        "--shots", type=Path, metavar="DIR", help="walk through the screens and keep pictures here"
    )
    parser.add_argument(
        "--selfcheck", action="store_true", help="print what this program is made of, as JSON"
    )
    _add_demonstration(parser)
    given = parser.parse_args(words)
    if wrong := _wrong(given):
        parser.error(wrong)
    return Asked(
        centre=given.centre,
        user=given.user,
        password_file=given.password_file,
        data=given.data,
        seat=given.seat,
        authority=given.authority,
        theme=given.theme,
        language=given.lang,
        size=given.size,
        is_headless=given.headless,
        shots=given.shots,
        is_selfcheck=given.selfcheck,
        is_demo=given.demo,
        seats=given.seats,
        city=given.city,
        archive=given.archive,
        replay=given.replay,
        speed=given.speed,
    )


def _add_demonstration(parser: argparse.ArgumentParser) -> None:
    """What makes a demonstration of it, and which."""
    parser.add_argument(
        "--demo",
        action="store_true",
        help="the demonstration city: its centre, a trickle of reports, and seats",
    )
    parser.add_argument(
        "--seats", type=_count, default=1, metavar="N", help="seats of the demonstration (1 to 9)"
    )
    parser.add_argument(
        "--city",
        default="",
        choices=("", *CITIES),
        help="the demonstration's city; small where none is given",
    )
    parser.add_argument(
        "--archive", type=_archived, default=0, metavar="N", help="closed cases of earlier years in that city"
    )
    parser.add_argument(
        "--replay",
        default="",
        metavar="NAME",
        help="the demonstration lives through a profile's recorded cases",
    )
    parser.add_argument(
        "--speed",
        type=_speed,
        default="",
        metavar="X",
        help="times as fast as recorded (1440: a day in a minute)",
    )


def _wrong(given: argparse.Namespace) -> str:
    """What does not go together, or nothing."""
    if given.headless and not given.demo and not given.selfcheck and not (given.user and given.password_file):
        return "without a screen --user and --password-file are needed"
    if (given.city or given.archive or given.replay) and not given.demo:
        return "--city, --archive and --replay go with --demo"
    if given.replay and (given.city or given.archive):
        return "--replay has a city of its own"
    if given.speed and not given.replay:
        return "--speed goes with --replay"
    return ""


def _size(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"(\d{3,5})[xX×](\d{3,5})", text)
    if not found:
        raise argparse.ArgumentTypeError(f"{text!r} is not WIDTHxHEIGHT")
    return int(found[1]), int(found[2])


def _archived(text: str) -> int:
    if not (text.isdigit() and int(text) <= MOST_ARCHIVED):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number up to {MOST_ARCHIVED}")
    return int(text)


def _speed(text: str) -> str:
    if text not in ("", "max") and not re.fullmatch(r"\d{1,9}(\.\d{1,3})?", text):
        raise argparse.ArgumentTypeError(f"{text!r} is neither a number nor max")
    return text


def _count(text: str) -> int:
    if not (text.isdigit() and 1 <= int(text) <= 9):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to 9")
    return int(text)
