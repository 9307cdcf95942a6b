#!/usr/bin/env python3
"""The two commands and every chore; standard library only, works on a bare machine.

python3 dev.py run     the demonstration city with a centre and a seat
python3 dev.py test    the tests
python3 dev.py check   format, lint, types, rules of the repository
python3 dev.py bench   the benchmarks
python3 dev.py build   the map page's libraries and the translations
python3 dev.py exec -- COMMAND   anything inside the environment
"""

from __future__ import annotations

import argparse
import subprocess
import sys

from devkit import environment, system
from devkit.places import ROOT


def prepare() -> None:
    """Everything that must be there before something can run inside the environment."""
    system.check_python()
    system.check_system()
    environment.ensure()


def inside(command: list[str], **more_env: str) -> int:
    """Runs a command inside the environment, from the checkout's root; returns its code."""
    env = environment.variables()
    env.update(more_env)
    return subprocess.run(command, cwd=ROOT, env=env, check=False).returncode


def do_exec(rest: list[str]) -> int:
    prepare()
    words = rest[1:] if rest[:1] == ["--"] else rest
    if not words:
        print("dev.py exec -- COMMAND ...", file=sys.stderr)
        return 2
    return inside(words)


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="dev.py", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("chore", choices=["exec"])
    known, rest = parser.parse_args(argv[:1]), argv[1:]
    return {"exec": do_exec}[known.chore](rest)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
