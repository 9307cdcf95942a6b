"""The demonstration city's photographs: which painted scene goes with which case, and the files themselves.

Promises: a case gets pictures of its own class, the same ones every time; a hash that is given out is the hash of a
body in `bodies`. The scenes are drawn by data/demo/photos/draw.py and ship as they are; nothing is drawn here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import msgspec

import gridseat_files
from casework.catalogue.model import Kind
from casework.entities.case import Case
from casework.entities.task import Task, TaskState
from server.demo.journeys import Life

FOLDER = "data/demo/photos"
ANYWHERE = "street"  # the place as a whole, where a class has no scene of its own
KEPT_MS = 7 * 24 * 3_600_000  # cases that ended longer ago go without, as their files would


class Scene(msgspec.Struct, frozen=True):
    """The hashes of a scene's pictures: as it was told, and once it had been seen to."""

    before: tuple[str, ...]
    after: tuple[str, ...]


def photos_of(kind: Kind, class_code: str) -> tuple[str, ...]:
    """What a class looks like when it is reported, the nearest picture first."""
    return _scene(kind, class_code).before


def photos_for(case: Case) -> tuple[str, ...]:
    """The report's pictures: the near one, the one from farther away where there is one, or both."""
    told = photos_of(case.kind, case.class_code)
    return (told, told[:1], told[-1:])[_turn(case.id) % 3]


def photos_of_work(case: Case, task: Task) -> tuple[str, ...]:
    """What the unit sent with its result; nothing while it has not finished."""
    return _scene(case.kind, case.class_code).after if task.state is TaskState.FINISHED else ()


def pictured(life: Life, as_of_ms: int) -> Life:
    """The same life with its pictures, where it is open or ended lately."""
    case = life.case
    if not case.is_open and case.stage_ms < as_of_ms - KEPT_MS:
        return life
    tasks = tuple(
        msgspec.structs.replace(task, photos=photos_of_work(case, task)) if task.is_lead else task
        for task in life.tasks
    )
    return msgspec.structs.replace(
        life, case=msgspec.structs.replace(case, photos=photos_for(case)), tasks=tasks
    )


def bodies() -> Mapping[str, bytes]:
    """Every picture by the hash of its bytes."""
    return {_sha256(path): path.read_bytes() for path in _files()}


def _scene(kind: Kind, class_code: str) -> Scene:
    scenes, scene_of = _album()
    return scenes[scene_of.get(f"{kind.value}/{class_code}", ANYWHERE)]


@cache
def _album() -> tuple[Mapping[str, Scene], Mapping[str, str]]:
    """The scenes by name, and the name that goes with a class."""
    body = gridseat_files.find(f"{FOLDER}/photos.json").read_bytes()
    classes = msgspec.json.decode(body, type=dict[str, tuple[str, ...]])
    hashes = {path.stem: _sha256(path) for path in _files()}

    def taken(name: str, when: str) -> tuple[str, ...]:
        return tuple(
            hashes[stem] for stem in sorted(hashes) if stem in (f"{name}-{when}", f"{name}-{when}-2")
        )

    scenes = {name: Scene(taken(name, "before"), taken(name, "after")) for name in classes}
    return scenes, {code: name for name, codes in classes.items() for code in codes}


def _files() -> list[Path]:
    return sorted(gridseat_files.find(FOLDER).glob("*.jpg"))


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _turn(case: str) -> int:
    """A number that belongs to the case for ever."""
    return hashlib.blake2b(case.encode(), digest_size=2).digest()[0]
