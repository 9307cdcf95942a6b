"""The seat's log: events with fields, one JSON line each, in the data folder; and a crash log beside it.

Promises: nothing of a case, no name, no telephone number is written (callers pass ids and figures); the files do not
grow beyond a bound; a fault of the interpreter itself leaves its stacks. It is set up once, by the start.
"""

from __future__ import annotations

import faulthandler
import logging
import logging.handlers
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import IO, Any, TextIO, cast

import structlog

FILE_BYTES = 4_000_000
FILES_KEPT = 4

_crash_file: IO[str] | None = None


def start_log(folder: Path) -> None:
    """Everything structlog and the standard log say from here on goes to the folder."""
    global _crash_file
    writer = logging.handlers.RotatingFileHandler(
        folder / "seat.log", maxBytes=FILE_BYTES, backupCount=FILES_KEPT, encoding="utf-8"
    )
    writer.setFormatter(logging.Formatter("%(message)s"))
    root = logging.getLogger()
    root.handlers[:] = [writer]
    root.setLevel(logging.INFO)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=structlog.PrintLoggerFactory(cast("TextIO", _Lines(writer))),
        cache_logger_on_first_use=False,
    )
    _crash_file = (folder / "crash.log").open("a", encoding="utf-8")
    faulthandler.enable(_crash_file)
    sys.excepthook = _crashed
    threading.excepthook = lambda args: _crashed(args.exc_type, args.exc_value, args.exc_traceback)


def note_commands(pending: Callable[[], tuple[str, ...]]) -> None:
    """Whose ids a crash report names: the commands that were on their way."""
    global _pending
    _pending = pending


_pending: Callable[[], tuple[str, ...]] = tuple


def _crashed(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
    """A bug: into both logs, with the ids of what was on its way. The seat goes on where Qt lets it."""
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error or kind(), trace)
        return
    try:
        commands = _pending()
    except Exception:
        commands = ()
    structlog.get_logger("crash").error("bug", commands=commands, exc_info=(kind, error, trace))
    print(f"gridseat: {kind.__name__}; see the log", file=sys.stderr)
    if _crash_file is not None:
        import traceback

        print(f"-- commands on their way: {', '.join(commands) or 'none'}", file=_crash_file)
        traceback.print_exception(kind, error, trace, file=_crash_file)
        _crash_file.flush()


class _Lines:
    """A file for structlog that is the rotating log."""

    def __init__(self, writer: logging.Handler) -> None:
        self._writer = writer

    def write(self, text: str) -> None:
        if text.strip():
            record = logging.LogRecord("seat", logging.INFO, "", 0, text.rstrip("\n"), (), None)
            self._writer.handle(record)

    def flush(self) -> None:
        self._writer.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._writer, name)
