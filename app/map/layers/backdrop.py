"""The ground under everything: land, blocks, green, water and buildings, with the names of places."""

from __future__ import annotations

from app.map.layers.style import Fill, Label, Layer

LAYER = Layer(
    name="backdrop",
    drawn=(
        Fill(of="land", tokens=("m_land",)),
        Fill(of="block", tokens=("m_block",), until_m_px=16),
        Fill(of="green", tokens=("m_green",)),
        Fill(of="water", tokens=("m_water",)),
        Fill(of="building", tokens=("m_building",), until_m_px=2),
        Label(of="district", token="m_label", halo_token="m_halo", font_px=16, from_m_px=16, rank=0),
        Label(of="street_area", token="m_label", halo_token="m_halo", font_px=14, from_m_px=16, rank=1),
        Label(of="label", token="m_label", halo_token="m_halo", font_px=12, until_m_px=2, rank=4, gap_px=20),
        Label(
            of="label",
            token="m_label",
            halo_token="m_halo",
            font_px=12,
            from_m_px=4,
            until_m_px=4,
            rank=4,
            gap_px=70,
        ),
    ),
)
