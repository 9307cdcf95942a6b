"""Who answers where: the faces of one duty layer at a time, told apart by their name and dashed edge."""

from __future__ import annotations

from app.look.tokens import DUTY_ALPHA
from app.map.layers.style import QT_TRANSLATE_NOOP, Fill, Label, Layer, Line

LAYER = Layer(
    name="duty",
    box=3,
    title=QT_TRANSLATE_NOOP("Layer", "Duty"),
    drawn=(
        Fill(of="duty", tokens=("m_duty1", "m_duty2", "m_duty3", "m_duty4"), alpha=DUTY_ALPHA),
        Line(of="duty_edge", token="edge", width_px=1.0, dash_px=(5, 4), alpha=0.8),
        Label(of="duty_spot", token="text2", halo_token="m_halo", rank=2, repeat_px=900, until_m_px=8),
    ),
)
