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
    keys: list[NDArray[Any]] = [rows.group[slots]]
    if view.sort is Sort.CLASS:
        keys += [rows.classes.ranks()[rows.class_of[slots]], due]
    elif view.sort is Sort.PLACE:
        keys += [rows.place_keys[i, slots] for i in range(PLACE_KEYS)]
    elif view.sort is Sort.REGISTERED:
        keys.append(~rows.registered[slots])
    else:
        keys.append(due)
    return Copied(slots, [*keys, number])


def sorted_slots(given: Copied, is_found: NDArray[np.bool_] | None = None) -> Order:
    """The order; only what the filter found, where there is one."""
    slots, keys = given.slots, given.keys
    if is_found is not None:
        held = is_found[slots]
        slots, keys = slots[held], [key[held] for key in keys]
    return slots[np.lexsort(keys[::-1])]


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
