"""gridseat-centre replay FILE: a case file lived through again at a running centre, and compared with it at the end."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from server.centre import shipped_catalogues
from server.machine import trust_of
from server.verbs._fault import Fault

NAME = "replay"
HELP = "feed a case file in as live reports and take each case through its recorded life"
MAX = "max"
LANES_MOST = 16
STOPPED, DIFFERS = 130, 1
DAY_FORMS = {"%Y-%m-%d": timedelta(days=1), "%Y-%m-%d %H:%M": timedelta(minutes=1)}


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="cases, in any of the formats that can be imported")
    parser.add_argument("--profile", required=True, metavar="P", help="a shipped profile's name, or a file")
    parser.add_argument("--into", required=True, metavar="URL", help="the serving centre")
    parser.add_argument(
        "--accounts",
        type=Path,
        required=True,
        metavar="FILE",
        help="the centre's secrets/demo-accounts.txt: machine accounts and their passwords",
    )
    parser.add_argument(
        "--speed",
        type=_speed,
        default=0.0,
        metavar="X",
        help="times as fast as it was (1440: a day in a minute); max: as fast as the centre takes it, the default",
    )
    parser.add_argument(
        "--begin",
        default="",
        metavar="DATE",
        help="what came before this day is fed at once, then the pace begins",
    )
    parser.add_argument(
        "--until", default="", metavar="DATE", help="end with this day; what is open then stays open"
    )
    parser.add_argument("--lanes", type=_lanes, default=4, metavar="N", help="connections at once")
    parser.add_argument("--tls-cert", default="", help="the centre's certificate, PEM, where it is its own")


def run(asked: argparse.Namespace, say: Callable[[str], None]) -> int:
    # Here, because no other verb needs what reads files.
    from server.replay.feeding import CannotReplay, Feeding
    from server.replay.playing import play, profile_named
    from server.replay.tally import table

    try:
        profile = profile_named(asked.profile)
        zone = ZoneInfo(profile.time.zone or profile.city.zone or "UTC")
        feeding = Feeding(
            asked.into,
            asked.accounts,
            asked.speed,
            _day(asked.begin, zone, is_end=False),
            _day(asked.until, zone, is_end=True),
            asked.lanes,
            trust_of(asked.tls_cert),
        )
        played = play(feeding, asked.file, profile, shipped_catalogues(), say)
    except CannotReplay as fault:
        raise Fault(str(fault)) from fault
    fed = played.fed
    rate = fed.commands / max(fed.took_s, 0.001)
    say(f"{fed.commands:,} commands in {fed.took_s:,.1f} s, {rate:,.0f} a second")
    for uid, why in list(fed.left.items())[:20]:
        say(f"left to the hall: {uid}: {why}")
    if played.tally is None:
        say("stopped; the same command goes on from here")
        return STOPPED
    for line in table(played.tally):
        say(line)
    say("equal" if played.tally.is_equal else "NOT EQUAL")
    return 0 if played.tally.is_equal else DIFFERS


def _speed(text: str) -> float:
    """0 stands for as fast as it goes."""
    if text == MAX:
        return 0.0
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not 0 < speed < 1e12:
        raise argparse.ArgumentTypeError(f"{text!r} is neither a number above 0 nor {MAX}")
    return speed


def _lanes(text: str) -> int:
    if not (text.isdigit() and 1 <= int(text) <= LANES_MOST):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to {LANES_MOST}")
    return int(text)


def _day(text: str, zone: ZoneInfo, *, is_end: bool) -> int:
    """The first or the last millisecond of a day, or of a minute, in the file's zone; 0 where none is given."""
    if not text:
        return 0
    for form, lasts in DAY_FORMS.items():
        try:
            at = datetime.strptime(text, form).replace(tzinfo=zone)
        except ValueError:
            continue
        return round((at + lasts).timestamp() * 1000) - 1 if is_end else round(at.timestamp() * 1000)
    raise Fault(f"{text!r} is no date like 2011-07-31, nor a time like 2011-07-31 08:00")
