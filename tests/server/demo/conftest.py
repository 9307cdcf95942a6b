"""One small and one tiny demonstration city, made once for all tests here."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

import gridseat_files
from casework.catalogue.load import load_catalogues
from casework.catalogue.model import Catalogue
from server.demo.city import DemoCity, generate

AS_OF_MS = 1_784_009_967_000  # 2026-07-14 14:19:27 in the city


@pytest.fixture(scope="session")
def catalogues() -> Mapping[str, Catalogue]:
    return load_catalogues(lambda name: gridseat_files.find(f"resources/catalogue/{name}").read_bytes())


@pytest.fixture(scope="session")
def small(catalogues: Mapping[str, Catalogue]) -> DemoCity:
    return generate("small", 7, AS_OF_MS, catalogues)


@pytest.fixture(scope="session")
def tiny(catalogues: Mapping[str, Catalogue]) -> DemoCity:
    return generate("tiny", 11, AS_OF_MS, catalogues)


@pytest.fixture
def as_of_ms() -> int:
    return AS_OF_MS
