"""How many components lie where, for the whole city from afar; it lies under the streets."""

from __future__ import annotations

from app.map.layers.style import QT_TRANSLATE_NOOP, Density, Layer

STEPS = ("density1", "density2", "density3", "density4", "density5")

LAYER = Layer(
    name="density",
    title=QT_TRANSLATE_NOOP("Layer", "Components"),
    box=4,
    is_brief=True,
    drawn=(
        Density(of="component", tokens=STEPS, cell_px=6, alpha=0.35, from_m_px=4, until_m_px=4),
        Density(of="component", tokens=STEPS, cell_px=6, alpha=0.65, from_m_px=8),
    ),
)
