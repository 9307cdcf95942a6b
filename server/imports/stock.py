"""The components a centre has: those of components.db with the ledger's newer ones over them, as columns.

Promises: what is in both is what the ledger says last; the order is that of the file, newer ones behind it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
import pandas as pd

from casework.entities.component import Component
from server.component_file import STATES, ComponentTable, read_components
from server.imports.fields import Flags, Ints, column_of
from server.imports.sheets import Column
from server.imports.standing import Rows, Standing

ABSENT = -1
STATE_OF = {state: number for number, state in enumerate(STATES)}


class Stock(msgspec.Struct, frozen=True, kw_only=True):
    """Columns of one length; `ver` is the version of a component's own row, 0 where it is only in the file."""

    keys: Column
    classes: Column
    x_mm: Ints
    y_mm: Ints
    grids: Column
    owners: Column
    state: Ints
    surveyed: Column
    uids: Column
    ver: Ints

    def __len__(self) -> int:
        return len(self.keys)

    def of_keys(self, keys: Column) -> Ints:
        """The place of each key, ABSENT where there is none."""
        return _places(self.keys, np.arange(len(self), dtype=np.int64), keys)

    def of_uids(self, uids: Column, among: frozenset[str]) -> Ints:
        """The place of each id at the source among components of these classes; ABSENT where there is none."""
        mine = np.flatnonzero((self.uids != "") & self.of_classes(among))
        return _places(self.uids[mine], mine, uids)

    def of_classes(self, among: frozenset[str]) -> Flags:
        found: Flags = pd.Series(self.classes, dtype=object).isin(list(among)).to_numpy(dtype=np.bool_)
        return found

    def component(self, place: int) -> Component:
        return Component(
            id=self.keys[place],
            class_code=self.classes[place],
            x_mm=int(self.x_mm[place]),
            y_mm=int(self.y_mm[place]),
            grid=self.grids[place],
            owner=self.owners[place],
            state=STATES[int(self.state[place])],
            surveyed=self.surveyed[place],
            uid=self.uids[place],
        )


def _places(known: Column, places: Ints, asked: Column) -> Ints:
    """Where each asked text is among the known ones; of doubled ones the first, never for an empty text."""
    first = ~pd.Series(known, dtype=object).duplicated().to_numpy()
    found = pd.Index(known[first], dtype=object).get_indexer(pd.Index(asked, dtype=object))
    found = np.where(asked == "", ABSENT, found)
    answer = np.full(len(asked), ABSENT, dtype=np.int64)
    answer[found >= 0] = places[first][found[found >= 0]]
    return answer


def read_stock(standing: Standing) -> Stock:
    """All components of the centre."""
    through = 0
    table = EMPTY_TABLE
    if standing.paths.components.is_file():
        table, facts = read_components(standing.paths.components)
        through = facts.through_seq
    stock = _from_table(table)
    newer = {key: row for key, row in standing.components.items() if row.seq > through}
    stock = laid_over(stock, newer) if newer else stock
    if standing.components:
        vers = {key: row.ver for key, row in standing.components.items()}
        stock = msgspec.structs.replace(
            stock, ver=np.array([vers.get(key, 0) for key in stock.keys], dtype=np.int64)
        )
    return stock


EMPTY_TABLE = ComponentTable(
    keys=(),
    class_codes=(),
    class_of=np.empty(0, np.int64),
    x_mm=np.empty(0, np.int64),
    y_mm=np.empty(0, np.int64),
    grids=(),
    owners=(),
    state=np.empty(0, np.uint8),
    surveyed=(),
    uids=(),
)


def _from_table(table: ComponentTable) -> Stock:
    codes = column_of(list(table.class_codes))
    return Stock(
        keys=column_of(list(table.keys)),
        classes=codes[table.class_of] if len(codes) else column_of([]),
        x_mm=table.x_mm,
        y_mm=table.y_mm,
        grids=column_of(list(table.grids)),
        owners=column_of(list(table.owners)),
        state=table.state.astype(np.int64),
        surveyed=column_of(list(table.surveyed)),
        uids=column_of(list(table.uids)),
        ver=np.zeros(len(table.keys), np.int64),
    )


def _from_rows(rows: Sequence[Component]) -> Stock:
    return Stock(
        keys=column_of([row.id for row in rows]),
        classes=column_of([row.class_code for row in rows]),
        x_mm=np.array([row.x_mm for row in rows], np.int64),
        y_mm=np.array([row.y_mm for row in rows], np.int64),
        grids=column_of([row.grid for row in rows]),
        owners=column_of([row.owner for row in rows]),
        state=np.array([STATE_OF[row.state] for row in rows], np.int64),
        surveyed=column_of([row.surveyed for row in rows]),
        uids=column_of([row.uid for row in rows]),
        ver=np.zeros(len(rows), np.int64),
    )


def laid_over(stock: Stock, newer: Rows) -> Stock:
    """The stock with these rows instead of its own of the same key, the rest of them behind."""
    return put_over(stock, _from_rows([row.row for row in newer.values()]))


def put_over(stock: Stock, over: Stock) -> Stock:
    """`over`'s components instead of those of the same key, new ones behind."""
    place = stock.of_keys(over.keys)
    at, new = place[place != ABSENT], place == ABSENT

    def column(name: str) -> Any:
        mine, theirs = getattr(stock, name).copy(), getattr(over, name)
        mine[at] = theirs[~new]
        return np.concatenate([mine, theirs[new]])

    return Stock(**{name: column(name) for name in Stock.__struct_fields__})


def table_of(stock: Stock) -> ComponentTable:
    """The columns of a new components.db: neighbours on the ground lie near each other in the file."""
    order = np.argsort(z_order(stock.x_mm, stock.y_mm), kind="stable")
    numbers, codes = pd.factorize(stock.classes[order], sort=True)
    return ComponentTable(
        keys=stock.keys[order].tolist(),
        class_codes=tuple(str(code) for code in codes),
        class_of=numbers.astype(np.int64),
        x_mm=stock.x_mm[order],
        y_mm=stock.y_mm[order],
        grids=stock.grids[order].tolist(),
        owners=stock.owners[order].tolist(),
        state=stock.state[order].astype(np.uint8),
        surveyed=stock.surveyed[order].tolist(),
        uids=stock.uids[order].tolist(),
    )


def z_order(x_mm: Ints, y_mm: Ints) -> Ints:
    """A number for each place whose neighbours in number are neighbours on the ground (Morton, of 16 m cells)."""
    if not len(x_mm):
        return np.empty(0, np.int64)
    cell_mm = 16_384
    return _spread((x_mm - x_mm.min()) // cell_mm) | (_spread((y_mm - y_mm.min()) // cell_mm) << 1)


def _spread(value: Ints) -> Ints:
    """The bits of a number of at most 31 bits, each followed by a zero."""
    spread = value & 0x7FFFFFFF
    for shift, mask in (
        (16, 0x0000FFFF0000FFFF),
        (8, 0x00FF00FF00FF00FF),
        (4, 0x0F0F0F0F0F0F0F0F),
        (2, 0x3333333333333333),
        (1, 0x5555555555555555),
    ):
        spread = (spread | (spread << shift)) & mask
    return spread
