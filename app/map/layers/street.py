"""Streets in their own width, their names upright along them on plates in their own colour."""

from __future__ import annotations

from app.map.layers.style import Label, Layer, Line

LAYER = Layer(
    name="street",
    drawn=(
        Line(of="minor", token="m_minor", until_m_px=4),
        Line(of="road", token="m_road", least_px=1.4),
        Label(
            of="road",
            token="m_label",
            halo_token="m_road",
            plate_token="m_road",
            is_along=True,
            until_m_px=8,
            rank=3,
        ),
        Label(
            of="minor",
            token="m_label",
            halo_token="m_minor",
            font_px=12,
            plate_token="m_minor",
            is_along=True,
            until_m_px=0.5,
            rank=6,
        ),
    ),
)
