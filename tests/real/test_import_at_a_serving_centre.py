"""A real file handed in over HTTP, in pieces, at a centre that goes on serving."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from casework.sync.imports import PIECE_BYTES
from server.cities import empty_city, plan_of
from server.founding import Ground, found
from server.paths import Paths
from server.store.verify import verify
from tests.real import oracle
from tests.real.test_grids_of_real_cities import together
from tests.server.ground import Served, serving
from tests.server.imports.seat import CHEN, Hand, report_of
from tests.server.imports.town import NOW_MS, rows


@pytest.fixture
def london(tmp_path: Path) -> Iterator[Served]:
    ground = [("city", empty_city(plan_of("london_grids"))), ("person", CHEN)]
    found(tmp_path / "centre", Ground(ground, demo_accounts=(CHEN,)), NOW_MS)
    with serving(Paths(tmp_path / "centre")) as made:
        yield made


def put(hand: Hand, body: bytes) -> str:
    sha256 = hashlib.sha256(body).hexdigest()
    for first in range(0, len(body), PIECE_BYTES):
        piece = body[first : first + PIECE_BYTES]
        span = {"Content-Range": f"bytes {first}-{first + len(piece) - 1}/{len(body)}"}
        answer = hand.http.put(f"/v1/imports/files/{sha256}", content=piece, headers=span)
        assert answer.status_code in (201, 202), answer.text
    return sha256


def test_that_all_of_london_enters_while_the_centre_serves(
    real_data: Path, london: Served, tmp_path: Path
) -> None:
    file = together(oracle.london(real_data), tmp_path)
    hand = Hand(london)
    sha256 = put(hand, file.read_bytes())
    begun = hand.post("/v1/imports", kind="grids", name=file.name, sha256=sha256, profile="london_grids")
    told = hand.rested(begun.json()["id"])
    report = report_of(told)
    assert (report["rows"], report["new"], report["refused"]) == (25_053, 25_053, 0)
    assert rows(london.paths, "unit_grid") == {}
    assert hand.entered(told.id).state == "entered"
    assert len(rows(london.paths, "unit_grid")) == 25_053
    assert verify(london.paths.database)[0] == []
