"""What `gridseat-centre` can be told to do: one module per verb, listed in `VERBS`.

A module has NAME and HELP, `add(parser)` for its arguments and `run(asked, say)`, which answers the exit code and
raises `Fault` (or any of the faults of what it calls) with a sentence for the person who asked.
"""

from __future__ import annotations

from types import ModuleType

from server.verbs import import_file, init, profile, replay, serve, verify
from server.verbs._fault import Fault

__all__ = ["VERBS", "Fault"]

VERBS: tuple[ModuleType, ...] = (init, serve, verify, import_file, replay, profile)
