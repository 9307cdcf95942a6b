"""Components: a shape by major class in the street, a density of the whole city from afar."""

from __future__ import annotations

from types import MappingProxyType

from app.map.layers.style import Density, Layer, Scatter

# Shape only, no colour: public utilities, traffic, sanitation, greening. Numbers as in the 2013 and 2026 editions.
SHAPE_BY_MAJOR = MappingProxyType({"01": "square", "02": "bar", "03": "circle", "04": "plus"})

LAYER = Layer(
    name="component",
    box=4,
    is_brief=True,
    title="Components",
    drawn=(
        Scatter(
            of="component",
            shapes=SHAPE_BY_MAJOR,
            other="cross",
            size_px=((0.25, 8), (0.5, 7), (1.0, 6), (2.0, 5)),
            strong_size_px=((0.5, 10), (1.0, 9), (2.0, 7)),
            token="m_component",
            strong_token="m_component_class",
            halo_token="m_halo",
            alpha=0.85,
            until_m_px=2,
        ),
        Density(
            of="component",
            tokens=("density1", "density2", "density3", "density4", "density5"),
            cell_px=6,
            alpha=0.55,
            from_m_px=4,
        ),
    ),
)
