"""The sources that layers name: what of the base map can be had besides its own layers."""

from __future__ import annotations

import numpy as np
import pytest

from app.cache.basemap import AREAS
from app.map.ground import Ground


def test_that_the_outline_of_an_area_comes_back_to_where_it_began(ground: Ground) -> None:
    areas, edges = ground.sheet("street_area"), ground.sheet("street_area_edge")
    assert len(edges) == len(areas) == 1
    assert edges.names == areas.names
    ring, line = areas.of(0), edges.of(0)
    assert len(line) == len(ring) + 1
    assert np.array_equal(line[:-1], ring)
    assert np.array_equal(line[-1], ring[0])


@pytest.mark.parametrize("of", sorted(AREAS))
def test_that_every_area_layer_has_its_outline_also_where_the_city_has_none(ground: Ground, of: str) -> None:
    assert len(ground.sheet(f"{of}_edge")) == len(ground.sheet(of))
