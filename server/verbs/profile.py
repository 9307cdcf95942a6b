"""gridseat-centre profile FILE: propose a profile for a file, for a person to correct."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from server.verbs._fault import Fault

NAME = "profile"
HELP = "propose a profile for a file from outside, to be corrected by hand"
KINDS = ("components", "grids", "cases", "units")


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path)
    parser.add_argument("--kind", choices=KINDS, help="what its rows are; left out = guessed")
    parser.add_argument("--layer", default="", help="layer, sheet or object, where there are several")
    parser.add_argument("--member", default="", help="the file inside a zip that is meant, as *.csv")


def run(asked: argparse.Namespace, say: Callable[[str], None]) -> int:
    # Its libraries take longer to load than a centre to start.
    from server.imports.importing import spoken_language
    from server.imports.propose import propose
    from server.imports.sheets import Unreadable
    from server.imports.words import sentence

    try:
        text = propose(asked.file, asked.kind or "", layer=asked.layer, member=asked.member)
    except Unreadable as error:
        raise Fault(f"{asked.file}: {sentence(error.code, error.values, spoken_language())}") from error
    say(text.rstrip("\n"))
    return 0
