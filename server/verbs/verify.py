"""gridseat-centre verify DIR: check the ledger and everything that follows from it."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from server.paths import Paths
from server.store import verify as checks

NAME = "verify"
HELP = "check the ledger and everything that follows from it"


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("dir", type=Path)


def run(asked: argparse.Namespace, say: Callable[[str], None]) -> int:
    faults, entries = checks.verify(Paths(asked.dir).database)
    for fault in faults:
        say(fault)
    say(f"{entries} entries: {'sound' if not faults else f'{len(faults)} faults'}")
    return 1 if faults else 0
