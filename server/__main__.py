"""gridseat-centre: found a centre, serve it, check it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from server.centre import wall_ms
from server.cities import CITIES, SMALL, ground_of
from server.founding import CannotFound, found
from server.logs import start_log, stop_log
from server.paths import Paths
from server.serving import CannotServe, Door, serve
from server.store import NotOpenable
from server.store.verify import verify

DEFAULT_SEED = 1


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="gridseat-centre", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    init = verbs.add_parser("init", help="found a centre in a new folder")
    init.add_argument("dir", type=Path)
    init.add_argument("--city", choices=CITIES, default=SMALL)
    init.add_argument("--seed", type=int, default=DEFAULT_SEED, help="the generated city's seed")
    serving = verbs.add_parser("serve", help="serve a founded folder")
    serving.add_argument("dir", type=Path)
    serving.add_argument("--host", default=Door().host)
    serving.add_argument("--port", type=int, default=Door().port, help="0 picks a free one")
    serving.add_argument("--tls-cert", default="", help="certificate chain, PEM")
    serving.add_argument("--tls-key", default="", help="its private key, PEM")
    serving.add_argument(
        "--trickle", type=float, default=0, metavar="SECONDS", help="register a made-up report this often"
    )
    verify = verbs.add_parser("verify", help="check the ledger and everything that follows from it")
    verify.add_argument("dir", type=Path)
    return parser


def say(line: str) -> None:
    """A line for whoever started the centre, at once."""
    print(line, flush=True)


def run_init(asked: argparse.Namespace) -> int:
    now_ms = wall_ms()
    if Paths(asked.dir).database.exists():
        raise CannotFound(f"{asked.dir} is already initialised")
    founded = found(asked.dir, ground_of(asked.city, asked.seed, now_ms), now_ms)
    say(f"founded {asked.dir}: {founded.entries} entries")
    say(f"administrator: admin, one-time password: {founded.admin_password}")
    if founded.accounts:
        say(f"{founded.accounts} demonstration accounts: {Paths(asked.dir).demo_accounts}")
    return 0


def run_serve(asked: argparse.Namespace) -> int:
    door = Door(asked.host, asked.port, asked.tls_cert, asked.tls_key)
    if Paths(asked.dir).database.is_file():
        start_log(Paths(asked.dir).log)
    try:
        serve(asked.dir, door, say, asked.trickle)
    finally:
        stop_log()
    return 0


def run_verify(asked: argparse.Namespace) -> int:
    faults, entries = verify(Paths(asked.dir).database)
    for fault in faults:
        say(fault)
    say(f"{entries} entries: {'sound' if not faults else f'{len(faults)} faults'}")
    return 1 if faults else 0


VERBS = {"init": run_init, "serve": run_serve, "verify": run_verify}


def main(given: Sequence[str] | None = None) -> int:
    """The entry point; answers the exit code."""
    asked = arguments().parse_args(given)
    try:
        return VERBS[asked.verb](asked)
    except (CannotFound, CannotServe, NotOpenable) as error:
        print(f"gridseat-centre: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"gridseat-centre: {error.filename or asked.dir}: {error.strerror}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
