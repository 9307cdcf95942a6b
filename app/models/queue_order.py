"""The order of a queue: sorted whole on a copy of the columns in any thread, or kept by moving the few that changed.

A sort is a list of number columns, the first of which weighs most; what is unsent and what is suspended stands last in
every one of them, and the case number decides last, so that an order is always the same for the same rows.
"""

from __future__ import annotations

import enum
from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from app.models.queue_rows import PLACE_KEYS, QueueRows
from app.models.queues import QueueSpec

Order = NDArray[np.intp]
TIME_BITS, CLASS_BITS = (
    42,
    18,
)  # an instant until the year 2109, and a class's rank: one number with the group
NUMBER_BITS = 62  # that several keys may have together
LAST_MS = (1 << TIME_BITS) - 1


class Sort(enum.StrEnum):
    """What a queue may be sorted by. LEFT is how work is taken."""

    LEFT = "left"
    CLASS = "class"
    PLACE = "place"
    REGISTERED = "registered"  # the newest first


SORTS = tuple(Sort)


class View(msgspec.Struct, frozen=True):
    """What is shown: a queue, its sort, and the words of its filter."""

    queue: QueueSpec
    sort: Sort = Sort.LEFT
    words: tuple[str, ...] = ()


class Copied(msgspec.Struct, frozen=True):
    """What a sort of one queue needs, copied: the columns go on changing. `keys` from the weightiest."""

    slots: Order
    keys: list[NDArray[Any]]


def copied(rows: QueueRows, view: View, now_ms: int) -> Copied:
    """The slots of a queue and the columns they are sorted by."""
    queue = view.queue
    mask = (rows.member & rows.bit(queue)) != 0
    if queue.is_overdue:
        mask &= rows.due[queue.clock] < now_ms
    slots = np.flatnonzero(mask)
    due, number = rows.due[queue.clock, slots], rows.number[slots]
    group = rows.group[slots].astype(np.int64)
    if view.sort is Sort.CLASS:
        by_class = (group << CLASS_BITS) | rows.classes.ranks()[rows.class_of[slots]]
        keys = [(by_class << TIME_BITS) | np.clip(due, 0, LAST_MS)]
    elif view.sort is Sort.PLACE:
        keys = [group, *(rows.place_keys[i, slots] for i in range(PLACE_KEYS))]
    elif view.sort is Sort.REGISTERED:
        keys = [(group << TIME_BITS) | (LAST_MS - np.clip(rows.registered[slots], 0, LAST_MS))]
    else:
        keys = [(group << TIME_BITS) | np.clip(due, 0, LAST_MS)]
    return Copied(slots, [*keys, number])


def sorted_slots(given: Copied, is_found: NDArray[np.bool_] | None = None) -> Order:
    """The order; only what the filter found, where there is one."""
    slots, keys = given.slots, given.keys
    if is_found is not None:
        held = is_found[slots]
        slots, keys = slots[held], [key[held] for key in keys]
    if not len(slots):
        return slots
    return slots[_by_one(*keys) if len(keys) == 2 else np.argsort(_as_one(keys))]


def _ranks(key: NDArray[Any]) -> tuple[NDArray[np.int64], int]:
    """For each value how many different ones are smaller, and the largest of these numbers."""
    if key.min() == key.max():
        return np.zeros(len(key), np.int64), 0
    order = np.argsort(key)
    values = key[order]
    steps = np.zeros(len(order), np.int64)
    steps[1:] = values[1:] != values[:-1]
    ranks = np.empty(len(order), np.int64)
    ranks[order] = np.cumsum(steps)
    return ranks, int(ranks[order[-1]])


def _as_one(keys: Sequence[NDArray[Any]]) -> NDArray[np.int64]:
    """One key that sorts as several do, the first of which weighs most: ranks need few bits each.

    Sorting single keys of numbers is many times as fast as sorting by several at once, and lets other threads run.
    """
    joined, most = _ranks(keys[0])
    for key in keys[1:]:
        ranks, last = _ranks(key)
        bits = last.bit_length()
        if most.bit_length() + bits > NUMBER_BITS:
            joined, most = _ranks(joined)
        joined, most = (joined << bits) | ranks, (most << bits) | last
    return joined


def _by_one(key: NDArray[Any], number: NDArray[np.int64]) -> Order:
    """One key is sorted several times as fast alone; the few that are alike are put right afterwards."""
    order = np.argsort(key)
    values = key[order]
    is_alike = np.zeros(len(order) + 1, np.bool_)
    is_alike[1:-1] = values[1:] == values[:-1]
    at = np.flatnonzero(is_alike[1:] | is_alike[:-1])
    if len(at):
        order[at] = order[at][np.argsort(_as_one((values[at], number[order[at]])))]
    return order


def key_of(rows: QueueRows, view: View) -> Callable[[int], tuple[int, ...]]:
    """The same sort for one slot."""
    clock = view.queue.clock
    if view.sort is Sort.CLASS:
        ranks = rows.classes.ranks()

        def middle(slot: int) -> tuple[int, ...]:
            return int(ranks[rows.class_of[slot]]), int(rows.due[clock, slot])

    elif view.sort is Sort.PLACE:

        def middle(slot: int) -> tuple[int, ...]:
            return tuple(rows.place_keys[:, slot].tolist())

    elif view.sort is Sort.REGISTERED:

        def middle(slot: int) -> tuple[int, ...]:
            return (-int(rows.registered[slot]),)

    else:

        def middle(slot: int) -> tuple[int, ...]:
            return (int(rows.due[clock, slot]),)

    return lambda slot: (int(rows.group[slot]), *middle(slot), int(rows.number[slot]))


def moved(
    order: Order,
    changed: Sequence[int],
    is_shown: Callable[[int], bool],
    key: Callable[[int], tuple[int, ...]],
) -> Order:
    """The order with some slots taken out and put where they belong now; the others keep theirs."""
    if not changed:
        return order
    mask = np.zeros(max(int(order.max(initial=0)), *changed) + 1, np.bool_)
    mask[list(changed)] = True
    rest = order[~mask[order]]
    fresh = sorted((slot for slot in changed if is_shown(slot)), key=key)
    if not fresh:
        return rest
    places = [bisect_left(rest, key(slot), key=lambda other: key(int(other))) for slot in fresh]
    return np.insert(rest, places, fresh)
