"""The centre's log: one JSON object per line, events with fields, in DIR/log/centre.log.

No case text, name, phone number, password, token or grant is ever a field. Full disks do not stop the centre:
a line that cannot be written is lost.
"""

from __future__ import annotations

import logging
import logging.handlers
from pathlib import Path

import structlog

LOG_BYTES = 5_000_000
LOG_FILES = 5


def start_log(folder: Path) -> None:
    """Send everything to the folder's log, and warnings of the web server with it."""
    folder.mkdir(parents=True, exist_ok=True)
    sink = logging.handlers.RotatingFileHandler(
        folder / "centre.log", maxBytes=LOG_BYTES, backupCount=LOG_FILES, encoding="utf-8"
    )
    stamps: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    sink.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=stamps,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [sink]
    root.setLevel(logging.INFO)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.raiseExceptions = False
    structlog.configure(
        processors=[*stamps, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


def stop_log() -> None:
    """Close the file."""
    root = logging.getLogger()
    for sink in root.handlers:
        sink.close()
    root.handlers = []
