"""The components as they are now: the surveyed file with the changed ones of the cache laid over it.

A value: a change makes a new one that shares the file's columns, so who is drawing with the old one goes on. It
answers like `ComponentStore`; indexes up to the file's count are those of the file, those behind it are the changed
ones. A component that moved is found at its new place only, one that was removed at none, though it still has its
record. Rows that the file has by now are dropped from the cache by whoever replaces the file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from app.cache.columns import ComponentStore, Indexes, Millimetres
from casework.entities.component import Component, ComponentState

NOWHERE: Mapping[str, Component] = MappingProxyType({})
_STATES = tuple(ComponentState)
_REMOVED = _STATES.index(ComponentState.REMOVED)
Spot = tuple[int, int]  # x_mm, y_mm
T = TypeVar("T", bound=np.generic)


class LaidOver:
    """The file and the changes; index `i` names a component until the next change."""

    def __init__(
        self,
        file: ComponentStore,
        changes: Mapping[str, Component] = NOWHERE,
        places: dict[str, int | None] | None = None,
    ) -> None:
        """`places` remembers where the file has a component, from one value to the next."""
        self.file = file
        self.meta = file.meta
        self.changes = changes
        self._places: dict[str, int | None] = {} if places is None else places
        self._rows = rows = list(changes.values())
        self._number = {str(row.id): k for k, row in enumerate(rows)}
        self.class_codes = (*file.class_codes, *sorted({r.class_code for r in rows} - set(file.class_codes)))
        code_idx = {code: k for k, code in enumerate(self.class_codes)}
        self._x_mm: Millimetres = np.array([row.x_mm for row in rows], dtype=np.int64)
        self._y_mm: Millimetres = np.array([row.y_mm for row in rows], dtype=np.int64)
        self._class_idx: NDArray[np.uint16] = np.array(
            [code_idx[row.class_code] for row in rows], dtype=np.uint16
        )
        is_here = [row.state is not ComponentState.REMOVED for row in rows]
        self._is_shown = np.concatenate((file.state != _REMOVED, np.array(is_here, dtype=bool)))
        self._is_shown[[at for row in rows if (at := self._in_file(row.id)) is not None]] = False

    def __len__(self) -> int:
        return len(self.file) + len(self._rows)

    def close(self) -> None:
        """Lets go of the file."""
        self.file.close()

    def _in_file(self, key: str) -> int | None:
        if key not in self._places:
            self._places[key] = self.file.find(key)
        return self._places[key]

    # -- changes

    def with_changes(self, changes: Mapping[str, Component | None]) -> LaidOver:
        """These rows are the present ones; None where the cache has no row any more and the file counts again."""
        laid = dict(self.changes)
        for key, row in changes.items():
            if row is None:
                laid.pop(key, None)
            else:
                laid[key] = row
        return LaidOver(self.file, MappingProxyType(laid), self._places)

    def spots(self, keys: Iterable[str]) -> list[Spot]:
        """Where these components stand, as far as they are known."""
        found = [at for key in keys if (at := self.find(key)) is not None]
        x_mm, y_mm = self.places(np.array(found, dtype=np.int64))
        return list(zip(x_mm.tolist(), y_mm.tolist(), strict=True))

    # -- columns

    def places(self, found: Indexes) -> tuple[Millimetres, Millimetres]:
        """x and y of these components."""
        return self._of(self.file.x_mm, self._x_mm, found), self._of(self.file.y_mm, self._y_mm, found)

    def classes(self, found: Indexes) -> NDArray[np.uint16]:
        """Their classes, as indexes into `class_codes`."""
        return self._of(self.file.class_idx, self._class_idx, found)

    def _of(self, column: NDArray[T], more: NDArray[T], found: Indexes) -> NDArray[T]:
        if not self._rows:
            return column[found]
        is_more = found >= len(self.file)
        values: NDArray[T] = np.zeros(len(found), column.dtype)
        values[~is_more] = column[found[~is_more]]
        values[is_more] = more[found[is_more] - len(self.file)]
        return values

    def shown(self) -> Indexes:
        """Every component that stands somewhere."""
        return np.flatnonzero(self._is_shown)

    # -- as a ComponentStore

    def within(self, x0_mm: float, y0_mm: float, x1_mm: float, y1_mm: float) -> Indexes:
        """Components of the box, its edges included, in no promised order."""
        found = self.file.within(x0_mm, y0_mm, x1_mm, y1_mm)
        if self._rows:
            x, y = self._x_mm, self._y_mm
            near = np.flatnonzero((x >= x0_mm) & (x <= x1_mm) & (y >= y0_mm) & (y <= y1_mm))
            found = np.concatenate((found, near + len(self.file)))
        kept: Indexes = found[self._is_shown[found]]
        return kept

    def nearest(self, x_mm: float, y_mm: float, radius_mm: float) -> int | None:
        """The component nearest to a place within a radius, or None; of equals the first."""
        found = np.sort(self.within(x_mm - radius_mm, y_mm - radius_mm, x_mm + radius_mm, y_mm + radius_mm))
        if not len(found):
            return None
        xs, ys = self.places(found)
        square = (xs - x_mm) ** 2 + (ys - y_mm) ** 2
        best = int(np.argmin(square))
        return int(found[best]) if square[best] <= radius_mm**2 else None

    def class_of(self, i: int) -> str:
        """The class code of a component."""
        return self.class_codes[int(self.classes(np.array([i]))[0])]

    def key_of(self, i: int) -> str:
        """The component's id; raises IndexError where there is none."""
        changed = i - len(self.file)
        return str(self._rows[changed].id) if changed >= 0 else self.file.key_of(i)

    def find(self, key: str) -> int | None:
        """The index of a component by its id, as it is now, or None."""
        changed = self._number.get(key)
        return len(self.file) + changed if changed is not None else self._in_file(key)

    def row(self, i: int) -> Component:
        """The whole record of a component; raises IndexError where there is none."""
        changed = i - len(self.file)
        return self._rows[changed] if changed >= 0 else self.file.row(i)

    def state_of(self, i: int) -> ComponentState:
        """The component's state, as far as it is known."""
        changed = i - len(self.file)
        return self._rows[changed].state if changed >= 0 else self.file.state_of(i)
