"""The demonstration city's photographs: of the right class, really there, and served by the founded centre."""

from __future__ import annotations

import hashlib
import struct
from pathlib import Path

import msgspec
import pytest

import gridseat_files
from casework.catalogue.model import Catalogue, Kind
from casework.entities.case import Case
from casework.entities.task import TaskState
from server.blobs import Blobs
from server.cities import generated_ground, write_blobs
from server.demo import params, photos
from server.demo.city import DemoCity
from server.founding import CannotFound, found
from server.paths import Paths

MOST_BYTES = 40_000


def size_of(body: bytes) -> tuple[int, int]:
    """Width and height as a JPEG's own frame header says."""
    at = 2
    while at < len(body):
        marker, length = struct.unpack(">HH", body[at : at + 4])
        if 0xFFC0 <= marker <= 0xFFC2:
            height, width = struct.unpack(">HH", body[at + 5 : at + 9])
            return width, height
        at += 2 + length
    raise AssertionError("no frame")


def test_that_every_open_case_has_a_photo_that_is_there(tiny: DemoCity) -> None:
    bodies = photos.bodies()
    for case in tiny.cases:
        assert not case.is_open or case.photos
        assert set(case.photos) <= bodies.keys()
    assert {hashlib.sha256(body).hexdigest() for body in bodies.values()} == bodies.keys()


def test_that_only_finished_work_shows_an_after_and_it_is_another_picture(tiny: DemoCity) -> None:
    case_of = {case.id: case for case in tiny.cases}
    shown = [task for task in tiny.tasks if task.photos]
    assert shown
    for task in shown:
        assert task.state is TaskState.FINISHED
        assert not set(task.photos) & set(case_of[task.case].photos)
    waiting = [task for task in tiny.tasks if task.state is not TaskState.FINISHED]
    assert waiting and not any(task.photos for task in waiting)


def test_that_cases_long_ended_go_without(tiny: DemoCity, as_of_ms: int) -> None:
    old = [c for c in tiny.cases if not c.is_open and c.stage_ms < as_of_ms - photos.KEPT_MS]
    assert old and not any(case.photos for case in old)


def test_that_classes_that_differ_look_different(tiny: DemoCity) -> None:
    lamp, litter = photos.photos_of(Kind.COMPONENT, "01037"), photos.photos_of(Kind.EVENT, "06012")
    assert lamp and litter and not set(lamp) & set(litter)
    unheard_of = photos.photos_of(Kind.EVENT, "99999")
    assert unheard_of == photos.photos_of(Kind.COMPONENT, "00000") != ()


def test_that_a_case_keeps_its_pictures(tiny: DemoCity) -> None:
    case: Case = next(case for case in tiny.cases if case.is_open)
    assert (
        photos.photos_for(case) == case.photos == photos.photos_for(msgspec.structs.replace(case, text="x"))
    )


def test_that_the_table_names_real_classes_once(catalogues: dict[str, Catalogue]) -> None:
    body = gridseat_files.find("data/demo/photos/photos.json").read_bytes()
    table = msgspec.json.decode(body, type=dict[str, tuple[str, ...]])
    named = [name for names in table.values() for name in names]
    assert len(named) == len(set(named))
    known = {f"{kind.value}/{code}" for kind, code in catalogues["2026"].classes}
    assert set(named) <= known
    told = {f"{matter.kind.value}/{matter.code}" for matter in params.matters().matters}
    assert len(told & set(named)) > 0.7 * len(told)
    for name in table:
        assert gridseat_files.find(f"data/demo/photos/{name}-before.jpg")


def test_that_every_picture_is_small_and_of_one_size() -> None:
    for body in photos.bodies().values():
        assert len(body) <= MOST_BYTES
        assert size_of(body) == (800, 600)


def test_that_the_bodies_are_stored_where_the_centre_serves_them_from(tmp_path: Path) -> None:
    bodies = photos.bodies()
    write_blobs(bodies, tmp_path)
    blobs = Blobs(tmp_path)
    for sha256, body in bodies.items():
        path = blobs.path(sha256)
        assert path is not None and path.read_bytes() == body


def test_that_a_founded_demonstration_serves_the_photos_of_its_cases(tmp_path: Path, as_of_ms: int) -> None:
    ground = generated_ground("tiny", 11, as_of_ms)
    found(tmp_path / "centre", ground, as_of_ms)
    blobs = Blobs(Paths(tmp_path / "centre").blobs)
    rows = generated_ground("tiny", 11, as_of_ms).rows  # the first ones have been used up
    shown = {sha256 for name, row in rows if name in ("case", "task") for sha256 in row.photos}  # type: ignore[attr-defined]
    assert shown
    assert [sha256 for sha256 in shown if blobs.path(sha256) is None] == []


def test_that_a_disk_that_takes_no_photos_founds_nothing(tmp_path: Path) -> None:
    (tmp_path / "blobs").write_text("a file where the folder should be")
    with pytest.raises(CannotFound):
        write_blobs(photos.bodies(), tmp_path / "blobs")
