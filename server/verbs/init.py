"""gridseat-centre init DIR: found a centre in a new folder."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from server.centre import wall_ms
from server.cities import (
    CITIES,
    EMPTY,
    FULL,
    GENERATED,
    REPLAY,
    SMALL,
    ground_of,
    kept_ground,
    replayed_ground,
)
from server.founding import CannotFound, Ground, found
from server.paths import Paths
from server.verbs._fault import Fault

NAME = "init"
HELP = "found a centre in a new folder"
DEFAULT_SEED = 1
MOST_ARCHIVED = 5_000_000


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("dir", type=Path)
    parser.add_argument("--city", choices=CITIES, default=SMALL)
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED, help="the generated city's seed")
    parser.add_argument(
        "--archive",
        type=_count,
        default=0,
        metavar="N",
        help="closed cases of earlier years beside a generated city",
    )
    parser.add_argument(
        "--profile", default="", metavar="P", help="found an empty city as this profile's [city] says"
    )
    parser.add_argument(
        "--file", type=Path, metavar="F", help="the case file whose own ground a replay city is founded on"
    )


def run(asked: argparse.Namespace, say: Callable[[str], None]) -> int:
    now_ms = wall_ms()
    if Paths(asked.dir).database.exists():
        raise CannotFound(f"{asked.dir} is already initialised")
    founded = found(asked.dir, _ground(asked, now_ms, say), now_ms)
    say(f"founded {asked.dir}: {founded.entries} entries")
    say(f"administrator: admin, one-time password: {founded.admin_password}")
    if asked.city in GENERATED:
        say("the city is generated: figures measured on it prove nothing about a real one")
    if founded.accounts:
        say(f"{founded.accounts} demonstration accounts: {Paths(asked.dir).demo_accounts}")
    return 0


def _ground(asked: argparse.Namespace, now_ms: int, say: Callable[[str], None]) -> Ground:
    """What was asked for, where the words go together."""
    if asked.city == REPLAY:
        if not (asked.profile and asked.file):
            raise Fault(f"--city {REPLAY} needs --profile and --file")
        return replayed_ground(asked.profile, asked.file)
    if asked.profile and asked.city != EMPTY:
        raise Fault(f"--profile is for --city {EMPTY} and --city {REPLAY}")
    if asked.file:
        raise Fault(f"--file is for --city {REPLAY}")
    if asked.archive and asked.city not in GENERATED:
        raise Fault(f"--archive is for --city {' and --city '.join(GENERATED)}")
    if asked.city == FULL or asked.archive:
        return kept_ground(asked.city, asked.seed, now_ms, asked.archive, say)
    return ground_of(asked.city, asked.seed, now_ms, asked.profile)


def _count(text: str) -> int:
    if not (text.isdigit() and int(text) <= MOST_ARCHIVED):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number up to {MOST_ARCHIVED}")
    return int(text)
