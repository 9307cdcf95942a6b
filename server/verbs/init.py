"""gridseat-centre init DIR: found a centre in a new folder."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from server.centre import wall_ms
from server.cities import CITIES, EMPTY, SMALL, ground_of
from server.founding import CannotFound, found
from server.paths import Paths
from server.verbs._fault import Fault

NAME = "init"
HELP = "found a centre in a new folder"
DEFAULT_SEED = 1


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("dir", type=Path)
    parser.add_argument("--city", choices=CITIES, default=SMALL)
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED, help="the generated city's seed")
    parser.add_argument(
        "--profile", default="", metavar="P", help="found an empty city as this profile's [city] says"
    )


def run(asked: argparse.Namespace, say: Callable[[str], None]) -> int:
    now_ms = wall_ms()
    if Paths(asked.dir).database.exists():
        raise CannotFound(f"{asked.dir} is already initialised")
    if asked.profile and asked.city != EMPTY:
        raise Fault(f"--profile is for --city {EMPTY}")
    founded = found(asked.dir, ground_of(asked.city, asked.seed, now_ms, asked.profile), now_ms)
    say(f"founded {asked.dir}: {founded.entries} entries")
    say(f"administrator: admin, one-time password: {founded.admin_password}")
    if founded.accounts:
        say(f"{founded.accounts} demonstration accounts: {Paths(asked.dir).demo_accounts}")
    return 0
