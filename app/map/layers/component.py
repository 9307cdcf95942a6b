"""Components in the street: a shape by major class; the class of the selected case larger and stronger."""

from __future__ import annotations

from types import MappingProxyType

from app.map.layers.style import QT_TRANSLATE_NOOP, Layer, Scatter

# Shape only, no colour: public utilities, traffic, sanitation, greening. As in the 2013 and 2026 editions.
SHAPE_BY_MAJOR = MappingProxyType({"01": "square", "02": "bar", "03": "circle", "04": "plus"})
# What the box says of the class that comes out strongly.
MAJORS = MappingProxyType(
    {
        "01": QT_TRANSLATE_NOOP("Layer", "Public utilities"),
        "02": QT_TRANSLATE_NOOP("Layer", "Traffic facilities"),
        "03": QT_TRANSLATE_NOOP("Layer", "Sanitation facilities"),
        "04": QT_TRANSLATE_NOOP("Layer", "Greening facilities"),
        "05": QT_TRANSLATE_NOOP("Layer", "Other components"),
    }
)

LAYER = Layer(
    name="component",
    title=QT_TRANSLATE_NOOP("Layer", "Components"),
    box=4,
    is_brief=True,
    drawn=(
        Scatter(
            of="component",
            shapes=SHAPE_BY_MAJOR,
            other="cross",
            size_px=((0.25, 8), (0.5, 7), (1.0, 5), (2.0, 3)),
            strong_size_px=((0.5, 10), (1.0, 9), (2.0, 5)),
            token="m_component",
            strong_token="m_component_class",
            halo_token="m_halo",
            alpha=0.8,
            until_m_px=2,
        ),
    ),
)
