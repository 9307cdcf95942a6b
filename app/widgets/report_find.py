"""What the report form's pickers find: classes by digits, initials or Chinese; conditions; places; sources.

The index of classes is made once, on first use: the pinyin table takes a moment to read. Places are those of open
cases, by initials or words, and unit grids by their digits. It chooses nothing.
"""

from __future__ import annotations

from typing import Any

import msgspec
from PySide6.QtCore import QCoreApplication

from app.commandbar.index import Entry, Group, Index
from app.models import text, words
from app.models.places import finder_of, middle_of
from app.models.report_draft import ReportDraft
from app.widgets.pick_field import MOST, Pick
from casework.catalogue.model import Catalogue, ClassEntry, Condition, Kind
from casework.entities.unit_grid import UnitGrid
from casework.workflow import Source

MATTERS_FROM = "2026"  # from this edition on a component's fault is a matter with the component's code
KNOWN_PLACES = 400

translate = QCoreApplication.translate


class PlacePick(msgspec.Struct, frozen=True):
    """The key of a place in a list: where it is and what it is called."""

    x_mm: int
    y_mm: int
    title: str

    def key(self) -> str:
        """As the pick's key."""
        return msgspec.json.encode(self).decode()


def place_of(pick: Pick) -> PlacePick:
    """The place behind a pick."""
    return msgspec.json.decode(pick.key, type=PlacePick)


class ReportFinder:
    """One per form."""

    def __init__(self, session: Any) -> None:
        self._session = session
        self._classes: Index | None = None

    def edition(self) -> str:
        """The city's edition of the catalogue."""
        city = self._session.city()
        return city.edition if city is not None else ""

    def catalogue(self) -> Catalogue | None:
        """The catalogue reports are coded with."""
        found: Catalogue | None = self._session.catalogues.get(self.edition())
        return found

    def entry(self, draft: ReportDraft) -> ClassEntry | None:
        """The class chosen in a draft."""
        catalogue = self.catalogue()
        return catalogue.classes.get((draft.kind, draft.class_code)) if catalogue is not None else None

    def conditions(self, draft: ReportDraft) -> tuple[Condition, ...]:
        """The filing conditions of the class chosen in a draft."""
        catalogue = self.catalogue()
        key = (draft.kind, draft.class_code)
        return tuple(catalogue.conditions.get(key, ())) if catalogue is not None else ()

    def class_index(self) -> Index:
        """Every class a report may be coded with."""
        if self._classes is None:
            catalogue = self.catalogue()
            entries = catalogue.classes.values() if catalogue is not None else ()
            self._classes = Index(
                Entry(
                    Group.CLASS,
                    f"{entry.kind}:{entry.code}",
                    f"{entry.code} {class_words(entry)}",
                    major_words(entry),
                    (entry.code,),
                )
                for entry in entries
                if entry.kind is Kind.EVENT or entry.edition < MATTERS_FROM
            )
        return self._classes

    def find_classes(self, query: str) -> list[Pick]:
        """By digits, initials or Chinese."""
        return [Pick(entry.id, entry.title, entry.detail) for entry in self.class_index().search(query)]

    def find_sources(self, query: str, present: Source) -> list[Pick]:
        """All a person may name, until something else than the present one is typed."""
        picks = [Pick(source.value, words.word(source)) for source in Source if source is not Source.SENSOR]
        return [pick for pick in picks if query in pick.title or query == words.word(present)]

    def find_conditions(self, query: str, draft: ReportDraft) -> list[Pick]:
        """Those of the class; all of them until something else than the present one is typed."""
        picks = [condition_pick(condition) for condition in self.conditions(draft)]
        present = next((pick.title for pick in picks if pick.key == draft.condition), "")
        return [pick for pick in picks if query in (present, "") or query in pick.title + pick.key]

    def find_places(self, query: str) -> list[Pick]:
        """Places of open cases by initials or words, and unit grids by their digits."""
        picks = [self._place_pick(entry.id) for entry in self._place_index().search(query)]
        picks += [self._grid_pick(grid) for grid in finder_of(self._session).by_digits(query)]
        return picks[:MOST]

    def place_tail(self, draft: ReportDraft) -> str:
        """What stands inside the field: street and grid, or how to give it a point."""
        if not draft.has_point or not draft.grid:
            return translate("ReportForm", "click the map, or F3 for its middle")
        grid = finder_of(self._session).at(draft.x_mm, draft.y_mm)
        return text.facts(grid.street if grid is not None else "", grid_number(draft.grid))

    def _place_index(self) -> Index:
        seen: dict[str, Entry] = {}
        for shown in self._session.open_cases(KNOWN_PLACES):
            case = shown.row
            if case.place and case.place not in seen:
                key = PlacePick(case.x_mm, case.y_mm, case.place).key()
                seen[case.place] = Entry(Group.CASE, key, case.place)
        return Index(seen.values())

    def _place_pick(self, key: str) -> Pick:
        place = place_of(Pick(key, ""))
        grid = finder_of(self._session).at(place.x_mm, place.y_mm)
        where = text.facts(grid.street, grid_number(grid.code)) if grid is not None else ""
        return Pick(key, place.title, where)

    def _grid_pick(self, grid: UnitGrid) -> Pick:
        x_mm, y_mm = middle_of(grid)
        title = text.facts(grid.street, grid.community)
        return Pick(PlacePick(x_mm, y_mm, title).key(), title, text.grid_code(grid.code))


def condition_pick(condition: Condition) -> Pick:
    """A condition with its limit."""
    title = condition.text_zh if words.is_chinese() else condition.text_en
    return Pick(condition.id, title, words.limit(condition.limit))


def class_words(entry: ClassEntry | None) -> str:
    """A class in the seat's language."""
    if entry is None:
        return ""
    return entry.name_zh if words.is_chinese() else entry.name_en


def major_words(entry: ClassEntry | None) -> str:
    """Its major class."""
    if entry is None:
        return ""
    return entry.major_zh if words.is_chinese() else entry.major_en


def grid_number(code: str) -> str:
    """网格 015"""
    return translate("ReportForm", "grid {0}").format(code[-3:])
