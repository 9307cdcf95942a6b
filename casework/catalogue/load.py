"""The catalogues of every edition, read from their tables: classes, filing conditions and the crosswalk.

It is given a function that returns the bytes of a named table and opens no file itself. Promises: every code,
unit, length and reference is checked, and the first fault is a `CatalogueError` that names table and line. A
condition is coded in one edition; the other editions get it by the crosswalk under their own code, and a 2026
component fault gets those of its component. It does not judge whether a limit is wise: figures are data.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from types import MappingProxyType

import msgspec

from casework.catalogue.model import Catalogue, ClassEntry, Condition, Kind
from casework.clock.model import TimeLimit, TimeUnit

EDITIONS = ("2007", "2013", "2026")
CODE_CHARS: Mapping[str, int] = MappingProxyType({"2007": 4, "2013": 4, "2026": 5})
CONFIDENCES = frozenset({"certain", "high", "one_source", "medium", "inferred", "low"})
TABLES = ("classes.csv", "conditions.csv", "crosswalk.csv")
NAME_CHARS = 60
SENTENCE_CHARS = 200
MAX_VALUE = 1000

Read = Callable[[str], bytes]
ClassKey = tuple[Kind, str]
Row = dict[str, str]


class CatalogueError(ValueError):
    """A table cannot be used; the text names the table and the line."""

    def __init__(self, table: str, line: int, fault: str) -> None:
        super().__init__(f"{table} line {line}: {fault}")
        self.table = table
        self.line = line


class Crosswalk(msgspec.Struct, frozen=True):
    """Which class of one edition is which of another. `moves` is by (edition, kind, code, other edition)."""

    moves: Mapping[tuple[str, Kind, str, str], str]

    def code(self, from_edition: str, kind: Kind, code: str, to_edition: str) -> str | None:
        """The code in the other edition, its own within its edition, None where there is no counterpart."""
        return code if from_edition == to_edition else self.moves.get((from_edition, kind, code, to_edition))


def load_catalogues(read: Read) -> Mapping[str, Catalogue]:
    """Every edition, checked. `read` is asked for `TABLES`."""
    classes = _classes(read)
    walk = load_crosswalk(read, classes)
    coded = _conditions(read, classes)
    return MappingProxyType({edition: _catalogue(edition, classes, walk, coded) for edition in EDITIONS})


def load_crosswalk(
    read: Read, classes: Mapping[str, Mapping[ClassKey, ClassEntry]] | None = None
) -> Crosswalk:
    """The crosswalk alone, checked against the classes."""
    known = _classes(read) if classes is None else classes
    moves: dict[tuple[str, Kind, str, str], str] = {}
    for line, row in _rows(read, "crosswalk.csv", ("kind", *(f"code_{e}" for e in EDITIONS))):
        kind = _kind("crosswalk.csv", line, row["kind"])
        codes = {edition: row[f"code_{edition}"] for edition in EDITIONS if row[f"code_{edition}"]}
        for edition, code in codes.items():
            if (kind, code) not in known[edition]:
                raise CatalogueError("crosswalk.csv", line, f"no {kind} {code} in {edition}")
            for other in codes.keys() - {edition}:
                if moves.setdefault((edition, kind, code, other), codes[other]) != codes[other]:
                    fault = f"{edition} {kind} {code} leads to two classes of {other}"
                    raise CatalogueError("crosswalk.csv", line, fault)
    return Crosswalk(MappingProxyType(moves))


def crosswalk(walk: Crosswalk, from_edition: str, kind: Kind, code: str, to_edition: str) -> str | None:
    """The code of a class in another edition, or None where the field has no counterpart for it."""
    return walk.code(from_edition, kind, code, to_edition)


def is_local(edition: str, code: str) -> bool:
    """Whether cities number such codes themselves (2026: from 080; 2013: from 78; 2007: major 21)."""
    if edition == "2007":
        return code.startswith("21")
    return int(code[2:]) >= (80 if edition == "2026" else 78)


def is_component_fault(entry: ClassEntry) -> bool:
    """Whether a 2026 matter is the fault of a component: the same code, not to be shown twice by a picker."""
    return entry.edition == "2026" and entry.kind is Kind.EVENT and entry.major <= "05"


def choices(catalogue: Catalogue) -> tuple[ClassEntry, ...]:
    """What a picker offers, in the catalogue's order: every class once."""
    return tuple(entry for entry in catalogue.classes.values() if not is_component_fault(entry))


def _rows(read: Read, table: str, columns: tuple[str, ...]) -> list[tuple[int, Row]]:
    try:
        lines = read(table).decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise CatalogueError(table, 1, "not UTF-8") from error
    first = next((index for index, line in enumerate(lines) if not line.startswith("#")), len(lines))
    reader = csv.reader(lines[first:])
    head = next(reader, [])
    missing = [column for column in columns if column not in head]
    if missing:
        raise CatalogueError(table, first + 1, f"no column {missing[0]}")
    found: list[tuple[int, Row]] = []
    for cells in reader:
        line = first + reader.line_num
        if len(cells) != len(head):
            raise CatalogueError(table, line, f"{len(cells)} fields, {len(head)} expected")
        found.append((line, dict(zip(head, cells, strict=True))))
    return found


def _kind(table: str, line: int, text: str) -> Kind:
    if text not in (Kind.COMPONENT, Kind.EVENT):
        raise CatalogueError(table, line, f"unknown kind {text!r}")
    return Kind(text)


def _code(table: str, line: int, row: Row) -> tuple[str, Kind, str]:
    edition, code = row["edition"], row["code"]
    if edition not in EDITIONS:
        raise CatalogueError(table, line, f"unknown edition {edition!r}")
    kind = _kind(table, line, row["kind"])
    if not (code.isascii() and code.isdigit() and len(code) == CODE_CHARS[edition]):
        raise CatalogueError(table, line, f"code {code!r} is not {CODE_CHARS[edition]} digits")
    return edition, kind, code


def _texts(table: str, line: int, row: Row, names: tuple[str, ...], chars: int) -> tuple[str, ...]:
    for name in names:
        if not 0 < len(row[name].strip()) <= chars:
            fault = f"{name} has {len(row[name])} characters, 1 to {chars} expected"
            raise CatalogueError(table, line, fault)
    return tuple(row[name] for name in names)


CLASS_TEXTS = ("name_zh", "name_en", "major_zh", "major_en")


def _classes(read: Read) -> dict[str, dict[ClassKey, ClassEntry]]:
    table = "classes.csv"
    found: dict[str, dict[ClassKey, ClassEntry]] = {edition: {} for edition in EDITIONS}
    for line, row in _rows(read, table, ("edition", "kind", "code", *CLASS_TEXTS)):
        edition, kind, code = _code(table, line, row)
        name_zh, name_en, major_zh, major_en = _texts(table, line, row, CLASS_TEXTS, NAME_CHARS)
        if (kind, code) in found[edition]:
            raise CatalogueError(table, line, f"{edition} {kind} {code} is there twice")
        found[edition][kind, code] = ClassEntry(
            edition, kind, code, name_zh, name_en, code[:2], major_zh, major_en, is_local(edition, code)
        )
    for entry in found["2026"].values():
        if is_component_fault(entry) and (Kind.COMPONENT, entry.code) not in found["2026"]:
            raise CatalogueError(table, 1, f"matter {entry.code} is the fault of no component")
    return found


CONDITION_TEXTS = ("text_zh", "text_en", "closing_zh", "closing_en")
CONDITION_COLUMNS = ("edition", "kind", "code", "number", "value", "unit", *CONDITION_TEXTS, "confidence")
Coded = dict[tuple[str, Kind, str], list[tuple[int, Condition]]]


def _number(table: str, line: int, row: Row, name: str) -> int:
    text = row[name]
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= MAX_VALUE):
        raise CatalogueError(table, line, f"{name} {text!r} is not a number from 1 to {MAX_VALUE}")
    return int(text)


def _conditions(read: Read, classes: Mapping[str, Mapping[ClassKey, ClassEntry]]) -> Coded:
    table = "conditions.csv"
    coded: Coded = {}
    for line, row in _rows(read, table, CONDITION_COLUMNS):
        edition, kind, code = _code(table, line, row)
        if (kind, code) not in classes[edition]:
            raise CatalogueError(table, line, f"no {kind} {code} in {edition}")
        number, value = _number(table, line, row, "number"), _number(table, line, row, "value")
        if row["unit"] not in tuple(TimeUnit):
            raise CatalogueError(table, line, f"unknown unit {row['unit']!r}")
        if row["confidence"] not in CONFIDENCES:
            raise CatalogueError(table, line, f"unknown confidence {row['confidence']!r}")
        text_zh, text_en, closing_zh, closing_en = _texts(table, line, row, CONDITION_TEXTS, SENTENCE_CHARS)
        group = coded.setdefault((edition, kind, code), [])
        if any(number == other for other, _ in group):
            raise CatalogueError(table, line, f"{edition} {kind} {code} has two conditions {number}")
        condition = Condition(
            id=f"{code}-{number}",
            kind=kind,
            class_code=code,
            text_zh=text_zh,
            text_en=text_en,
            limit=TimeLimit(value, TimeUnit(row["unit"])),
            closing_zh=closing_zh,
            closing_en=closing_en,
            confidence=row["confidence"],
        )
        group.append((number, condition))
    return coded


def _catalogue(
    edition: str, classes: Mapping[str, Mapping[ClassKey, ClassEntry]], walk: Crosswalk, coded: Coded
) -> Catalogue:
    conditions: dict[ClassKey, tuple[Condition, ...]] = {}
    entries = classes[edition]
    for (coded_edition, kind, coded_code), group in coded.items():
        code = walk.code(coded_edition, kind, coded_code, edition)
        if code is None:
            continue
        kinds = [kind]
        if kind is Kind.COMPONENT and (Kind.EVENT, code) in entries and edition == "2026":
            kinds.append(Kind.EVENT)
        for shown_kind in kinds:
            if (shown_kind, code) in conditions:
                fault = f"{edition} {shown_kind} {code} gets conditions from two editions"
                raise CatalogueError("conditions.csv", 1, fault)
            conditions[shown_kind, code] = tuple(
                msgspec.structs.replace(condition, id=f"{code}-{number}", kind=shown_kind, class_code=code)
                for number, condition in sorted(group, key=lambda item: item[0])
            )
    ordered = {key: conditions[key] for key in entries if key in conditions}
    return Catalogue(edition, MappingProxyType(dict(entries)), MappingProxyType(ordered))
