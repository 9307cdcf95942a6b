"""gridseat-centre import KIND FILE --into DIR: enter a file from outside, with its report first."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

NAME = "import"
HELP = "enter components, unit grids, cases or units from a file, with a report first"
KINDS = ("components", "grids", "cases", "units")


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("file", type=Path)
    parser.add_argument(
        "--into", dest="dir", type=Path, required=True, metavar="DIR", help="the centre's folder"
    )
    parser.add_argument("--profile", required=True, metavar="P", help="a shipped profile's name, or a file")
    parser.add_argument(
        "--report",
        type=Path,
        required=True,
        metavar="R.json",
        help="the page for a person lies beside it, as .html",
    )
    parser.add_argument("--dry-run", action="store_true", help="check and report; nothing enters")


def run(asked: argparse.Namespace, say: Callable[[str], None]) -> int:
    # Here, because no other verb should wait for these libraries.
    from casework.entities.delivery import DeliveryKind
    from server.centre import shipped_catalogues, wall_ms
    from server.imports.importing import Terms, Wish, lines_of, run_import, spoken_language

    wish = Wish(
        into=asked.dir,
        kind=DeliveryKind(asked.kind),
        file=asked.file,
        profile=asked.profile,
        report=asked.report,
        is_dry_run=asked.dry_run,
    )
    report = run_import(wish, Terms(shipped_catalogues(), wall_ms))
    for line in lines_of(report, asked.report, spoken_language()):
        say(line)
    return 2 if report["outcome"] in ("unreadable", "failed") else 0
