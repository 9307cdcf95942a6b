"""Resting files (components.db, the archive) that change with a delivery: written beside, named anew after the commit.

A file beside carries the delivery's id in its name. Promises: whether it counts is decided by the ledger alone: the
delivery stands there and the file takes its place, or it does not and the file goes. So a process that was killed at
any point leaves nothing that the next `settle` does not finish or undo.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import apsw

from server.blobs import sync_folder
from server.paths import Paths
from server.store import NotOpenable
from server.store.connection import open_reader, why

MARK = ".delivery-"


def beside(path: Path, delivery: str) -> Path:
    """Where the next version of a resting file is written."""
    return path.with_name(f"{path.name}{MARK}{delivery}")


def durable(path: Path) -> None:
    """The file and its name are on disk."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())
    sync_folder(path.parent)


def take_place(path: Path, delivery: str) -> None:
    """The version beside becomes the file."""
    os.replace(beside(path, delivery), path)
    sync_folder(path.parent)


def settle(paths: Paths) -> list[str]:
    """Finish or undo what an earlier process left; answers the deliveries that were finished. Raises NotOpenable.

    Only for whoever holds the folder's serving lock: a delivery under way looks the same.
    """
    left = list(_left(paths))
    if not left:
        return []
    try:
        db = open_reader(paths.database)
        try:
            there = {str(key) for (key,) in db.execute("SELECT key FROM row_delivery")}
        finally:
            db.close(True)
    except apsw.Error as error:
        raise NotOpenable(f"cannot read {paths.database}: {why(paths.database, error)}") from error
    finished = []
    for path in left:
        name, _, delivery = path.name.partition(MARK)
        if delivery in there:
            take_place(path.with_name(name), delivery)
            finished.append(delivery)
        else:
            path.unlink(missing_ok=True)
    return finished


def _left(paths: Paths) -> Iterator[Path]:
    for folder in (paths.root, paths.archive):
        if folder.is_dir():
            yield from sorted(folder.glob(f"*{MARK}*"))
