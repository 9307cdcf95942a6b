"""A process of its own for a file from outside: nothing that a file is can hurt the centre that serves beside it.

Promises: the process's memory is bounded where the system can do that, the system takes it before the centre when
memory is short, and it ends when the centre does. The heavy libraries are loaded there and never here.
"""

from __future__ import annotations

import contextlib
import gc
import os
import sys
import threading
from multiprocessing import connection, parent_process
from pathlib import Path

import msgspec

from casework.sync.imports import Said
from server.imports.words import sentence
from server.limits import IMPORT_CHECK_BYTES

REPORT, PAGE, WRONG = "report.json", "report.html", "wrong.html"  # what it leaves in the job's folder


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """What the process is asked for. `text` is a profile of one's own, else `profile` names a shipped one."""

    task: str
    root: Path
    folder: Path
    file: Path
    name: str
    kind: str = ""
    profile: str = ""
    text: str = ""
    layer: str = ""
    member: str = ""
    person: str = ""
    at_ms: int = 0


class Done(msgspec.Struct, frozen=True):
    """What it came to: `outcome` of the report, or a proposal, or why there is neither."""

    outcome: str = ""
    proposal: str = ""
    profile: str = ""
    failure: Said | None = None


def said(code: str, **values: object) -> Said:
    """A code in words."""
    told = {name: str(value) for name, value in values.items()}
    return Said(code, told, sentence(code, told, "zh"), sentence(code, told, "en"))


def work_apart(task: Task, pipe: connection.Connection) -> None:
    """The process's own main: tells the steps as texts, and ends with a Done."""
    _be_modest()
    try:
        from server.imports.apart import work

        done = work(task, pipe)
    except MemoryError:
        done = Done(failure=said("check_memory", limit=IMPORT_CHECK_BYTES))
    except OSError as error:
        done = Done(failure=said("entering_failed", why=error.strerror or type(error).__name__))
    except Exception as error:
        done = Done(failure=said("check_died", why=type(error).__name__))
        sys.excepthook(type(error), error, error.__traceback__)
    with contextlib.suppress(OSError):  # nobody listens any more
        pipe.send(done)


def _be_modest() -> None:
    gc.disable()  # millions of small texts and not a cycle among them
    with contextlib.suppress(OSError, AttributeError):
        os.nice(10)
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("900", "ascii")
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (IMPORT_CHECK_BYTES, IMPORT_CHECK_BYTES))
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> None:
    connection.wait([sentinel])
    os._exit(3)
