"""Our fields from their columns, as the profile says: one column, several joined, or a value for every row.

Promises: text stays text (an id never passes through a number); blanks around a value go; a map is looked up once per
distinct value and not once per row. What a value means is the checking's business.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from server.imports.profile import Field, Profile
from server.imports.sheets import Column, Sheet, Unreadable

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


def column_of(values: list[Any]) -> Column:
    """A column of these values, whatever they are."""
    made = np.empty(len(values), dtype=object)
    made[:] = values
    return made


class Fields:
    """The fields of one sheet; a field the profile does not name is a column of empty texts."""

    def __init__(self, sheet: Sheet, profile: Profile) -> None:
        self._sheet = sheet
        self._profile = profile
        self._made: dict[str, Column] = {}
        self._empty = np.full(sheet.rows, "", dtype=object)

    def has(self, name: str) -> bool:
        return name in self._profile.fields

    def column(self, name: str) -> Column:
        """A field's values, mapped as the profile says."""
        if name not in self._made:
            field = self._profile.fields.get(name)
            self._made[name] = self._empty if field is None else self._field(name, field)
        return self._made[name]

    def _field(self, name: str, field: Field) -> Column:
        if field.value is not None:
            return np.full(self._sheet.rows, field.value, dtype=object)
        if field.join:
            raw = self._joined([self._raw(name, one) for one in field.join], field.between)
        else:
            raw = self._raw(name, field.column)
        if field.map or field.other is not None:
            told, other = {key.strip(): value for key, value in field.map.items()}, field.other
            raw = mapped(raw, lambda value: told.get(value, value if other is None else other))
        if field.before:
            raw = column_of([field.before + value if value else "" for value in raw])
        return raw

    def _raw(self, name: str, column: str) -> Column:
        if column == "@layer":
            return np.full(self._sheet.rows, self._sheet.layer, dtype=object)
        if column == "@row":
            return column_of([str(number) for number in self._sheet.place_numbers])
        if column not in self._sheet.columns:
            raise Unreadable("missing_column", place=f"fields.{name}", column=column)
        return column_of([value.strip() for value in self._sheet.columns[column]])

    def _joined(self, parts: list[Column], between: str) -> Column:
        return column_of([between.join(filter(None, row)) for row in zip(*parts, strict=True)])


def mapped(values: Column, told: Callable[[str], str]) -> Column:
    """Each value replaced, by one call per distinct value."""
    numbers, distinct = factorized(values)
    answers = column_of([told(value) for value in distinct])
    return answers[numbers] if len(answers) else values


def factorized(values: Column) -> tuple[Ints, list[str]]:
    """Which distinct value each row has, and the distinct values in the order they are met."""
    numbers, distinct = pd.factorize(values)
    return numbers.astype(np.int64), [str(value) for value in distinct]


def looked_up(values: Column, where: Mapping[str, int]) -> Ints:
    """The number each value has in `where`; -1 for what is not in it."""
    numbers, distinct = factorized(values)
    found = np.array([where.get(value, -1) for value in distinct], dtype=np.int64)
    return found[numbers] if len(found) else numbers


def tested(values: Column, test: Callable[[str], bool]) -> Flags:
    """Which rows pass a test, by one call per distinct value."""
    numbers, distinct = factorized(values)
    found = np.array([test(value) for value in distinct], dtype=np.bool_)
    return found[numbers] if len(found) else np.zeros(len(values), dtype=np.bool_)


def is_empty(values: Column) -> Flags:
    empty: Flags = values == ""
    return empty.astype(np.bool_)


def is_again(values: Column, among: Flags) -> Flags:
    """Which rows have a value that an earlier row of `among` has already."""
    again = np.zeros(len(values), dtype=np.bool_)
    rows = np.flatnonzero(among)
    again[rows] = pd.Series(values[rows], dtype=object).duplicated().to_numpy()
    return again


def is_among(values: Column, known: Container[str]) -> Flags:
    """Which rows have a value that is known."""
    return np.fromiter((value in known for value in values), np.bool_, len(values))


def lengths(values: Column) -> Ints:
    return np.fromiter(map(len, values), dtype=np.int64, count=len(values))


def is_digits(text: str, count: int) -> bool:
    """Whether a code is so many plain digits: as text, for seventeen of them do not fit a float."""
    return len(text) == count and text.isascii() and text.isdigit()
