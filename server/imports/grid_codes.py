"""Codes of fifteen digits for unit grids that have none: district 6, street 3, community 3, sequence 3.

Promises: a grid that is here keeps its code; streets and communities of a name keep the numbers they have here; new
ones get the next. Where a file names neither, communities of 999 grids follow one another.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from casework.entities.unit_grid import UnitGrid
from server.imports.fields import Fields, is_empty
from server.imports.sheets import Column
from server.imports.sieve import Sieve
from server.imports.standing import Standing

CODE_CHARS = 15
MOST = 999


class Numbers:
    """The numbers of streets, communities and grids that are taken."""

    def __init__(self, grids: Iterable[UnitGrid]) -> None:
        self._street: dict[tuple[str, str], int] = {}
        self._community: dict[tuple[str, str], int] = {}
        self._last: dict[str, int] = {}
        for grid in grids:
            code = str(grid.code)
            self._street.setdefault((code[:6], grid.street), int(code[6:9]))
            self._community.setdefault((code[:9], grid.community), int(code[9:12]))
            self.take(code)

    def take(self, code: str) -> None:
        for cut in (9, 12, 15):
            self._last[code[: cut - 3]] = max(self._last.get(code[: cut - 3], 0), int(code[cut - 3 : cut]))

    def next(self, district: str, street: str, community: str) -> str:
        """A free code; "" where there is none left."""
        area = self._numbered(self._street, district, street)
        if not area:
            return ""
        inner = self._numbered(self._community, area, community)
        if inner and self._last.get(inner, 0) >= MOST:
            # The community is full: it goes on under another number.
            del self._community[area, community]
            inner = self._numbered(self._community, area, community)
        if not inner:
            return ""
        code = f"{inner}{self._last.get(inner, 0) + 1:03d}"
        self.take(code)
        return code

    def _numbered(self, known: dict[tuple[str, str], int], above: str, name: str) -> str:
        if (above, name) not in known:
            number = self._last.get(above, 0) + 1
            if number > MOST:
                return ""
            known[above, name] = number
            self._last[above] = number
        return f"{above}{known[above, name]:03d}"


def made_codes(codes: Column, districts: Column, fields: Fields, standing: Standing, sieve: Sieve) -> Column:
    """A code for every row that enters and has none."""
    numbers = Numbers(standing.known_grids().values())
    for code in codes[sieve.is_free & ~is_empty(codes)].tolist():
        numbers.take(code)
    made = codes.copy()
    streets, communities = fields.column("street"), fields.column("community")
    for row in np.flatnonzero(sieve.is_free & is_empty(codes)).tolist():
        made[row] = numbers.next(districts[row], streets[row], communities[row])
        if not made[row]:
            sieve.refuse_row(row, "codes_used_up", district=districts[row])
    return made
