"""The trickle of a demonstration city: through the door like everybody, taken by the rules, resumed after a restart."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from casework.sync.messages import Page
from server.centre import wall_ms
from server.cities import generated_ground
from server.founding import found
from server.intake import SEAT, Intake, NoTrickle
from server.paths import Paths
from server.serving import CannotServe, Door, serve
from server.store.verify import verify
from tests.server.ground import Served, founded, opened, run, serving


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Paths:
    """The smallest demonstration city."""
    paths = Paths(tmp_path_factory.mktemp("town") / "centre")
    now_ms = wall_ms()
    found(paths.root, generated_ground("tiny", 7, now_ms), now_ms)
    return paths


def numbers_used(paths: Paths) -> int:
    with opened(paths) as store:
        return run(store.high_n(SEAT))


def head_of(paths: Paths) -> Page:
    with opened(paths) as store:
        return run(store.page(frozenset({"city"}), max(0, store.head - 2), 500))


def trickle_until(served: Served, more: int) -> None:
    """Let reports come until the ledger has that many entries more."""
    centre = served.centre
    reached = threading.Event()
    wanted = centre.store.head + more
    centre.store.on_commit(lambda: reached.set() if centre.store.head >= wanted else None)
    intake = Intake(centre, served.url, 0.01)
    intake.start()
    try:
        assert reached.wait(60), "no report was taken"
    finally:
        intake.stop()


def test_that_reports_trickle_in_and_go_on_after_a_restart(town: Paths) -> None:
    for _ in range(2):
        before = numbers_used(town)
        with serving(town) as served:
            trickle_until(served, 2)
        assert numbers_used(town) > before
        assert {entry.entity for entry in head_of(town).entries} == {"report", "case"}
    assert verify(town.database)[0] == []


def test_that_a_city_without_components_has_no_trickle(paths: Paths, tmp_path: Path) -> None:
    with serving(paths) as served, pytest.raises(NoTrickle, match="intake"):
        Intake(served.centre, served.url, 1)
    with pytest.raises(CannotServe, match="intake"):
        serve(founded(tmp_path / "other").root, Door(port=0), print, 1)
