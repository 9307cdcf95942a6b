"""The marks of one live layer as flat columns: what the page shows, kept here.

Every mark has a slot; the page knows slots only, so that a batch is a few arrays and a hit test is answered here.
It promises that what `take_batch` has handed out in turn, laid over `columns` at the beginning, is the present state.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec
import numpy as np
from numpy.typing import NDArray

from app.map.layers.style import Layer, Live, LiveMark
from app.map.limits import LIVE_MARKS

EMPTY = -1
SAME_PLACE_PX = 3.0


class Batch(msgspec.Struct, frozen=True):
    """Slots that changed and what is in them now; kind EMPTY is nothing."""

    slots: tuple[int, ...]
    xs: tuple[float, ...]
    ys: tuple[float, ...]
    kinds: tuple[int, ...]


class MarkBoard:
    """Marks by id. Ids are the keys of rows."""

    def __init__(self, layer: Layer) -> None:
        if layer.live is None:
            raise ValueError(f"{layer.name} is not a live layer")
        self.name = layer.name
        self.live: Live = layer.live
        # A glyph may be called by its own name or by its symbol's.
        self._kind_of = {glyph.shape: number for number, glyph in enumerate(layer.live.glyphs)}
        self._kind_of |= {glyph.name: number for number, glyph in enumerate(layer.live.glyphs)}
        self._marks: dict[str, LiveMark] = {}
        self._slot_of: dict[str, int] = {}
        self._id_at: list[str] = []
        self._free: list[int] = []
        self._xs = np.zeros(64)
        self._ys = np.zeros(64)
        self._kinds: NDArray[np.int16] = np.full(64, EMPTY, dtype=np.int16)
        self._changed: dict[int, None] = {}

    def __len__(self) -> int:
        return len(self._marks)

    def get(self, key: str) -> LiveMark | None:
        """The mark of a row, or None."""
        return self._marks.get(key)

    def put(self, key: str, mark: LiveMark) -> None:
        """Shows a mark; the same one again changes nothing."""
        if self._marks.get(key) == mark:
            return
        kind = self._kind_of[mark.glyph]
        slot = self._slot_of.get(key)
        if slot is None:
            if len(self._marks) >= LIVE_MARKS:
                return
            slot = self._take_slot(key)
        self._marks[key] = mark
        self._xs[slot], self._ys[slot], self._kinds[slot] = mark.x_mm / 1000, mark.y_mm / 1000, kind
        self._changed[slot] = None

    def drop(self, key: str) -> None:
        """Takes a mark away; of one that is not there nothing happens."""
        slot = self._slot_of.pop(key, None)
        if slot is None:
            return
        del self._marks[key]
        self._id_at[slot] = ""
        self._kinds[slot] = EMPTY
        self._free.append(slot)
        self._changed[slot] = None

    def show(self, marks: Mapping[str, LiveMark]) -> None:
        """Exactly these marks from now on."""
        for key in [key for key in self._marks if key not in marks]:
            self.drop(key)
        self.put_all(marks.items())

    def put_all(self, marks: Iterable[tuple[str, LiveMark]]) -> None:
        """Shows several marks."""
        for key, mark in marks:
            self.put(key, mark)

    def columns(self) -> Batch:
        """Everything, slot by slot from 0; the changes so far are in it and forgotten."""
        self._changed.clear()
        return self._batch(range(len(self._id_at)))

    def take_batch(self, most: int) -> Batch | None:
        """The oldest changes, or None where there are none."""
        if not self._changed:
            return None
        slots = list(self._changed)[:most]
        for slot in slots:
            del self._changed[slot]
        return self._batch(slots)

    @property
    def has_changes(self) -> bool:
        """Whether a batch is waiting."""
        return bool(self._changed)

    def near(self, x_m: float, y_m: float, m_px: float) -> str | None:
        """The mark under a click: the nearest within reach; of those in the same place the topmost."""
        count = len(self._id_at)
        if not count or not self.live.from_m_px <= m_px <= self.live.until_m_px * 1.0001:
            return None
        distance = np.hypot(self._xs[:count] - x_m, self._ys[:count] - y_m) / m_px
        distance[self._kinds[:count] == EMPTY] = np.inf
        if float(distance.min()) > self.live.reach_px:
            return None
        same = np.flatnonzero(distance <= distance.min() + SAME_PLACE_PX)
        return self._id_at[int(same[np.argmax(self._kinds[same])])]

    def _take_slot(self, key: str) -> int:
        if self._free:
            slot = self._free.pop()
            self._id_at[slot] = key
        else:
            slot = len(self._id_at)
            self._id_at.append(key)
            if slot >= len(self._kinds):
                self._xs = np.concatenate((self._xs, np.zeros(slot)))
                self._ys = np.concatenate((self._ys, np.zeros(slot)))
                self._kinds = np.concatenate((self._kinds, np.full(slot, EMPTY, dtype=np.int16)))
        self._slot_of[key] = slot
        return slot

    def _batch(self, slots: Iterable[int]) -> Batch:
        at = np.fromiter(slots, dtype=np.int64)
        return Batch(
            tuple(at.tolist()),
            tuple(self._xs[at].tolist()),
            tuple(self._ys[at].tolist()),
            tuple(self._kinds[at].tolist()),
        )
