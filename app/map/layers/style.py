"""The words a layer is written in: what is drawn, from which source, how, and at which scales.

Pure values. `of` names a source that `app.map.ground` knows (a layer of the base map, or one made from the grids);
colours are tokens of `app.look.tokens`, symbols are names of `app.look.shapes`. Scales are in metres per pixel:
a rule is drawn from `from_m_px` up to and including `until_m_px`. Lengths ending in _px are screen pixels.
Steps such as `((1.0, 7), (4.0, 5))` mean: 7 up to 1 m/px, 5 up to 4 m/px, and the last one beyond.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from casework.entities.city import City

Steps = tuple[tuple[float, float], ...]


def at_scale(steps: Steps, m_px: float) -> float:
    """The value of the first step that reaches this scale; the last one beyond."""
    return next((value for until, value in steps if m_px <= until), steps[-1][1])


def QT_TRANSLATE_NOOP(context: str, text: str) -> str:
    """Marks a source string for translation, by the name lupdate looks for; the view looks it up."""
    return text


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """What every rule says: its source and the scales it is drawn at."""

    of: str
    from_m_px: float = 0.0
    until_m_px: float = math.inf

    def is_drawn_at(self, m_px: float) -> bool:
        """Whether a map of this scale shows it."""
        return self.from_m_px <= m_px <= self.until_m_px


class Fill(Rule, frozen=True, kw_only=True):
    """Areas in flat colour; a feature's `tint` chooses among the tokens."""

    tokens: tuple[str, ...]
    alpha: float = 1.0


class Line(Rule, frozen=True, kw_only=True):
    """Lines; `width_px` 0 means the feature's own width in the city, never thinner than `least_px`."""

    token: str
    width_px: float = 0.0
    least_px: float = 1.0
    alpha: float = 1.0
    dash_px: tuple[float, ...] = ()
    halo_token: str = ""
    halo_px: float = 0.0


class Scatter(Rule, frozen=True, kw_only=True):
    """Points of the component store as small shapes by major class; the class in question larger and stronger."""

    shapes: Mapping[str, str]
    other: str
    size_px: Steps
    strong_size_px: Steps
    token: str
    strong_token: str
    halo_token: str
    alpha: float = 1.0


class Density(Rule, frozen=True, kw_only=True):
    """How many points lie where: squares of `cell_px` in five colours, each for a fifth of the filled squares."""

    tokens: tuple[str, ...]
    cell_px: int
    alpha: float


class Label(Rule, frozen=True, kw_only=True):
    """Names. `is_along` sets the characters upright along their line, on a plate where `plate_token` is given.

    Lower `rank` is placed first; a name comes again after `repeat_px` at the earliest, and keeps `gap_px` to others.
    """

    token: str
    halo_token: str
    font_px: int = 13
    is_along: bool = False
    plate_token: str = ""
    repeat_px: float = 600.0
    gap_px: float = 0.0
    rank: int = 5


class Numbers(Rule, frozen=True, kw_only=True):
    """Short texts drawn by the page over the tiles, so that they can make room for marks within `clear_px`."""

    token: str
    halo_token: str
    font_px: int = 12
    clear_px: float = 26.0


class Glyph(msgspec.Struct, frozen=True):
    """One symbol of a live layer; later ones lie above earlier ones.

    It has a halo of `halo_px` round its own outline, filled, and round that of the shape `backing` where it has one.
    """

    name: str
    shape: str
    backing: str = ""
    halo_px: float = 2.0


class LiveMark(msgspec.Struct, frozen=True):
    """Where a row is and which glyph shows it.

    When it is selected, its `grid` is lit, components of class `class_code` come out strongly, and the duty layer
    that answers for the first of its `topics` (such as event:06) is shown.
    """

    x_mm: int
    y_mm: int
    glyph: str
    grid: str = ""
    class_code: str = ""
    topics: tuple[str, ...] = ()


class LiveFacts(msgspec.Struct, frozen=True):
    """What a mark may depend on besides its row."""

    at_ms: int
    city: City


class Live(msgspec.Struct, frozen=True, kw_only=True):
    """Rows of a synced entity as marks that move and change.

    `read(session)` gives the shown rows worth a mark; `mark(shown, facts)` says how one looks, or None. Without an
    entity the marks follow no row: they are put there by hand.
    """

    entity: str
    glyphs: tuple[Glyph, ...]
    size_px: Steps
    halo_token: str
    read: Callable[[Any], Iterable[Any]]
    mark: Callable[[Any, LiveFacts], LiveMark | None]
    reach_px: float = 11.0  # a click this near takes the mark
    from_m_px: float = 0.0
    until_m_px: float = math.inf


class Layer(msgspec.Struct, frozen=True, kw_only=True):
    """One layer: its check box (no title, no box) and everything that is drawn for it.

    `title` is the English source text of the box, marked for context "Layer"; `short` the one for a narrow map.
    On a narrow map boxes with the same `short` are one. Boxes stand in the order of `box`; layers of
    the same number share one.
    """

    name: str
    title: str = ""
    short: str = ""
    box: int = 0
    is_brief: bool = False  # on a narrow map its box says the detail alone
    drawn: tuple[Rule, ...] = ()
    live: Live | None = None
