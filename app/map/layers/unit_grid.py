"""Unit grids: thin lines, and the last three digits of each code near its north-west corner."""

from __future__ import annotations

from app.look.tokens import GRID_ALPHA
from app.map.layers.style import QT_TRANSLATE_NOOP, Layer, Line, Numbers

LAYER = Layer(
    name="unit_grid",
    box=1,
    title=QT_TRANSLATE_NOOP("Layer", "Unit grids"),
    short=QT_TRANSLATE_NOOP("Layer", "Grids"),
    drawn=(
        Line(of="unit_grid_edge", token="m_grid", width_px=1.1, alpha=GRID_ALPHA, until_m_px=1),
        Line(of="unit_grid_edge", token="m_grid", width_px=1.0, alpha=0.6, from_m_px=2, until_m_px=2),
        Line(of="unit_grid_edge", token="m_grid", width_px=0.9, alpha=0.3, from_m_px=4, until_m_px=4),
        Numbers(of="unit_grid_number", token="m_grid_number", halo_token="m_halo", until_m_px=1),
    ),
)
