"""Every layer of the map, bottom to top, in one explicit tuple. A new one is a file here and a line below."""

from __future__ import annotations

from types import MappingProxyType

from app.map.layers import backdrop, case, component, density, duty, found, street, unit_grid, work_grid
from app.map.layers.style import Layer

LAYERS: tuple[Layer, ...] = (
    backdrop.LAYER,
    density.LAYER,
    duty.LAYER,
    street.LAYER,
    component.LAYER,
    unit_grid.LAYER,
    work_grid.LAYER,
    case.LAYER,
    found.LAYER,
)
LAYER_BY_NAME: MappingProxyType[str, Layer] = MappingProxyType({layer.name: layer for layer in LAYERS})
