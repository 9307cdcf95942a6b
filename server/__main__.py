"""gridseat-centre: found a centre, serve it, check it; every verb is a module of server/verbs."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from server.founding import CannotFound
from server.serving import CannotServe
from server.store import NotOpenable
from server.verbs import VERBS, Fault


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="gridseat-centre", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    for verb in VERBS:
        verb.add(verbs.add_parser(verb.NAME, help=verb.HELP))
    return parser


def say(line: str) -> None:
    """A line for whoever started the centre, at once."""
    print(line, flush=True)


def main(given: Sequence[str] | None = None) -> int:
    """The entry point; answers the exit code."""
    asked = arguments().parse_args(given)
    verb = next(one for one in VERBS if asked.verb == one.NAME)
    try:
        code: int = verb.run(asked, say)
        return code
    except (Fault, CannotFound, CannotServe, NotOpenable) as error:
        print(f"gridseat-centre: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"gridseat-centre: {error.filename or asked.dir}: {error.strerror}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
