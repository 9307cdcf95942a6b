"""What a search has found: one mark each, put there by hand while the search is open; the one looked at stands out."""

from __future__ import annotations

from typing import Any

from app.map.layers.style import Glyph, Layer, Live, LiveFacts, LiveMark

NAME = "found"
FOUND, HERE = "found", "here"


def read(session: Any) -> tuple[Any, ...]:
    """Nothing: these marks follow no row."""
    return ()


def mark(shown: Any, facts: LiveFacts) -> LiveMark | None:
    """Nothing: see `read`."""
    return None


def spot(x_mm: int, y_mm: int, is_here: bool) -> LiveMark:
    """The mark of one find."""
    return LiveMark(x_mm, y_mm, HERE if is_here else FOUND)


LAYER = Layer(
    name=NAME,
    live=Live(
        entity="",  # no row changes these marks: the feed leaves the layer alone
        glyphs=(
            Glyph(FOUND, "pin"),
            Glyph(HERE, "pin_full"),
        ),
        size_px=((2.0, 26), (8.0, 22), (64.0, 18)),
        halo_token="m_halo",
        read=read,
        mark=mark,
    ),
)
