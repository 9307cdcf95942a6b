"""The ground: land, blocks, green, water, buildings and streets, with the names of streets and places."""

from __future__ import annotations

from app.map.layers.style import Fill, Label, Layer, Line

LAYER = Layer(
    name="base",
    drawn=(
        Fill(of="land", tokens=("m_land",)),
        Fill(of="block", tokens=("m_block",), until_m_px=16),
        Fill(of="green", tokens=("m_green",)),
        Fill(of="water", tokens=("m_water",)),
        Line(of="minor", token="m_minor", until_m_px=4),
        Fill(of="building", tokens=("m_building",), until_m_px=4),
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
        Label(of="district", token="m_label", halo_token="m_halo", font_px=16, from_m_px=16, rank=0),
        Label(of="street_area", token="m_label", halo_token="m_halo", font_px=14, from_m_px=8, rank=1),
        Label(of="label", token="m_label", halo_token="m_halo", until_m_px=8, rank=4),
    ),
)
