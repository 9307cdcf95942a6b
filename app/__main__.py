"""`python -m app` and the entry point `gridseat`: the command line, the machine, then the seat.

Qt is imported only after the machine has been looked at, so that what is missing is said in words.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence

from app import arguments, machine

EXIT_CANNOT = 2


def main(words: Sequence[str] | None = None) -> int:
    """Answers the exit code: 0 done, 1 a fault, 2 it could not start."""
    asked = arguments.read(sys.argv[1:] if words is None else words)
    try:
        machine.check(is_headless=asked.is_headless or asked.is_selfcheck)
    except machine.Unsuitable as error:
        return _cannot(str(error))
    machine.lighten(sys.modules)
    machine.share_memory()
    # Nothing made while starting is garbage; the seat collects when its window stands.
    gc.disable()
    machine.set_environment(os.environ, is_headless=asked.is_headless or asked.is_selfcheck)
    return _start(asked)


def _start(asked: arguments.Asked) -> int:
    # Only now: see the module.
    from app import demo_hall, start, tour

    try:
        if asked.is_selfcheck:
            from app import selfcheck

            return selfcheck.run(asked)
        return demo_hall.run(asked) if asked.is_demo else start.run(asked, tour.drill(asked))
    except (start.CannotStart, demo_hall.HallFault) as error:
        return _cannot(str(error))
    except KeyboardInterrupt:
        return 130


def _cannot(why: str) -> int:
    print(f"gridseat: {why}", file=sys.stderr)
    return EXIT_CANNOT


if __name__ == "__main__":
    sys.exit(main())
