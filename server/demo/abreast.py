"""Performing the lives of a large city beside one another, in processes of their own.

Promises: the rows are those one process would make, in the same order, already encoded; a process whose parent is
gone ends; where processes cannot be split off (Windows) everything is done here. Nothing is written.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from multiprocessing.pool import ApplyResult, Pool
from typing import TypeVar

import msgspec

from casework.catalogue.model import Catalogue
from casework.entities import ENTITY_BY_NAME
from server.demo import photos
from server.demo.city import Laid, parts_of, stagehand
from server.demo.journeys import Life, Seed
from server.garbage import without_collecting
from server.store.writing import Fresh

MOST = 4  # processes
ORPHAN_S = 1.0
CAN_SPLIT = sys.platform.startswith("linux")

T = TypeVar("T")
Plain = tuple[str, str, bytes, tuple[str, ...], tuple[int | str, ...]]


class Play(msgspec.Struct, frozen=True):
    """What is to be performed, in parts."""

    laid: Laid
    catalogues: Mapping[str, Catalogue]
    as_of_ms: int
    parts: Sequence[tuple[list[Seed], list[str]]]


def play_of(
    laid: Laid, catalogues: Mapping[str, Catalogue], as_of_ms: int, made: list[Seed], given: list[str]
) -> Play:
    """All lives, cut into parts."""
    return Play(laid, catalogues, as_of_ms, tuple(parts_of(made, given)))


def performed(play: Play, part: int) -> list[Plain]:
    """The rows of a part: reports, cases, tasks, requests."""
    made, given = play.parts[part]
    hand = stagehand(play.laid, play.catalogues, part)
    with without_collecting():
        lives = [
            photos.pictured(hand.perform(seed, number), play.as_of_ms)
            for seed, number in zip(made, given, strict=True)
        ]
    return [plain(name, row) for name, row in rows_of(lives)]


def rows_of(lives: Sequence[Life]) -> Iterator[tuple[str, msgspec.Struct]]:
    """In the order of ENTITIES."""
    for life in lives:
        yield "report", life.report
    for life in lives:
        yield "case", life.case
    for life in lives:
        for task in life.tasks:
            yield "task", task
    for life in lives:
        for request in life.requests:
            yield "request", request


def plain(name: str, row: msgspec.Struct) -> Plain:
    """A row as it is stored."""
    entity = ENTITY_BY_NAME[name]
    return name, entity.key(row), entity.encode(row), entity.channels(row), entity.values(row)


# What the split-off processes work on: inherited, never sent.
_play: Play | None = None


def _part(number: int) -> list[Plain]:
    assert _play is not None
    return performed(_play, number)


def _watch(parent: int) -> None:
    """Ends this process when its parent is gone: a killed founding leaves nobody behind."""
    gc.disable()

    def look() -> None:
        while os.getppid() == parent:
            time.sleep(ORPHAN_S)
        os._exit(1)

    threading.Thread(target=look, name="parent", daemon=True).start()


class Aside:
    """Work that goes on beside the caller's; `wait` gives what it answered or raises what it raised."""

    def __init__(self, pool: Pool | None) -> None:
        self._pool = pool

    def begin(self, work: Callable[..., T], *about: object) -> Callable[[], T]:
        """Starts `work`, a function of a module, with small arguments."""
        if self._pool is None:
            answer = work(*about)
            return lambda: answer
        result: ApplyResult[T] = self._pool.apply_async(work, about)
        return result.get

    def rows(self, play: Play) -> Iterator[Fresh]:
        """The rows of all parts, in order, as they become ready."""
        count = range(len(play.parts))
        ready = (
            (performed(play, part) for part in count) if self._pool is None else self._pool.imap(_part, count)
        )
        for rows in ready:
            for row in rows:
                yield Fresh(*row)


@contextmanager
def aside(play: Play) -> Iterator[Aside]:
    """Processes that know the play. They are gone when the block is left."""
    global _play
    _play = play
    gc.collect()
    gc.freeze()  # else the first collection of a child would copy every page it looks at
    try:
        if not CAN_SPLIT:
            yield Aside(None)
            return
        with multiprocessing.get_context("fork").Pool(
            max(2, min(MOST, os.cpu_count() or 2)), _watch, (os.getpid(),)
        ) as pool:
            yield Aside(pool)
    finally:
        _play = None
        gc.unfreeze()


def the_play() -> Play:
    """For work begun aside: what is performed, and on which ground."""
    assert _play is not None
    return _play
