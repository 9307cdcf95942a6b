"""Working grids: the outline of what one patrol supervisor answers for."""

from __future__ import annotations

from app.map.layers.style import QT_TRANSLATE_NOOP, Layer, Line

LAYER = Layer(
    name="work_grid",
    box=2,
    title=QT_TRANSLATE_NOOP("Layer", "Working grids"),
    short=QT_TRANSLATE_NOOP("Layer", "Grids"),
    drawn=(
        Line(
            of="work_grid_edge",
            token="m_work_grid",
            width_px=2.0,
            halo_token="m_halo",
            halo_px=1.0,
            until_m_px=4,
        ),
        Line(of="work_grid_edge", token="m_work_grid", width_px=1.2, alpha=0.8, from_m_px=8, until_m_px=32),
    ),
)
